//! The telephone mask: Chinese mobile and landline numbers in any usual spelling, and foreign ones
//! with `+`. The country code +86 and an extension are dropped, so that one number has one masked
//! form; anything that is not a telephone number is `***`.

use smallvec::SmallVec;

use super::glyphs::{narrow, stars};
use super::placeholder::STARS;
use crate::data::pii::digits::{Dialled, classify};

/// More digits than any telephone number has with its prefixes (ITU-T E.164: 15, `00` before it).
const MOST_DIGITS: usize = 20;

pub(super) fn mask(text: &str, out: &mut String) {
    // The usual spelling needs no reading.
    if let [b'1', ..] = text.as_bytes()
        && text.len() == 11
        && text.bytes().all(|b| b.is_ascii_digit())
    {
        return keep(text.as_bytes(), 3, 4, "", out);
    }
    let Some((digits, international)) = read(text) else {
        return out.push_str(STARS);
    };
    match classify(&digits, international) {
        Some(Dialled::Mobile(number)) => keep(number, 3, 4, "", out),
        Some(Dialled::Landline { number, area }) => keep(number, area, 3, "-", out),
        Some(Dialled::Foreign(number)) => {
            out.push('+');
            out.push_str(STARS);
            push_digits(number.iter().rev().take(4).rev(), out);
        }
        None => out.push_str(STARS),
    }
}

fn keep(number: &[u8], head: usize, tail: usize, between: &str, out: &mut String) {
    push_digits(number.iter().take(head), out);
    out.push_str(between);
    stars(number.len().saturating_sub(head + tail), out);
    push_digits(number.iter().rev().take(tail).rev(), out);
}

fn push_digits<'a>(digits: impl Iterator<Item = &'a u8>, out: &mut String) {
    out.extend(digits.map(|digit| char::from(*digit)));
}

/// The ASCII digits of a telephone number, and whether a `+` stands before them; none when the text
/// holds anything else.
fn read(text: &str) -> Option<(SmallVec<[u8; MOST_DIGITS]>, bool)> {
    let mut digits = SmallVec::new();
    let mut international = false;
    let mut chars = text.trim().chars().map(narrow);
    while let Some(c) = chars.next() {
        match c {
            '0'..='9' if digits.len() < MOST_DIGITS => digits.push(u8::try_from(c).ok()?),
            '+' if digits.is_empty() && !international => international = true,
            ' ' | '-' | '.' | '(' | ')' => {}
            '转' | 'x' if digits.len() >= 7 => {
                return only_digits(chars).then_some((digits, international));
            }
            _ => return None,
        }
    }
    Some((digits, international))
}

fn only_digits(mut chars: impl Iterator<Item = char>) -> bool {
    chars.all(|c| c.is_ascii_digit() || c == ' ')
}
