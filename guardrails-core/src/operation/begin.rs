//! How an operation begins: it is admitted or refused, and either is durable before anything is shown.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::digests::RequestValues;
use super::shadow::Shadow;
use super::{AdmittedRequest, Operation};
use crate::audit::{Digests, Event, EventKind, OperationContext};
use crate::error::{Error, Result};
use crate::explanation::Explanation;
use crate::guard::Guard;
use crate::identifier::{OperationId, TicketId};
use crate::outside::new_id;
use crate::plan::Plan;
use crate::principal::Principal;
use crate::process::{PresentRecord, Refused, explain_refusal};
use crate::release::Release;
use crate::request::Request;
use crate::skills::take_limits;
use crate::snapshot::Snapshot;
use crate::value::Name;

impl Guard {
    /// Begins one operation: skill known and active, role and model allowed, limits not used up,
    /// and the intent durable.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied) or [`ErrorKind::LimitReached`](crate::ErrorKind::LimitReached) with reasons, themselves durable in the
    /// audit; [`ErrorKind::Input`](crate::ErrorKind::Input) for a name that is
    /// blank, over 255 bytes or has control or invisible characters, a principal with a model and no agent,
    /// or a purpose of over 4,096 bytes;
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the audit or a limit cannot be written, and with
    /// `PERMISSIONS_TOO_OLD` when the permission tables could not be looked at for too long.
    pub fn begin(&self, request: Request<'_>) -> Result<Operation> {
        request.check()?;
        let now = self.inner.clock.now();
        let id = OperationId::from(new_id(now, &*self.inner.entropy)?);
        let in_force = self.snapshot_in_force(now);
        let snapshot = match &in_force {
            Ok(snapshot) => snapshot.clone(),
            Err(_) => self.snapshot(),
        };
        let admitted = in_force.and_then(|snapshot| self.admit(&snapshot, &request, now));
        let shadow = Shadow::beside(&snapshot, &request);
        let beside = shadow
            .as_ref()
            .and_then(|shadow| shadow.on_begin(admitted.as_ref().map(|_| ())));
        let beside = beside.map(|answer| EventKind::Shadow(Box::new(answer)));
        let entity = match &admitted {
            Ok(plan) => plan.entity.clone(),
            Err(_) => request.entity.clone().unwrap_or_else(|| Name::from("")),
        };
        let keys = &self.inner.keys;
        let about = Arc::new(about(&snapshot, &request, id, entity));
        let principal = Arc::new(Principal::clone(&request.principal));
        let values = RequestValues {
            principal: principal.clone(),
            ticket: request.ticket,
        };
        let digests = values.digests(keys, &about, admitted.as_ref().err());
        let event = |kind, digests| Event {
            time: now,
            kind,
            about: Some(about.clone()),
            digests,
        };
        let kind = match &admitted {
            Ok(_) => EventKind::Intent,
            Err(error) => EventKind::Refused {
                reasons: error.reasons().to_vec(),
            },
        };
        let store = &self.inner.store;
        store.commit(event(kind, digests))?;
        beside.map_or(Ok(()), |answer| {
            store.record(event(answer, Digests::default()))
        })?;
        let plan = admitted?;
        Ok(Operation::new(
            self.clone(),
            snapshot,
            plan,
            AdmittedRequest {
                principal,
                context: request.context,
                ticket: request.ticket,
            },
            about,
            shadow,
            now,
        ))
    }

    /// Why a request was refused, and what would pass: for a refusal of [`Guard::begin`], or of a
    /// read under it. Nothing is decided anew, and nothing is recorded.
    #[must_use]
    pub fn explain_refusal(&self, request: &Request<'_>, error: &Error) -> Explanation {
        let snapshot = self.snapshot();
        let skill = snapshot.policy.skills.get(&request.skill);
        let only = skill.and_then(|skill| skill.entity_for(None));
        let refused = Refused {
            snapshot: &snapshot,
            principal: &request.principal,
            skill: &request.skill,
            entity: request.entity.as_ref().or(only).map_or("", |name| name),
            context: &request.context,
        };
        explain_refusal(&refused, error)
    }

    /// Begins the operation that a granted ticket releases: the action that was asked for is decided
    /// again, on the record as it is now and under the policy of now, and the ticket is reserved for
    /// this operation until it ends: [`Operation::complete`] says that the action was applied and uses
    /// the ticket up, [`Operation::fail`] that it was not and gives the ticket back. What does neither
    /// in time leaves the ticket `unknown`, which releases nothing until a person settles it.
    ///
    /// `record` is the present record, or a function that loads it by its key; see [`PresentRecord`].
    /// The ticket is stale if a value that a condition read, a card showed or the change sets is
    /// another by now; whatever else changed in the record does not matter.
    ///
    /// The operation comes back with the release to apply; what `begin` and `propose` would refuse is
    /// refused here too, and the ticket stays as it is.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for a ticket of another tenant, and for a record that is not there any
    /// more or out of reach; [`ErrorKind::Denied`](crate::ErrorKind::Denied) with reasons when the ticket does not release or
    /// the decision is another now; [`ErrorKind::Input`](crate::ErrorKind::Input) for another record than the ticket's;
    /// [`ErrorKind::Tampered`](crate::ErrorKind::Tampered) for a ticket that the guard did not write; and what `record` failed
    /// with.
    pub fn resume(
        &self,
        ticket: TicketId,
        principal: &Principal,
        record: impl PresentRecord,
    ) -> Result<(Operation, Release)> {
        let stored = self.approvals().resumable(ticket, principal)?;
        let (changes, presence) = stored.changes_on(record)?;
        let request = Request::new(principal, stored.skill.clone())
            .entity(stored.entity.clone())
            .context(stored.context.clone())
            .ticket(ticket);
        let mut operation = self.begin(request)?;
        let decision = operation.propose_resumed(&changes, presence)?;
        Ok((operation, decision.into_release()?))
    }

    /// Steps 1 to 4 of a decision.
    fn admit(
        &self,
        snapshot: &Snapshot,
        request: &Request<'_>,
        now: DateTime<Utc>,
    ) -> Result<Arc<Plan>> {
        let plan = snapshot.admit(request).map_err(Error::denied)?;
        let now = self.inner.store.deadline_time(now);
        take_limits(&*self.inner.store, &plan.skill, &request.principal, now)?;
        Ok(plan)
    }
}

fn about(
    snapshot: &Snapshot,
    request: &Request<'_>,
    operation: OperationId,
    entity: Name,
) -> OperationContext {
    let principal = &request.principal;
    OperationContext {
        operation,
        tenant: principal.tenant().clone(),
        user: principal.id().clone(),
        roles: principal.roles().into(),
        agent: principal.agent_name().clone(),
        model: principal.model_name().clone(),
        skill: request.skill.clone(),
        verb: snapshot
            .policy
            .skills
            .get(&request.skill)
            .map(|skill| skill.verb),
        entity,
        context: request.context.clone(),
        purpose: request.purpose.clone(),
        policy: snapshot.digest(),
    }
}
