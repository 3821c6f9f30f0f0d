//! Appends canonical JSON to a text buffer: RFC 8785 for the values the audit needs, which are
//! objects, lists, text, whole numbers and booleans. No binary floats, no white space.
//!
//! INVARIANT: the caller writes members in ascending order of their names; names are ASCII, so byte
//! order is RFC 8785's UTF-16 order.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, Timelike, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::policy::Digest;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// One JSON object being appended to a buffer; [`Object::end`] closes it.
pub(super) struct Object<'a> {
    out: &'a mut String,
    first: bool,
}

impl<'a> Object<'a> {
    pub(super) fn begin(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, first: true }
    }

    pub(super) fn end(self) {
        self.out.push('}');
    }

    fn name(&mut self, name: &str) -> &mut String {
        self.out.push_str(if self.first { "\"" } else { ",\"" });
        self.first = false;
        self.out.push_str(name);
        self.out.push_str("\":");
        self.out
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        write_text(self.name(name), value);
    }

    /// Leaves the member out when the text is empty.
    pub(super) fn text_if_any(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.text(name, value);
        }
    }

    /// For words of our own that need no escaping.
    pub(super) fn word(&mut self, name: &str, value: &str) {
        let out = self.name(name);
        out.push('"');
        out.push_str(value);
        out.push('"');
    }

    pub(super) fn number(&mut self, name: &str, value: u64) {
        write_digits(self.name(name), value, 1);
    }

    pub(super) fn truth(&mut self, name: &str, value: bool) {
        self.name(name)
            .push_str(if value { "true" } else { "false" });
    }

    pub(super) fn decimal(&mut self, name: &str, value: Decimal) {
        // INVARIANT: writing to a String cannot fail.
        let _ = write!(self.name(name), "\"{}\"", value.normalize());
    }

    pub(super) fn uuid(&mut self, name: &str, value: Uuid) {
        let mut buffer = Uuid::encode_buffer();
        let text = value.hyphenated().encode_lower(&mut buffer);
        self.word(name, text);
    }

    pub(super) fn digest(&mut self, name: &str, value: Digest) {
        let out = self.name(name);
        out.push('"');
        write_digest(out, value);
        out.push('"');
    }

    /// Leaves the member out when there is none.
    pub(super) fn digest_if_any(&mut self, name: &str, value: Option<Digest>) {
        if let Some(value) = value {
            self.digest(name, value);
        }
    }

    pub(super) fn time(&mut self, name: &str, value: DateTime<Utc>) {
        let out = self.name(name);
        out.push('"');
        write_time(out, value);
        out.push('"');
    }

    pub(super) fn texts<T: AsRef<str>>(&mut self, name: &str, values: &[T]) {
        self.list(name, values, |out, value| write_text(out, value.as_ref()));
    }

    pub(super) fn list<T>(
        &mut self,
        name: &str,
        items: &[T],
        mut write: impl FnMut(&mut String, &T),
    ) {
        let out = self.name(name);
        out.push('[');
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            write(out, item);
        }
        out.push(']');
    }

    pub(super) fn object(&mut self, name: &str, write: impl FnOnce(&mut Object<'_>)) {
        let mut inner = Object::begin(self.name(name));
        write(&mut inner);
        inner.end();
    }
}

/// Appends one object that is an item of a list.
pub(super) fn item(out: &mut String, write: impl FnOnce(&mut Object<'_>)) {
    let mut object = Object::begin(out);
    write(&mut object);
    object.end();
}

/// Appends `text` as a JSON string with exactly RFC 8785 §3.2.2.2's escapes.
fn write_text(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some((clean, byte, after)) = split_at_escape(rest) {
        out.push_str(clean);
        write_escape(out, byte);
        rest = after;
    }
    out.push_str(rest);
    out.push('"');
}

/// The text before the first byte that needs an escape, that byte, and the text after it.
fn split_at_escape(text: &str) -> Option<(&str, u8, &str)> {
    let at = text
        .bytes()
        .position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\')?;
    let (clean, rest) = text.split_at_checked(at)?;
    let (escaped, after) = rest.split_at_checked(1)?;
    Some((clean, *escaped.as_bytes().first()?, after))
}

fn write_escape(out: &mut String, byte: u8) {
    match byte {
        b'"' => out.push_str("\\\""),
        b'\\' => out.push_str("\\\\"),
        0x08 => out.push_str("\\b"),
        b'\t' => out.push_str("\\t"),
        b'\n' => out.push_str("\\n"),
        0x0c => out.push_str("\\f"),
        b'\r' => out.push_str("\\r"),
        other => {
            out.push_str("\\u00");
            write_hex(out, other);
        }
    }
}

fn write_hex(out: &mut String, byte: u8) {
    for nibble in [byte >> 4, byte & 15] {
        out.push(char::from(
            HEX.get(usize::from(nibble)).copied().unwrap_or(b'0'),
        ));
    }
}

/// Appends `sha256:` and 64 hexadecimal digits; the `Display` of [`Digest`], without its formatter.
pub(super) fn write_digest(out: &mut String, digest: Digest) {
    out.push_str("sha256:");
    for byte in digest.0 {
        write_hex(out, byte);
    }
}

/// Appends RFC 3339 with six digits of fraction and `Z`. A leap second counts into the next.
pub(super) fn write_time(out: &mut String, time: DateTime<Utc>) {
    let Some(time) = to_micros(time) else { return };
    let Ok(year @ 0..=9999) = u64::try_from(time.year()) else {
        // Outside RFC 3339; chrono's own text at least reads back.
        let _ = write!(out, "{}", time.format("%Y-%m-%dT%H:%M:%S%.6fZ"));
        return;
    };
    write_digits(out, year, 4);
    for (mark, part) in [
        ('-', time.month()),
        ('-', time.day()),
        ('T', time.hour()),
        (':', time.minute()),
        (':', time.second()),
    ] {
        out.push(mark);
        write_digits(out, part.into(), 2);
    }
    out.push('.');
    write_digits(out, time.timestamp_subsec_micros().into(), 6);
    out.push('Z');
}

/// The time as the audit keeps it: whole microseconds.
pub(super) fn to_micros(time: DateTime<Utc>) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(time.timestamp_micros())
}

/// Appends `value` in decimal, with zeroes in front up to `width` digits.
fn write_digits(out: &mut String, value: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut left = value;
    let mut used = 0;
    for slot in digits.iter_mut().rev() {
        // The remainder is below ten, so the conversion always succeeds.
        *slot = b'0' + u8::try_from(left % 10).unwrap_or(0);
        left /= 10;
        used += 1;
        if left == 0 && used >= width {
            break;
        }
    }
    let text = digits.get(digits.len() - used..).unwrap_or_default();
    out.push_str(std::str::from_utf8(text).unwrap_or_default());
}
