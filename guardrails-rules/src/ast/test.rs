//! Tests as written.

use chrono::{DateTime, NaiveDate, Utc};

use super::expr::{Datum, Entry};
use super::{Dotted, Ident, Span, Text};

#[derive(Debug)]
pub(crate) struct Test {
    pub(crate) name: Text,
    pub(crate) items: Vec<TestItem>,
    pub(crate) span: Span,
}

/// The time of a test.
#[derive(Debug, Clone, Copy)]
pub(crate) enum When {
    Instant(DateTime<Utc>),
    /// The beginning of a day, in the policy's time zone.
    Day(NaiveDate),
}

#[derive(Debug)]
pub(crate) enum TestItem {
    At(When, Span),
    Actor(Vec<Entry>, Span),
    Skill { name: Dotted, context: Option<Text> },
    Given { entity: Ident, fields: Vec<Entry> },
    Change(Vec<Entry>, Span),
    Create(Vec<Entry>, Span),
    Delete(Span),
    Expect(Vec<Expectation>),
    Cases(Cases),
}

/// `cases { discount | actor.roles => expect … }`
#[derive(Debug)]
pub(crate) struct Cases {
    pub(crate) columns: Vec<Dotted>,
    pub(crate) rows: Vec<Case>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) cells: Vec<CaseCell>,
    pub(crate) expectations: Vec<Expectation>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum CaseCell {
    /// `-`: as the test says.
    Kept,
    Datum(Datum),
}

#[derive(Debug)]
pub(crate) struct Expectation {
    pub(crate) kind: ExpectationKind,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum ExpectationKind {
    Allow,
    Deny(Option<Ident>),
    Approval(Ident),
    Rule(Ident),
    Risk(Ident),
    View(Vec<(Ident, Datum)>),
    Message(Text),
    Notify(Text),
    Oblige(Text, Option<Vec<Entry>>),
    Not(Box<Expectation>),
}
