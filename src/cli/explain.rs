//! `guard explain`: what a code means, and text that brings it about.

use clap::Args;
use guardrails_core::skills;
use guardrails_rules::Example;
use serde::Serialize;

use super::Ending;
use super::output::Output;
use super::reasons::REASONS;
use crate::{Error, ErrorKind, Result};

/// Which code.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The code, such as `G0201` or `OUT_OF_SCOPE`; without it all codes are listed
    code: Option<String>,
}

/// What there is to say about one code.
#[derive(Debug, Clone, Copy, Serialize)]
struct Entry {
    code: &'static str,
    title: &'static str,
    explanation: &'static str,
    example: &'static str,
}

pub(super) fn run(args: &ExplainArgs, output: &mut Output) -> Result<Ending> {
    match &args.code {
        Some(code) => one(code, output)?,
        None => list(output)?,
    }
    Ok(Ending::Fine)
}

fn one(code: &str, output: &Output) -> Result<()> {
    let entry = entries()
        .into_iter()
        .find(|entry| entry.code.eq_ignore_ascii_case(code.trim()))
        .ok_or_else(|| unknown(code))?;
    if output.is_json() {
        return output.json(&entry);
    }
    output.line(format!("{}: {}\n", entry.code, entry.title));
    output.line(entry.explanation);
    if !entry.example.is_empty() {
        output.line("\nfor example");
        for line in entry.example.lines() {
            output.line(format!("    {line}"));
        }
    }
    Ok(())
}

fn list(output: &Output) -> Result<()> {
    let entries = entries();
    if output.is_json() {
        return output.json(&entries);
    }
    for entry in entries {
        output.line(format!("{}  {}", entry.code, entry.title));
    }
    Ok(())
}

/// The codes of the language, of role lines and of refusals, in order.
fn entries() -> Vec<Entry> {
    let language = guardrails_rules::codes().iter().map(|code| Entry {
        code: code.code,
        title: code.title.as_str(),
        explanation: code.why.as_str(),
        example: match &code.example {
            Example::Text { wrong, .. } => wrong.trim_start(),
            Example::Said(said) => said.as_str(),
            _ => "",
        },
    });
    let lines = skills::CODES.iter().map(|code| Entry {
        code: code.code,
        title: code.title,
        explanation: code.explanation,
        example: code.example,
    });
    let refusals = REASONS.iter().map(|(code, title, explanation)| Entry {
        code,
        title,
        explanation,
        example: "",
    });
    let mut all: Vec<Entry> = language.chain(lines).chain(refusals).collect();
    all.sort_by_key(|entry| entry.code);
    all
}

fn unknown(code: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no code `{code}`")).with_help(
        "`guard explain` lists all codes; a rule's own code is explained where it is written",
    )
}
