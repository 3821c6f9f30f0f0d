//! What of a trace may go to the requester: what they did, what they were answered, and what became of
//! their tickets.
//!
//! A [`Trace`] is complete, for auditors. That a rule held, a duty or a share of the risk tells what a
//! condition read of a hidden field. INVARIANT: a [`TraceView`] holds nothing that was not told to the
//! requester then, and not how many events were left out. An event of a new kind is left out.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::field_access::FieldAccess;
use super::recorded::{RecordedContext, RecordedField, RecordedKind, RecordedReason};
use super::trace::{StepProof, Trace, TraceStep, no_such_operation};
use super::trace_text::{followed_up, write_about, write_line};
use crate::error::Result;
use crate::principal::Principal;

/// What may be told of an operation to the user it was for, or to their model. Its `Display` is a text
/// for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceView {
    /// Who did what with what.
    pub about: RecordedContext,
    /// What happened, in order.
    pub steps: Vec<TraceViewStep>,
}

/// One event of an operation, as its requester may see it. Where it stands in its log is left out: a gap
/// would tell of an event that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceViewStep {
    /// When it happened.
    pub time: DateTime<Utc>,
    /// What stands behind the record.
    pub proof: StepProof,
    /// What happened. Of a decision it has no rules, risk or duties; of a read, neither hidden fields nor
    /// what was out of reach.
    #[serde(flatten)]
    pub kind: RecordedKind,
}

impl Trace {
    /// What of the trace may be told to the requester or to a model.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for an operation that was for another user or
    /// tenant, as for one that there is not.
    pub fn for_requester(&self, principal: &Principal) -> Result<TraceView> {
        let about = &self.about;
        if about.tenant != **principal.tenant() || about.user != **principal.id() {
            return Err(no_such_operation(principal.tenant(), about.operation));
        }
        let mut steps: Vec<TraceViewStep> = Vec::with_capacity(self.steps.len());
        for step in self.steps.iter().filter_map(TraceViewStep::of) {
            if !steps.last_mut().is_some_and(|last| last.takes_in(&step)) {
                steps.push(step);
            }
        }
        Ok(TraceView {
            about: about.clone(),
            steps,
        })
    }
}

impl TraceViewStep {
    fn of(step: &TraceStep) -> Option<Self> {
        Some(Self {
            time: step.event.time,
            proof: step.proof,
            kind: disclosed(&step.event.kind)?,
        })
    }

    /// Makes one of two steps of one reading in which the same was shown. The audit keeps records apart
    /// that differ in which hidden fields they have.
    fn takes_in(&mut self, next: &Self) -> bool {
        let is_of_one = self.time == next.time && self.proof == next.proof;
        match (&mut self.kind, &next.kind) {
            (
                RecordedKind::DataAccess {
                    code,
                    fields,
                    records,
                    status,
                    ..
                },
                RecordedKind::DataAccess {
                    code: next_code,
                    fields: next_fields,
                    records: more,
                    status: next_status,
                    ..
                },
            ) if is_of_one
                && code.is_empty()
                && (&*code, &*fields, &*status) == (next_code, next_fields, next_status) =>
            {
                records.extend_from_slice(more);
                true
            }
            _ => false,
        }
    }
}

/// What of an event was told to the requester; none where nothing was.
fn disclosed(kind: &RecordedKind) -> Option<RecordedKind> {
    let told = |reasons: &[RecordedReason]| {
        let told = reasons.iter().filter(|reason| !reason.shadow);
        told.cloned().collect()
    };
    match kind {
        RecordedKind::Intent {}
        | RecordedKind::Ticket { .. }
        | RecordedKind::Outcome { .. }
        | RecordedKind::Interrupted { .. } => Some(kind.clone()),
        RecordedKind::Refused { reasons } => Some(RecordedKind::Refused {
            reasons: told(reasons),
        }),
        RecordedKind::DataAccess {
            code,
            fields,
            records,
            status,
            withheld: _,
        } => Some(RecordedKind::DataAccess {
            code: code.clone(),
            // Of hidden fields the audit names those that the record has.
            fields: fields
                .iter()
                .filter(|field| !is_hidden(field))
                .cloned()
                .collect(),
            records: match code.is_empty() {
                true => records.clone(),
                false => Vec::new(),
            },
            status: status.clone(),
            withheld: 0,
        }),
        RecordedKind::Decision {
            action,
            outcome,
            reasons,
            record,
            set,
            obligations: _,
            risk: _,
            verdicts: _,
        } => Some(RecordedKind::Decision {
            action: *action,
            obligations: Vec::new(),
            outcome: *outcome,
            reasons: told(reasons),
            record: record.clone(),
            risk: None,
            set: set.clone(),
            verdicts: Vec::new(),
        }),
        RecordedKind::LogOpened { .. }
        | RecordedKind::Shadow { .. }
        | RecordedKind::PolicyChanged { .. }
        | RecordedKind::PolicyRefused { .. } => None,
    }
}

fn is_hidden(field: &RecordedField) -> bool {
    field.access == FieldAccess::HIDDEN
}

impl fmt::Display for TraceView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_about(f, &self.about)?;
        let kinds = || self.steps.iter().map(|step| &step.kind);
        let shown = self.steps.iter();
        let mut shown = shown.filter(|step| !followed_up(&step.kind, kinds()));
        shown.try_for_each(|step| {
            f.write_str("\n")?;
            write_line(f, step.time, &step.kind)?;
            match step.proof {
                StepProof::Proven => Ok(()),
                StepProof::NotProven => f.write_str("\n    NOT PROVEN"),
                StepProof::Altered | StepProof::Unlisted => f.write_str("\n    NOT AS SEALED"),
            }
        })
    }
}
