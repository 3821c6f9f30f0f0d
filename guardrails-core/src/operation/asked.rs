//! One policy asked about an operation: what of a record may be seen, whether a change is refused, what
//! its rules and risk say. The policy in force is asked so, and a shadow policy beside it.
//!
//! Nothing here is recorded, and nothing takes effect.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::change::Changes;
use crate::data::{FieldTable, Sight};
use crate::decision::{Reason, Risk, Verdict};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::Plan;
use crate::policy::Verb;
use crate::principal::Principal;
pub(super) use crate::process::Visibility as Reading;
use crate::process::{
    Changing, Eye, Facts, Requester, Review, Schema, Types, WriteGate, is_of_tenant, review, told,
};
use crate::record::Record;
use crate::snapshot::Snapshot;
use crate::value::{Fields, Name};

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

    /// The facts of a proposal, and what the principal may see and change of the record as it is; of a
    /// new one, as it would be.
    pub(super) fn proposal(
        &self,
        changes: &'a Changes,
        now: DateTime<Utc>,
    ) -> (Facts<'a>, Arc<FieldTable>) {
        let creates = changes.verb() == Verb::Create;
        let (before, set) = (changes.before().fields(), changes.fields());
        let facts = self.facts(now, before, Some(set), !creates);
        let table = self.plan.table(&as_it_is(changes, &facts));
        let facts = Facts {
            max_sensitivity: self.touched.max(table.max_sensitivity_of(set)),
            ..facts
        };
        (facts, table)
    }

    /// What refuses a change before any rule is asked, and the change in the form that is judged.
    pub(super) fn gate(&self, changes: &Changes, table: &FieldTable) -> (Changes, Vec<Reason>) {
        let skill = &self.plan.skill;
        let mut refusals = Vec::new();
        if changes.verb() != skill.verb {
            let text = format!("the skill does `{}`, not `{}`", skill.verb, changes.verb());
            refusals.push(
                Reason::new("VERB_NOT_OF_SKILL", text)
                    .from_policy(skill.origin.name.clone(), skill.origin.place.clone()),
            );
        }
        let same_tenant =
            self.of_tenant(changes.before().fields()) && self.of_tenant(changes.fields());
        if table.is_out_of_scope() || !same_tenant {
            let text = format!("no such record of `{}` within reach", self.plan.entity);
            refusals.push(Reason::new("OUT_OF_SCOPE", text));
            return (changes.clone(), refusals);
        }
        let judged = self.gated(changes, table, &mut refusals);
        (judged, refusals)
    }

    /// The changes with each value in the form of its declared type; what does not pass stays as it is, and
    /// is among the refusals.
    fn gated(&self, changes: &Changes, table: &FieldTable, refusals: &mut Vec<Reason>) -> Changes {
        let gate = WriteGate {
            types: Types {
                entities: &self.snapshot.policy.entities,
                zone: self.plan.zone,
            },
            table,
            changes,
        };
        let mut judged = Fields::with_capacity(changes.fields().len());
        for (name, value) in changes.fields() {
            let typed = match gate.barrier(name) {
                Some(reason) => Err(vec![reason]),
                None => gate.typed(name, value),
            };
            let value = typed.unwrap_or_else(|mut reasons| {
                refusals.append(&mut reasons);
                value.clone()
            });
            judged.set(name.clone(), value);
        }
        changes.with_fields(judged)
    }

    /// What rules and risk say, and what may be told of the risk. `seen` is what may be shown: the table
    /// of the policy in force, whichever policy is asked.
    pub(super) fn review(&self, facts: &Facts<'a>, seen: &FieldTable) -> (Review, Risk) {
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
        };
        let plan = self.plan;
        let review = review(&plan.on_change, &plan.scale, &plan.slots, facts, &requester);
        let risk = told(&review.risk, model, &review.untold, &eye);
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
