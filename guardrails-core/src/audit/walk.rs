//! Reads one log from its first row to its last, once, in pages, and notes what each row says:
//! whether it matches its hash, which event it claims to be, and the tree's roots on the way.
//!
//! It decides nothing beyond the single row; [`order`](super::order) and
//! [`anchors`](super::anchors) judge the whole. Memory grows with what is wrong, not with the log.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::decision::{LogId, OperationId};
use crate::error::Result;
use crate::policy::Digest;

use super::journal::{AuditReader, StoredEvent};
use super::merkle::{Tree, leaf_hash};
use super::recorded::RecordedEvent;

const PAGE: usize = 1_000;

/// What a walk over one log saw.
pub(super) struct Walk {
    log: LogId,
    /// Rows read.
    pub(super) rows: u64,
    /// Stretches in which row and event numbers both count up by one.
    pub(super) runs: Vec<Run>,
    /// Rows that do not match themselves.
    pub(super) odd: Vec<Odd>,
    /// Roots at the sizes asked for.
    pub(super) roots: BTreeMap<u64, Roots>,
    trees: Trees,
    wanted: BTreeSet<u64>,
}

/// Consecutive rows that claim to be consecutive events.
pub(super) struct Run {
    /// First and last row number.
    pub(super) rows: (u64, u64),
    /// First and last event number, as the payloads say.
    pub(super) events: (u64, u64),
    pub(super) first: Label,
    pub(super) last: Label,
}

/// What a reader can recognise a record by.
#[derive(Clone, Copy)]
pub(super) struct Label {
    kind: Option<&'static str>,
    pub(super) operation: Option<OperationId>,
}

/// A row that is wrong by itself.
pub(super) struct Odd {
    pub(super) seq: u64,
    pub(super) label: Label,
    pub(super) what: Oddity,
}

pub(super) enum Oddity {
    /// Payload and leaf hash do not belong together.
    HashDiffers,
    /// The hash fits, but this is no payload.
    Unreadable,
    /// The payload belongs to another log.
    OtherLog(LogId),
}

/// The root by the stored hashes, and the root by the payloads as they are now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Roots {
    pub(super) stored: Digest,
    pub(super) read: Digest,
}

#[derive(Default)]
struct Trees {
    stored: Tree,
    read: Tree,
}

/// Walks `log`, noting the tree's roots at the sizes `wanted`.
pub(super) fn walk(reader: &dyn AuditReader, log: LogId, wanted: BTreeSet<u64>) -> Result<Walk> {
    let mut walk = Walk {
        log,
        rows: 0,
        runs: Vec::new(),
        odd: Vec::new(),
        roots: BTreeMap::new(),
        trees: Trees::default(),
        wanted,
    };
    walk.note_roots();
    let mut from = 0;
    loop {
        let page = reader.events(log, from, PAGE)?;
        page.iter().for_each(|row| walk.take(row));
        match page.iter().map(|row| row.seq).max() {
            Some(last) if last >= from && last < u64::MAX => from = last + 1,
            _ => return Ok(walk),
        }
    }
}

impl Walk {
    fn take(&mut self, row: &StoredEvent) {
        self.rows += 1;
        let leaf = leaf_hash(row.payload.as_bytes());
        let read = RecordedEvent::read(&row.payload).ok();
        let label = Label::of(read.as_ref());
        let what = match &read {
            _ if leaf != row.leaf => Some(Oddity::HashDiffers),
            None => Some(Oddity::Unreadable),
            Some(event) if event.log != self.log => Some(Oddity::OtherLog(event.log)),
            Some(_) => None,
        };
        // A row that is wrong by itself is no witness of its position either.
        let event = match (&what, &read) {
            (None, Some(event)) => event.seq,
            _ => row.seq,
        };
        if let Some(what) = what {
            let seq = row.seq;
            self.odd.push(Odd { seq, label, what });
        }
        self.place(row.seq, event, label);
        // A second record for a position already passed cannot be part of the tree.
        if event >= self.trees.stored.size() {
            self.trees.stored.push(row.leaf);
            self.trees.read.push(leaf);
            self.note_roots();
        }
    }

    fn place(&mut self, row: u64, event: u64, label: Label) {
        if let Some(run) = self.runs.last_mut()
            && run.rows.1.checked_add(1) == Some(row)
            && run.events.1.checked_add(1) == Some(event)
        {
            (run.rows.1, run.events.1, run.last) = (row, event, label);
            return;
        }
        self.runs.push(Run {
            rows: (row, row),
            events: (event, event),
            first: label,
            last: label,
        });
    }

    fn note_roots(&mut self) {
        let size = self.trees.stored.size();
        if self.wanted.contains(&size) {
            let roots = Roots {
                stored: self.trees.stored.root(),
                read: self.trees.read.root(),
            };
            self.roots.insert(size, roots);
        }
    }
}

impl Label {
    fn of(event: Option<&RecordedEvent>) -> Self {
        Self {
            kind: event.map(|event| event.kind.as_str()),
            operation: event.and_then(RecordedEvent::operation),
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.operation) {
            (Some(kind), Some(operation)) => write!(f, "`{kind}` of operation {operation}"),
            (Some(kind), None) => write!(f, "`{kind}`"),
            (None, _) => f.write_str("unreadable"),
        }
    }
}
