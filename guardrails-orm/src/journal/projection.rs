//! The rows that follow from events: `ai_operation_audit`, `data_access_log`,
//! `rule_validation_log`.
//!
//! One function from a sealed payload to rows serves both the writer and the check that compares
//! the tables with the events, so that the two cannot disagree. It sees nothing but the payload.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};
use guardrails_core::OutcomeKind;
use guardrails_core::audit::{
    RecordedContext, RecordedEvent, RecordedField, RecordedKind, RecordedReason,
};
use guardrails_core::{OperationId, Result};
use serde_json::json;

use crate::entity::projections::{access, operation, validation};
use crate::migration::shape::LABEL;
use crate::text::{fit, without_nul};

/// Status of an operation that a process began and did not end.
pub(super) const INTERRUPTED: &str = "interrupted";

/// Status of a showing of records that took place.
const SUCCESS: &str = "SUCCESS";
/// Status of one that was refused.
const FAILED: &str = "FAILED";

/// Rows of one batch.
#[derive(Default)]
pub(crate) struct Derived {
    /// As they stand after the batch's last event about them, in order of their first.
    operations: Vec<operation::Model>,
    at: HashMap<OperationId, usize>,
    pub(super) accesses: Vec<access::Model>,
    pub(super) validations: Vec<validation::Model>,
    /// Operations of other logs, and when they were found interrupted.
    pub(super) interrupted: Vec<(String, DateTime<Utc>)>,
}

impl Derived {
    pub(super) fn operations(&self) -> Vec<operation::Model> {
        self.operations.clone()
    }

    fn set_operation(&mut self, id: OperationId, row: operation::Model) {
        match self.at.entry(id) {
            Entry::Occupied(at) => {
                if let Some(slot) = self.operations.get_mut(*at.get()) {
                    *slot = row;
                }
            }
            Entry::Vacant(free) => {
                free.insert(self.operations.len());
                self.operations.push(row);
            }
        }
    }
}

/// Keeps the rows of operations that are not over, so that each change can be written as a whole
/// row, without asking the database for the old one.
#[derive(Default)]
pub(super) struct Projector {
    running: HashMap<OperationId, operation::Model>,
}

impl Projector {
    /// Adds what follows from one payload.
    pub(super) fn take(&mut self, payload: &str, derived: &mut Derived) -> Result<()> {
        let event = RecordedEvent::read(payload)?;
        let Some(about) = &event.about else {
            return Ok(());
        };
        derived.accesses.extend(access_row(&event, about));
        derived.validations.extend(validation_rows(&event, about));
        if let RecordedKind::Interrupted { .. } = event.kind {
            let id = about.operation.to_string();
            derived.interrupted.push((id, event.time));
        } else {
            self.advance(&event, about, derived);
        }
        Ok(())
    }

    fn advance(&mut self, event: &RecordedEvent, about: &RecordedContext, derived: &mut Derived) {
        let id = about.operation;
        let row = advance(self.running.remove(&id), event, about);
        if let Some(row) = row {
            if row.end_time.is_none() {
                self.running.insert(id, row.clone());
            }
            derived.set_operation(id, row);
        }
    }
}

/// An operation's row after one more event about it; none when no event has begun it.
pub(crate) fn advance(
    row: Option<operation::Model>,
    event: &RecordedEvent,
    about: &RecordedContext,
) -> Option<operation::Model> {
    let mut row = match (&event.kind, row) {
        (RecordedKind::Intent {} | RecordedKind::Refused { .. }, None) => begin(event, about),
        (_, row) => row?,
    };
    row.output_data_hash = event
        .output
        .map(|output| output.to_string())
        .or(row.output_data_hash);
    match &event.kind {
        RecordedKind::Refused { reasons } => {
            row.end_time = Some(event.time);
            row.status = "refused".to_owned();
            row.error_message = codes(reasons);
        }
        RecordedKind::Decision {
            action,
            outcome,
            risk,
            ..
        } => {
            row.status = status_after(*outcome).to_owned();
            // An audit of the first release has a digest of the action alone.
            let asked = event.input.or(*action);
            row.input_data_hash = asked.map(|asked| asked.to_string()).or(row.input_data_hash);
            row.risk_level = risk
                .as_ref()
                .map(|risk| fit(&risk.level, 16))
                .or(row.risk_level);
        }
        RecordedKind::Outcome {
            code,
            output,
            status,
        } => {
            row.end_time = Some(event.time);
            row.status = fit(status, 32);
            row.output_data_hash = output
                .map(|output| output.to_string())
                .or(row.output_data_hash);
            row.error_message = (!code.is_empty()).then(|| without_nul(code).into_owned());
        }
        RecordedKind::Interrupted { .. } => {
            row.end_time = Some(event.time);
            row.status = INTERRUPTED.to_owned();
        }
        _ => return Some(row),
    }
    // The latest that is known, also where a clock was set back in between.
    row.updated_time = row.updated_time.max(Some(event.time));
    Some(row)
}

fn begin(event: &RecordedEvent, about: &RecordedContext) -> operation::Model {
    operation::Model {
        operation_id: about.operation.to_string(),
        tenant_id: fit(&about.tenant, LABEL),
        user_id: fit(&about.user, LABEL),
        user_role: roles(about),
        ai_skill_id: fit(&about.skill, LABEL),
        operation_type: about
            .verb
            .map_or("unknown", |verb| verb.as_str())
            .to_owned(),
        entity_type: fit(&about.entity, LABEL),
        start_time: event.time,
        end_time: None,
        status: "started".to_owned(),
        risk_level: None,
        input_data_hash: event.input.map(|input| input.to_string()),
        output_data_hash: None,
        error_message: None,
        stack_trace: None,
        created_time: Some(event.time),
        updated_time: Some(event.time),
    }
}

fn status_after(outcome: OutcomeKind) -> &'static str {
    match outcome {
        OutcomeKind::Allow => "started",
        OutcomeKind::NeedsApproval => "waiting",
        OutcomeKind::Deny => "denied",
    }
}

fn roles(about: &RecordedContext) -> String {
    without_nul(&about.roles.join(",")).into_owned()
}

fn codes(reasons: &[RecordedReason]) -> Option<String> {
    let codes: Vec<&str> = reasons.iter().map(|reason| reason.code.as_str()).collect();
    (!codes.is_empty()).then(|| without_nul(&codes.join(",")).into_owned())
}

/// The row of a showing of records, or of one that was refused; none for other events.
pub(crate) fn access_row(event: &RecordedEvent, about: &RecordedContext) -> Option<access::Model> {
    let RecordedKind::DataAccess {
        code,
        fields,
        records,
        withheld,
        ..
    } = &event.kind
    else {
        return None;
    };
    Some(access::Model {
        log_id: event.log.to_string(),
        seq: signed(event.seq),
        operation_id: about.operation.to_string(),
        tenant_id: fit(&about.tenant, LABEL),
        user_id: fit(&about.user, LABEL),
        user_role: roles(about),
        ai_skill_id: fit(&about.skill, LABEL),
        entity_type: fit(&about.entity, LABEL),
        record_ids: json!(records).to_string(),
        accessed_fields: json!(fields).to_string(),
        access_type: access_type(fields).to_owned(),
        withheld: signed(*withheld),
        access_time: event.time,
        // One event tells of a showing, when it is over and before it is released.
        start_time: Some(event.time),
        end_time: Some(event.time),
        status: if code.is_empty() { SUCCESS } else { FAILED }.to_owned(),
        error_message: (!code.is_empty()).then(|| without_nul(code).into_owned()),
    })
}

/// The most that any field was open: a value as it is, a masked one, or none.
fn access_type(fields: &[RecordedField]) -> &'static str {
    let any = |access: &str| fields.iter().any(|field| field.access == access);
    match (any("read"), any("masked")) {
        (true, _) => "READ",
        (false, true) => "MASKED",
        (false, false) => "HIDDEN",
    }
}

/// The rows of what rules said in a decision; none for other events.
pub(crate) fn validation_rows(
    event: &RecordedEvent,
    about: &RecordedContext,
) -> Vec<validation::Model> {
    let RecordedKind::Decision {
        outcome, verdicts, ..
    } = &event.kind
    else {
        return Vec::new();
    };
    (0_i64..)
        .zip(verdicts)
        .map(|(position, verdict)| validation::Model {
            log_id: event.log.to_string(),
            seq: signed(event.seq),
            position,
            operation_id: about.operation.to_string(),
            tenant_id: fit(&about.tenant, LABEL),
            user_id: fit(&about.user, LABEL),
            entity_type: fit(&about.entity, LABEL),
            rule_name: fit(&verdict.rule, LABEL),
            rule_place: place(&verdict.file, verdict.line),
            result: fit(&verdict.holding, 16),
            shadow: verdict.shadow,
            decision: fit(outcome.as_str(), 32),
            validation_time: event.time,
        })
        .collect()
}

fn place(file: &str, line: Option<u32>) -> String {
    let file = without_nul(file);
    match line {
        Some(line) => format!("{file}:{line}"),
        None => file.into_owned(),
    }
}

/// No log comes near 2⁶³ events.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
