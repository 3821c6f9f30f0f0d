//! Bad input that does not fit into a text file of the corpus: sizes, encodings, paths, disks.
//! Each is a typed error with a code and help, quickly and without a panic.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

use std::fs;
use std::path::PathBuf;

use guardrails_core::{Diagnostic, Error, ErrorKind, Language};
use guardrails_rules::{
    BUNDLE_BYTES, Bundle, FILE_BYTES, SourceFile, Style, compile, render, to_json,
};

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn bundle(text: &str) -> Bundle {
    Bundle::from_files(vec![SourceFile::new("a.guard", text)]).unwrap()
}

fn refusal(files: Vec<SourceFile>) -> Error {
    Bundle::from_files(files).unwrap_err()
}

fn findings(text: &str) -> Vec<Diagnostic> {
    let bundle = bundle(text);
    let found = compile(&bundle).diagnostics;
    assert!(!render(&found, &bundle, Style::Colour, Language::English).is_empty());
    found
}

fn assert_policy_error(error: &Error, code: &str) {
    assert_eq!((error.kind(), error.code()), (ErrorKind::Policy, code));
    assert!(!error.help().is_empty());
}

#[test]
fn a_hundred_thousand_brackets() {
    for bracket in [
        "(",
        "[",
        "{",
        "not ",
        "-",
        "some x in y satisfies ",
        "x between ",
        "a.",
    ] {
        let text = format!(
            "guard 1\nrule r {{ on update of A when {} }}",
            bracket.repeat(100_000.min(1_000_000 / bracket.len()))
        );
        let found = findings(&text);
        assert!(!found.is_empty(), "{bracket}");
        if bracket != "a." {
            assert_eq!(found[0].code, "G0105", "{bracket}");
        }
    }
}

#[test]
fn brackets_by_the_declaration_are_cut_off_too() {
    let text = format!("guard 1\n{}", "rule r {\n".repeat(20_000));
    let found = findings(&text);
    assert!(found.len() <= 1_001);
    assert!(found.iter().all(|finding| finding.code == "G0103"
        || finding.code == "G0105"
        || finding.code == "G0006"));
}

#[test]
fn a_file_of_five_megabytes() {
    let text = "// remark\n".repeat(524_288);
    let error = refusal(vec![SourceFile::new("a.guard", text.as_str())]);
    assert_policy_error(&error, "G0001");

    let folder = folder("five-megabytes");
    fs::write(folder.join("a.guard"), text).unwrap();
    assert_policy_error(&Bundle::read(&folder).unwrap_err(), "G0001");
}

#[test]
fn the_largest_file_is_read() {
    let line = "rule r { on update of A when a == \"x\" or b in [1, 2, 3] then deny X }\n";
    let text = format!("guard 1\n{}", line.repeat((FILE_BYTES - 8) / line.len()));
    let found = findings(&text);
    assert_eq!(found.len(), 1_001);
    assert_eq!(found[1_000].code, "G0006");
}

#[test]
fn one_line_of_a_megabyte() {
    let text = format!("guard 1\nlist A = [{}\"é\" 5]", "\"é\", ".repeat(100_000));
    let found = findings(&text);
    assert_eq!(found[0].code, "G0101");
    assert_eq!((found[0].place.line, found[0].place.column), (2, 500_015));
}

#[test]
fn an_entity_of_too_many_fields() {
    let fields: String = (0..20_000).map(|i| format!("f{i} : text ")).collect();
    let found = findings(&format!(
        "guard 1\nentity A {{ {fields} }}\nenum B {{ {} X }}",
        "Y, ".repeat(9_000)
    ));
    assert!(
        found
            .iter()
            .any(|finding| finding.message.contains("`entity_fields`"))
    );
    assert!(found.iter().any(|finding| finding.code == "G0217"));
}

#[test]
fn masks_that_multiply() {
    let fields: String = (0..900).map(|i| format!("f{i} : text ")).collect();
    let masks = "*, ".repeat(10_000);
    let found = findings(&format!(
        "guard 1\nentity A {{ {fields} }}\ngrant R on A {{ mask {masks} f1 }}\nrule r {{ on read of A then {} hide f1 }}",
        "mask *, ".repeat(10_000)
    ));
    assert!(
        found
            .iter()
            .any(|finding| finding.message.contains("`grant_clauses`"))
    );
    assert!(
        found
            .iter()
            .any(|finding| finding.message.contains("`rule_effects`"))
    );
}

#[test]
fn nul_bytes() {
    let error = refusal(vec![SourceFile::new("a.guard", "guard 1\nconst A\0 = 1")]);
    assert_policy_error(&error, "G0003");
    let place = &error.diagnostics()[0].place;
    assert_eq!((place.line, place.column), (2, 8));
}

/// Reading a pipe would wait for whoever writes to it: for ever, here.
#[cfg(unix)]
#[test]
fn a_pipe_is_refused_and_never_read() {
    let folder = folder("pipe");
    fs::write(folder.join("a.guard"), "guard 1").unwrap();
    let pipe = folder.join("b.guard");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink("/dev/null", folder.join("c.guard")).unwrap();
    let error = Bundle::read(&folder).unwrap_err();
    assert_policy_error(&error, "G0007");
    let places: Vec<&str> = error.diagnostics().iter().map(|d| &*d.place.file).collect();
    assert_eq!(places, ["b.guard", "c.guard"]);
    assert_policy_error(&Bundle::read(&pipe).unwrap_err(), "G0007");
}

#[test]
fn text_that_is_not_utf8() {
    let folder = folder("not-utf8");
    fs::write(folder.join("a.guard"), b"guard 1\n// \xD5\xDB\xBF\xDB").unwrap();
    fs::write(folder.join("b.guard"), b"guard 1\nconst \0").unwrap();
    let error = Bundle::read(&folder).unwrap_err();
    assert_policy_error(&error, "G0004");
    assert_eq!(error.diagnostics()[0].place.line, 2);
}

#[test]
fn a_bundle_over_its_limit() {
    let words = "x".repeat(BUNDLE_BYTES);
    let error = refusal(vec![
        SourceFile::new("a.guard", "guard 1"),
        SourceFile::new("words.txt", words),
    ]);
    assert_policy_error(&error, "G0002");
}

#[test]
fn a_list_over_its_limit() {
    let words = "x\n".repeat(1_000_001);
    let files = vec![
        SourceFile::new(
            "a.guard",
            "guard 1\nlist A from \"words.txt\"\nentity E { id : text }\nrule r { on update of E when id in A then deny X }",
        ),
        SourceFile::new("words.txt", words),
    ];
    let bundle = Bundle::from_files(files).unwrap();
    let found = compile(&bundle).diagnostics;
    assert_eq!(found[0].code, "G0410");
}

#[test]
fn paths_that_are_missing_or_hold_no_policy() {
    let missing = Bundle::read("no/such/folder").unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert!(!missing.help().is_empty());

    let empty = folder("no-policy");
    fs::write(empty.join("words.txt"), "x").unwrap();
    assert_eq!(
        Bundle::read(&empty).unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let words = Bundle::read(empty.join("words.txt")).unwrap_err();
    assert_eq!(words.kind(), ErrorKind::NotFound);
    assert_eq!(refusal(Vec::new()).kind(), ErrorKind::NotFound);
}

#[test]
fn paths_that_leave_the_bundle() {
    for path in [
        "../a.guard",
        "/a.guard",
        "a//b.guard",
        "./a.guard",
        "a\\b.guard",
        "",
    ] {
        assert_policy_error(&refusal(vec![SourceFile::new(path, "guard 1")]), "G0005");
    }
    let twice = vec![
        SourceFile::new("a.guard", "guard 1"),
        SourceFile::new("a.guard", "guard 1"),
    ];
    assert_policy_error(&refusal(twice), "G0005");
}

#[cfg(unix)]
#[test]
fn word_lists_stay_inside_the_folder() {
    let home = folder("inside");
    let policy = home.join("policy");
    fs::create_dir_all(policy.join("words")).unwrap();
    fs::write(home.join("secret.txt"), "secret").unwrap();
    fs::write(policy.join("words/near.txt"), "near").unwrap();
    std::os::unix::fs::symlink(home.join("secret.txt"), policy.join("link.txt")).unwrap();
    let text = "guard 1\nlist A from \"words/near.txt\"\nlist B from \"link.txt\"\nlist C from \"../secret.txt\"\n";
    fs::write(policy.join("a.guard"), text).unwrap();

    let bundle = Bundle::read(&policy).unwrap();
    assert!(bundle.file("words/near.txt").is_some());
    assert!(bundle.file("link.txt").is_none());
    let codes: Vec<&str> = compile(&bundle)
        .diagnostics
        .iter()
        .filter(|finding| finding.code != "G0501")
        .map(|finding| finding.code)
        .collect();
    assert_eq!(codes, ["G0207", "G0005"]);
}

#[test]
fn a_single_file_brings_its_word_lists() {
    let home = folder("single");
    fs::write(home.join("words.txt"), "alpha\r\n").unwrap();
    fs::write(home.join("other.guard"), "guard 7").unwrap();
    fs::write(home.join("a.guard"), "guard 1\nlist A from \"words.txt\"\n").unwrap();
    let bundle = Bundle::read(home.join("a.guard")).unwrap();
    assert_eq!(bundle.sources().len(), 1);
    assert!(compile(&bundle).policy.is_some());
}

#[test]
fn the_digest_is_of_paths_and_bytes_in_path_order() {
    let a = || SourceFile::new("a.guard", "guard 1\n");
    let b = || SourceFile::new("b/c.guard", "guard 1\r\n");
    let words = || SourceFile::new("words.txt", "x");
    let digest = |files| Bundle::from_files(files).unwrap().digest();
    let whole = digest(vec![a(), b(), words()]);
    assert_eq!(whole, digest(vec![words(), b(), a()]));
    assert_ne!(whole, digest(vec![a(), b()]));
    assert_ne!(
        whole,
        digest(vec![
            a(),
            SourceFile::new("b/d.guard", "guard 1\r\n"),
            words()
        ])
    );
    assert_ne!(
        digest(vec![a()]),
        digest(vec![SourceFile::new("a.guard", "\u{FEFF}guard 1\n")])
    );
    let compiled = compile(&Bundle::from_files(vec![a(), b(), words()]).unwrap());
    assert_eq!(compiled.policy.unwrap().digest, whole);
}

#[test]
fn crlf_and_a_byte_order_mark_change_no_place() {
    let plain = findings("guard 1\n\nconst é = 2026-02-30\n");
    let marked = findings("\u{FEFF}guard 1\r\n\r\nconst é = 2026-02-30\r\n");
    let place = |found: &[Diagnostic]| (found[0].place.line, found[0].place.column);
    assert_eq!(place(&plain), (3, 11));
    assert_eq!(place(&plain), place(&marked));
}

#[test]
fn json_names_code_place_and_help() {
    let found = findings("guard 1\nconst A = 2026-02-30\n");
    insta::assert_snapshot!(to_json(&found, Language::English));
}
