//! Which tickets are looked for, as conditions that the database answers: nothing is filtered
//! afterwards, so that a page is full and an inbox has no end.

use chrono::{DateTime, Utc};
use guardrails_core::process::TicketState;
use guardrails_core::{TicketCursor, TicketId, TicketQuery};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::row::requester_key;
use crate::entity::tickets::{Column, Entity, approver};
use crate::text::moment;

/// Open tickets that somebody asked for or may decide.
pub(super) fn inbox(query: &TicketQuery<'_>) -> Select<Entity> {
    let roles = query.roles.iter().map(|role| role.to_string());
    let deciding = Query::select()
        .column(approver::Column::TicketId)
        .from(approver::Entity)
        .and_where(approver::Column::TenantId.eq(query.tenant))
        .and_where(approver::Column::RoleName.is_in(roles))
        .to_owned();
    let mut concerns = Condition::any().add(asked_by(query.requester));
    if !query.roles.is_empty() {
        concerns = concerns.add(Column::TicketId.in_subquery(deciding));
    }
    let found = Entity::find()
        .filter(Column::TenantId.eq(query.tenant))
        .filter(open_at(query.now))
        .filter(concerns)
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::TicketId)
        .limit(limited(query.limit));
    match query.after {
        Some(after) => found.filter(behind(after)),
        None => found,
    }
}

pub(super) fn asked_by(requester: &str) -> Condition {
    Condition::all()
        .add(Column::RequesterKey.eq(requester_key(requester)))
        .add(Column::RequesterId.eq(requester))
}

fn behind(after: TicketCursor) -> Condition {
    let created = moment(after.created);
    Condition::any().add(Column::CreatedAt.gt(created)).add(
        Condition::all()
            .add(Column::CreatedAt.eq(created))
            .add(Column::TicketId.gt(after.id.to_string())),
    )
}

/// Open, with time left; a reservation whose lease is over waits to be settled.
pub(super) fn open_at(now: DateTime<Utc>) -> Condition {
    let now = moment(now);
    let held = [TicketState::Reserved, TicketState::Unknown].map(TicketState::as_str);
    Condition::any()
        .add(Column::State.is_in(held))
        .add(in_state(TicketState::Pending).add(Column::ExpiresAt.gt(now)))
        .add(in_state(TicketState::Approved).add(Column::ExecuteBy.gt(now)))
}

/// Tickets whose time is over and whose row does not say so.
pub(super) fn overdue(now: DateTime<Utc>, after: Option<TicketId>, limit: usize) -> Select<Entity> {
    let now = moment(now);
    let is_past = |column: Column| Condition::any().add(column.is_null()).add(column.lte(now));
    let overdue = Condition::any()
        .add(in_state(TicketState::Pending).add(Column::ExpiresAt.lte(now)))
        .add(in_state(TicketState::Approved).add(is_past(Column::ExecuteBy)))
        .add(in_state(TicketState::Reserved).add(is_past(Column::ReservedUntil)));
    let after = after.map(|after| after.to_string()).unwrap_or_default();
    Entity::find()
        .filter(overdue)
        .filter(Column::TicketId.gt(after))
        .order_by_asc(Column::TicketId)
        .limit(limited(limit))
}

fn in_state(state: TicketState) -> Condition {
    Condition::all().add(Column::State.eq(state.as_str()))
}

pub(super) fn limited(limit: usize) -> u64 {
    u64::try_from(limit)
        .unwrap_or(u64::MAX)
        .min(i64::MAX.unsigned_abs())
}
