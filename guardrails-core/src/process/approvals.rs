//! The approval tickets of a guard: looking, deciding, withdrawing, settling.
//!
//! Who decides is taken from the authenticated principal, never from an argument. Looking changes
//! nothing: a ticket whose time is over is shown so, and written so by the sweeper alone.

use chrono::{DateTime, SubsecRound as _, Utc};

use super::card::{TicketCard, TicketPage};
use super::lifecycle::{Approver, no_such_ticket};
use super::requirement::ApprovalRequirement;
use super::ticket::{Settlement, Ticket, Vote};
use crate::error::{Error, ErrorKind, Result};
use crate::guard::Guard;
use crate::identifier::TicketId;
use crate::policy::Policy;
use crate::principal::Principal;
use crate::process::TicketCursor;
use crate::reason::Reason;
use crate::snapshot::Snapshot;
use crate::store::TicketQuery;
use crate::ticket_state::TicketState;
use crate::value::Name;

/// The tickets that [`Approvals::list`] brings at most; [`Approvals::page`] brings the rest.
const INBOX: usize = 1_000;
/// The longest comment kept, in code points.
const COMMENT: usize = 2_000;

/// The approval tickets of a guard.
#[derive(Debug, Clone, Copy)]
pub struct Approvals<'g> {
    pub(super) guard: &'g Guard,
}

impl Guard {
    /// The approval tickets.
    #[must_use]
    pub fn approvals(&self) -> Approvals<'_> {
        Approvals { guard: self }
    }
}

impl Approvals<'_> {
    /// Open tickets that `principal` asked for or may decide, oldest first, at most 1,000; see
    /// [`Approvals::page`] for more.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store); [`ErrorKind::Input`](crate::ErrorKind::Input) for a
    /// principal that [`Guard::begin`] would not take either, here and in every other call.
    pub fn list(&self, principal: &Principal) -> Result<Vec<TicketCard>> {
        Ok(self.page(principal, None, INBOX)?.tickets)
    }

    /// One page of the open tickets that `principal` asked for or may decide, oldest first: those
    /// after `after`, at most `limit`. A row that the guard did not write is left out, and is a problem of
    /// [`Guard::health`].
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store); [`ErrorKind::Input`](crate::ErrorKind::Input) for a
    /// limit of 0.
    pub fn page(
        &self,
        principal: &Principal,
        after: Option<TicketCursor>,
        limit: usize,
    ) -> Result<TicketPage> {
        principal.check()?;
        if limit == 0 {
            let error = Error::new(ErrorKind::Input, "a page of tickets has a limit of 0");
            return Err(error.with_help("ask for at least 1 ticket"));
        }
        let now = self.now();
        let snapshot = self.guard.snapshot_in_force(now)?;
        self.recheck_faulty()?;
        let roles = roles(&snapshot, principal);
        let mut query = TicketQuery {
            tenant: principal.tenant(),
            requester: principal.id(),
            roles: &roles,
            now,
            after,
            limit: limit.min(INBOX),
        };
        let mut page = TicketPage {
            tickets: Vec::new(),
            next: None,
        };
        loop {
            let found = self.guard.inner.store.open_tickets(&query)?;
            let is_last = found.len() < query.limit;
            for ticket in &found {
                if page.tickets.len() == query.limit {
                    return Ok(page);
                }
                let cursor = ticket.cursor();
                (query.after, page.next) = (Some(cursor), Some(cursor));
                let concerns = self.concerns(ticket, principal, &roles, now);
                if concerns && self.is_as_written(ticket)? {
                    let card = TicketCard::new(ticket, &snapshot, principal, now);
                    page.tickets.push(card);
                }
            }
            if is_last {
                page.next = None;
                return Ok(page);
            }
        }
    }

    /// Whether an open ticket is in this principal's inbox.
    fn concerns(
        &self,
        ticket: &Ticket,
        principal: &Principal,
        roles: &[Name],
        now: DateTime<Utc>,
    ) -> bool {
        let approver = Approver {
            user: principal.id(),
            roles,
        };
        ticket.requester == *principal.id()
            || ticket.eligible(&approver, now).is_ok()
            || ticket.state_at(now) == TicketState::Unknown
    }

    /// One ticket as `principal` may see it: its requester, and anyone of the roles that decide it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for a ticket of another tenant, or one
    /// that is not this principal's business; [`ErrorKind::Tampered`](crate::ErrorKind::Tampered) for a
    /// row that the guard did not write, or not last.
    pub fn show(&self, id: TicketId, principal: &Principal) -> Result<TicketCard> {
        let snapshot = self.guard.snapshot_in_force(self.now())?;
        let ticket = self.load(id, principal)?;
        let voted = |vote: &super::ticket::StepDecision| vote.by == *principal.id();
        let concerned = ticket.requester == *principal.id()
            || ticket.decisions.iter().any(voted)
            || may_ever_decide(&ticket, &roles(&snapshot, principal));
        if !concerned {
            return Err(no_such_ticket());
        }
        let ticket = self.succeeded(&ticket)?.unwrap_or(ticket);
        Ok(TicketCard::new(&ticket, &snapshot, principal, self.now()))
    }

    /// Agrees to the waiting step of a ticket.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied) with `APPROVER_IS_REQUESTER`,
    /// `APPROVER_IS_AGENT`, `APPROVER_NOT_ELIGIBLE`, `APPROVER_DECIDED_ALREADY`, the ticket's state,
    /// or `TICKET_STALE` where the policy asks for more by now;
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) when somebody else was first;
    /// [`ErrorKind::Tampered`](crate::ErrorKind::Tampered) for a row that the guard did not write.
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

    /// Withdraws a ticket that was not used yet; only its requester may.
    ///
    /// # Errors
    /// As [`Approvals::approve`].
    pub fn cancel(&self, id: TicketId, principal: &Principal) -> Result<()> {
        let ticket = self.load(id, principal)?;
        let next = ticket.cancel(principal.id(), self.now());
        let next = self.of_genuine(&ticket, next)?;
        self.advance(next, principal.id(), "").map(drop)
    }

    /// Puts on record what became of a release whose outcome is unknown: the operation that held the
    /// ticket crashed, was dropped, or did not end in time. A person other than the requester, without
    /// an agent, with one of the roles that decide the ticket, says so; the ticket then has ended, and
    /// never releases again either way.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied) as [`Approvals::approve`], and with the
    /// ticket's state where that is not unknown.
    pub fn settle(
        &self,
        id: TicketId,
        principal: &Principal,
        settlement: Settlement,
    ) -> Result<TicketCard> {
        expect_person(principal)?;
        let snapshot = self.guard.snapshot_in_force(self.now())?;
        let ticket = self.load(id, principal)?;
        if ticket.requester == *principal.id() {
            return Err(Error::denied(Reason::new(
                "APPROVER_IS_REQUESTER",
                "nobody settles what their own AI asked for",
            )));
        }
        if !may_ever_decide(&ticket, &roles(&snapshot, principal)) {
            return Err(no_such_ticket());
        }
        self.expect_genuine(&ticket)?;
        let ticket = self.lapse(ticket)?;
        let next = self.advance(ticket.settle(settlement)?, principal.id(), "SETTLED")?;
        Ok(TicketCard::new(&next, &snapshot, principal, self.now()))
    }

    fn decide(
        &self,
        id: TicketId,
        principal: &Principal,
        vote: Vote,
        comment: &str,
    ) -> Result<TicketCard> {
        expect_person(principal)?;
        let now = self.now();
        let snapshot = self.guard.snapshot_in_force(now)?;
        let ticket = self.load(id, principal)?;
        let roles = roles(&snapshot, principal);
        let approver = Approver {
            user: principal.id(),
            roles: &roles,
        };
        let comment: String = comment.chars().take(COMMENT).collect();
        self.expect_current(&ticket, &snapshot.policy, principal)?;
        let next = ticket.decide(&approver, vote, &comment, now);
        let next = self.of_genuine(&ticket, next)?;
        let next = self.advance(next, principal.id(), "")?;
        Ok(TicketCard::new(&next, &snapshot, principal, now))
    }

    /// An open ticket that was made in the old form, or for less than its chains ask for by now, is
    /// stale, and becomes so on record.
    fn expect_current(
        &self,
        ticket: &Ticket,
        policy: &Policy,
        principal: &Principal,
    ) -> Result<()> {
        if ticket.state_at(self.now()) != TicketState::Pending {
            return Ok(());
        }
        let asks_no_more = requirement(policy, ticket.chains.names().iter().map(|name| &**name))
            .is_some_and(|now| now.is_covered_by(ticket));
        if asks_no_more && !self.is_of_old_form(ticket)? {
            return Ok(());
        }
        self.expect_genuine(ticket)?;
        self.advance(
            ticket.moved(TicketState::Stale)?,
            principal.id(),
            "TICKET_STALE",
        )?;
        Err(stale("the policy now asks for another approval"))
    }

    /// The ticket as it is stored. Every call about one ticket comes through here, so the principal is
    /// checked here.
    pub(super) fn load(&self, id: TicketId, principal: &Principal) -> Result<Ticket> {
        principal.check()?;
        let store = &self.guard.inner.store;
        let ticket = store.ticket(principal.tenant(), id)?;
        ticket.ok_or_else(no_such_ticket)
    }

    /// The time that deadlines and leases go by, as exact as every database keeps it.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.guard.inner.deadline_time().trunc_subsecs(6)
    }
}

/// What these chains ask for now; none where the policy has one of them no more.
pub(super) fn requirement<'t>(
    policy: &Policy,
    names: impl Iterator<Item = &'t str>,
) -> Option<ApprovalRequirement> {
    let chains: Option<Vec<_>> = names
        .map(|name| policy.approvals.get(name).map(|chain| &**chain))
        .collect();
    ApprovalRequirement::of(&chains?)
}

pub(super) fn stale(message: &str) -> Error {
    Error::denied(Reason::new("TICKET_STALE", message))
}

fn roles(snapshot: &Snapshot, principal: &Principal) -> Vec<Name> {
    let (tenant, roles) = (principal.tenant(), principal.roles());
    snapshot.access.closure(tenant, roles)
}

fn may_ever_decide(ticket: &Ticket, roles: &[Name]) -> bool {
    let steps = ticket.asked.steps.iter();
    let mut deciding = steps.flat_map(|step| step.roles());
    deciding.any(|role| roles.contains(role))
}

fn expect_person(principal: &Principal) -> Result<()> {
    principal.check()?;
    match principal.agent_name().is_empty() {
        true => Ok(()),
        false => Err(Error::denied(Reason::new(
            "APPROVER_IS_AGENT",
            "an agent does not approve; a person does, without one",
        ))),
    }
}
