//! A policy's own tests, as data: who does what to which record, and what must come of it.
//!
//! [`crate::run_tests`] runs them against a guard; nothing here decides anything.

use std::time::Duration;

use chrono::{DateTime, Utc};
use guardrails_core::policy::{RiskLevel, Verb};
use guardrails_core::{Activity, Fields, Name, Place, Value};
use rust_decimal::Decimal;

/// One `test "…" { … }`, or one of its cases.
#[derive(Debug, Clone)]
pub struct TestCase {
    /// What it says it shows; a case has the test's name, `#` and its number.
    pub name: Name,
    /// Where it is written.
    pub place: Place,
    /// When it takes place; 2026-01-01T00:00Z unless the test says.
    pub at: DateTime<Utc>,
    /// Who acts.
    pub actor: TestActor,
    /// The skill that is used.
    pub skill: Name,
    /// The AI context; may be empty.
    pub context: Name,
    /// The entity of the record.
    pub entity: Name,
    /// The record as it is.
    pub given: Fields,
    /// What is changed; nothing for a test that only looks.
    pub change: Option<TestChange>,
    /// What must come of it, all of it.
    pub expectations: Vec<Expectation>,
}

/// The principal of a test.
#[derive(Debug, Clone)]
pub struct TestActor {
    /// Tenant; `test` unless the test says.
    pub tenant: Name,
    /// User.
    pub id: Name,
    /// Roles.
    pub roles: Vec<Name>,
    /// Attributes of the host.
    pub attributes: Fields,
    /// The agent; may be empty.
    pub agent: Name,
    /// The model; may be empty.
    pub model: Name,
    /// The host's risk score of the user, 0 to 10.
    pub risk_score: Decimal,
    /// What the host counted of the user's behaviour: what, within which time, how many.
    pub observed: Vec<(Activity, Duration, u64)>,
}

/// What a test changes.
#[derive(Debug, Clone)]
pub struct TestChange {
    /// Create, update or delete.
    pub verb: Verb,
    /// Fields that get a value; none for a delete.
    pub fields: Fields,
    /// Where it is written.
    pub place: Place,
}

/// One thing that must come of a test.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// What.
    pub kind: ExpectationKind,
    /// Where it is written.
    pub place: Place,
}

/// What a test can expect.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ExpectationKind {
    /// The change goes through.
    Allow,
    /// The operation is refused, with this code when one is named.
    Deny(Option<Name>),
    /// The change waits for this chain.
    Approval(Name),
    /// This rule is among those that held.
    Rule(Name),
    /// The risk reaches this level.
    Risk(RiskLevel),
    /// What is seen of these fields.
    View(Vec<(Name, Seen)>),
    /// A reason holds this text.
    Message(String),
    /// This channel is told.
    Notify(Name),
    /// The host is bound to this, with at least these particulars.
    Oblige(Name, Fields),
    /// This does not come of it.
    Not(Box<ExpectationKind>),
}

/// What must be seen of a field.
#[derive(Debug, Clone)]
pub enum Seen {
    /// Nothing.
    Hidden,
    /// This value; the mask's text for a masked field.
    Value(Value),
}
