//! What becomes of output that nobody reads, or that has no room.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

const GUARD: &str = env!("CARGO_BIN_EXE_guard");

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = Command::new(GUARD)
        .args(["explain", "--lang", "en"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut reader = BufReader::with_capacity(16, child.stdout.take().unwrap());
    reader.read_line(&mut first).unwrap();
    drop(reader);
    let ended = child.wait_with_output().unwrap();
    assert!(first.starts_with("Refusals"), "{first}");
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert_eq!(ended.status.code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let ended = Command::new(GUARD)
        .arg("explain")
        .stdout(full)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        said.starts_with("error: standard output cannot be written to"),
        "{said}"
    );
    assert_eq!(ended.status.code(), Some(2));
}

#[test]
fn colour_is_for_terminals_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.guard");
    std::fs::write(&file, "guard 1\nconst A = 2026-02-30\n").unwrap();
    let ended = Command::new(GUARD)
        .arg("check")
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(!ended.stdout.contains(&0x1b), "an escape code");
}
