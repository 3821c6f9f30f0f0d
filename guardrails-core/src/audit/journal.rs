//! Where events go, and where they are read back: the traits a store implements.
//!
//! A store seals events with this room's [`Ledger`](super), one ledger per process: a log has one
//! writer, so no lock on a chain head is shared between nodes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::Event;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::identifier::{LogId, OperationId, TicketId};
use crate::value::Name;

/// Takes events, in order, and makes them durable.
///
/// The guard waits for what an operation begins and ends with, for tickets and for changes of policy:
/// [`Journal::commit`]. It does not wait for accesses and decisions: [`Journal::record`]. Where the process
/// or the machine dies before these are written, they are lost, and the operation is found without an
/// outcome at the next start. Once [`Operation::complete`](crate::Operation::complete) has returned, every event of the
/// operation is durable.
///
/// Once a write has failed for good, every later call fails too: the guard then refuses to begin
/// operations rather than run unrecorded.
pub trait Journal: Send + Sync {
    /// Queues an event; it becomes durable with a later [`Journal::commit`] or shortly after, and is lost
    /// in a crash before that.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the journal has failed.
    fn record(&self, event: Event) -> Result<()>;

    /// Queues an event and returns once it and all before it are durable.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when it could not be made durable.
    fn commit(&self, event: Event) -> Result<Receipt>;

    /// Whether it still takes events. It must not block: [`Guard::health`](crate::Guard::health) asks.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the journal has failed.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// Where a durable event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The log.
    pub log: LogId,
    /// Its position, from 0.
    pub seq: u64,
}

/// Reads the audit back.
pub trait AuditReader: Send + Sync {
    /// All logs, oldest first.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn logs(&self) -> Result<Vec<LogSummary>>;

    /// What stands in the audit's tables, whether or not [`AuditReader::logs`] lists its log, and what
    /// of it cannot be read. `None`, the default, says that the store cannot tell; verification then
    /// says so too.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn inventory(&self) -> Result<Option<Inventory>> {
        Ok(None)
    }

    /// Events of a log from position `from`, in order, at most `limit`. A row whose text or hash
    /// cannot be read comes with an empty text or an empty hash, which then do not fit.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn events(&self, log: LogId, from: u64, limit: usize) -> Result<Vec<StoredEvent>>;

    /// Positions and leaf hashes of a log's events from position `from`, in order, at most `limit`.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn leaves(&self, log: LogId, from: u64, limit: usize) -> Result<Vec<(u64, Digest)>> {
        let events = self.events(log, from, limit)?;
        Ok(events.into_iter().map(|row| (row.seq, row.leaf)).collect())
    }

    /// Signed checkpoints of a log, oldest first: C2SP signed notes.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn checkpoints(&self, log: LogId) -> Result<Vec<String>>;

    /// All events about one operation of a tenant, in order of time; none when the operation is
    /// another tenant's.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn operation(&self, tenant: &str, operation: OperationId) -> Result<Vec<StoredEvent>>;

    /// Rows that their columns say are about one operation of a tenant, and that cannot be read, so that
    /// [`AuditReader::operation`] leaves them out; each as one sentence that names table, row and column,
    /// never the content.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn unreadable_events(&self, tenant: &str, operation: OperationId) -> Result<Vec<String>> {
        let _ = (tenant, operation);
        Ok(Vec::new())
    }

    /// All events about one ticket of a tenant, in any order. Releases rest on it, so there is no
    /// default that answers "none".
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store); so by default.
    fn ticket_events(&self, tenant: &str, ticket: TicketId) -> Result<Vec<StoredEvent>> {
        let _ = (tenant, ticket);
        Err(Error::new(
            ErrorKind::Store,
            "this store does not find the events of a ticket",
        ))
    }

    /// Tenants that operations have been on, at most `limit`, for a check of names; which ones, where there
    /// are more, is the store's choice. None by default, which says nothing of any name.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn tenants(&self, limit: usize) -> Result<BTreeSet<Name>> {
        let _ = limit;
        Ok(BTreeSet::new())
    }

    /// Rows derived from events (such as `ai_operation_audit`) that no longer say what the events
    /// say; each as one sentence that names the row.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn derived_rows_that_differ(&self) -> Result<Vec<String>>;
}

/// What stands in the audit's tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Each log that a row of events or checkpoints names, with what stands under it.
    pub logs: BTreeMap<LogId, LogRows>,
    /// Rows that do not hold what their table should, and those that no log accounts for; each as
    /// one sentence that names table, row and column, never the content.
    pub unreadable: Vec<String>,
}

/// How many readable rows stand under one log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogRows {
    /// Events.
    pub events: u64,
    /// Checkpoints.
    pub checkpoints: u64,
}

/// What a store knows of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSummary {
    /// The log.
    pub log: LogId,
    /// When it was opened.
    pub opened: DateTime<Utc>,
    /// The number of events the store says it has written.
    pub size: u64,
}

/// An event as stored: its canonical text and the hash it was sealed with.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The log.
    pub log: LogId,
    /// Its position, from 0.
    pub seq: u64,
    /// Canonical JSON.
    pub payload: String,
    /// RFC 6962 leaf hash over the payload.
    pub leaf: Digest,
}

impl std::fmt::Debug for StoredEvent {
    /// Which event it is; what it says is for those who may read the audit.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredEvent")
            .field("log", &self.log)
            .field("seq", &self.seq)
            .finish_non_exhaustive()
    }
}
