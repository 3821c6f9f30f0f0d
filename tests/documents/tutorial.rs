//! docs/tutorials/rust.md and its translation: the program is `examples/first_steps.rs`, and prints what the
//! page says. `chinese` holds the program of the translation to that of the English page.

use std::process::Command;

use super::fences::{fences, read};

#[path = "../../examples/first_steps.rs"]
mod program;

const PAGE: &str = "docs/tutorials/rust.md";
const CHINESE_PAGE: &str = "docs/zh/tutorials/rust.md";
/// The variable that makes `child` run the program.
const RUN: &str = "GUARD_RUN_TUTORIAL";
/// What stands before what the program prints; the harness prints around it.
const BEGIN: &str = "-- the program prints --\n";

fn of(page: &str, info: &str) -> String {
    let mut found = fences(page).into_iter().filter(|fence| fence.info == info);
    let fence = found.next().unwrap();
    assert!(found.next().is_none(), "{page}: two fences `{info}`");
    fence.text
}

#[test]
fn child() {
    if std::env::var_os(RUN).is_some() {
        println!("\n{}", BEGIN.trim_end());
        program::main().unwrap();
    }
}

#[test]
fn the_program_is_the_example() {
    let example = read("examples/first_steps.rs");
    let (_, program) = example.split_once("use crm_guardrails").unwrap();
    // Public for the test alone.
    let program = program.replace("pub(crate) fn main", "fn main");
    assert_eq!(
        of(PAGE, "rust src/main.rs"),
        format!("use crm_guardrails{program}")
    );
}

#[test]
fn the_program_prints_what_the_pages_say() {
    for page in [PAGE, CHINESE_PAGE] {
        prints_what_is_said(page);
    }
}

fn prints_what_is_said(page: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("policies")).unwrap();
    let policy = folder.path().join("policies/sales.guard");
    std::fs::write(policy, of(page, "guard policies/sales.guard")).unwrap();
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tutorial::child", "--nocapture"])
        .env(RUN, "1")
        .current_dir(folder.path())
        .output()
        .unwrap();
    let printed = String::from_utf8(done.stdout).unwrap();
    let (_, printed) = printed.split_once(BEGIN).unwrap();
    let said = of(page, "text");
    assert!(printed.starts_with(&said), "{printed}");
    let count = said.lines().count();
    let next = printed.lines().nth(count).unwrap();
    assert!(next.starts_with("test "), "more than the page says: {next}");
    assert!(done.status.success());
}
