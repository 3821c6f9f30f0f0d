//! Proposing a change: may each field be written, what do the rules say, how risky is it, who must
//! agree, and does the ticket at hand release exactly this.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::admission::{Evidence, Unevaluated, no_such_record_error, says_no_such_record};
use super::asked::as_it_is;
use super::{Operation, Stage};
use crate::audit::{Digests, EventKind, KeyedDigest};
use crate::change::Changes;
use crate::data::FieldTable;
use crate::decision::{Decision, Obligation, Outcome, TicketHandle};
use crate::error::{Error, ErrorKind, Result};
use crate::policy::Verb;
use crate::process::{Action, Basis, Proposal, RecordPresence, Review, canonical_action, chains};
use crate::reason::Reason;
use crate::release::Release;
use crate::risk::{DisclosedRisk, Risk};
use crate::shadow::{ProposalVerdict, ShadowAnswer, ShadowDecision};
use crate::value::{JsonLimits, Name, expect_field_names, within};

impl Operation {
    /// Proposes a change and decides it: allow, wait for an approval, or deny. A ticket that it makes or
    /// releases is durable when this returns. The decision itself is queued for the audit and written
    /// shortly after: a crash in between loses it, as [`Journal`](crate::audit::Journal) says.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a change of another entity, a record
    /// without identifier, or one over the limits of [`JsonLimits`];
    /// [`ErrorKind::LimitReached`] past [`OperationLimits`](crate::OperationLimits);
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the decision cannot be
    /// recorded. A refusal is not an error: it is a [`Decision`] whose outcome is
    /// [`Outcome::Deny`].
    pub fn propose(&mut self, changes: &Changes) -> Result<Decision> {
        self.propose_on(changes, RecordPresence::Given)
    }

    /// Proposes the change of a ticket to the record as the host has it now. A record that is not there any
    /// more and one that is out of scope take the same way, to the same error.
    ///
    /// # Errors
    /// As [`Operation::propose`], and [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for either.
    pub(crate) fn propose_resumed(
        &mut self,
        changes: &Changes,
        presence: RecordPresence,
    ) -> Result<Decision> {
        let decision = self.propose_on(changes, presence)?;
        let has_record = changes.verb() != Verb::Create;
        match has_record && says_no_such_record(decision.reasons(), &self.plan.entity) {
            true => Err(no_such_record_error(&self.plan.entity)),
            false => Ok(decision),
        }
    }

    fn propose_on(&mut self, changes: &Changes, presence: RecordPresence) -> Result<Decision> {
        self.expect_open()?;
        self.expect_entity(changes.before())?;
        within(changes.fields(), JsonLimits::default())?;
        expect_field_names(changes.fields())?;
        if self.asked().of_tenant(changes.before().fields()) {
            within(changes.before().fields(), JsonLimits::default())?;
        }
        let proposed = Proposed::of(changes)?;
        let now = self.now();
        if let Err(error) = self.begin_proposal(now) {
            return self.refuse_step(changes, proposed, error, now);
        }
        let asked = self.asked();
        let evidence = Evidence {
            changes,
            seen: None,
        };
        let admitted = match presence {
            RecordPresence::Given => asked.admit(changes, evidence, now),
            RecordPresence::Missing => Err(asked.missing(changes.verb())),
        };
        let admitted = match admitted {
            Ok(admitted) => admitted,
            Err(unevaluated) => return self.refuse(changes, proposed, unevaluated, now),
        };
        let facts = asked.facts_of(&admitted, now);
        let before = as_it_is(&admitted.changes, &facts);
        self.observed(changes.verb(), before, Some(facts));
        let shown = asked.shown(&admitted.table, &before);
        let (mut review, risk) = asked.review(&facts, &shown);
        let touched = facts.max_sensitivity;
        let mut refusals = admitted.refusals.clone();
        refusals.append(&mut review.denials);
        let verdict = || ProposalVerdict::of(&refusals, chains(&review.needs));
        let beside = self.beside_proposal(changes, &admitted.accepted, now, &shown, verdict);
        let settled = self.settle(&admitted.changes, refusals, &review)?;
        self.touched = touched;
        let basis = self.basis(now, &admitted.changes, &shown);
        self.conclude(basis, proposed, settled, Some((review, risk)), beside)
    }

    /// Refuses a proposal of which nothing is evaluated. What is kept of it for explanations and the
    /// audit is what was asked for, and nothing of the record.
    fn refuse(
        &mut self,
        changes: &Changes,
        proposed: Proposed,
        refused: Unevaluated,
        now: DateTime<Utc>,
    ) -> Result<Decision> {
        self.observed_unevaluated(changes, now);
        let basis = self.basis(now, &changes.without_content(), &refused.table);
        let beside = self.unevaluated_beside(&refused.reasons);
        let settled = FinalOutcome::deny(refused.reasons);
        self.conclude(basis, proposed, settled, None, beside)
    }

    /// Refuses a proposal that the policy and the tables of now do not let begin.
    fn refuse_step(
        &mut self,
        changes: &Changes,
        proposed: Proposed,
        error: Error,
        now: DateTime<Utc>,
    ) -> Result<Decision> {
        if error.kind() != ErrorKind::Denied {
            return Err(error);
        }
        let nothing = Arc::new(FieldTable::of_nothing(&self.plan.entity));
        let basis = self.basis(now, &changes.without_content(), &nothing);
        let settled = FinalOutcome::deny(error.reasons().to_vec());
        self.conclude(basis, proposed, settled, None, None)
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
            has_ticket: self.ticket.is_some(),
        }
    }

    /// Deny stands over needs-approval, which stands over allow; a ticket turns the second into the
    /// third, if it is bound to exactly this action.
    fn settle(
        &mut self,
        changes: &Changes,
        refusals: Vec<Reason>,
        review: &Review,
    ) -> Result<FinalOutcome> {
        if !refusals.is_empty() {
            return Ok(FinalOutcome::deny(refusals));
        }
        if review.needs.is_empty() && self.ticket.is_none() {
            return Ok(FinalOutcome::allow(Release::new(changes.clone())));
        }
        let action = canonical_action(&Action {
            principal: &self.principal,
            skill: &self.plan.skill,
            context: &self.context,
            changes,
        });
        let proposal = Proposal {
            changes,
            action: &action,
            review,
        };
        let guard = self.guard.clone();
        let approvals = guard.approvals();
        let mut settled = match self.ticket {
            Some(ticket) => {
                let released = match &self.reserved {
                    Some(held) => approvals
                        .expect_held(self, held, &proposal)
                        .map(|handle| FinalOutcome::waits(handle, review)),
                    None => approvals.reserve(self, ticket, &proposal).map(|reserved| {
                        self.reserved = Some(Box::new(reserved));
                        FinalOutcome::allow(Release::new(changes.clone()))
                    }),
                };
                match released {
                    Ok(settled) => settled,
                    Err(error) if error.reasons().is_empty() => return Err(error),
                    Err(error) => FinalOutcome::deny(error.reasons().to_vec()),
                }
            }
            None => match approvals.ask(self, &proposal) {
                Ok(handle) => FinalOutcome::waits(handle, review),
                Err(error) if error.reasons().is_empty() => return Err(error),
                Err(error) => FinalOutcome::deny(error.reasons().to_vec()),
            },
        };
        settled.action = Some(action.digest(&self.guard.inner.keys));
        Ok(settled)
    }

    fn conclude(
        &mut self,
        basis: Basis,
        proposed: Proposed,
        settled: FinalOutcome,
        evaluated: Option<(Review, Arc<DisclosedRisk>)>,
        beside: Option<(Arc<ShadowDecision>, ShadowAnswer)>,
    ) -> Result<Decision> {
        let basis = Arc::new(basis);
        let risk = match &evaluated {
            Some((review, _)) => review.risk.complete(),
            None => Arc::new(Risk::not_evaluated()),
        };
        let (review, recorded_risk) = evaluated.unzip();
        let review = review.unwrap_or_else(Review::not_evaluated);
        let (shadow_policy, answer) = beside.unzip();
        let decision = Decision {
            basis: basis.clone(),
            outcome: settled.outcome,
            reasons: settled.reasons,
            shadows: review.shadows,
            shadow_policy,
            risk,
            notify: review.notify,
            obligations: review.obligations,
            policy: self.about.policy,
            verdicts: review.verdicts.into(),
        };
        // The stage is set first: should recording fail, the operation must not go on.
        self.stage = match decision.outcome {
            Outcome::Allow(_) => Stage::Open,
            // The ticket in hand has released already; what becomes of that is still to be said.
            Outcome::NeedsApproval(_) if self.reserved.is_some() => Stage::Open,
            Outcome::NeedsApproval(_) => Stage::Waiting,
            Outcome::Deny => Stage::Denied,
        };
        // A value that may not be written counts for nothing here either: the record of a guess tells no
        // more than its answer.
        let outcome = decision.outcome.kind();
        let reasons = shared(&decision.reasons);
        let digests = self.digests_of_proposal(
            &proposed.record,
            &proposed.fields,
            &basis.changes,
            (outcome.as_str(), &reasons),
        );
        let event = EventKind::Decision {
            record: self.record_name(&proposed.record, &basis.table),
            fields: proposed.fields,
            action: settled.action,
            outcome,
            reasons,
            verdicts: review
                .recorded
                .map_or(decision.verdicts.clone(), Into::into),
            risk: recorded_risk,
            obligations: names(&decision.obligations),
        };
        // What a ticket went through is on record by now, and the decision comes after it.
        let time = settled.action.map_or(basis.now, |_| self.now());
        let beside = answer.map(|answer| EventKind::Shadow(Box::new(answer)));
        let beside = beside.map(|answer| (answer, Digests::default()));
        let mut recorded = [(event, digests)].into_iter().chain(beside);
        if let Err(error) =
            recorded.try_for_each(|(event, digests)| self.record_with(time, event, digests))
        {
            self.stage = Stage::Denied;
            return Err(error);
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

    pub(crate) fn plan(&self) -> &crate::plan::Plan {
        &self.plan
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

/// What was asked for, as the audit names it.
struct Proposed {
    /// The record's identifier; empty on create.
    record: Name,
    /// The fields that were to get a new value.
    fields: Arc<[Name]>,
}

impl Proposed {
    fn of(changes: &Changes) -> Result<Self> {
        let names = changes.fields().iter().map(|(name, _)| name.clone());
        let record = match changes.verb() {
            Verb::Create => Name::default(),
            _ => changes.before().id()?,
        };
        Ok(Self {
            record,
            fields: names.collect(),
        })
    }
}

/// The outcome, before it is put on record.
struct FinalOutcome {
    outcome: Outcome,
    reasons: Vec<Reason>,
    action: Option<KeyedDigest>,
}

impl FinalOutcome {
    fn allow(release: Release) -> Self {
        Self {
            outcome: Outcome::Allow(release),
            reasons: Vec::new(),
            action: None,
        }
    }

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
