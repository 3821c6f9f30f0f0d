//! The identity-number mask. Of a resident ID (GB 11643: 6 region, 8 birth date, 3 sequence, 1
//! check) and of its 15-digit form the first three characters and the last one are kept: the
//! province, and nothing of the birth date, the sex, or the "last four" that people are asked for
//! on the telephone. Of other numbers of 8 to 12 characters, as passports have, one at either end.
//!
//! Words, mobile numbers and bank cards are no identity numbers: nothing of them is kept.

use smallvec::SmallVec;

use super::glyphs::{narrow, stars};
use super::placeholder::STARS;
use crate::data::pii::digits::{is_bank_card, is_mobile};

/// Characters of an identity number at most; more is not one.
const LONGEST: usize = 18;

pub(super) fn mask(text: &str, out: &mut String) {
    let kept = read(text).and_then(|id| Some((head(&id)?, id)));
    let Some((head, id)) = kept else {
        return out.push_str(STARS);
    };
    out.extend(id.iter().take(head));
    stars(id.len().saturating_sub(head + 1), out);
    out.extend(id.last());
}

/// How many characters at its beginning are kept; none where it is no identity number.
fn head(id: &[char]) -> Option<usize> {
    let digits = id.iter().filter(|c| c.is_ascii_digit());
    let digits: SmallVec<[u8; LONGEST]> = digits.filter_map(|c| u8::try_from(*c).ok()).collect();
    if digits.len() <= id.len() / 2 {
        return None;
    }
    match id.len() {
        18 => Some(3),
        15 if !is_bank_card(&digits) => Some(3),
        8..=12 if !is_mobile(&digits) => Some(1),
        _ => None,
    }
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
