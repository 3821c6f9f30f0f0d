//! One operation from its intent to its outcome, as the audit has it.

use serde::Serialize;

use crate::decision::OperationId;
use crate::error::{Error, ErrorKind, Result};

use super::journal::{AuditReader, StoredEvent};
use super::merkle::leaf_hash;
use super::recorded::{RecordedContext, RecordedEvent};

/// Everything recorded about one operation. Its `Display` is a text for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// Who did what with what.
    pub about: RecordedContext,
    /// What happened, in order.
    pub steps: Vec<TraceStep>,
}

/// One event of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceStep {
    /// Whether the record still matches the hash it was sealed with. This says nothing about
    /// records that are gone; [`verify`](super::verify()) does.
    pub intact: bool,
    /// The event.
    pub event: RecordedEvent,
}

/// Reads one operation of a tenant.
///
/// # Errors
/// [`ErrorKind::NotFound`] when there is no such operation, or it is another tenant's;
/// [`ErrorKind::Tampered`] when one of its records cannot be read; [`ErrorKind::Store`].
pub fn trace(reader: &dyn AuditReader, tenant: &str, operation: OperationId) -> Result<Trace> {
    let mut steps = Vec::new();
    for row in reader.operation(tenant, operation)? {
        let step = read(&row)?;
        // The store filters by its own columns; the payload is what was sealed.
        let about = step.event.about.as_ref();
        if about.is_some_and(|about| about.tenant == tenant && about.operation == operation) {
            steps.push(step);
        }
    }
    // Logs of two processes have no common numbering; within one, the number is the order.
    steps.sort_by_key(|step| step.event.time);
    let about = steps
        .first()
        .and_then(|step| step.event.about.clone())
        .ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                format!("tenant `{tenant}` has no operation {operation} in the audit"),
            )
            .with_help("check the identifier and the tenant")
        })?;
    Ok(Trace { about, steps })
}

fn read(row: &StoredEvent) -> Result<TraceStep> {
    Ok(TraceStep {
        intact: leaf_hash(row.payload.as_bytes()) == row.leaf,
        event: RecordedEvent::read(&row.payload)?,
    })
}
