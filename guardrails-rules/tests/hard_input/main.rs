//! Replays what fuzzing starts from and what it once found, on the ordinary toolchain: every seed
//! of `fuzz/seeds`, and for the targets that read policies every text of the case corpus.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a test stops at the first surprise"
)]

mod bodies;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Runs `body` over every file below `folders`, and says which ones it breaks on.
fn replay(folders: &[&str], body: fn(&[u8])) {
    let mut files = Vec::new();
    for folder in folders {
        walk(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut files,
        );
    }
    assert!(files.len() >= 8, "{folders:?} hold {} seeds", files.len());
    let broken = files.iter().filter(|file| {
        let data = fs::read(file).unwrap();
        catch_unwind(AssertUnwindSafe(|| body(&data))).is_err()
    });
    assert_eq!(broken.collect::<Vec<_>>(), Vec::<&PathBuf>::new());
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push(path);
        }
    }
}

#[test]
fn parse() {
    replay(&["fuzz/seeds/parse", "tests/cases"], bodies::parse);
}

#[test]
fn format() {
    let folders = [
        "fuzz/seeds/parse",
        "fuzz/seeds/check",
        "tests/cases",
        "tests/corpus",
    ];
    replay(&folders, bodies::format);
}

#[test]
fn check() {
    replay(&["fuzz/seeds/check", "tests/cases"], bodies::check);
}

#[test]
fn index_against_oracle() {
    replay(
        &["fuzz/seeds/index_against_oracle"],
        bodies::index_against_oracle,
    );
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(300))]

    #[test]
    fn printed_conditions(data in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
        bodies::printed_conditions(&data);
    }
}

#[test]
fn printed_conditions_of_seeds() {
    replay(
        &["fuzz/seeds/index_against_oracle"],
        bodies::printed_conditions,
    );
}

#[test]
fn action() {
    replay(&["fuzz/seeds/action"], bodies::action);
}

#[test]
fn permission_rows() {
    replay(&["fuzz/seeds/permission_rows"], bodies::permission_rows);
}

#[test]
fn record_and_change() {
    replay(&["fuzz/seeds/record_and_change"], bodies::record_and_change);
}

#[test]
fn audit_rows() {
    replay(&["fuzz/seeds/audit_rows"], bodies::audit_rows);
}

#[test]
fn ticket_rows() {
    replay(&["fuzz/seeds/ticket_rows"], bodies::ticket_rows);
}
