//! Decision tables: what a row of a table knows of the table it stands in.
//!
//! Each row is a [`Rule`](super::Rule) of its own, indexed and evaluated like any other; its condition
//! is the conjunction of its cells. This says how the rows of one table stand to each other. How that
//! comes out for one record is decided in [`crate::process`].

use std::fmt;
use std::sync::Arc;

use super::expr::{Expr, Path};
use super::origin::Origin;

/// What the rows of one table share.
#[derive(Debug, Clone)]
pub struct Table {
    /// The table's name and place.
    pub origin: Origin,
    /// What holds when several rows do.
    pub hit: Hit,
    /// What the columns look at, from the left.
    pub columns: Vec<Column>,
    /// Whether some cell reads the risk score: the whole table is then decided once it is known.
    pub reads_risk: bool,
}

/// What a column looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// A typed place in the facts.
    Value(Path),
    /// `actor.role`: a cell names roles, and holds for an actor who has one of them.
    Role,
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(path) => path.fmt(f),
            Self::Role => f.write_str("actor.role"),
        }
    }
}

/// What holds when several rows of a table do: the hit policies of DMN that have no order among
/// outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hit {
    /// At most one row may hold. More than one is a mistake in the table: all of them apply, and the
    /// operation is denied besides, with the code `TABLE_OVERLAP`.
    Unique,
    /// Rows are tried from the top; the first that surely holds ends the search.
    First,
    /// Every row that holds applies; what two rows say alike is said once.
    Any,
    /// Every row that holds applies.
    Collect,
}

impl Hit {
    /// The word of the language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unique => "unique",
            Self::First => "first",
            Self::Any => "any",
            Self::Collect => "collect",
        }
    }
}

impl fmt::Display for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A row of a table, as the rule that stands for it carries it.
#[derive(Debug, Clone)]
pub struct TableRow {
    /// The table; the same one, by pointer, in each of its rows.
    pub table: Arc<Table>,
    /// The row's number, from 1. Rows stand in the policy in this order.
    pub row: u32,
    /// The condition of each cell, one per column; none for `-`.
    pub cells: Vec<Option<Expr>>,
}
