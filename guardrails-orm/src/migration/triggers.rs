//! Triggers that raise `guard_revision` with every change of what plans are made from.
//!
//! They, and not this crate's own writes, raise it: an administrator who edits a table in plain SQL
//! is noticed just the same. A change that is rolled back raises nothing.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::SchemaManager;

/// Tables that plans are made from.
const WATCHED: [&str; 4] = [
    "data_field_permission",
    "role_field_permission",
    "casbin_rule",
    "ai_skill_status",
];

const EVENTS: [&str; 3] = ["insert", "update", "delete"];

const RAISE: &str = "UPDATE guard_revision SET revision = revision + 1 WHERE id = 1";

pub(crate) async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let db = manager.get_connection();
    for statement in statements(backend) {
        // Unprepared: MariaDB does not prepare `CREATE TRIGGER`.
        db.execute_unprepared(&statement).await?;
    }
    Ok(())
}

fn statements(backend: DbBackend) -> Vec<String> {
    let mut all = vec![
        "INSERT INTO guard_revision (id, revision) SELECT 1, 1 FROM (SELECT 1 AS one) AS seed \
         WHERE NOT EXISTS (SELECT 1 FROM guard_revision WHERE id = 1)"
            .to_owned(),
    ];
    if backend == DbBackend::Postgres {
        all.extend(postgres_functions());
    }
    for table in WATCHED {
        match backend {
            DbBackend::Postgres => all.extend(postgres(table)),
            DbBackend::MySql => all.extend(EVENTS.iter().flat_map(|event| mysql(table, event))),
            _ => all.extend(EVENTS.iter().map(|event| sqlite(table, event))),
        }
    }
    all
}

fn sqlite(table: &str, event: &str) -> String {
    format!(
        "CREATE TRIGGER IF NOT EXISTS guard_{table}_{event} AFTER {event} ON {table} \
         BEGIN {RAISE}; END"
    )
}

/// Dropped first: MySQL has no `CREATE TRIGGER IF NOT EXISTS` before 8.0.29.
fn mysql(table: &str, event: &str) -> [String; 2] {
    let name = format!("guard_{table}_{event}");
    [
        format!("DROP TRIGGER IF EXISTS {name}"),
        format!("CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {RAISE}"),
    ]
}

/// One for a statement's changed rows, one for `TRUNCATE`, which has none to look at.
fn postgres_functions() -> [String; 2] {
    let function = |name: &str, body: String| {
        format!(
            "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS \
             $body$ BEGIN {body} RETURN NULL; END $body$"
        )
    };
    [
        function("guard_raise_revision", format!("{RAISE};")),
        function(
            "guard_raise_revision_if_changed",
            format!("IF EXISTS (SELECT 1 FROM changed) THEN {RAISE}; END IF;"),
        ),
    ]
}

/// Once per statement, since a load of ten thousand rows would otherwise update one row as often.
fn postgres(table: &str) -> Vec<String> {
    let trigger = |event: &str, of: &str, function: &str| {
        let name = format!("guard_{table}_{event}");
        [
            format!("DROP TRIGGER IF EXISTS {name} ON {table}"),
            format!(
                "CREATE TRIGGER {name} AFTER {event} ON {table} {of} \
                 FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            ),
        ]
    };
    let changed = |event: &str| {
        let of = if event == "insert" { "NEW" } else { "OLD" };
        let of = format!("REFERENCING {of} TABLE AS changed");
        trigger(event, &of, "guard_raise_revision_if_changed")
    };
    let mut all: Vec<String> = EVENTS.iter().flat_map(|event| changed(event)).collect();
    all.extend(trigger("truncate", "", "guard_raise_revision"));
    all
}
