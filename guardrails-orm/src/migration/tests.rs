//! A migration that dies at any point is taken up again and ends as if it had not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    dead_code,
    reason = "tests; the suite's place is used in part"
)]

use std::sync::Mutex;

use sea_orm::entity::prelude::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::ownership::{Standing, Survey};
use crate::names::Names;

#[path = "../../tests/conformance/place.rs"]
mod place;

use place::{Place, Server, first_release, on};

/// A connection that dies before its `left`th change from now.
struct Dying<'c, C> {
    db: &'c C,
    left: Mutex<usize>,
}

impl<C> Dying<'_, C> {
    fn spend(&self) -> Result<(), DbErr> {
        let mut left = self.left.lock().unwrap();
        *left = left
            .checked_sub(1)
            .ok_or_else(|| DbErr::Custom("died".to_owned()))?;
        Ok(())
    }
}

#[async_trait::async_trait]
impl<C: ConnectionTrait> ConnectionTrait for Dying<'_, C> {
    fn get_database_backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.spend()?;
        self.db.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.spend()?;
        self.db.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.db.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.db.query_all_raw(statement).await
    }
}

/// Everything that makes up the schema, one line each, and the rows that came along.
fn schema(place: &Place) -> Vec<String> {
    let queries: &[&str] = match place.server {
        Server::Sqlite => &[
            "SELECT m.name || ' ' || p.name || ' ' || p.type || ' ' || p.\"notnull\" || ' ' || \
             COALESCE(p.dflt_value, '') FROM sqlite_master m, pragma_table_info(m.name) p \
             WHERE m.type = 'table'",
            "SELECT COALESCE(sql, name) FROM sqlite_master WHERE type IN ('index', 'trigger')",
        ],
        Server::Postgres => &[
            "SELECT concat_ws(' ', table_name, column_name, data_type, \
             character_maximum_length, is_nullable, column_default) \
             FROM information_schema.columns WHERE table_schema = current_schema()",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()",
            "SELECT concat_ws(' ', trigger_name, event_manipulation, event_object_table, \
             action_statement) FROM information_schema.triggers",
            "SELECT relname::text FROM pg_class WHERE relkind = 'S'",
            "SELECT proname::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace",
        ],
        Server::Mysql => &[
            "SELECT CAST(CONCAT_WS(' ', table_name, column_name, column_type, collation_name, \
             is_nullable, column_default) AS CHAR) FROM information_schema.columns \
             WHERE table_schema = DATABASE()",
            "SELECT CAST(CONCAT_WS(' ', table_name, index_name, seq_in_index, column_name, \
             non_unique) AS CHAR) FROM information_schema.statistics \
             WHERE table_schema = DATABASE()",
            "SELECT CAST(CONCAT_WS(' ', trigger_name, event_manipulation, event_object_table, \
             action_statement) AS CHAR) FROM information_schema.triggers \
             WHERE trigger_schema = DATABASE()",
        ],
    };
    let mut lines: Vec<String> = queries.iter().flat_map(|sql| place.texts(sql)).collect();
    // The first release had this one table from a library, with other lengths.
    lines.retain(|line| !line.starts_with("guard_migration "));
    if place.server == Server::Sqlite {
        // It minds neither the case of a type nor the length of a text.
        lines = lines.iter().map(|line| without_lengths(line)).collect();
    }
    lines.sort();
    lines
}

fn without_lengths(line: &str) -> String {
    let line = line.to_lowercase();
    match line.split_once("varchar(") {
        Some((before, after)) => {
            let after = after.split_once(')').unwrap().1;
            format!("{before}varchar{after}")
        }
        None => line,
    }
}

fn assert_same(found: &[String], wanted: &[String]) {
    let only = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter()
            .filter(|line| !other.contains(line))
            .cloned()
            .collect()
    };
    assert_eq!(only(found, wanted), only(wanted, found));
}

/// Runs the migration on one connection that dies after no change, after `more` changes, after twice
/// as many, and so on, each time on what the one before left, until it comes to its end; answers how
/// often it died.
fn die_again_and_again(place: &Place, names: &Names, more: usize) -> usize {
    for deaths in 0..1_000 {
        let standing = place
            .shell(async |db| {
                let dying = Dying {
                    db,
                    left: Mutex::new(deaths * more),
                };
                Ok(super::up(&dying, names).await)
            })
            .unwrap();
        match standing {
            Ok(standing) => {
                assert_eq!(standing, Standing::Current);
                return deaths;
            }
            Err(DbErr::Custom(_)) => {}
            Err(error) => panic!("after {deaths} deaths: {error}"),
        }
    }
    panic!("it never ended");
}

fn reference(server: Server) -> Vec<String> {
    let place = Place::of(server).unwrap();
    drop(place.open());
    schema(&place)
}

/// A database of the first release ends with the schema that a new one begins with.
fn migrated_is_as_new(place: &Place) {
    place.sql(first_release(place.server));
    drop(place.open());
    assert_same(&schema(place), &reference(place.server));
}

/// MariaDB alone commits each statement by itself.
fn every_death_is_survived(place: &Place) {
    let names = Names::default();
    let deaths = die_again_and_again(place, &names, 3);
    assert!(deaths > 12, "{deaths}");
    assert_same(&schema(place), &reference(place.server));
}

fn every_death_between_releases_is_survived(place: &Place) {
    place.sql(first_release(place.server));
    let before = place.count("audit_event");
    let names = Names::default();
    let deaths = die_again_and_again(place, &names, 2);
    assert!(deaths > 30, "{deaths}");
    assert_same(&schema(place), &reference(place.server));
    assert_eq!(place.count("guard_audit_event"), before);
    place.open();
}

/// The order in which the first release made its tables.
const MADE: [&str; 16] = [
    "guard_migration",
    "data_field_permission",
    "role_field_permission",
    "guard_revision",
    "casbin_rule",
    "ai_skill_status",
    "approval_ticket",
    "limit_total",
    "limit_usage",
    "audit_log",
    "audit_event",
    "audit_checkpoint",
    "ai_operation_audit",
    "data_access_log",
    "rule_validation_log",
    "cleanup_log",
];

/// What the first release left when it died after so many tables: no row but the revision's.
fn first_release_died_after(place: &Place, tables: usize) {
    place.sql(first_release(place.server));
    place.sql("SET foreign_key_checks = 0; DELETE FROM role_field_permission");
    let (made, not_made) = MADE.split_at(tables);
    for table in made.iter().filter(|table| **table != "guard_revision") {
        place.sql(&format!("DELETE FROM {table}"));
    }
    place.sql(&format!(
        "SET foreign_key_checks = 0; DROP TABLE {}",
        not_made.join(", ")
    ));
}

/// A migration of the first release that died is taken up by this one, from wherever it died.
fn a_death_of_the_first_release_is_survived(server: Server) {
    for tables in [2, 3, 5, 11, 15] {
        let place = &Place::of(server).unwrap();
        first_release_died_after(place, tables);
        drop(place.open());
        assert_same(&schema(place), &reference(server));
        place.open();
    }
    // And once more from wherever that died.
    let place = &Place::of(server).unwrap();
    first_release_died_after(place, 7);
    let deaths = die_again_and_again(place, &Names::default(), 3);
    assert!(deaths > 12, "{deaths}");
    assert_same(&schema(place), &reference(server));
}

/// Tables of the same names that may be somebody else's are refused by name, and left alone.
fn what_may_be_somebody_elses_is_refused(server: Server) {
    for (change, refused) in [
        ("DROP TABLE guard_migration", "data_field_permission"),
        (
            "INSERT INTO data_field_permission (tenant_id, entity_type, field_name, sensitivity_level, \
             pii_flag, encryption_required) VALUES ('a', 'B', 'c', 1, 0, 0)",
            "data_field_permission",
        ),
        (
            "ALTER TABLE role_field_permission ADD COLUMN mine INT",
            "data_field_permission",
        ),
        (
            "CREATE TABLE guard_audit_log (mine INT)",
            "data_field_permission",
        ),
    ] {
        let place = &Place::of(server).unwrap();
        first_release_died_after(place, 4);
        place.sql(change);
        let before = schema(place);
        let standing =
            place.shell(async |db| Ok(Survey::make(db, &Names::default()).await?.standing));
        assert_eq!(
            standing.unwrap(),
            Standing::Foreign(refused.to_owned()),
            "{change}"
        );
        assert!(crate::Database::open(&place.url, place::options()).is_err());
        assert_eq!(schema(place), before, "{change}");
    }
}

/// Where everything is one transaction, a death leaves what was there.
fn a_death_leaves_the_first_release(place: &Place) {
    place.sql(first_release(place.server));
    let before = schema(place);
    for left in [0, 1, 7, 30, 60] {
        let standing = place.shell(async |db| {
            use sea_orm::TransactionTrait as _;
            let transaction = db.begin().await?;
            let dying = Dying {
                db: &transaction,
                left: Mutex::new(left),
            };
            assert!(super::up(&dying, &Names::default()).await.is_err());
            transaction.rollback().await?;
            Survey::make(db, &Names::default()).await
        });
        assert_eq!(standing.unwrap().standing, Standing::First);
        assert_eq!(schema(place), before);
    }
}

/// Statements are renamed by a list of names, which must be that of the tables.
#[test]
fn every_prefixed_table_is_renamed() {
    let names = Names::with_prefix("crm_").unwrap();
    let shapes = super::tables::tables(&names, DbBackend::Sqlite);
    let ours = shapes.iter().filter(|shape| shape.name != shape.base);
    let mut bases: Vec<&str> = ours.map(|shape| shape.base).collect();
    let mut renamed = crate::names::PREFIXED.to_vec();
    bases.sort_unstable();
    renamed.sort_unstable();
    assert_eq!(bases, renamed);
}

#[test]
fn sqlite() {
    on(Server::Sqlite, migrated_is_as_new);
    on(Server::Sqlite, a_death_leaves_the_first_release);
}

#[cfg(feature = "postgres")]
#[test]
fn postgres() {
    on(Server::Postgres, migrated_is_as_new);
    on(Server::Postgres, a_death_leaves_the_first_release);
}

#[cfg(feature = "mysql")]
#[test]
fn mariadb() {
    on(Server::Mysql, migrated_is_as_new);
    on(Server::Mysql, every_death_is_survived);
    on(Server::Mysql, every_death_between_releases_is_survived);
}

#[cfg(feature = "mysql")]
#[test]
fn mariadb_takes_up_the_first_release() {
    on(Server::Mysql, |place| {
        a_death_of_the_first_release_is_survived(place.server);
    });
}

#[cfg(feature = "mysql")]
#[test]
fn mariadb_keeps_off_what_may_be_somebody_elses() {
    on(Server::Mysql, |place| {
        what_may_be_somebody_elses_is_refused(place.server);
    });
}
