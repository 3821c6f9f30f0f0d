//! Compares the tables derived from events with the events, row by row, and has what stands beside
//! tickets compared with the tickets.
//!
//! Runs on one snapshot of the database, so that operations that go on meanwhile are not mistaken
//! for differences, and in pages, so that memory does not grow with the audit. It says which row
//! differs and in which columns, never what is in them. Whether the events themselves are genuine is
//! for the audit's verification.

use std::collections::BTreeMap;
use std::fmt::Display;

use guardrails_core::Result;
use guardrails_core::audit::{Checkpoint, RecordedContext, RecordedEvent, RecordedKind};
use sea_orm::sea_query::{Expr, ExprTrait, IntoColumnRef, Query};
use sea_orm::{
    AccessMode, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, IdenStatic,
    IsolationLevel, Iterable, ModelTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    QueryTrait, Select, TransactionOptions,
};

use crate::connection::{DatabaseConnection, DatabaseTransaction, Named as _};
use crate::entity::audit::{checkpoint, event, log};
use crate::entity::projections::{access, operation, validation};
use crate::fault::Failure;
use crate::inventory::{key_part, numbered, readable};
use crate::journal::projection::{access_row, advance, validation_rows};
use crate::migration::shape::LABEL;
use crate::names::Names;
use crate::row::MAX_KEY;
use crate::text;
use crate::ticket_index;

/// Events compared at once.
const PAGE: u64 = 512;
/// Sentences at most: a table that was emptied would otherwise fill the memory.
const MOST: usize = 1_000;

/// One sentence per row that differs, is missing, or has no event behind it; a thousand at most.
pub(crate) async fn differences(db: DatabaseConnection) -> Result<Vec<String>, Failure> {
    let backend = db.get_database_backend();
    let db = db.begin_with_options(snapshot(backend)).await?;
    let mut found = Differences {
        sentences: Vec::new(),
        names: db.names().clone(),
    };
    // By the events and not by the list of logs, which may be short of one.
    let logs = event::Entity::find()
        .select_only()
        .column(event::Column::LogId)
        .group_by(event::Column::LogId)
        .order_by_asc(event::Column::LogId);
    for row in db.query_all_raw(logs.build(backend)).await? {
        // What names no log is for the inventory to name.
        if let Ok(log) = row.try_get::<String>("", "log_id") {
            compare_log(&db, &log, &mut found).await?;
        }
    }
    compare_lists(&db, &mut found).await?;
    find_orphans(&db, &mut found).await?;
    ticket_index::compare(&db, &mut found).await?;
    db.rollback().await?;
    Ok(found.sentences)
}

/// SQLite reads from one snapshot in any transaction; the others must be asked.
fn snapshot(backend: DbBackend) -> TransactionOptions {
    let ask = backend != DbBackend::Sqlite;
    TransactionOptions {
        isolation_level: ask.then_some(IsolationLevel::RepeatableRead),
        access_mode: ask.then_some(AccessMode::ReadOnly),
        sqlite_transaction_mode: None,
    }
}

/// The sentences so far.
pub(crate) struct Differences {
    sentences: Vec<String>,
    names: Names,
}

impl Differences {
    pub(crate) fn add(&mut self, table: &str, key: impl Display, what: impl Display) {
        if self.sentences.len() < MOST {
            let table = self.names.rename(table);
            // Whoever edited the row may have put anything into its key.
            let key = text::fit(&key.to_string(), MAX_KEY);
            self.sentences
                .push(format!("table `{table}`, row {key}: {what}"));
        }
    }

    fn is_full(&self) -> bool {
        self.sentences.len() >= MOST
    }
}

async fn compare_log(
    db: &DatabaseTransaction,
    log: &str,
    found: &mut Differences,
) -> Result<(), Failure> {
    let mut from = 0_i64;
    while !found.is_full() {
        let (number, _) = numbered(db.get_database_backend(), event::Column::Seq);
        let ask = readable::<event::Entity>()
            .filter(event::Column::LogId.eq(log))
            .filter(event::Column::Seq.gte(from))
            .filter(number)
            .order_by_asc(event::Column::Seq)
            .limit(PAGE);
        let rows = rows(db, ask).await?;
        let Some(last) = rows.last() else {
            break;
        };
        let to: i64 = last.try_get("", "seq")?;
        compare_page(db, log, (from, to), &rows, found).await?;
        // The greatest number there can be has no next.
        match to.checked_add(1) {
            Some(next) => from = next,
            None => break,
        }
    }
    Ok(())
}

async fn rows<E: EntityTrait>(
    db: &DatabaseTransaction,
    ask: Select<E>,
) -> Result<Vec<QueryResult>, Failure> {
    Ok(db
        .query_all_raw(ask.build(db.get_database_backend()))
        .await?)
}

/// What one page of events leads to expect.
#[derive(Default)]
struct Expected {
    accesses: BTreeMap<String, access::Model>,
    validations: BTreeMap<String, validation::Model>,
    begun: Vec<String>,
}

async fn compare_page(
    db: &DatabaseTransaction,
    log: &str,
    (from, to): (i64, i64),
    events: &[QueryResult],
    found: &mut Differences,
) -> Result<(), Failure> {
    let mut expected = Expected::default();
    for row in events {
        // What cannot be read back as an event is for the verification to name.
        if let Some(event) = read(row) {
            compare_columns(row, &event, found);
            expected.add(&event);
        }
    }
    let ask = readable::<access::Entity>()
        .filter(access::Column::LogId.eq(log))
        .filter(access::Column::Seq.between(from, to));
    compare_rows::<access::Entity>(expected.accesses, &rows(db, ask).await?, found);
    let ask = readable::<validation::Entity>()
        .filter(validation::Column::LogId.eq(log))
        .filter(validation::Column::Seq.between(from, to));
    compare_rows::<validation::Entity>(expected.validations, &rows(db, ask).await?, found);
    compare_operations(db, expected.begun, found).await
}

fn read(row: &QueryResult) -> Option<RecordedEvent> {
    let payload: String = row.try_get("", "payload").ok()?;
    RecordedEvent::read(&payload).ok()
}

/// The columns of an event that are there to search by.
fn compare_columns(row: &QueryResult, event: &RecordedEvent, found: &mut Differences) {
    let about = event.about.as_ref();
    let tenant = about.map(|about| text::fit(&about.tenant, LABEL));
    let operation = about.map(|about| about.operation.to_string());
    let ticket = match &event.kind {
        RecordedKind::Ticket { ticket, .. } => Some(ticket.to_string()),
        _ => None,
    };
    let text = |column| row.try_get::<Option<String>>("", column).ok();
    let same = [
        (
            "event_time",
            row.try_get("", "event_time").ok() == Some(event.time),
        ),
        (
            "kind",
            text("kind") == Some(Some(event.kind.as_str().to_owned())),
        ),
        ("tenant_id", text("tenant_id") == Some(tenant)),
        ("operation_id", text("operation_id") == Some(operation)),
        ("ticket_id", text("ticket_id") == Some(ticket)),
    ];
    let differ = columns(same.iter().filter(|(_, same)| !same).map(|(name, _)| *name));
    if !differ.is_empty() {
        let key = format!("{}/{}", event.log, event.seq);
        found.add(
            "guard_audit_event",
            key,
            format!("{differ} not what the event says"),
        );
    }
}

impl Expected {
    fn add(&mut self, event: &RecordedEvent) {
        let Some(about) = &event.about else {
            return;
        };
        if let Some(row) = access_row(event, about) {
            self.accesses.insert(key_of(&row), row);
        }
        for row in validation_rows(event, about) {
            self.validations.insert(key_of(&row), row);
        }
        if begins(event) {
            self.begun.push(about.operation.to_string());
        }
    }
}

fn begins(event: &RecordedEvent) -> bool {
    matches!(
        event.kind,
        RecordedKind::Intent {} | RecordedKind::Refused { .. }
    )
}

async fn compare_operations(
    db: &DatabaseTransaction,
    begun: Vec<String>,
    found: &mut Differences,
) -> Result<(), Failure> {
    if begun.is_empty() {
        return Ok(());
    }
    let ask = readable::<operation::Entity>()
        .filter(operation::Column::OperationId.is_in(begun.iter().cloned()));
    let there = rows(db, ask).await?;
    let ask = readable::<event::Entity>()
        .filter(event::Column::OperationId.is_in(begun))
        .order_by_asc(event::Column::LogId)
        .order_by_asc(event::Column::Seq);
    let mut events: Vec<RecordedEvent> = rows(db, ask).await?.iter().filter_map(read).collect();
    // Differences interrupted by another process: the last word, whatever that process's clock said.
    events.sort_by_key(|event| matches!(event.kind, RecordedKind::Interrupted { .. }));
    let mut expected: BTreeMap<String, operation::Model> = BTreeMap::new();
    for event in &events {
        if let Some(about) = &event.about {
            fold(&mut expected, event, about);
        }
    }
    compare_rows::<operation::Entity>(expected, &there, found);
    Ok(())
}

fn fold(
    rows: &mut BTreeMap<String, operation::Model>,
    event: &RecordedEvent,
    about: &RecordedContext,
) {
    let key = about.operation.to_string();
    if let Some(row) = advance(rows.remove(&key), event, about) {
        rows.insert(key, row);
    }
}

/// Names rows that are there and should not be, the reverse, and those that differ.
fn compare_rows<E>(
    mut expected: BTreeMap<String, E::Model>,
    there: &[QueryResult],
    found: &mut Differences,
) where
    E: EntityTrait,
    E::Model: FromQueryResult,
{
    let entity = E::default();
    let table = entity.table_name();
    for row in there {
        let Ok(row) = E::Model::from_query_result(row, "") else {
            found.add(
                table,
                raw_key::<E>(row),
                "a column does not hold what it should",
            );
            expected.remove(&raw_key::<E>(row));
            continue;
        };
        let key = key_of(&row);
        match expected.remove(&key) {
            None => found.add(table, key, "no event says so"),
            Some(wanted) => {
                let differ = differing::<E>(&wanted, &row);
                if !differ.is_empty() {
                    found.add(table, key, format!("{differ} not what the events say"));
                }
            }
        }
    }
    for key in expected.into_keys() {
        found.add(table, key, "it is missing, though its event is there");
    }
}

fn differing<E: EntityTrait>(wanted: &E::Model, there: &E::Model) -> String
where
    E::Model: ModelTrait<Entity = E>,
{
    columns(
        E::Column::iter()
            .filter(|column| wanted.get(*column) != there.get(*column))
            .map(|column| column.as_str().to_owned()),
    )
}

/// `` column `a` is `` or `` columns `a`, `b` are ``, or nothing.
fn columns<S: Display>(names: impl Iterator<Item = S>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!("column {one} is"),
        all => format!("columns {} are", all.join(", ")),
    }
}

/// The primary key, its parts joined by `/`.
fn key_of<M: ModelTrait>(row: &M) -> String {
    let parts: Vec<String> = <M::Entity as EntityTrait>::PrimaryKey::iter()
        .map(|key| value_text(row.get(sea_orm::PrimaryKeyToColumn::into_column(key))))
        .collect();
    parts.join("/")
}

fn value_text(value: sea_orm::Value) -> String {
    match value {
        sea_orm::Value::String(Some(text)) => text.to_string(),
        sea_orm::Value::BigInt(Some(number)) => number.to_string(),
        _ => "?".to_owned(),
    }
}

/// The same for a row of which some column cannot be read.
fn raw_key<E: EntityTrait>(row: &QueryResult) -> String {
    let part =
        |key: E::PrimaryKey| key_part(row, sea_orm::PrimaryKeyToColumn::into_column(key).as_str());
    E::PrimaryKey::iter()
        .map(part)
        .collect::<Vec<_>>()
        .join("/")
}

/// The list of logs and the checkpoints: when a log was opened is the time of its first event, and
/// size and time of a checkpoint are those of its note.
async fn compare_lists(db: &DatabaseTransaction, found: &mut Differences) -> Result<(), Failure> {
    for row in rows(db, readable::<log::Entity>()).await? {
        let key = key_part(&row, "log_id");
        let first = readable::<event::Entity>()
            .filter(event::Column::LogId.eq(key.as_str()))
            .filter(event::Column::Seq.eq(0));
        let first = rows(db, first).await?;
        let opened = first.first().and_then(read).map(|event| event.time);
        if opened.is_some() && row.try_get("", "opened_at").ok() != opened {
            let what = "column `opened_at` is not what its first event says";
            found.add("guard_audit_log", key, what);
        }
    }
    for row in rows(db, readable::<checkpoint::Entity>()).await? {
        let key = format!("{}/{}", key_part(&row, "log_id"), key_part(&row, "size"));
        let note: String = row.try_get("", "note").unwrap_or_default();
        // A note that is none is for the verification to name.
        let Some(head) = Checkpoint::claimed(&note) else {
            continue;
        };
        let size = row.try_get::<i64>("", "size").map(i64::unsigned_abs);
        let same = [
            ("size", size.ok() == Some(head.size)),
            (
                "created_at",
                row.try_get("", "created_at").ok() == Some(head.time),
            ),
        ];
        let differ = columns(same.iter().filter(|(_, same)| !same).map(|(name, _)| *name));
        if !differ.is_empty() {
            found.add(
                "guard_audit_checkpoint",
                key,
                format!("{differ} not what its note says"),
            );
        }
    }
    Ok(())
}

/// Rows that no event is near to.
async fn find_orphans(db: &DatabaseTransaction, found: &mut Differences) -> Result<(), Failure> {
    let begun = Query::select()
        .column(event::Column::OperationId)
        .from(event::Entity)
        .and_where(event::Column::Kind.is_in(["intent", "refused"]))
        .and_where(Expr::col(event::Column::OperationId).is_not_null())
        .to_owned();
    let ask = readable::<operation::Entity>()
        // What is NULL is in no list, and not in none either.
        .filter(
            operation::Column::OperationId
                .is_null()
                .or(operation::Column::OperationId.not_in_subquery(begun)),
        )
        .limit(PAGE);
    compare_rows::<operation::Entity>(BTreeMap::new(), &rows(db, ask).await?, found);

    let none = no_event(
        (access::Entity, access::Column::LogId),
        (access::Entity, access::Column::Seq),
    );
    let ask = readable::<access::Entity>().filter(none).limit(PAGE);
    compare_rows::<access::Entity>(BTreeMap::new(), &rows(db, ask).await?, found);
    let none = no_event(
        (validation::Entity, validation::Column::LogId),
        (validation::Entity, validation::Column::Seq),
    );
    let ask = readable::<validation::Entity>().filter(none).limit(PAGE);
    compare_rows::<validation::Entity>(BTreeMap::new(), &rows(db, ask).await?, found);
    Ok(())
}

/// The condition that no event has the row's log and number.
fn no_event(log: impl IntoColumnRef, seq: impl IntoColumnRef) -> Expr {
    let event = Query::select()
        .expr(Expr::value(1))
        .from(event::Entity)
        .and_where(Expr::col((event::Entity, event::Column::LogId)).equals(log))
        .and_where(Expr::col((event::Entity, event::Column::Seq)).equals(seq))
        .to_owned();
    Expr::exists(event).not()
}
