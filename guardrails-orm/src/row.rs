//! Reads columns of a row that anybody may have edited.
//!
//! A column that does not hold what it should is an error that names table, row and column, never a
//! panic and never the content.

use chrono::{DateTime, Utc};
use guardrails_core::{Error, ErrorKind, Result};
use sea_orm::{ColumnTrait, QueryResult, TryGetable};
use uuid::Uuid;

use crate::text;

/// The characters of a key that an error tells: whoever edited the row may have put anything there.
pub(crate) const MAX_KEY: u32 = 120;

/// One row being read.
pub(crate) struct Row<'r> {
    table: String,
    key: String,
    row: &'r QueryResult,
}

impl<'r> Row<'r> {
    /// A row with its key as an administrator would look it up.
    pub(crate) fn new(table: impl Into<String>, key: impl ToString, row: &'r QueryResult) -> Self {
        Self {
            table: table.into(),
            key: text::fit(&key.to_string(), MAX_KEY),
            row,
        }
    }

    /// A row of a table whose key is one number.
    pub(crate) fn numbered(table: impl Into<String>, row: &'r QueryResult) -> Self {
        let key = row.try_get::<i64>("", "id");
        let key = key.map_or_else(|_| "?".to_owned(), |key| key.to_string());
        Self::new(table, key, row)
    }

    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    /// The key as an administrator would look it up.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The value, when the column holds one of this type.
    pub(crate) fn maybe<T: TryGetable>(&self, column: impl ColumnTrait) -> Option<T> {
        self.row.try_get("", column.as_str()).ok()
    }

    /// The truth value, when the column holds one; of a number, 0 or 1. A driver alone would take any
    /// number but 0 for true.
    pub(crate) fn flag(&self, column: impl ColumnTrait) -> Option<bool> {
        match self.number(column) {
            Some(0) => Some(false),
            Some(1) => Some(true),
            Some(_) => None,
            None => self.maybe(column),
        }
    }

    /// The whole number, when the column holds one, of whatever width.
    pub(crate) fn number(&self, column: impl ColumnTrait) -> Option<i64> {
        let unsigned = || i64::try_from(self.maybe::<u64>(column)?).ok();
        self.maybe(column)
            .or_else(|| self.maybe::<i32>(column).map(i64::from))
            .or_else(|| self.maybe::<i16>(column).map(i64::from))
            .or_else(unsigned)
    }

    pub(crate) fn value<T: TryGetable>(&self, column: impl ColumnTrait) -> Result<T> {
        self.maybe(column)
            .ok_or_else(|| self.garbled(column.as_str()))
    }

    pub(crate) fn text(&self, column: impl ColumnTrait) -> Result<String> {
        self.value(column)
    }

    pub(crate) fn moment(&self, column: impl ColumnTrait) -> Result<DateTime<Utc>> {
        self.value(column)
    }

    pub(crate) fn id<T: From<Uuid>>(&self, column: impl ColumnTrait) -> Result<T> {
        self.parsed(column, |text| Uuid::try_parse(text).ok().map(T::from))
    }

    /// The column's text, read by `parse`.
    pub(crate) fn parsed<T>(
        &self,
        column: impl ColumnTrait,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T> {
        parse(&self.text(column)?).ok_or_else(|| self.garbled(column.as_str()))
    }

    /// The error about a column that does not hold what it should.
    pub(crate) fn garbled(&self, column: &str) -> Error {
        let (table, key) = (&self.table, &self.key);
        Error::new(
            ErrorKind::Store,
            format!("table `{table}`, row {key}: column `{column}` does not hold what it should"),
        )
        .with_help("correct the row, or restore it from a backup")
    }
}
