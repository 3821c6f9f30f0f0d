//! JSON in and out, exactly and within limits.
//!
//! Numbers: integers of any size a decimal holds, and fractions of up to 15 significant digits,
//! which pass through JSON's number type unharmed. A longer fraction is refused with the advice to
//! send it as text, because it would otherwise be rounded on the way in. A duplicate key is refused:
//! two readers could disagree about which one counts.

use std::cell::RefCell;
use std::fmt::{self, Write as _};

use rust_decimal::Decimal;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{Fields, Name, Value};
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
    let state = RefCell::new(State {
        items: limits.items,
        broken: None,
    });
    let mut reader = serde_json::Deserializer::from_str(text);
    let seed = Seed {
        depth: limits.depth,
        state: &state,
    };
    let value = seed.deserialize(&mut reader).and_then(|value| {
        reader.end()?;
        Ok(value)
    });
    if let Some(broken) = state.into_inner().broken {
        return Err(match broken {
            Broken::Depth => over("record_depth", limits.depth, "levels"),
            Broken::Items => over("record_items", limits.items, "keys and items"),
            Broken::Duplicate => Error::new(ErrorKind::Input, "a key appears twice in one object")
                .with_help("send each key once"),
            Broken::Number => Error::new(
                ErrorKind::Input,
                "a number has more digits than JSON numbers keep",
            )
            .with_help("send it as a decimal string, such as \"0.12345678901234567\""),
        });
    }
    match value {
        Ok(Value::Object(fields)) => {
            Ok(std::sync::Arc::try_unwrap(fields).unwrap_or_else(|shared| (*shared).clone()))
        }
        Ok(other) => Err(Error::new(
            ErrorKind::Input,
            format!("expected a JSON object, found {}", other.shape()),
        )
        .with_help("send one object, in braces")),
        Err(error) => Err(Error::new(
            ErrorKind::Input,
            format!(
                "this is not valid JSON, at line {} column {}",
                error.line(),
                error.column()
            ),
        )
        .with_help("mend the text at that place; one JSON object is expected")),
    }
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
}

struct State {
    items: usize,
    broken: Option<Broken>,
}

/// Reads one value, counting down depth and items.
struct Seed<'s> {
    depth: usize,
    state: &'s RefCell<State>,
}

impl Seed<'_> {
    fn stop<E: serde::de::Error>(&self, broken: Broken) -> E {
        self.state.borrow_mut().broken.get_or_insert(broken);
        E::custom("limit")
    }

    fn inside<E: serde::de::Error>(&self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self {
                depth,
                state: self.state,
            }),
            None => Err(self.stop(Broken::Depth)),
        }
    }

    fn count<E: serde::de::Error>(&self) -> Result<(), E> {
        let left = self.state.borrow().items.checked_sub(1);
        match left {
            Some(left) => {
                self.state.borrow_mut().items = left;
                Ok(())
            }
            None => Err(self.stop(Broken::Items)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        exact_decimal(value)
            .map(Value::Number)
            .ok_or_else(|| self.stop(Broken::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self.inside::<A::Error>()?)? {
            self.count::<A::Error>()?;
            items.push(item);
        }
        Ok(Value::List(items.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Fields::new();
        while let Some(key) = map.next_key::<String>()? {
            self.count::<A::Error>()?;
            let value = map.next_value_seed(self.inside::<A::Error>()?)?;
            if fields.replace(Name::from(key), value).is_some() {
                return Err(A::Error::custom(self.stop::<A::Error>(Broken::Duplicate)));
            }
        }
        Ok(Value::from(fields))
    }
}

/// The decimal that was written, when a binary float of 53 bits can carry it: at most 15
/// significant digits (IEEE 754 binary64, `DBL_DIG`).
pub(crate) fn exact_decimal(value: f64) -> Option<Decimal> {
    if !value.is_finite() {
        return None;
    }
    // `{:e}` prints the shortest digits that read back as the same float.
    let shortest = format!("{value:e}");
    let digits = shortest
        .bytes()
        .take_while(|b| *b != b'e')
        .filter(u8::is_ascii_digit)
        .count();
    if digits > 15 {
        return None;
    }
    Decimal::from_scientific(&shortest).ok()
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
        let fields = read(r#"{"a": 1200.10, "b": 3000000000, "c": "0.1", "d": 1e3}"#).unwrap();
        assert_eq!(
            fields.to_json(),
            r#"{"a":1200.1,"b":3000000000,"c":"0.1","d":1000}"#
        );
        let error = read(r#"{"a": 0.12345678901234567}"#).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.help().contains("decimal string"), "{error:#}");
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
