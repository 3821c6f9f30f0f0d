//! A ticket as a row, and a row as a ticket.

use guardrails_core::policy::Verb;
use guardrails_core::process::{EventPosition, StepDecision, Ticket, TicketState};
use guardrails_core::{LogId, OperationId, Result, TicketId};
use sea_orm::{QueryResult, Set};
use serde_json::json;
use uuid::Uuid;

use super::record;
use crate::connection::Named;
use crate::entity::tickets::{ActiveModel, Column};
use crate::migration::shape::NAME;
use crate::row::Row;
use crate::text::moment;

const VERBS: [Verb; 4] = [Verb::Read, Verb::Create, Verb::Update, Verb::Delete];

pub(super) fn of(ticket: &Ticket) -> ActiveModel {
    ActiveModel {
        ticket_id: Set(ticket.id.to_string()),
        tenant_id: Set(ticket.tenant.to_string()),
        version: Set(ticket.version),
        state: Set(ticket.state.as_str().to_owned()),
        operation_id: Set(ticket.operation.to_string()),
        requester_id: Set(ticket.requester.to_string()),
        requester_key: Set(requester_key(&ticket.requester)),
        ai_skill_id: Set(ticket.skill.to_string()),
        ai_context: Set(ticket.context.to_string()),
        entity_type: Set(ticket.entity.to_string()),
        record_id: Set(ticket.record.to_string()),
        operation_type: Set(ticket.verb.as_str().to_owned()),
        record_before: Set(kept(ticket, || record::write(&ticket.before))),
        record_set: Set(kept(ticket, || record::write(&ticket.set))),
        action_digest: Set(ticket.action.to_string()),
        policy_digest: Set(ticket.policy.to_string()),
        approval_chain: Set(ticket.chain.to_string()),
        step: Set(ticket.step.into()),
        decisions: Set(json!(ticket.decisions).to_string()),
        because: Set(json!(ticket.because).to_string()),
        created_at: Set(moment(ticket.created)),
        expires_at: Set(moment(ticket.expires)),
        execute_by: Set(ticket.execute_by.map(moment)),
        spent_by: Set(ticket.spent_by.map(|by| by.to_string())),
        read_digests: Set(kept(ticket, || json!(ticket.reads).to_string())),
        asked: Set(Some(json!(ticket.asked).to_string())),
        open_key: Set(ticket.open_key.map(|key| key.to_string())),
        reserved_until: Set(ticket.reserved_until.map(moment)),
        event_log: Set(ticket.event.map(|event| event.log.to_string())),
        event_seq: Set(ticket
            .event
            .map(|event| i64::try_from(event.seq).unwrap_or(i64::MAX))),
        mac: Set(ticket.mac.map(|mac| mac.to_string())),
    }
}

/// What a ticket keeps of a record while it is open, and no longer.
fn kept(ticket: &Ticket, text: impl FnOnce() -> String) -> Option<String> {
    (!ticket.state.is_terminal()).then(text)
}

/// The start of a requester's name, as long as the column that is indexed.
pub(super) fn requester_key(requester: &str) -> String {
    let most = usize::try_from(NAME).unwrap_or(usize::MAX);
    requester.chars().take(most).collect()
}

pub(super) fn ticket(db: &impl Named, row: &QueryResult) -> Result<Ticket> {
    let key: String = row.try_get("", "ticket_id").unwrap_or_default();
    let row = Row::new(db.table("guard_approval_ticket"), key, row);
    Ok(Ticket {
        id: row.id::<TicketId>(Column::TicketId)?,
        tenant: row.text(Column::TenantId)?.into(),
        version: row.value(Column::Version)?,
        state: row.parsed(Column::State, TicketState::from_word)?,
        operation: row.id(Column::OperationId)?,
        requester: row.text(Column::RequesterId)?.into(),
        skill: row.text(Column::AiSkillId)?.into(),
        context: row.text(Column::AiContext)?.into(),
        entity: row.text(Column::EntityType)?.into(),
        record: row.text(Column::RecordId)?.into(),
        verb: row.parsed(Column::OperationType, verb)?,
        before: row
            .parsed_or_null(Column::RecordBefore, record::read)?
            .unwrap_or_default(),
        set: row
            .parsed_or_null(Column::RecordSet, record::read)?
            .unwrap_or_default(),
        reads: row
            .parsed_or_null(Column::ReadDigests, |text| serde_json::from_str(text).ok())?
            .unwrap_or_default(),
        action: row.parsed(Column::ActionDigest, |text| text.parse().ok())?,
        policy: row.parsed(Column::PolicyDigest, |text| text.parse().ok())?,
        open_key: row.parsed_or_null(Column::OpenKey, |text| text.parse().ok())?,
        chain: row.text(Column::ApprovalChain)?.into(),
        asked: row
            .parsed_or_null(Column::Asked, |text| serde_json::from_str(text).ok())?
            .unwrap_or_default(),
        step: step(&row)?,
        decisions: row.parsed(Column::Decisions, decisions)?,
        because: row.parsed(Column::Because, |text| serde_json::from_str(text).ok())?,
        created: row.moment(Column::CreatedAt)?,
        expires: row.moment(Column::ExpiresAt)?,
        execute_by: row.value(Column::ExecuteBy)?,
        spent_by: row.parsed_or_null(Column::SpentBy, |text| {
            Uuid::try_parse(text).ok().map(OperationId::from)
        })?,
        reserved_until: row.value(Column::ReservedUntil)?,
        event: event(&row)?,
        mac: row.parsed_or_null(Column::Mac, |text| text.parse().ok())?,
    })
}

/// The position of the ticket's last event; half of one is none, and the row then is not genuine.
fn event(row: &Row<'_>) -> Result<Option<EventPosition>> {
    let log = row.parsed_or_null(Column::EventLog, |text| {
        Uuid::try_parse(text).ok().map(LogId::from)
    })?;
    let seq: Option<i64> = row.value(Column::EventSeq)?;
    let Some((log, seq)) = log.zip(seq) else {
        return Ok(None);
    };
    let seq = u64::try_from(seq).map_err(|_| row.garbled(Column::EventSeq))?;
    Ok(Some(EventPosition { log, seq }))
}

fn verb(word: &str) -> Option<Verb> {
    VERBS.into_iter().find(|verb| verb.as_str() == word)
}

fn step(row: &Row<'_>) -> Result<u32> {
    let step: i64 = row.value(Column::Step)?;
    u32::try_from(step).map_err(|_| row.garbled(Column::Step))
}

fn decisions(text: &str) -> Option<Vec<StepDecision>> {
    serde_json::from_str(text).ok()
}
