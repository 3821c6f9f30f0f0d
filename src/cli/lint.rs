//! `guard lint`: what deserves a second look in policies that compile.

use clap::Args;
use guardrails_rules::analyse::{self, Depth};
use guardrails_rules::{Compilation, compile, explain};

use super::arguments::Policies;
use super::check;
use super::ending::Ending;
use super::output::Output;
use crate::{Diagnostic, Error, ErrorKind, Phrase, Result};

/// Which policies, and what to tell of them.
#[derive(Debug, Clone, Args)]
pub(super) struct LintArgs {
    #[command(flatten)]
    policies: Policies,
    /// Do not tell of this code, such as G0530; may be repeated
    #[arg(long, value_name = "CODE")]
    allow: Vec<String>,
    /// Fail for these codes only; may be repeated
    #[arg(long, value_name = "CODE")]
    deny: Vec<String>,
}

pub(super) fn run(args: &LintArgs, output: &mut Output) -> Result<Ending> {
    args.allow
        .iter()
        .chain(&args.deny)
        .try_for_each(|code| known(code))?;
    let denied = |code: &str| args.deny.is_empty() || args.deny.iter().any(|have| is(have, code));
    let judge = check::Judge {
        command: "lint",
        fails: &denied,
        left_out: None,
    };
    let bundle = match args.policies.bundle() {
        Ok(bundle) => bundle,
        Err(error) => return check::unread_by(&judge, &args.policies, error, output),
    };
    let mut compilation = compile(&bundle);
    // What is left out is a finding here.
    let _ = add_findings(&mut compilation, Depth::Everything);
    let allowed = |found: &Diagnostic| args.allow.iter().any(|code| is(code, found.code));
    compilation
        .diagnostics
        .retain(|found| compilation.policy.is_none() || !allowed(found));
    let ending = check::judged(&judge, &args.policies, &bundle, &compilation, output)?;
    let mut found = compilation.diagnostics.iter();
    Ok(match found.any(|found| denied(found.code)) {
        true => Ending::Findings,
        false => ending,
    })
}

/// Adds what analysis finds to what compiling found, in the order of the text. Gives what it left out.
pub(super) fn add_findings(compilation: &mut Compilation, depth: Depth) -> Option<Phrase> {
    let policy = compilation.policy.as_ref()?;
    let survey = analyse::survey(policy, &compilation.tests, depth);
    compilation.diagnostics.extend(survey.findings);
    compilation
        .diagnostics
        .sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    survey.left_out
}

fn is(code: &str, found: &str) -> bool {
    found.eq_ignore_ascii_case(code)
}

fn known(code: &str) -> Result<()> {
    if explain(&code.to_ascii_uppercase()).is_some() {
        return Ok(());
    }
    let message = format!("there is no code `{code}`");
    Err(Error::new(ErrorKind::Input, message).with_help("`guard explain` lists the codes"))
}
