//! Neither the library nor the command opens a connection that it was not told to open: with SQLite,
//! none at all. Each runs under a filter of the kernel that kills whoever makes a socket (`sealed.py`).
//!
//! The filter needs Linux on x86-64 or ARM64, and Python. Where it cannot be set up the tests say so
//! on the terminal; with `CI=true` they fail.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests, which say what they cannot test"
)]

use std::path::Path;
use std::process::{Command, Output};

use crm_guardrails::process::RecordKey;
use crm_guardrails::{Changes, Guard, Outcome, Principal, Record, Request};

const SEAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/no_network/sealed.py");
/// What `sealed.py` ends with where there is no such filter.
const CANNOT: i32 = 77;
/// The variable that makes `child` work, and the folder it works in.
const FOLDER: &str = "GUARD_NO_NETWORK_FOLDER";

const POLICY: &str = "guard 1
entity Quote { id : text  owner : text  discount : percent }
grant SALES_REP on Quote { read id, owner, discount write discount }
grant SALES_MANAGER on Quote { read id, owner, discount }
skill quote.draft { does update on Quote impact 4 allow SALES_REP }
approval manager { step manager 1 of SALES_MANAGER within 4h else deny execute within 1h }
rule deep { on update of Quote when discount > 15% then require approval manager }
test \"10% goes through\" {
    actor { id: \"u-17\", roles: [SALES_REP] }
    skill quote.draft
    given Quote { id: \"q-1\", owner: \"u-17\", discount: 5% }
    change { discount: 10% }
    expect allow
}
";

const QUOTE: &str = r#"{"id": "q-1", "owner": "u-17", "discount": 5}"#;

/// A command that is killed when it makes a socket.
fn sealed(folder: &Path, program: &Path, arguments: &[&str]) -> Command {
    let python = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(python);
    command.arg(SEAL).arg(program).args(arguments);
    command.current_dir(folder);
    command
}

/// Whether there is such a filter here.
fn can_seal() -> bool {
    let tried = sealed(Path::new("."), Path::new("true"), &[]).status();
    let can = tried.is_ok_and(|status| status.code() != Some(CANNOT));
    if !can {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "no filter here");
        eprintln!("skipped: connections cannot be forbidden on this machine");
    }
    can
}

fn output(command: &mut Command) -> (Output, String) {
    let done = command.output().unwrap();
    let text = [&*done.stdout, &*done.stderr].concat();
    let text = String::from_utf8(text).unwrap();
    (done, text)
}

fn folder_with_policy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let policies = folder.path().join("policies");
    std::fs::create_dir(&policies).unwrap();
    std::fs::write(policies.join("sales.guard"), POLICY).unwrap();
    folder
}

/// All that a host does, from opening to a second policy; in a process of its own.
fn work(folder: &Path) {
    let policies = folder.join("policies");
    let guard = Guard::builder()
        .policies(&policies)
        .shadow_policies(&policies)
        .store(format!(
            "sqlite://{}?mode=rwc",
            folder.join("guard.db").display()
        ))
        .open()
        .unwrap();
    let rep = Principal::user("acme", "u-17").role("SALES_REP");
    let manager = Principal::user("acme", "u-02").role("SALES_MANAGER");
    let quote = Record::from_json("Quote", QUOTE).unwrap();
    let mut op = guard.begin(Request::new(&rep, "quote.draft")).unwrap();
    let _ = op.read(&quote).unwrap();
    let decision = op
        .propose(&Changes::update(&quote).set("discount", 20))
        .unwrap();
    let Outcome::NeedsApproval(ticket) = decision.outcome() else {
        panic!("{decision:?}");
    };
    let _ = decision.explain();
    let ticket = ticket.id();
    drop(op);
    guard.approvals().approve(ticket, &manager, "").unwrap();
    let load = |_: &RecordKey| Record::from_json("Quote", QUOTE);
    let (op, _release) = guard.resume(ticket, &rep, load).unwrap();
    op.complete("done").unwrap();
    std::fs::write(
        policies.join("sales.guard"),
        POLICY.replace("> 15%", "> 12%"),
    )
    .unwrap();
    guard.reload().unwrap();
    let _ = guard.refresh().unwrap();
    let _ = guard.health();
}

#[test]
fn child() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        work(Path::new(&folder));
    }
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    /// Bad system call: what the filter kills with.
    const SIGSYS: i32 = 31;

    #[test]
    fn the_library_opens_no_connection() {
        if !can_seal() {
            return;
        }
        let folder = folder_with_policy();
        let this = std::env::current_exe().unwrap();
        let mut command = sealed(folder.path(), &this, &["--exact", "child"]);
        let (done, text) = output(command.env(FOLDER, folder.path()));
        assert!(done.status.success(), "{:?}\n{text}", done.status);
        assert!(text.contains("1 passed"), "{text}");
    }

    #[cfg(feature = "cli")]
    fn guard(folder: &Path, arguments: &[&str]) -> (Output, String) {
        let program = Path::new(env!("CARGO_BIN_EXE_guard"));
        output(sealed(folder, program, arguments).env("LC_ALL", "C"))
    }

    #[cfg(feature = "cli")]
    #[test]
    fn the_command_opens_no_connection() {
        if !can_seal() {
            return;
        }
        let folder = folder_with_policy();
        let at = folder.path();
        let request = format!(
            r#"{{"principal": {{"tenant": "acme", "user": "u-17", "roles": ["SALES_REP"]}},
                "skill": "quote.draft", "record": {QUOTE}, "changes": {{"discount": 10}}}}"#
        );
        std::fs::write(at.join("request.json"), request).unwrap();
        work(at);
        let store = ["--store", "sqlite://guard.db"];
        let manager = [
            "--tenant",
            "acme",
            "--user",
            "u-02",
            "--role",
            "SALES_MANAGER",
        ];
        let lines: &[(&[&str], &[i32])] = &[
            (&["init", "another"], &[0]),
            (&["check"], &[0]),
            (&["lint"], &[0, 1]),
            (&["test", "--coverage"], &[0]),
            (&["fmt", "--check"], &[0, 1]),
            (&["diff", "policies", "another"], &[0, 1]),
            (&["eval", "request.json"], &[0]),
            (&["why", "request.json"], &[0]),
            (&["doc", "--out", "policy.html"], &[0]),
            (&["explain", "G0302"], &[0]),
            (&["completions", "bash"], &[0]),
            (&["lsp"], &[1]), // its input is at an end
            (&["migrate", store[0], store[1]], &[0]),
            (&["check", store[0], store[1]], &[0, 1]),
            (&["audit", "verify", store[0], store[1]], &[0, 3]),
            (
                &["audit", "shadow", "--tenant", "acme", store[0], store[1]],
                &[0],
            ),
            (
                &[&["approvals", "list"], &manager[..], &store[..]].concat(),
                &[0],
            ),
        ];
        for (arguments, codes) in lines {
            let (done, text) = guard(at, arguments);
            let code = done.status.code();
            assert!(
                code.is_some_and(|code| codes.contains(&code)),
                "{arguments:?}: {:?}\n{text}",
                done.status
            );
        }
    }

    /// The filter sees through all that lies between us and the kernel: a server that was named is
    /// looked for, and that is what it kills.
    #[cfg(all(feature = "cli", feature = "postgres", feature = "mysql"))]
    #[test]
    fn a_server_that_is_named_is_looked_for() {
        if !can_seal() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), "07".repeat(32)).unwrap();
        for server in ["postgres://u@127.0.0.1:1/crm", "mysql://u@127.0.0.1:1/crm"] {
            let arguments = ["migrate", "--key", "key", "--store", server];
            let (done, text) = guard(folder.path(), &arguments);
            assert_eq!(done.status.signal(), Some(SIGSYS), "{server}: {text}");
        }
    }
}
