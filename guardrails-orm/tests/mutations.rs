//! Whatever somebody writes into one of the guard's tables, verification ends, with a finding or with a
//! word on what it does not cover; never with an error, and never with a clean report.
//!
//! 60 changes of each table on SQLite, 10 on each server, from a fixed seed; `GUARD_MUTATIONS` and
//! `GUARD_MUTATION_SEED` set another number for all of them and another seed.

#![cfg(feature = "sqlite")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    clippy::print_stdout,
    dead_code,
    unreachable_pub,
    reason = "tests; each binary uses a part of the shared files"
)]

mod conformance;

use std::sync::Arc;

use conformance::guarded;
use conformance::journal::keys;
use conformance::place::{Place, Server, Shell, on, options};
use conformance::samples::{access, context, decision, event, intent, outcome};
use guardrails_core::audit::{
    AuditReader, Conclusion, EventKind, Journal, RecordedEvent, VerifyReport, trace, verify,
    verify_tickets,
};
use guardrails_core::{OperationId, Reason};
use guardrails_orm::Database;

/// The tables that verification holds to signed checkpoints, without the prefix that some have.
const AUDIT: [&str; 3] = ["audit_log", "audit_event", "audit_checkpoint"];

/// Those that it holds to MACs, or to what the events say.
const TICKETS_AND_REPORTS: [&str; 6] = [
    "approval_ticket",
    "ticket_approver",
    "ai_operation_audit",
    "data_access_log",
    "rule_validation_log",
    "cleanup_log",
];

/// Administrators' input and the store's own notes, which verification says it does not cover.
const NOT_COVERED: [&str; 9] = [
    "data_field_permission",
    "role_field_permission",
    "casbin_rule",
    "ai_skill_status",
    "limit_total",
    "limit_usage",
    "revision",
    "schema",
    "migration",
];

fn budget(server: Server) -> usize {
    let set = std::env::var("GUARD_MUTATIONS").ok();
    let default = if server == Server::Sqlite { 60 } else { 10 };
    set.and_then(|set| set.parse().ok()).unwrap_or(default)
}

/// A sequence of numbers that a seed gives (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn new() -> Self {
        let set = std::env::var("GUARD_MUTATION_SEED").ok();
        Self(set.and_then(|set| set.parse().ok()).unwrap_or(0x5eed))
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// Two logs with operations of every sort, tickets in several states, and a row of everything that
/// administrators put in and the store notes.
fn fill(place: &Place) -> Arc<Database> {
    for _ in 0..2 {
        let store = place.open();
        for tenant in ["acme", "globex"] {
            let about = context(tenant, "u-1");
            store.commit(intent(&about)).unwrap();
            store.record(access(&about)).unwrap();
            store.record(decision(&about)).unwrap();
            store.commit(outcome(&about)).unwrap();
        }
        let reasons = vec![Reason::new("SKILL_SUSPENDED", "the skill is suspended")];
        store
            .commit(event(
                &context("acme", "u-2"),
                EventKind::Refused { reasons },
            ))
            .unwrap();
    }
    guarded::tickets_in_every_state(&place.open());
    for statement in [
        "INSERT INTO data_field_permission (id, tenant_id, entity_type, field_name, sensitivity_level) \
         VALUES (1, 'acme', 'Quote', 'amount', 2), (2, '*', 'Quote', 'cost', 5)",
        "INSERT INTO role_field_permission (id, tenant_id, role_id, field_id, access_type) \
         VALUES (1, 'acme', 'REP', 1, 'READ'), (2, '*', 'REP', 2, 'HIDDEN')",
        "INSERT INTO guard_casbin_rule (id, ptype, v0, v1) VALUES (1, 'g', 'BOSS', 'REP')",
        "INSERT INTO guard_ai_skill_status (tenant_id, skill_name, status) VALUES ('*', 'x', 'active')",
        "INSERT INTO guard_limit_total (limit_key, total) VALUES ('k', 1)",
        "INSERT INTO guard_limit_usage (id, limit_key, taken_at, amount) VALUES (1, 'k', 1, 1)",
    ] {
        place.sql(statement);
    }
    Database::open(&place.url, options().inspect()).unwrap()
}

/// The table's name in the database: with the guard's prefix, where it has one.
fn name_of(place: &Place, table: &str) -> String {
    let prefixed = format!("guard_{table}");
    let there = place.tables();
    match there.contains(&prefixed) {
        true => prefixed,
        false if there.contains(&table.to_owned()) => table.to_owned(),
        false => panic!("there is no table {table}"),
    }
}

/// What a column takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Moment,
    Flag,
}

struct Column {
    name: String,
    kind: Kind,
}

/// One table and a copy of it, `kept`, whose rows are numbered from 1 in `kept_row`.
struct Table<'p> {
    server: Server,
    shell: Shell<'p>,
    name: String,
    columns: Vec<Column>,
    /// The columns that tell one row from another, with commas between.
    key: String,
    rows: usize,
    numbers: Numbers,
}

impl<'p> Table<'p> {
    fn of(place: &'p Place, name: String) -> Self {
        let shell = Shell::on(place);
        let (server, database) = (place.server, "current_schema()");
        let (columns, key) = match server {
            Server::Sqlite => (
                format!("SELECT name || ' text' FROM pragma_table_info('{name}')"),
                "SELECT 'rowid'".to_owned(),
            ),
            Server::Postgres => (
                format!(
                    "SELECT column_name || ' ' || data_type FROM information_schema.columns WHERE \
                     table_schema = {database} AND table_name = '{name}' ORDER BY ordinal_position"
                ),
                format!(
                    "SELECT column_name::text FROM information_schema.key_column_usage u JOIN \
                     information_schema.table_constraints c USING (constraint_schema, constraint_name) \
                     WHERE u.table_schema = {database} AND u.table_name = '{name}' \
                     AND constraint_type = 'PRIMARY KEY' ORDER BY u.ordinal_position"
                ),
            ),
            Server::Mysql => (
                format!(
                    "SELECT CONCAT(column_name, ' ', column_type) FROM information_schema.columns WHERE \
                     table_schema = DATABASE() AND table_name = '{name}' ORDER BY ordinal_position"
                ),
                format!(
                    "SELECT CAST(column_name AS CHAR) FROM information_schema.key_column_usage WHERE \
                     table_schema = DATABASE() AND table_name = '{name}' AND constraint_name = 'PRIMARY' \
                     ORDER BY ordinal_position"
                ),
            ),
        };
        let column = |text: String| {
            let (name, ty) = text.split_once(' ').unwrap();
            let ty = ty.to_lowercase();
            let kind = match ty.as_str() {
                "boolean" | "tinyint(1)" => Kind::Flag,
                _ if ty.contains("int") => Kind::Number,
                _ if ty.contains("time") || ty.contains("date") => Kind::Moment,
                _ => Kind::Text,
            };
            let name = name.to_owned();
            Column { name, kind }
        };
        let columns: Vec<Column> = place.texts(&columns).into_iter().map(column).collect();
        let key = place.texts(&key).join(",");
        let mut table = Self {
            server,
            shell,
            name,
            columns,
            key,
            rows: 0,
            numbers: Numbers::new(),
        };
        table.loosen();
        let (name, all) = (&table.name, table.all());
        let key = match server {
            Server::Sqlite => "rowid AS kept_key, ",
            _ => "",
        };
        table.shell.sql(&format!(
            "CREATE TABLE kept AS SELECT ROW_NUMBER() OVER (ORDER BY {}) AS kept_row, {key}{all} FROM {name}",
            table.key
        ));
        let rows = place.count("kept");
        table.rows = usize::try_from(rows).unwrap();
        table
    }

    /// Lets every column of SQLite hold anything, as whoever owns the file can; the servers let an
    /// administrator pass over foreign keys.
    fn loosen(&self) {
        let name = &self.name;
        self.shell.sql(&match self.server {
            Server::Sqlite => format!(
                "PRAGMA writable_schema = ON; \
                 UPDATE sqlite_schema SET sql = replace(replace(sql, ' NOT NULL', ''), 'REFERENCES', 'references') \
                 WHERE name = '{name}'; \
                 PRAGMA writable_schema = RESET; PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF"
            ),
            Server::Postgres => "SET session_replication_role = replica; SET synchronous_commit = off".to_owned(),
            Server::Mysql => "SET foreign_key_checks = 0, sql_mode = ''".to_owned(),
        });
    }

    fn all(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|of| of.name.as_str()).collect();
        names.join(",")
    }

    fn restore(&self) {
        let (name, all) = (&self.name, self.all());
        let (rowid, kept) = match self.server {
            Server::Sqlite => ("rowid,", "kept_key,"),
            _ => ("", ""),
        };
        self.shell.sql(&format!("DELETE FROM {name}"));
        self.shell.sql(&format!(
            "INSERT INTO {name} ({rowid}{all}) SELECT {kept}{all} FROM kept"
        ));
    }

    fn is_changed(&self) -> bool {
        let (name, mut all) = (&self.name, self.all());
        if self.server == Server::Sqlite {
            for of in &self.columns {
                all.push_str(&format!(",typeof({})", of.name));
            }
        }
        let rows = |from: &str, other: &str| {
            format!(
                "SELECT * FROM (SELECT {all} FROM {from} EXCEPT SELECT {all} FROM {other}) AS {from}_only"
            )
        };
        let differ = format!(
            "SELECT COUNT(*) FROM ({} UNION ALL {}) AS differ",
            rows(name, "kept"),
            rows("kept", name)
        );
        let counts = format!("SELECT COUNT(*) FROM {name}");
        self.shell.count(&differ) != 0
            || self.shell.count(&counts) != i64::try_from(self.rows).unwrap()
    }

    /// A value for a column, in SQL.
    fn value(&mut self, of: usize) -> String {
        let (row, other) = (self.row(), self.numbers.below(self.columns.len()));
        let (kind, name) = (self.columns[of].kind, self.columns[of].name.clone());
        let copied = format!("(SELECT {name} FROM kept WHERE kept_row = {row})");
        if self.server == Server::Sqlite {
            let other = &self.columns[other].name;
            let copied = format!("(SELECT {other} FROM kept WHERE kept_row = {row})");
            return self.any_value(copied);
        }
        let numbers = &mut self.numbers;
        let choice = numbers.below(4);
        match (choice, kind) {
            (0, _) => copied,
            (1, _) if numbers.below(3) == 0 => "NULL".to_owned(),
            (_, Kind::Flag) => numbers.of(&["TRUE", "FALSE"]).to_owned(),
            (_, Kind::Number) => {
                let numbers =
                    numbers.of(&["0", "1", "2", "-1", "7", "9223372036854775807", "32767"]);
                numbers.to_owned()
            }
            (_, Kind::Moment) => {
                let moments = [
                    "2026-03-02 02:00:00",
                    "1970-01-02 00:00:00",
                    "9998-12-31 23:59:59.999999",
                ];
                format!("'{}'", numbers.of(&moments))
            }
            (2, Kind::Text) => {
                let changed = [
                    "upper({})",
                    "concat({}, ' ')",
                    "concat('x', {})",
                    "reverse({})",
                ];
                numbers.of(&changed).replace("{}", &copied)
            }
            (_, Kind::Text) => numbers.of(&TEXTS).to_owned(),
        }
    }

    /// What SQLite takes: any type in any column.
    fn any_value(&mut self, copied: String) -> String {
        let choice = self.numbers.below(8);
        let choices: &[&str] = match choice {
            0 => return copied,
            1 => &["0", "1", "2", "-1", "7"],
            2 => &[
                "9223372036854775807",
                "-9223372036854775808",
                "1.5",
                "9e999",
            ],
            3 => &["NULL", "x''", "x'ff00'", "CAST(x'ff' AS TEXT)"],
            4 => &["'🙂'", "char(0)", "upper(hex(randomblob(8)))"],
            5 => &["printf('%.*c', 100000, 'x')"],
            6 => &["CAST(zeroblob(17000000) AS TEXT)", "'sha256:00'"],
            _ => &TEXTS,
        };
        self.numbers.of(choices).to_owned()
    }

    /// The number of one of the rows there were.
    fn row(&mut self) -> usize {
        1 + self.numbers.below(self.rows)
    }

    /// The condition that picks this row, and those behind it where `and` says so.
    fn is_row(&self, row: usize, and: &str) -> String {
        let key = match self.server {
            Server::Sqlite => "kept_key",
            _ => &self.key,
        };
        format!(
            "({}) IN (SELECT {key} FROM kept WHERE kept_row {and} {row})",
            self.key
        )
    }

    /// One change, as a statement, and the column that it is about, if it is about one.
    fn change(&mut self) -> (String, Option<String>) {
        let at = self.numbers.below(self.columns.len());
        let (name, row, value) = (self.name.clone(), self.row(), self.value(at));
        let column = self.columns[at].name.clone();
        let or_ignore = |verb: &str| match self.server {
            Server::Sqlite => format!("{verb} OR IGNORE"),
            _ => verb.to_owned(),
        };
        let (update, insert) = (or_ignore("UPDATE"), or_ignore("INSERT"));
        let (is_row, all) = (self.is_row(row, "="), self.all());
        match self.numbers.below(10) {
            0..=3 => (
                format!("{update} {name} SET {column} = {value} WHERE {is_row}"),
                Some(column),
            ),
            4 => (
                format!("{update} {name} SET {column} = {value}"),
                Some(column),
            ),
            5 => (format!("DELETE FROM {name} WHERE {is_row}"), None),
            6 => {
                let behind = self.is_row(row, ">=");
                (format!("DELETE FROM {name} WHERE {behind}"), None)
            }
            7 => {
                let changed = |of: &Column| match of.name == column {
                    true => value.clone(),
                    false => of.name.clone(),
                };
                let copied: Vec<String> = self.columns.iter().map(changed).collect();
                let copied = copied.join(",");
                (
                    format!(
                        "{insert} INTO {name} ({all}) SELECT {copied} FROM kept WHERE kept_row = {row}"
                    ),
                    None,
                )
            }
            8 => {
                let values: Vec<String> =
                    (0..self.columns.len()).map(|of| self.value(of)).collect();
                let values = values.join(",");
                (
                    format!("{insert} INTO {name} ({all}) VALUES ({values})"),
                    None,
                )
            }
            _ => {
                let other = self.row();
                let exchanged =
                    |to: usize| format!("(SELECT {column} FROM kept WHERE kept_row = {to})");
                let (first, second) = (exchanged(other), exchanged(row));
                let is_other = self.is_row(other, "=");
                (
                    format!(
                        "{update} {name} SET {column} = CASE WHEN {is_row} THEN {first} ELSE {second} END \
                         WHERE {is_row} OR {is_other}"
                    ),
                    Some(column),
                )
            }
        }
    }
}

const TEXTS: [&str; 10] = [
    "''",
    "'x'",
    "'*'",
    "'abc'",
    "'open'",
    "'approved'",
    "'{}'",
    "'[]'",
    "'2026-03-02 02:00:00+00:00'",
    "'00000000-0000-7000-8000-000000000001'",
];

fn says(report: &VerifyReport, part: &str) -> bool {
    report
        .out_of_sight
        .iter()
        .any(|sentence| sentence.contains(part))
}

fn report_of(store: &Database) -> guardrails_core::Result<VerifyReport> {
    let mut report = verify(store, &keys().verifier())?;
    verify_tickets(store, &keys(), &mut report)?;
    Ok(report)
}

fn operations(store: &Database) -> Vec<(String, OperationId)> {
    let logs = store.logs().unwrap();
    let events = logs
        .iter()
        .flat_map(|log| store.events(log.log, 0, 100).unwrap());
    events
        .filter_map(|row| RecordedEvent::read(&row.payload).unwrap().about)
        .map(|about| (about.tenant, about.operation))
        .collect()
}

/// Tries one table after the other, on one database that is put right after each change.
fn mutate(
    place: &Place,
    tables: &[&str],
    judge: impl Fn(&str, &VerifyReport, &str, Option<&str>) -> bool,
) {
    let store = fill(place);
    let operations = operations(&store);
    let before = report_of(&store).unwrap();
    assert_eq!(before.conclusion(), Conclusion::Proven, "{before}");
    let budget = budget(place.server);
    for of in tables {
        let mut table = Table::of(place, name_of(place, of));
        let mut silent = Vec::new();
        let (mut changed, mut tries) = (0, 0);
        while changed < budget && tries < 20 * budget {
            tries += 1;
            let (statement, column) = table.change();
            if table.shell.try_sql(&statement).is_err() || !table.is_changed() {
                table.restore();
                continue;
            }
            changed += 1;
            let report = report_of(&store);
            let report = report.unwrap_or_else(|error| panic!("{statement}: {error}"));
            if !judge(of, &report, &statement, column.as_deref()) {
                silent.push(statement);
            }
            // Whatever was done, a trace ends too.
            let (tenant, operation) = &operations[table.numbers.below(operations.len())];
            let _ = trace(&*store, Some(&keys().verifier()), tenant, *operation);
            table.restore();
        }
        let silent_ones = silent.join("\n");
        assert!(
            silent.is_empty(),
            "{of}: {} of {changed} are silent:\n{silent_ones}",
            silent.len()
        );
        assert!(changed > 0, "{of}: nothing could be changed");
        println!("{:?} {of}: {changed} changes", place.server);
        table.shell.sql("DROP TABLE kept");
    }
    let after = report_of(&store).unwrap();
    assert_eq!(after.conclusion(), Conclusion::Proven, "{after}");
}

fn every_change_is_found(place: &Place, tables: &[&str]) {
    mutate(place, tables, |table, report, statement, column| {
        let is_covered = report.conclusion() != Conclusion::Proven;
        let is_named = column.is_some_and(|column| says(report, &format!("`{column}`")));
        let is_older = statement.starts_with("DELETE") && table == "audit_checkpoint";
        is_covered || is_named || (is_older && says(report, "an older checkpoint"))
    });
}

fn changes_are_said_to_be_out_of_sight(place: &Place) {
    mutate(place, &NOT_COVERED, |_, report, _, _| {
        says(report, "carry no MAC")
    });
}

macro_rules! each {
    ($($room:ident: $server:ident;)*) => {
        $(
            mod $room {
                use super::*;

                #[test]
                fn every_change_of_the_audit_is_found() {
                    on(Server::$server, |place| every_change_is_found(place, &AUDIT));
                }

                #[test]
                fn every_change_of_tickets_and_reports_is_found() {
                    on(Server::$server, |place| every_change_is_found(place, &TICKETS_AND_REPORTS));
                }

                #[test]
                fn changes_of_input_are_said_to_be_out_of_sight() {
                    on(Server::$server, changes_are_said_to_be_out_of_sight);
                }
            }
        )*
    };
}

each! { sqlite: Sqlite; }
#[cfg(feature = "postgres")]
each! { postgres: Postgres; }
#[cfg(feature = "mysql")]
each! { mariadb: Mysql; }

/// No table of the guard's is left out.
#[test]
fn every_table_is_tried() {
    on(Server::Sqlite, |place| {
        place.open();
        let mut all: Vec<String> = place.tables();
        all.retain(|table| {
            let plain = table.strip_prefix("guard_").unwrap_or(table);
            let mut tried = AUDIT.iter().chain(&TICKETS_AND_REPORTS).chain(&NOT_COVERED);
            !tried.any(|tried| *tried == plain)
        });
        assert_eq!(all, Vec::<String>::new());
    });
}
