//! One policy asked about an operation: what of a record may be seen, what its rules and risk say. The
//! policy in force is asked so, and a shadow policy beside it. What of a proposal is evaluated is decided
//! in `admission.rs`.
//!
//! Nothing here is recorded, and nothing takes effect.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::change::Changes;
use crate::data::{FieldTable, Sight};
use crate::error::{Error, ErrorKind, Result};
use crate::facts::Facts;
use crate::plan::Plan;
use crate::policy::Verb;
use crate::principal::Principal;
pub(super) use crate::process::Visibility as Reading;
use crate::process::{Changing, Eye, Requester, Review, Schema, is_of_tenant, review, told};
use crate::record::Record;
use crate::risk::DisclosedRisk;
use crate::snapshot::Snapshot;
use crate::value::{Fields, Name};
use crate::verdict::Verdict;

/// One policy, and who asks it in which context.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) plan: &'a Plan,
    pub(super) principal: &'a Principal,
    pub(super) context: &'a Name,
    /// The highest sensitivity that this policy has shown or let write so far.
    pub(super) touched: u8,
}

impl<'a> Asked<'a> {
    pub(super) fn facts(
        &self,
        now: DateTime<Utc>,
        before: &'a Fields,
        set: Option<&'a Fields>,
        has_old: bool,
    ) -> Facts<'a> {
        Facts {
            before,
            set,
            has_old,
            principal: self.principal,
            context: self.context,
            skill: &self.plan.skill,
            now,
            zone: self.plan.zone,
            max_sensitivity: self.touched,
            risk_score: None,
        }
    }

    /// A record that names its tenant must name the principal's.
    pub(super) fn of_tenant(&self, fields: &Fields) -> bool {
        is_of_tenant(fields, self.principal.tenant())
    }

    /// What may be seen of a record, rules on reading included.
    pub(super) fn reading(&self, record: &'a Record, now: DateTime<Utc>) -> Reading {
        Reading::of(self.plan, &self.facts(now, record.fields(), None, true))
    }

    /// What of the record as it is may be shown in reasons and explanations: no more than a read of it
    /// would show.
    pub(super) fn shown(&self, table: &Arc<FieldTable>, before: &Facts<'a>) -> Arc<FieldTable> {
        Reading::beside_a_change(self.plan, before, table)
    }

    /// What rules and risk say, and what may be told of the risk. `seen` is what may be shown: the table
    /// of the policy in force, whichever policy is asked.
    pub(super) fn review(
        &self,
        facts: &Facts<'a>,
        seen: &FieldTable,
    ) -> (Review, Arc<DisclosedRisk>) {
        let changing = Changing {
            before: facts.before,
            set: facts.set,
            schema: Schema {
                policy: &self.snapshot.policy,
                entity: &self.plan.entity,
            },
        };
        let eye = Eye {
            table: seen,
            facts: *facts,
            score: Sight::None,
        };
        let model = &*self.snapshot.policy.risk;
        let requester = Requester {
            model,
            eye,
            changing,
            rules: &self.plan.on_change,
        };
        let plan = self.plan;
        let review = review(&plan.on_change, &plan.scale, &plan.slots, facts, &requester);
        let told = || Arc::new(told(&review.risk.weighed, model, &review.untold, &eye));
        let risk = review.risk.disclosed().unwrap_or_else(told);
        (review, risk)
    }
}

/// Grants are asked about the record as it is, and about a new one as it would be.
pub(super) fn as_it_is<'a>(changes: &Changes, facts: &Facts<'a>) -> Facts<'a> {
    match changes.verb() {
        Verb::Create => *facts,
        _ => Facts {
            set: None,
            ..*facts
        },
    }
}

impl Reading {
    /// What may be seen; none of a record out of reach.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied) where a rule on reading refuses.
    pub(super) fn into_table(self) -> Result<Option<Arc<FieldTable>>> {
        match self.refusals.is_empty() {
            true => Ok(self.table),
            false => Err(Error::refused(ErrorKind::Denied, self.refusals)),
        }
    }

    /// The rules' verdicts; empty where none applied.
    pub(super) fn verdicts(&self) -> &[Verdict] {
        &self.findings.verdicts
    }
}
