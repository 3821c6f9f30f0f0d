//! What operations do with tickets: ask for one, reserve it, and end the reservation.
//!
//! A plain proposal and a proposal under a ticket come here from one place, so that the second way
//! is judged like the first. INVARIANT: nothing is released before the reservation is stored and the
//! audit says so.

use std::collections::BTreeMap;

use super::action_digest::CanonicalAction;
use super::advance::conflict;
use super::approvals::{Approvals, requirement, stale};
use super::footprint::{agree, digests, kept, reads};
use super::lifecycle::not_open;
use super::review::{Review, chains};
use super::template::Template;
use super::ticket::Ticket;
use crate::audit::KeyedDigest;
use crate::change::Changes;
use crate::decision::TicketHandle;
use crate::error::{Error, ErrorKind, Result};
use crate::identifier::TicketId;
use crate::operation::Operation;
use crate::outside::new_id;
use crate::reason::Reason;
use crate::ticket_state::TicketState;
use crate::value::Name;

/// How often a ticket is looked for again when another request for the same thing was first.
const ATTEMPTS: usize = 4;

/// One action under review, as a ticket is bound to it.
pub(crate) struct Proposal<'a> {
    pub(crate) changes: &'a Changes,
    pub(crate) action: &'a CanonicalAction,
    pub(crate) review: &'a Review,
}

/// How a reservation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The action was applied.
    Applied,
    /// The action was not applied.
    NotApplied,
    /// Nobody said.
    Unknown,
}

impl Approvals<'_> {
    /// The ticket for exactly this action: the one that is open, granted or not, or a new one.
    pub(crate) fn ask(
        &self,
        operation: &Operation,
        proposal: &Proposal<'_>,
    ) -> Result<TicketHandle> {
        for _ in 0..ATTEMPTS {
            match self.ask_once(operation, proposal) {
                Ok(Some(ticket)) => return Ok(handle(&ticket)),
                Ok(None) => {}
                // Somebody else was first, with this ticket or with one for the same action.
                Err(error) if error.kind() == ErrorKind::Conflict => {}
                Err(error) => {
                    return Err(error.unavailable(
                        "APPROVALS_UNAVAILABLE",
                        "people must agree first, and their tickets cannot be reached; ask again \
                         later",
                    ));
                }
            }
        }
        Err(Error::new(
            ErrorKind::Conflict,
            "others ask for the same action at the same time",
        )
        .with_help("propose again"))
    }

    /// The ticket; none where one was in the way that has ended by now.
    fn ask_once(&self, operation: &Operation, proposal: &Proposal<'_>) -> Result<Option<Ticket>> {
        let (store, keys) = (&self.guard.inner.store, &self.guard.inner.keys);
        for key in proposal.action.open_keys(keys) {
            if let Some(ticket) = store.ticket_by_key(&operation.about().tenant, &key)? {
                return self.still_stands(operation, ticket, proposal);
            }
        }
        self.expect_room(operation)?;
        let key = proposal.action.open_key(keys);
        let ticket = self.draft(operation, proposal, key)?;
        self.insert(ticket, operation).map(Some)
    }

    /// The open ticket, if it still is for this action as it is now; else it is ended on record.
    fn still_stands(
        &self,
        operation: &Operation,
        ticket: Ticket,
        proposal: &Proposal<'_>,
    ) -> Result<Option<Ticket>> {
        self.expect_genuine(&ticket)?;
        let ticket = self.lapse(ticket)?;
        if ticket.state.is_terminal() {
            return Ok(None);
        }
        if !matches!(ticket.state, TicketState::Pending | TicketState::Approved) {
            return Ok(Some(ticket));
        }
        match self.fault(operation, &ticket, proposal) {
            None => Ok(Some(ticket)),
            Some(_) => {
                let by = operation.principal().id();
                self.advance(ticket.moved(TicketState::Stale)?, by, "TICKET_STALE")?;
                Ok(None)
            }
        }
    }

    /// Why a ticket for this action does not fit it any more.
    fn fault(
        &self,
        operation: &Operation,
        ticket: &Ticket,
        proposal: &Proposal<'_>,
    ) -> Option<&'static str> {
        let policy = &operation.snapshot().policy;
        let needed = chains(&proposal.review.needs);
        let covered = |needed: &Name| ticket.chains.names().contains(needed);
        let asked = needed.iter().map(|name| &**name);
        let fits = needed.iter().all(covered)
            && (needed.is_empty()
                || requirement(policy, asked).is_some_and(|now| now.is_covered_by(ticket)));
        if !fits {
            return Some("the policy now asks for another approval");
        }
        let keys = &self.guard.inner.keys;
        match agree(keys, policy, proposal.changes, ticket) {
            true => None,
            false => Some("what was read of the record has changed since"),
        }
    }

    fn expect_room(&self, operation: &Operation) -> Result<()> {
        let inner = &self.guard.inner;
        let about = operation.about();
        let open = inner
            .store
            .count_open_tickets(&about.tenant, &about.user, self.now())?;
        match open < inner.max_open_tickets {
            true => Ok(()),
            false => Err(Error::denied(Reason::new(
                "OPEN_TICKETS_LIMIT",
                format!(
                    "there are {open} open tickets for this user, and the limit is {}",
                    inner.max_open_tickets
                ),
            ))),
        }
    }

    fn draft(
        &self,
        operation: &Operation,
        proposal: &Proposal<'_>,
        open_key: KeyedDigest,
    ) -> Result<Ticket> {
        let now = self.now();
        let inner = &self.guard.inner;
        let about = operation.about();
        let changes = proposal.changes;
        let policy = &operation.snapshot().policy;
        let names = chains(&proposal.review.needs);
        let asked = requirement(policy, names.iter().map(|name| &**name))
            .ok_or_else(|| stale("the policy asks for an approval chain that it does not have"))?;
        let because: Vec<Template> = {
            let needs = proposal.review.needs.iter();
            needs.map(|need| need.template.clone()).collect()
        };
        let paths = reads(operation.plan(), policy, changes, &because);
        let access = &operation.snapshot().access;
        let roles = access.closure(&about.tenant, &asked.deciding_roles());
        let mut ticket = Ticket {
            id: TicketId::from(new_id(now, &*inner.entropy)?),
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
            before: kept(operation.plan(), policy, changes, &because, &roles),
            set: changes.fields().clone(),
            reads: BTreeMap::new(),
            action: proposal.action.digest(&inner.keys),
            open_key: Some(open_key),
            policy: policy.digest,
            chains: names.into_iter().collect(),
            asked,
            step: 0,
            decisions: Vec::new(),
            because,
            created: now,
            expires: now,
            execute_by: None,
            spent_by: None,
            reserved_until: None,
            event: None,
            mac: None,
        };
        ticket.reads = digests(&inner.keys, policy, changes, &ticket, paths);
        ticket.expires = ticket.deadline();
        Ok(ticket)
    }

    /// The ticket, where this principal asked for it and it releases now: what `resume` begins with.
    pub(crate) fn resumable(&self, id: TicketId, principal: &crate::Principal) -> Result<Ticket> {
        let ticket = self.load(id, principal)?;
        if ticket.requester != *principal.id() {
            return Err(Error::denied(Reason::new(
                "NOT_THE_REQUESTER",
                "a ticket is resumed by the user whose AI asked",
            )));
        }
        let refusal = match self.expect_usable(&ticket, principal) {
            Ok(()) => return Ok(ticket),
            Err(refusal) => refusal,
        };
        self.note(&ticket, principal.id(), refusal.code(), None)?;
        Err(refusal)
    }

    fn expect_usable(&self, ticket: &Ticket, principal: &crate::Principal) -> Result<()> {
        if self.is_of_old_form(ticket)? {
            ticket.can_release(self.now())?;
            let by = principal.id();
            self.advance(ticket.moved(TicketState::Stale)?, by, "TICKET_STALE")?;
            return Err(not_open(TicketState::Stale));
        }
        // What a row that somebody has edited says of its time is no answer.
        match self.succeeded(ticket)? {
            None => ticket.can_release(self.now()),
            Some(now) => now.can_release(self.now()).and(Err(conflict())),
        }
    }

    /// Reserves a ticket for exactly the action it was granted for, as the record is now.
    pub(crate) fn reserve(
        &self,
        operation: &Operation,
        id: TicketId,
        proposal: &Proposal<'_>,
    ) -> Result<Ticket> {
        let principal = operation.principal();
        let about = || Some(operation.about().clone());
        let ticket = self.load(id, principal)?;
        let is_same = ticket.requester == *principal.id()
            && proposal.action.is(&ticket.action, &self.guard.inner.keys);
        if !is_same {
            // A ticket that has ended says so, whatever it was for.
            self.expect_usable(&ticket, principal)?;
            self.note(&ticket, principal.id(), "TICKET_MISMATCH", about())?;
            return Err(Error::denied(Reason::new(
                "TICKET_MISMATCH",
                "the ticket was granted for another action",
            )));
        }
        self.expect_usable(&ticket, principal)?;
        if let Some(fault) = self.fault(operation, &ticket, proposal) {
            let by = principal.id();
            self.advance(ticket.moved(TicketState::Stale)?, by, "TICKET_STALE")?;
            return Err(stale(fault));
        }
        let next = ticket.reserve(operation.id(), self.now())?;
        let reserved = self.advance_in(next, principal.id(), "", about());
        reserved.map_err(|error| match error.kind() {
            ErrorKind::Conflict => not_open(TicketState::Reserved),
            _ => error,
        })
    }

    /// The ticket that the operation holds, for a host that repeats its step: it has released already, and
    /// releases nothing twice.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] for another action, a record that has changed since, and a lease that is
    /// over. The reservation stays as it is.
    pub(crate) fn expect_held(
        &self,
        operation: &Operation,
        held: &Ticket,
        proposal: &Proposal<'_>,
    ) -> Result<TicketHandle> {
        if let Some(state) = held.over(self.now()) {
            return Err(not_open(state));
        }
        if !proposal.action.is(&held.action, &self.guard.inner.keys) {
            let about = Some(operation.about().clone());
            self.note(held, operation.principal().id(), "TICKET_MISMATCH", about)?;
            return Err(Error::denied(Reason::new(
                "TICKET_MISMATCH",
                "this operation holds a ticket for another action; end it, and begin another \
                 operation for this change",
            )));
        }
        match self.fault(operation, held, proposal) {
            None => Ok(handle(held)),
            Some(fault) => Err(stale(fault)),
        }
    }

    /// Ends the reservation that an operation holds. Once its lease is over, nobody knows any more what
    /// else was done meanwhile: the ticket becomes `unknown` then, whether or not the sweeper has come by,
    /// and the operation's outcome says what the host said.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] with `TICKET_UNKNOWN` when the host says too late what became of the action.
    pub(crate) fn finish(
        &self,
        operation: &Operation,
        held: &Ticket,
        ending: Ending,
    ) -> Result<()> {
        let over = held.over(self.now());
        let next = match (over, ending) {
            (Some(state), _) => held.moved(state)?,
            (None, Ending::Applied) => held.consume()?,
            (None, Ending::NotApplied) => held.give_back()?,
            (None, Ending::Unknown) => held.moved(TicketState::Unknown)?,
        };
        let state = next.state;
        let about = Some(operation.about().clone());
        let by = operation.principal().id();
        let code = over.map_or("", |_| "TICKET_EXPIRED");
        let state = match self.advance_in(next, by, code, about) {
            Ok(_) => state,
            // Nobody but the sweeper takes a reservation from its operation.
            Err(error) if error.kind() == ErrorKind::Conflict => TicketState::Unknown,
            Err(error) => return Err(error),
        };
        match (state, ending) {
            (TicketState::Unknown, Ending::Applied | Ending::NotApplied) => Err(not_open(state)),
            _ => Ok(()),
        }
    }
}

fn handle(ticket: &Ticket) -> TicketHandle {
    TicketHandle {
        id: ticket.id,
        chains: ticket.chains.clone(),
        expires: ticket.expires,
        state: ticket.state,
    }
}
