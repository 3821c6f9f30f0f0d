//! What is said about each code is true: its example brings it about, and the mended text does not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

use std::path::Path;

use guardrails_core::{Diagnostic, Phrase};
use guardrails_rules::analyse::{self, Depth};
use guardrails_rules::{Bundle, Code, Example, SourceFile, codes, compile, explain};

fn findings(text: &str) -> Vec<Diagnostic> {
    match Bundle::from_files(vec![SourceFile::new("example.guard", text)]) {
        Ok(bundle) => compile(&bundle).diagnostics,
        Err(error) => error.diagnostics().to_vec(),
    }
}

/// What analysis finds of this code alone; its examples are too short to have no other fault. They must
/// compile without a finding.
fn analysed(text: &str, code: &str) -> Vec<Diagnostic> {
    let bundle = Bundle::from_files(vec![SourceFile::new("example.guard", text)]).unwrap();
    let compiled = compile(&bundle);
    assert!(
        compiled.diagnostics.is_empty(),
        "{code}: {:#?}",
        told(&compiled.diagnostics)
    );
    let policy = compiled.policy.unwrap();
    let found = analyse::findings(&policy, &compiled.tests, Depth::Everything);
    found
        .into_iter()
        .filter(|finding| finding.code == code)
        .collect()
}

fn found_for(entry: &Code, text: &str) -> Vec<Diagnostic> {
    match ("G0511".."G0600").contains(&entry.code) {
        true => analysed(text, entry.code),
        false => findings(text),
    }
}

fn told(found: &[Diagnostic]) -> Vec<String> {
    found.iter().map(ToString::to_string).collect()
}

fn phrases(entry: &Code) -> Vec<&Phrase> {
    let mut all = vec![&entry.title, &entry.why, &entry.fix];
    if let Example::Said(said) = &entry.example {
        all.push(said);
    }
    all
}

#[test]
fn codes_are_in_order_and_unique() {
    let all: Vec<&str> = codes().iter().map(|entry| entry.code).collect();
    let mut sorted = all.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(all, sorted);
    assert!(all.len() >= 45);
    for code in all {
        assert_eq!(explain(code).unwrap().code, code);
    }
}

#[test]
fn every_code_has_its_file_and_every_file_its_code() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut named = Vec::new();
    for folder in ["codes", "action/codes", "analyse/codes"] {
        for file in std::fs::read_dir(source.join(folder)).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            if name != "mod" {
                let code = name.split('_').next().unwrap().to_uppercase();
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(text.contains(&format!("code: \"{code}\"")), "{name}");
                assert!(text.starts_with(&format!("//! {code}: ")), "{name}");
                named.push(code);
            }
        }
    }
    named.sort_unstable();
    let all: Vec<&str> = codes().iter().map(|entry| entry.code).collect();
    assert_eq!(named, all);
}

#[test]
fn every_code_is_explained_in_both_languages() {
    for entry in codes() {
        for phrase in phrases(entry) {
            assert!(!phrase.is_empty(), "{}", entry.code);
            assert!(phrase.is_translated(), "{}: {phrase}", entry.code);
        }
    }
}

#[test]
fn examples_bring_their_codes_about() {
    let mut others = Vec::new();
    for entry in codes() {
        if let Example::Text { wrong, .. } = entry.example {
            let found = found_for(entry, wrong);
            let all: Vec<&str> = found.iter().map(|finding| finding.code).collect();
            if all != [entry.code] {
                others.push((entry.code, told(&found)));
            }
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn mended_examples_have_no_findings() {
    for entry in codes() {
        if let Example::Text { right, .. } = entry.example {
            let found = found_for(entry, right);
            assert!(found.is_empty(), "{}: {:#?}", entry.code, told(&found));
        }
    }
}

/// Sizes of files, folders and bytes cannot be shown by one text; nor can what should not happen.
#[test]
fn only_what_no_text_shows_is_described() {
    let described: Vec<&str> = codes()
        .iter()
        .filter(|entry| matches!(entry.example, Example::Said(_)))
        .map(|entry| entry.code)
        .collect();
    assert_eq!(
        described,
        [
            "G0001", "G0002", "G0003", "G0004", "G0006", "G0007", "G0230", "G0232", "G0410",
            "G0590", "G0610", "G0999"
        ]
    );
}
