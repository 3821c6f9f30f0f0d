//! Text to policy: how long 10,000 rules take, and how much memory a process that does nothing else
//! needs for them.

use std::hint::black_box;
use std::process::Command;
use std::{env, fs, io};

use guardrails_rules::{Bundle, SourceFile, compile};

use crate::measure;
use crate::report::{Figure, Row};
use crate::rules;

const RULES: usize = 10_000;
/// The argument of the process that is measured for its memory.
const ALONE: &str = "compile-alone";

/// Whether this process was started to be measured; if so it has done its work.
pub fn is_child() -> bool {
    let asked = env::args().nth(1).is_some_and(|argument| argument == ALONE);
    if asked {
        let bundle = bundle();
        let compiled = compile(&bundle);
        assert!(compiled.policy.is_some(), "the rules compile");
        black_box(compiled);
        println!(
            "{}",
            peak_of_this_process().expect("the system tells its memory")
        );
    }
    asked
}

pub fn rows() -> Vec<Row> {
    let bundle = bundle();
    let mut compiles = || {
        black_box(compile(&bundle).policy.is_some());
    };
    let row = |name: &str, ours| Row {
        name: name.to_owned(),
        n: RULES,
        ours,
        theirs: None,
    };
    vec![
        row("compile", Figure::Nanos(measure::alone(&mut compiles))),
        row(
            "compile, peak memory of the process",
            Figure::Bytes(peak_of_a_child().expect("a process of our own answers")),
        ),
    ]
}

fn bundle() -> Bundle {
    let files = (0..).zip(rules::policy(&rules::rules(RULES)));
    let files = files.map(|(at, text)| SourceFile::new(format!("{at}.guard"), text));
    Bundle::from_files(files.collect()).expect("the bundle is well-formed")
}

fn peak_of_a_child() -> io::Result<f64> {
    let child = Command::new(env::current_exe()?).arg(ALONE).output()?;
    let said = String::from_utf8_lossy(&child.stdout);
    said.trim().parse().map_err(io::Error::other)
}

/// The largest resident set so far, in bytes (`VmHWM` of proc(5)).
fn peak_of_this_process() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kibibytes: u64 = kibibytes
        .unwrap_or_default()
        .parse()
        .map_err(io::Error::other)?;
    Ok(kibibytes * 1024)
}
