//! Where events go, and where they are read back: the traits a store implements.
//!
//! A store seals events with this room's [`Ledger`](super), one ledger per process: a log has one
//! writer, so no lock on a chain head is shared between nodes.

use chrono::{DateTime, Utc};

use super::Event;
use crate::decision::{LogId, OperationId};
use crate::error::Result;
use crate::policy::Digest;

/// Takes events, in order, and makes them durable.
///
/// Once a write has failed for good, every later call fails too: the guard then refuses to begin
/// operations rather than run unrecorded.
pub trait Journal: Send + Sync {
    /// Queues an event; it becomes durable with a later [`Journal::commit`] or shortly after.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the journal has failed.
    fn record(&self, event: Event) -> Result<()>;

    /// Queues an event and returns once it and all before it are durable.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when it could not be made durable.
    fn commit(&self, event: Event) -> Result<Receipt>;
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

    /// Events of a log from position `from`, in order, at most `limit`.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn events(&self, log: LogId, from: u64, limit: usize) -> Result<Vec<StoredEvent>>;

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

    /// Rows derived from events (such as `ai_operation_audit`) that no longer say what the events
    /// say; each as one sentence that names the row.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn derived_rows_that_differ(&self) -> Result<Vec<String>>;
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
