//! The name mask. Names in Chinese characters, kana or hangul keep the surname (two characters for
//! a compound one) and show one `*` for each character after it; names in other scripts keep the
//! initial of each word. In `阿里木·买买提` only the very first character is kept. A text with a digit or a sign
//! that no name has is not taken for one and is `***`.

use super::glyphs::{glyphs, head, narrow, stars};
use super::placeholder::STARS;
use super::surnames::compound;

/// Bytes of a name at most; longer text is not a name and is shown as `***`.
const LONGEST: usize = 256;

pub(super) fn mask(text: &str, out: &mut String) {
    let name = text.trim();
    match name.chars().next() {
        Some(first) if name.len() <= LONGEST && !name.contains(is_in_no_name) => {
            if is_syllabic(first) {
                syllabic(name, out);
            } else {
                words(name, out);
            }
        }
        _ => out.push_str(STARS),
    }
}

/// What a number, an address or a password has and a name has not.
fn is_in_no_name(c: char) -> bool {
    let c = narrow(c);
    c.is_numeric() && !is_han(c)
        || c.is_ascii_punctuation() && !matches!(c, '-' | '\'' | '.' | ',' | '(' | ')')
}

/// Scripts in which one character is one syllable or more: Han, kana, hangul.
pub(crate) fn is_syllabic(c: char) -> bool {
    is_han(c) || matches!(c, '\u{3040}'..='\u{30FF}' | '\u{AC00}'..='\u{D7AF}')
}

/// The CJK ideograph blocks that names are written in, with extensions A to H and compatibility.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}' | '〇')
}

fn syllabic(name: &str, out: &mut String) {
    if glyphs(name).nth(1).is_none() {
        return out.push('*');
    }
    // A compound surname alone is a name of two characters, of which one is kept.
    let surname = match compound(name) {
        Some(rest) if !rest.is_empty() => 2,
        _ => 1,
    };
    let mut hidden = false;
    let mut kept = out.len();
    for (at, glyph) in glyphs(name).enumerate() {
        match glyph.chars().next() {
            _ if at < surname => {
                out.push_str(glyph);
                kept = out.len();
            }
            Some('·' | '•' | '・') => out.push('·'),
            Some(c) if c.is_whitespace() => {}
            _ => {
                hidden = true;
                out.push('*');
            }
        }
    }
    // A surname with nothing but separators behind it would stand there whole, with them.
    if !hidden {
        out.truncate(kept);
        out.push('*');
    }
}

fn words(name: &str, out: &mut String) {
    for (i, word) in name.split_whitespace().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        let first = head(word, 1);
        if first.len() == word.len() {
            stars(1, out);
        } else {
            out.push_str(first);
            out.push_str(STARS);
        }
    }
}
