//! Fills the column that says which ticket an event is about, for events of the first release.
//!
//! Read here and not in SQL: the payload is canonical JSON, and the one reader of it is core's.

use guardrails_core::audit::{RecordedEvent, RecordedKind};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};

/// Events read at once.
const PAGE: usize = 512;

/// Goes through the ticket events that name no ticket yet. One that cannot be read is left as it is,
/// for the audit's verification to name.
pub(super) async fn fill<C: ConnectionTrait>(db: &C, table: &str) -> Result<(), DbErr> {
    let mut after = (String::new(), -1_i64);
    loop {
        let rows = page(db, table, &after).await?;
        for row in &rows {
            after = (row.try_get("", "log_id")?, row.try_get("", "seq")?);
            if let Some(ticket) = ticket_of(row) {
                set(db, table, &after, ticket).await?;
            }
        }
        if rows.len() < PAGE {
            return Ok(());
        }
    }
}

async fn page<C: ConnectionTrait>(
    db: &C,
    table: &str,
    (log, seq): &(String, i64),
) -> Result<Vec<QueryResult>, DbErr> {
    let ask = format!(
        "SELECT log_id, seq, payload FROM {table} WHERE kind = 'ticket' AND ticket_id IS NULL \
         AND (log_id > {} OR (log_id = {} AND seq > {})) ORDER BY log_id, seq LIMIT {PAGE}",
        place(db, 1),
        place(db, 2),
        place(db, 3)
    );
    let values: [Value; 3] = [log.clone().into(), log.clone().into(), (*seq).into()];
    let ask = Statement::from_sql_and_values(db.get_database_backend(), ask, values);
    db.query_all_raw(ask).await
}

fn ticket_of(row: &QueryResult) -> Option<String> {
    let payload: String = row.try_get("", "payload").ok()?;
    match RecordedEvent::read(&payload).ok()?.kind {
        RecordedKind::Ticket { ticket, .. } => Some(ticket.to_string()),
        _ => None,
    }
}

async fn set<C: ConnectionTrait>(
    db: &C,
    table: &str,
    (log, seq): &(String, i64),
    ticket: String,
) -> Result<(), DbErr> {
    let change = format!(
        "UPDATE {table} SET ticket_id = {} WHERE log_id = {} AND seq = {}",
        place(db, 1),
        place(db, 2),
        place(db, 3)
    );
    let values: [Value; 3] = [ticket.into(), log.clone().into(), (*seq).into()];
    let change = Statement::from_sql_and_values(db.get_database_backend(), change, values);
    db.execute_raw(change).await.map(drop)
}

/// The placeholder of the `n`th value.
fn place<C: ConnectionTrait>(db: &C, n: usize) -> String {
    match db.get_database_backend() {
        sea_orm::DbBackend::Postgres => format!("${n}"),
        _ => "?".to_owned(),
    }
}
