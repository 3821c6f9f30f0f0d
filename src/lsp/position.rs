//! Places in the protocol's coin: lines from 0, and columns in UTF-16 units.
//!
//! A Chinese character is one unit and three bytes, most emoji are two units and four bytes. A column
//! beyond its line is the line's end, one inside of a character is where the character begins.

use std::ops::Range;

use serde_json::{Value, json};

/// The byte of a position.
pub(super) fn offset(text: &str, position: &Value) -> Option<usize> {
    let number = |key: &str| {
        position
            .get(key)?
            .as_u64()
            .and_then(|it| usize::try_from(it).ok())
    };
    let (line, column) = (number("line")?, number("character")?);
    let mut start = 0;
    for _ in 0..line {
        match text.get(start..)?.find('\n') {
            Some(end) => start += end + 1,
            None => return Some(text.len()),
        }
    }
    let rest = text.get(start..)?;
    let rest = rest.split('\n').next().unwrap_or("").trim_end_matches('\r');
    let mut units = 0;
    for (at, c) in rest.char_indices() {
        if units + c.len_utf16() > column {
            return Some(start + at);
        }
        units += c.len_utf16();
    }
    Some(start + rest.len())
}

/// The position of a byte.
pub(super) fn position(text: &str, offset: usize) -> Value {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let head = text.get(..offset).unwrap_or("");
    let line = head.bytes().filter(|byte| *byte == b'\n').count();
    let column: usize = head
        .rsplit('\n')
        .next()
        .unwrap_or("")
        .chars()
        .map(char::len_utf16)
        .sum();
    json!({ "line": line, "character": column })
}

/// The range of a stretch of bytes.
pub(super) fn range(text: &str, bytes: Range<usize>) -> Value {
    json!({ "start": position(text, bytes.start), "end": position(text, bytes.end) })
}

#[cfg(test)]
mod tests {
    use super::{offset, position};
    use serde_json::json;

    #[test]
    fn chinese_and_emoji_count_as_the_protocol_counts_them() {
        let text = "a\n折扣😀b\r\nc";
        let at =
            |line: u64, column: u64| offset(text, &json!({ "line": line, "character": column }));
        assert_eq!(at(1, 1), Some(5));
        assert_eq!(at(1, 2), Some(8));
        assert_eq!(at(1, 3), Some(8), "inside of the emoji");
        assert_eq!(at(1, 4), Some(12));
        assert_eq!(at(1, 99), Some(13), "beyond the line");
        assert_eq!(at(9, 0), Some(text.len()), "beyond the text");
        assert_eq!(position(text, 12), json!({ "line": 1, "character": 4 }));
        assert_eq!(position(text, 9), json!({ "line": 1, "character": 2 }));
    }
}
