//! Text by the character a reader sees (grapheme clusters, UAX 29), so that no mask cuts a letter
//! from its accent or an emoji in half. Looks no further into the text than asked.

use unicode_segmentation::UnicodeSegmentation;

/// A character that is a grapheme of its own beside another such character: printable ASCII, Latin
/// letters with their accent built in, the unified ideographs, full-width forms and the commonest
/// Chinese punctuation. They cover most texts, and the segmentation tables are slow.
fn is_plain(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | ' '..='~' | 'À'..='ɏ' | '\u{3001}'..='\u{3020}'
        | '\u{FF01}'..='\u{FF5E}')
}

/// The graphemes of a text, one by one.
pub(super) struct Glyphs<'t>(&'t str);

pub(super) fn glyphs(text: &str) -> Glyphs<'_> {
    Glyphs(text)
}

impl<'t> Iterator for Glyphs<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let mut chars = self.0.chars();
        let first = chars.next()?;
        let alone = is_plain(first) && chars.next().is_none_or(is_plain);
        let length = if alone {
            first.len_utf8()
        } else {
            // Segmentation may begin afresh at a boundary (UAX 29 looks back no further).
            self.0.graphemes(true).next().map_or(self.0.len(), str::len)
        };
        let (glyph, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(glyph)
    }
}

/// How many graphemes, counted up to `most`.
pub(super) fn count_to(text: &str, most: usize) -> usize {
    let mut count = 0;
    for c in text.chars().take(most) {
        if !is_plain(c) {
            return glyphs(text).take(most).count();
        }
        count += 1;
    }
    count
}

/// The first `count` graphemes.
pub(super) fn head(text: &str, count: usize) -> &str {
    // One character more, since what stands after the last one may belong to it.
    let plain = text.chars().take(count + 1).all(is_plain);
    let length: usize = if plain {
        text.chars().take(count).map(char::len_utf8).sum()
    } else {
        glyphs(text).take(count).map(str::len).sum()
    };
    text.get(..length).unwrap_or("")
}

/// The last `count` graphemes.
pub(super) fn tail(text: &str, count: usize) -> &str {
    // One character more, since what stands before the first one may belong to it.
    let plain = text.chars().rev().take(count + 1).all(is_plain);
    let length: usize = if plain {
        text.chars().rev().take(count).map(char::len_utf8).sum()
    } else {
        text.graphemes(true).rev().take(count).map(str::len).sum()
    };
    text.get(text.len().saturating_sub(length)..).unwrap_or("")
}

/// Appends `count` stars.
pub(super) fn stars(count: usize, out: &mut String) {
    out.extend(std::iter::repeat_n('*', count));
}

/// A full-width form of an ASCII character as that character (U+FF01 – U+FF5E), and the ideographic
/// space as a space; anything else as it is.
pub(crate) fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c).saturating_sub(0xFEE0)).unwrap_or(c),
        '\u{3000}' | '\u{A0}' => ' ',
        // Without width: a reader does not see them between two digits.
        '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_agrees_with_the_tables() {
        let pieces = [
            "a",
            "张",
            "é",
            "e\u{301}",
            "\u{301}",
            "👩\u{200d}👧",
            "🇨🇳",
            "🇨",
            "\r\n",
            "\r",
            "、",
            "Ａ",
            "\u{200d}",
            "각",
            "\u{600}",
            "क्षि",
            "\u{302A}",
            " ",
            "ё",
            "ｶﾞ",
        ];
        for a in pieces {
            for b in pieces {
                for c in pieces {
                    let text = format!("{a}{b}{c}{a}");
                    let all: Vec<&str> = text.graphemes(true).collect();
                    assert_eq!(glyphs(&text).collect::<Vec<_>>(), all, "{text:?}");
                    for count in 0..4 {
                        let start: String = all.iter().take(count).copied().collect();
                        assert_eq!(head(&text, count), start, "{text:?}");
                        assert_eq!(count_to(&text, count), count.min(all.len()), "{text:?}");
                        let last = all.len().saturating_sub(count);
                        let end: String = all.iter().skip(last).copied().collect();
                        assert_eq!(tail(&text, count), end, "{text:?}");
                    }
                }
            }
        }
    }
}
