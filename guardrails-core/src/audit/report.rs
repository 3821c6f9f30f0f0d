//! What a verification found, as data, and once as text for people.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::identifier::{LogId, OperationId};
use crate::one_line::say;

/// What verification found, what it proved, and what it cannot see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Each log, oldest first.
    pub logs: Vec<LogReport>,
    /// What is wrong; empty when nothing was found.
    pub findings: Vec<Finding>,
    /// What could not be checked because of a finding, or because nothing signed covers it yet.
    pub unproven: Vec<String>,
    /// How many checkpoints that were kept outside of the database it was compared with.
    #[serde(skip_serializing_if = "is_none")]
    pub compared_with: u64,
    /// What no check of this sort can see.
    pub out_of_sight: Vec<&'static str>,
    /// The verifier key it was checked with.
    pub verifier: String,
}

/// What a verification comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum Conclusion {
    /// Nothing is wrong, and all that is there is proven.
    Proven,
    /// Nothing wrong was found, and something could not be proven. This is no success.
    NotProven,
    /// Something is wrong.
    Findings,
}

impl Conclusion {
    /// The stable lower-case word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::NotProven => "not_proven",
            Self::Findings => "findings",
        }
    }
}

impl VerifyReport {
    /// What it comes to.
    pub fn conclusion(&self) -> Conclusion {
        match (self.findings.is_empty(), self.unproven.is_empty()) {
            (false, _) => Conclusion::Findings,
            (true, false) => Conclusion::NotProven,
            (true, true) => Conclusion::Proven,
        }
    }
}

/// What was read and proved of one log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogReport {
    /// The log.
    pub log: LogId,
    /// When it was opened; `None` for a log that is not in the list of logs.
    pub opened: Option<DateTime<Utc>>,
    /// How many events were read.
    pub events: u64,
    /// How many of them, from the first, are what a signed checkpoint covers.
    pub proven: u64,
    /// How many genuine checkpoints it has.
    pub checkpoints: u64,
    /// When the last genuine checkpoint was signed.
    pub signed: Option<DateTime<Utc>>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was done.
    pub kind: FindingKind,
    /// The log it was done to; none for derived rows.
    pub log: Option<LogId>,
    /// The first event concerned.
    pub seq: Option<u64>,
    /// The last event concerned; the same as `seq` when it is one event.
    pub through: Option<u64>,
    /// The operation concerned, when it is known.
    pub operation: Option<OperationId>,
    /// What was found, in a sentence that names the record.
    pub sentence: String,
}

/// What was done to the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A record says something else than when it was sealed.
    Altered,
    /// A record is gone.
    Deleted,
    /// A record was added that was not sealed there.
    Inserted,
    /// A record stands at another position.
    Reordered,
    /// The end of a log, or a whole log, is gone.
    CutOff,
    /// A checkpoint is not genuine, or contradicts another.
    CheckpointForged,
    /// A row made from events no longer says what they say.
    DerivedRowDiffers,
    /// Rows stand under a log that is not in the list of logs.
    Unlisted,
    /// A row does not hold what its table should, so that it says nothing.
    Unreadable,
    /// A ticket's row is not the one that the audit says was stored last.
    TicketDiffers,
}

impl FindingKind {
    /// The stable lower-case word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Deleted => "deleted",
            Self::Inserted => "inserted",
            Self::Reordered => "reordered",
            Self::CutOff => "cut_off",
            Self::CheckpointForged => "checkpoint_forged",
            Self::DerivedRowDiffers => "derived_row_differs",
            Self::Unlisted => "unlisted",
            Self::Unreadable => "unreadable",
            Self::TicketDiffers => "ticket_differs",
        }
    }
}

/// Of a database that was compared with nothing.
pub(super) const NOT_ANCHORED: &str = "anything since the last checkpoint that was copied out of this database: nothing outside anchors the \
     checkpoints kept inside";
/// Of one that was compared with checkpoints kept elsewhere.
pub(super) const ANCHORED: &str =
    "anything since the checkpoints that it was compared with: nothing outside anchors later ones";

/// What a check inside one database can never see; printed with every report.
pub(super) const OUT_OF_SIGHT: &[&str] = &[
    "a rewrite by whoever holds the signing key: every hash and signature would fit",
    "events cut from the end of a log together with the checkpoints and counts that cover them, \
     unless a later log has recorded that log's head",
    NOT_ANCHORED,
    "what was never recorded: an action that the host took without asking the guard",
    "an older checkpoint that was deleted, where a later one covers the same events; and which process \
     writes a log: `host`, `pid`, `pid_start`, `alive_until` and `state` of its row",
    "who changed field permissions, role lines, skill statuses and the use of limits: these rows are the \
     administrators' input and carry no MAC; nor do the store's own notes: the list of its tables, the \
     migrations that are done, and the revision",
];

impl fmt::Display for VerifyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "audit: {}, {}",
            count(self.logs.len(), "log"),
            count(self.logs.iter().map(|log| log.events).sum::<u64>(), "event"),
        )?;
        self.logs
            .iter()
            .try_for_each(|log| writeln!(f, "  {log}"))?;
        if self.compared_with > 0 {
            let kept = count(self.compared_with, "checkpoint");
            writeln!(f, "compared with {kept} kept elsewhere")?;
        }
        match (self.conclusion(), self.findings.len()) {
            (Conclusion::Proven, _) => writeln!(f, "nothing wrong was found")?,
            (Conclusion::NotProven, _) => {
                writeln!(f, "nothing wrong was found, and not all is proven")?
            }
            (Conclusion::Findings, found) => writeln!(f, "{}:", count(found, "finding"))?,
        }
        for finding in &self.findings {
            writeln!(f, "  {finding}")?;
        }
        list(f, "not proven:", &self.unproven)?;
        list(f, "out of sight of this check:", &self.out_of_sight)?;
        write!(f, "checked with {}", self.verifier)
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, title: &str, items: &[T]) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(f, "{title}")?;
    items.iter().try_for_each(|item| writeln!(f, "  - {item}"))
}

impl fmt::Display for LogReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "log {}: ", self.log)?;
        match self.opened {
            Some(at) => write!(f, "opened {}, ", at.format("%Y-%m-%d %H:%M:%SZ"))?,
            None => f.write_str("not listed, ")?,
        }
        write!(
            f,
            "{}, {} proven by {}",
            count(self.events, "event"),
            self.proven,
            count(self.checkpoints, "checkpoint"),
        )?;
        match self.signed {
            Some(at) => write!(f, ", last signed {}", at.format("%Y-%m-%d %H:%M:%SZ")),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Finding {
    /// `kind: sentence`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        say(f, format_args!("{}: {}", self.kind.as_str(), self.sentence))
    }
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

/// `1 event`, `2 events`.
pub(super) fn count(n: impl fmt::Display, noun: &str) -> String {
    let text = n.to_string();
    let ending = if text == "1" { "" } else { "s" };
    format!("{text} {noun}{ending}")
}
