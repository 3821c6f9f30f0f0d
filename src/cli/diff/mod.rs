//! `guard diff`: which decisions differ between two policies.
//!
//! Every test of both policies, and every request of a log, is decided under both. A decision that
//! lets more through, or a field that shows more, is *widened*, and fails the command unless that is
//! allowed. Values are never printed: a log holds real records.

mod answer;
mod question;

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use self::answer::{Difference, Direction};
use self::question::{Side, questions};
use super::output::Output;
use super::{Ending, Format};
use crate::Result;
use crate::policy::Policy;

/// Which two policies, and what to decide under them.
#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The policy as it is: a folder of `.guard` files, or one file
    old: PathBuf,
    /// The policy as it would be
    new: PathBuf,
    /// Requests to decide besides the tests: a file with one JSON request per line, or a folder of
    /// `.json` files
    #[arg(long, value_name = "PATH")]
    requests: Option<PathBuf>,
    /// Do not fail where the new policy allows or shows more
    #[arg(long)]
    allow_widening: bool,
}

/// What was decided otherwise, as one JSON document.
#[derive(Serialize)]
struct Found {
    decided: usize,
    widened: usize,
    narrowed: usize,
    changed: usize,
    differences: Vec<Difference>,
    notes: Vec<String>,
}

pub(super) fn run(args: &DiffArgs, output: &mut Output) -> Result<Ending> {
    let (old, new) = (Side::read(&args.old)?, Side::read(&args.new)?);
    let questions = questions(&old, &new, args.requests.as_deref())?;
    let mut differences: Vec<Difference> = Vec::new();
    for question in &questions {
        differences.extend(answer::differences(question, &old.policy, &new.policy)?);
    }
    // A test that both policies bring along is asked twice, and told once.
    differences.sort();
    differences.dedup();
    let number = |wanted| {
        let found = differences.iter();
        found.filter(|found| found.direction == wanted).count()
    };
    let found = Found {
        decided: questions.len(),
        widened: number(Direction::Widened),
        narrowed: number(Direction::Narrowed),
        changed: number(Direction::Changed),
        notes: notes(&old.policy, &new.policy),
        differences,
    };
    match output.format() {
        Format::Json => output.json(&found)?,
        _ => print(&found, output),
    }
    Ok(if found.widened > 0 && !args.allow_widening {
        Ending::Findings
    } else {
        Ending::Fine
    })
}

fn print(found: &Found, output: &Output) {
    for difference in &found.differences {
        output.line(difference.to_string());
    }
    for note in &found.notes {
        output.line(format!("note: {note}"));
    }
    output.line(format!(
        "tests and requests decided under both: {}; {} widened, {} narrowed, {} changed",
        found.decided, found.widened, found.narrowed, found.changed
    ));
}

/// What may let more through although no question showed it.
fn notes(old: &Policy, new: &Policy) -> Vec<String> {
    let has = |policy: &Policy, name: &str| {
        let mut rules = policy.rules.iter();
        rules.any(|rule| *rule.origin.name == *name)
    };
    let gone = old.rules.iter().map(|rule| &rule.origin.name);
    let gone = gone
        .filter(|name| !has(new, name))
        .map(|name| format!("the rule `{name}` is gone: decisions may widen"));
    let grants = new.grants.iter().filter(|grant| {
        let mut before = old.grants.iter();
        !before.any(|have| have.role == grant.role && have.entity == grant.entity)
    });
    let granted = grants.map(|grant| {
        let (role, entity) = (&grant.role, &grant.entity);
        format!("`{role}` is newly granted something of `{entity}`: views may widen")
    });
    gone.chain(granted).collect()
}
