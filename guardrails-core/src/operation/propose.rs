//! Proposing a change: may each field be written, what do the rules say, how risky is it, who must
//! agree, and does the ticket at hand release exactly this.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Operation, Stage};
use crate::audit::EventKind;
use crate::change::Changes;
use crate::data::{FieldTable, Sight};
use crate::decision::{Decision, Obligation, Outcome, Reason, Risk, TicketHandle};
use crate::error::Result;
use crate::policy::{Digest, Verb};
use crate::process::{
    Action, Basis, Changing, Datum, Eye, Facts, Requester, Review, Schema, action_digest, review,
    told,
};
use crate::record::TENANT_FIELD;
use crate::value::{JsonLimits, Name, within};

impl Operation {
    /// Proposes a change and decides it: allow, wait for an approval, or deny. The decision is on
    /// record before this returns; a ticket that it makes is durable.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a change of another entity, a record
    /// without identifier, or one over the limits of [`JsonLimits`];
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the decision cannot be
    /// recorded. A refusal is not an error: it is a [`Decision`] whose outcome is
    /// [`Outcome::Deny`].
    pub fn propose(&mut self, changes: &Changes) -> Result<Decision> {
        self.expect_open()?;
        self.expect_entity(changes.before())?;
        for fields in [changes.before().fields(), changes.fields()] {
            within(fields, JsonLimits::default())?;
        }
        let record = match changes.verb() {
            Verb::Create => Name::default(),
            _ => changes.before().id()?,
        };
        let creates = changes.verb() == Verb::Create;
        let now = self.now();
        let facts = self.facts(
            now,
            changes.before().fields(),
            Some(changes.fields()),
            !creates,
        );
        let table = self.table_before(changes, &facts);
        let mut refusals = self.refusals(changes, &table);
        let facts = Facts {
            max_sensitivity: self.touched.max(table.max_sensitivity_of(changes.fields())),
            ..facts
        };
        self.observed(changes.verb(), self.before(changes, &facts), facts);
        let changing = Changing {
            before: facts.before,
            set: facts.set,
            schema: Schema {
                policy: &self.snapshot.policy,
                entity: &self.plan.entity,
            },
        };
        let shown = self.shown(&table, &self.before(changes, &facts));
        let eye = Eye {
            table: &shown,
            facts,
            score: Sight::None,
        };
        let model = &self.snapshot.policy.risk;
        let requester = Requester {
            model,
            eye,
            changing,
        };
        let mut review = review(
            &self.plan.on_change,
            &self.plan.scale,
            &self.plan.slots,
            &facts,
            &requester,
        );
        let risk = told(&review.risk, model, &review.untold, &eye);
        let touched = facts.max_sensitivity;
        refusals.append(&mut review.denials);
        let settled = self.settle(changes, refusals, &review)?;
        self.touched = touched;
        let basis = self.basis(now, changes, &shown);
        self.conclude(basis, record, settled, (review, risk))
    }

    /// What the decision is made from, shared and not copied.
    fn basis(&self, now: DateTime<Utc>, changes: &Changes, table: &Arc<FieldTable>) -> Basis {
        Basis {
            snapshot: self.snapshot.clone(),
            plan: self.plan.clone(),
            principal: self.principal.clone(),
            context: self.context.clone(),
            changes: changes.clone(),
            table: table.clone(),
            now,
            max_sensitivity: self.touched,
        }
    }

    /// What the principal may see and change of the record as it is; of a new one, as it would be.
    fn table_before(&self, changes: &Changes, facts: &Facts<'_>) -> Arc<FieldTable> {
        self.plan.table(&self.before(changes, facts))
    }

    fn before<'a>(&self, changes: &Changes, facts: &Facts<'a>) -> Facts<'a> {
        match changes.verb() {
            Verb::Create => *facts,
            _ => Facts {
                set: None,
                ..*facts
            },
        }
    }

    /// What refuses a change before any rule is asked.
    fn refusals(&self, changes: &Changes, table: &FieldTable) -> Vec<Reason> {
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
            return refusals;
        }
        for (name, _) in changes.fields() {
            refusals.extend(self.field_refusal(changes, table, name));
        }
        refusals
    }

    fn field_refusal(&self, changes: &Changes, table: &FieldTable, name: &Name) -> Option<Reason> {
        // A create may name its own tenant and identifier; `refusals` holds the tenant to its own.
        if changes.verb() == Verb::Create && (**name == *TENANT_FIELD || **name == *"id") {
            return None;
        }
        if !table.is_writable(name) {
            let text = format!("`{name}` may not be written");
            return Some(Reason::new("FIELD_NOT_WRITABLE", text));
        }
        let declared = self.snapshot.policy.entities.get(&self.plan.entity)?;
        let field = declared.field(name)?;
        let value = changes.fields().value(name)?;
        match Datum::read(value, &field.ty, self.plan.zone) {
            Datum::Invalid => {
                let text = format!("`{name}` is not of type `{}`", field.ty);
                Some(Reason::new("FIELD_INVALID", text))
            }
            Datum::Missing if !field.optional => {
                let text = format!("`{name}` may not be empty");
                Some(Reason::new("FIELD_INVALID", text))
            }
            _ => None,
        }
    }

    /// Deny stands over needs-approval, which stands over allow; a ticket turns the second into the
    /// third, if it is bound to exactly this action.
    fn settle(&self, changes: &Changes, refusals: Vec<Reason>, review: &Review) -> Result<Settled> {
        if !refusals.is_empty() {
            return Ok(Settled::deny(refusals));
        }
        if review.needs.is_empty() && self.ticket.is_none() {
            return Ok(Settled {
                outcome: Outcome::Allow,
                reasons: Vec::new(),
                action: None,
            });
        }
        let action = action_digest(&Action {
            principal: &self.principal,
            skill: &self.plan.skill,
            context: &self.context,
            changes,
            entity: self
                .snapshot
                .policy
                .entities
                .get(&self.plan.entity)
                .map(|entity| &**entity),
        });
        let approvals = self.guard.approvals();
        let mut settled = match self.ticket {
            Some(ticket) => match approvals.spend(self, ticket, action, review) {
                Ok(()) => Settled {
                    outcome: Outcome::Allow,
                    reasons: Vec::new(),
                    action: None,
                },
                Err(error) if error.reasons().is_empty() => return Err(error),
                Err(error) => Settled::deny(error.reasons().to_vec()),
            },
            None => match approvals.ask(self, changes, action, review) {
                Ok(handle) => Settled::waits(handle, review),
                Err(error) if error.reasons().is_empty() => return Err(error),
                Err(error) => Settled::deny(error.reasons().to_vec()),
            },
        };
        settled.action = Some(action);
        Ok(settled)
    }

    fn conclude(
        &mut self,
        basis: Basis,
        record: Name,
        settled: Settled,
        (review, risk): (Review, Risk),
    ) -> Result<Decision> {
        let basis = Arc::new(basis);
        let changes = &basis.changes;
        let decision = Decision {
            basis: basis.clone(),
            outcome: settled.outcome,
            reasons: settled.reasons,
            shadows: review.shadows,
            risk: Arc::new(risk),
            notify: review.notify,
            obligations: review.obligations,
            policy: self.about.policy,
            verdicts: review.verdicts.into(),
        };
        // The stage is set first: should recording fail, the operation must not go on.
        self.stage = match decision.outcome {
            Outcome::Allow => Stage::Open,
            Outcome::NeedsApproval(_) => Stage::Waiting,
            Outcome::Deny => Stage::Denied,
        };
        let event = EventKind::Decision {
            record,
            fields: changes
                .fields()
                .iter()
                .map(|(name, _)| name.clone())
                .collect(),
            action: settled.action,
            outcome: decision.outcome.as_str(),
            reasons: shared(&decision.reasons),
            verdicts: review
                .recorded
                .map_or(decision.verdicts.clone(), Into::into),
            risk: Some(decision.risk.clone()),
            obligations: names(&decision.obligations),
        };
        // What a ticket went through is on record by now, and the decision comes after it.
        let time = settled.action.map_or(basis.now, |_| self.now());
        if let Err(error) = self.record(time, event) {
            self.stage = Stage::Denied;
            return Err(error);
        }
        if decision.outcome == Outcome::Allow {
            self.changes = Some(changes.clone());
        }
        Ok(decision)
    }

    pub(crate) fn about(&self) -> &Arc<crate::audit::OperationContext> {
        &self.about
    }

    pub(crate) fn principal(&self) -> &crate::Principal {
        &self.principal
    }

    pub(crate) fn snapshot(&self) -> &crate::snapshot::Snapshot {
        &self.snapshot
    }
}

fn names(obligations: &[Obligation]) -> Arc<[Name]> {
    match obligations {
        [] => Arc::default(),
        some => some.iter().map(|bound| bound.name.clone()).collect(),
    }
}

/// Nothing is made for nothing: an allow mostly has no reasons.
fn shared(reasons: &[Reason]) -> Arc<[Reason]> {
    match reasons {
        [] => Arc::default(),
        some => some.into(),
    }
}

/// The outcome, before it is put on record.
struct Settled {
    outcome: Outcome,
    reasons: Vec<Reason>,
    action: Option<Digest>,
}

impl Settled {
    fn deny(reasons: Vec<Reason>) -> Self {
        Self {
            outcome: Outcome::Deny,
            reasons,
            action: None,
        }
    }

    fn waits(handle: TicketHandle, review: &Review) -> Self {
        Self {
            outcome: Outcome::NeedsApproval(handle),
            reasons: review
                .needs
                .iter()
                .map(|need| need.reason.clone())
                .collect(),
            action: None,
        }
    }
}
