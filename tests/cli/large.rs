//! A policy with more rules than `guard check` compares: it says so, and neither fails nor warns.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

/// Rows of a table of which each two have to be compared: more pairs than 5,000.
const ROWS: usize = 102;

fn policy() -> String {
    let mut text = String::from(
        "guard 1\nentity Quote { id : text pieces : int }\nskill quote.draft { does update on Quote impact 1 allow SALES }\n\
         grant SALES on Quote { read id write pieces }\ntable sizes on update of Quote hit unique {\n    pieces => then\n    < 0 => allow\n",
    );
    for row in 0..ROWS {
        writeln!(text, "    {row} .. {row} => allow").unwrap();
    }
    writeln!(text, "    > {} => allow\n}}", ROWS - 1).unwrap();
    text
}

fn checked(format: &[&str]) -> (String, Option<i32>) {
    let stage = tempfile::tempdir().unwrap();
    let file = stage.path().join("large.guard");
    fs::write(&file, policy()).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_guard"))
        .arg("check")
        .arg(&file)
        .args(format)
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    (String::from_utf8(done.stdout).unwrap(), done.status.code())
}

#[test]
fn what_check_does_not_compare_it_names() {
    let (said, code) = checked(&[]);
    let limit = "over the limit `analysis_pairs` of 5000; `guard lint` compares more";
    assert!(said.contains("(0 warnings)"), "{said}");
    assert!(
        said.lines()
            .any(|line| line.starts_with("note: ") && line.ends_with(limit)),
        "{said}"
    );
    assert_eq!(code, Some(0));
}

#[test]
fn programs_are_told_too() {
    let (said, code) = checked(&["--format", "json"]);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["warnings"], 0);
    assert!(
        said["left_out"]
            .as_str()
            .unwrap()
            .contains("analysis_pairs")
    );
    assert_eq!(code, Some(0));

    let (said, code) = checked(&["--format", "github"]);
    assert!(said.starts_with("::notice file="), "{said}");
    assert!(said.contains("title=G0590::"), "{said}");
    assert_eq!(code, Some(0));
}
