//! What keeps a field from being written, and what of it a writer does not see.
//!
//! A change replaces a field as a whole. So it must be allowed to write everything inside, and must not
//! drop unseen what the view withholds.

use super::access::Access;
use super::field_row::{FieldRow, Inner, join};
use super::project::{Projector, Shown};
use super::shape::Shapes;
use super::table::FieldTable;
use crate::naming::has_hidden;
use crate::value::{Name, Value};

impl FieldTable {
    /// The path of what keeps a field from being given another value: the field itself, or where only
    /// something inside may not be written, that. None where it may be.
    ///
    /// INVARIANT: it depends on the table alone, and not on any value.
    #[must_use]
    pub(crate) fn write_barrier(&self, field: &str) -> Option<Name> {
        if self.is_writable(field) {
            return None;
        }
        let Some(row) = self.row(field) else {
            return Some(field.into());
        };
        let path = inside(row, self.shapes(), &mut Vec::new());
        Some(path.unwrap_or_else(|| row.name().clone()))
    }

    /// The path in `value`, the present value of a field, of what a view through this table leaves out
    /// in part: an object with a member that is hidden or that nobody declares, or a value of another shape
    /// than is declared. `None` where everything is shown, since a mask shows that there is something, and
    /// where the whole field is hidden, since its writer knows that they see nothing of it.
    ///
    /// INVARIANT: of a declared member it depends on the table alone, and not on whether the record has it.
    #[must_use]
    pub(crate) fn unseen(&self, field: &str, value: &Value) -> Option<String> {
        let row = self.row(field)?;
        if *row.access() == Access::Hidden {
            return None;
        }
        if let Some(path) = hidden_inside(row, self.shapes(), value, field) {
            return Some(path);
        }
        match Projector::new(self.shapes()).top(row, value) {
            Shown::Same => None,
            Shown::Withheld => Some(field.to_owned()),
            Shown::Changed(shown) => left_out(value, &shown, field),
        }
    }
}

/// The path of the first member that may not be written, where another one may be.
fn inside(row: &FieldRow, shapes: &Shapes, visited: &mut Vec<usize>) -> Option<Name> {
    let rows = match row.inner() {
        Inner::Rows(rows) | Inner::Open(rows, _) => rows,
        Inner::Shape(shape) if !visited.contains(shape) => {
            visited.push(*shape);
            shapes.rows(*shape)
        }
        Inner::Shape(_) | Inner::Anything | Inner::Scalar => return None,
    };
    let may = |row: &&FieldRow| {
        row.writable()
            .and(shapes.writable(row.inner()))
            .is_allowed()
    };
    let blocked = rows.iter().find(|row| !may(row))?;
    rows.iter().find(may)?;
    let deeper = inside(blocked, shapes, visited);
    Some(join(
        row.name(),
        &deeper.unwrap_or_else(|| blocked.name().clone()),
    ))
}

/// The path of the first object in a row's value that has a hidden member by its declaration.
fn hidden_inside(row: &FieldRow, shapes: &Shapes, value: &Value, path: &str) -> Option<String> {
    let rows = match row.inner() {
        Inner::Rows(rows) | Inner::Open(rows, _) => rows,
        Inner::Shape(shape) => shapes.rows(*shape),
        Inner::Anything | Inner::Scalar => return None,
    };
    match value {
        Value::List(items) => items
            .iter()
            .enumerate()
            .find_map(|(at, item)| hidden_inside(row, shapes, item, &format!("{path}[{at}]"))),
        Value::Object(_) if rows.iter().any(|row| *row.access() == Access::Hidden) => {
            Some(path.to_owned())
        }
        Value::Object(members) => rows.iter().find_map(|row| {
            let member = members.value(row.name())?;
            hidden_inside(row, shapes, member, &format!("{path}.{}", row.name()))
        }),
        _ => None,
    }
}

/// The path of the first object or list of which less is shown than there is. A key that nobody declares is
/// in it only where every character of it shows.
fn left_out(value: &Value, shown: &Value, path: &str) -> Option<String> {
    match (value, shown) {
        (Value::Object(all), Value::Object(some)) if all.len() == some.len() => all
            .iter()
            .zip(some.iter())
            .find_map(|((name, value), (_, shown))| match has_hidden(name) {
                true => left_out(value, shown, path),
                false => left_out(value, shown, &format!("{path}.{name}")),
            }),
        (Value::List(all), Value::List(some)) if all.len() == some.len() => all
            .iter()
            .zip(some.iter())
            .enumerate()
            .find_map(|(at, (value, shown))| left_out(value, shown, &format!("{path}[{at}]"))),
        (Value::Object(_), Value::Object(_)) | (Value::List(_), Value::List(_)) => {
            Some(path.to_owned())
        }
        _ => None,
    }
}
