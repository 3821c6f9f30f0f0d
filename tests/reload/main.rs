//! Policies that change while the guard runs: what stands is put in force, what does not is refused
//! with what is wrong, and the one before goes on deciding.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use crm_guardrails::stores::RoleStore as _;
use crm_guardrails::{
    BeforeSwap, Clock, ErrorKind, Guard, GuardBuilder, Part, PartState, Principal, Record, Reload,
    ReloadOutcome, Request, RoleLine, SystemClock, TablesState,
};

mod shadow;

const POLICY: &str = r#"guard 1
package reload

entity Quote { id : text  owner : text  stage : text }

grant SALES_REP on Quote { read id, stage }

skill quote.read { title "Read" does read on Quote impact 1 allow SALES_REP }

test "the owner is nobody's business" {
    actor  { id: "u-17", tenant: "acme", roles: [SALES_REP] }
    skill  quote.read
    given  Quote { id: "q-1", owner: "u-17", stage: "SENT" }
    expect view { owner: hidden }
}
"#;

/// How long the watch may take, with room for a machine at work.
const PATIENCE: Duration = Duration::from_secs(60);

/// It compiles, and shows what its own test says is hidden.
fn talkative() -> String {
    POLICY.replace("read id, stage", "read id, owner, stage")
}

/// Another one that stands.
fn stricter() -> String {
    POLICY.replace("read id, stage", "read id")
}

/// A folder with policies, a database, and a guard on both.
struct Running {
    folder: tempfile::TempDir,
    guard: Guard,
}

fn builder(folder: &Path, before_swap: BeforeSwap) -> GuardBuilder {
    let database = folder.join("guard.db");
    Guard::builder()
        .policies(folder.join("policies"))
        .store(format!("sqlite://{}?mode=rwc", database.display()))
        .before_swap(before_swap)
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("policies")).unwrap();
    fs::write(file(folder.path()), POLICY).unwrap();
    folder
}

fn file(folder: &Path) -> PathBuf {
    folder.join("policies").join("sales.guard")
}

impl Running {
    fn watched(before_swap: BeforeSwap) -> Self {
        let folder = folder();
        let guard = builder(folder.path(), before_swap).open().unwrap();
        Self { folder, guard }
    }

    fn unwatched(before_swap: BeforeSwap) -> Self {
        let folder = folder();
        let guard = builder(folder.path(), before_swap);
        let guard = guard.without_watching().open().unwrap();
        Self { folder, guard }
    }

    fn write(&self, policy: &str) {
        fs::write(file(self.folder.path()), policy).unwrap();
    }

    fn view(&self) -> String {
        let (rep, record) = (rep(), record());
        let mut operation = self.guard.begin(request(&rep)).unwrap();
        operation.read(&record).unwrap().to_json()
    }

    fn wait_for(&self, such: impl Fn(&Reload) -> bool) -> Arc<Reload> {
        wait_for(|| self.guard.last_reload(), such)
    }

    /// The policy that it opened with decides.
    fn assert_unmoved(&self, digest: &str) {
        assert_eq!(self.guard.policy_digest().to_string(), digest);
        assert_eq!(self.view(), r#"{"id":"q-1","stage":"SENT"}"#);
    }
}

fn rep() -> Principal {
    Principal::user("acme", "u-17").role("SALES_REP")
}

fn record() -> Record {
    let text = r#"{"id":"q-1","owner":"u-17","stage":"SENT"}"#;
    Record::from_json("Quote", text).unwrap()
}

fn request(principal: &Principal) -> Request<'_> {
    Request::new(principal, "quote.read")
}

/// The reload that the watch has done once it is such a one. Half-written files may be seen, and
/// refused, before.
fn wait_for(last: impl Fn() -> Option<Arc<Reload>>, such: impl Fn(&Reload) -> bool) -> Arc<Reload> {
    let until = Instant::now() + PATIENCE;
    loop {
        match last() {
            Some(reload) if such(&reload) => return reload,
            last => assert!(Instant::now() < until, "still {last:?}"),
        }
        std::thread::yield_now();
    }
}

fn swapped(reload: &Reload) -> bool {
    matches!(reload.outcome, ReloadOutcome::Swapped)
}

/// Codes of the diagnostics and names of the failed tests.
fn refused(reload: &Reload) -> Option<(Vec<&str>, Vec<&str>)> {
    match &reload.outcome {
        ReloadOutcome::Refused {
            diagnostics,
            failed_tests,
            ..
        } => Some((
            diagnostics.iter().map(|found| found.code).collect(),
            failed_tests.iter().map(|test| &*test.name).collect(),
        )),
        _ => None,
    }
}

fn message(reload: &Reload) -> &str {
    match &reload.outcome {
        ReloadOutcome::Refused { message, .. } => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_is_told_before_anything_changed() {
    let running = Running::unwatched(BeforeSwap::Compile);
    assert!(running.guard.last_reload().is_none());
}

#[test]
fn the_watch_refuses_what_is_broken_and_swaps_what_is_repaired() {
    let running = Running::watched(BeforeSwap::RunTests);
    let digest = running.guard.policy_digest().to_string();
    let policies = running.folder.path().join("policies");

    running.write(&POLICY.replace("read id, stage", "read id, stagee"));
    let broken = running.wait_for(|reload| {
        refused(reload).is_some_and(|(codes, failed)| codes.contains(&"G0202") && failed.is_empty())
    });
    assert!(message(&broken).contains("stagee"), "{broken:?}");
    running.assert_unmoved(&digest);

    running.write(&talkative());
    running.wait_for(|reload| {
        refused(reload).is_some_and(|told| told == (vec![], vec!["the owner is nobody's business"]))
    });
    running.assert_unmoved(&digest);

    fs::remove_file(file(running.folder.path())).unwrap();
    running.wait_for(|reload| refused(reload).is_some() && reload.bundle.is_none());
    running.assert_unmoved(&digest);

    // Repaired, so that the folder's end is not taken for the file's.
    running.write(POLICY);
    running.wait_for(swapped);
    running.assert_unmoved(&digest);

    fs::remove_dir_all(&policies).unwrap();
    running.wait_for(|reload| refused(reload).is_some() && reload.bundle.is_none());
    running.assert_unmoved(&digest);

    fs::create_dir(&policies).unwrap();
    running.write(&stricter());
    let last = running.wait_for(swapped);
    assert_eq!(last.bundle, Some(running.guard.policy_digest()));
    assert_eq!(running.view(), r#"{"id":"q-1"}"#);
}

/// Edits the policy when it is first asked for the time, which is after the files were read.
struct EditingClock {
    file: PathBuf,
    edited: AtomicBool,
}

impl Clock for EditingClock {
    fn now(&self) -> DateTime<Utc> {
        if !self.edited.swap(true, Ordering::SeqCst) {
            fs::write(&self.file, stricter()).unwrap();
        }
        SystemClock.now()
    }
}

#[test]
fn an_edit_while_the_guard_opens_comes_in_force() {
    let folder = folder();
    let clock = EditingClock {
        file: file(folder.path()),
        edited: AtomicBool::new(false),
    };
    let guard = builder(folder.path(), BeforeSwap::Compile);
    let guard = guard.clock(Arc::new(clock)).open().unwrap();
    let running = Running { folder, guard };
    running.wait_for(swapped);
    assert_eq!(running.view(), r#"{"id":"q-1"}"#);
}

#[cfg(unix)]
#[test]
fn a_pipe_among_the_policies_is_refused_and_the_tables_are_followed() {
    let heard: Arc<Mutex<Vec<Part>>> = Arc::default();
    let ears = heard.clone();
    let folder = folder();
    let guard = builder(folder.path(), BeforeSwap::Compile)
        .on_problem(move |problem| ears.lock().unwrap().push(problem.part))
        .open()
        .unwrap();
    let running = Running { folder, guard };
    let pipe = running.folder.path().join("policies").join("extra.guard");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    running.wait_for(|reload| refused(reload).is_some_and(|(codes, _)| codes == ["G0007"]));
    let health = running.guard.health();
    assert!(matches!(health.policy, PartState::Failing(_)), "{health:?}");
    assert_eq!(health.tables.state, TablesState::Current);
    assert_eq!(*heard.lock().unwrap(), [Part::Policy]);

    // A right that is revoked now is gone at the next look.
    let line = ["SALES_REP", "acme", "quote.read", "use", "deny"];
    let line = RoleLine {
        kind: "p".to_owned(),
        values: line.map(str::to_owned).to_vec(),
    };
    running.guard.database().add_role_lines(&[line]).unwrap();
    let until = Instant::now() + PATIENCE;
    while running.guard.begin(request(&rep())).is_ok() {
        assert!(Instant::now() < until);
        std::thread::yield_now();
    }
    fs::remove_file(&pipe).unwrap();
    running.wait_for(swapped);
    assert!(running.guard.health().is_well());
}

/// A host that hears of a refused bundle may reload at once.
#[test]
fn a_listener_may_reload() {
    let folder = folder();
    let itself: Arc<std::sync::OnceLock<Guard>> = Arc::default();
    let (guard_of, (heard, is_heard)) = (itself.clone(), std::sync::mpsc::channel());
    let guard = builder(folder.path(), BeforeSwap::Compile)
        .without_watching()
        .on_problem(move |problem| {
            let reloaded = guard_of.get().map(|guard| guard.reload().is_err());
            let _ = heard.send((problem.part, reloaded));
        })
        .open()
        .unwrap();
    assert!(itself.set(guard.clone()).is_ok());
    fs::write(file(folder.path()), "guard 1\nnonsense\n").unwrap();
    std::thread::spawn(move || guard.reload());
    let told = is_heard.recv_timeout(PATIENCE);
    assert_eq!(told, Ok((Part::Policy, Some(true))));
}

#[test]
fn a_failing_test_is_refused_with_what_it_expected() {
    let running = Running::unwatched(BeforeSwap::RunTests);
    let digest = running.guard.policy_digest().to_string();
    running.write(&talkative());

    let error = running.guard.reload().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Policy);
    assert_eq!(
        error.to_string(),
        "the policy's test `the owner is nobody's business` at sales.guard:10 fails"
    );
    let last = running.guard.last_reload().unwrap();
    assert!(
        last.bundle
            .is_some_and(|bundle| bundle.to_string() != digest)
    );
    assert_eq!(message(&last), error.to_string());
    let ReloadOutcome::Refused { failed_tests, .. } = &last.outcome else {
        panic!("{last:?}");
    };
    let failure = failed_tests[0].failures[0].to_string();
    assert!(failure.starts_with("sales.guard:14: "), "{failure}");
    running.assert_unmoved(&digest);
}

#[test]
fn tests_are_run_only_where_that_is_asked() {
    let running = Running::unwatched(BeforeSwap::default());
    running.write(&talkative());
    running.guard.reload().unwrap();
    assert!(swapped(&running.guard.last_reload().unwrap()));
    assert_eq!(
        running.view(),
        r#"{"id":"q-1","owner":"u-17","stage":"SENT"}"#
    );
}

#[test]
fn a_restart_does_not_let_in_what_a_reload_refused() {
    let folder = folder();
    fs::write(file(folder.path()), talkative()).unwrap();
    let error = builder(folder.path(), BeforeSwap::RunTests).open();
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Policy);
    assert!(builder(folder.path(), BeforeSwap::Compile).open().is_ok());
}

#[test]
fn an_operation_goes_on_under_the_policy_of_its_next_step() {
    let running = Running::unwatched(BeforeSwap::RunTests);
    let (rep, record) = (rep(), record());
    let mut operation = running.guard.begin(request(&rep)).unwrap();
    running.write(&stricter());
    running.guard.reload().unwrap();
    let view = operation.read(&record).unwrap().to_json();
    assert_eq!(view, r#"{"id":"q-1"}"#);
    assert_eq!(running.view(), view);
}
