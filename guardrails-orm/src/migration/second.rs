//! The second migration: from nothing, or from the tables of the first release, to those of now.
//!
//! Common names get a prefix, columns that the specification names come back, and tickets get what
//! their releases are decided by. Every step looks first whether it is done already: MariaDB commits
//! each statement by itself, so a process may have died after any of them. On the other two databases
//! everything is one transaction.

use sea_orm::sea_query::{Alias, Table};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::catalog::{Columns, mysql_indexes};
use super::ownership::{self, Survey};
use super::shape::Shape;
use super::{first, ticket_events, triggers};
use crate::names::Names;

/// What becomes of a table of the first release beside new columns and names.
#[derive(Default)]
struct Upgrade {
    table: &'static str,
    /// Columns with other names: from, to.
    renamed: &'static [(&'static str, &'static str)],
    /// Columns of other lengths, defaults, or that may now be empty.
    redefined: &'static [&'static str],
    /// SQLite cannot redefine a column, nor add one with a default that is not constant: there the
    /// table is written anew.
    rewritten: bool,
    /// Fills the new columns of old rows; `{t}` is the table, `{event}` the table of events. Each
    /// touches only rows that are not filled yet.
    filled: &'static [&'static str],
}

const UPGRADES: &[Upgrade] = &[
    Upgrade {
        table: "data_field_permission",
        renamed: &[],
        redefined: &["sensitivity_level"],
        rewritten: true,
        filled: &[],
    },
    Upgrade {
        table: "role_field_permission",
        renamed: &[],
        redefined: &[],
        rewritten: true,
        filled: &[],
    },
    Upgrade {
        table: "approval_ticket",
        renamed: &[],
        redefined: &[
            "record_before",
            "record_set",
            "action_digest",
            "policy_digest",
        ],
        rewritten: true,
        filled: &[
            "UPDATE {t} SET requester_key = SUBSTR(requester_id, 1, 190) WHERE requester_key = ''",
            // A ticket that has ended needs the record's values no more.
            "UPDATE {t} SET record_before = NULL, record_set = NULL \
             WHERE state NOT IN ('pending', 'approved') \
             AND (record_before IS NOT NULL OR record_set IS NOT NULL)",
        ],
    },
    Upgrade {
        table: "audit_event",
        renamed: &[],
        redefined: &["leaf"],
        rewritten: false,
        filled: &[],
    },
    Upgrade {
        table: "ai_operation_audit",
        renamed: &[
            ("input_hash", "input_data_hash"),
            ("output_hash", "output_data_hash"),
            ("error", "error_message"),
        ],
        redefined: &["input_data_hash", "output_data_hash"],
        rewritten: false,
        filled: &[
            "UPDATE {t} SET created_time = start_time WHERE created_time IS NULL",
            "UPDATE {t} SET updated_time = COALESCE((SELECT MAX(e.event_time) FROM {event} e \
             WHERE e.operation_id = {t}.operation_id AND e.kind IN \
             ('intent', 'refused', 'decision', 'outcome', 'interrupted')), start_time) \
             WHERE updated_time IS NULL",
        ],
    },
    Upgrade {
        table: "data_access_log",
        renamed: &[],
        redefined: &[],
        rewritten: false,
        filled: &[
            "UPDATE {t} SET start_time = access_time, end_time = access_time \
             WHERE start_time IS NULL",
        ],
    },
    Upgrade {
        table: "cleanup_log",
        renamed: &[],
        redefined: &[],
        rewritten: false,
        filled: &["UPDATE {t} SET cleaned_at = cleanup_time WHERE cleaned_at IS NULL"],
    },
];

const UNCHANGED: &Upgrade = &Upgrade {
    table: "",
    renamed: &[],
    redefined: &[],
    rewritten: false,
    filled: &[],
};

/// One run of the migration.
struct Run<'r, C> {
    db: &'r C,
    backend: DbBackend,
    names: &'r Names,
    survey: Survey,
    collation: String,
}

/// Makes the tables, or brings those of the first release to what they are now.
pub(super) async fn apply<C: ConnectionTrait>(
    db: &C,
    names: &Names,
    survey: Survey,
) -> Result<(), DbErr> {
    let run = Run {
        db,
        backend: db.get_database_backend(),
        names,
        collation: collation(db).await?,
        survey,
    };
    run.claim().await?;
    if run.survey.is_from_first() {
        triggers::drop_first(db).await?;
    }
    for shape in &run.survey.shapes {
        run.settle(shape).await?;
    }
    ticket_events::fill(db, &names.of("audit_event")).await?;
    triggers::create(db, names, &run.survey.shapes).await?;
    for shape in &run.survey.shapes {
        run.execute(&ownership::finish(shape, names)).await?;
    }
    run.execute(&ownership::record(names, run.backend)).await
}

impl<C: ConnectionTrait> Run<'_, C> {
    async fn execute(&self, sql: &str) -> Result<(), DbErr> {
        // Unprepared: MariaDB does not prepare every statement of this kind.
        self.db.execute_unprepared(sql).await.map(drop)
    }

    /// Nothing is made, renamed or changed before it is claimed.
    async fn claim(&self) -> Result<(), DbErr> {
        if self.survey.is_claimed() {
            return Ok(());
        }
        if let Some(schema) = self.survey.shapes.first()
            && !self.survey.catalog.has(&schema.name)
        {
            self.make(schema).await?;
        }
        self.execute(&ownership::claim(&self.survey, self.names))
            .await
    }

    async fn make(&self, shape: &Shape) -> Result<(), DbErr> {
        for sql in shape.create(&self.collation) {
            self.execute(&sql).await?;
        }
        Ok(())
    }

    /// The table as it should be, whatever is there of it.
    async fn settle(&self, shape: &Shape) -> Result<(), DbErr> {
        if shape.name == self.names.of("schema") {
            return Ok(());
        }
        let there = self.survey.catalog.has(&shape.name);
        match self.old_name(shape) {
            Some(old) if self.backend == DbBackend::Sqlite => self.upgrade_sqlite(shape, old).await,
            // The first release died before it made this one, or another process before it was renamed.
            Some(old) if !there && !self.survey.catalog.has(old) => self.make(shape).await,
            Some(old) => {
                if !there {
                    self.rename(shape, old).await?;
                }
                self.upgrade(shape, if there { &shape.name } else { old })
                    .await
            }
            None if there => Ok(()),
            None => self.make(shape).await,
        }
    }

    /// The name that the first release gave the table, when it made it.
    fn old_name(&self, shape: &Shape) -> Option<&'static str> {
        first::name_of(shape.base).filter(|_| self.survey.is_from_first())
    }

    async fn rename(&self, shape: &Shape, old: &str) -> Result<(), DbErr> {
        let new = &shape.name;
        match self.backend {
            DbBackend::MySql => self.execute(&format!("RENAME TABLE {old} TO {new}")).await,
            _ => {
                self.execute(&format!("ALTER TABLE {old} RENAME TO {new}"))
                    .await
            }
        }
    }

    async fn upgrade(&self, shape: &Shape, catalogued: &str) -> Result<(), DbErr> {
        let upgrade = upgrade_of(shape);
        let there = self.survey.catalog.columns(catalogued);
        self.change_columns(shape, upgrade, there).await?;
        for column in upgrade.redefined {
            if let Some(definition) = shape.definition(column) {
                let mut alter = Table::alter();
                alter
                    .table(Alias::new(&shape.name))
                    .modify_column(definition.clone());
                self.execute(&self.backend.build(&alter).sql).await?;
            }
        }
        self.change_indexes(shape).await?;
        self.fill(shape, upgrade).await
    }

    async fn change_columns(
        &self,
        shape: &Shape,
        upgrade: &Upgrade,
        there: Option<&Columns>,
    ) -> Result<(), DbErr> {
        let has = |column: &str| there.is_some_and(|columns| columns.has(column));
        for (from, to) in upgrade.renamed {
            if has(from) {
                let table = &shape.name;
                self.execute(&format!("ALTER TABLE {table} RENAME COLUMN {from} TO {to}"))
                    .await?;
            }
        }
        let was_renamed = |column: &str| upgrade.renamed.iter().any(|(_, to)| *to == column);
        for column in shape.column_names() {
            if has(column) || was_renamed(column) {
                continue;
            }
            if let Some(definition) = shape.definition(column) {
                let mut alter = Table::alter();
                alter
                    .table(Alias::new(&shape.name))
                    .add_column(definition.clone());
                self.execute(&self.backend.build(&alter).sql).await?;
            }
        }
        Ok(())
    }

    async fn change_indexes(&self, shape: &Shape) -> Result<(), DbErr> {
        match self.backend {
            DbBackend::MySql => self.change_mysql_indexes(shape).await,
            DbBackend::Postgres => self.change_postgres_indexes(shape).await,
            _ => self.change_sqlite_indexes(shape).await,
        }
    }

    async fn change_mysql_indexes(&self, shape: &Shape) -> Result<(), DbErr> {
        let have = mysql_indexes(self.db, &shape.name).await?;
        for index in &shape.indexes {
            let (table, old, new) = (&shape.name, index.base, &index.name);
            if have.contains(new) {
                continue;
            }
            let sql = match have.contains(old) {
                true => format!("ALTER TABLE {table} RENAME INDEX {old} TO {new}"),
                false => shape.create_index(index),
            };
            self.execute(&sql).await?;
        }
        Ok(())
    }

    /// With the names that PostgreSQL made up itself, so that the old ones are free again.
    async fn change_postgres_indexes(&self, shape: &Shape) -> Result<(), DbErr> {
        if let Some(old) = self.old_name(shape).filter(|old| *old != shape.name) {
            let new = &shape.name;
            for (kind, suffix) in [("INDEX", "pkey"), ("SEQUENCE", "id_seq")] {
                self.execute(&format!(
                    "ALTER {kind} IF EXISTS {old}_{suffix} RENAME TO {new}_{suffix}"
                ))
                .await?;
            }
        }
        for index in &shape.indexes {
            let (old, new) = (index.base, &index.name);
            if old != new {
                self.execute(&format!("ALTER INDEX IF EXISTS {old} RENAME TO {new}"))
                    .await?;
            }
            self.execute(&shape.create_index(index)).await?;
        }
        Ok(())
    }

    async fn change_sqlite_indexes(&self, shape: &Shape) -> Result<(), DbErr> {
        for index in &shape.indexes {
            if index.base != index.name {
                self.execute(&format!("DROP INDEX IF EXISTS {}", index.base))
                    .await?;
            }
            self.execute(&shape.create_index(index)).await?;
        }
        Ok(())
    }

    async fn upgrade_sqlite(&self, shape: &Shape, old: &str) -> Result<(), DbErr> {
        let upgrade = upgrade_of(shape);
        if upgrade.rewritten {
            self.rewrite_sqlite(shape, old).await?;
        } else {
            if old != shape.name {
                self.rename(shape, old).await?;
            }
            let there = self.survey.catalog.columns(old);
            self.change_columns(shape, upgrade, there).await?;
        }
        self.change_sqlite_indexes(shape).await?;
        self.fill(shape, upgrade).await
    }

    /// A new table with the old one's rows.
    async fn rewrite_sqlite(&self, shape: &Shape, old: &str) -> Result<(), DbErr> {
        let source = match old == shape.name {
            false => old.to_owned(),
            true => {
                let aside = self.names.of(&format!("old_{}", shape.base));
                self.execute(&format!("ALTER TABLE {old} RENAME TO {aside}"))
                    .await?;
                aside
            }
        };
        self.execute(&shape.create_table(&self.collation)).await?;
        let there = self.survey.catalog.columns(old);
        let kept: Vec<&str> = shape
            .column_names()
            .filter(|column| there.is_some_and(|columns| columns.has(column)))
            .collect();
        let (new, kept) = (&shape.name, kept.join(", "));
        self.execute(&format!(
            "INSERT INTO {new} ({kept}) SELECT {kept} FROM {source}"
        ))
        .await?;
        self.execute(&format!("DROP TABLE {source}")).await
    }

    async fn fill(&self, shape: &Shape, upgrade: &Upgrade) -> Result<(), DbErr> {
        for sql in upgrade.filled {
            let sql = sql
                .replace("{t}", &shape.name)
                .replace("{event}", &self.names.of("audit_event"));
            self.execute(&sql).await?;
        }
        Ok(())
    }
}

fn upgrade_of(shape: &Shape) -> &'static Upgrade {
    let found = UPGRADES.iter().find(|upgrade| upgrade.table == shape.base);
    found.unwrap_or(UNCHANGED)
}

/// The byte-for-byte collation of this server: without padding where it has one.
async fn collation<C: ConnectionTrait>(db: &C) -> Result<String, DbErr> {
    let padded = || "utf8mb4_bin".to_owned();
    if db.get_database_backend() != DbBackend::MySql {
        return Ok(padded());
    }
    let ask = Statement::from_string(
        DbBackend::MySql,
        "SELECT CAST(collation_name AS CHAR) AS name FROM information_schema.collations \
         WHERE collation_name IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin')",
    );
    let row = db.query_one_raw(ask).await?;
    row.map_or_else(|| Ok(padded()), |row| row.try_get("", "name"))
}
