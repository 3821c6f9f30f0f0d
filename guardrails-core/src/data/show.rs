//! One value as text in a message, as far as the principal may see it.

use std::fmt::Write as _;

use super::field_row::{FieldRow, Inner, row_of};
use super::project::{Around, Projector, Shown};
use super::shape::Shapes;
use crate::facts::Declared;
use crate::facts::written;
use crate::value::{Name, Value};

/// Stands for a value that may not be seen.
pub(crate) const HIDDEN: &str = "‹hidden›";
/// Stands for a value that is not there.
const MISSING: &str = "‹missing›";

/// The value found at `path`, by these rows.
pub(super) fn show(
    rows: &[FieldRow],
    shapes: &Shapes,
    path: &[Name],
    value: &Value,
    declared: Option<Declared<'_>>,
) -> String {
    let mut out = String::new();
    match seen(rows, shapes, path, value, &Around::RECORD) {
        Shown::Withheld => out.push_str(HIDDEN),
        Shown::Changed(value) => write_plain(&value, &mut out),
        Shown::Same => match declared.and_then(|declared| written(value, declared)) {
            Some(text) => out.push_str(&text),
            None => write_plain(value, &mut out),
        },
    }
    out
}

/// What may be seen of the value at the end of the path.
fn seen(
    rows: &[FieldRow],
    shapes: &Shapes,
    path: &[Name],
    value: &Value,
    around: &Around,
) -> Shown {
    let Some((name, rest)) = path.split_first() else {
        return Shown::Withheld;
    };
    let Some(row) = row_of(rows, name) else {
        return Shown::Withheld;
    };
    if rest.is_empty() {
        return Projector::new(shapes).field(row, value, around);
    }
    let Some(inside) = around.inside(row) else {
        return Shown::Withheld;
    };
    match &row.inner {
        Inner::Rows(rows) | Inner::Open(rows, _) => seen(rows, shapes, rest, value, &inside),
        Inner::Shape(shape) => seen(shapes.rows(*shape), shapes, rest, value, &inside),
        Inner::Anything | Inner::Scalar => Shown::Withheld,
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
