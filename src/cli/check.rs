//! `guard check`: what is wrong with policies, and how to mend it.

use guardrails_rules::{Bundle, Compilation, compile, render};
use serde::Serialize;

use super::output::Output;
use super::report::{Report, Sources};
use super::{Ending, Format, Policies};
use crate::{Diagnostic, Error, Result, Severity};

pub(super) fn run(args: &Policies, output: &mut Output) -> Result<Ending> {
    match Bundle::read(&args.policies) {
        Ok(bundle) => checked(args, &bundle, &compile(&bundle), output),
        Err(error) => unread(args, error, output),
    }
}

/// Says what compiling found.
pub(super) fn checked(
    args: &Policies,
    bundle: &Bundle,
    compilation: &Compilation,
    output: &mut Output,
) -> Result<Ending> {
    let found = &compilation.diagnostics;
    match output.format() {
        Format::Human => {
            if !found.is_empty() {
                output.styled(render(found, bundle, output.style()));
            }
            output.line(summary(compilation));
        }
        Format::Json => output.json(&Findings::of(compilation.policy.as_ref(), found))?,
        _ => {
            let sources = Sources::new(&args.policies, Some(bundle));
            output.report(&Report::new("check").diagnostics(found, &sources))?;
        }
    }
    Ok(ending(found))
}

/// Says what is wrong with files that could not be compiled at all: a file that is too large, or no
/// text at all, is a finding as much as a misspelt word is.
pub(super) fn unread(args: &Policies, error: Error, output: &mut Output) -> Result<Ending> {
    let found = error.diagnostics();
    if found.is_empty() {
        return Err(error);
    }
    match output.format() {
        Format::Human => {
            for finding in found {
                output.line(finding.to_string());
                output.line(format!("  = help: {}\n", finding.help));
            }
            output.line(tally(found));
        }
        Format::Json => output.json(&Findings::of(None, found))?,
        _ => {
            let sources = Sources::new(&args.policies, None);
            output.report(&Report::new("check").diagnostics(found, &sources))?;
        }
    }
    Ok(ending(found))
}

fn ending(found: &[Diagnostic]) -> Ending {
    if number(found, Severity::Error) > 0 {
        Ending::Findings
    } else {
        Ending::Fine
    }
}

/// The findings, for machines.
#[derive(Serialize)]
struct Findings<'a> {
    errors: usize,
    warnings: usize,
    /// The policy's digest; none for a policy that was refused.
    policy: Option<String>,
    findings: &'a [Diagnostic],
}

impl<'a> Findings<'a> {
    fn of(policy: Option<&crate::policy::Policy>, found: &'a [Diagnostic]) -> Self {
        Self {
            errors: number(found, Severity::Error),
            warnings: number(found, Severity::Warning),
            policy: policy.map(|policy| policy.digest.to_string()),
            findings: found,
        }
    }
}

fn summary(compilation: &Compilation) -> String {
    let found = &compilation.diagnostics;
    let Some(policy) = &compilation.policy else {
        return tally(found);
    };
    let parts = [
        count(policy.entities.len(), "entity"),
        count(policy.grants.len(), "grant"),
        count(policy.skills.len(), "skill"),
        count(policy.rules.len(), "rule"),
        count(policy.approvals.len(), "approval chain"),
        count(compilation.tests.len(), "test"),
    ];
    format!(
        "ok: {} ({})\npolicy {}",
        parts.join(", "),
        count(number(found, Severity::Warning), "warning"),
        policy.digest
    )
}

fn tally(found: &[Diagnostic]) -> String {
    format!(
        "{}, {}; nothing is in force from such a policy",
        count(number(found, Severity::Error), "error"),
        count(number(found, Severity::Warning), "warning")
    )
}

fn number(found: &[Diagnostic], severity: Severity) -> usize {
    found.iter().filter(|d| d.severity == severity).count()
}

/// `1 rule`, `2 rules`, `2 entities`.
pub(super) fn count(number: usize, what: &str) -> String {
    match (number, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {what}s"),
    }
}
