//! Tree heads that something else vouches for: signed checkpoints, and heads that later logs
//! recorded when they were opened. Judges whether a walked log still fits them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};

use crate::digest::Digest;
use crate::error::Result;
use crate::identifier::LogId;

use super::checkpoint::Checkpoint;
use super::journal::{AuditReader, LogSummary};
use super::kept::KeptCheckpoints;
use super::keys::VerifyingKey;
use super::merkle::leaf_hash;
use super::order::events;
use super::recorded::{RecordedEvent, RecordedKind};
use super::report::{Finding, FindingKind};
use super::walk::Walk;

/// A head that the log must have had.
#[derive(Clone, Copy)]
pub(super) struct Anchor {
    pub(super) size: u64,
    pub(super) root: Digest,
    pub(super) source: Source,
}

#[derive(Clone, Copy)]
pub(super) enum Source {
    /// A genuine checkpoint, signed then.
    Checkpoint(DateTime<Utc>),
    /// A genuine checkpoint that was kept outside of the database, signed then.
    Kept(DateTime<Utc>),
    /// The opening record of this log.
    Opening(LogId),
}

impl Source {
    pub(super) fn name(self) -> String {
        match self {
            Self::Checkpoint(at) => format!("the checkpoint signed {}", second(at)),
            Self::Kept(at) => format!("the checkpoint kept elsewhere, signed {},", second(at)),
            Self::Opening(log) => format!("the opening record of log {log}"),
        }
    }
}

fn second(at: DateTime<Utc>) -> impl std::fmt::Display {
    at.format("%Y-%m-%d %H:%M:%SZ")
}

/// Adds the heads that were kept outside of the database to those that it gives itself.
pub(super) fn add_kept(kept: &KeptCheckpoints, named: &mut BTreeMap<LogId, Vec<Anchor>>) {
    for head in kept.iter() {
        named.entry(head.log).or_default().push(Anchor {
            size: head.size,
            root: head.root,
            source: Source::Kept(head.time),
        });
    }
}

/// The genuine checkpoints of a log, and a finding for each that is not.
pub(super) fn checkpoints(
    reader: &dyn AuditReader,
    log: LogId,
    verifier: &VerifyingKey,
) -> Result<(Vec<Anchor>, Vec<Finding>)> {
    let mut anchors = Vec::new();
    let mut findings = Vec::new();
    for (at, note) in reader.checkpoints(log)?.iter().enumerate() {
        match Checkpoint::verify(note, verifier) {
            Ok(head) if head.log == log => anchors.push(Anchor {
                size: head.size,
                root: head.root,
                source: Source::Checkpoint(head.time),
            }),
            Ok(head) => findings.push(forged(
                log,
                None,
                format!(
                    "checkpoint {at} of log {log} is a checkpoint of log {}",
                    head.log
                ),
            )),
            Err(error) => findings.push(forged(
                log,
                None,
                format!("checkpoint {at} of log {log} is not genuine: {error}"),
            )),
        }
    }
    Ok((anchors, findings))
}

/// What the opening records of all logs say of the logs before them. Only records that match their
/// own hash are heard.
pub(super) fn openings(
    reader: &dyn AuditReader,
    logs: &[LogSummary],
) -> Result<BTreeMap<LogId, Vec<Anchor>>> {
    let mut named: BTreeMap<LogId, Vec<Anchor>> = BTreeMap::new();
    // Every log names all before it; most of them with the same head as the one before did.
    let mut seen = HashSet::new();
    for summary in logs {
        for row in reader.events(summary.log, 0, 1)? {
            if leaf_hash(row.payload.as_bytes()) != row.leaf {
                continue;
            }
            let Ok(event) = RecordedEvent::read(&row.payload) else {
                continue;
            };
            let RecordedKind::LogOpened { heads } = event.kind else {
                continue;
            };
            for head in heads {
                if !seen.insert((head.log, head.size, head.root)) {
                    continue;
                }
                named.entry(head.log).or_default().push(Anchor {
                    size: head.size,
                    root: head.root,
                    source: Source::Opening(summary.log),
                });
            }
        }
    }
    Ok(named)
}

/// How a log stands to its anchors.
pub(super) struct Standing {
    /// Events, from the first, whose stored hashes or payloads a signed checkpoint confirms.
    pub(super) covered: u64,
    /// Which of the two roots the farthest anchor that fits agrees with.
    pub(super) agrees: Agrees,
    pub(super) findings: Vec<Finding>,
    pub(super) unproven: Vec<String>,
}

/// Whom the anchors confirm where payload and stored hash disagree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Agrees {
    /// The stored hashes: a payload was changed.
    Stored,
    /// The payloads: a stored hash was changed.
    Read,
    /// Neither.
    Unknown,
}

/// Judges a walked log. `first_break` is where its order stops making sense.
pub(super) fn judge(
    log: LogId,
    walk: &Walk,
    anchors: &[Anchor],
    first_break: Option<u64>,
) -> Standing {
    let checked = || {
        anchors
            .iter()
            .filter_map(|anchor| Some((anchor, agreement(walk, anchor)?)))
    };
    let fitting = || checked().filter(|(_, agrees)| *agrees != Agrees::Unknown);
    let confirmed = fitting().map(|(anchor, _)| anchor.size).max().unwrap_or(0);
    let mut standing = Standing {
        covered: fitting()
            .filter(|(anchor, _)| matches!(anchor.source, Source::Checkpoint(_) | Source::Kept(_)))
            .map(|(anchor, _)| anchor.size)
            .max()
            .unwrap_or(0),
        agrees: fitting()
            .max_by_key(|(anchor, _)| anchor.size)
            .map_or(Agrees::Unknown, |(_, agrees)| agrees),
        findings: Vec::new(),
        unproven: Vec::new(),
    };
    let failing = checked().filter(|(_, agrees)| *agrees == Agrees::Unknown);
    let (contradicted, open): (Vec<_>, Vec<_>) = failing
        .map(|(anchor, _)| *anchor)
        .partition(|anchor| anchor.size <= confirmed);
    standing
        .findings
        .extend(contradicted.iter().map(|anchor| contradiction(log, anchor)));
    if let Some(nearest) = open.iter().min_by_key(|anchor| anchor.size) {
        standing.broken(log, walk, nearest, confirmed, first_break);
    }
    standing
}

impl Standing {
    /// The first anchor beyond `confirmed` does not fit: narrows down to the events between, or,
    /// when a finding there explains it already, says what that leaves unproven.
    fn broken(
        &mut self,
        log: LogId,
        walk: &Walk,
        anchor: &Anchor,
        confirmed: u64,
        first_break: Option<u64>,
    ) {
        let between = confirmed..anchor.size;
        let explained = first_break.is_some_and(|seq| seq < anchor.size)
            || walk.odd.iter().any(|odd| between.contains(&odd.seq));
        let (first, last) = (confirmed, anchor.size.saturating_sub(1));
        if explained {
            self.unproven.push(format!(
                "whether more was changed among {} of log {log}: the finding there breaks the way \
                 to every later checkpoint",
                events(first, walk.rows.saturating_sub(1).max(last)),
            ));
            return;
        }
        let which = if first == last {
            format!("event {first} of log {log} was altered together with its stored hash")
        } else {
            format!(
                "at least one of {} of log {log} was altered together with its stored hash",
                events(first, last)
            )
        };
        self.findings.push(Finding {
            kind: FindingKind::Altered,
            log: Some(log),
            seq: Some(first),
            through: Some(last),
            operation: None,
            sentence: format!(
                "{which}: the log no longer has the root that {} gives its first {}; what is \
                 before still fits",
                anchor.source.name(),
                events_counted(anchor.size),
            ),
        });
        if walk.rows > anchor.size {
            self.unproven.push(format!(
                "{} of log {log}: later checkpoints cannot be checked past the altered events",
                events(anchor.size, walk.rows - 1),
            ));
        }
    }
}

fn events_counted(size: u64) -> String {
    super::report::count(size, "event")
}

/// None when the log does not reach the anchor: that is a cut, which is judged elsewhere.
fn agreement(walk: &Walk, anchor: &Anchor) -> Option<Agrees> {
    let roots = walk.roots.get(&anchor.size)?;
    Some(if roots.stored == anchor.root {
        Agrees::Stored
    } else if roots.read == anchor.root {
        Agrees::Read
    } else {
        Agrees::Unknown
    })
}

/// A farther anchor fits, so the log is whole and this anchor is what is wrong.
fn contradiction(log: LogId, anchor: &Anchor) -> Finding {
    match anchor.source {
        Source::Checkpoint(_) | Source::Kept(_) => forged(
            log,
            anchor.size.checked_sub(1),
            format!(
                "{} of log {log} over {} contradicts a later genuine one: the signing key signed two \
             histories",
                anchor.source.name(),
                events_counted(anchor.size),
            ),
        ),
        Source::Opening(by) => Finding {
            kind: FindingKind::Altered,
            log: Some(by),
            seq: Some(0),
            through: Some(0),
            operation: None,
            sentence: format!(
                "event 0 of log {by} was altered together with its stored hash: it gives log {log} \
                 another root over {} than the signed checkpoints do",
                events_counted(anchor.size),
            ),
        },
    }
}

fn forged(log: LogId, seq: Option<u64>, sentence: String) -> Finding {
    Finding {
        kind: FindingKind::CheckpointForged,
        log: Some(log),
        seq,
        through: seq,
        operation: None,
        sentence,
    }
}

/// What counts the events of a log.
#[derive(Clone, Copy)]
pub(super) enum Claimant {
    /// The row of the log.
    Count,
    /// A head of it.
    Head(Source),
}

/// The finding for a log that ends at `end` though something counts more.
pub(super) fn cut_off(log: LogId, end: u64, size: u64, who: Claimant) -> Finding {
    let last = size.saturating_sub(1);
    let sentence = match who {
        Claimant::Head(Source::Kept(at)) => format!(
            "the database is behind the checkpoint of {} that was kept elsewhere: log {log} has {end} of \
             {}; an older state was put back, or the end was cut off",
            second(at),
            events_counted(size),
        ),
        Claimant::Count => was_cut_off(log, end, size, "the store's own count"),
        Claimant::Head(source) => was_cut_off(log, end, size, &source.name()),
    };
    Finding {
        kind: FindingKind::CutOff,
        log: Some(log),
        seq: Some(end),
        through: Some(last),
        operation: None,
        sentence,
    }
}

fn was_cut_off(log: LogId, end: u64, size: u64, who: &str) -> String {
    let last = size.saturating_sub(1);
    let what = if end == 0 {
        "all of its events".to_owned()
    } else {
        events(end, last)
    };
    format!(
        "log {log} was cut off: {what} {} missing, {who} counts {}",
        if end == 0 || end != last { "are" } else { "is" },
        events_counted(size),
    )
}

/// The sizes at which roots are needed.
pub(super) fn sizes(anchors: &[Anchor]) -> BTreeSet<u64> {
    anchors.iter().map(|anchor| anchor.size).collect()
}
