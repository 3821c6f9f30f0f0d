//! Verifies the whole audit: every log's records against their hashes, their order, the signed
//! checkpoints and the heads that later logs recorded.
//!
//! It needs the public key only. It must not trust any number, hash or order that the database
//! gives without something the signing key, or a record's own hash, stands behind.

use crate::decision::LogId;
use crate::error::{Error, ErrorKind, Result};

use super::anchors::{self, Agrees, Anchor, Source, Standing};
use super::journal::{AuditReader, LogSummary};
use super::keys::VerifyingKey;
use super::order;
use super::report::{Finding, FindingKind, LogReport, OUT_OF_SIGHT, VerifyReport};
use super::walk::{Odd, Oddity, Walk, walk};

/// Reads every log once, in pages, and checks it. Safe to run while processes write.
///
/// # Errors
/// [`ErrorKind::Store`] when the store cannot be read. What is wrong with the audit is not an
/// error but a finding in the report; see [`VerifyReport::into_result`].
pub fn verify(reader: &dyn AuditReader, verifier: &VerifyingKey) -> Result<VerifyReport> {
    let logs = reader.logs()?;
    let mut openings = anchors::openings(reader, &logs)?;
    let mut report = VerifyReport {
        logs: Vec::new(),
        findings: Vec::new(),
        unproven: Vec::new(),
        out_of_sight: OUT_OF_SIGHT.to_vec(),
        verifier: verifier.to_string(),
    };
    for summary in &logs {
        // Checkpoints are read before events, so that a log that grows meanwhile only has more
        // events than its checkpoints say.
        let (mut heads, forged) = anchors::checkpoints(reader, summary.log, verifier)?;
        report.findings.extend(forged);
        heads.extend(openings.remove(&summary.log).unwrap_or_default());
        check_log(reader, summary, &heads, &mut report)?;
    }
    for (log, heads) in openings {
        report.findings.extend(lost(log, &heads));
    }
    for sentence in reader.derived_rows_that_differ()? {
        report.findings.push(Finding {
            kind: FindingKind::DerivedRowDiffers,
            log: None,
            seq: None,
            through: None,
            operation: None,
            sentence,
        });
    }
    Ok(report)
}

impl VerifyReport {
    /// The report, when nothing wrong was found.
    ///
    /// # Errors
    /// [`ErrorKind::Tampered`] with the first finding's sentence.
    pub fn into_result(self) -> Result<Self> {
        match self.findings.first() {
            None => Ok(self),
            Some(first) => Err(Error::new(ErrorKind::Tampered, first.to_string())
                .with_help("keep the database as it is and compare it with its last backup")),
        }
    }
}

fn check_log(
    reader: &dyn AuditReader,
    summary: &LogSummary,
    heads: &[Anchor],
    report: &mut VerifyReport,
) -> Result<()> {
    let log = summary.log;
    let walk = walk(reader, log, anchors::sizes(heads))?;
    let (claimed, who) = claim(summary.size, heads);
    let reach = walk.runs.iter().map(|run| run.events.1).max();
    let counted = match reach {
        // Written while this ran, or added by somebody: the count as it is now tells.
        Some(reach) if reach >= claimed => claimed.max(count_now(reader, log)?),
        _ => claimed,
    };
    let order = order::judge(log, &walk.runs, counted);
    let standing = anchors::judge(log, &walk, heads, order.first_break);
    let odd = walk.odd.iter().map(|odd| odd_row(log, odd, &standing));
    report.findings.extend(odd);
    report.findings.extend(order.findings);
    if claimed > order.end {
        report
            .findings
            .push(anchors::cut_off(log, order.end, claimed, &who));
    }
    report
        .logs
        .push(log_report(summary, &walk, heads, &standing));
    report.unproven.extend(uncovered(log, order.end, &standing));
    report.findings.extend(standing.findings);
    report.unproven.extend(standing.unproven);
    Ok(())
}

/// The largest number of events that anything speaks of, and what that is.
fn claim(counted: u64, heads: &[Anchor]) -> (u64, String) {
    let farthest = heads.iter().max_by_key(|anchor| anchor.size);
    match farthest {
        Some(anchor) if anchor.size >= counted => (anchor.size, anchor.source.name()),
        _ => (counted, "the store's own count".to_owned()),
    }
}

/// The store's count once the events are read: by then it covers every event that was read, if
/// they were written by the one who counts.
fn count_now(reader: &dyn AuditReader, log: LogId) -> Result<u64> {
    let logs = reader.logs()?;
    let now = logs.iter().find(|summary| summary.log == log);
    Ok(now.map_or(0, |summary| summary.size))
}

fn odd_row(log: LogId, odd: &Odd, standing: &Standing) -> Finding {
    let Odd { seq, label, what } = odd;
    let (kind, what) = match what {
        Oddity::HashDiffers => (
            FindingKind::Altered,
            match standing.agrees {
                Agrees::Stored => {
                    "its text was altered, it does not match the hash it was sealed with"
                }
                Agrees::Read => "its stored hash was altered, its text is as it was sealed",
                Agrees::Unknown => "its text or its hash was altered, they do not belong together",
            }
            .to_owned(),
        ),
        Oddity::Unreadable => (
            FindingKind::Altered,
            "its text was altered together with its hash, it is no audit record".to_owned(),
        ),
        Oddity::OtherLog(other) => (
            FindingKind::Inserted,
            format!("it was inserted here, it says it is of log {other}"),
        ),
    };
    Finding {
        kind,
        log: Some(log),
        seq: Some(*seq),
        through: Some(*seq),
        operation: label.operation,
        sentence: format!("event {seq} of log {log} ({label}): {what}"),
    }
}

fn log_report(
    summary: &LogSummary,
    walk: &Walk,
    heads: &[Anchor],
    standing: &Standing,
) -> LogReport {
    let signed: Vec<_> = heads
        .iter()
        .filter_map(|anchor| match anchor.source {
            Source::Checkpoint(at) => Some(at),
            Source::Opening(_) => None,
        })
        .collect();
    LogReport {
        log: summary.log,
        opened: summary.opened,
        events: walk.rows,
        proven: proven(walk, standing),
        checkpoints: u64::try_from(signed.len()).unwrap_or(u64::MAX),
        signed: signed.into_iter().max(),
    }
}

/// Where an anchor confirms the hashes but a payload is not what was hashed, the proof ends.
fn proven(walk: &Walk, standing: &Standing) -> u64 {
    let first_odd = walk.odd.iter().map(|odd| odd.seq).min();
    match (standing.agrees, first_odd) {
        (Agrees::Stored, Some(first)) => standing.covered.min(first),
        _ => standing.covered,
    }
}

/// What no signature covers; only worth saying where no finding says worse.
fn uncovered(log: LogId, end: u64, standing: &Standing) -> Option<String> {
    if standing.covered >= end || !standing.unproven.is_empty() || !standing.findings.is_empty() {
        return None;
    }
    let first = standing.covered;
    Some(format!(
        "{} of log {log}: no checkpoint covers that, so a change made together with the stored \
         hash would not show",
        order::events(first, end - 1),
    ))
}

/// A log that later logs speak of and that is not there.
fn lost(log: LogId, heads: &[Anchor]) -> Option<Finding> {
    let last = heads.iter().max_by_key(|anchor| anchor.size)?;
    (last.size > 0).then(|| anchors::cut_off(log, 0, last.size, &last.source.name()))
}
