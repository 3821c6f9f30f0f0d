//! The language reference is a policy: its pieces, in order, compile, and its tests pass.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

use guardrails_core::Language;
use guardrails_rules::{Bundle, SourceFile, Style, compile, render, run_tests};

/// The reference with everything but its pieces of policy blanked, so that places stay true.
fn policy(reference: &str) -> String {
    let mut inside = false;
    let mut policy = String::new();
    for line in reference.lines() {
        let fence = line.starts_with("```");
        if !fence && inside {
            policy.push_str(line);
        }
        inside = if fence { line == "```guard" } else { inside };
        policy.push('\n');
    }
    policy
}

#[test]
fn the_reference_compiles_and_its_tests_pass() {
    let text = policy(include_str!("../src/language.md"));
    let bundle = Bundle::from_files(vec![SourceFile::new("language.guard", text)]).unwrap();
    let compiled = compile(&bundle);
    let told = render(
        &compiled.diagnostics,
        &bundle,
        Style::Plain,
        Language::English,
    );
    let policy = compiled.policy.unwrap_or_else(|| panic!("{told}"));
    let report = run_tests(&policy, &compiled.tests);
    let failures: Vec<String> = report
        .results
        .iter()
        .flat_map(|result| result.failures.iter().map(ToString::to_string))
        .collect();
    assert_eq!(failures, Vec::<String>::new());
    assert_eq!(report.passed(), 5);
    assert_eq!(told, "", "the reference sets an example");
}
