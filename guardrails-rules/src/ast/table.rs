//! Decision tables as written.

use super::decl::{Annotation, Effect};
use super::expr::{BinaryOp, Expr, Presence};
use super::{Dotted, Ident, Span, Text};

#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: Ident,
    pub(crate) annotations: Vec<Annotation>,
    pub(crate) verbs: Vec<Ident>,
    pub(crate) entity: Ident,
    /// The word after `hit`.
    pub(crate) hit: Option<Ident>,
    pub(crate) columns: Vec<Dotted>,
    pub(crate) rows: Vec<Row>,
}

/// Cells and, behind the arrow, effects.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) cells: Vec<Cell>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) kind: CellKind,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum CellKind {
    /// `-`
    Any,
    /// A value that the column equals.
    Value(Expr),
    /// `low .. high`, both included.
    Range(Expr, Expr),
    /// Tests joined by `and`.
    Tests(Vec<CellTest>),
}

#[derive(Debug)]
pub(crate) struct CellTest {
    pub(crate) kind: CellTestKind,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum CellTestKind {
    /// `< value`, `in list`, `starts with text`, …
    Operator(BinaryOp, Expr),
    Between(Expr, Expr),
    Matches(Text),
    Presence(Presence),
}
