//! Writing a ticket: the audit event first, then the row, then the event that it was written.
//!
//! The one place where a ticket's row is written. What loses the compare-and-swap is on record too.
//! INVARIANT: a transition that was never announced is never in force. A ticket that has ended keeps no
//! personal identifier.

use std::sync::Arc;

use super::approvals::Approvals;
use super::integrity::{TicketRecord, TicketStanding, TicketTrail, judge_mac, judge_ticket, mac};
use super::ticket::{EventPosition, Ticket};
use crate::audit::{Digests, Event, EventKind, OperationContext, Receipt, TicketEvent};
use crate::error::{Error, ErrorKind, Result};
use crate::health::Part;
use crate::operation::Operation;
use crate::store::Swap;
use crate::ticket_state::TicketPhase;
use crate::value::Name;

/// How many overdue tickets are read at once.
const BATCH: usize = 200;

type About = Option<Arc<OperationContext>>;

impl Approvals<'_> {
    /// Writes the next version of a ticket.
    pub(super) fn advance(&self, next: Ticket, by: &Name, code: &str) -> Result<Ticket> {
        self.advance_in(next, by, code, None)
    }

    /// The same, in an operation.
    pub(super) fn advance_in(
        &self,
        next: Ticket,
        by: &Name,
        code: &str,
        about: About,
    ) -> Result<Ticket> {
        let next = self.without_personal_id(next);
        let sealed = self.announce(next, by, code, about.clone())?;
        match self.guard.inner.store.swap_ticket(&sealed)? {
            Swap::Done => {
                self.guard.inner.seen_tickets.remember(&sealed);
                self.record(&sealed, TicketPhase::Stored, by, code, about)?;
                Ok(sealed)
            }
            Swap::Conflict => {
                self.record(&sealed, TicketPhase::Lost, by, "", about)?;
                Err(conflict())
            }
        }
    }

    /// Keeps a new ticket.
    pub(super) fn insert(&self, ticket: Ticket, operation: &Operation) -> Result<Ticket> {
        let about = Some(operation.about().clone());
        let by = operation.principal().id();
        let sealed = self.announce(ticket, by, "", about.clone())?;
        match self.guard.inner.store.insert_ticket(&sealed) {
            Ok(()) => {
                self.guard.inner.seen_tickets.remember(&sealed);
                self.record(&sealed, TicketPhase::Stored, by, "", about)?;
                Ok(sealed)
            }
            Err(error) if error.kind() == ErrorKind::Conflict => {
                self.record(&sealed, TicketPhase::Lost, by, "", about)?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Puts on record that something was refused of a ticket, which stays as it is.
    pub(super) fn note(&self, ticket: &Ticket, by: &Name, code: &str, about: About) -> Result<()> {
        self.record(ticket, TicketPhase::Noted, by, code, about)
            .map(drop)
    }

    /// Names the record of a ticket that has ended by its pseudonym, as the audit does, where its identifier
    /// is personal. One of which that is not known, since the tables cannot be read, counts as personal.
    fn without_personal_id(&self, mut ticket: Ticket) -> Ticket {
        let Ticket { tenant, entity, .. } = &ticket;
        let is_personal = || {
            let snapshot = self.guard.snapshot_in_force(self.guard.inner.clock.now());
            snapshot.map_or(true, |now| now.has_personal_ids(tenant, entity))
        };
        if ticket.state.is_terminal() && !ticket.record.is_empty() && is_personal() {
            let keys = &self.guard.inner.keys;
            ticket.record = keys.record_pseudonym(tenant, entity, &ticket.record);
        }
        ticket
    }

    /// Announces a version, which then names the event and has its MAC.
    fn announce(&self, mut next: Ticket, by: &Name, code: &str, about: About) -> Result<Ticket> {
        let receipt = self.record(&next, TicketPhase::Announced, by, code, about)?;
        next.event = Some(EventPosition {
            log: receipt.log,
            seq: receipt.seq,
        });
        next.mac = Some(mac(&self.guard.inner.keys, &next));
        Ok(next)
    }

    fn record(
        &self,
        ticket: &Ticket,
        phase: TicketPhase,
        by: &Name,
        code: &str,
        about: About,
    ) -> Result<Receipt> {
        let event = Event {
            time: self.guard.inner.clock.now(),
            kind: EventKind::Ticket(Box::new(TicketEvent {
                ticket: ticket.id,
                phase,
                version: ticket.version,
                state: ticket.state,
                chains: ticket.chains.clone(),
                action: ticket.action,
                by: by.clone(),
                code: code.into(),
            })),
            about: Some(about.unwrap_or_else(|| Arc::new(origin(ticket)))),
            digests: Digests::default(),
        };
        self.guard.inner.store.commit(event)
    }

    /// Holds a row to its MAC, to the audit, and to what this guard has seen of the ticket.
    ///
    /// # Errors
    /// [`ErrorKind::Tampered`]; [`ErrorKind::Conflict`] where the row was the last one when it was read
    /// and somebody has moved the ticket on since.
    pub(super) fn expect_genuine(&self, ticket: &Ticket) -> Result<()> {
        match self.succeeded(ticket)? {
            None => Ok(()),
            Some(_) => Err(conflict()),
        }
    }

    /// The next version of a ticket, if the row that it is made from is genuine. What an edited row says of
    /// its own state is no answer; one of the old form, without a MAC, that is not moved says its state.
    ///
    /// # Errors
    /// As [`Approvals::expect_genuine`], and that of `next`.
    pub(super) fn of_genuine(&self, ticket: &Ticket, next: Result<Ticket>) -> Result<Ticket> {
        if next.is_ok() || ticket.mac.is_some() {
            self.expect_genuine(ticket)?;
        }
        next
    }

    /// The row that has taken this one's place since it was read; none where this one still stands.
    ///
    /// # Errors
    /// [`ErrorKind::Tampered`] where it is not the guard's, or not the last and nothing took its place.
    pub(super) fn succeeded(&self, ticket: &Ticket) -> Result<Option<Ticket>> {
        let Some(mut fault) = self.standing(ticket)?.fault() else {
            return Ok(None);
        };
        // The events were read after the row. Who moved the ticket in between wrote another row before
        // the event that this one is older than.
        let mut last = ticket.version;
        while let Some(now) = self.guard.inner.store.ticket(&ticket.tenant, ticket.id)? {
            if now.version <= last {
                break;
            }
            match self.standing(&now)?.fault() {
                None => return Ok(Some(now)),
                Some(found) => fault = found,
            }
            last = now.version;
        }
        Err(altered(ticket, fault))
    }

    /// Whether a row may be shown. One that may not is a problem of
    /// [`Guard::health`](crate::Guard::health).
    pub(super) fn is_as_written(&self, ticket: &Ticket) -> Result<bool> {
        let inner = &self.guard.inner;
        let Some(fault) = self.visible_fault(ticket)? else {
            return Ok(true);
        };
        let is_new = inner.faulty_tickets.add(ticket);
        if is_new || inner.problems.of(Part::Tickets).is_none() {
            self.report(&altered(ticket, fault));
        }
        Ok(false)
    }

    /// Looks again at each ticket that was faulty. One whose row is good by now, or gone, is a problem of
    /// [`Guard::health`](crate::Guard::health) no longer; of those that remain the first one is.
    pub(super) fn recheck_faulty(&self) -> Result<()> {
        let inner = &self.guard.inner;
        let mut is_fewer = false;
        let mut remaining = None;
        for (id, tenant) in inner.faulty_tickets.all() {
            let row = inner.store.ticket(&tenant, id)?;
            let fault = match &row {
                Some(row) => self.visible_fault(row)?.map(|fault| altered(row, fault)),
                None => None,
            };
            match fault {
                Some(error) => remaining = remaining.or(Some(error)),
                None => is_fewer |= inner.faulty_tickets.remove(id),
            }
        }
        match remaining {
            Some(error) if is_fewer || inner.problems.of(Part::Tickets).is_none() => {
                self.report(&error);
            }
            None if is_fewer => inner.problems.resolve(Part::Tickets),
            _ => {}
        }
        Ok(())
    }

    fn report(&self, error: &Error) {
        let inner = &self.guard.inner;
        inner
            .problems
            .report(Part::Tickets, inner.clock.now(), error);
    }

    /// Holds a row to its MAC alone, and to what this guard has seen of the ticket: what is enough to
    /// show it. A row without a MAC may be of the old form, which the audit alone tells.
    fn visible_fault(&self, ticket: &Ticket) -> Result<Option<&'static str>> {
        Ok(match ticket.mac {
            Some(_) => judge_mac(&self.guard.inner.keys, ticket).fault(),
            None => self.standing(ticket)?.fault(),
        })
    }

    pub(super) fn is_of_old_form(&self, ticket: &Ticket) -> Result<bool> {
        Ok(ticket.mac.is_none() && self.standing(ticket)? == TicketStanding::OldForm)
    }

    fn standing(&self, ticket: &Ticket) -> Result<TicketStanding> {
        let inner = &self.guard.inner;
        let events = inner.store.ticket_events(&ticket.tenant, ticket.id)?;
        let events = events.iter().filter_map(TicketRecord::read);
        let trail: TicketTrail = events.filter(|event| event.ticket == ticket.id).collect();
        let standing = judge_ticket(&inner.keys, ticket, &trail);
        if standing != TicketStanding::Genuine {
            return Ok(standing);
        }
        if inner.seen_tickets.is_behind(ticket) {
            return Ok(TicketStanding::Older);
        }
        inner.seen_tickets.remember(ticket);
        Ok(standing)
    }

    /// Writes what time has made of a ticket; the ticket as it is, where that is nothing. The
    /// sweeper's step, which also frees the way for a renewal.
    pub(super) fn lapse(&self, ticket: Ticket) -> Result<Ticket> {
        match ticket.over(self.now()) {
            None => Ok(ticket),
            Some(state) => {
                let next = ticket.moved(state)?;
                self.advance(next, &Name::default(), "TICKET_EXPIRED")
            }
        }
    }

    /// Writes into their rows that the time of overdue tickets is over, and answers how many there
    /// were. The guard's watch calls it; a host that runs none does, now and then. Until then such a
    /// ticket is treated the same, and shown so.
    ///
    /// # Errors
    /// [`ErrorKind::Store`]. A row that the guard did not write is left as it is: `verify` names it.
    pub fn sweep(&self) -> Result<usize> {
        self.recheck_faulty()?;
        let mut swept = 0_usize;
        let mut after = None;
        loop {
            let store = &self.guard.inner.store;
            let overdue = store.overdue_tickets(self.now(), after, BATCH)?;
            let Some(last) = overdue.last() else {
                return Ok(swept);
            };
            after = Some(last.id);
            for ticket in overdue {
                if self.standing(&ticket)?.fault().is_some() {
                    continue;
                }
                match self.lapse(ticket) {
                    Ok(_) => swept = swept.saturating_add(1),
                    // Somebody else was first, perhaps another node's sweeper.
                    Err(error) if error.kind() == ErrorKind::Conflict => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
}

fn altered(ticket: &Ticket, fault: &str) -> Error {
    Error::new(
        ErrorKind::Tampered,
        format!("ticket {}: {fault}", ticket.id),
    )
    .with_help("nothing was released; run `guard audit verify`, and ask anew")
}

pub(super) fn conflict() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "somebody else changed this ticket first",
    )
    .with_help("look at it again, then decide")
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
