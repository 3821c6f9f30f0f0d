//! One value as text in a message, as far as the principal may see it.

use std::fmt::Write as _;

use super::project::{Around, Projector, Shown};
use super::shape::Shapes;
use super::table::{FieldRow, Inner, row_of};
use crate::value::{Name, Value};

/// Stands for a value that may not be seen.
pub(super) const HIDDEN: &str = "‹hidden›";
/// Stands for a value that is not there.
const MISSING: &str = "‹missing›";

/// The value found at `path`, by these rows.
pub(super) fn show(rows: &[FieldRow], shapes: &Shapes, path: &[Name], value: &Value) -> String {
    let mut out = String::new();
    match seen(rows, shapes, path, value, &Around::RECORD) {
        None => out.push_str(HIDDEN),
        Some(value) => write_plain(&value, &mut out),
    }
    out
}

/// The value at the end of the path as it may be seen; none when it may not.
fn seen(
    rows: &[FieldRow],
    shapes: &Shapes,
    path: &[Name],
    value: &Value,
    around: &Around,
) -> Option<Value> {
    let (name, rest) = path.split_first()?;
    let row = row_of(rows, name)?;
    if rest.is_empty() {
        return match Projector::new(shapes).field(row, value, around) {
            Shown::Same => Some(value.clone()),
            Shown::Changed(value) => Some(value),
            Shown::Withheld => None,
        };
    }
    let inside = around.inside(row)?;
    match &row.inner {
        Inner::Rows(rows) => seen(rows, shapes, rest, value, &inside),
        Inner::Shape(shape) => seen(shapes.rows(*shape), shapes, rest, value, &inside),
        Inner::Anything | Inner::Scalar => None,
    }
}

fn write_plain(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str(MISSING),
        Value::Text(text) => out.push_str(text),
        Value::Number(number) => {
            // INVARIANT: writing to a String cannot fail.
            let _ = write!(out, "{}", number.normalize());
        }
        Value::Bool(_) | Value::List(_) | Value::Object(_) => value.write_json(out),
    }
}
