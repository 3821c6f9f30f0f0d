//! The policy as data: what a `.guard` bundle means once it has been read and checked.
//!
//! `guardrails-rules` lowers text to this form; the four guardrails evaluate it. Everything is
//! plain, typed and immutable: names are resolved, literals have their types, each node knows its
//! [`Place`](crate::Place). Nothing here evaluates.

mod aggregable;
mod aggregate;
mod approval;
mod expr;
mod grant;
mod mask;
mod message;
mod obligation;
mod origin;
mod parameter;
mod pattern;
mod print;
mod risk;
mod rule;
mod schema;
mod skill;
mod table;
mod value_set;
mod verb;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use crate::digest::Digest;
pub use crate::risk::RiskLevel;
pub use aggregable::Aggregable;
pub use aggregate::{Aggregate, Aggregation};
pub use approval::{ApprovalChain, ApprovalStep, Exclusion, Overdue};
pub use expr::{
    Arithmetic, Comparison, Expr, ExprKind, Function, Path, Quantifier, Root, TextTest,
};
pub(crate) use grant::and_around;
pub use grant::{FieldClause, FieldSet, Grant, Permission, WriteScope};
pub use mask::Mask;
pub use message::{Message, MessagePart, Translation, speaks};
pub use obligation::{Duty, Term};
pub use origin::Origin;
pub use parameter::Parameter;
pub use pattern::{Pattern, PatternError};
pub(crate) use print::{variable, write_moment, write_number};
pub use risk::{LevelEffect, RiskFactor, RiskModel, RiskThreshold};
pub use rule::{
    Action, ActionEffect, ActionError, Effect, EffectKind, Gravity, Mode, Requirement, Rule,
};
pub use schema::{Currency, Entity, EnumType, Field, PiiClass, Sensitivity, Type};
pub use skill::{Budget, Limit, Per, Skill, SkillStatus};
pub use table::{Column, Hit, Table, TableRow};
pub use value_set::ValueSet;
pub use verb::Verb;

use crate::value::Name;
use crate::zone::Zone;

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
            at = field
                .ty
                .nested_entity()
                .and_then(|name| self.entities.get(name));
        }
        highest
    }
}
