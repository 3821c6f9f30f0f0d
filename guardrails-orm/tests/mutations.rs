//! Whatever somebody writes into one of the tables, verification ends, with a finding or with a word
//! on what it does not cover; never with an error, and never with a clean report.
//!
//! 60 changes of each table, from a fixed seed; `GUARD_MUTATIONS` and `GUARD_MUTATION_SEED` set
//! another number and another seed.

#![cfg(feature = "sqlite")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    dead_code,
    unreachable_pub,
    reason = "tests; each binary uses a part of the shared files"
)]

mod conformance;

use std::sync::Arc;

use conformance::journal::keys;
use conformance::place::{Place, Server, on, options};
use conformance::samples::{access, context, decision, event, intent, outcome};
use guardrails_core::Reason;
use guardrails_core::audit::{
    AuditReader, Conclusion, EventKind, Journal, VerifyReport, trace, verify,
};
use guardrails_orm::Database;

/// The tables of the audit, without the prefix that some of them have.
const AUDIT: [&str; 7] = [
    "audit_log",
    "audit_event",
    "audit_checkpoint",
    "ai_operation_audit",
    "data_access_log",
    "rule_validation_log",
    "cleanup_log",
];

/// Administrators' input, which verification says it does not cover.
const INPUT: [&str; 6] = [
    "data_field_permission",
    "role_field_permission",
    "casbin_rule",
    "ai_skill_status",
    "limit_total",
    "limit_usage",
];

fn budget() -> u64 {
    let set = std::env::var("GUARD_MUTATIONS").ok();
    set.and_then(|set| set.parse().ok()).unwrap_or(60)
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

/// Two logs with operations of every sort, and a row of everything that administrators put in.
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
    for statement in [
        "INSERT INTO data_field_permission (id, tenant_id, entity_type, field_name, sensitivity_level) \
         VALUES (1, 'acme', 'Quote', 'amount', 2), (2, '*', 'Quote', 'cost', 5)",
        "INSERT INTO role_field_permission (id, tenant_id, role_id, field_id, access_type) \
         VALUES (1, 'acme', 'REP', 1, 'READ'), (2, '*', 'REP', 2, 'HIDDEN')",
    ] {
        place.sql(statement);
    }
    Database::open(&place.url, options().inspect()).unwrap()
}

/// The table's name in the database: with the guard's prefix, where it has one.
fn name_of(place: &Place, table: &str) -> Option<String> {
    place.text(&format!(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('{table}', 'guard_{table}')"
    ))
}

/// Lets every column hold anything, as whoever owns the file can.
fn loosen(place: &Place, table: &str) {
    place.sql(&format!(
        "PRAGMA writable_schema = ON; \
         UPDATE sqlite_schema SET sql = replace(replace(sql, ' NOT NULL', ''), 'REFERENCES', 'references') \
         WHERE name = '{table}'; \
         PRAGMA writable_schema = RESET"
    ));
}

struct Table<'p> {
    place: &'p Place,
    name: String,
    columns: Vec<String>,
    numbers: Numbers,
}

impl<'p> Table<'p> {
    fn of(place: &'p Place, name: String) -> Self {
        loosen(place, &name);
        let columns = place
            .text(&format!(
                "SELECT group_concat(name) FROM pragma_table_info('{name}')"
            ))
            .unwrap();
        place.sql(&format!(
            "CREATE TABLE kept AS SELECT rowid AS kept_row, * FROM {name}"
        ));
        Self {
            place,
            columns: columns.split(',').map(str::to_owned).collect(),
            name,
            numbers: Numbers::new(),
        }
    }

    fn restore(&self) {
        let (name, columns) = (&self.name, self.columns.join(","));
        self.place.sql(&format!(
            "PRAGMA foreign_keys = OFF; DELETE FROM {name}; \
             INSERT INTO {name} (rowid,{columns}) SELECT kept_row,{columns} FROM kept"
        ));
    }

    fn is_changed(&self) -> bool {
        let (name, columns) = (&self.name, self.columns.join(","));
        let typed: Vec<String> = self
            .columns
            .iter()
            .map(|of| format!("typeof({of})"))
            .collect();
        let all = format!("{columns},{}", typed.join(","));
        self.place
            .text(&format!(
                "SELECT CAST(COUNT(*) AS TEXT) FROM (SELECT * FROM (SELECT {all} FROM {name} EXCEPT SELECT {all} \
                 FROM kept) UNION ALL SELECT * FROM (SELECT {all} FROM kept EXCEPT SELECT {all} FROM {name}))"
            ))
            .unwrap()
            != "0"
    }

    fn value(&mut self) -> String {
        let (name, column) = (self.name.clone(), self.column());
        let row = self.row();
        match self.numbers.below(8) {
            0 => format!("(SELECT {column} FROM {name} WHERE rowid = {row})"),
            1 => self.numbers.of(&["0", "1", "2", "-1", "7"]).to_owned(),
            2 => self
                .numbers
                .of(&[
                    "9223372036854775807",
                    "-9223372036854775808",
                    "1.5",
                    "9e999",
                ])
                .to_owned(),
            3 => self
                .numbers
                .of(&["NULL", "x''", "x'ff00'", "CAST(x'ff' AS TEXT)"])
                .to_owned(),
            4 => self
                .numbers
                .of(&[
                    "''",
                    "'x'",
                    "'🙂'",
                    "char(0)",
                    "'*'",
                    "upper(hex(randomblob(8)))",
                ])
                .to_owned(),
            5 => "printf('%.*c', 100000, 'x')".to_owned(),
            6 => self
                .numbers
                .of(&[
                    "'2026-03-02 02:00:00+00:00'",
                    "'00000000-0000-7000-8000-000000000001'",
                ])
                .to_owned(),
            _ => self
                .numbers
                .of(&[
                    "lower('ABC')",
                    "'sha256:00'",
                    "'open'",
                    "'{}'",
                    "CAST(zeroblob(17000000) AS TEXT)",
                ])
                .to_owned(),
        }
    }

    fn column(&mut self) -> String {
        let at = self.numbers.below(self.columns.len());
        self.columns[at].clone()
    }

    fn row(&mut self) -> String {
        let at = self.numbers.below(64);
        let name = &self.name;
        format!(
            "(SELECT rowid FROM {name} ORDER BY rowid LIMIT 1 OFFSET {at} % max(1, (SELECT COUNT(*) FROM {name})))"
        )
    }

    /// One change, as a statement, and the column that it is about, if it is about one.
    fn change(&mut self) -> (String, Option<String>) {
        let (name, row, column, value) =
            (self.name.clone(), self.row(), self.column(), self.value());
        match self.numbers.below(10) {
            0..=3 => (
                format!("UPDATE OR IGNORE {name} SET {column} = {value} WHERE rowid = {row}"),
                Some(column),
            ),
            4 => (
                format!("UPDATE OR IGNORE {name} SET {column} = {value}"),
                Some(column),
            ),
            5 => (format!("DELETE FROM {name} WHERE rowid = {row}"), None),
            6 => (format!("DELETE FROM {name} WHERE rowid >= {row}"), None),
            7 => {
                let columns = self.columns.join(",");
                let changed = |of: &String| {
                    if *of == column {
                        value.clone()
                    } else {
                        of.clone()
                    }
                };
                let copied: Vec<String> = self.columns.iter().map(changed).collect();
                (
                    format!(
                        "INSERT OR IGNORE INTO {name} ({columns}) SELECT {} FROM {name} WHERE rowid = {row}",
                        copied.join(",")
                    ),
                    None,
                )
            }
            8 => {
                let columns = self.columns.join(",");
                let values: Vec<String> = (0..self.columns.len()).map(|_| self.value()).collect();
                (
                    format!(
                        "INSERT OR IGNORE INTO {name} ({columns}) VALUES ({})",
                        values.join(",")
                    ),
                    None,
                )
            }
            _ => {
                let other = self.row();
                (
                    format!(
                        "UPDATE OR IGNORE {name} SET {column} = (SELECT o.{column} FROM {name} o WHERE o.rowid = \
                         ({other}) + ({row}) - {name}.rowid) WHERE rowid IN ({row}, {other})"
                    ),
                    Some(column),
                )
            }
        }
    }
}

fn says(report: &VerifyReport, part: &str) -> bool {
    report
        .out_of_sight
        .iter()
        .any(|sentence| sentence.contains(part))
}

fn mutate(place: &Place, table: &str, judge: impl Fn(&VerifyReport, &str, Option<&str>) -> bool) {
    let store = fill(place);
    let Some(name) = name_of(place, table) else {
        panic!("there is no table {table}");
    };
    let operations: Vec<_> = store
        .logs()
        .unwrap()
        .iter()
        .flat_map(|log| store.events(log.log, 0, 100).unwrap())
        .filter_map(|row| {
            guardrails_core::audit::RecordedEvent::read(&row.payload)
                .unwrap()
                .about
        })
        .map(|about| (about.tenant, about.operation))
        .collect();
    let mut table = Table::of(place, name);
    let before = verify(&*store, &keys().verifier()).unwrap();
    assert_eq!(before.conclusion(), Conclusion::Proven, "{before}");
    let mut changed = 0;
    let mut tries = 0;
    while changed < budget() && tries < 20 * budget() {
        tries += 1;
        let (statement, column) = table.change();
        if place.try_sql(&statement).is_err() || !table.is_changed() {
            table.restore();
            continue;
        }
        changed += 1;
        let report = verify(&*store, &keys().verifier());
        let report = report.unwrap_or_else(|error| panic!("{statement}: {error}"));
        assert!(
            judge(&report, &statement, column.as_deref()),
            "{statement}\n{report}"
        );
        // Whatever was done, a trace ends too.
        let (tenant, operation) = &operations[table.numbers.below(operations.len())];
        let _ = trace(&*store, Some(&keys().verifier()), tenant, *operation);
        table.restore();
    }
    assert!(changed > 0, "nothing could be changed");
    let after = verify(&*store, &keys().verifier()).unwrap();
    assert_eq!(after.conclusion(), Conclusion::Proven, "{after}");
}

fn audit_table(place: &Place, table: &str) {
    mutate(place, table, |report, statement, column| {
        let is_covered = report.conclusion() != Conclusion::Proven;
        let is_named = column.is_some_and(|column| says(report, &format!("`{column}`")));
        let is_older = statement.starts_with("DELETE") && table == "audit_checkpoint";
        is_covered || is_named || (is_older && says(report, "an older checkpoint"))
    });
}

macro_rules! each {
    ($($test:ident: $of:ident[$at:literal];)*) => {
        $(
            #[test]
            fn $test() {
                on(Server::Sqlite, |place| $of(place, $at));
            }
        )*
    };
}

each! {
    changed_logs_are_found: audit_table["audit_log"];
    changed_events_are_found: audit_table["audit_event"];
    changed_checkpoints_are_found: audit_table["audit_checkpoint"];
    changed_operations_are_found: audit_table["ai_operation_audit"];
    changed_accesses_are_found: audit_table["data_access_log"];
    changed_validations_are_found: audit_table["rule_validation_log"];
    changed_cleanups_are_found: audit_table["cleanup_log"];
}

#[test]
fn administrators_input_is_said_to_be_out_of_sight() {
    for table in INPUT {
        on(
            Server::Sqlite,
            match table {
                "data_field_permission" => |place| input_table(place, "data_field_permission"),
                "role_field_permission" => |place| input_table(place, "role_field_permission"),
                "casbin_rule" => |place| input_table(place, "casbin_rule"),
                "ai_skill_status" => |place| input_table(place, "ai_skill_status"),
                "limit_total" => |place| input_table(place, "limit_total"),
                _ => |place| input_table(place, "limit_usage"),
            },
        );
    }
}

fn input_table(place: &Place, table: &str) {
    mutate(place, table, |report, _, _| says(report, "carry no MAC"));
}
