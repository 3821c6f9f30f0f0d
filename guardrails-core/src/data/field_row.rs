//! One field of a table: what is shown of it, whether it may be written, and what of its inside is shown.
//!
//! Rows only say so. What they do to a value is decided in `project.rs`, how they come about in
//! `permission`.

use std::sync::Arc;

use super::access::{Access, Source, Writable, figures};
use super::mask::Form;
use crate::policy::{Aggregable, PiiClass, Sensitivity};
use crate::value::{Name, by_name};

/// Nested objects and lists deeper than this are withheld, as [`JsonLimits`](crate::JsonLimits)
/// would have refused them.
pub(super) const MAX_DEPTH: usize = 32;

/// One field of a [`FieldTable`](super::FieldTable).
#[derive(Debug, Clone)]
pub struct FieldRow {
    pub(super) name: Name,
    pub(super) access: Access,
    pub(super) writable: Writable,
    pub(super) sensitivity: Sensitivity,
    /// The sensitivity of the field itself, without what is visible inside: what masks on the field
    /// and on everything inside go by.
    pub(super) floor: Sensitivity,
    pub(super) pii: Option<PiiClass>,
    pub(super) source: Source,
    /// Figures that a grant or the tables give, where the field itself is not read.
    pub(super) aggregable: Aggregable,
    /// What masks take its value for.
    pub(super) form: Form,
    pub(super) inner: Inner,
}

/// What of a readable value's inside may be seen.
#[derive(Debug, Clone)]
pub(super) enum Inner {
    /// All of it; the field is granted by name and no entity declares it.
    Anything,
    /// The value or the list of values itself; a nested object is not what was declared.
    Scalar,
    /// These fields of a nested entity, in name order.
    Rows(Arc<[FieldRow]>),
    /// These fields as they say, in name order, and all others in this way: no entity declares what is
    /// inside.
    Open(Arc<[FieldRow]>, Access),
    /// The declared fields of a nested entity, by its place among the [`Shapes`](super::shape::Shapes).
    Shape(usize),
}

impl FieldRow {
    /// The field's name.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// What is shown of it.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Whether it may be given another value. A field that holds a nested entity is writable only
    /// where each field inside it is, since a change replaces it as a whole.
    #[must_use]
    pub fn writable(&self) -> Writable {
        self.writable
    }

    /// The highest of what the policy declares, what the tables say, and what is visible inside.
    #[must_use]
    pub fn sensitivity(&self) -> Sensitivity {
        self.sensitivity
    }

    /// The class of personal data in it.
    #[must_use]
    pub fn pii(&self) -> Option<PiiClass> {
        self.pii
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// What decided.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The figures that may be taken of it over many records, and over how many at least. Whoever
    /// reads the field may take every one.
    #[must_use]
    pub fn aggregable(&self) -> Aggregable {
        figures(&self.access, self.aggregable)
    }

    /// The fields of a nested entity, where the policy or the tables speak of them one by one; else
    /// empty, and the declared fields of the nested entity are shown with the field.
    #[must_use]
    pub fn nested(&self) -> &[FieldRow] {
        match &self.inner {
            Inner::Rows(rows) | Inner::Open(rows, _) => rows,
            Inner::Anything | Inner::Scalar | Inner::Shape(_) => &[],
        }
    }
}

/// The row of a name among rows in name order.
pub(super) fn row_of<'t>(rows: &'t [FieldRow], field: &str) -> Option<&'t FieldRow> {
    by_name(rows, field, |row| &row.name)
}

/// The highest sensitivity among rows that are not hidden.
pub(super) fn most_sensitive(rows: &[FieldRow]) -> Option<Sensitivity> {
    rows.iter()
        .filter(|row| row.access != Access::Hidden)
        .map(|row| row.sensitivity)
        .max()
}

/// `prefix.name`, or the name alone at the top.
pub(super) fn join(prefix: &str, name: &Name) -> Name {
    if prefix.is_empty() {
        name.clone()
    } else {
        format!("{prefix}.{name}").into()
    }
}
