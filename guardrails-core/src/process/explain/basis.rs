//! What a decision keeps so that it can be explained: shared pieces, no copies.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::change::Changes;
use crate::data::FieldTable;
use crate::facts::Facts;
use crate::plan::Plan;
use crate::policy::Verb;
use crate::principal::Principal;
use crate::snapshot::Snapshot;
use crate::value::Name;

/// Everything that a decision was made from.
pub(crate) struct Basis {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) plan: Arc<Plan>,
    pub(crate) principal: Arc<Principal>,
    pub(crate) context: Name,
    pub(crate) changes: Changes,
    /// What the asker may see of the record.
    pub(crate) table: Arc<FieldTable>,
    pub(crate) now: DateTime<Utc>,
    pub(crate) max_sensitivity: u8,
    /// Whether a ticket was at hand: then an allow does not say that no rule asked for an approval.
    pub(crate) has_ticket: bool,
}

impl Basis {
    /// Whether it is about what is read, and nothing would change.
    pub(crate) fn reads(&self) -> bool {
        self.changes.verb() == Verb::Read
    }

    /// The facts that grants were asked with: of the record as it is, or of a new one as it would be.
    pub(crate) fn before(&self) -> Facts<'_> {
        let facts = self.facts();
        match self.changes.verb() {
            Verb::Create => facts,
            _ => Facts { set: None, ..facts },
        }
    }

    /// The facts as they were read then, before the risk was known.
    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts {
            before: self.changes.before().fields(),
            set: (!self.reads()).then(|| self.changes.fields()),
            has_old: self.changes.verb() != Verb::Create,
            principal: &self.principal,
            context: &self.context,
            skill: &self.plan.skill,
            now: self.now,
            zone: self.plan.zone,
            max_sensitivity: self.max_sensitivity,
            risk_score: None,
        }
    }
}
