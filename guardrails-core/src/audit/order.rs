//! Judges the order of a log's records: which are missing, there twice, or out of place.
//!
//! The evidence is the number that each payload carries, which its hash covers, against the number
//! of the row it stands in, which anybody with the database can change.

use crate::identifier::LogId;

use super::report::{Finding, FindingKind};
use super::walk::{Label, Run};

/// What the order of a log comes to.
pub(super) struct Order {
    pub(super) findings: Vec<Finding>,
    /// The first event from which positions cannot be trusted.
    pub(super) first_break: Option<u64>,
    /// One past the last event that belongs to the log.
    pub(super) end: u64,
}

struct Gap {
    first: u64,
    last: u64,
    before: Option<Label>,
    after: Label,
}

/// Judges the runs of one walk. `claimed` is the largest number of events that anything (count,
/// checkpoint, later log) speaks of; what stands beyond it was added.
pub(super) fn judge(log: LogId, runs: &[Run], claimed: u64) -> Order {
    let mut judge = Judge {
        log,
        findings: Vec::new(),
        breaks: Vec::new(),
        gaps: Vec::new(),
        late: Vec::new(),
        end: 0,
    };
    let mut before = None;
    for (at, run) in runs.iter().enumerate() {
        let earlier = runs.get(..at).unwrap_or_default();
        judge.take(run, earlier, before, claimed);
        before = Some(run.last);
    }
    judge.finish(runs)
}

struct Judge<'a> {
    log: LogId,
    findings: Vec<Finding>,
    breaks: Vec<u64>,
    gaps: Vec<Gap>,
    /// Runs that came after events with higher numbers.
    late: Vec<&'a Run>,
    end: u64,
}

impl<'a> Judge<'a> {
    fn take(&mut self, run: &'a Run, earlier: &[Run], before: Option<Label>, claimed: u64) {
        let (first, last) = run.events;
        if last >= claimed {
            self.inserted_beyond(first.max(claimed), last, run, claimed);
        }
        if first >= claimed {
            return;
        }
        let last = last.min(claimed.saturating_sub(1));
        if first > self.end {
            self.gaps.push(Gap {
                first: self.end,
                last: first - 1,
                before,
                after: run.first,
            });
        }
        if first < self.end {
            self.passed(run, first, last.min(self.end - 1), earlier);
        }
        self.end = self.end.max(last + 1);
    }

    /// A stretch of events whose positions were passed already: it fills gaps, or is there twice.
    fn passed(&mut self, run: &'a Run, first: u64, last: u64, earlier: &[Run]) {
        let mut left = Vec::new();
        let mut filled = 0;
        for gap in self.gaps.drain(..) {
            if gap.last < first || gap.first > last {
                left.push(gap);
                continue;
            }
            filled += gap.last.min(last) - gap.first.max(first) + 1;
            self.breaks.push(gap.first);
            if gap.first < first {
                left.push(Gap {
                    last: first - 1,
                    ..gap
                });
            }
            if gap.last > last {
                left.push(Gap {
                    first: last + 1,
                    ..gap
                });
            }
        }
        self.gaps = left;
        if filled > 0 {
            self.late.push(run);
        }
        if filled < last - first + 1 {
            self.inserted_twice(first, last, run, earlier);
        }
    }

    fn inserted_twice(&mut self, first: u64, last: u64, run: &Run, earlier: &[Run]) {
        let row_of = |run: &Run| run.rows.0 + first.saturating_sub(run.events.0);
        let other = earlier
            .iter()
            .find(|have| have.events.0 <= first && first <= have.events.1)
            .map_or(first, row_of);
        let sentence = format!(
            "two records of log {} claim to be {}, in rows {other} and {} ({}): one of them was \
             inserted",
            self.log,
            events(first, last),
            row_of(run),
            run.first,
        );
        self.breaks.push(first);
        self.push(
            FindingKind::Inserted,
            first,
            last,
            Some(run.first),
            sentence,
        );
    }

    fn inserted_beyond(&mut self, first: u64, last: u64, run: &Run, claimed: u64) {
        let sentence = format!(
            "{} of log {} ({}) {} inserted: the log has {claimed} by its own count",
            events(first, last),
            self.log,
            run.last,
            were(first, last),
        );
        self.push(FindingKind::Inserted, first, last, Some(run.last), sentence);
    }

    fn finish(mut self, runs: &[Run]) -> Order {
        for gap in std::mem::take(&mut self.gaps) {
            self.deleted(&gap);
        }
        // A swap moves two records; both stand in rows with another number than theirs. When no
        // row number disagrees, the reader itself gave the rows out of order. Rows renumbered
        // behind a deleted or inserted record are no finding of their own.
        let late = std::mem::take(&mut self.late);
        let moved: Vec<&Run> = runs
            .iter()
            .filter(|run| run.rows.0 != run.events.0)
            .collect();
        if !late.is_empty() || self.findings.is_empty() {
            let blamed = if moved.is_empty() { late } else { moved };
            blamed.into_iter().for_each(|run| self.reordered(run));
        }
        self.findings.sort_by_key(|finding| finding.seq);
        Order {
            findings: self.findings,
            first_break: self.breaks.into_iter().min(),
            end: self.end,
        }
    }

    fn deleted(&mut self, gap: &Gap) {
        let missing = events(gap.first, gap.last);
        let place = match gap.before {
            Some(before) => format!("between {before} and {}", gap.after),
            None => format!("before {}", gap.after),
        };
        let sentence = format!(
            "{missing} of log {} {} deleted, {place}",
            self.log,
            were(gap.first, gap.last),
        );
        // Between two records of one operation there can only have been that operation's, or
        // another's that ran at the same time; naming it is a hint worth having.
        let both = gap
            .before
            .filter(|before| before.operation == gap.after.operation);
        self.breaks.push(gap.first);
        self.push(FindingKind::Deleted, gap.first, gap.last, both, sentence);
    }

    fn reordered(&mut self, run: &Run) {
        let (first, last) = run.events;
        let sentence = format!(
            "{} of log {} ({}) {} moved: found in row {}",
            events(first, last),
            self.log,
            run.first,
            were(first, last),
            run.rows.0,
        );
        self.breaks.push(first.min(run.rows.0));
        self.push(
            FindingKind::Reordered,
            first,
            last,
            Some(run.first),
            sentence,
        );
    }

    fn push(
        &mut self,
        kind: FindingKind,
        first: u64,
        last: u64,
        label: Option<Label>,
        sentence: String,
    ) {
        self.findings.push(Finding {
            kind,
            log: Some(self.log),
            seq: Some(first),
            through: Some(last),
            operation: label.and_then(|label| label.operation),
            sentence,
        });
    }
}

/// `event 5`, or `events 5 – 7`.
pub(super) fn events(first: u64, last: u64) -> String {
    if first == last {
        format!("event {first}")
    } else {
        format!("events {first} – {last}")
    }
}

pub(super) fn were(first: u64, last: u64) -> &'static str {
    if first == last { "was" } else { "were" }
}
