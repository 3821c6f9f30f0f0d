//! Replays the corpus of small policies through the `guard` command: the exit code and the codes it
//! prints are those that the policy's first line names, as they are for the library
//! (`guardrails-rules/tests/corpus.rs`) and for Python.
#![cfg(feature = "cli")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

/// Policies checked at a time, each by a process of its own.
const AT_A_TIME: usize = 4;

fn policies() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("guardrails-rules/tests/corpus");
    let kinds = ["ok", "err"]
        .into_iter()
        .flat_map(|kind| fs::read_dir(root.join(kind)).unwrap());
    let mut paths: Vec<PathBuf> = kinds.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 150, "{}", paths.len());
    paths
}

fn expected(policy: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(policy).unwrap();
    let line = text.lines().next().unwrap_or_default();
    let codes = line
        .strip_prefix("// expects:")
        .unwrap_or_default()
        .split(',');
    codes
        .map(|code| code.trim().to_owned())
        .filter(|code| !code.is_empty())
        .collect()
}

/// Checks one policy; what is surprising about the answer.
fn surprise(policy: &Path) -> Option<String> {
    let done = Command::new(env!("CARGO_BIN_EXE_guard"))
        .args(["--format", "json", "check"])
        .arg(policy)
        .output()
        .unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let codes = |severity: &str| -> BTreeSet<String> {
        let found = answer["findings"].as_array().unwrap().iter();
        let found = found.filter(|finding| severity.is_empty() || finding["severity"] == severity);
        found
            .map(|finding| finding["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let (expected, errors) = (expected(policy), codes("error"));
    let code = if errors.is_empty() { 0 } else { 1 };
    let as_said = expected.is_subset(&codes("")) && errors.is_subset(&expected);
    (!as_said || done.status.code() != Some(code))
        .then(|| format!("{}: {:?}, {answer}", policy.display(), done.status))
}

#[test]
fn the_command_says_of_each_policy_what_is_expected() {
    let policies = policies();
    let share = policies.len().div_ceil(AT_A_TIME);
    let surprises: Vec<String> = thread::scope(|scope| {
        let check = |part: &[PathBuf]| -> Vec<String> {
            part.iter().filter_map(|policy| surprise(policy)).collect()
        };
        let parts = policies.chunks(share);
        let workers: Vec<_> = parts.map(|part| scope.spawn(move || check(part))).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}
