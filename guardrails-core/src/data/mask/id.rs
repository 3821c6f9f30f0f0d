//! The identity-number mask. Of a resident ID (GB 11643: 6 region, 8 birth date, 3 sequence, 1
//! check) and of its 15-digit form the first three characters and the last one are kept: the
//! province, and nothing of the birth date, the sex, or the "last four" that people are asked for
//! on the telephone. Of other numbers from 8 characters on, one at either end.

use smallvec::SmallVec;

use super::STARS;
use super::glyphs::{narrow, stars};

/// Characters of an identity number at most; more is not one.
const LONGEST: usize = 32;

pub(super) fn mask(text: &str, out: &mut String) {
    let Some(id) = read(text) else {
        return out.push_str(STARS);
    };
    let head = match id.len() {
        15 | 18 => 3,
        8.. => 1,
        _ => return out.push_str(STARS),
    };
    out.extend(id.iter().take(head));
    stars(id.len().saturating_sub(head + 1), out);
    out.extend(id.last());
}

/// Its letters and digits, without separators; none when there is anything else in it.
fn read(text: &str) -> Option<SmallVec<[char; LONGEST]>> {
    let mut id = SmallVec::new();
    for c in text.trim().chars().map(narrow) {
        match c {
            ' ' | '-' => {}
            c if c.is_ascii_alphanumeric() && id.len() < LONGEST => id.push(c),
            _ => return None,
        }
    }
    Some(id)
}
