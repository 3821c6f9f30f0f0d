//! docs/how-to/postgresql.md, played from top to bottom on a PostgreSQL server, with names of this run for its roles and
//! databases. Where the page opens the guard, a child process opens it as written and works with it, so that the page's
//! grants are all that it needs.
#![cfg(feature = "postgres")]

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use crm_guardrails::process::RecordKey;
use crm_guardrails::{Changes, Guard, KeySource, Outcome, Principal, Record, Request, TicketId};

const PAGE: &str = include_str!("../../docs/how-to/postgresql.md");
const SETTING: &str = "GUARD_TEST_POSTGRES";
const DEFAULT: &str = "postgres://postgres@127.0.0.1:5432/postgres";
/// The variable that makes `child` work.
const WORK: &str = "GUARD_WORK_ON_POSTGRESQL";

const POLICY: &str = r#"guard 1
entity Quote { id : text  discount : percent }
grant SALES_REP, SALES_MANAGER on Quote { read id write discount }
skill quote.draft {
    title  "Draft a quote"
    does   update on Quote
    impact 4
    allow  SALES_REP
    limit  100 per day per user
    budget 1_000 tokens per day per user
}
approval manager { step manager 1 of SALES_MANAGER within 4h else deny }
rule large { on update of Quote when discount > 15% then require approval manager }
"#;

fn quote() -> crm_guardrails::Result<Record> {
    Record::from_json("Quote", r#"{"id": "Q-1", "discount": 5}"#)
}

fn open() -> Result<Guard, Box<dyn Error>> {
    let guard = Guard::builder()
        .policies("policies")
        .store(std::env::var("GUARD_STORE")?)
        .audit_key(KeySource::File("audit.key".into()))
        .open()?;
    Ok(guard)
}

/// Proposes a discount; the ticket where it waits for somebody.
fn propose(guard: &Guard, rep: &Principal, discount: i64) -> Option<TicketId> {
    let quote = quote().unwrap();
    let mut op = guard.begin(Request::new(rep, "quote.draft")).unwrap();
    let _ = op.read(&quote).unwrap();
    op.spend_tokens(10).unwrap();
    let changes = Changes::update(&quote).set("discount", discount);
    let decision = op.propose(&changes).unwrap();
    match decision.outcome() {
        Outcome::NeedsApproval(ticket) => Some(ticket.id()),
        _ => {
            op.complete("done").unwrap();
            None
        }
    }
}

#[test]
fn child() {
    if std::env::var_os(WORK).is_none() {
        return;
    }
    let guard = open().unwrap();
    let rep = Principal::user("acme", "u-17").role("SALES_REP");
    let manager = Principal::user("acme", "u-02").role("SALES_MANAGER");
    assert_eq!(propose(&guard, &rep, 10), None);
    let approvals = guard.approvals();
    let granted = propose(&guard, &rep, 20).unwrap();
    approvals.approve(granted, &manager, "").unwrap();
    let (op, _) = guard
        .resume(granted, &rep, |_: &RecordKey| quote())
        .unwrap();
    op.complete("done").unwrap();
    let rejected = propose(&guard, &rep, 30).unwrap();
    approvals.reject(rejected, &manager, "too much").unwrap();
    let cancelled = propose(&guard, &rep, 40).unwrap();
    approvals.cancel(cancelled, &rep).unwrap();
    let _ = guard.refresh().unwrap();
    let health = guard.health();
    assert!(health.is_well(), "{health:?}");
}

/// A server, and what this run makes on it.
struct Server {
    /// The administrator's address up to the database's name.
    admin: String,
    host: String,
    port: String,
    name: String,
}

impl Server {
    /// The server of the tests, if it answers and its programs are installed.
    fn find() -> Option<Self> {
        let url = std::env::var(SETTING).unwrap_or_else(|_| DEFAULT.to_owned());
        let (start, _) = url.split('?').next()?.rsplit_once('/')?;
        let (_, place) = start.rsplit_once('@')?;
        let (host, port) = place.split_once(':').unwrap_or((place, "5432"));
        let server = Self {
            admin: start.to_owned(),
            host: host.to_owned(),
            port: port.to_owned(),
            name: format!("crm_{}", std::process::id()),
        };
        let dump = Command::new("pg_dump").arg("--version").output();
        let made = server.sql(&format!("CREATE DATABASE {}", server.name));
        (dump.is_ok() && made.is_some_and(|done| done.status.success())).then_some(server)
    }

    /// `None` without `psql`.
    fn sql(&self, sql: &str) -> Option<Output> {
        let database = format!("{}/postgres", self.admin);
        let mut tool = Command::new("psql");
        tool.args(["-wqX", "-v", "ON_ERROR_STOP=1", "-c", sql, &database]);
        tool.env("PGCONNECT_TIMEOUT", "5").output().ok()
    }

    /// The text of a fence with this server's place and this run's names in it.
    fn here(&self, text: &str) -> String {
        let Self {
            host, port, name, ..
        } = self;
        let names = [
            ("sslmode=verify-full", "sslmode=prefer".to_owned()),
            ("postgres://postgres@db.example.com", self.admin.clone()),
            ("@$PGHOST", format!("@{host}:{port}")),
            ("db.example.com", host.clone()),
            ("/crm_restored", format!("/{name}_restored")),
            ("crm_restored", format!("{name}_restored")),
            ("crm_guard", format!("{name}_guard")),
            ("/crm?", format!("/{name}?")),
            ("/crm\"", format!("/{name}\"")),
            ("guard.sql crm\n", format!("guard.sql {name}\n")),
        ];
        names
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let name = &self.name;
        for database in [name.clone(), format!("{name}_restored")] {
            let _ = self.sql(&format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"));
        }
        for role in ["", "_owner", "_admin", "_auditor"] {
            let _ = self.sql(&format!("DROP ROLE IF EXISTS {name}_guard{role}"));
        }
    }
}

/// The reader's shell.
struct Shell<'s> {
    server: &'s Server,
    folder: &'s Path,
    /// What was exported so far.
    exported: String,
}

impl Shell<'_> {
    fn run(&mut self, script: &str) -> Output {
        let guard = Path::new(env!("CARGO_BIN_EXE_guard")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let done = Command::new("sh")
            .args(["-euc", &format!("{}{script}", self.exported)])
            .current_dir(self.folder)
            .env("PATH", format!("{}:{path}", guard.display()))
            .env("PGPORT", &self.server.port)
            .env("LC_ALL", "C")
            .output()
            .unwrap();
        let exports = script.lines().filter(|line| line.starts_with("export "));
        for line in exports {
            self.exported.push_str(line);
            self.exported.push('\n');
        }
        done
    }

    fn succeed(&mut self, script: &str) {
        let done = self.run(script);
        assert!(
            done.status.success(),
            "{script}\n{}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
    }
}

/// What stands behind the back-ticks of each fence, and its text.
fn fences() -> Vec<(&'static str, String)> {
    let inside = PAGE.split("\n```").skip(1).step_by(2);
    inside
        .map(|fence| fence.split_once('\n').unwrap())
        .map(|(info, text)| (info, format!("{text}\n")))
        .collect()
}

#[test]
fn the_page_goes_as_it_is_written() {
    let Some(server) = Server::find() else {
        let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!in_ci, "PostgreSQL does not answer; see {SETTING}");
        let mut terminal = std::io::stderr();
        writeln!(
            terminal,
            "SKIPPED: PostgreSQL does not answer; see {SETTING}"
        )
        .unwrap();
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("policies")).unwrap();
    std::fs::write(folder.path().join("policies/sales.guard"), POLICY).unwrap();
    let mut shell = Shell {
        server: &server,
        folder: folder.path(),
        exported: String::new(),
    };
    for (info, text) in fences() {
        match info.split_once(' ') {
            Some((_, file)) => {
                std::fs::write(folder.path().join(file), server.here(&text)).unwrap();
            }
            None if info == "sh" => shell.succeed(&server.here(&text)),
            None => {
                assert_eq!(info, "rust");
                let this = std::env::current_exe().unwrap();
                shell.succeed(&format!(
                    "{WORK}=1 {} --exact postgresql::child --nocapture",
                    this.display()
                ));
            }
        }
    }
    an_edit_by_the_role_of_the_service_fails(&server);
    an_edit_by_the_administrators_role_is_counted(&server);
}

fn address(server: &Server, role: &str) -> String {
    let role = server.here(role);
    format!(
        "postgres://{role}@{}:{}/{}",
        server.host, server.port, server.name
    )
}

fn try_sql(server: &Server, role: &str, secret: &str, sql: &str) -> Output {
    let mut tool = Command::new("psql");
    tool.args(["-wqXAt", "-v", "ON_ERROR_STOP=1", "-c", sql]);
    tool.arg(address(server, role)).env("PGPASSWORD", secret);
    tool.output().unwrap()
}

fn an_edit_by_the_role_of_the_service_fails(server: &Server) {
    for sql in [
        "UPDATE guard.guard_audit_event SET kind = kind",
        "DELETE FROM guard.guard_audit_event",
        "UPDATE guard.guard_audit_checkpoint SET size = size",
        "UPDATE guard.role_field_permission SET access_type = 'WRITE'",
        "CREATE TABLE guard.mine (id int)",
    ] {
        let done = try_sql(server, "crm_guard", "GUARD-SECRET", sql);
        let why = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(why.contains("permission denied"), "{sql}: {why}");
    }
}

fn an_edit_by_the_administrators_role_is_counted(server: &Server) {
    let ask = "SELECT revision FROM guard.guard_revision";
    let revision = || {
        let done = try_sql(server, "crm_guard", "GUARD-SECRET", ask);
        let text = String::from_utf8(done.stdout).unwrap();
        text.trim().parse::<i64>().unwrap()
    };
    let before = revision();
    let edit = "SET search_path = guard; INSERT INTO data_field_permission (tenant_id, entity_type, field_name) \
        VALUES ('acme', 'Quote', 'discount')";
    let done = try_sql(server, "crm_guard_admin", "ADMIN-SECRET", edit);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(revision(), before + 1);
}

#[test]
fn the_rust_of_the_page_is_what_the_child_runs() {
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let this = squeezed(include_str!("postgresql.rs"));
    let rust: Vec<_> = fences()
        .into_iter()
        .filter(|(info, _)| *info == "rust")
        .collect();
    assert_eq!(rust.len(), 1);
    for (_, text) in rust {
        assert!(this.contains(&squeezed(&text)), "not in the test:\n{text}");
    }
}
