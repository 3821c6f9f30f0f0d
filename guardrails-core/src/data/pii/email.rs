//! E-mail addresses in free text. The `@` is the anchor: the local part is read backwards from it,
//! the domain forwards. Next to Chinese text an ASCII address ends where ASCII ends.

use super::{PiiKind, Scan};
use crate::data::mask::narrow;

/// Reads the address around the `@` at `start..end`; answers where to go on.
pub(super) fn scan(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let local = local_length(scan.upto(start));
    let domain = domain_length(scan.from(end));
    if local == 0 || domain == 0 {
        return end;
    }
    scan.record(PiiKind::Email, start - local, end + domain);
    end + domain
}

/// Bytes of the local part that ends at the end of `before`: ASCII where its last character is
/// ASCII, of any script otherwise (RFC 6531).
fn local_length(before: &str) -> usize {
    let last = before.chars().next_back().map(narrow);
    let allowed: fn(char) -> bool = match last {
        Some(c) if is_ascii_local(c) => is_ascii_local,
        _ => |c| c.is_alphanumeric() || is_ascii_local(c),
    };
    let length: usize = before
        .chars()
        .rev()
        .take_while(|c| allowed(narrow(*c)))
        .map(char::len_utf8)
        .sum();
    let local = before.get(before.len() - length..).unwrap_or("");
    // A local part does not start with a dot; what does is the end of a sentence.
    local.trim_start_matches(['.', '．']).len()
}

/// The usual part of `atext` (RFC 5322 §3.2.3) and the dot; quotes, braces and slashes more often
/// stand around an address than in it.
fn is_ascii_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '\'' | '&' | '~')
}

/// Bytes of the domain at the start of `after`: labels with dots between, the last of them two
/// letters or more; none when there is no dot.
fn domain_length(after: &str) -> usize {
    let ascii = after
        .chars()
        .next()
        .is_some_and(|c| narrow(c).is_ascii_alphanumeric());
    let in_label = |c: char| {
        let c = narrow(c);
        c == '-'
            || if ascii {
                c.is_ascii_alphanumeric()
            } else {
                c.is_alphanumeric()
            }
    };
    let mut accepted = 0;
    let mut at = 0;
    for part in 0.. {
        let rest = after.get(at..).unwrap_or("");
        let label: usize = rest
            .chars()
            .take_while(|c| in_label(*c))
            .map(char::len_utf8)
            .sum();
        if label == 0 {
            break;
        }
        let letters: usize = rest
            .chars()
            .take_while(|c| in_label(*c) && narrow(*c).is_alphabetic())
            .map(char::len_utf8)
            .sum();
        if part > 0
            && rest
                .get(..letters)
                .is_some_and(|top| top.chars().count() > 1)
        {
            accepted = at + letters;
        }
        at += label;
        match after.get(at..).and_then(|rest| rest.chars().next()) {
            Some(dot) if matches!(narrow(dot), '.' | '。') && letters <= label => {
                at += dot.len_utf8()
            }
            _ => break,
        }
    }
    accepted
}
