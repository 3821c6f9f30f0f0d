//! The e-mail mask: the first character of the local part, and the domain. The local part may be in
//! any script (RFC 6531). What has no `@`, or no domain of two labels after it, or a blank in it, is `***`.

use super::glyphs::{head, narrow};
use super::placeholder::STARS;

/// Octets of a domain at most (RFC 5321 §4.5.3.1.2).
const LONGEST_DOMAIN: usize = 255;
const DOTS: [char; 2] = ['.', '．'];

pub(super) fn mask(text: &str, out: &mut String) {
    let text = text.trim();
    let Some((local, domain)) = text.rsplit_once('@').or_else(|| text.rsplit_once('＠')) else {
        return out.push_str(STARS);
    };
    if local.is_empty() || local.contains(char::is_whitespace) || !is_domain(domain) {
        return out.push_str(STARS);
    }
    let first = head(local, 1);
    // A local part of one character would be shown whole.
    if first.len() < local.len() {
        out.push_str(first);
    }
    out.push_str(STARS);
    out.push('@');
    out.push_str(domain);
}

/// Letters, digits and hyphens in at least two labels with dots between them: with anything else the text is no address, and what stands
/// after the `@` may be as personal as what stands before it.
fn is_domain(domain: &str) -> bool {
    let plain = |b: u8| matches!(b, b'a'..=b'z' | b'.' | b'-' | b'0'..=b'9' | b'A'..=b'Z');
    let wide = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    (1..=LONGEST_DOMAIN).contains(&domain.len())
        && (domain.bytes().all(plain) || domain.chars().map(narrow).all(wide))
        && domain.contains(DOTS)
        && domain.split(DOTS).all(|label| !label.is_empty())
}
