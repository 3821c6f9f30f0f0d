//! One value as the principal may see it: the same value, a changed one, or none.
//!
//! INVARIANT: a field that the table does not name never passes, at any depth.

use super::access::Access;
use super::shape::Shapes;
use super::table::{FieldRow, Inner};
use crate::value::{Fields, Value};

/// Nested objects and lists deeper than this are withheld, as [`JsonLimits`](crate::JsonLimits)
/// would have refused them.
const DEEPEST: usize = 32;

/// What came of a value.
pub(super) enum Shown {
    /// It may be seen as it is.
    Same,
    /// This may be seen instead.
    Changed(Value),
    /// Nothing of it may be seen.
    Withheld,
}

/// The value of a row's field.
pub(super) fn field(row: &FieldRow, value: &Value, shapes: &Shapes, buffer: &mut String) -> Shown {
    match &row.access {
        Access::Read => inside(&row.inner, value, shapes, DEEPEST, buffer),
        Access::Masked(mask) => Shown::Changed(mask.apply_with(value, buffer)),
        Access::Hidden => Shown::Withheld,
    }
}

/// A readable value, by what of its inside may be seen.
pub(super) fn inside(
    inner: &Inner,
    value: &Value,
    shapes: &Shapes,
    depth: usize,
    buffer: &mut String,
) -> Shown {
    match inner {
        Inner::Anything => Shown::Same,
        Inner::Scalar => scalar(value, depth),
        Inner::Rows(rows) => nested(rows, value, shapes, depth, buffer),
        Inner::Shape(shape) => nested(shapes.rows(*shape), value, shapes, depth, buffer),
    }
}

fn scalar(value: &Value, depth: usize) -> Shown {
    let fits = |item: &Value| matches!(scalar(item, depth.saturating_sub(1)), Shown::Same);
    match value {
        Value::Object(_) => Shown::Withheld,
        Value::List(items) if depth == 0 || !items.iter().all(fits) => Shown::Withheld,
        _ => Shown::Same,
    }
}

fn nested(
    rows: &[FieldRow],
    value: &Value,
    shapes: &Shapes,
    depth: usize,
    buffer: &mut String,
) -> Shown {
    match value {
        Value::Null => Shown::Same,
        Value::Object(fields) if depth > 0 => object(rows, fields, shapes, depth - 1, buffer),
        Value::List(items) if depth > 0 => list(rows, items, shapes, depth - 1, buffer),
        // A bare value where an entity is declared is not known to be harmless.
        _ => Shown::Withheld,
    }
}

fn object(
    rows: &[FieldRow],
    fields: &Fields,
    shapes: &Shapes,
    depth: usize,
    buffer: &mut String,
) -> Shown {
    let mut shown = Fields::with_capacity(fields.len().min(rows.len()));
    let mut changed = false;
    let mut rows = rows.iter().peekable();
    for (name, value) in fields {
        while rows.next_if(|row| *row.name < **name).is_some() {}
        let Some(row) = rows.next_if(|row| row.name == *name) else {
            changed = true;
            continue;
        };
        let result = match &row.access {
            Access::Read => inside(&row.inner, value, shapes, depth, buffer),
            Access::Masked(mask) => Shown::Changed(mask.apply_with(value, buffer)),
            Access::Hidden => Shown::Withheld,
        };
        match result {
            Shown::Same => shown.set(name.clone(), value.clone()),
            Shown::Changed(value) => {
                changed = true;
                shown.set(name.clone(), value);
            }
            Shown::Withheld => changed = true,
        }
    }
    if changed {
        Shown::Changed(Value::from(shown))
    } else {
        Shown::Same
    }
}

fn list(
    rows: &[FieldRow],
    items: &[Value],
    shapes: &Shapes,
    depth: usize,
    buffer: &mut String,
) -> Shown {
    let mut changed = false;
    let shown: Vec<Value> = items
        .iter()
        .filter_map(|item| match nested(rows, item, shapes, depth, buffer) {
            Shown::Same => Some(item.clone()),
            Shown::Changed(item) => {
                changed = true;
                Some(item)
            }
            Shown::Withheld => {
                changed = true;
                None
            }
        })
        .collect();
    if changed {
        Shown::Changed(Value::List(shown.into()))
    } else {
        Shown::Same
    }
}
