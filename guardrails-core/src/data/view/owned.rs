//! A view that stands on its own.

use std::fmt;
use std::sync::Arc;

use super::note::{self, ViewNote};
use crate::data::table::FieldTable;
use crate::value::{Fields, Name, Value};

/// One record as one principal's AI may see it, independent of the record it was made from.
#[derive(Clone)]
pub struct OwnedView {
    table: Arc<FieldTable>,
    fields: Fields,
    strays: usize,
}

impl OwnedView {
    pub(super) fn new(table: Arc<FieldTable>, fields: Fields, strays: usize) -> Self {
        Self {
            table,
            fields,
            strays,
        }
    }

    /// The entity.
    #[must_use]
    pub fn entity(&self) -> &Name {
        self.table.entity()
    }

    /// The value of a field as it may be seen; none when it is absent, withheld or unknown alike.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.fields.value(name)
    }

    /// Name and value of each field, in name order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Name, &Value)> {
        self.fields.iter()
    }

    /// The fields that are shown.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The fields that are shown, as a map of their own.
    #[must_use]
    pub fn into_fields(self) -> Fields {
        self.fields
    }

    /// The fields as one JSON object, keys in order.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.fields.to_json()
    }

    /// The names of the declared fields that are withheld, as in [`View::hidden`](super::View::hidden).
    pub fn hidden(&self) -> impl Iterator<Item = &Name> {
        self.table.hidden().iter()
    }

    /// What a reader of the view should know, as in [`View::notes`](super::View::notes).
    pub fn notes(&self) -> impl Iterator<Item = ViewNote> {
        note::notes(&self.table, self.strays)
    }
}

impl fmt::Debug for OwnedView {
    /// Names only; never a value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        note::debug(f, self.entity(), self.iter().map(|(name, _)| name))
    }
}
