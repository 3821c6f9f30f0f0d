//! The approval tickets of a guard: asking, deciding, spending.
//!
//! Who decides is taken from the authenticated principal, never from an argument. Each transition
//! is one compare-and-swap, and its event is durable before the call returns.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::action_digest::CanonicalAction;
use super::card::TicketCard;
use super::lifecycle::{Approver, CHAIN_SEPARATOR, Steps, later, no_such_ticket};
use super::review::{Review, chains};
use super::ticket::{Ticket, TicketState, Vote};
use crate::audit::{Event, EventKind, OperationContext, TicketEvent};
use crate::change::Changes;
use crate::decision::{Reason, TicketHandle, TicketId};
use crate::error::{Error, Result};
use crate::guard::Guard;
use crate::operation::Operation;
use crate::outside::new_id;
use crate::policy::Policy;
use crate::principal::Principal;
use crate::record::Record;
use crate::snapshot::Snapshot;
use crate::store::Swap;
use crate::value::Name;

/// The open tickets that one look at the inbox brings at most.
const INBOX: usize = 1_000;
/// The longest comment kept, in code points.
const COMMENT: usize = 2_000;

/// The approval tickets of a guard.
#[derive(Debug, Clone, Copy)]
pub struct Approvals<'g> {
    guard: &'g Guard,
}

impl<'g> Approvals<'g> {
    pub(crate) fn new(guard: &'g Guard) -> Self {
        Self { guard }
    }

    /// Open tickets that `principal` asked for or may decide, oldest first, at most 1,000.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    pub fn list(&self, principal: &Principal) -> Result<Vec<TicketCard>> {
        let snapshot = self.guard.snapshot();
        let now = self.now();
        let tickets = self
            .guard
            .inner
            .store
            .open_tickets(principal.tenant(), INBOX)?;
        Ok(tickets
            .iter()
            .filter(|ticket| ticket.lapsed(now).is_none())
            .filter(|ticket| {
                ticket.requester == *principal.id()
                    || self.may_decide(&snapshot, ticket, principal, now).is_ok()
            })
            .map(|ticket| TicketCard::new(ticket, &snapshot, principal, now))
            .collect())
    }

    /// One ticket as `principal` may see it: its requester, and anyone of the roles that decide it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for a ticket of another tenant, or one
    /// that is not this principal's business.
    pub fn show(&self, id: TicketId, principal: &Principal) -> Result<TicketCard> {
        let snapshot = self.guard.snapshot();
        let ticket = self.load(id, principal)?;
        let roles = self.roles(&snapshot, principal);
        let concerned = ticket.requester == *principal.id()
            || ticket
                .decisions
                .iter()
                .any(|said| said.by == *principal.id())
            || ticket
                .chains()
                .filter_map(|chain| snapshot.policy.approvals.get(chain))
                .flat_map(|chain| &chain.steps)
                .any(|step| roles.contains(&step.role));
        if !concerned {
            return Err(no_such_ticket());
        }
        Ok(TicketCard::new(&ticket, &snapshot, principal, self.now()))
    }

    /// Agrees to the waiting step of a ticket.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied) with `APPROVER_IS_REQUESTER`,
    /// `APPROVER_IS_AGENT`, `APPROVER_NOT_ELIGIBLE`, `APPROVER_DECIDED_ALREADY` or the ticket's
    /// state; [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) when somebody else was first.
    pub fn approve(
        &self,
        id: TicketId,
        principal: &Principal,
        comment: &str,
    ) -> Result<TicketCard> {
        self.decide(id, principal, Vote::Approve, comment)
    }

    /// Refuses a ticket.
    ///
    /// # Errors
    /// As [`Approvals::approve`].
    pub fn reject(&self, id: TicketId, principal: &Principal, comment: &str) -> Result<TicketCard> {
        self.decide(id, principal, Vote::Reject, comment)
    }

    /// Withdraws a ticket; only its requester may.
    ///
    /// # Errors
    /// As [`Approvals::approve`].
    pub fn cancel(&self, id: TicketId, principal: &Principal) -> Result<()> {
        let ticket = self.load(id, principal)?;
        self.store(&ticket.cancel(principal.id())?, principal, "")
    }

    fn decide(
        &self,
        id: TicketId,
        principal: &Principal,
        vote: Vote,
        comment: &str,
    ) -> Result<TicketCard> {
        if !principal.agent_name().is_empty() {
            return Err(Error::denied(Reason::new(
                "APPROVER_IS_AGENT",
                "an agent does not approve; a person does, without one",
            )));
        }
        let snapshot = self.guard.snapshot();
        let now = self.now();
        let ticket = self.load(id, principal)?;
        let steps = self.steps(&snapshot.policy, &ticket)?;
        let approver = Approver {
            user: principal.id(),
            roles: &self.roles(&snapshot, principal),
        };
        let comment: String = comment.chars().take(COMMENT).collect();
        let next = ticket.decide(&steps, &approver, vote, &comment, now)?;
        self.store(&next, principal, "")?;
        Ok(TicketCard::new(&next, &snapshot, principal, now))
    }

    fn may_decide(
        &self,
        snapshot: &Snapshot,
        ticket: &Ticket,
        principal: &Principal,
        now: DateTime<Utc>,
    ) -> Result<Name> {
        let approver = Approver {
            user: principal.id(),
            roles: &self.roles(snapshot, principal),
        };
        ticket.eligible(&self.steps(&snapshot.policy, ticket)?, &approver, now)
    }

    fn roles(&self, snapshot: &Snapshot, principal: &Principal) -> Vec<Name> {
        snapshot
            .access
            .closure(principal.tenant(), principal.roles())
    }

    fn steps<'p>(&self, policy: &'p Policy, ticket: &Ticket) -> Result<Steps<'p>> {
        steps(policy, ticket.chains())
            .ok_or_else(|| stale("an approval chain of this ticket is no longer in the policy"))
    }

    /// The ticket, brought up to the present: one whose time has run out is stored so.
    pub(crate) fn load(&self, id: TicketId, principal: &Principal) -> Result<Ticket> {
        let ticket = self
            .guard
            .inner
            .store
            .ticket(principal.tenant(), id)?
            .ok_or_else(no_such_ticket)?;
        match ticket.lapsed(self.now()) {
            Some(lapsed) => {
                self.store(&lapsed, principal, "TICKET_EXPIRED")?;
                Ok(lapsed)
            }
            None => Ok(ticket),
        }
    }

    /// Makes a ticket for exactly this action, or finds the one that already waits for it.
    pub(crate) fn ask(
        &self,
        operation: &Operation,
        changes: &Changes,
        action: &CanonicalAction,
        review: &Review,
    ) -> Result<TicketHandle> {
        let now = self.now();
        let keys = &*self.guard.inner.keys;
        let about = operation.about();
        let waiting = self.guard.inner.store.open_tickets(&about.tenant, INBOX)?;
        let same = |ticket: &&Ticket| {
            action.is(&ticket.action, keys)
                && ticket.requester == about.user
                && ticket.state == TicketState::Pending
                && ticket.lapsed(now).is_none()
        };
        if let Some(ticket) = waiting.iter().find(same) {
            return Ok(handle(ticket));
        }
        let names = chains(&review.needs);
        let policy = &operation.snapshot().policy;
        let steps = steps(policy, names.iter().map(|name| &**name))
            .ok_or_else(|| stale("the policy asks for an approval chain that it does not have"))?;
        let ticket = Ticket {
            id: TicketId::from(new_id(now, &*self.guard.inner.entropy)?),
            tenant: about.tenant.clone(),
            version: 1,
            state: TicketState::Pending,
            operation: about.operation,
            requester: about.user.clone(),
            skill: about.skill.clone(),
            context: about.context.clone(),
            entity: about.entity.clone(),
            record: changes.before().id().unwrap_or_else(|_| Name::from("")),
            verb: changes.verb(),
            before: changes.before().fields().clone(),
            set: changes.fields().clone(),
            action: action.digest(keys),
            policy: policy.digest,
            chain: names.join(&CHAIN_SEPARATOR.to_string()).into(),
            step: 0,
            decisions: Vec::new(),
            because: review
                .needs
                .iter()
                .map(|need| need.template.clone())
                .collect(),
            created: now,
            expires: later(now, steps.expires),
            execute_by: None,
            spent_by: None,
        };
        let inserted = self.guard.inner.store.insert_ticket(&ticket);
        inserted.map_err(|error| {
            error.unavailable(
                "APPROVALS_UNAVAILABLE",
                "people must agree first, and their tickets cannot be reached; ask again later",
            )
        })?;
        self.tell(&ticket, operation.principal().id(), "", Some(about.clone()))?;
        Ok(handle(&ticket))
    }

    /// Spends a ticket on exactly the action it was granted for.
    pub(crate) fn spend(
        &self,
        operation: &Operation,
        id: TicketId,
        action: &CanonicalAction,
        review: &Review,
    ) -> Result<()> {
        let principal = operation.principal();
        let now = self.now();
        let ticket = self.load(id, principal)?;
        let spent = ticket.spend(operation.id(), now)?;
        let same = action.is(&ticket.action, &self.guard.inner.keys);
        if ticket.requester != *principal.id() || !same {
            let about = Some(operation.about().clone());
            self.tell(&ticket, principal.id(), "TICKET_MISMATCH", about)?;
            return Err(Error::denied(Reason::new(
                "TICKET_MISMATCH",
                "the ticket was granted for another action",
            )));
        }
        let covered = |needed: &Name| ticket.chains().any(|chain| *chain == **needed);
        if !chains(&review.needs).iter().all(covered) {
            self.store(&ticket.staled(), principal, "TICKET_STALE")?;
            return Err(stale("the policy now asks for another approval"));
        }
        match self.guard.inner.store.swap_ticket(&spent)? {
            Swap::Done => self.tell(&spent, principal.id(), "", Some(operation.about().clone())),
            Swap::Conflict => Err(Error::denied(Reason::new(
                "TICKET_SPENT",
                "somebody else was first with this ticket",
            ))),
        }
    }

    fn store(&self, next: &Ticket, principal: &Principal, code: &str) -> Result<()> {
        match self.guard.inner.store.swap_ticket(next)? {
            Swap::Done => self.tell(next, principal.id(), code, None),
            Swap::Conflict => Err(Error::new(
                crate::ErrorKind::Conflict,
                "somebody else changed this ticket first",
            )
            .with_help("look at it again, then decide")),
        }
    }

    fn tell(
        &self,
        ticket: &Ticket,
        by: &Name,
        code: &str,
        about: Option<Arc<OperationContext>>,
    ) -> Result<()> {
        let event = Event {
            time: self.now(),
            kind: EventKind::Ticket(Box::new(TicketEvent {
                ticket: ticket.id,
                state: ticket.state,
                chain: ticket.chain.clone(),
                action: ticket.action,
                by: by.clone(),
                code: code.into(),
            })),
            about: Some(about.unwrap_or_else(|| Arc::new(origin(ticket)))),
        };
        self.guard.inner.store.commit(event).map(drop)
    }

    fn now(&self) -> DateTime<Utc> {
        self.guard.inner.clock.now()
    }
}

impl Ticket {
    /// The action it was made for.
    #[must_use]
    pub fn changes(&self) -> Changes {
        let before = Record::new(self.entity.clone(), self.before.clone());
        Changes::restored(self.verb, before, self.set.clone())
    }
}

fn steps<'p, 't>(policy: &'p Policy, names: impl Iterator<Item = &'t str>) -> Option<Steps<'p>> {
    let chains: Option<Vec<_>> = names
        .map(|name| policy.approvals.get(name).map(|chain| &**chain))
        .collect();
    Steps::of(&chains?)
}

fn stale(message: &str) -> Error {
    Error::denied(Reason::new("TICKET_STALE", message))
}

fn handle(ticket: &Ticket) -> TicketHandle {
    TicketHandle {
        id: ticket.id,
        chain: ticket.chain.clone(),
        expires: ticket.expires,
    }
}

/// The operation that asked, as far as its ticket still tells.
fn origin(ticket: &Ticket) -> OperationContext {
    let none = || Name::from("");
    OperationContext {
        operation: ticket.operation,
        tenant: ticket.tenant.clone(),
        user: ticket.requester.clone(),
        roles: Arc::new([]),
        agent: none(),
        model: none(),
        skill: ticket.skill.clone(),
        verb: Some(ticket.verb),
        entity: ticket.entity.clone(),
        context: ticket.context.clone(),
        purpose: String::new(),
        policy: ticket.policy,
    }
}
