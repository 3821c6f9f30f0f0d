//! What shadow policies said over time, added up from the audit: for whoever decides whether one may
//! come into force.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::journal::AuditReader;
use super::recorded::{RecordedContext, RecordedEvent, RecordedKind};
use super::report::count;
use crate::digest::Digest;
use crate::error::Result;
use crate::identifier::OperationId;
use crate::one_line::say;
use crate::shadow::{Difference, ShadowOutcome, ShadowStep};

/// Events read at a time.
const AT_A_TIME: usize = 1_000;

/// What shadow policies answered to one tenant's operations. Its `Display` is a text for people.
///
/// Proposals are all in it; of what may begin, be read or be counted only what came out otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShadowReport {
    /// Each kind of answer, in order of policy, skill, entity and step.
    pub answers: Vec<ShadowTally>,
    /// Events of any tenant that cannot be read, and may have been further answers.
    #[serde(skip_serializing_if = "is_none")]
    pub unreadable: u64,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

/// One kind of answer, and how often it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShadowTally {
    /// What was answered.
    #[serde(flatten)]
    pub kind: ShadowKind,
    /// How often.
    pub times: u64,
    /// The last operation in which it was.
    pub last: OperationId,
}

/// By what answers are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShadowKind {
    /// The shadow policy.
    #[serde(with = "super::digest_text")]
    pub shadow_policy: Digest,
    /// The skill.
    pub skill: String,
    /// The entity.
    pub entity: String,
    /// At which step it was asked.
    pub step: ShadowStep,
    /// What the policy in force said.
    pub in_force: ShadowOutcome,
    /// What the shadow policy said.
    pub outcome: ShadowOutcome,
    /// How that stands to what the policy in force said.
    pub difference: Difference,
}

impl ShadowKind {
    /// What the answers of a report are sorted by: the words that it shows.
    fn sort_key(&self) -> (Digest, &str, &str, [&'static str; 4]) {
        let words = [
            self.step.as_str(),
            self.in_force.as_str(),
            self.outcome.as_str(),
            self.difference.as_str(),
        ];
        (self.shadow_policy, &self.skill, &self.entity, words)
    }
}

impl Ord for ShadowKind {
    fn cmp(&self, other: &Self) -> Ordering {
        self.sort_key().cmp(&other.sort_key())
    }
}

impl PartialOrd for ShadowKind {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Adds up what shadow policies answered to a tenant's operations. Reads the whole audit.
///
/// # Errors
/// [`ErrorKind::Store`](crate::ErrorKind::Store) when the audit cannot be read. Records that cannot are
/// counted.
pub fn shadow_report(reader: &dyn AuditReader, tenant: &str) -> Result<ShadowReport> {
    let mut found: BTreeMap<ShadowKind, (u64, OperationId)> = BTreeMap::new();
    let mut unreadable = 0_u64;
    for log in reader.logs()? {
        let mut from = 0;
        loop {
            let events = reader.events(log.log, from, AT_A_TIME)?;
            for event in &events {
                let Ok(event) = RecordedEvent::read(&event.payload) else {
                    unreadable = unreadable.saturating_add(1);
                    continue;
                };
                if let Some((kind, operation)) = answer(event, tenant) {
                    let (times, last) = found.entry(kind).or_insert((0, operation));
                    *times = times.saturating_add(1);
                    *last = operation;
                }
            }
            // Numbers only rise, or it would not end.
            let next = events.last().and_then(|last| last.seq.checked_add(1));
            match next.filter(|next| *next > from) {
                Some(next) => from = next,
                None => break,
            }
        }
    }
    let answers = found
        .into_iter()
        .map(|(kind, (times, last))| ShadowTally { kind, times, last });
    Ok(ShadowReport {
        answers: answers.collect(),
        unreadable,
    })
}

/// The answer in an event; none in one of another kind, or of another tenant.
fn answer(event: RecordedEvent, tenant: &str) -> Option<(ShadowKind, OperationId)> {
    let about = event.about.filter(|about| about.tenant == tenant)?;
    let operation = about.operation;
    Some((kind(about, event.kind)?, operation))
}

fn kind(about: RecordedContext, said: RecordedKind) -> Option<ShadowKind> {
    match said {
        RecordedKind::Shadow {
            difference,
            in_force,
            outcome,
            shadow_policy,
            step,
            ..
        } => Some(ShadowKind {
            shadow_policy,
            skill: about.skill,
            entity: about.entity,
            step,
            in_force,
            outcome,
            difference,
        }),
        _ => None,
    }
}

impl fmt::Display for ShadowReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unreadable > 0 {
            let events = count(self.unreadable, "event");
            writeln!(
                f,
                "{events} cannot be read and may have been further answers"
            )?;
        }
        if self.answers.is_empty() {
            return f.write_str("no shadow policy was asked");
        }
        for (i, same_policy) in self
            .answers
            .chunk_by(|a, b| a.kind.shadow_policy == b.kind.shadow_policy)
            .enumerate()
        {
            if i > 0 {
                f.write_str("\n")?;
            }
            if let Some(first) = same_policy.first() {
                write!(f, "shadow policy {}", first.kind.shadow_policy)?;
            }
            same_policy.iter().try_for_each(|tally| tally.fmt(f))?;
        }
        Ok(())
    }
}

impl ShadowTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, times, last } = self;
        let ShadowKind {
            skill,
            entity,
            step,
            in_force,
            outcome,
            difference,
            ..
        } = kind;
        f.write_str("\n  ")?;
        say(
            f,
            format_args!(
                "{difference}: {step} by {skill} on {entity}, {in_force} in force, {outcome} in \
                 the shadow: {times}, last in {last}"
            ),
        )
    }
}
