//! Writes a record's fields as JSON text that reads back exactly, for a stored ticket.
//!
//! A ticket releases exactly the action that was approved, so what is stored must come back to the
//! last digit. JSON numbers do not carry every decimal: one that would not come back is written as
//! `{"$decimal":"…"}`. A key of the record that starts with `$` gets a second one, so that no record
//! can look like that by itself.

use std::str::FromStr;

use rust_decimal::Decimal;

use crate::value::{Fields, JsonLimits, Value, parse_fields};

const DECIMAL: &str = "$decimal";
/// Decimal digits that a JSON number brings through a binary float unharmed (IEEE 754, `DBL_DIG`).
const EXACT_DIGITS: usize = 15;

/// Twice what a record may have, since keys and decimals grow a little here.
const LIMITS: JsonLimits = JsonLimits {
    bytes: 1 << 22,
    depth: 80,
    items: 1 << 16,
};

pub(super) fn write(fields: &Fields) -> String {
    mapped(fields, outward).to_json()
}

/// None when the text is not what [`write`] makes.
pub(super) fn read(text: &str) -> Option<Fields> {
    let stored = parse_fields(text, LIMITS).ok()?;
    inward_fields(&stored)
}

fn mapped(fields: &Fields, value: fn(&Value) -> Value) -> Fields {
    let mut out = Fields::with_capacity(fields.len());
    for (name, old) in fields {
        let name = match name.strip_prefix('$') {
            Some(_) => format!("${name}").into(),
            None => name.clone(),
        };
        out.set(name, value(old));
    }
    out
}

fn outward(value: &Value) -> Value {
    match value {
        Value::Number(number) if !survives_json(*number) => {
            let mut tagged = Fields::new();
            tagged.set(DECIMAL, number.to_string());
            Value::from(tagged)
        }
        Value::List(items) => Value::List(items.iter().map(outward).collect()),
        Value::Object(fields) => Value::from(mapped(fields, outward)),
        other => other.clone(),
    }
}

fn survives_json(number: Decimal) -> bool {
    let number = number.normalize();
    let digits = number.mantissa().unsigned_abs().to_string().len();
    match number.scale() {
        0 => i64::try_from(number).is_ok(),
        scale => digits <= EXACT_DIGITS && scale <= 15,
    }
}

fn inward_fields(fields: &Fields) -> Option<Fields> {
    let mut out = Fields::with_capacity(fields.len());
    for (name, value) in fields {
        let name = match name.strip_prefix('$') {
            // A single sign is ours alone, and never a key of the record.
            Some(rest) if !rest.starts_with('$') => return None,
            Some(rest) => rest.into(),
            None => name.clone(),
        };
        out.set(name, inward(value)?);
    }
    Some(out)
}

fn inward(value: &Value) -> Option<Value> {
    Some(match value {
        Value::List(items) => Value::List(items.iter().map(inward).collect::<Option<_>>()?),
        Value::Object(fields) => match fields.value(DECIMAL) {
            Some(Value::Text(digits)) if fields.len() == 1 => {
                Value::Number(Decimal::from_str(digits).ok()?)
            }
            _ => Value::from(inward_fields(fields)?),
        },
        other => other.clone(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (any::<i64>(), 0_u32..28).prop_map(|(n, scale)| Decimal::new(n, scale).into()),
            any::<i128>().prop_filter_map("96 bits", |n| {
                Decimal::try_from_i128_with_scale(n >> 32, 12)
                    .ok()
                    .map(Value::from)
            }),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((r"\$?\$?[a-z]{1,2}|\$decimal", inner), 0..4)
                    .prop_map(|pairs| Value::from(Fields::from_iter(pairs))),
            ]
        })
    }

    proptest! {
        #[test]
        fn reads_back_exactly(a in value(), b in value()) {
            let fields = Fields::from_iter([("a", a), ("$decimal", b)]);
            let text = write(&fields);
            let back = read(&text).unwrap();
            prop_assert_eq!(write(&back), text);
            prop_assert_eq!(back, fields);
        }
    }

    #[test]
    fn garbage_is_none() {
        for text in [
            "",
            "[]",
            "{",
            r#"{"a":{"$decimal":"x"}}"#,
            r#"{"$a":1}"#,
            "\0",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
