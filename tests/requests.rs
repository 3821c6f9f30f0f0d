//! Replays `examples/requests/`: one request per file, and beside it what the guard answers. The
//! same files are replayed through the Python wheel, so that both give the same answers.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::fs;
use std::path::{Path, PathBuf};

use crm_guardrails::{Evaluation, evaluate, load_policy};
use serde_json::{Value, json};

const FOLDER: &str = "examples/requests";
const POLICIES: &str = "examples/crm/policies";
const EXPECTED: &str = ".expected.json";

/// `UPDATE_EXPECTED=1` writes what was answered; read the difference before keeping it.
#[test]
fn every_request_is_answered_as_expected() {
    let policy = load_policy(Path::new(POLICIES)).unwrap();
    let requests = requests();
    assert!(requests.len() >= 12, "only {} requests", requests.len());
    for path in requests {
        let request = fs::read_to_string(&path).unwrap();
        let answer = evaluate(policy.clone(), &request)
            .unwrap_or_else(|error| panic!("{}: {error:#}", path.display()));
        compare(&path, &comparable(&answer));
    }
}

fn requests() -> Vec<PathBuf> {
    let files = fs::read_dir(FOLDER).unwrap();
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.retain(|path| {
        let name = path.to_string_lossy();
        name.ends_with(".json") && !name.ends_with(EXPECTED)
    });
    paths.sort();
    paths
}

/// What an answer must keep: not digests and line numbers, which change with every edit of a policy.
fn comparable(answer: &Evaluation) -> Value {
    let whole: Value = serde_json::from_str(&answer.to_json()).unwrap();
    let codes: Vec<&str> = answer.reasons.iter().map(|reason| reason.code()).collect();
    json!({
        "outcome": whole["outcome"],
        "approval": whole["approval"],
        "codes": codes,
        "rules": whole["rules"],
        "risk": whole["risk"].get("level").unwrap_or(&Value::Null),
        "view": whole["view"],
        "hidden": whole["hidden"],
    })
}

fn compare(path: &Path, answer: &Value) {
    let expected = PathBuf::from(path.to_string_lossy().replace(".json", EXPECTED));
    let text = format!("{}\n", serde_json::to_string_pretty(answer).unwrap());
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&expected, text).unwrap();
        return;
    }
    let kept: Value = serde_json::from_str(&fs::read_to_string(&expected).unwrap()).unwrap();
    assert!(*answer == kept, "{} was answered\n{text}", path.display());
}
