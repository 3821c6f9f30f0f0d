//! Rules: when something holds, then something follows.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::expr::{Expr, Path};
use super::mask::Mask;
use super::message::Message;
use super::obligation::Duty;
use super::origin::Origin;
use super::table::TableRow;
use super::verb::Verb;
use crate::diagnostic::Place;
use crate::facts::Facts;
use crate::value::Name;

/// One rule. The default one is about nothing.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// Name and place.
    pub origin: Origin,
    /// Verbs it is about.
    pub verbs: Vec<Verb>,
    /// The entity it is about.
    pub entity: Name,
    /// When it applies; none means always.
    pub when: Option<Expr>,
    /// What follows, all of it; nothing for a row of a table that says `allow`.
    pub effects: Vec<Effect>,
    /// Whether it counts.
    pub mode: Mode,
    /// First day it holds (`@since`), in the policy's time zone.
    pub since: Option<NaiveDate>,
    /// Last day it holds (`@until`), in the policy's time zone.
    pub until: Option<NaiveDate>,
    /// Who answers for it (`@owner`); may be empty.
    pub owner: Name,
    /// How grave a breach is (`@severity`), for people and reports; it decides nothing.
    pub severity: Option<Gravity>,
    /// Words to find it by (`@tags`).
    pub tags: Vec<Name>,
    /// What it is for (`@doc`); may be empty.
    pub doc: Name,
    /// The row of a decision table that it is, when it is one.
    pub table: Option<Arc<TableRow>>,
}

/// How grave the author of a rule thinks a breach is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gravity {
    /// Worth knowing.
    Low,
    /// Worth looking at.
    Medium,
    /// Worth acting on.
    High,
    /// Worth waking someone.
    Critical,
}

impl Gravity {
    /// The word of the language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Gravity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// It does.
    #[default]
    Enforced,
    /// `@shadow`: its verdict is recorded and changes nothing.
    Shadow,
}

/// One thing that follows from a rule, and where it is written.
#[derive(Debug, Clone)]
pub struct Effect {
    /// What follows.
    pub kind: EffectKind,
    /// Where it is written.
    pub place: Place,
}

/// What follows from a rule. Each one restricts: a rule never permits.
#[derive(Debug, Clone)]
pub enum EffectKind {
    /// Refuse, with a code.
    Deny(Name, Message),
    /// Wait for an approval.
    RequireApproval(Requirement),
    /// Mask a field in what is read.
    Mask(Name, Mask),
    /// Hide a field in what is read.
    Hide(Name),
    /// Add to the risk score under a name.
    Risk(Decimal, Name),
    /// Tell a channel.
    Notify(Name),
    /// Bind the host to something.
    Oblige(Arc<Duty>),
    /// Run a script that may do the above.
    Do(Arc<dyn Action>),
}

/// An approval that must be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The chain that must agree.
    pub chain: Name,
    /// The code of the reason; [`APPROVAL_REQUIRED`](Self::CODE) unless the policy names one.
    pub code: Name,
    /// Why.
    pub because: Message,
}

impl Requirement {
    /// The code of a requirement that names none.
    pub const CODE: &'static str = "APPROVAL_REQUIRED";
}

/// A compiled script of a rule, run when the rule's condition holds. Straight-line code that always
/// ends; the engine behind it is not this crate's business.
pub trait Action: Send + Sync + fmt::Debug {
    /// Runs the script over the facts of one operation.
    ///
    /// # Errors
    /// [`ActionError`] for anything that goes wrong: the rule's restriction then applies.
    fn run(&self, facts: &Facts<'_>) -> Result<Vec<ActionEffect>, ActionError>;

    /// The chains the script may require, for the checker and the plan.
    fn chains(&self) -> &[Name];

    /// What the script reads, for the plan: a script that reads the risk runs after it is known.
    fn reads(&self) -> &[Path] {
        &[]
    }

    /// The script as it is written, so that two policies can be compared; empty where that is not
    /// known.
    fn text(&self) -> &str {
        ""
    }
}

/// What a script asked for. Texts and names stand in the script as they are, so that no value of the
/// record is in them; points may be worked out from anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionEffect {
    /// Refuse, with code and text.
    Deny(Name, String),
    /// Wait for an approval by this chain.
    RequireApproval(Name, String),
    /// Add to the risk score under a name.
    Risk(Decimal, Name),
    /// Tell a channel.
    Notify(Name),
}

/// A script failed; the text names the failure and carries no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ActionError {
    /// What failed.
    pub message: String,
    /// Where.
    pub place: Place,
}
