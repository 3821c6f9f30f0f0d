//! Every code that the guard gives is explained, and stands in docs/errors.md.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

fn explained() -> Vec<(String, String)> {
    let asked = Command::new(env!("CARGO_BIN_EXE_guard"))
        .args(["explain", "--format", "json"])
        .output()
        .unwrap();
    let entries: Vec<serde_json::Value> = serde_json::from_slice(&asked.stdout).unwrap();
    let text = |entry: &serde_json::Value, member: &str| entry[member].as_str().unwrap().to_owned();
    entries
        .iter()
        .map(|entry| (text(entry, "code"), text(entry, "title")))
        .collect()
}

/// Texts such as `"TICKET_STALE"` in production code: that is how codes of refusals are written.
fn written(path: &Path, codes: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            written(&entry.unwrap().path(), codes);
        }
        return;
    }
    let text = fs::read_to_string(path).unwrap();
    let production = text.split("#[cfg(test)]").next().unwrap();
    let lines = production.lines();
    let code = lines.filter(|line| !line.trim().starts_with("//"));
    let quoted = code.flat_map(|line| line.split('"').skip(1).step_by(2));
    let capital = |c: char| c.is_ascii_uppercase() || c == '_';
    let like_a_code = |text: &&str| text.contains('_') && text.chars().all(capital);
    codes.extend(quoted.filter(like_a_code).map(str::to_owned));
}

#[test]
fn every_code_of_a_refusal_is_explained() {
    let known: BTreeSet<String> = explained().into_iter().map(|(code, _)| code).collect();
    let mut codes = BTreeSet::new();
    for room in ["process", "skills", "guard.rs", "operation.rs", "operation"] {
        written(&Path::new("guardrails-core/src").join(room), &mut codes);
    }
    assert!(codes.len() > 20, "{codes:?}");
    let missing: Vec<_> = codes.difference(&known).collect();
    assert!(missing.is_empty(), "add to src/cli/reasons.rs: {missing:?}");
}

#[test]
fn every_code_stands_in_the_document() {
    let document = fs::read_to_string("docs/errors.md").unwrap();
    let row = |(code, title): &(String, String)| format!("| `{code}` | {title} |");
    let missing: Vec<String> = explained()
        .iter()
        .map(row)
        .filter(|row| !document.contains(row.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "add to docs/errors.md:\n{}",
        missing.join("\n")
    );
}
