//! Holds values that a host built in code to the limits that text is held to, and the names of what is
//! to be written to what may be a name.
//!
//! Everything that looks into nested values walks them on the stack; this is what bounds it.

use super::json::over;
use super::{Fields, JsonLimits, Value};
use crate::error::Result;
use crate::naming::expect_visible;

/// Refuses fields that are larger, deeper or more than `limits` allow. The keys of a host's record are data
/// like its values: a CRM may have a column whose heading takes two lines. They stand in no record of the
/// audit and in no message, and in JSON they are escaped.
///
/// # Errors
/// [`ErrorKind::Input`](crate::ErrorKind::Input) with the limit's name.
pub(crate) fn within(fields: &Fields, limits: JsonLimits) -> Result<()> {
    let mut left = Left {
        items: limits.items,
        bytes: limits.bytes,
        limits,
    };
    left.fields(fields, limits.depth)
}

/// Refuses names of fields that do not show, at any depth: of fields that somebody wants to write. They
/// stand in the audit and in refusals.
///
/// # Errors
/// [`ErrorKind::Input`](crate::ErrorKind::Input).
pub(crate) fn expect_field_names(fields: &Fields) -> Result<()> {
    fields.iter().try_for_each(|(name, value)| {
        expect_visible("the name of a field", name)?;
        expect_names_inside(value)
    })
}

fn expect_names_inside(value: &Value) -> Result<()> {
    match value {
        Value::Object(fields) => expect_field_names(fields),
        Value::List(items) => items.iter().try_for_each(expect_names_inside),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => Ok(()),
    }
}

/// What there is still room for.
struct Left {
    items: usize,
    bytes: usize,
    limits: JsonLimits,
}

impl Left {
    fn fields(&mut self, fields: &Fields, depth: usize) -> Result<()> {
        self.items(fields.len())?;
        let depth = self.deeper(depth)?;
        fields.iter().try_for_each(|(name, value)| {
            self.bytes(name.len())?;
            self.value(value, depth)
        })
    }

    fn value(&mut self, value: &Value, depth: usize) -> Result<()> {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
            Value::Text(text) => self.bytes(text.len()),
            Value::Object(fields) => self.fields(fields, depth),
            Value::List(items) => {
                self.items(items.len())?;
                let depth = self.deeper(depth)?;
                items.iter().try_for_each(|item| self.value(item, depth))
            }
        }
    }

    fn items(&mut self, items: usize) -> Result<()> {
        let left = self.items.checked_sub(items);
        self.items =
            left.ok_or_else(|| over("record_items", self.limits.items, "keys and items"))?;
        Ok(())
    }

    fn bytes(&mut self, bytes: usize) -> Result<()> {
        let left = self.bytes.checked_sub(bytes);
        self.bytes = left.ok_or_else(|| over("record_bytes", self.limits.bytes, "bytes"))?;
        Ok(())
    }

    fn deeper(&self, depth: usize) -> Result<usize> {
        let left = depth.checked_sub(1);
        left.ok_or_else(|| over("record_depth", self.limits.depth, "levels"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{ErrorKind, parse_fields};

    const SMALL: JsonLimits = JsonLimits {
        bytes: 40,
        depth: 3,
        items: 6,
    };

    /// The limits mean the same in text and in memory, but for the marks that only text has.
    #[test]
    fn text_and_memory_are_held_alike() {
        for (text, refused) in [
            (r#"{}"#, None),
            (r#"{"a":{"b":[1]}}"#, None),
            (r#"{"a":{"b":[[]]}}"#, Some("record_depth")),
            (r#"{"a":{"b":{"c":{}}}}"#, Some("record_depth")),
            (r#"{"a":1,"b":[1,2,3,4]}"#, None),
            (r#"{"a":1,"b":[1,2,3,4,5]}"#, Some("record_items")),
        ] {
            let fields = parse_fields(text, JsonLimits::default()).unwrap();
            for held in [within(&fields, SMALL), parse_fields(text, SMALL).map(drop)] {
                match (held, refused) {
                    (Ok(()), None) => {}
                    (Err(error), Some(name)) => {
                        assert_eq!(error.kind(), ErrorKind::Input, "{text}");
                        assert!(error.to_string().contains(name), "{text}: {error}");
                    }
                    (held, _) => assert!(held.is_ok(), "{text}: {held:?}"),
                }
            }
        }
    }

    #[test]
    fn bytes_are_those_of_names_and_texts() {
        let fields = |length| Fields::from_iter([("name", "x".repeat(length))]);
        assert!(within(&fields(36), SMALL).is_ok());
        let error = within(&fields(37), SMALL).unwrap_err();
        assert!(error.to_string().contains("record_bytes"), "{error}");
    }
}
