//! Every code that the guard gives is explained, and stands in docs/errors.md.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

struct Explained {
    code: String,
    title: String,
    group: String,
}

fn explained(language: &str) -> Vec<Explained> {
    let asked = Command::new(env!("CARGO_BIN_EXE_guard"))
        .args(["explain", "--format", "json", "--lang", language])
        .output()
        .unwrap();
    let entries: Vec<serde_json::Value> = serde_json::from_slice(&asked.stdout).unwrap();
    let text = |entry: &serde_json::Value, member: &str| entry[member].as_str().unwrap().to_owned();
    entries
        .iter()
        .map(|entry| Explained {
            code: text(entry, "code"),
            title: text(entry, "title"),
            group: text(entry, "group"),
        })
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
    let explained = explained("en").into_iter();
    let known: BTreeSet<String> = explained.map(|entry| entry.code).collect();
    let mut codes = BTreeSet::new();
    for room in ["process", "skills", "guard.rs", "operation.rs", "operation"] {
        written(&Path::new("guardrails-core/src").join(room), &mut codes);
    }
    assert!(codes.len() > 20, "{codes:?}");
    let missing: Vec<_> = codes.difference(&known).collect();
    assert!(missing.is_empty(), "add to src/cli/reasons.rs: {missing:?}");
}

/// The table of each group, as it stands in the document.
fn tables() -> Vec<String> {
    let mut tables: Vec<String> = Vec::new();
    let mut group = String::new();
    for (english, chinese) in explained("en").iter().zip(explained("zh")) {
        if english.group != group {
            tables.push("| code | what it says | |\n|---|---|---|\n".to_owned());
            group.clone_from(&english.group);
        }
        let Explained { code, title, .. } = english;
        let row = format!("| `{code}` | {title} | {} |\n", chinese.title);
        tables.last_mut().unwrap().push_str(&row);
    }
    tables
}

#[test]
fn the_document_lists_all_codes_with_their_titles() {
    let document = fs::read_to_string("docs/errors.md").unwrap();
    for table in tables() {
        assert!(
            document.contains(&table),
            "docs/errors.md should have the table\n{table}"
        );
    }
}

#[test]
fn no_two_rooms_share_a_code() {
    let mut codes: Vec<String> = explained("en")
        .into_iter()
        .map(|entry| entry.code)
        .collect();
    codes.sort_unstable();
    let all = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), all);
}
