//! Logs whose writer is dead: found when a store is opened, taken over once, their unfinished
//! operations recorded as interrupted.
//!
//! What an interrupted operation did to the CRM is not known here. The audit says that it was begun
//! and that its end is unknown, and the host is told.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use guardrails_core::audit::{
    Digests, Event, EventKind, OperationContext, RecordedContext, RecordedEvent,
};
use guardrails_core::{LogId, OperationId, Result};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QueryTrait};

use crate::connection::{DatabaseTransaction, Named as _};
use crate::entity::audit::{event, log};
use crate::fault::Failure;
use crate::inventory::canonical_id;
use crate::liveness::Process;
use crate::log_state::{OPEN, RECOVERED};
use crate::row::Row;
use crate::shared::Shared;

/// An operation that a process began and did not finish before it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InterruptedOperation {
    /// The operation.
    pub operation: OperationId,
    /// The tenant.
    pub tenant: String,
    /// The user on whose behalf the agent acted.
    pub user: String,
    /// The skill.
    pub skill: String,
    /// The entity.
    pub entity: String,
    /// When it was begun.
    pub begun: DateTime<Utc>,
    context: Arc<OperationContext>,
}

/// Open logs without a living writer, oldest first.
pub(crate) async fn dead_logs(shared: &Shared) -> Result<Vec<LogId>> {
    find_dead(shared)
        .await
        .map_err(|failure| failure.while_doing("look for logs of dead processes"))
}

async fn find_dead(shared: &Shared) -> Result<Vec<LogId>, Failure> {
    let here = Process::current();
    // Leases are written and judged by one clock, or a node whose own is ahead would end the others.
    let now = shared
        .clock
        .read(&shared.pool, &*shared.options.clock)
        .await?;
    let ask = log::Entity::find()
        .filter(log::Column::State.eq(OPEN))
        .order_by_asc(log::Column::OpenedAt)
        .order_by_asc(log::Column::LogId);
    let rows = shared
        .pool
        .query_all_raw(ask.build(shared.pool.get_database_backend()))
        .await?;
    let mut dead = Vec::new();
    for row in &rows {
        // An altered row is for the verification to name; it must not keep the store shut.
        dead.extend(dead_log(
            &Row::new(shared.pool.table("guard_audit_log"), "?", row),
            &here,
            now,
        ));
    }
    Ok(dead)
}

/// The log of a row, if its writer is dead.
fn dead_log(row: &Row<'_>, here: &Process, now: DateTime<Utc>) -> Option<LogId> {
    let writer = Process {
        host: row.maybe(log::Column::Host)?,
        pid: row.maybe(log::Column::Pid)?,
        start: row.maybe(log::Column::PidStart)?,
    };
    let alive_until = row.maybe(log::Column::AliveUntil)?;
    let log = canonical_id(row, log::Column::LogId)?;
    writer.is_over(here, alive_until, now).then_some(log)
}

/// Marks the log as recovered; answers whether this process was the one to do so.
pub(crate) async fn claim(transaction: &DatabaseTransaction, log: LogId) -> Result<bool, Failure> {
    let done = log::Entity::update_many()
        .col_expr(log::Column::State, Expr::value(RECOVERED))
        .filter(log::Column::LogId.eq(log.to_string()))
        .filter(log::Column::State.eq(OPEN))
        .exec(transaction)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Operations with an intent in this log and no outcome. An outcome is in the log of its intent, and
/// a log that is still open has not been recovered, so no other log needs to be searched.
pub(crate) async fn unfinished(
    transaction: &DatabaseTransaction,
    log: LogId,
) -> Result<Vec<InterruptedOperation>, Failure> {
    let ended = Query::select()
        .column(event::Column::OperationId)
        .from(event::Entity)
        .and_where(event::Column::LogId.eq(log.to_string()))
        .and_where(event::Column::Kind.eq("outcome"))
        .and_where(Expr::col(event::Column::OperationId).is_not_null())
        .to_owned();
    let ask = event::Entity::find()
        .filter(event::Column::LogId.eq(log.to_string()))
        .filter(event::Column::Kind.eq("intent"))
        .filter(event::Column::OperationId.not_in_subquery(ended))
        .order_by_asc(event::Column::Seq);
    let rows = transaction
        .query_all_raw(ask.build(transaction.get_database_backend()))
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let row = Row::new(transaction.table("guard_audit_event"), log, row);
        // An altered intent is for the verification to name; it must not keep the store shut.
        let payload: Option<String> = row.maybe(event::Column::Payload);
        found.extend(payload.as_deref().and_then(read_intent));
    }
    Ok(found)
}

fn read_intent(payload: &str) -> Option<InterruptedOperation> {
    let event = RecordedEvent::read(payload).ok()?;
    let about = event.about?;
    Some(InterruptedOperation {
        operation: about.operation,
        tenant: about.tenant.clone(),
        user: about.user.clone(),
        skill: about.skill.clone(),
        entity: about.entity.clone(),
        begun: event.time,
        context: Arc::new(context(about)),
    })
}

fn context(about: RecordedContext) -> OperationContext {
    OperationContext {
        operation: about.operation,
        tenant: about.tenant.into(),
        user: about.user.into(),
        roles: about.roles.into_iter().map(Into::into).collect(),
        agent: about.agent.into(),
        model: about.model.into(),
        skill: about.skill.into(),
        verb: about.verb,
        entity: about.entity.into(),
        context: about.context.into(),
        purpose: about.purpose,
        policy: about.policy,
    }
}

/// What the audit records of them.
pub(crate) fn events(
    unfinished: &[InterruptedOperation],
    log: LogId,
    now: DateTime<Utc>,
) -> Vec<Event> {
    unfinished
        .iter()
        .map(|operation| Event {
            time: now,
            kind: EventKind::Interrupted { log },
            about: Some(Arc::clone(&operation.context)),
            digests: Digests::default(),
        })
        .collect()
}
