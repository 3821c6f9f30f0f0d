//! Verifies the whole audit: every log's records against their hashes, their order, the signed
//! checkpoints and the heads that later logs recorded; and every row that stands outside of a log.
//!
//! It needs the public key only. It must not trust any number, hash, order or list that the database
//! gives without something the signing key, or a record's own hash, stands behind.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::error::{Error, ErrorKind, Result};
use crate::identifier::LogId;

use super::anchors::{self, Agrees, Anchor, Claimant, Source, Standing};
use super::journal::{AuditReader, Inventory, LogRows, LogSummary};
use super::kept::KeptCheckpoints;
use super::keys::VerifyingKey;
use super::order;
use super::report::{
    ANCHORED, Finding, FindingKind, LogReport, NOT_ANCHORED, OUT_OF_SIGHT, VerifyReport, count,
};
use super::walk::{Extent, Odd, Oddity, Walk};

/// Accounts for every row of the audit: reads each log once, in pages, and checks it, and names the
/// rows that belong to none. Safe to run while processes write. It ends whatever the rows hold.
///
/// # Errors
/// [`ErrorKind::Store`] when the store cannot be read. What is wrong with the audit is not an
/// error but a finding in the report; see [`VerifyReport::into_result`].
pub fn verify(reader: &dyn AuditReader, verifier: &VerifyingKey) -> Result<VerifyReport> {
    verify_against(reader, verifier, &KeptCheckpoints::default())
}

/// The same, and compares the logs with checkpoints that were kept outside of the database: one that was
/// put back to an older state is behind them.
///
/// # Errors
/// As [`verify`].
pub fn verify_against(
    reader: &dyn AuditReader,
    verifier: &VerifyingKey,
    kept: &KeptCheckpoints,
) -> Result<VerifyReport> {
    // Before the list of logs: a log that is opened meanwhile is then in the list.
    let inventory = reader.inventory()?;
    let listed = reader.logs()?;
    let logs = all_logs(&listed, inventory.as_ref());
    let mut openings = anchors::openings(reader, &listed)?;
    anchors::add_kept(kept, &mut openings);
    let mut report = VerifyReport {
        logs: Vec::new(),
        findings: Vec::new(),
        unproven: Vec::new(),
        compared_with: count_of(kept),
        out_of_sight: out_of_sight(kept),
        verifier: verifier.to_string(),
    };
    for log in &logs {
        // Checkpoints are read before events, so that a log that grows meanwhile only has more
        // events than its checkpoints say.
        let (mut heads, forged) = anchors::checkpoints(reader, log.id, verifier)?;
        report.findings.extend(forged);
        heads.extend(openings.remove(&log.id).unwrap_or_default());
        check_log(reader, verifier, log, heads, &mut report)?;
    }
    for (log, heads) in openings {
        report.findings.extend(lost(log, &heads));
    }
    let differ = reader.derived_rows_that_differ()?;
    let differ = differ
        .into_iter()
        .map(|sentence| of_row(FindingKind::DerivedRowDiffers, sentence));
    report.findings.extend(differ);
    match inventory {
        Some(inventory) => report.findings.extend(unreadable(inventory)),
        None => report.unproven.push(NO_INVENTORY.to_owned()),
    }
    if logs.is_empty() {
        report.unproven.push(EMPTY.to_owned());
    }
    Ok(report)
}

fn count_of(kept: &KeptCheckpoints) -> u64 {
    u64::try_from(kept.iter().count()).unwrap_or(u64::MAX)
}

fn out_of_sight(kept: &KeptCheckpoints) -> Vec<&'static str> {
    let has_kept = count_of(kept) > 0;
    let lines = OUT_OF_SIGHT.iter().copied();
    lines
        .map(|line| match has_kept && line == NOT_ANCHORED {
            true => ANCHORED,
            false => line,
        })
        .collect()
}

const NO_INVENTORY: &str = "rows outside the logs that are listed: this store does not name them";
const EMPTY: &str = "whether there was ever anything: the audit has no log";

/// A log to be checked.
struct Log {
    id: LogId,
    listing: Listing,
    /// What stood under it before it was read.
    rows: LogRows,
}

/// Whether the store's list of logs has a log.
#[derive(Clone, Copy)]
enum Listing {
    Listed {
        opened: DateTime<Utc>,
        /// The number of events by the list.
        size: u64,
    },
    Unlisted,
}

/// The logs of the list, and behind them those that other rows name.
fn all_logs(listed: &[LogSummary], inventory: Option<&Inventory>) -> Vec<Log> {
    let rows = |id| inventory.and_then(|all| all.logs.get(&id).copied());
    let mut seen = BTreeSet::new();
    let mut logs: Vec<Log> = listed
        .iter()
        .filter(|summary| seen.insert(summary.log))
        .map(|summary| Log {
            id: summary.log,
            listing: Listing::Listed {
                opened: summary.opened,
                size: summary.size,
            },
            rows: rows(summary.log).unwrap_or_default(),
        })
        .collect();
    let named = inventory.iter().flat_map(|all| &all.logs);
    let unlisted = named.filter(|(id, _)| !seen.contains(id));
    logs.extend(unlisted.map(|(id, rows)| Log {
        id: *id,
        listing: Listing::Unlisted,
        rows: *rows,
    }));
    logs
}

fn of_row(kind: FindingKind, sentence: String) -> Finding {
    Finding {
        kind,
        log: None,
        seq: None,
        through: None,
        operation: None,
        sentence,
    }
}

fn unreadable(inventory: Inventory) -> impl Iterator<Item = Finding> {
    let sentences = inventory.unreadable.into_iter();
    sentences.map(|sentence| of_row(FindingKind::Unreadable, sentence))
}

impl VerifyReport {
    /// The report, when nothing wrong was found. That something is not proven is no error here: see
    /// [`VerifyReport::conclusion`].
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
    verifier: &VerifyingKey,
    of: &Log,
    mut heads: Vec<Anchor>,
    report: &mut VerifyReport,
) -> Result<()> {
    let log = of.id;
    let mut walk = Walk::new(log, anchors::sizes(&heads));
    let (claimed, _) = claim(of.listing, &heads);
    walk.run(reader, Extent::Claimed(claimed.max(of.rows.events)))?;
    heads.extend(grown(reader, verifier, &mut walk, &heads)?);
    let (claimed, who) = claim(of.listing, &heads);
    let counted = match of.listing {
        // Nothing counts the events of a log that is not listed; that is a finding of its own.
        Listing::Unlisted => claimed.max(walk.reach),
        // Written while this ran, or added by somebody: the count as it is now tells.
        Listing::Listed { .. } if walk.reach > claimed => claimed.max(count_now(reader, log)?),
        Listing::Listed { .. } => claimed,
    };
    let order = order::judge(log, &walk.runs, counted);
    let standing = anchors::judge(log, &walk, &heads, order.first_break);
    let odd = walk.odd.iter().map(|odd| odd_row(log, odd, &standing));
    report.findings.extend(odd);
    report.findings.extend(order.findings);
    report.findings.extend(of.unlisted());
    report.findings.extend(of.beyond_reading(&walk));
    if claimed > order.end && !walk.more_runs {
        report
            .findings
            .push(anchors::cut_off(log, order.end, claimed, who));
    }
    report.findings.extend(lowered(reader, of, &standing)?);
    report.logs.push(log_report(of, &walk, &heads, &standing));
    report.unproven.extend(uncovered(log, order.end, &standing));
    report.findings.extend(standing.findings);
    report.unproven.extend(standing.unproven);
    Ok(())
}

/// The checkpoint of what was written while the walk went on, if a genuine one says so; the walk has
/// then gone on to its size.
fn grown(
    reader: &dyn AuditReader,
    verifier: &VerifyingKey,
    walk: &mut Walk,
    heads: &[Anchor],
) -> Result<Option<Anchor>> {
    let farthest = heads.iter().map(|anchor| anchor.size).max().unwrap_or(0);
    if walk.size() <= farthest {
        return Ok(None);
    }
    let (now, _) = anchors::checkpoints(reader, walk.log(), verifier)?;
    let newer = now
        .into_iter()
        .filter(|anchor| anchor.size > farthest && anchor.size >= walk.size());
    let Some(newest) = newer.max_by_key(|anchor| anchor.size) else {
        return Ok(None);
    };
    walk.want(newest.size);
    walk.run(reader, Extent::Before(newest.size))?;
    Ok(Some(newest))
}

/// The largest number of events that anything speaks of, and what that is.
fn claim(listing: Listing, heads: &[Anchor]) -> (u64, Claimant) {
    let counted = match listing {
        Listing::Listed { size, .. } => size,
        Listing::Unlisted => 0,
    };
    let farthest = heads.iter().max_by_key(|anchor| anchor.size);
    match farthest {
        Some(anchor) if anchor.size >= counted => (anchor.size, Claimant::Head(anchor.source)),
        _ => (counted, Claimant::Count),
    }
}

/// The store's count once the events are read: by then it covers every event that was read, if
/// they were written by the one who counts.
fn count_now(reader: &dyn AuditReader, log: LogId) -> Result<u64> {
    let logs = reader.logs()?;
    let now = logs.iter().find(|summary| summary.log == log);
    Ok(now.map_or(0, |summary| summary.size))
}

/// A count below what a checkpoint covers was lowered: both are written together.
fn lowered(reader: &dyn AuditReader, of: &Log, standing: &Standing) -> Result<Option<Finding>> {
    let Listing::Listed { size, .. } = of.listing else {
        return Ok(None);
    };
    let covered = standing.covered;
    if size >= covered {
        return Ok(None);
    }
    let size = count_now(reader, of.id)?;
    Ok((size < covered).then(|| Finding {
        log: Some(of.id),
        ..of_row(
            FindingKind::DerivedRowDiffers,
            format!(
                "the list of logs counts {} in log {}, a signed checkpoint {covered}",
                count(size, "event"),
                of.id,
            ),
        )
    }))
}

impl Log {
    fn unlisted(&self) -> Option<Finding> {
        let Listing::Unlisted = self.listing else {
            return None;
        };
        let LogRows {
            events,
            checkpoints,
        } = self.rows;
        Some(Finding {
            log: Some(self.id),
            ..of_row(
                FindingKind::Unlisted,
                format!(
                    "log {} is not in the list of logs, and {} and {} stand under it: its row was \
                     deleted, or they were inserted",
                    self.id,
                    count(events, "event"),
                    count(checkpoints, "checkpoint"),
                ),
            )
        })
    }

    /// What was not read of a log, or read and not told one by one.
    fn beyond_reading(&self, walk: &Walk) -> impl Iterator<Item = Finding> {
        let log = self.id;
        let finding = |kind, sentence| Finding {
            log: Some(log),
            ..of_row(kind, sentence)
        };
        let missed = self.rows.events.saturating_sub(walk.rows);
        let missed = (missed > 0).then(|| {
            let rows = count(missed, "row");
            let text =
                format!("{rows} of log {log} cannot be reached in the order of their numbers");
            finding(FindingKind::Unreadable, text)
        });
        let more_odd = (walk.more_odd > 0).then(|| {
            let rows = count(walk.more_odd, "more row");
            let text =
                format!("{rows} of log {log} do not match their hashes, or are no records of it");
            finding(FindingKind::Altered, text)
        });
        let more_runs = walk.more_runs.then(|| {
            let text = format!("the order of log {log} breaks in more places than are told here");
            finding(FindingKind::Reordered, text)
        });
        let outgrown = walk.outgrown.then(|| {
            let text = format!("log {log} has many more rows than anything speaks of");
            finding(FindingKind::Inserted, text)
        });
        [missed, more_odd, more_runs, outgrown]
            .into_iter()
            .flatten()
    }
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

fn log_report(of: &Log, walk: &Walk, heads: &[Anchor], standing: &Standing) -> LogReport {
    let signed: Vec<_> = heads
        .iter()
        .filter_map(|anchor| match anchor.source {
            Source::Checkpoint(at) => Some(at),
            Source::Kept(_) | Source::Opening(_) => None,
        })
        .collect();
    LogReport {
        log: of.id,
        opened: match of.listing {
            Listing::Listed { opened, .. } => Some(opened),
            Listing::Unlisted => None,
        },
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
    (last.size > 0).then(|| anchors::cut_off(log, 0, last.size, Claimant::Head(last.source)))
}
