//! How much of the value at a path a principal may see: what an explanation goes by.
//!
//! Decided from the table alone, never from a record's value: whether a hidden field is empty is as
//! hidden as what is in it.

use super::access::Access;
use super::field_row::{FieldRow, Inner, join, row_of};
use super::project::Around;
use super::shape::Shapes;
use super::table::FieldTable;
use crate::value::Name;

/// How much of a value may be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sight {
    /// All of it.
    Whole,
    /// Through a mask, or with fields inside left out.
    Part,
    /// Nothing.
    None,
}

impl FieldTable {
    /// How much may be seen of the value at a path; through lists as if through their items.
    pub(crate) fn sight(&self, path: &[Name]) -> Sight {
        if self.is_out_of_scope() {
            return Sight::None;
        }
        sight(self.rows(), self.shapes(), path, &Around::RECORD)
    }

    /// The same for the field alone, whatever may be seen of the fields inside it: how many items a
    /// list has may be seen where the list may, even if a field of each item is hidden.
    pub(crate) fn outline(&self, path: &[Name]) -> Sight {
        if self.is_out_of_scope() {
            return Sight::None;
        }
        match own(self.rows(), self.shapes(), path, &Around::RECORD) {
            Some((Access::Read, _)) => Sight::Whole,
            Some((Access::Masked(_), _)) => Sight::Part,
            Some((Access::Hidden, _)) | None => Sight::None,
        }
    }
}

impl FieldTable {
    /// The paths at and inside a field of which not everything may be seen: the field itself where it
    /// is masked or hidden, else what is inside it.
    pub(crate) fn not_in_clear(&self, field: &str) -> Vec<Name> {
        let row = self.row(field).filter(|_| !self.is_out_of_scope());
        let mut paths = Vec::new();
        match row {
            Some(row) => not_in_clear(
                row,
                field.into(),
                self.shapes(),
                &mut Vec::new(),
                &mut paths,
            ),
            None => paths.push(field.into()),
        }
        paths
    }
}

fn not_in_clear(
    row: &FieldRow,
    path: Name,
    shapes: &Shapes,
    around: &mut Vec<usize>,
    paths: &mut Vec<Name>,
) {
    if *row.access() != Access::Read {
        paths.push(path);
        return;
    }
    let rows = match row.inner() {
        Inner::Anything | Inner::Scalar => return,
        Inner::Rows(rows) => rows,
        Inner::Open(rows, others) => {
            if *others != Access::Read {
                paths.push(path.clone());
            }
            rows
        }
        // An entity that nests in itself: what is deeper is named by what is around it.
        Inner::Shape(shape) if around.contains(shape) => {
            if !is_whole(row.inner(), shapes) {
                paths.push(path);
            }
            return;
        }
        Inner::Shape(shape) => {
            around.push(*shape);
            let rows = shapes.rows(*shape);
            for row in rows {
                not_in_clear(row, join(&path, row.name()), shapes, around, paths);
            }
            around.pop();
            return;
        }
    };
    for row in rows.iter() {
        not_in_clear(row, join(&path, row.name()), shapes, around, paths);
    }
}

fn sight(rows: &[FieldRow], shapes: &Shapes, path: &[Name], around: &Around) -> Sight {
    match own(rows, shapes, path, around) {
        None | Some((Access::Hidden, _)) => Sight::None,
        Some((Access::Masked(_), _)) => Sight::Part,
        Some((Access::Read, inner)) if is_whole(inner, shapes) => Sight::Whole,
        Some((Access::Read, _)) => Sight::Part,
    }
}

/// The access at the end of the path, and what is inside there; none where nothing is declared.
fn own<'t>(
    rows: &'t [FieldRow],
    shapes: &'t Shapes,
    path: &[Name],
    around: &Around,
) -> Option<(Access, &'t Inner)> {
    let (name, rest) = path.split_first()?;
    let row = row_of(rows, name)?;
    if rest.is_empty() {
        return Some((around.access(row), row.inner()));
    }
    let inside = around.inside(row)?;
    match row.inner() {
        Inner::Rows(rows) | Inner::Open(rows, _) => own(rows, shapes, rest, &inside),
        Inner::Shape(shape) => own(shapes.rows(*shape), shapes, rest, &inside),
        Inner::Anything | Inner::Scalar => None,
    }
}

fn is_whole(inner: &Inner, shapes: &Shapes) -> bool {
    match inner {
        Inner::Anything | Inner::Scalar => true,
        Inner::Rows(rows) => rows
            .iter()
            .all(|row| *row.access() == Access::Read && is_whole(row.inner(), shapes)),
        Inner::Open(rows, others) => {
            *others == Access::Read
                && rows
                    .iter()
                    .all(|row| *row.access() == Access::Read && is_whole(row.inner(), shapes))
        }
        // What is narrowed in whatever way counts as not whole; too strict is safe here.
        Inner::Shape(_) => shapes.writable(inner).is_allowed(),
    }
}
