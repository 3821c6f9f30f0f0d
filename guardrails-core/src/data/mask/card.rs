//! The bank-card mask: the last four of 12 to 19 digits (ISO/IEC 7812-1), spaced or dashed or not. A resident
//! ID has 18 and is no card.

use smallvec::SmallVec;

use super::glyphs::narrow;
use super::placeholder::STARS;
use crate::data::pii::digits::is_resident_id;

const SHORTEST: usize = 12;
const LONGEST: usize = 19;

pub(super) fn mask(text: &str, out: &mut String) {
    let mut digits = SmallVec::<[u8; LONGEST]>::new();
    for c in text.trim().chars().map(narrow) {
        match c {
            '0'..='9' if digits.len() < LONGEST => digits.extend(u8::try_from(c)),
            ' ' | '-' => {}
            _ => return out.push_str(STARS),
        }
    }
    let is_id = digits
        .split_last()
        .is_some_and(|(check, id)| is_resident_id(id, *check));
    if digits.len() < SHORTEST || is_id {
        return out.push_str(STARS);
    }
    out.push_str("****");
    out.extend(
        digits
            .iter()
            .skip(digits.len().saturating_sub(4))
            .map(|digit| char::from(*digit)),
    );
}
