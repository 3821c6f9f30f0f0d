//! In which fields two tables show something else of the same record: what a shadow policy would have
//! shown, against what was shown. Names fields and accesses, never a value.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::access::Access;
use super::field_row::{FieldRow, Inner, join, row_of};
use super::project::Around;
use super::shape::Shapes;
use super::table::FieldTable;
use crate::audit::FieldAccess;
use crate::policy::Sensitivity;
use crate::value::Name;

/// A field of which another table shows something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Otherwise {
    /// What the other table makes of it.
    pub(crate) field: FieldAccess,
    /// Whether that is less ([`Less`](Ordering::Less)) or more than the first one shows; equal for
    /// another mask of the same strictness.
    pub(crate) shows: Ordering,
}

/// The fields of which `other` shows something else than `table`, in name order. Two tables out of
/// scope are the same; fields inside a nested entity count where either table speaks of them one by
/// one.
pub(crate) fn compare(table: &FieldTable, other: &FieldTable) -> Vec<Otherwise> {
    let side = |table| Side {
        rows: FieldTable::rows(table),
        shapes: FieldTable::shapes(table),
        around: Around::RECORD,
    };
    let mut found = Vec::new();
    walk(&side(table), &side(other), "", &mut found);
    found
}

/// One table at one depth.
struct Side<'t> {
    rows: &'t [FieldRow],
    shapes: &'t Shapes,
    around: Around,
}

impl<'t> Side<'t> {
    fn row(&self, name: &str) -> Option<&'t FieldRow> {
        row_of(self.rows, name)
    }

    fn access(&self, row: Option<&FieldRow>) -> Access {
        row.map_or(Access::Hidden, |row| self.around.access(row))
    }

    /// What is inside a row that shows anything, where there are rows to tell.
    fn inside(&self, row: &'t FieldRow) -> Option<Self> {
        let rows: &[FieldRow] = match row.inner() {
            Inner::Rows(rows) | Inner::Open(rows, _) => rows,
            Inner::Shape(shape) => self.shapes.rows(*shape),
            Inner::Anything | Inner::Scalar => return None,
        };
        Some(Self {
            rows,
            shapes: self.shapes,
            around: self.around.inside(row)?,
        })
    }
}

fn walk(table: &Side<'_>, other: &Side<'_>, prefix: &str, found: &mut Vec<Otherwise>) {
    let names: BTreeSet<&Name> = table
        .rows
        .iter()
        .chain(other.rows)
        .map(FieldRow::name)
        .collect();
    for name in names {
        let path = join(prefix, name);
        let (was, is) = (table.row(name), other.row(name));
        let (before, after) = (table.access(was), other.access(is));
        let shows = shows(&before, &after).then(room(is).cmp(&room(was)));
        if before != after || shows != Ordering::Equal {
            found.push(Otherwise {
                field: FieldAccess {
                    field: path,
                    access: after.as_str(),
                    mask: after.mask_name(),
                    sensitivity: sensitivity(was).max(sensitivity(is)).level(),
                },
                shows,
            });
        } else if let (Some(was), Some(is)) = (was, is)
            && is_told_apart(was, is)
            && let (Some(was), Some(is)) = (table.inside(was), other.inside(is))
        {
            walk(&was, &is, &path, found);
        }
    }
}

/// Whether the second access shows more than the first.
fn shows(before: &Access, after: &Access) -> Ordering {
    before.strictness().cmp(&after.strictness())
}

/// Whether just anything may be inside a value that is shown, since no entity declares it.
fn room(row: Option<&FieldRow>) -> bool {
    row.is_some_and(|row| {
        let open = match row.inner() {
            Inner::Open(_, others) => *others != Access::Hidden,
            inner => matches!(inner, Inner::Anything),
        };
        open && *row.access() != Access::Hidden
    })
}

fn sensitivity(row: Option<&FieldRow>) -> Sensitivity {
    row.map_or(Sensitivity::PUBLIC, FieldRow::sensitivity)
}

/// Whether one of the two speaks of the fields inside; entities may nest in each other without end,
/// so what both show as it is declared is not followed.
fn is_told_apart(was: &FieldRow, is: &FieldRow) -> bool {
    let tells = |row: &FieldRow| matches!(row.inner(), Inner::Rows(_) | Inner::Open(..));
    tells(was) || tells(is)
}
