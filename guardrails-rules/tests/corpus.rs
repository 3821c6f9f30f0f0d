//! The corpus of small policies as companies would write them, in English and Chinese: what each is
//! said to be wrong with, and whether its own tests hold. The command and the wheel replay the same
//! files (`tests/corpus.rs` of the root package, `guardrails-py/tests/test_corpus.py`).
//!
//! A policy's first line says what is to be found, `// expects: G0201, G0302`; none says nothing is
//! wrong. Every code it names is found, and no error but those.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use guardrails_core::Language;
use guardrails_core::Severity;
use guardrails_rules::{Bundle, Style, compile, render, run_tests};

/// The corpus and the cases of `cases.rs` together: fewer would be somebody's mistake.
const FEWEST: usize = 200;

fn policies(kind: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let entries = fs::read_dir(root.join(kind)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn expected(policy: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(policy).unwrap();
    let line = text.lines().next().unwrap_or_default();
    let codes = line.strip_prefix("// expects:").unwrap_or_default();
    let codes = codes.split(',').map(|code| code.trim().to_owned());
    codes.filter(|code| !code.is_empty()).collect()
}

/// What is wrong with the replay of a policy; nothing when all is as its first line says.
fn surprise(policy: &Path) -> Option<String> {
    let bundle = Bundle::read(policy).unwrap();
    let compiled = compile(&bundle);
    let codes = |severity: Option<Severity>| -> BTreeSet<String> {
        let found = compiled.diagnostics.iter();
        let found = found.filter(|one| severity.is_none_or(|wanted| one.severity == wanted));
        found.map(|one| one.code.to_owned()).collect()
    };
    let expected = expected(policy);
    let as_said =
        expected.is_subset(&codes(None)) && codes(Some(Severity::Error)).is_subset(&expected);
    if !as_said {
        let rendered = render(
            &compiled.diagnostics,
            &bundle,
            Style::Plain,
            Language::English,
        );
        return Some(format!(
            "{} expects {expected:?}:\n{rendered}",
            policy.display()
        ));
    }
    let report = run_tests(compiled.policy.as_ref()?, &compiled.tests);
    let failures: Vec<String> = report
        .results
        .iter()
        .flat_map(|test| &test.failures)
        .map(ToString::to_string)
        .collect();
    (!failures.is_empty()).then(|| format!("{}: {failures:#?}", policy.display()))
}

fn replay(kind: &str) -> Vec<PathBuf> {
    let policies = policies(kind);
    let surprises: Vec<String> = policies.iter().filter_map(|one| surprise(one)).collect();
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
    policies
}

#[test]
fn what_is_right_compiles_and_its_tests_hold() {
    for policy in replay("corpus/ok") {
        let compiled = compile(&Bundle::read(&policy).unwrap());
        assert!(compiled.policy.is_some(), "{}", policy.display());
        assert!(
            !compiled.tests.is_empty(),
            "{} has no test",
            policy.display()
        );
    }
}

#[test]
fn what_is_wrong_is_found() {
    for policy in replay("corpus/err") {
        assert!(
            !expected(&policy).is_empty(),
            "{} expects nothing",
            policy.display()
        );
    }
}

#[test]
fn there_are_many() {
    let kinds = ["corpus/ok", "corpus/err", "cases/ok", "cases/err"];
    let number: usize = kinds.iter().map(|kind| policies(kind).len()).sum();
    assert!(number >= FEWEST, "{number}");
}
