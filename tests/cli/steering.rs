//! What others wrote – records, names of tests, messages – can neither begin a line of ours, nor steer a
//! terminal, nor spoil a document for programs.

use std::process::{Command, Output};

use serde_json::{Value, json};

const GUARD: &str = env!("CARGO_BIN_EXE_guard");

const POLICY: &str = "guard 1
entity Q { id : text  note : text  n : int }
grant R on Q { read id, note write n }
skill q { title \"t\" does update on Q impact 1 allow R }
rule a @owner(\"x\") {
    on update of Q
    when n > 3
    then deny A because \"too many for {note}\", oblige \"tell\" { whom: \"{note}\" }
}
test \"line\\n::error::inject \u{202e}\" {
    actor { id: \"u\", roles: [R] }
    skill q
    given Q { id: \"1\", note: \"\", n: 1 }
    change { n: 5 }
    expect allow
}
";

/// Colour, direction, line ends of three kinds, and what looks like a reason.
const NOTE: &str = "\u{1b}[31mX\u{202e}\u{85}\u{9b}\u{2028}\n  because FAKE: y\r\n  risk 0";

struct Stage(tempfile::TempDir);

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let request = json!({
            "principal": {"tenant": "a", "user": "u", "roles": ["R"]},
            "skill": "q",
            "record": {"id": "1", "note": NOTE, "n": 1},
            "changes": {"n": 5},
        });
        std::fs::write(folder.path().join("q.json"), request.to_string()).unwrap();
        std::fs::write(folder.path().join("p.guard"), POLICY).unwrap();
        Self(folder)
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(GUARD);
        command.args(args).args(["--lang", "en"]);
        command.current_dir(self.0.path()).output().unwrap()
    }

    fn text(&self, args: &[&str]) -> String {
        let ended = self.run(args);
        let told = [ended.stdout, ended.stderr].concat();
        let told = String::from_utf8(told).unwrap();
        let steers = |c: char| c != '\n' && crm_guardrails::steers(c);
        assert!(!told.contains(steers), "{args:?}: {told:?}");
        told
    }

    fn json(&self, args: &[&str]) -> Value {
        let told = self.text(args);
        serde_json::from_str(&told).unwrap_or_else(|error| panic!("{args:?}: {error}: {told}"))
    }
}

#[test]
fn documents_for_programs_stay_documents() {
    let stage = Stage::new();
    let eval = [
        "eval",
        "q.json",
        "--policies",
        "p.guard",
        "--format",
        "json",
    ];
    let answer = stage.json(&eval);
    assert_eq!(answer["view"]["note"], NOTE);
    let message = answer["reasons"][0]["message"].as_str().unwrap();
    assert_eq!(message, format!("too many for {NOTE}"));
    stage.json(&["why", "q.json", "--policies", "p.guard", "--format", "json"]);
    let tests = stage.json(&["test", "p.guard", "--format", "json"]);
    assert_eq!(tests["tests"][0]["name"], "line\n::error::inject \u{202e}");
    for command in ["check", "test", "lint"] {
        stage.json(&[command, "p.guard", "--format", "sarif"]);
    }
}

#[test]
fn a_value_begins_no_line() {
    let stage = Stage::new();
    for args in [
        &["eval", "q.json", "--policies", "p.guard"][..],
        &["why", "q.json", "--policies", "p.guard"],
        &[
            "why",
            "q.json",
            "--policies",
            "p.guard",
            "--format",
            "plain",
        ],
        &["test", "p.guard"],
        &["test", "p.guard", "--format", "plain"],
        &["test", "p.guard", "--format", "github"],
    ] {
        let told = stage.text(args);
        let forged = told.lines().find(|line| {
            // A long line goes on four columns further in.
            line.starts_with("  because FAKE")
                || line.starts_with("  risk 0")
                || line.starts_with("::error::")
        });
        assert_eq!(forged, None, "{args:?}: {told}");
    }
}
