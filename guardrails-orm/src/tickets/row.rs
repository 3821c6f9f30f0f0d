//! Moves a ticket between its columns and core's [`StoredTicket`], which reads and writes what they hold.

use guardrails_core::Result;
use guardrails_core::process::{StoredTicket, Ticket};
use sea_orm::{QueryResult, Set};

use crate::connection::Named;
use crate::entity::tickets::{ActiveModel, Column};
use crate::migration::shape::NAME;
use crate::row::Row;
use crate::text::moment;

pub(super) fn of(ticket: &Ticket) -> ActiveModel {
    let stored = StoredTicket::from(ticket);
    ActiveModel {
        ticket_id: Set(stored.ticket_id),
        tenant_id: Set(stored.tenant_id),
        version: Set(stored.version),
        state: Set(stored.state),
        operation_id: Set(stored.operation_id),
        requester_key: Set(requester_key(&ticket.requester)),
        requester_id: Set(stored.requester_id),
        ai_skill_id: Set(stored.ai_skill_id),
        ai_context: Set(stored.ai_context),
        entity_type: Set(stored.entity_type),
        record_id: Set(stored.record_id),
        operation_type: Set(stored.operation_type),
        record_before: Set(stored.record_before),
        record_set: Set(stored.record_set),
        action_digest: Set(stored.action_digest),
        policy_digest: Set(stored.policy_digest),
        approval_chain: Set(stored.approval_chain),
        step: Set(stored.step),
        decisions: Set(stored.decisions),
        because: Set(stored.because),
        created_at: Set(moment(stored.created_at)),
        expires_at: Set(moment(stored.expires_at)),
        execute_by: Set(stored.execute_by.map(moment)),
        spent_by: Set(stored.spent_by),
        read_digests: Set(stored.read_digests),
        asked: Set(stored.asked),
        open_key: Set(stored.open_key),
        reserved_until: Set(stored.reserved_until.map(moment)),
        event_log: Set(stored.event_log),
        event_seq: Set(stored.event_seq),
        mac: Set(stored.mac),
    }
}

/// The start of a requester's name, as long as the column that is indexed.
pub(crate) fn requester_key(requester: &str) -> String {
    let most = usize::try_from(NAME).unwrap_or(usize::MAX);
    requester.chars().take(most).collect()
}

pub(crate) fn ticket(db: &impl Named, row: &QueryResult) -> Result<Ticket> {
    let key: String = row.try_get("", "ticket_id").unwrap_or_default();
    let row = Row::new(db.table("guard_approval_ticket"), key, row);
    let stored = StoredTicket {
        ticket_id: row.value(Column::TicketId)?,
        tenant_id: row.value(Column::TenantId)?,
        version: row.value(Column::Version)?,
        state: row.value(Column::State)?,
        operation_id: row.value(Column::OperationId)?,
        requester_id: row.value(Column::RequesterId)?,
        ai_skill_id: row.value(Column::AiSkillId)?,
        ai_context: row.value(Column::AiContext)?,
        entity_type: row.value(Column::EntityType)?,
        record_id: row.value(Column::RecordId)?,
        operation_type: row.value(Column::OperationType)?,
        record_before: row.value(Column::RecordBefore)?,
        record_set: row.value(Column::RecordSet)?,
        action_digest: row.value(Column::ActionDigest)?,
        policy_digest: row.value(Column::PolicyDigest)?,
        approval_chain: row.value(Column::ApprovalChain)?,
        step: row.value(Column::Step)?,
        decisions: row.value(Column::Decisions)?,
        because: row.value(Column::Because)?,
        created_at: row.value(Column::CreatedAt)?,
        expires_at: row.value(Column::ExpiresAt)?,
        execute_by: row.value(Column::ExecuteBy)?,
        spent_by: row.value(Column::SpentBy)?,
        read_digests: row.value(Column::ReadDigests)?,
        asked: row.value(Column::Asked)?,
        open_key: row.value(Column::OpenKey)?,
        reserved_until: row.value(Column::ReservedUntil)?,
        event_log: row.value(Column::EventLog)?,
        event_seq: row.value(Column::EventSeq)?,
        mac: row.value(Column::Mac)?,
    };
    stored.read().map_err(|column| row.garbled(column.0))
}
