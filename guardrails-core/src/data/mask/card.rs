//! The bank-card mask: the last four of 12 to 19 digits (ISO/IEC 7812-1), spaced or dashed or not.

use super::STARS;
use super::glyphs::narrow;

pub(super) fn mask(text: &str, out: &mut String) {
    let mut count = 0_usize;
    let mut last = [' '; 4];
    for c in text.trim().chars().map(narrow) {
        match c {
            '0'..='9' => {
                count += 1;
                last.rotate_left(1);
                if let Some(end) = last.last_mut() {
                    *end = c;
                }
            }
            ' ' | '-' => {}
            _ => return out.push_str(STARS),
        }
    }
    if !(12..=19).contains(&count) {
        return out.push_str(STARS);
    }
    out.push_str("****");
    out.extend(last);
}
