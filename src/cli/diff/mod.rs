//! `guard diff`: which decisions differ between two policies.
//!
//! First by analysis: what differs in any operation there can be. Then every test of both policies, and
//! every request of a log, is decided under both. What lets more through, or shows more, is *widened*,
//! and fails the command unless that is allowed. Values are never printed: a log holds real records,
//! and the examples of analysis are made up.

mod answer;
mod question;
mod said;

use std::path::PathBuf;

use clap::Args;
use guardrails_rules::analyse::{Change, Direction, compare};

use self::answer::Difference;
use self::question::{Side, questions};
use super::arguments::{Format, Set};
use super::ending::Ending;
use super::output::Output;
use crate::Result;

/// Which two policies, and what to decide under them.
#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The policy as it is: a folder of `.guard` files, or one file
    old: PathBuf,
    /// The policy as it would be
    new: PathBuf,
    #[command(flatten)]
    set: Set,
    /// Requests to decide besides the tests: a file with one JSON request per line, or a folder of
    /// `.json` files
    #[arg(long, value_name = "PATH")]
    requests: Option<PathBuf>,
    /// Do not fail where the new policy allows or shows more
    #[arg(long)]
    allow_widening: bool,
    /// Fail also where analysis cannot tell whether it does
    #[arg(long)]
    strict: bool,
}

/// What differs.
struct Found<'a> {
    args: &'a DiffArgs,
    old: &'a Side,
    new: &'a Side,
    /// By analysis.
    changes: Vec<Change>,
    /// In tests and requests.
    differences: Vec<Difference>,
    /// How many tests and requests were decided.
    decided: usize,
}

pub(super) fn run(args: &DiffArgs, output: &mut Output) -> Result<Ending> {
    let side = |path| Side::read(path, args.set.parameters()?);
    let (old, new) = (side(&args.old)?, side(&args.new)?);
    let questions = questions(&old, &new, args.requests.as_deref())?;
    let mut differences: Vec<Difference> = Vec::new();
    for question in &questions {
        differences.extend(answer::differences(question, &old.policy, &new.policy)?);
    }
    differences.sort_by(|a, b| a.key().cmp(&b.key()));
    differences.dedup_by(|a, b| a.key() == b.key());
    let found = Found {
        args,
        changes: compare(&old.policy, &new.policy),
        old: &old,
        new: &new,
        differences,
        decided: questions.len(),
    };
    match output.format() {
        Format::Human => said::to_people(&found, output),
        Format::Json => output.json(&said::to_json(&found, output.language()))?,
        _ => output.report(&said::to_programs(&found, output.language()))?,
    }
    Ok(match Direction::ALL.iter().any(|way| found.fails(*way)) {
        true => Ending::Findings,
        false => Ending::Fine,
    })
}

impl Found<'_> {
    /// How many go this way, by analysis and in tests and requests.
    fn number(&self, direction: Direction) -> (usize, usize) {
        let changes = self.changes.iter().filter(|one| one.direction == direction);
        let differences = self.differences.iter();
        let differences = differences.filter(|one| one.direction == direction);
        (changes.count(), differences.count())
    }

    /// Whether the command fails for what goes this way.
    fn is_failure(&self, direction: Direction) -> bool {
        match direction {
            Direction::Widened => !self.args.allow_widening,
            Direction::CannotTell => self.args.strict,
            Direction::Narrowed | Direction::Changed => false,
        }
    }

    fn fails(&self, direction: Direction) -> bool {
        self.is_failure(direction) && self.number(direction) != (0, 0)
    }
}
