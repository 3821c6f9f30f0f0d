//! Reads the audit back, page by page, in the order it was written.

use std::collections::BTreeSet;

use guardrails_core::audit::{AuditReader, Inventory, LogSummary, RecordedEvent, StoredEvent};
use guardrails_core::policy::Digest;
use guardrails_core::{LogId, Name, OperationId, Result, TicketId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IdenStatic as _, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, QueryTrait, Select,
};

use crate::Database;
use crate::connection::{DatabaseConnection, Named as _};
use crate::derived;
use crate::entity::audit::{checkpoint, event, log};
use crate::entity::projections::operation;
use crate::fault::Failure;
use crate::inventory::{self, canonical_id, numbered, readable};
use crate::migration::shape::LABEL;
use crate::row::Row;
use crate::text;

impl AuditReader for Database {
    fn logs(&self) -> Result<Vec<LogSummary>> {
        self.ask("read the audit's logs", logs)
    }

    fn events(&self, log: LogId, from: u64, limit: usize) -> Result<Vec<StoredEvent>> {
        let Ok(from) = i64::try_from(from) else {
            return Ok(Vec::new());
        };
        let limit = u64::try_from(limit)
            .unwrap_or(u64::MAX)
            .min(i64::MAX.unsigned_abs());
        let (number, _) = numbered(self.backend(), event::Column::Seq);
        let ask = readable::<event::Entity>()
            .filter(event::Column::LogId.eq(log.to_string()))
            .filter(event::Column::Seq.gte(from))
            .filter(number)
            .order_by_asc(event::Column::Seq)
            .limit(limit);
        self.ask("read audit events", move |db| events(db, ask))
    }

    fn leaves(&self, log: LogId, from: u64, limit: usize) -> Result<Vec<(u64, Digest)>> {
        let Ok(from) = i64::try_from(from) else {
            return Ok(Vec::new());
        };
        let limit = u64::try_from(limit)
            .unwrap_or(u64::MAX)
            .min(i64::MAX.unsigned_abs());
        let (number, _) = numbered(self.backend(), event::Column::Seq);
        let ask = event::Entity::find()
            .select_only()
            .columns([event::Column::Seq, event::Column::Leaf])
            .filter(event::Column::LogId.eq(log.to_string()))
            .filter(event::Column::Seq.gte(from))
            .filter(number)
            .order_by_asc(event::Column::Seq)
            .limit(limit);
        self.ask("read the hashes of audit events", move |db| async move {
            let rows = db
                .query_all_raw(ask.build(db.get_database_backend()))
                .await?;
            let leaf = |row| {
                let row = Row::new(db.table("guard_audit_event"), log, row);
                let seq: i64 = row.value(event::Column::Seq)?;
                Ok((seq.unsigned_abs(), leaf_of(&row)))
            };
            rows.iter().map(leaf).collect()
        })
    }

    fn inventory(&self) -> Result<Option<Inventory>> {
        self.ask_at_length("take stock of the audit", inventory::inventory)
            .map(Some)
    }

    fn checkpoints(&self, log: LogId) -> Result<Vec<String>> {
        let ask = readable::<checkpoint::Entity>()
            .filter(checkpoint::Column::LogId.eq(log.to_string()))
            .order_by_asc(checkpoint::Column::Size);
        self.ask("read the audit's checkpoints", move |db| async move {
            let rows = db
                .query_all_raw(ask.build(db.get_database_backend()))
                .await?;
            let mut notes = Vec::with_capacity(rows.len());
            for row in &rows {
                let row = Row::new(db.table("guard_audit_checkpoint"), log, row);
                // A note that cannot be read is no note, and is named as such.
                notes.push(row.maybe(checkpoint::Column::Note).unwrap_or_default());
            }
            Ok(notes)
        })
    }

    fn operation(&self, tenant: &str, operation: OperationId) -> Result<Vec<StoredEvent>> {
        let rows = self.operation_rows(tenant, operation)?;
        // Those that cannot be read are told by `unreadable_events`.
        let mut found: Vec<StoredEvent> = rows.into_iter().filter_map(Result::ok).collect();
        found.retain(|event| may_see(tenant, event));
        Ok(found)
    }

    fn unreadable_events(&self, tenant: &str, operation: OperationId) -> Result<Vec<String>> {
        let rows = self.operation_rows(tenant, operation)?;
        let faults = rows.into_iter().filter_map(Result::err);
        Ok(faults.map(|fault| fault.to_string()).collect())
    }

    fn ticket_events(&self, tenant: &str, ticket: TicketId) -> Result<Vec<StoredEvent>> {
        let ask = event::Entity::find()
            .filter(event::Column::TicketId.eq(ticket.to_string()))
            .filter(event::Column::TenantId.eq(text::fit(tenant, LABEL)))
            .order_by_asc(event::Column::LogId)
            .order_by_asc(event::Column::Seq);
        let tenant = tenant.to_owned();
        self.ask("read a ticket's events", move |db| async move {
            let rows = db
                .query_all_raw(ask.build(db.get_database_backend()))
                .await?;
            // One that cannot be read counts as one that is gone, which releases nothing; verification
            // names it.
            let read = |row| stored(db.table("guard_audit_event"), row).ok();
            let found = rows.iter().filter_map(read);
            Ok(found.filter(|event| may_see(&tenant, event)).collect())
        })
    }

    fn tenants(&self, limit: usize) -> Result<BTreeSet<Name>> {
        let ask = operation::Entity::find()
            .select_only()
            .column(operation::Column::TenantId)
            .distinct()
            .limit(u64::try_from(limit).unwrap_or(u64::MAX));
        self.ask_at_length("read the tenants of operations", move |db| async move {
            let rows = db
                .query_all_raw(ask.build(db.get_database_backend()))
                .await?;
            let tenant = |row: &QueryResult| row.try_get::<String>("", "tenant_id").ok();
            Ok(rows.iter().filter_map(tenant).map(Name::from).collect())
        })
    }

    fn derived_rows_that_differ(&self) -> Result<Vec<String>> {
        self.ask_at_length("compare derived rows with events", derived::differences)
    }
}

impl Database {
    /// The rows whose columns name an operation of a tenant, each as it could be read.
    fn operation_rows(
        &self,
        tenant: &str,
        operation: OperationId,
    ) -> Result<Vec<Result<StoredEvent>>> {
        let ask = readable::<event::Entity>()
            .filter(event::Column::OperationId.eq(operation.to_string()))
            .filter(event::Column::TenantId.eq(text::fit(tenant, LABEL)))
            .order_by_asc(event::Column::EventTime)
            .order_by_asc(event::Column::LogId)
            .order_by_asc(event::Column::Seq);
        self.ask("read an operation's events", move |db| async move {
            let rows = db
                .query_all_raw(ask.build(db.get_database_backend()))
                .await?;
            let read = |row| stored(db.table("guard_audit_event"), row);
            Ok(rows.iter().map(read).collect())
        })
    }
}

/// The column may have been edited, and long names are cut in it: what was sealed decides.
fn may_see(tenant: &str, event: &StoredEvent) -> bool {
    let about = RecordedEvent::read(&event.payload)
        .ok()
        .and_then(|event| event.about);
    about.is_none_or(|about| about.tenant == tenant)
}

async fn logs(db: DatabaseConnection) -> Result<Vec<LogSummary>, Failure> {
    let ask = log::Entity::find()
        .order_by_asc(log::Column::OpenedAt)
        .order_by_asc(log::Column::LogId);
    let rows = db
        .query_all_raw(ask.build(db.get_database_backend()))
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let key: String = row.try_get("", "log_id").unwrap_or_default();
        let row = Row::new(db.table("guard_audit_log"), key, row);
        // One that cannot be read lists no log; the inventory names it.
        found.extend(summary(&row));
    }
    Ok(found)
}

fn summary(row: &Row<'_>) -> Option<LogSummary> {
    let size: i64 = row.maybe(log::Column::Size)?;
    Some(LogSummary {
        log: canonical_id(row, log::Column::LogId)?,
        opened: row.maybe(log::Column::OpenedAt)?,
        size: u64::try_from(size).ok()?,
    })
}

async fn events(
    db: DatabaseConnection,
    ask: Select<event::Entity>,
) -> Result<Vec<StoredEvent>, Failure> {
    let rows = db
        .query_all_raw(ask.build(db.get_database_backend()))
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        found.push(stored(db.table("guard_audit_event"), row)?);
    }
    Ok(found)
}

/// A row as the event it says it is. A leaf hash that is none reads as all zeroes: it then belongs
/// to no payload, which is for the verification to say, at its place and not as a failure to read.
pub(crate) fn stored(table: String, row: &QueryResult) -> Result<StoredEvent> {
    let log: String = row.try_get("", "log_id").unwrap_or_default();
    let seq: i64 = row.try_get("", "seq").unwrap_or_default();
    let row = Row::new(table, format!("{log}/{seq}"), row);
    Ok(StoredEvent {
        log: row.id(event::Column::LogId)?,
        seq: u64::try_from(seq).map_err(|_| row.garbled(event::Column::Seq.as_str()))?,
        payload: row.maybe(event::Column::Payload).unwrap_or_default(),
        leaf: leaf_of(&row),
    })
}

fn leaf_of(row: &Row<'_>) -> Digest {
    row.maybe::<String>(event::Column::Leaf)
        .and_then(|leaf| leaf.parse().ok())
        .unwrap_or_default()
}
