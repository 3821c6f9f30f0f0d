//! The versions of tickets that this guard has seen genuine, for as long as it lives.
//!
//! Row and audit are both in the database, and who has its shell can put back the one and hide the
//! other. What the guard remembers is not there. It must not decide anything by itself: it names the
//! version behind which the guard does not go back.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::ticket::Ticket;
use crate::identifier::TicketId;

/// How many tickets are remembered at most, about 5 MB. Identifiers grow with time: the oldest goes
/// first.
const MAX_TICKETS: usize = 100_000;

/// The last version seen of each ticket.
#[derive(Debug, Default)]
pub(crate) struct LatestTicketVersions(Mutex<BTreeMap<TicketId, LatestVersion>>);

#[derive(Debug, Clone, Copy)]
struct LatestVersion {
    version: i64,
    /// The ticket had ended. However high a version is, no state follows that one.
    has_ended: bool,
}

impl LatestTicketVersions {
    /// Remembers a version that the guard wrote, or found genuine.
    pub(crate) fn remember(&self, ticket: &Ticket) {
        let now = LatestVersion {
            version: ticket.version,
            has_ended: ticket.state.is_terminal(),
        };
        let mut seen = self.seen();
        let last = seen.entry(ticket.id).or_insert(now);
        last.version = last.version.max(now.version);
        last.has_ended |= now.has_ended;
        if seen.len() > MAX_TICKETS {
            seen.pop_first();
        }
    }

    /// Whether a later version of this ticket was seen, or one after which there is none.
    pub(crate) fn is_behind(&self, ticket: &Ticket) -> bool {
        let seen = self.seen();
        seen.get(&ticket.id).is_some_and(|last| {
            last.version > ticket.version || (last.has_ended && !ticket.state.is_terminal())
        })
    }

    fn seen(&self) -> MutexGuard<'_, BTreeMap<TicketId, LatestVersion>> {
        // An entry is put in as a whole, so this is sound after a panic too.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
