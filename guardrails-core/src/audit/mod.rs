//! The audit guardrail: what happened, in order, provably.
//!
//! The way of an event: [`Event`] → [`Ledger::seal`] (canonical payload, leaf hash, tree) → a
//! store's rows → [`verify()`] and [`trace()`]. `docs/audit-format.md` has the bytes.

mod anchors;
mod canonical;
mod checkpoint;
mod digest_text;
mod event;
mod event_digest;
mod field_access;
mod handle;
mod journal;
mod json;
mod kept;
mod keyed_digest;
mod keys;
mod ledger;
mod merkle;
mod order;
mod proof;
mod recorded;
mod report;
mod shadowing;
mod tag_first;
mod tickets;
mod trace;
mod trace_text;
mod trace_view;
mod verify;
mod walk;

pub use canonical::write_payload;
pub use checkpoint::{Checkpoint, Signer};
pub use event::{
    Digests, Event, EventKind, OperationContext, OutcomeStatus, PolicyUse, RefusedPolicy,
    TicketEvent,
};
pub(crate) use event_digest::DeferredDigests;
pub use event_digest::EventDigest;
pub use field_access::FieldAccess;
pub use handle::Audit;
pub use journal::{AuditReader, Inventory, Journal, LogRows, LogSummary, Receipt, StoredEvent};
pub use kept::{KeptCheckpoints, latest_checkpoints};
pub use keyed_digest::{KeyId, KeyedDigest, MacCheck};
pub use keys::{Keys, VerifyingKey};
pub use ledger::{Ledger, Sealed};
pub use merkle::{Tree, leaf_hash, node_hash, root_of};
pub use proof::{consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};
pub use recorded::{
    RecordedContext, RecordedEvent, RecordedFactor, RecordedField, RecordedHead, RecordedKind,
    RecordedReason, RecordedRisk, RecordedVerdict,
};
pub use report::{Conclusion, Finding, FindingKind, LogReport, VerifyReport};
pub use shadowing::{ShadowKind, ShadowReport, ShadowTally, shadow_report};
pub use tickets::verify_tickets;
pub use trace::{StepProof, Trace, TraceStep, trace};
pub use trace_view::{TraceView, TraceViewStep};
pub use verify::{verify, verify_against};
