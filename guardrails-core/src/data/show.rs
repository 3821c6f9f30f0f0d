//! One value as text in a message, as far as the principal may see it.

use std::fmt::Write as _;

use super::access::Access;
use super::project::{Shown, inside};
use super::shape::Shapes;
use super::table::{FieldRow, Inner, row_of};
use crate::value::{Name, Value};

/// Stands for a value that may not be seen.
pub(super) const HIDDEN: &str = "‹hidden›";
/// Stands for a value that is not there.
const MISSING: &str = "‹missing›";
/// As deep as a record may be.
const DEEPEST: usize = 32;

pub(super) fn show(rows: &[FieldRow], shapes: &Shapes, path: &[Name], value: &Value) -> String {
    let shown = seen(rows, shapes, path, value);
    let mut out = String::new();
    match shown {
        None => out.push_str(HIDDEN),
        Some(value) => write_plain(&value, &mut out),
    }
    out
}

/// The value at the end of the path as it may be seen; none when it may not.
fn seen(rows: &[FieldRow], shapes: &Shapes, path: &[Name], value: &Value) -> Option<Value> {
    let (name, rest) = path.split_first()?;
    let row = row_of(rows, name)?;
    let mut buffer = String::new();
    match &row.access {
        Access::Hidden => None,
        Access::Masked(mask) if rest.is_empty() => Some(mask.apply_with(value, &mut buffer)),
        // The field is masked as a whole, so nothing inside it has a form of its own.
        Access::Masked(_) => None,
        Access::Read if rest.is_empty() => {
            match inside(&row.inner, value, shapes, DEEPEST, &mut buffer) {
                Shown::Same => Some(value.clone()),
                Shown::Changed(value) => Some(value),
                Shown::Withheld => None,
            }
        }
        Access::Read => match &row.inner {
            Inner::Anything => Some(value.clone()),
            Inner::Scalar => None,
            Inner::Rows(rows) => seen(rows, shapes, rest, value),
            Inner::Shape(shape) => seen(shapes.rows(*shape), shapes, rest, value),
        },
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
