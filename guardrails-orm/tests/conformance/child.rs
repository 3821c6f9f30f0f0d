//! The process that gets killed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use guardrails_core::audit::{Journal, Receipt};
use guardrails_orm::Database;

use super::place::{Place, options};
use super::samples::{context, intent, outcome};

const ASKED: &str = "GUARD_TEST_CHILD";

/// In the child: begins operations as fast as it can, ends every second one, says after each commit
/// what was acknowledged, and at the end why it ended.
pub fn run_if_asked() {
    let Ok(url) = std::env::var(ASKED) else {
        return;
    };
    let store = Database::open(&url, options()).unwrap();
    let error = work(&store).unwrap_err();
    let mut out = std::io::stdout();
    writeln!(out, "\nlast words {error}").unwrap();
    // Later calls must say the same and not hang.
    let again = work(&store).unwrap_err();
    assert_eq!(again.kind(), error.kind());
}

fn work(store: &Database) -> guardrails_core::Result<()> {
    let mut out = std::io::stdout();
    let mut tell = |what, operation, receipt: Receipt| {
        let Receipt { log, seq } = receipt;
        writeln!(out, "acknowledged {log} {seq} {operation} {what}").unwrap();
        out.flush().unwrap();
    };
    loop {
        let about = context("acme", "u-1");
        tell("begun", about.operation, store.commit(intent(&about))?);
        let about = context("acme", "u-1");
        tell("begun", about.operation, store.commit(intent(&about))?);
        tell("ended", about.operation, store.commit(outcome(&about))?);
    }
}

/// What the child was told is durable.
pub struct Acknowledged {
    pub log: String,
    pub seq: u64,
    pub operation: String,
    pub ended: bool,
}

pub struct Victim {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    last_words: String,
}

impl Victim {
    pub fn start(place: &Place) -> Self {
        Self::run(place, &mut Command::new(std::env::current_exe().unwrap()))
    }

    /// Starts it with files limited to 512 KiB, which fail to grow further as on a full disk. The
    /// signal that comes with that is ignored, or it would be a kill.
    pub fn start_with_little_disk(place: &Place) -> Self {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().unwrap());
        Self::run(place, &mut shell)
    }

    fn run(place: &Place, command: &mut Command) -> Self {
        let mut child = command
            .args(["--exact", "child_process", "--nocapture"])
            .env(ASKED, &place.url)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            lines,
            last_words: String::new(),
        }
    }

    fn next(&mut self) -> Option<Acknowledged> {
        loop {
            let line = self.lines.next()?.ok()?;
            if let Some(words) = line.strip_prefix("last words ") {
                words.clone_into(&mut self.last_words);
            }
            let Some((_, rest)) = line.split_once("acknowledged ") else {
                continue;
            };
            let parts: Vec<&str> = rest.split(' ').collect();
            // The kill may cut the last line.
            let [log, seq, operation, what @ ("begun" | "ended")] = parts[..] else {
                return None;
            };
            return Some(Acknowledged {
                log: log.to_owned(),
                seq: seq.parse().unwrap(),
                operation: operation.to_owned(),
                ended: what == "ended",
            });
        }
    }

    /// Waits until it gives up by itself; answers what it was told, and its last words.
    pub fn until_its_end(mut self) -> (Vec<Acknowledged>, String) {
        let told = std::iter::from_fn(|| self.next()).collect();
        assert!(self.child.wait().unwrap().success());
        (told, self.last_words)
    }

    /// Waits for some acknowledgements, then `kill -9`; answers all that came through.
    pub fn kill_after(mut self, count: usize) -> Vec<Acknowledged> {
        let mut told: Vec<_> = std::iter::from_fn(|| self.next()).take(count).collect();
        assert_eq!(told.len(), count, "the child ended by itself");
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        told.extend(std::iter::from_fn(|| self.next()));
        told
    }
}
