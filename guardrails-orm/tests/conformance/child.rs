//! The process that gets killed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use guardrails_core::audit::Journal;
use guardrails_orm::Database;

use super::place::{Place, options};
use super::samples::{context, intent, outcome};

const ASKED: &str = "GUARD_TEST_CHILD";

/// In the child: begins operations as fast as it can, ends every second one, and says after each
/// commit what was acknowledged.
pub fn run_if_asked() {
    let Ok(url) = std::env::var(ASKED) else {
        return;
    };
    let store = Database::open(&url, options()).unwrap();
    let mut out = std::io::stdout();
    for count in 0_u64.. {
        let about = context("acme", "u-1");
        let begun = store.commit(intent(&about)).unwrap();
        writeln!(
            out,
            "acknowledged {} {} {} begun",
            begun.log, begun.seq, about.operation
        )
        .unwrap();
        if count % 2 == 0 {
            let ended = store.commit(outcome(&about)).unwrap();
            writeln!(
                out,
                "acknowledged {} {} {} ended",
                ended.log, ended.seq, about.operation
            )
            .unwrap();
        }
        out.flush().unwrap();
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
}

impl Victim {
    pub fn start(place: &Place) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_process", "--nocapture"])
            .env(ASKED, &place.url)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn next(&mut self) -> Option<Acknowledged> {
        loop {
            let line = self.lines.next()?.ok()?;
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
