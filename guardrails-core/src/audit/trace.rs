//! One operation from its intent to its outcome, as the audit has it, and how far each record of it
//! is proven.
//!
//! INVARIANT: a record is told as proven only where a signed checkpoint of a listed log leads to it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};
use crate::identifier::{LogId, OperationId};

use super::anchors;
use super::journal::{AuditReader, StoredEvent};
use super::keys::VerifyingKey;
use super::merkle::{Tree, leaf_hash};
use super::recorded::{RecordedContext, RecordedEvent, RecordedKind};
use super::report::Conclusion;
use crate::digest::Digest;

const PAGE: usize = 1_000;

/// Everything recorded about one operation, for auditors. Its `Display` is a text for people.
///
/// It names the rules whose conditions held, what they add to the risk, and answers of shadow policies,
/// which tell of fields that the requester may not see. What may go to the requester or to a model is
/// [`Trace::for_requester`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// Who did what with what; as a proven record says, where there is one.
    pub about: RecordedContext,
    /// What happened, in order.
    pub steps: Vec<TraceStep>,
    /// Rows that name the operation and cannot be read, each as one sentence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
}

/// One event of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceStep {
    /// Whether the record still matches the hash it was sealed with.
    pub intact: bool,
    /// What stands behind the record. This says nothing about records that are gone;
    /// [`verify`](super::verify()) does.
    pub proof: StepProof,
    /// The event.
    pub event: RecordedEvent,
}

/// What stands behind one record of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepProof {
    /// A signed checkpoint leads to it.
    Proven,
    /// It matches its own hash, and no signed checkpoint leads to it: whoever can write to the
    /// database can have made it.
    NotProven,
    /// It does not match the hash it was sealed with, or stands where it was not sealed.
    Altered,
    /// Its log is not in the list of logs.
    Unlisted,
}

impl Trace {
    /// What the trace comes to: whether each record of it is proven.
    pub fn conclusion(&self) -> Conclusion {
        let proofs = || self.steps.iter().map(|step| step.proof);
        if !self.unreadable.is_empty()
            || proofs().any(|proof| matches!(proof, StepProof::Altered | StepProof::Unlisted))
        {
            Conclusion::Findings
        } else if proofs().any(|proof| proof == StepProof::NotProven) {
            Conclusion::NotProven
        } else {
            Conclusion::Proven
        }
    }
}

/// Reads one operation of a tenant, and marks each record with what stands behind it. Without a
/// verifier nothing is proven.
///
/// # Errors
/// [`ErrorKind::NotFound`] when there is no such operation, or it is another tenant's;
/// [`ErrorKind::Tampered`] when none of its records can be read; [`ErrorKind::Store`].
pub fn trace(
    reader: &dyn AuditReader,
    verifier: Option<&VerifyingKey>,
    tenant: &str,
    operation: OperationId,
) -> Result<Trace> {
    let mut read = Read {
        tenant,
        operation,
        steps: Vec::new(),
        unreadable: reader.unreadable_events(tenant, operation)?,
    };
    reader
        .operation(tenant, operation)?
        .into_iter()
        .for_each(|row| read.add(row));
    unlinked(reader, operation, &read.steps)?
        .into_iter()
        .for_each(|row| read.add(row));
    let Read {
        mut steps,
        unreadable,
        ..
    } = read;
    // Logs of two processes have no common numbering; within one, the number is the order.
    steps.sort_by_key(|(row, event)| (event.time, row.log, row.seq));
    let proofs = prove(reader, verifier, &steps)?;
    let steps: Vec<TraceStep> = steps
        .into_iter()
        .zip(proofs)
        .map(|((row, event), proof)| TraceStep {
            intact: is_intact(&row),
            proof,
            event,
        })
        .collect();
    let proven = steps.iter().find(|step| step.proof == StepProof::Proven);
    let about = proven
        .or(steps.first())
        .and_then(|step| step.event.about.clone())
        .ok_or_else(|| match unreadable.first() {
            Some(first) => unreadable_operation(first),
            None => no_such_operation(tenant, operation),
        })?;
    Ok(Trace {
        about,
        steps,
        unreadable,
    })
}

/// Records of one operation, as they are read.
struct Read<'a> {
    tenant: &'a str,
    operation: OperationId,
    steps: Vec<(StoredEvent, RecordedEvent)>,
    unreadable: Vec<String>,
}

impl Read<'_> {
    fn add(&mut self, row: StoredEvent) {
        let event = match RecordedEvent::read(&row.payload) {
            Ok(event) => event,
            Err(_) => {
                let StoredEvent { log, seq, .. } = row;
                let sentence = format!("event {seq} of log {log} is no audit record");
                if !self.unreadable.contains(&sentence) {
                    self.unreadable.push(sentence);
                }
                return;
            }
        };
        // The store filters by its own columns; the payload is what was sealed.
        let about = event.about.as_ref();
        if about.is_some_and(|of| of.tenant == self.tenant && of.operation == self.operation) {
            self.steps.push((row, event));
        }
    }
}

fn unreadable_operation(first: &str) -> Error {
    let message = format!("no record of the operation can be read: {first}");
    Error::new(ErrorKind::Tampered, message)
        .with_help("run the audit verification to see which records were changed")
}

pub(super) fn no_such_operation(tenant: &str, operation: OperationId) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!("tenant `{tenant}` has no operation {operation} in the audit"),
    )
    .with_help("check the identifier and the tenant")
}

/// Records that name the operation and that the store's search columns do not lead to, since somebody
/// edited these: those of the same logs from its first record to its last, or to the log's end where
/// its end was not found.
fn unlinked(
    reader: &dyn AuditReader,
    operation: OperationId,
    steps: &[(StoredEvent, RecordedEvent)],
) -> Result<Vec<StoredEvent>> {
    let is_end = |(_, event): &(StoredEvent, RecordedEvent)| {
        matches!(
            event.kind,
            RecordedKind::Outcome { .. }
                | RecordedKind::Interrupted { .. }
                | RecordedKind::Refused { .. }
        )
    };
    let has_ended = steps.iter().any(is_end);
    let mut logs: BTreeMap<LogId, BTreeSet<u64>> = BTreeMap::new();
    for (row, _) in steps {
        logs.entry(row.log).or_default().insert(row.seq);
    }
    let id = operation.to_string();
    let mut found = Vec::new();
    for (log, known) in logs {
        let (Some(first), Some(last)) = (known.first(), known.last()) else {
            continue;
        };
        let end = if has_ended { *last } else { u64::MAX };
        let mut from = *first;
        while from <= end {
            let page = reader.events(log, from, PAGE)?;
            let Some(read) = page.iter().map(|row| row.seq).max() else {
                break;
            };
            let is_unlinked = |row: &StoredEvent| {
                row.seq <= end && !known.contains(&row.seq) && row.payload.contains(&id)
            };
            found.extend(page.into_iter().filter(is_unlinked));
            from = read.max(from).saturating_add(1);
            if from == u64::MAX {
                break;
            }
        }
    }
    Ok(found)
}

fn is_intact(row: &StoredEvent) -> bool {
    leaf_hash(row.payload.as_bytes()) == row.leaf
}

/// What stands behind each of the records. Reads the hashes of their logs up to the checkpoint that
/// covers the last of them.
fn prove(
    reader: &dyn AuditReader,
    verifier: Option<&VerifyingKey>,
    steps: &[(StoredEvent, RecordedEvent)],
) -> Result<Vec<StepProof>> {
    let mut logs: BTreeMap<LogId, LogProof> = BTreeMap::new();
    for (row, _) in steps {
        let proof = logs.entry(row.log).or_default();
        proof.last = proof.last.max(row.seq);
    }
    // Checkpoints are read after the records, so that they cover them.
    let listed = reader.logs()?;
    for (log, proof) in &mut logs {
        proof.listed = listed.iter().any(|summary| summary.log == *log);
        if let Some(verifier) = verifier.filter(|_| proof.listed) {
            proof.covered = covered(reader, verifier, *log, proof.last)?;
        }
    }
    let judge = |(row, event): &(StoredEvent, RecordedEvent)| {
        let log = logs.get(&row.log);
        let Some(log) = log.filter(|log| log.listed) else {
            return StepProof::Unlisted;
        };
        if !is_intact(row) || (event.log, event.seq) != (row.log, row.seq) {
            return StepProof::Altered;
        }
        let at = usize::try_from(row.seq).ok();
        match at.and_then(|at| log.covered.get(at)) {
            Some(leaf) if *leaf == row.leaf => StepProof::Proven,
            Some(_) => StepProof::Altered,
            None => StepProof::NotProven,
        }
    };
    Ok(steps.iter().map(judge).collect())
}

/// What is known of a log in which records of the operation stand.
#[derive(Default)]
struct LogProof {
    listed: bool,
    /// The last of the operation's records.
    last: u64,
    /// Leaf hashes that a signed checkpoint leads to, from the first.
    covered: Vec<Digest>,
}

/// The leaf hashes of a log that signed checkpoints lead to, as far as they are needed to reach
/// record `last`.
fn covered(
    reader: &dyn AuditReader,
    verifier: &VerifyingKey,
    log: LogId,
    last: u64,
) -> Result<Vec<Digest>> {
    let (mut heads, _) = anchors::checkpoints(reader, log, verifier)?;
    heads.sort_by_key(|head| head.size);
    // The nearest one behind the record is enough.
    let enough = heads.partition_point(|head| head.size <= last);
    heads.truncate(enough.saturating_add(1));
    let Some(end) = heads.last().map(|head| head.size) else {
        return Ok(Vec::new());
    };
    let mut tree = Tree::new();
    let (mut leaves, mut proven) = (Vec::new(), 0);
    let mut heads = heads.into_iter().peekable();
    'pages: loop {
        let page = reader.leaves(log, tree.size(), PAGE)?;
        if page.is_empty() {
            break;
        }
        for (seq, leaf) in page {
            // A gap or a row that is there twice: no checkpoint beyond it can be reached.
            if seq != tree.size() || seq >= end {
                break 'pages;
            }
            tree.push(leaf);
            leaves.push(leaf);
            while let Some(head) = heads.next_if(|head| head.size <= tree.size()) {
                if head.size == tree.size() && head.root == tree.root() {
                    proven = leaves.len();
                }
            }
        }
    }
    leaves.truncate(proven);
    Ok(leaves)
}
