//! Reads one log from its first row to its last, once, in pages, and notes what each row says:
//! whether it matches its hash, which event it claims to be, and the tree's roots on the way.
//!
//! It decides nothing beyond the single row; [`order`](super::order) and
//! [`anchors`](super::anchors) judge the whole. Memory is bounded, and so is the number of rows read:
//! no row number, hash or count that somebody wrote into the database makes it run on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::digest::Digest;
use crate::error::Result;
use crate::identifier::{LogId, OperationId};

use super::journal::{AuditReader, StoredEvent};
use super::merkle::{Tree, leaf_hash};
use super::recorded::RecordedEvent;

const PAGE: usize = 1_000;
/// Rows that are read beyond what anything speaks of. A log that is being written grows while it is
/// read; without a bound, a fast writer would keep the walk going for ever.
const MAX_GROWTH: u64 = 100_000;
/// Rows that are wrong by themselves, and breaks of the order, that are told one by one.
const MAX_ODD: usize = 1_000;
const MAX_RUNS: usize = 10_000;

/// What a walk over one log saw.
pub(super) struct Walk {
    log: LogId,
    /// Rows read.
    pub(super) rows: u64,
    /// Stretches in which row and event numbers both count up by one.
    pub(super) runs: Vec<Run>,
    /// Rows that do not match themselves.
    pub(super) odd: Vec<Odd>,
    /// How many more of them there are.
    pub(super) more_odd: u64,
    /// Whether the order breaks in more places than `runs` holds.
    pub(super) more_runs: bool,
    /// One past the highest event number of any row.
    pub(super) reach: u64,
    /// Whether rows were left unread, since the log grew faster than it was read.
    pub(super) outgrown: bool,
    /// Roots at the sizes asked for.
    pub(super) roots: BTreeMap<u64, Roots>,
    trees: Trees,
    wanted: BTreeSet<u64>,
    /// The row number to go on from.
    next: u64,
}

/// Where a walk ends before the last row.
#[derive(Clone, Copy)]
pub(super) enum Extent {
    /// Behind this many events, and as many rows more as a log may grow meanwhile.
    Claimed(u64),
    /// At the row with this number.
    Before(u64),
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

impl Walk {
    /// A walk of `log` from its first row, noting the tree's roots at the sizes `wanted`.
    pub(super) fn new(log: LogId, wanted: BTreeSet<u64>) -> Self {
        let mut walk = Self {
            log,
            rows: 0,
            runs: Vec::new(),
            odd: Vec::new(),
            more_odd: 0,
            more_runs: false,
            reach: 0,
            outgrown: false,
            roots: BTreeMap::new(),
            trees: Trees::default(),
            wanted,
            next: 0,
        };
        walk.note_roots();
        walk
    }

    /// Goes on to `extent`, or to the last row. It ends: row numbers only rise, and each step reads
    /// rows that are there.
    pub(super) fn run(&mut self, reader: &dyn AuditReader, extent: Extent) -> Result<()> {
        self.outgrown = false;
        loop {
            let page = reader.events(self.log, self.next, PAGE)?;
            for row in &page {
                if matches!(extent, Extent::Before(end) if row.seq >= end) {
                    return Ok(());
                }
                self.take(row);
            }
            match page.iter().map(|row| row.seq).max() {
                Some(last) if last >= self.next && last < u64::MAX => self.next = last + 1,
                _ => return Ok(()),
            }
            if let Extent::Claimed(size) = extent {
                // The end, as it is now: what is written from here on is for whoever goes on.
                let is_end = self.rows >= size && page.len() < PAGE;
                self.outgrown = self.rows > size.saturating_add(MAX_GROWTH);
                if is_end || self.outgrown {
                    return Ok(());
                }
            }
        }
    }

    pub(super) fn log(&self) -> LogId {
        self.log
    }

    /// How many events lead to the last root.
    pub(super) fn size(&self) -> u64 {
        self.trees.stored.size()
    }

    /// Notes the root at `size` too, if the walk has not passed it.
    pub(super) fn want(&mut self, size: u64) {
        self.wanted.insert(size);
        self.note_roots();
    }

    fn take(&mut self, row: &StoredEvent) {
        self.rows = self.rows.saturating_add(1);
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
            match self.odd.len() < MAX_ODD {
                true => self.odd.push(Odd { seq, label, what }),
                false => self.more_odd = self.more_odd.saturating_add(1),
            }
        }
        self.reach = self.reach.max(event.saturating_add(1));
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
        if self.runs.len() >= MAX_RUNS {
            self.more_runs = true;
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
