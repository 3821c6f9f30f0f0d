//! What a transcript cannot show of `guard fmt`: standard input, links, permissions, and that a file
//! is replaced in whole or not at all. And that each shell has its completions.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const LOOSE: &str = "guard 1\nenum  Stage {DRAFT,SENT}\n";
const NEAT: &str = "guard 1\nenum Stage { DRAFT, SENT }\n";

fn guard(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_guard"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn shown(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn standard_input_goes_to_standard_output() {
    let done = guard(&["fmt", "-"], LOOSE.as_bytes());
    assert_eq!(String::from_utf8(done.stdout).unwrap(), NEAT);
    assert_eq!(done.status.code(), Some(0));

    let broken = guard(&["fmt", "-"], b"guard 1\nenum {");
    assert_eq!(broken.stdout, b"");
    assert_eq!(broken.status.code(), Some(1));
    assert!(!broken.stderr.is_empty());

    assert_eq!(guard(&["fmt", "-"], b"\xff").status.code(), Some(2));
    assert_eq!(
        guard(&["fmt", "--check", "-"], LOOSE.as_bytes())
            .status
            .code(),
        Some(1)
    );
}

#[test]
fn a_folder_is_formatted_in_place_and_broken_files_stay() {
    let stage = tempfile::tempdir().unwrap();
    let (loose, broken) = (stage.path().join("a.guard"), stage.path().join("b.guard"));
    fs::write(&loose, LOOSE).unwrap();
    fs::write(&broken, "enum {").unwrap();
    assert_eq!(
        guard(&["fmt", shown(stage.path())], b"").status.code(),
        Some(1)
    );
    assert_eq!(fs::read_to_string(&loose).unwrap(), NEAT);
    assert_eq!(fs::read_to_string(&broken).unwrap(), "enum {");
    assert_eq!(
        fs::read_dir(stage.path()).unwrap().count(),
        2,
        "nothing else is left"
    );
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay_and_read_only_files_are_refused() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let stage = tempfile::tempdir().unwrap();
    let (file, link) = (
        stage.path().join("a.guard"),
        stage.path().join("link.guard"),
    );
    fs::write(&file, LOOSE).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&file, &link).unwrap();
    assert_eq!(guard(&["fmt", shown(&link)], b"").status.code(), Some(0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), NEAT);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);

    fs::write(&file, LOOSE).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
    let refused = guard(&["fmt", shown(&file)], b"");
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&file).unwrap(), LOOSE);
}

#[test]
fn each_shell_has_its_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let done = guard(&["completions", shell], b"");
        let script = String::from_utf8(done.stdout).unwrap();
        assert_eq!(done.status.code(), Some(0), "{shell}");
        assert!(
            script.contains("fmt") && script.contains("guard"),
            "{shell}"
        );
    }
}
