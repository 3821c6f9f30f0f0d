//! The policy as data: what a `.guard` bundle means once it has been read and checked.
//!
//! `guardrails-rules` lowers text to this form; the four guardrails evaluate it. Everything is
//! plain, typed and immutable: names are resolved, literals have their types, each node knows its
//! [`Place`]. Nothing here evaluates.

mod aggregable;
mod aggregate;
mod approval;
mod expr;
mod grant;
mod message;
mod obligation;
mod parameter;
mod print;
mod risk;
mod rule;
mod schema;
mod skill;
mod table;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub use aggregable::Aggregable;
pub use aggregate::{Aggregate, Aggregation};
pub use approval::{ApprovalChain, ApprovalStep, Exclusion, Overdue};
pub use expr::{
    Arithmetic, Comparison, Expr, ExprKind, Function, Path, Quantifier, Root, TextTest, ValueSet,
};
pub(crate) use grant::and_around;
pub use grant::{FieldClause, FieldSet, Grant, Permission, WriteScope};
pub use message::{Message, MessagePart, Translation, speaks};
pub use obligation::{Duty, Term};
pub use parameter::Parameter;
pub(crate) use print::{variable, write_moment, write_number};
pub use risk::{LevelEffect, RiskFactor, RiskLevel, RiskModel, RiskThreshold};
pub use rule::{
    Action, ActionEffect, ActionError, Effect, EffectKind, Gravity, Mode, Requirement, Rule,
};
pub use schema::{Currency, Entity, EnumType, Field, PiiClass, Sensitivity, Type};
pub use skill::{Budget, Limit, Per, Skill, SkillStatus};
pub use table::{Column, Hit, Table, TableRow};

use crate::data::entity_of;
use crate::diagnostic::Place;
use crate::value::Name;
use crate::zone::Zone;

/// SHA-256 of something, shown as `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::str::FromStr for Digest {
    type Err = crate::Error;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> crate::Result<Self> {
        let digits = text.strip_prefix("sha256:").unwrap_or_default();
        crate::value::from_hex(digits).map(Self).ok_or_else(|| {
            crate::Error::new(crate::ErrorKind::Input, "this is not a SHA-256 digest")
                .with_help("give it as `sha256:` and 64 lower-case hexadecimal digits")
        })
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where an entity may be operated on: the verbs that rules and skills name.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// Show a record to the model.
    Read,
    /// Make a new record.
    Create,
    /// Change a record.
    Update,
    /// Remove a record.
    Delete,
}

impl Verb {
    /// The word of the language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One checked bundle.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Digest over the bundle's files, their paths and bytes in path order, and over what the host set.
    pub digest: Digest,
    /// The time zone in which days and hours are meant.
    pub zone: Zone,
    /// Entities by name.
    pub entities: BTreeMap<Name, Arc<Entity>>,
    /// Grants, in the order written.
    pub grants: Vec<Arc<Grant>>,
    /// Skills by name.
    pub skills: BTreeMap<Name, Arc<Skill>>,
    /// Rules, in the order written; the order has no meaning.
    pub rules: Vec<Arc<Rule>>,
    /// How risk is scored.
    pub risk: Arc<RiskModel>,
    /// What the host may set, by name.
    pub parameters: BTreeMap<Name, Parameter>,
    /// Approval chains by name.
    pub approvals: BTreeMap<Name, Arc<ApprovalChain>>,
}

impl Policy {
    /// A policy that grants nothing and registers no skill: everything is refused.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            digest: Digest::default(),
            zone: Zone::UTC,
            entities: BTreeMap::new(),
            grants: Vec::new(),
            skills: BTreeMap::new(),
            rules: Vec::new(),
            risk: Arc::new(RiskModel::standard()),
            parameters: BTreeMap::new(),
            approvals: BTreeMap::new(),
        }
    }

    /// The highest sensitivity that is declared on the way to a field, which is what masks on it go by.
    #[must_use]
    pub fn sensitivity(&self, entity: &str, path: &str) -> Sensitivity {
        let mut highest = Sensitivity::PUBLIC;
        let mut at = self.entities.get(entity);
        for key in path.split('.') {
            let Some(field) = at.and_then(|entity| entity.field(key)) else {
                return highest;
            };
            highest = highest.max(field.sensitivity);
            at = entity_of(&field.ty).and_then(|name| self.entities.get(name));
        }
        highest
    }
}

/// A thing with a name and a place in the policy text, for reasons and the audit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// Its name, such as a rule's.
    pub name: Name,
    /// Where it is written.
    pub place: Place,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_back_and_a_damaged_one_is_refused() {
        let digest = Digest(std::array::from_fn(|i| u8::try_from(i * 8).unwrap_or(0)));
        let text = digest.to_string();
        assert_eq!(text.parse::<Digest>().unwrap(), digest);
        for bad in ["", "sha256:", "sha256:+f", &text.to_uppercase()] {
            assert!(bad.parse::<Digest>().is_err(), "{bad}");
        }
    }
}
