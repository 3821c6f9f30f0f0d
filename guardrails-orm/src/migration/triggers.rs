//! Triggers that raise the revision with every change of what plans are made from, and keep
//! `updated_time`.
//!
//! They, and not this crate's own writes, do it: an administrator who edits a table in plain SQL is
//! noticed just the same. A change that is rolled back raises nothing.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use super::first;
use super::shape::{Shape, now};
use crate::names::Names;

/// Tables that plans are made from, without prefix.
const WATCHED: [&str; 4] = [
    "data_field_permission",
    "role_field_permission",
    "casbin_rule",
    "ai_skill_status",
];
/// Tables whose `updated_time` is kept.
const DATED: [&str; 2] = ["data_field_permission", "role_field_permission"];

const EVENTS: [&str; 3] = ["insert", "update", "delete"];

/// Takes the first release's triggers away. Its tables are about to change, and its triggers raise a
/// row that may get another name.
pub(super) async fn drop_first<C: ConnectionTrait>(db: &C) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    for table in first::WATCHED {
        for event in EVENTS.iter().chain(&["truncate"]) {
            let name = format!("guard_{table}_{event}");
            match backend {
                // Its `DROP TRIGGER` names the table, which may be renamed already; dropping the
                // function below takes the triggers along.
                DbBackend::Postgres => {}
                _ => run(db, &format!("DROP TRIGGER IF EXISTS {name}")).await?,
            }
        }
    }
    if backend == DbBackend::Postgres {
        for function in first::FUNCTIONS {
            run(db, &format!("DROP FUNCTION IF EXISTS {function}() CASCADE")).await?;
        }
    }
    Ok(())
}

/// Makes the triggers anew, and raises the revision once for what was changed without them.
pub(super) async fn create<C: ConnectionTrait>(
    db: &C,
    names: &Names,
    shapes: &[Shape],
) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    let maker = Maker {
        backend,
        names,
        raise: format!(
            "UPDATE {} SET revision = revision + 1 WHERE id = 1",
            names.of("revision")
        ),
    };
    run(db, &maker.first_revision()).await?;
    for statement in maker.functions() {
        run(db, &statement).await?;
    }
    for shape in shapes {
        for statement in maker.triggers(shape) {
            run(db, &statement).await?;
        }
    }
    run(db, &maker.raise).await
}

async fn run<C: ConnectionTrait>(db: &C, sql: &str) -> Result<(), DbErr> {
    // Unprepared: MariaDB does not prepare `CREATE TRIGGER`.
    db.execute_unprepared(sql).await.map(drop)
}

struct Maker<'m> {
    backend: DbBackend,
    names: &'m Names,
    /// The statement that raises the revision.
    raise: String,
}

impl Maker<'_> {
    fn first_revision(&self) -> String {
        let table = self.names.of("revision");
        format!(
            "INSERT INTO {table} (id, revision) SELECT 1, 1 FROM (SELECT 1 AS one) AS seed \
             WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE id = 1)"
        )
    }

    fn name(&self, shape: &Shape, event: &str) -> String {
        self.names.of(&format!("{}_{event}", shape.base))
    }

    fn triggers(&self, shape: &Shape) -> Vec<String> {
        let mut all = Vec::new();
        if WATCHED.contains(&shape.base) {
            match self.backend {
                DbBackend::Postgres => all.extend(self.postgres(shape)),
                DbBackend::MySql => all.extend(EVENTS.iter().flat_map(|event| {
                    self.mysql(shape, event, &format!("AFTER {event}"), &self.raise)
                })),
                _ => all.extend(EVENTS.iter().map(|event| self.sqlite(shape, event))),
            }
        }
        if DATED.contains(&shape.base) {
            all.extend(self.dated(shape));
        }
        all
    }

    fn sqlite(&self, shape: &Shape, event: &str) -> String {
        let (name, table, raise) = (self.name(shape, event), &shape.name, &self.raise);
        format!("CREATE TRIGGER IF NOT EXISTS {name} AFTER {event} ON {table} BEGIN {raise}; END")
    }

    /// Dropped first: MySQL has no `CREATE TRIGGER IF NOT EXISTS` before 8.0.29.
    fn mysql(&self, shape: &Shape, suffix: &str, when: &str, what: &str) -> [String; 2] {
        let (name, table) = (self.name(shape, suffix), &shape.name);
        [
            format!("DROP TRIGGER IF EXISTS {name}"),
            format!("CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW {what}"),
        ]
    }

    /// One for a statement's changed rows, one for `TRUNCATE`, which has none to look at, and one for
    /// the time of a row's change. Each keeps the search path of now: an administrator's own may not
    /// lead to the guard's tables.
    fn functions(&self) -> Vec<String> {
        if self.backend != DbBackend::Postgres {
            return Vec::new();
        }
        let raise = &self.raise;
        let function = |base: &str, body: String| {
            let name = self.names.of(base);
            format!(
                "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql \
                 SET search_path FROM CURRENT AS $body$ BEGIN {body} END $body$"
            )
        };
        vec![
            function("raise_revision", format!("{raise}; RETURN NULL;")),
            function(
                "raise_revision_if_changed",
                format!("IF EXISTS (SELECT 1 FROM changed) THEN {raise}; END IF; RETURN NULL;"),
            ),
            function(
                "set_updated_time",
                format!("NEW.updated_time = {}; RETURN NEW;", now(self.backend)),
            ),
        ]
    }

    /// Once per statement, since a load of ten thousand rows would otherwise update one row as often.
    fn postgres(&self, shape: &Shape) -> Vec<String> {
        let trigger = |event: &str, of: &str, function: &str| {
            let (name, table) = (self.name(shape, event), &shape.name);
            let function = self.names.of(function);
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
            trigger(event, &of, "raise_revision_if_changed")
        };
        let mut all: Vec<String> = EVENTS.iter().flat_map(|event| changed(event)).collect();
        all.extend(trigger("truncate", "", "raise_revision"));
        all
    }

    /// `updated_time` of a row that is changed.
    fn dated(&self, shape: &Shape) -> Vec<String> {
        let (name, table) = (self.name(shape, "dated"), &shape.name);
        let now = now(self.backend);
        match self.backend {
            DbBackend::MySql => self
                .mysql(
                    shape,
                    "dated",
                    "BEFORE UPDATE",
                    &format!("SET NEW.updated_time = {now}"),
                )
                .into(),
            DbBackend::Postgres => vec![
                format!("DROP TRIGGER IF EXISTS {name} ON {table}"),
                format!(
                    "CREATE TRIGGER {name} BEFORE UPDATE ON {table} \
                     FOR EACH ROW EXECUTE FUNCTION {}()",
                    self.names.of("set_updated_time")
                ),
            ],
            _ => {
                // Not for the column that it sets itself, which would call it again.
                let others: Vec<&str> = shape
                    .column_names()
                    .filter(|column| *column != "updated_time")
                    .collect();
                let others = others.join(", ");
                vec![format!(
                    "CREATE TRIGGER IF NOT EXISTS {name} AFTER UPDATE OF {others} ON {table} BEGIN \
                     UPDATE {table} SET updated_time = {now} WHERE rowid = NEW.rowid; END"
                )]
            }
        }
    }
}
