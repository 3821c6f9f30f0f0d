//! Appends canonical JSON to a text buffer: RFC 8785 for the values the audit needs, which are
//! objects, lists, text, whole numbers and booleans. No binary floats, no white space.
//!
//! INVARIANT: the caller writes members in ascending order of their names; names are ASCII, so byte
//! order is RFC 8785's UTF-16 order.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, Timelike, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::digest::Digest;

use super::keyed_digest::KeyedDigest;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// A member's name as it stands in the text: comma, quotes and colon included, so that it is
/// appended in one piece. Made by [`member!`].
#[derive(Clone, Copy)]
pub(super) struct Member(pub(super) &'static str);

/// A member's name, put into its punctuation by the compiler.
macro_rules! member {
    ($name:literal) => {
        $crate::audit::json::Member(concat!(",\"", $name, "\":"))
    };
}
pub(super) use member;

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

    /// Begins a member; the first one leaves the comma of its [`member!`] out.
    fn name(&mut self, Member(name): Member) -> &mut String {
        let skip = usize::from(self.first);
        self.first = false;
        self.out.push_str(name.get(skip..).unwrap_or_default());
        self.out
    }

    pub(super) fn text(&mut self, name: Member, value: &str) {
        write_text(self.name(name), value);
    }

    /// Leaves the member out when the text is empty.
    pub(super) fn text_if_any(&mut self, name: Member, value: &str) {
        if !value.is_empty() {
            self.text(name, value);
        }
    }

    /// For words of our own that need no escaping.
    pub(super) fn word(&mut self, name: Member, value: &str) {
        let out = self.name(name);
        out.push('"');
        out.push_str(value);
        out.push('"');
    }

    pub(super) fn number(&mut self, name: Member, value: u64) {
        write_digits(self.name(name), value, 1);
    }

    pub(super) fn truth(&mut self, name: Member, value: bool) {
        self.name(name)
            .push_str(if value { "true" } else { "false" });
    }

    pub(super) fn decimal(&mut self, name: Member, value: Decimal) {
        let out = self.name(name);
        out.push('"');
        write_decimal(out, value);
        out.push('"');
    }

    pub(super) fn uuid(&mut self, name: Member, value: Uuid) {
        let mut buffer = Uuid::encode_buffer();
        let text = value.hyphenated().encode_lower(&mut buffer);
        self.word(name, text);
    }

    pub(super) fn digest(&mut self, name: Member, value: Digest) {
        let out = self.name(name);
        out.push('"');
        write_digest(out, value);
        out.push('"');
    }

    pub(super) fn keyed_digest(&mut self, name: Member, value: KeyedDigest) {
        let out = self.name(name);
        // Writing to a `String` cannot fail.
        let _ = write!(out, "\"{value}\"");
    }

    /// Leaves the member out when there is none.
    pub(super) fn keyed_digest_if_any(&mut self, name: Member, value: Option<KeyedDigest>) {
        if let Some(value) = value {
            self.keyed_digest(name, value);
        }
    }

    /// Leaves the member out when there is none.
    pub(super) fn digest_if_any(&mut self, name: Member, value: Option<Digest>) {
        if let Some(value) = value {
            self.digest(name, value);
        }
    }

    pub(super) fn time(&mut self, name: Member, value: DateTime<Utc>) {
        let out = self.name(name);
        out.push('"');
        write_time(out, value);
        out.push('"');
    }

    pub(super) fn texts<T: AsRef<str>>(&mut self, name: Member, values: &[T]) {
        self.list(name, values, |out, value| write_text(out, value.as_ref()));
    }

    pub(super) fn list<T>(
        &mut self,
        name: Member,
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

    pub(super) fn object(&mut self, name: Member, write: impl FnOnce(&mut Object<'_>)) {
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
    // Without a way out of the loop the compiler checks many bytes at a time.
    let clean = text
        .bytes()
        .fold(true, |clean, byte| clean & !needs_escape(byte));
    if clean {
        out.push_str(text);
        out.push('"');
        return;
    }
    let mut rest = text;
    while let Some((clean, byte, after)) = split_at_escape(rest) {
        out.push_str(clean);
        write_escape(out, byte);
        rest = after;
    }
    out.push_str(rest);
    out.push('"');
}

fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// The text before the first byte that needs an escape, that byte, and the text after it.
fn split_at_escape(text: &str) -> Option<(&str, u8, &str)> {
    let at = text.bytes().position(needs_escape)?;
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
            push_ascii(out, &hex(other));
        }
    }
}

fn hex(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|nibble| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0'))
}

/// Appends bytes that are ASCII by construction.
fn push_ascii(out: &mut String, bytes: &[u8]) {
    out.push_str(std::str::from_utf8(bytes).unwrap_or_default());
}

/// Appends `sha256:` and 64 hexadecimal digits; the `Display` of [`Digest`], without its formatter.
pub(super) fn write_digest(out: &mut String, digest: Digest) {
    let mut digits = [0; 64];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(digest.0) {
        pair.copy_from_slice(&hex(byte));
    }
    out.push_str("sha256:");
    push_ascii(out, &digits);
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

/// Appends a decimal without trailing zeroes: `40.0` is `40`.
fn write_decimal(out: &mut String, value: Decimal) {
    let (Ok(mut digits), mut scale) = (
        u64::try_from(value.mantissa().unsigned_abs()),
        value.scale(),
    ) else {
        // INVARIANT: writing to a String cannot fail.
        let _ = write!(out, "{}", value.normalize());
        return;
    };
    while scale > 0 && digits.is_multiple_of(10) {
        digits /= 10;
        scale -= 1;
    }
    if value.is_sign_negative() && digits > 0 {
        out.push('-');
    }
    // A decimal has at most 28 digits after the point, and 10^19 still fits.
    match 10_u64.checked_pow(scale) {
        Some(unit) if scale > 0 => {
            write_digits(out, digits / unit, 1);
            out.push('.');
            write_digits(out, digits % unit, usize::try_from(scale).unwrap_or(0));
        }
        Some(_) => write_digits(out, digits, 1),
        None => {
            let _ = write!(out, "{}", value.abs().normalize());
        }
    }
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
    push_ascii(out, digits.get(digits.len() - used..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_decimal_is_written_as_its_normal_form(
            mantissa in any::<i64>(),
            wide in -(1_i128 << 95)..(1_i128 << 95),
            scale in 0_u32..=28,
            zeroes in 0_u32..5,
        ) {
            for number in [
                Decimal::from_i128_with_scale(mantissa.into(), scale),
                Decimal::from_i128_with_scale(i128::from(mantissa % 1000) * 10_i128.pow(zeroes), scale),
                Decimal::from_i128_with_scale(wide, scale),
            ] {
                let mut out = String::new();
                write_decimal(&mut out, number);
                prop_assert_eq!(out, number.normalize().to_string());
            }
        }
    }
}
