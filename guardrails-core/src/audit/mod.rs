//! The audit guardrail: what happened, in order, provably.

mod event;
mod journal;

pub use event::{Event, EventKind, FieldAccess, OperationContext, OutcomeStatus, TicketEvent};
pub use journal::{AuditReader, Journal, LogSummary, Receipt, StoredEvent};
