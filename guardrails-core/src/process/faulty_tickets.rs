//! The tickets whose rows the guard found not to be its own, until a later look finds them good or gone.
//!
//! [`Guard::health`](crate::Guard::health) shows one of them. This file keeps which they are and must not
//! judge a row.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::ticket::Ticket;
use crate::identifier::TicketId;
use crate::value::Name;

/// How many are kept at most; a further one is kept as soon as a look finds it and there is room.
const MAX_TICKETS: usize = 100;

/// Faulty tickets and their tenants.
#[derive(Debug, Default)]
pub(crate) struct FaultyTickets(Mutex<BTreeMap<TicketId, Name>>);

impl FaultyTickets {
    /// Keeps a ticket whose row is faulty. Answers whether it was not kept before.
    pub(crate) fn add(&self, ticket: &Ticket) -> bool {
        let mut faulty = self.faulty();
        let has_room = faulty.len() < MAX_TICKETS;
        has_room && faulty.insert(ticket.id, ticket.tenant.clone()).is_none()
    }

    /// Drops a ticket whose row is good or gone. Answers whether it was kept.
    pub(crate) fn remove(&self, ticket: TicketId) -> bool {
        self.faulty().remove(&ticket).is_some()
    }

    /// The tickets that are kept, with their tenants.
    pub(crate) fn all(&self) -> BTreeMap<TicketId, Name> {
        self.faulty().clone()
    }

    fn faulty(&self) -> MutexGuard<'_, BTreeMap<TicketId, Name>> {
        // An entry is put in or taken out as a whole, so this is sound after a panic too.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
