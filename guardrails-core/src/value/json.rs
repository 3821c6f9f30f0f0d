//! JSON in and out, exactly and within limits.
//!
//! A number is read from the digits that were sent: it never passes through a binary float, and what
//! a decimal does not hold exactly is refused. A duplicate key is refused: two readers could disagree
//! about which one counts.

use std::fmt::{self, Write as _};

use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Fields, Name, Value, exact_number};
use crate::error::{Error, ErrorKind, Result};

/// How large a JSON text from outside may be. Each limit is an error with its name.
#[derive(Debug, Clone, Copy)]
pub struct JsonLimits {
    /// Bytes of text (`record_bytes`), 1 MiB.
    pub bytes: usize,
    /// Objects and lists inside each other (`record_depth`), 32.
    pub depth: usize,
    /// Keys and list items altogether (`record_items`), 8,192.
    pub items: usize,
}

impl Default for JsonLimits {
    fn default() -> Self {
        Self {
            bytes: 1 << 20,
            depth: 32,
            items: 8_192,
        }
    }
}

/// Reads one JSON object.
///
/// # Errors
/// [`ErrorKind::Input`] for text that is not a JSON object, a duplicate key, a number that cannot be
/// held exactly, or a limit of `limits`; the message gives line and column, never a value.
pub fn parse_fields(text: &str, limits: JsonLimits) -> Result<Fields> {
    if text.len() > limits.bytes {
        return Err(over("record_bytes", limits.bytes, "bytes"));
    }
    if depth(text) > limits.depth {
        return Err(over("record_depth", limits.depth, "levels"));
    }
    let mut reader = Reader {
        text,
        items: limits.items,
    };
    let raw: &RawValue =
        serde_json::from_str(text).map_err(|error| invalid(error.line(), error.column()))?;
    match reader.value(raw.get(), limits.depth) {
        Ok(Value::Object(fields)) => {
            Ok(std::sync::Arc::try_unwrap(fields).unwrap_or_else(|shared| (*shared).clone()))
        }
        Ok(other) => Err(Error::new(
            ErrorKind::Input,
            format!("expected a JSON object, found {}", other.shape()),
        )
        .with_help("send one object, in braces")),
        Err(Broken::Depth) => Err(over("record_depth", limits.depth, "levels")),
        Err(Broken::Items) => Err(over("record_items", limits.items, "keys and items")),
        Err(Broken::Duplicate) => Err(Error::new(
            ErrorKind::Input,
            "a key appears twice in one object",
        )
        .with_help("send each key once")),
        Err(Broken::Number) => Err(
            Error::new(ErrorKind::Input, "a number cannot be held exactly")
                .with_help("send at most 28 digits, and no more than 28 of them after the point"),
        ),
        Err(Broken::Text(line, column)) => Err(invalid(line, column)),
    }
}

/// How deep brackets are open inside each other at most. Told before anything is built, and of a text
/// that is not sound as well.
fn depth(text: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' => open = open.saturating_sub(1),
            b'"' => {
                while let Some(inside) = bytes.next() {
                    match inside {
                        b'\\' => drop(bytes.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    deepest
}

fn invalid(line: usize, column: usize) -> Error {
    Error::new(
        ErrorKind::Input,
        format!("this is not valid JSON, at line {line} column {column}"),
    )
    .with_help("mend the text at that place; one JSON object is expected")
}

pub(super) fn over(name: &str, limit: usize, unit: &str) -> Error {
    Error::new(
        ErrorKind::Input,
        format!("the record is over the limit `{name}` of {limit} {unit}"),
    )
    .with_help("send fewer fields, or raise the limit where the guard is built")
}

enum Broken {
    Depth,
    Items,
    Duplicate,
    Number,
    /// Line and column.
    Text(usize, usize),
}

/// Reads a text whose brackets and literals are known to be sound, level by level.
struct Reader<'t> {
    text: &'t str,
    /// Keys and items that may still come.
    items: usize,
}

impl<'t> Reader<'t> {
    fn value(&mut self, raw: &'t str, depth: usize) -> Result<Value, Broken> {
        match raw.as_bytes().first() {
            Some(b'{') => self.object(raw, deeper(depth)?),
            Some(b'[') => self.list(raw, deeper(depth)?),
            Some(b'"') => {
                let text = serde_json::from_str::<String>(raw);
                text.map(Value::from)
                    .map_err(|error| self.text(raw, &error))
            }
            Some(b't') => Ok(Value::Bool(true)),
            Some(b'f') => Ok(Value::Bool(false)),
            Some(b'n') => Ok(Value::Null),
            _ => exact_number(raw).map(Value::Number).ok_or(Broken::Number),
        }
    }

    fn object(&mut self, raw: &'t str, depth: usize) -> Result<Value, Broken> {
        let mut reader = serde_json::Deserializer::from_str(raw);
        let members = reader
            .deserialize_map(Members(self.items))
            .map_err(|error| self.text(raw, &error))?;
        let members = self.counted(members)?;
        let mut fields = Fields::with_capacity(members.len());
        for (key, value) in members {
            let value = self.value(value.get(), depth)?;
            if fields.replace(Name::from(key), value).is_some() {
                return Err(Broken::Duplicate);
            }
        }
        Ok(Value::from(fields))
    }

    fn list(&mut self, raw: &'t str, depth: usize) -> Result<Value, Broken> {
        let mut reader = serde_json::Deserializer::from_str(raw);
        let items = reader
            .deserialize_seq(Items(self.items))
            .map_err(|error| self.text(raw, &error))?;
        let items = self.counted(items)?.into_iter();
        let items = items.map(|item| self.value(item.get(), depth));
        Ok(Value::List(items.collect::<Result<_, _>>()?))
    }

    /// Takes the parts of one level off what may still come.
    fn counted<T>(&mut self, parts: Option<Vec<T>>) -> Result<Vec<T>, Broken> {
        let parts = parts.ok_or(Broken::Items)?;
        self.items = self.items.checked_sub(parts.len()).ok_or(Broken::Items)?;
        Ok(parts)
    }

    /// Where in the whole text a mistake in a part of it stands.
    fn text(&self, part: &str, error: &serde_json::Error) -> Broken {
        // Both are of one text, so that their addresses tell the distance.
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let before = self.text.get(..start).unwrap_or("");
        let lines = before.matches('\n').count();
        let last = before.rfind('\n').map_or(0, |at| at + 1);
        let column = match error.line() {
            1 => start - last + error.column(),
            _ => error.column(),
        };
        Broken::Text(lines + error.line(), column)
    }
}

fn deeper(depth: usize) -> Result<usize, Broken> {
    depth.checked_sub(1).ok_or(Broken::Depth)
}

/// The members of an object, their values unread; none when there are more than this.
struct Members(usize);

impl<'de> Visitor<'de> for Members {
    type Value = Option<Vec<(String, &'de RawValue)>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok((members.len() <= self.0).then_some(members))
    }
}

/// The items of a list, unread; none when there are more than this.
struct Items(usize);

impl<'de> Visitor<'de> for Items {
    type Value = Option<Vec<&'de RawValue>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok((items.len() <= self.0).then_some(items))
    }
}

/// Appends `text` as a JSON string (RFC 8259 §7), escaping only what must be.
pub(crate) fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                // INVARIANT: writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

impl Value {
    /// Appends this value as canonical JSON: keys in order, numbers normalised (`40.0` is `40`), no
    /// white space. Two values that mean the same give the same bytes.
    pub fn write_json(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => {
                let _ = write!(out, "{}", number.normalize());
            }
            Self::Text(text) => write_text(out, text),
            Self::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Self::Object(fields) => fields.write_json(out),
        }
    }
}

impl Fields {
    /// Appends these fields as one canonical JSON object; see [`Value::write_json`].
    pub fn write_json(&self, out: &mut String) {
        out.push('{');
        for (i, (name, value)) in self.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            write_text(out, name);
            out.push(':');
            value.write_json(out);
        }
        out.push('}');
    }

    /// These fields as one canonical JSON object.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::with_capacity(32 * self.len());
        self.write_json(&mut out);
        out
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Fields> {
        parse_fields(text, JsonLimits::default())
    }

    #[test]
    fn numbers_stay_exact_or_are_refused() {
        let fields = read(r#"{"a": 1200.10, "b": 3000000000, "c": "0.1", "d": 1e3, "e": -0}"#);
        assert_eq!(
            fields.unwrap().to_json(),
            r#"{"a":1200.1,"b":3000000000,"c":"0.1","d":1000,"e":0}"#
        );
        for exact in [
            "0.12345678901234567",
            "1200.10000000000000001",
            "12345678901234567890123.45678",
            "79228162514264337593543950335",
        ] {
            let fields = read(&format!(r#"{{"a":{exact}}}"#)).unwrap();
            assert_eq!(fields.to_json(), format!(r#"{{"a":{exact}}}"#));
        }
        for lost in ["0.12345678901234567890123456789", "1e400", "1e-400", "1e29"] {
            let error = read(&format!(r#"{{"a":{lost}}}"#)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input);
            assert!(error.help().contains("28 digits"), "{lost}: {error:#}");
        }
    }

    #[test]
    fn a_mistake_is_told_where_it_stands() {
        for (text, place) in [
            ("{\"a\": }", "line 1 column 7"),
            ("{\"a\":\n [1, 01]}", "line 2 column 7"),
            ("{\"a\":\n [\"\\ud800\"]}", "line 2 column 10"),
            ("{\"a\": 1} x", "line 1 column 10"),
            ("", "line 1 column 0"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(place), "{text}: {error}");
        }
        assert!(read("[1]").unwrap_err().to_string().contains("found list"));
    }

    #[test]
    fn limits_have_names() {
        let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(40), "]".repeat(40));
        assert!(
            read(&deep)
                .unwrap_err()
                .to_string()
                .contains("record_depth")
        );
        let wide = format!(
            "{{{}}}",
            (0..10_000)
                .map(|i| format!("\"k{i}\":1"))
                .collect::<Vec<_>>()
                .join(",")
        );
        assert!(
            read(&wide)
                .unwrap_err()
                .to_string()
                .contains("record_items")
        );
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(1 << 20));
        assert!(
            read(&long)
                .unwrap_err()
                .to_string()
                .contains("record_bytes")
        );
        // Brackets in a text are no levels, with an escaped quotation mark before them either.
        let flat = format!(r#"{{"a":"\\\"{}"}}"#, "[".repeat(40));
        assert!(read(&flat).is_ok());
        let very_deep = format!(r#"{{"a":{}"#, "[".repeat(10_000));
        assert!(
            read(&very_deep)
                .unwrap_err()
                .to_string()
                .contains("record_depth")
        );
    }

    #[test]
    fn a_duplicate_key_is_refused() {
        assert!(
            read(r#"{"a":1,"a":2}"#)
                .unwrap_err()
                .to_string()
                .contains("twice")
        );
    }

    #[test]
    fn control_characters_are_escaped() {
        let fields = read("{\"a\":\"\\u0000\\n\\\"\"}").unwrap();
        assert_eq!(fields.to_json(), "{\"a\":\"\\u0000\\n\\\"\"}");
    }
}
