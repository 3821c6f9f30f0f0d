//! A policy's own tests, run: those that hold, and what is said of those that do not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

use std::path::Path;

use guardrails_rules::{Bundle, SourceFile, TestReport, compile, run_tests};

fn run(bundle: &Bundle) -> TestReport {
    let compiled = compile(bundle);
    let policy = compiled.policy.unwrap();
    run_tests(&policy, &compiled.tests)
}

fn case(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases/ok")
        .join(name)
}

fn told(report: &TestReport) -> Vec<String> {
    let failures = report.results.iter().flat_map(|result| &result.failures);
    failures.map(ToString::to_string).collect()
}

#[test]
fn the_tests_of_a_right_policy_pass() {
    for name in ["tests.guard", "test_cases.guard", "language"] {
        let report = run(&Bundle::read(case(name)).unwrap());
        assert_eq!(told(&report), Vec::<String>::new(), "{name}");
        assert!(report.passed() > 0, "{name}");
    }
}

#[test]
fn a_test_that_fails_says_what_happened_instead() {
    let text = std::fs::read_to_string(case("tests.guard")).unwrap();
    let text = text
        .replace("discount > REP_LIMIT", "discount > REP_LIMIT + 10%")
        .replace(
            "mask  contact_phone with phone",
            "mask  contact_phone with redact",
        )
        .replace("then deny DISCOUNT_TOO_DEEP", "then deny TOO_DEEP");
    let bundle = Bundle::from_files(vec![SourceFile::new("broken.guard", text)]).unwrap();
    let report = run(&bundle);
    assert_eq!((report.passed(), report.failed()), (2, 3));
    insta::assert_snapshot!(told(&report).join("\n"));
}

/// The skill names its models; only the second test says on which it runs.
const MODELS: &str = r#"
guard 1
entity Quote { id : text }
grant REP on Quote { write id }
skill quote.draft { title "Draft" does update on Quote impact 1 allow REP models "qwen:14b", "llama3-70b" }
test "a test that names no model runs on the first that is allowed" {
    actor { id: "u-1", roles: [REP] }
    skill quote.draft
    given Quote { id: "q-1" }
    change { id: "q-2" }
    expect allow
}
test "a test that names another is refused" {
    actor { id: "u-1", roles: [REP], model: "other" }
    skill quote.draft
    given Quote { id: "q-1" }
    change { id: "q-2" }
    expect deny MODEL_NOT_ALLOWED
}
"#;

#[test]
fn a_test_need_not_repeat_the_skill_s_models() {
    let bundle = Bundle::from_files(vec![SourceFile::new("models.guard", MODELS)]).unwrap();
    let report = run(&bundle);
    assert_eq!(told(&report), Vec::<String>::new());
    assert_eq!(report.passed(), 2);
}

#[test]
fn a_case_that_fails_says_which_and_what_happened_instead() {
    let text = std::fs::read_to_string(case("test_cases.guard")).unwrap();
    let text = text
        .replace("when discount > 15%", "when discount > 5%")
        .replace("days: 30, why", "days: 7, why")
        .replace("when old.stage == WON", "when stage == SENT");
    let bundle = Bundle::from_files(vec![SourceFile::new("broken.guard", text)]).unwrap();
    let report = run(&bundle);
    let failed = report.results.iter().filter(|result| !result.passed());
    let failed = failed.map(|result| {
        let said: Vec<String> = result.failures.iter().map(ToString::to_string).collect();
        format!(
            "{} ({})\n  {}",
            result.name,
            result.place,
            said.join("\n  ")
        )
    });
    insta::assert_snapshot!(failed.collect::<Vec<_>>().join("\n"));
}
