//! A guard over a store in memory decides, refuses a policy with its diagnostics, and runs a policy's
//! tests, in a build of the facade without default features.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

use std::sync::Arc;

use crm_guardrails::audit::Keys;
use crm_guardrails::policy::Policy;
use crm_guardrails::rules::{Bundle, SourceFile, Style, compile, render, run_tests};
use crm_guardrails::stores::RoleStore as _;
use crm_guardrails::{
    Changes, CoreGuard, ErrorKind, KeySource, Language, LogId, MemoryStore, OsEntropy, Outcome,
    Principal, Record, Request, RoleLine, SystemClock, load_policy, rules,
};

const POLICY: &str = r#"
guard 1
entity Quote { id : text  owner : text  discount : percent  cost : money(CNY) @sensitivity(5) }
grant SALES_REP on Quote where owner == actor.id { read id, owner, discount  write discount }
skill quote.draft { does update on Quote  impact 2  allow SALES_REP }
rule too_deep { on update of Quote when discount > 40% then deny TOO_DEEP because "{discount} is too deep" }
test "half price" {
    actor  { id: "u-17", roles: [SALES_REP] }
    skill  quote.draft
    given  Quote { owner: "u-17", discount: 5% }
    change { discount: 50% }
    expect deny TOO_DEEP
}
"#;

fn bundle(text: &str) -> Bundle {
    Bundle::from_files(vec![SourceFile::new("sales.guard", text)]).unwrap()
}

fn policy() -> Policy {
    compile(&bundle(POLICY)).policy.unwrap()
}

fn guard(policy: Policy) -> (CoreGuard, Arc<MemoryStore>) {
    let keys = KeySource::Seed([7; 32]).keys(&OsEntropy).unwrap();
    let keys: Arc<Keys> = Arc::new(keys);
    let log: LogId = "00000000-0000-0000-0000-000000000001".parse().unwrap();
    let store = Arc::new(MemoryStore::new(keys.clone(), log));
    let guard = CoreGuard::builder()
        .policy(policy)
        .store(store.clone())
        .clock(Arc::new(SystemClock))
        .entropy(Arc::new(OsEntropy))
        .keys(keys)
        .open()
        .unwrap();
    (guard, store)
}

fn quote() -> Record {
    Record::from_json(
        "Quote",
        r#"{"id": "q-1", "owner": "u-17", "discount": 5, "cost": "800.00"}"#,
    )
    .unwrap()
}

#[test]
fn a_guard_over_a_store_in_memory_decides() {
    let (guard, _) = guard(policy());
    let rep = Principal::user("acme", "u-17").role("SALES_REP");
    let mut operation = guard.begin(Request::new(&rep, "quote.draft")).unwrap();
    let quote = quote();
    let view = operation.read(&quote).unwrap();
    assert_eq!(
        view.to_json(),
        r#"{"discount":5,"id":"q-1","owner":"u-17"}"#
    );
    let allowed = Changes::update(&quote).set("discount", 30);
    let denied = Changes::update(&quote).set("discount", 50);
    let allowed = operation.propose(&allowed).unwrap();
    let denied = operation.propose(&denied).unwrap();
    assert!(matches!(allowed.outcome(), Outcome::Allow(_)));
    assert!(matches!(denied.outcome(), Outcome::Deny));
    assert_eq!(denied.reasons()[0].message(), "50% is too deep");
}

#[test]
fn role_lines_permit_and_deny() {
    let (guard, store) = guard(policy());
    let line = |kind: &str, values: &[&str]| RoleLine {
        kind: kind.to_owned(),
        values: values.iter().copied().map(str::to_owned).collect(),
    };
    let lines = [
        line("g", &["SALES_MANAGER", "SALES_REP", "acme"]),
        line(
            "p",
            &["SALES_TRAINEE", "acme", "quote.draft", "use", "deny"],
        ),
    ];
    store.add_role_lines(&lines).unwrap();
    let _ = guard.refresh().unwrap();
    let begin = |role: &str| {
        let actor = Principal::user("acme", "u-17").role("SALES_REP").role(role);
        guard.begin(Request::new(&actor, "quote.draft")).map(drop)
    };
    begin("SALES_REP").unwrap();
    assert_eq!(
        begin("SALES_TRAINEE").unwrap_err().kind(),
        ErrorKind::Denied
    );
    let manager = Principal::user("acme", "u-1").role("SALES_MANAGER");
    drop(guard.begin(Request::new(&manager, "quote.draft")).unwrap());
    let elsewhere = Principal::user("beta", "u-1").role("SALES_MANAGER");
    let refused = guard.begin(Request::new(&elsewhere, "quote.draft"));
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Denied);
}

#[test]
fn a_policy_that_does_not_compile_is_refused_and_shown() {
    let bundle = bundle(&POLICY.replace("when discount", "when discuont"));
    let compiled = compile(&bundle);
    assert!(compiled.policy.is_none());
    let shown = render(
        &compiled.diagnostics,
        &bundle,
        Style::Plain,
        Language::English,
    );
    assert!(shown.contains("did you mean `discount`?"), "{shown}");
    assert!(shown.contains("^^^^^^^^"), "{shown}");

    let path = std::env::temp_dir().join(format!("memory-host-{}.guard", std::process::id()));
    std::fs::write(&path, POLICY.replace("when discount", "when discuont")).unwrap();
    let error = load_policy(&path).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Policy, "G0201"));
    assert!(format!("{error:#}").contains("did you mean `discount`?"));
}

#[test]
fn scripts_are_safe_under_this_builds_rhai() {
    rules::action::self_test().unwrap();
}

#[test]
fn a_policys_own_tests_run() {
    let compiled = compile(&bundle(POLICY));
    let report = run_tests(&compiled.policy.unwrap(), &compiled.tests);
    assert_eq!((report.passed(), report.failed()), (1, 0));
    let milder = POLICY.replace("discount > 40%", "discount > 60%");
    let compiled = compile(&bundle(&milder));
    let report = run_tests(&compiled.policy.unwrap(), &compiled.tests);
    assert_eq!((report.passed(), report.failed()), (0, 1));
}
