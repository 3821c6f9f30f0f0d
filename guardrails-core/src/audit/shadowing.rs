//! What shadow policies said over time, added up from the audit: for whoever decides whether one may
//! come into force.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::journal::AuditReader;
use super::recorded::{RecordedContext, RecordedEvent, RecordedKind};
use crate::digest::Digest;
use crate::error::Result;
use crate::identifier::OperationId;
use crate::one_line::say;

/// Events read at a time.
const AT_A_TIME: usize = 1_000;

/// What shadow policies answered to one tenant's operations. Its `Display` is a text for people.
///
/// Proposals are all in it; of what may begin, be read or be counted only what came out otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShadowReport {
    /// Each kind of answer, in order of policy, skill, entity and step.
    pub answers: Vec<ShadowTally>,
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ShadowKind {
    /// The shadow policy.
    #[serde(with = "super::digest_text")]
    pub shadow_policy: Digest,
    /// The skill.
    pub skill: String,
    /// The entity.
    pub entity: String,
    /// `begin`, `read`, `aggregate` or `propose`.
    pub step: String,
    /// What the policy in force said.
    pub in_force: String,
    /// What the shadow policy said.
    pub outcome: String,
    /// `same`, `wider`, `narrower` or `otherwise`.
    pub difference: String,
}

/// Adds up what shadow policies answered to a tenant's operations. Reads the whole audit.
///
/// # Errors
/// [`ErrorKind::Store`](crate::ErrorKind::Store) when the audit cannot be read,
/// [`ErrorKind::Tampered`](crate::ErrorKind::Tampered) when one of its records cannot.
pub fn shadow_report(reader: &dyn AuditReader, tenant: &str) -> Result<ShadowReport> {
    let mut found: BTreeMap<ShadowKind, (u64, OperationId)> = BTreeMap::new();
    for log in reader.logs()? {
        let mut from = 0;
        loop {
            let events = reader.events(log.log, from, AT_A_TIME)?;
            for event in &events {
                if let Some((kind, operation)) = answer(&event.payload, tenant)? {
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
    })
}

/// The answer in a payload; none in one of another kind, or of another tenant.
fn answer(payload: &str, tenant: &str) -> Result<Option<(ShadowKind, OperationId)>> {
    let event = RecordedEvent::read(payload)?;
    let (Some(about), RecordedKind::Shadow { .. }) = (&event.about, &event.kind) else {
        return Ok(None);
    };
    if about.tenant != tenant {
        return Ok(None);
    }
    let operation = about.operation;
    Ok(kind(about.clone(), event.kind).map(|kind| (kind, operation)))
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
