//! What stands in the audit's tables, so that verification can account for every row: the logs that
//! rows name, and the rows that cannot be read.
//!
//! A cell that does not hold what it should is named, and the rest is read. SQLite keeps a value of
//! any type in any column, so each type is looked at there; the servers hold their columns to it.

use std::fmt::Display;

use guardrails_core::LogId;
use guardrails_core::audit::Inventory;
use sea_orm::sea_query::{Expr, ExprTrait, Func, IntoIden, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DbBackend, EntityTrait, IdenStatic, Iterable,
    QueryResult, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use crate::connection::{DatabaseConnection, Named as _};
use crate::entity::audit::{checkpoint, event, log};
use crate::fault::Failure;
use crate::row::Row;

/// The longest text that is read: what the guard writes is far shorter, and a longer one must not
/// fill the memory. A cell that is longer counts as unreadable.
const MAX_TEXT: u32 = 16 * 1024 * 1024;
/// Rows of one sort that are named one by one.
const MAX_NAMED: u64 = 1_000;

/// What stands in the tables of logs, events and checkpoints.
pub(crate) async fn inventory(db: DatabaseConnection) -> Result<Inventory, Failure> {
    let mut found = Inventory::default();
    logs(&db, &mut found).await?;
    let (number, no_number) = numbered(db.get_database_backend(), event::Column::Seq);
    let counted = count::<event::Entity>(event::Column::LogId, Some(number));
    for (log, rows) in counts(&db, counted, "guard_audit_event", &mut found).await? {
        found.logs.entry(log).or_default().events = rows;
    }
    let counted = count::<checkpoint::Entity>(checkpoint::Column::LogId, None);
    for (log, rows) in counts(&db, counted, "guard_audit_checkpoint", &mut found).await? {
        found.logs.entry(log).or_default().checkpoints = rows;
    }
    unnumbered(&db, no_number, &mut found).await?;
    cleanups(&db, &mut found).await?;
    Ok(found)
}

/// Each cell of the list of logs.
async fn logs(db: &DatabaseConnection, found: &mut Inventory) -> Result<(), Failure> {
    use log::Column as Of;
    let ask = readable::<log::Entity>();
    let rows = db
        .query_all_raw(ask.build(db.get_database_backend()))
        .await?;
    for row in &rows {
        let key = row.try_get::<String>("", "log_id");
        let row = Row::new(
            db.table("guard_audit_log"),
            key.as_deref().unwrap_or("?"),
            row,
        );
        let state = row.maybe::<String>(Of::State);
        let states = ["open", "closed", "recovered"];
        let size = row.maybe::<i64>(Of::Size);
        let cells = [
            (Of::LogId, canonical_id(&row, Of::LogId).is_some()),
            (Of::Host, row.maybe::<String>(Of::Host).is_some()),
            (Of::Pid, row.maybe::<i64>(Of::Pid).is_some()),
            (Of::PidStart, row.maybe::<String>(Of::PidStart).is_some()),
            (Of::OpenedAt, row.moment(Of::OpenedAt).is_ok()),
            (Of::AliveUntil, row.moment(Of::AliveUntil).is_ok()),
            (
                Of::State,
                state.is_some_and(|state| states.contains(&state.as_str())),
            ),
            (Of::Size, size.is_some_and(|size| size >= 0)),
        ];
        let garbled = cells.iter().filter(|(_, holds)| !holds);
        found
            .unreadable
            .extend(garbled.map(|(column, _)| row.garbled(column.as_str()).to_string()));
    }
    Ok(())
}

/// The log that a row names: a UUID in the one spelling that the guard writes, since another one
/// would be found by no query.
pub(crate) fn canonical_id(row: &Row<'_>, column: impl ColumnTrait) -> Option<LogId> {
    canonical(&row.maybe::<String>(column)?)
}

fn canonical(text: &str) -> Option<LogId> {
    let id = Uuid::try_parse(text).ok().map(LogId::from)?;
    (id.to_string() == text).then_some(id)
}

fn count<E: EntityTrait>(log: E::Column, which: Option<Expr>) -> Select<E> {
    let mut ask = E::find()
        .select_only()
        .column(log)
        .expr_as(Expr::cust("COUNT(*)"), "rows_found")
        .group_by(log);
    if let Some(which) = which {
        QueryTrait::query(&mut ask).and_where(which);
    }
    ask
}

/// How many rows each log has. Rows whose log is none are named as one.
async fn counts<E: EntityTrait>(
    db: &DatabaseConnection,
    ask: Select<E>,
    table: &str,
    found: &mut Inventory,
) -> Result<Vec<(LogId, u64)>, Failure> {
    let rows = db
        .query_all_raw(ask.build(db.get_database_backend()))
        .await?;
    let mut counts = Vec::with_capacity(rows.len());
    for row in &rows {
        let rows: i64 = row.try_get("", "rows_found")?;
        let log = row.try_get::<String>("", "log_id").ok();
        match log.as_deref().and_then(canonical) {
            Some(log) => counts.push((log, rows.unsigned_abs())),
            None => found.unreadable.push(format!(
                "table `{}`, {rows} rows: column `log_id` does not name a log",
                db.table(table)
            )),
        }
    }
    Ok(counts)
}

/// The conditions that a column holds a number from 0, and that it does not.
pub(crate) fn numbered(backend: DbBackend, column: impl ColumnTrait) -> (Expr, Expr) {
    let col = || Expr::col(column.as_column_ref());
    match backend {
        DbBackend::Sqlite => {
            let type_of = || Expr::expr(Func::cust("typeof").arg(col()));
            let number = type_of().eq("integer").and(col().gte(0));
            let none = type_of().ne("integer").or(col().lt(0));
            (number, none)
        }
        _ => (col().gte(0), col().is_null().or(col().lt(0))),
    }
}

/// Events whose number is none.
async fn unnumbered(
    db: &DatabaseConnection,
    no_number: Expr,
    found: &mut Inventory,
) -> Result<(), Failure> {
    let mut ask = event::Entity::find()
        .select_only()
        .column(event::Column::LogId)
        .column(event::Column::Seq)
        .limit(MAX_NAMED);
    QueryTrait::query(&mut ask).and_where(no_number);
    let rows = db
        .query_all_raw(ask.build(db.get_database_backend()))
        .await?;
    for row in &rows {
        let log = row.try_get::<String>("", "log_id").ok();
        let log = log.as_deref().filter(|log| canonical(log).is_some());
        let seq = row.try_get::<i64>("", "seq").ok();
        let seq = seq.map_or_else(|| "?".to_owned(), |seq| seq.to_string());
        let key = format!("{}/{seq}", log.unwrap_or("?"));
        let row = Row::new(db.table("guard_audit_event"), key, row);
        found
            .unreadable
            .push(row.garbled(event::Column::Seq.as_str()).to_string());
    }
    Ok(())
}

/// Rows that say that old audit was deleted. No release deletes any.
async fn cleanups(db: &DatabaseConnection, found: &mut Inventory) -> Result<(), Failure> {
    let ask: SelectStatement = Query::select()
        .column("id")
        .from("cleanup_log".into_iden())
        .limit(MAX_NAMED)
        .to_owned();
    for row in &db.query_all(&ask).await? {
        let id = row.try_get::<i64>("", "id").ok();
        let id = id.map_or_else(|| "?".to_owned(), |id| id.to_string());
        found.unreadable.push(no_event("cleanup_log", id));
    }
    Ok(())
}

fn no_event(table: &str, key: impl Display) -> String {
    format!("table `{table}`, row {key}: no event says so")
}

/// All columns of a table, where a text that is longer than any of the guard's reads as NULL.
pub(crate) fn readable<E: EntityTrait>() -> Select<E> {
    E::Column::iter().fold(E::find().select_only(), |ask, column| {
        let definition = column.def();
        match definition.get_column_type() {
            ColumnType::Text | ColumnType::String(_) => {
                let cell = || Expr::col(column.as_column_ref());
                let length = Expr::expr(Func::char_length(cell()));
                let short = Expr::case(length.lte(MAX_TEXT), cell());
                ask.expr_as(short, column.as_str())
            }
            _ => ask.column(column),
        }
    })
}

/// The primary key's parts, as far as they can be read.
pub(crate) fn key_part(row: &QueryResult, name: &str) -> String {
    row.try_get::<String>("", name)
        .or_else(|_| {
            row.try_get::<i64>("", name)
                .map(|number| number.to_string())
        })
        .unwrap_or_else(|_| "?".to_owned())
}
