//! What an explanation is made of. Plain data, already redacted: whoever holds it may see all of it.

use std::fmt;

use rust_decimal::Decimal;

use crate::approval_chains::ApprovalChains;
use crate::diagnostic::{Phrase, Place};
use crate::digest::Digest;
use crate::outcome_kind::OutcomeKind;
use crate::reason::Reason;
use crate::risk::RiskLevel;
use crate::truth::Truth;
use crate::value::Name;

/// Why a decision came out as it did, as far as the one who asked may know.
///
/// It is worked out from what the asker can see and from the decision itself, and from nothing else:
/// two records that the asker cannot tell apart, decided alike, are explained alike.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// What came of it.
    pub outcome: OutcomeKind,
    /// The approval chains; none unless an approval is needed.
    pub chains: ApprovalChains,
    /// Why, as the decision says.
    pub reasons: Vec<Reason>,
    /// What refused before any rule was asked, and what would pass.
    pub refusals: Vec<Refusal>,
    /// The rules that held, or whose condition could not be known.
    pub rules: Vec<RuleExplained>,
    /// Rules that did not apply and nearly did, the nearest first.
    pub near_misses: Vec<RuleExplained>,
    /// How many more rules were looked at that did not apply.
    pub further: usize,
    /// What would make it an allow: each remedy alone is enough. Empty for an allow.
    pub remedies: Vec<Remedy>,
    /// Whether every remedy of that size was looked for.
    pub searched: Searched,
    /// How risky it was, and what follows from that; none where no rule was asked.
    pub risk: Option<RiskExplained>,
    /// Fields that the asker sees not at all or through a mask, and who says so.
    pub fields: Vec<FieldExplained>,
    /// The policy it was decided under.
    pub policy: Digest,
}

/// Whether a search went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Searched {
    /// It did: there is no smaller remedy.
    Whole,
    /// It was cut short by a limit: what was found is enough, and may not be the smallest.
    Cut,
}

/// A check that refused before any rule was asked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// The stable code.
    pub code: Name,
    /// What was wrong, without a value of the record.
    pub message: String,
    /// Who says so: a grant, a row of a table, a skill.
    pub source: String,
    /// What would pass; may be empty.
    pub remedy: Phrase,
}

/// One rule and how it came out.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RuleExplained {
    /// Its name.
    pub rule: Name,
    /// Where it is written.
    pub place: Place,
    /// How it came out.
    pub standing: Standing,
    /// Whether it is recorded only (`@shadow`).
    pub shadow: bool,
    /// The decision table and the row that it is; none for a rule of its own.
    pub row: Option<(Name, u32)>,
    /// What follows, or would.
    pub effects: Vec<Phrase>,
    /// Its condition; none for a rule that always applies.
    pub condition: Option<Clause>,
    /// For a rule that did not apply: in how many clauses it differs from one that does.
    pub distance: usize,
}

/// How a rule came out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// Its condition held.
    Held,
    /// Its condition could not be known, and so it applies.
    Unknown,
    /// Its condition did not hold.
    NotHeld,
    /// Its condition holds, and an earlier row of its table was taken.
    PassedOver,
    /// It applies or not, and which of the two turns on what the asker may not see.
    Untold,
    /// Its condition holds, and this is not a day on which the rule is in force; why.
    Inert(Phrase),
}

impl Standing {
    /// A stable word.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Unknown => "unknown",
            Self::NotHeld => "not_held",
            Self::PassedOver => "passed_over",
            Self::Untold => "untold",
            Self::Inert(_) => "inert",
        }
    }
}

/// A part of a condition: its text, how it came out, and what it read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Clause {
    /// What sort of part it is.
    pub kind: ClauseKind,
    /// In the words of the language; empty where it reads what the asker may not see.
    pub text: String,
    /// Where it is written.
    pub place: Place,
    /// How it came out; none where that would tell of what the asker may not see.
    pub truth: Option<Truth>,
    /// Whether the whole came out as it did because of this part.
    pub decides: bool,
    /// What it read, as the asker may see it.
    pub readings: Vec<Reading>,
    /// Names of what it reads and the asker may not wholly see.
    pub hidden: Vec<Name>,
    /// The parts it is made of.
    pub parts: Vec<Clause>,
    /// How many more parts there are than are told.
    pub left_out: usize,
}

/// What sort of part a [`Clause`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClauseKind {
    /// All parts must hold.
    All,
    /// One part must hold.
    Any,
    /// Its part must not hold.
    Not,
    /// A question about the items of a list; the parts are the items that decide.
    Items,
    /// One item of a list.
    Item,
    /// One comparison or other question.
    Test,
}

impl ClauseKind {
    /// A stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::Not => "not",
            Self::Items => "items",
            Self::Item => "item",
            Self::Test => "test",
        }
    }
}

/// A value that was read, as the asker may see it.
#[derive(Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it is called in the policy.
    pub name: String,
    /// What of it may be seen.
    pub seen: Seen,
}

/// What of a value may be seen.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen {
    /// The value.
    Value(String),
    /// What a mask leaves of it.
    Masked(String),
    /// Nothing.
    Hidden,
    /// There is none.
    Missing,
    /// There is one, and it is not of this type.
    Unreadable(String),
}

impl Seen {
    /// A stable word.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Value(_) => "value",
            Self::Masked(_) => "masked",
            Self::Hidden => "hidden",
            Self::Missing => "missing",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

impl fmt::Debug for Reading {
    /// The name only; never a value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} <{}>", self.name, self.seen.as_str())
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.as_str())
    }
}

/// Changes that together make the outcome an allow.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Remedy {
    /// All of them are needed.
    pub steps: Vec<Step>,
}

/// One clause that would have to come out another way.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// For people, without a value of the record: `` `discount` at most 15% ``.
    pub say: Phrase,
    /// The clause in the words of the language; empty where it reads what the asker may not see.
    pub clause: String,
    /// What it would have to come out as.
    pub wanted: bool,
    /// What it reads now, as the asker may see it; none where that says nothing more.
    pub now: Option<Reading>,
    /// Names of what it reads and the asker may not wholly see.
    pub hidden: Vec<Name>,
    /// Where it is written.
    pub place: Place,
}

/// The risk of a decision, and what it led to.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct RiskExplained {
    /// The score; none where that would tell of what the asker may not see.
    pub score: Option<Decimal>,
    /// The level that it reaches; none where that would tell of what the asker may not see.
    pub level: Option<RiskLevel>,
    /// What each factor, and each rule that added, gave.
    pub factors: Vec<FactorExplained>,
    /// The levels above LOW, lowest first.
    pub levels: Vec<LevelExplained>,
}

/// One factor of a score.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct FactorExplained {
    /// Its name.
    pub name: Name,
    /// What it gave; none where that would tell of what the asker may not see.
    pub share: Option<Decimal>,
    /// How it is worked out; empty for points that a rule added.
    pub formula: String,
    /// What it read, as the asker may see it.
    pub readings: Vec<Reading>,
}

/// One level of risk.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LevelExplained {
    /// Which.
    pub level: RiskLevel,
    /// The score that it starts at.
    pub at: Decimal,
    /// Whether the score reached it; none where that would tell of what the asker may not see.
    pub reached: Option<bool>,
    /// What follows from reaching it.
    pub effects: Vec<Phrase>,
    /// Where it is written.
    pub place: Place,
}

/// A field that the asker sees not at all, or not as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldExplained {
    /// Its name.
    pub field: Name,
    /// `hidden`, or `masked with …`.
    pub access: String,
    /// Who says so.
    pub source: String,
}

impl fmt::Debug for Explanation {
    /// Names only; never a value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules: Vec<&Name> = self.rules.iter().map(|rule| &rule.rule).collect();
        f.debug_struct("Explanation")
            .field("outcome", &self.outcome)
            .field("rules", &rules)
            .field("remedies", &self.remedies.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RiskExplained {
    /// Names only; never a value, nor what is worked out from one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RiskExplained")
            .field("level", &self.level)
            .field("factors", &self.factors)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for FactorExplained {
    /// Its name and what it reads; never a value, nor what is worked out from one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FactorExplained")
            .field("name", &self.name)
            .field("formula", &self.formula)
            .field("readings", &self.readings)
            .finish_non_exhaustive()
    }
}
