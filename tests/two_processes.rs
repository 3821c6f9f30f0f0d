//! A change of tables or policies reaches a second process that shares the database, by itself.
//!
//! The second process is this test's own binary, started again: it prints what it sees whenever that
//! changes, and the first process waits for those lines.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test, whose child speaks through its output"
)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crm_guardrails::{Guard, Principal, Record, Request};

mod administrator;

use administrator::administer;

const POLICY: &str = "guard 1
package two.processes

entity Quote { id : text  owner : text  stage : text }

grant SALES_REP on Quote { read id, owner, stage }

skill quote.read { title \"Read\" does read on Quote impact 1 allow SALES_REP }
";

/// Tells the child which folder is shared; unset in the test itself.
const FOLDER: &str = "GUARD_TEST_SHARED_FOLDER";
/// What the second process has to keep to, with room for a machine at work.
const PATIENCE: Duration = Duration::from_secs(30);

fn open(folder: &Path) -> Guard {
    let database = folder.join("guard.db");
    Guard::builder()
        .policies(folder.join("policies"))
        .store(format!("sqlite://{}?mode=rwc", database.display()))
        .open()
        .unwrap()
}

fn view(guard: &Guard) -> String {
    let rep = Principal::user("acme", "u-17").role("SALES_REP");
    let record =
        Record::from_json("Quote", r#"{"id":"q-1","owner":"u-17","stage":"SENT"}"#).unwrap();
    let mut operation = guard.begin(Request::new(&rep, "quote.read")).unwrap();
    operation.read(&record).unwrap().to_json()
}

/// The second process: says what it sees, whenever that is something else.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let guard = open(Path::new(&folder));
    let until = Instant::now() + 4 * PATIENCE;
    let mut seen = String::new();
    while Instant::now() < until {
        let now = view(&guard);
        if now != seen {
            println!("sees {now}");
            seen = now;
        }
        std::thread::yield_now();
    }
}

struct Second {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Second {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(FOLDER, folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Waits for the next thing it sees.
    fn sees(&mut self) -> String {
        let lines = self.lines.by_ref().map(|line| line.unwrap());
        // The test harness prints its own words on the same line as the first.
        let mut seen =
            lines.filter_map(|line| line.split_once("sees ").map(|(_, view)| view.to_owned()));
        seen.next().expect("the second process is still there")
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn changes_reach_a_second_process() {
    let folder = tempfile::tempdir().unwrap();
    let policies = folder.path().join("policies");
    std::fs::create_dir(&policies).unwrap();
    std::fs::write(policies.join("sales.guard"), POLICY).unwrap();
    let first = open(folder.path());
    let mut second = Second::start(folder.path());
    let all = r#"{"id":"q-1","owner":"u-17","stage":"SENT"}"#;
    assert_eq!(second.sees(), all);

    let began = Instant::now();
    administer(
        &folder.path().join("guard.db"),
        &[
            "insert into data_field_permission (tenant_id, entity_type, field_name, sensitivity_level, pii_flag, encryption_required) values ('acme', 'Quote', 'stage', 2, 0, 0)",
            "insert into role_field_permission (tenant_id, role_id, field_id, access_type, ai_access_allowed) select 'acme', 'SALES_REP', id, 'HIDDEN', 1 from data_field_permission",
        ],
    );
    assert_eq!(second.sees(), r#"{"id":"q-1","owner":"u-17"}"#);
    println!(
        "a table reached the second process in {:?}",
        began.elapsed()
    );

    let began = Instant::now();
    let stricter = POLICY.replace("read id, owner, stage", "read id, stage");
    std::fs::write(policies.join("sales.guard"), stricter).unwrap();
    assert_eq!(second.sees(), r#"{"id":"q-1"}"#);
    println!(
        "a policy reached the second process in {:?}",
        began.elapsed()
    );

    // A bundle that does not compile changes nothing, here or there.
    std::fs::write(policies.join("sales.guard"), "guard 1\nnonsense").unwrap();
    assert!(first.reload().is_err());
    std::fs::write(policies.join("sales.guard"), POLICY).unwrap();
    assert_eq!(second.sees(), r#"{"id":"q-1","owner":"u-17"}"#);
}
