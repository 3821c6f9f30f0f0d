//! Seals events into one log: number, canonical payload, leaf hash, tree.
//!
//! Pure: it reads no clock and writes nowhere. Its owner makes the sealed events durable, in order,
//! before anybody is told that they are.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::digest::Digest;
use crate::identifier::{LogId, OperationId, TicketId};

use super::canonical::write_payload;
use super::checkpoint::Checkpoint;
use super::event::{Event, EventKind, OperationContext};
use super::journal::StoredEvent;
use super::json::to_micros;
use super::keys::Keys;
use super::merkle::{Tree, leaf_hash};

/// The one writer of one log.
#[derive(Debug)]
pub struct Ledger {
    log: LogId,
    keys: Arc<Keys>,
    tree: Tree,
    /// Bytes of the longest payload so far, to reserve once per event.
    longest: usize,
}

/// An event that has its place in the log.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Its position, from 0.
    pub seq: u64,
    /// When it happened, cut to microseconds as in the payload.
    pub time: DateTime<Utc>,
    /// What sort of event it is.
    pub kind: &'static str,
    /// The ticket it is about; none for most events.
    pub ticket: Option<TicketId>,
    /// Who did what with what; none for events about the log itself.
    pub about: Option<Arc<OperationContext>>,
    /// Canonical JSON.
    pub payload: String,
    /// RFC 6962 leaf hash over the payload.
    pub leaf: Digest,
}

impl Ledger {
    /// A new, empty log. One ledger per log: a second one would number its events anew.
    #[must_use]
    pub fn new(log: LogId, keys: Arc<Keys>) -> Self {
        Self {
            log,
            keys,
            tree: Tree::new(),
            longest: 256,
        }
    }

    /// Gives the event the next position.
    #[must_use = "a sealed event that is not kept leaves a gap in the log"]
    pub fn seal(&mut self, event: &Event) -> Sealed {
        let seq = self.tree.size();
        let mut payload = String::with_capacity(self.longest);
        write_payload(&mut payload, self.log, seq, event);
        // A very long payload must not make all later ones reserve as much.
        self.longest = self.longest.max(payload.len()).min(4096);
        let leaf = leaf_hash(payload.as_bytes());
        self.tree.push(leaf);
        Sealed {
            seq,
            time: to_micros(event.time).unwrap_or(event.time),
            kind: event.kind.as_str(),
            ticket: match &event.kind {
                EventKind::Ticket(ticket) => Some(ticket.ticket),
                _ => None,
            },
            about: event.about.clone(),
            payload,
            leaf,
        }
    }

    /// A signed checkpoint over everything sealed so far: a C2SP signed note. About 30 µs.
    #[must_use]
    pub fn checkpoint(&self, now: DateTime<Utc>) -> String {
        Checkpoint {
            log: self.log,
            size: self.size(),
            root: self.root(),
            time: to_micros(now).unwrap_or(now),
        }
        .sign(&self.keys)
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> LogId {
        self.log
    }

    /// How many events are sealed.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The tree's root over them.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.tree.root()
    }
}

impl Sealed {
    /// The operation it is about.
    #[must_use]
    pub fn operation(&self) -> Option<OperationId> {
        self.about.as_ref().map(|about| about.operation)
    }

    /// The row a store keeps.
    #[must_use]
    pub fn into_stored(self, log: LogId) -> StoredEvent {
        StoredEvent {
            log,
            seq: self.seq,
            payload: self.payload,
            leaf: self.leaf,
        }
    }
}
