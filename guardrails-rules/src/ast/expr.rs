//! Expressions and constant data as written.

use chrono::{DateTime, NaiveDate, Utc};
use guardrails_core::policy::{Arithmetic, Comparison, Currency, Quantifier, TextTest};
use rust_decimal::Decimal;

use super::{Dotted, Ident, Span, Text};

/// An expression. `depth` counts the nodes on the longest way down, so that the parser can refuse
/// a tree that is too deep to walk before it is built.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
    pub(crate) depth: u16,
}

#[derive(Debug, Clone)]
pub(crate) enum ExprKind {
    Literal(Literal),
    List(Vec<Expr>),
    Path(Vec<Ident>),
    Call(Ident, Vec<Expr>),
    /// `sum(x.amount for x in list where …)`.
    Comprehension(Box<Comprehension>),
    /// `days between a and b`.
    DaysBetween(Box<Expr>, Box<Expr>),
    /// `hour of x`.
    HourOf(Box<Expr>),
    /// `behaviour.calls(10m)`: a path, and microseconds of the window.
    Lately(Vec<Ident>, i64),
    Prefix(PrefixOp, Box<Expr>),
    /// Two or more operands joined by the same word.
    Logic(LogicOp, Vec<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// Value, lower bound, upper bound; both bounds belong to the range.
    Between(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A text and a regular expression as written, with only `\"` undone.
    Matches(Box<Expr>, Text),
    Presence(Box<Expr>, Presence),
    Has(Box<Expr>, Ident),
    Quantified {
        quantifier: Quantifier,
        variable: Ident,
        source: Dotted,
        body: Box<Expr>,
    },
}

/// `function(value for variable in source where filter)`
#[derive(Debug, Clone)]
pub(crate) struct Comprehension {
    pub(crate) function: Ident,
    pub(crate) value: Expr,
    pub(crate) variable: Ident,
    pub(crate) source: Dotted,
    pub(crate) filter: Option<Expr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PrefixOp {
    Not,
    Negate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogicOp {
    And,
    Or,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    Compare(Comparison),
    In,
    NotIn,
    Text(TextTest),
    Arithmetic(Arithmetic),
    Coalesce,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Missing,
    Present,
}

/// A constant, read exactly.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Bool(bool),
    Number(Decimal),
    Percent(Decimal),
    Money(Decimal, Currency),
    Text(String),
    Date(NaiveDate),
    DateTime(DateTime<Utc>),
    /// Microseconds.
    Duration(i64),
}

/// Constant data of a test, a const or a list.
#[derive(Debug, Clone)]
pub(crate) struct Datum {
    pub(crate) kind: DatumKind,
    pub(crate) span: Span,
}

#[derive(Debug, Clone)]
pub(crate) enum DatumKind {
    Literal(Literal),
    /// A word: a member of an enum, a const, or a word of the place it stands in.
    Word(Dotted),
    List(Vec<Datum>),
    Object(Vec<Entry>),
}

/// `name: datum`
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: Ident,
    pub(crate) datum: Datum,
}
