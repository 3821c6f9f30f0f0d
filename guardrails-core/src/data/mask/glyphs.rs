//! Text by the character a reader sees (grapheme clusters, UAX 29), so that no mask cuts a letter
//! from its accent or an emoji in half. Looks no further into the text than asked.

use unicode_segmentation::UnicodeSegmentation;

/// Whether each byte is one grapheme: ASCII, where only CR LF is a cluster.
fn is_plain(text: &str) -> bool {
    text.is_ascii() && !text.contains('\r')
}

/// How many graphemes, counted up to `most`.
pub(super) fn count_to(text: &str, most: usize) -> usize {
    if is_plain(text) {
        return text.len().min(most);
    }
    text.graphemes(true).take(most).count()
}

/// The first `count` graphemes.
pub(super) fn head(text: &str, count: usize) -> &str {
    let end = if is_plain(text) {
        count.min(text.len())
    } else {
        text.grapheme_indices(true)
            .nth(count)
            .map_or(text.len(), |(at, _)| at)
    };
    text.get(..end).unwrap_or("")
}

/// The last `count` graphemes.
pub(super) fn tail(text: &str, count: usize) -> &str {
    let length = if is_plain(text) {
        count.min(text.len())
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
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    }
}
