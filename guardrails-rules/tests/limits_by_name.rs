//! Every limit that the reference names is on by default: what is over it is refused by its name, and
//! what is just within it is not. The scripts' own limits are held in `action/hazards.rs`.

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

use guardrails_rules::{BUNDLE_BYTES, Bundle, FILE_BYTES, SourceFile, compile};

/// A limit, an input just within it, and one over it.
struct Case {
    limit: &'static str,
    within: Vec<SourceFile>,
    over: Vec<SourceFile>,
}

fn policy(text: impl AsRef<str>) -> Vec<SourceFile> {
    vec![SourceFile::new(
        "a.guard",
        format!("guard 1\n{}", text.as_ref()),
    )]
}

fn text(limit: &'static str, at: usize, write: impl Fn(usize) -> String) -> Case {
    Case {
        limit,
        within: policy(write(at)),
        over: policy(write(at + 1)),
    }
}

fn numbered(count: usize, write: impl Fn(usize) -> String) -> String {
    (0..count).map(write).collect()
}

fn condition(when: &str) -> String {
    format!(
        "entity A {{ id : text  n : int }}\nrule r {{ on update of A when {when} then deny X }}"
    )
}

/// Files of rules, as many as they take.
fn rules(count: usize) -> Vec<SourceFile> {
    let mut files = policy("entity A { id : text }");
    for (file, first) in (0..).zip((0..count).step_by(12_000)) {
        let some = numbered(12_000.min(count - first), |at| {
            format!(
                "rule r{} {{ on update of A then notify \"x\" }}\n",
                first + at
            )
        });
        files.push(SourceFile::new(
            format!("r{file}.guard"),
            format!("guard 1\n{some}"),
        ));
    }
    files
}

/// A hundred roles times this many clauses.
fn grant(clauses: usize) -> String {
    let (roles, clauses) = (
        numbered(99, |at| format!("R{at}, ")),
        "read id ".repeat(clauses),
    );
    format!("entity A {{ id : text }}\ngrant {roles} R on A {{ {clauses} }}")
}

fn words(entries: usize) -> Vec<SourceFile> {
    let mut files = policy(format!(
        "list A from \"words.txt\"\n{}",
        condition("id in A")
    ));
    files.push(SourceFile::new("words.txt", "x\n".repeat(entries)));
    files
}

fn cases() -> Vec<Case> {
    let bundle = |bytes| {
        let mut files = policy("");
        files.push(SourceFile::new("words.txt", "x".repeat(bytes)));
        files
    };
    vec![
        text("file_bytes", FILE_BYTES - "guard 1\n".len(), |bytes| {
            "\n".repeat(bytes)
        }),
        Case {
            limit: "bundle_bytes",
            within: bundle(BUNDLE_BYTES - 8),
            over: bundle(BUNDLE_BYTES - 7),
        },
        Case {
            limit: "rules",
            within: rules(1_000),
            over: rules(100_001),
        },
        text("entity_fields", 1_000, |count| {
            format!(
                "entity A {{ {} }}",
                numbered(count, |at| format!("f{at} : text "))
            )
        }),
        text("enum_members", 1_000, |count| {
            format!(
                "enum A {{ Z{} }}",
                numbered(count - 1, |at| format!(", M{at}"))
            )
        }),
        Case {
            limit: "grant_clauses",
            within: policy(grant(100)),
            over: policy(grant(1_001)),
        },
        text("rule_effects", 10_000, |count| {
            let effects = "notify \"x\", ".repeat(count - 1);
            format!("entity A {{ id : text }}\nrule r {{ on update of A then {effects} deny X }}")
        }),
        Case {
            limit: "list_entries",
            within: words(1_000),
            over: words(1_000_001),
        },
        Case {
            limit: "pattern_bytes",
            within: policy(condition("id matches \"^\\w{20}$\"")),
            over: policy(condition("id matches \"^(\\w{50}){50}$\"")),
        },
        text("path_length", 16, |names| {
            let path = format!("{}n", "a.".repeat(names - 1));
            format!(
                "entity A {{ id : text  n : int  a : A }}\n\
                 rule r {{ on update of A when {path} > 1 then deny X }}"
            )
        }),
        // The braces of the rule are one level.
        text("nesting", 63, |levels| {
            condition(&format!(
                "{}n > 1{}",
                "(".repeat(levels),
                ")".repeat(levels)
            ))
        }),
        Case {
            limit: "expression_depth",
            within: policy(condition(&format!("n{} > 1", " + n".repeat(100)))),
            over: policy(condition(&format!("n{} > 1", " + n".repeat(130)))),
        },
        text("findings", 1_000, |count| {
            let tests = numbered(count, |at| format!("const C{at} = 1\n"));
            format!("entity A {{ id : text }}\n{tests}")
        }),
    ]
}

/// Everything that is said of the files.
fn said(files: Vec<SourceFile>) -> String {
    let found = match Bundle::from_files(files) {
        Ok(bundle) => compile(&bundle).diagnostics,
        Err(error) => error.diagnostics().to_vec(),
    };
    found
        .iter()
        .map(|finding| format!("{}\n", finding.message))
        .collect()
}

#[test]
fn each_is_on_by_default() {
    for case in cases() {
        let name = format!("`{}`", case.limit);
        let (within, over) = (said(case.within), said(case.over));
        assert!(!within.contains(&name), "within {name}: {within:.300}");
        assert!(over.contains(&name), "over {name}: {over:.300}");
    }
}

#[test]
fn the_reference_names_no_other() {
    let reference = include_str!("../src/language.md");
    let (_, limits) = reference.split_once("\n# Limits\n").unwrap();
    let named: BTreeSet<&str> = limits
        .split("(`")
        .skip(1)
        .filter_map(|rest| rest.split_once("`)"))
        .map(|(name, _)| name)
        .collect();
    let cases = cases();
    assert_eq!(named, cases.iter().map(|case| case.limit).collect());
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn folders_end_somewhere() {
    let home = folder("deep-folders");
    fs::write(home.join("a.guard"), "guard 1").unwrap();
    let deep = (0..17).fold(home.clone(), |path, _| path.join("in"));
    fs::create_dir_all(deep.parent().unwrap()).unwrap();
    assert!(Bundle::read(&home).is_ok());
    fs::create_dir_all(&deep).unwrap();
    let error = Bundle::read(&home).unwrap_err();
    assert!(error.to_string().contains("`folder_depth`"), "{error}");
    assert!(!error.help().is_empty());
}

#[test]
fn a_bundle_has_so_many_files() {
    let home = folder("many-files");
    for at in 0..10_000 {
        fs::write(home.join(format!("{at}.guard")), "guard 1").unwrap();
    }
    assert!(Bundle::read(&home).is_ok());
    fs::write(home.join("last.guard"), "guard 1").unwrap();
    let error = Bundle::read(&home).unwrap_err();
    assert!(error.to_string().contains("`bundle_files`"), "{error}");
    assert!(!error.help().is_empty());
}
