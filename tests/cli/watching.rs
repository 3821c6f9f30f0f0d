//! `guard test --watch`, with a real process and a policy that changes under it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const GUARD: &str = env!("CARGO_BIN_EXE_guard");

/// Only turns a hang into a failure.
const LIMIT: Duration = Duration::from_secs(120);

/// Ends the process with the test, however it ends.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(folder: &std::path::Path) -> Self {
        let mut child = Command::new(GUARD)
            .args(["test", "--watch"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (said, lines) = channel();
        std::thread::spawn(move || {
            out.lines()
                .map_while(Result::ok)
                .try_for_each(|l| said.send(l))
        });
        Self { child, lines }
    }

    /// Reads on until a line begins like this.
    fn says(&self, beginning: &str) {
        let mut before = Vec::new();
        loop {
            let line = self.lines.recv_timeout(LIMIT);
            let line = line.unwrap_or_else(|_| panic!("no `{beginning}` after {before:?}"));
            if line.starts_with(beginning) {
                return;
            }
            before.push(line);
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn tests_run_again_when_a_policy_changes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("reach.guard");
    let policy = std::fs::read_to_string("tests/cli/pages/test.in/reach.guard").unwrap();
    std::fs::write(&file, &policy).unwrap();
    let watching = Watching::start(folder.path());
    watching.says("3 passed, 0 failed");
    watching.says("waiting for changes");
    std::fs::write(&file, policy.replace("discount > 40%", "discount > 50%")).unwrap();
    watching.says("2 passed, 1 failed");
    std::fs::write(&file, policy.replace("discount > 40%", "discuont > 40%")).unwrap();
    watching.says("error[G0201]");
    std::fs::remove_file(&file).unwrap();
    watching.says("waiting for changes");
    std::fs::write(&file, &policy).unwrap();
    watching.says("3 passed, 0 failed");
}
