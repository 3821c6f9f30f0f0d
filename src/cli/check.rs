//! `guard check`: what is wrong with policies, and how to mend it.

use guardrails_rules::{Bundle, Style, compile, render};

use super::output::Output;
use super::{Ending, Policies};
use crate::{Result, Severity};

pub(super) fn run(args: &Policies, output: &mut Output) -> Result<Ending> {
    let bundle = Bundle::read(&args.policies)?;
    let compilation = compile(&bundle);
    let found = &compilation.diagnostics;
    let count = |severity| found.iter().filter(|d| d.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if output.is_json() {
        output.line(render(found, &bundle, Style::Json));
    } else {
        if !found.is_empty() {
            output.line(render(found, &bundle, output.style()));
        }
        output.line(summary(&compilation, errors, warnings));
    }
    Ok(if errors > 0 {
        Ending::Findings
    } else {
        Ending::Fine
    })
}

fn summary(compilation: &guardrails_rules::Compilation, errors: usize, warnings: usize) -> String {
    let Some(policy) = &compilation.policy else {
        return format!("{}, {}", count(errors, "error"), count(warnings, "warning"));
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
        count(warnings, "warning"),
        policy.digest
    )
}

pub(super) fn count(number: usize, what: &str) -> String {
    match (number, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {what}s"),
    }
}
