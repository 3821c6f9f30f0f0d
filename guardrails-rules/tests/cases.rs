//! The case corpus: every file or folder of `cases/ok` compiles, every one of `cases/err` is
//! refused, those of `cases/lint` compile and are doubtful, and what is said of each is a committed
//! snapshot.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use guardrails_core::{Diagnostic, Language, Phrase};
use guardrails_rules::analyse::{self, Depth};
use guardrails_rules::{Bundle, Style, codes, compile, render};

fn cases(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(kind);
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir() || path.extension().is_some_and(|e| e == "guard"))
        .collect();
    cases.sort();
    cases
}

fn name_of(case: &Path) -> String {
    case.file_stem().unwrap().to_str().unwrap().to_owned()
}

fn hold(kind: &str, case: &Path, rendered: &str) {
    insta::with_settings!({
        snapshot_path => Path::new("snapshots").join(kind),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name_of(case), rendered);
    });
}

#[test]
fn what_is_right_compiles() {
    for case in cases("ok") {
        let bundle = Bundle::read(&case).unwrap();
        let compiled = compile(&bundle);
        let rendered = render(
            &compiled.diagnostics,
            &bundle,
            Style::Plain,
            Language::English,
        );
        assert!(compiled.policy.is_some(), "{}:\n{rendered}", case.display());
        hold("ok", &case, &rendered);
    }
}

#[test]
fn what_is_wrong_is_refused_and_explained() {
    for case in cases("err") {
        let bundle = Bundle::read(&case).unwrap();
        let compiled = compile(&bundle);
        let rendered = render(
            &compiled.diagnostics,
            &bundle,
            Style::Plain,
            Language::English,
        );
        assert!(!compiled.diagnostics.is_empty(), "{}", case.display());
        let warned = name_of(&case).starts_with("warn_");
        assert_eq!(
            compiled.policy.is_some(),
            warned,
            "{}:\n{rendered}",
            case.display()
        );
        hold("err", &case, &rendered);
    }
}

/// What compiling and analysing a bundle find.
fn linted(case: &Path) -> (Bundle, Vec<Diagnostic>) {
    let bundle = Bundle::read(case).unwrap();
    let compiled = compile(&bundle);
    let mut found = compiled.diagnostics;
    let policy = compiled.policy.unwrap_or_else(|| panic!("{found:#?}"));
    found.extend(analyse::findings(
        &policy,
        &compiled.tests,
        Depth::Everything,
    ));
    (bundle, found)
}

#[test]
fn what_is_doubtful_is_found_by_analysis() {
    for case in cases("lint") {
        let (bundle, mut found) = linted(&case);
        // What every rule lacks is shown once, in a case of its own.
        found.retain(|finding| name_of(&case) == "style" || !finding.code.starts_with("G053"));
        hold(
            "lint",
            &case,
            &render(&found, &bundle, Style::Plain, Language::English),
        );
    }
}

/// Message, label, notes and help of a finding.
fn said(finding: &Diagnostic) -> impl Iterator<Item = &Phrase> {
    let notes = finding.notes.iter().map(|note| &note.message);
    [&finding.message, &finding.label, &finding.help]
        .into_iter()
        .chain(notes)
}

#[test]
fn every_finding_is_said_in_both_languages() {
    let mut all: Vec<Diagnostic> = Vec::new();
    for case in cases("ok").into_iter().chain(cases("err")) {
        all.extend(compile(&Bundle::read(&case).unwrap()).diagnostics);
    }
    all.extend(cases("lint").iter().flat_map(|case| linted(case).1));
    let mut english = BTreeSet::new();
    for finding in &all {
        let only = said(finding).filter(|phrase| !phrase.is_translated());
        english.extend(only.map(|phrase| format!("{}: {phrase}", finding.code)));
    }
    assert!(english.is_empty(), "without Chinese: {english:#?}");
}

/// The words that `docs/wording.md` lists behind `start`.
fn listed(start: &str) -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/wording.md");
    let page = std::fs::read_to_string(page).unwrap();
    let line = page.lines().find_map(|line| line.strip_prefix(start));
    let words = line.unwrap().split('`').skip(1).step_by(2);
    words.map(str::to_owned).collect()
}

#[test]
fn chinese_keeps_to_the_words_of_the_document() {
    let compiled = cases("ok").into_iter().chain(cases("err"));
    let mut all: Vec<Diagnostic> = compiled
        .flat_map(|case| compile(&Bundle::read(&case).unwrap()).diagnostics)
        .collect();
    all.extend(cases("lint").iter().flat_map(|case| linted(case).1));
    let explained = codes().iter().flat_map(|it| [&it.title, &it.why, &it.fix]);
    let texts = all.iter().flat_map(said).chain(explained);
    let (not_ours, kept) = (listed("- not in use are "), listed("- except in "));
    assert!(not_ours.len() > 5 && kept.len() > 3);
    // What is asked of people is to report a defect, and readers ask for a language.
    let without_kept = |text: &str| {
        kept.iter()
            .fold(text.to_owned(), |text, word| text.replace(word, ""))
    };
    let odd: BTreeSet<&str> = texts
        .map(|text| text.text(Language::Chinese))
        .filter(|text| {
            not_ours
                .iter()
                .any(|word| without_kept(text).contains(word))
        })
        .collect();
    assert!(odd.is_empty(), "{odd:#?}");
}

#[test]
fn ten_mistakes_are_ten_findings() {
    let case = cases("err")
        .into_iter()
        .find(|case| name_of(case) == "ten_mistakes")
        .unwrap();
    let found = compile(&Bundle::read(&case).unwrap()).diagnostics;
    let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
    assert_eq!(
        codes,
        [
            "G0204", "G0101", "G0102", "G0107", "G0103", "G0203", "G0104", "G0302", "G0402",
            "G0403"
        ]
    );
}

/// Codes whose cases are sizes and bytes, in `limits.rs`, or that nothing is known to bring about.
fn elsewhere(code: &str) -> bool {
    matches!(
        code,
        "G0001"
            | "G0002"
            | "G0003"
            | "G0004"
            | "G0006"
            | "G0007"
            | "G0230"
            | "G0410"
            | "G0590"
            | "G0610"
            | "G0999"
    )
}

#[test]
fn every_code_has_a_case() {
    let mut seen = BTreeSet::new();
    for case in cases("err") {
        let compiled = compile(&Bundle::read(&case).unwrap());
        seen.extend(compiled.diagnostics.into_iter().map(|finding| finding.code));
    }
    for case in cases("lint") {
        seen.extend(linted(&case).1.into_iter().map(|finding| finding.code));
    }
    let missing: Vec<&str> = codes()
        .iter()
        .map(|entry| entry.code)
        .filter(|code| !seen.contains(code) && !elsewhere(code))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}
