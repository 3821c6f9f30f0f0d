//! `guard check`: what is wrong with policies, and how to mend it.

use clap::Args;
use guardrails_rules::analyse::Depth;
use guardrails_rules::{Bundle, Compilation, compile, render};
use serde::Serialize;

use super::arguments::{Format, Policies};
use super::ending::Ending;
use super::lint;
use super::output::Output;
use super::report::{Level, Report, Sources};
use crate::{Diagnostic, Error, Phrase, Place, Result, Severity, phrase};

/// What to check.
#[derive(Debug, Clone, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    policies: Policies,
    /// Check the rows of this database too: permissions, role lines and skill statuses
    #[arg(long, value_name = "ADDRESS")]
    store: Option<String>,
}

pub(super) fn run(args: &CheckArgs, output: &mut Output) -> Result<Ending> {
    let policies = &args.policies;
    match policies.bundle() {
        Ok(bundle) => {
            let mut compilation = compile(&bundle);
            let judge = Judge {
                left_out: lint::add_findings(&mut compilation, Depth::Mistakes),
                ..Judge::CHECK
            };
            if let Some(store) = &args.store {
                add_rows(store, &mut compilation)?;
            }
            judged(&judge, policies, &bundle, &compilation, output)
        }
        Err(error) => unread(policies, error, output),
    }
}

/// Adds what is wrong with the rows of a database under the policy. A policy that does not compile is
/// nothing to hold rows against.
fn add_rows(store: &str, compilation: &mut Compilation) -> Result<()> {
    let (tables, in_use) = super::store::tables(store)?;
    if let Some(policy) = &compilation.policy {
        let found = guardrails_core::check_tables(policy, &tables, &in_use);
        compilation.diagnostics.extend(found);
    }
    Ok(())
}

/// The code of what analysis left out.
const LEFT_OUT: &str = "G0590";

/// Which command looks for what is wrong, and for which codes it fails besides errors.
pub(super) struct Judge<'a> {
    pub(super) command: &'static str,
    pub(super) fails: &'a dyn Fn(&str) -> bool,
    /// What the command did not look at. Worth knowing, and nothing to fail for.
    pub(super) left_out: Option<Phrase>,
}

impl Judge<'_> {
    /// `guard check`, which fails for errors alone.
    const CHECK: Self = Self {
        command: "check",
        fails: &|_| false,
        left_out: None,
    };

    fn report(&self, found: &[Diagnostic], sources: &Sources<'_>, output: &Output) -> Report {
        let mut report = Report::new(self.command)
            .diagnostics(&output.said(found), sources)
            .failing(self.fails);
        if let Some(left_out) = &self.left_out {
            let whole = sources.spot(&Place::default());
            report.finding(
                (Level::Note, LEFT_OUT),
                whole,
                left_out.text(output.language()).to_owned(),
            );
        }
        report
    }
}

/// Says what compiling found.
pub(super) fn checked(
    args: &Policies,
    bundle: &Bundle,
    compilation: &Compilation,
    output: &mut Output,
) -> Result<Ending> {
    judged(&Judge::CHECK, args, bundle, compilation, output)
}

/// The same for another command.
pub(super) fn judged(
    judge: &Judge<'_>,
    args: &Policies,
    bundle: &Bundle,
    compilation: &Compilation,
    output: &mut Output,
) -> Result<Ending> {
    let found = &compilation.diagnostics;
    match output.format() {
        Format::Human => {
            if !found.is_empty() {
                let (style, language) = (output.style(), output.language());
                output.styled(render(found, bundle, style, language));
            }
            output.say(&summary(compilation));
            if let Some(left_out) = &judge.left_out {
                output.say(&phrase!("note: {left_out}" | "注意：{left_out}", left_out));
            }
        }
        Format::Json => output.json(&Findings {
            left_out: judge
                .left_out
                .as_ref()
                .map(|left_out| left_out.in_language(output.language())),
            ..Findings::of(compilation.policy.as_ref(), output.said(found))
        })?,
        _ => {
            let sources = Sources::new(&args.policies, Some(bundle));
            output.report(&judge.report(found, &sources, output))?;
        }
    }
    Ok(ending(found))
}

/// Says what is wrong with files that could not be compiled at all: a file that is too large, or no
/// text at all, is a finding as much as a misspelt word is.
pub(super) fn unread(args: &Policies, error: Error, output: &mut Output) -> Result<Ending> {
    unread_by(&Judge::CHECK, args, error, output)
}

/// The same for another command.
pub(super) fn unread_by(
    judge: &Judge<'_>,
    args: &Policies,
    error: Error,
    output: &mut Output,
) -> Result<Ending> {
    let found = error.diagnostics();
    if found.is_empty() {
        return Err(error);
    }
    match output.format() {
        Format::Human => {
            for finding in output.said(found) {
                output.line(finding.to_string());
                let help = phrase!("help" | "帮助");
                let help = help.text(output.language());
                output.line(format!("  = {help}: {}", finding.help));
                output.gap();
            }
            output.say(&tally(found));
        }
        Format::Json => output.json(&Findings::of(None, output.said(found)))?,
        _ => {
            let sources = Sources::new(&args.policies, None);
            output.report(&judge.report(found, &sources, output))?;
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
struct Findings {
    errors: usize,
    warnings: usize,
    /// The policy's digest; none for a policy that was refused.
    policy: Option<String>,
    findings: Vec<Diagnostic>,
    /// What analysis did not look at, when it did not look at everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<Phrase>,
}

impl Findings {
    fn of(policy: Option<&crate::policy::Policy>, found: Vec<Diagnostic>) -> Self {
        Self {
            errors: number(&found, Severity::Error),
            warnings: number(&found, Severity::Warning),
            policy: policy.map(|policy| policy.digest.to_string()),
            findings: found,
            left_out: None,
        }
    }
}

fn summary(compilation: &Compilation) -> Phrase {
    let found = &compilation.diagnostics;
    let Some(policy) = &compilation.policy else {
        return tally(found);
    };
    if number(found, Severity::Error) > 0 {
        return phrase!(
            "{errors}, {warnings}; the policy compiles, rows of the database were not accepted"
                | "{errors}，{warnings}；策略可以编译，数据库里有的行没有接受",
            errors = count(number(found, Severity::Error), "error", "个错误"),
            warnings = warnings(found)
        );
    }
    phrase!(
        "ok: {entities}, {grants}, {skills}, {rules}, {chains}, {tests} ({warnings})\npolicy {digest}"
            | "通过：{entities}、{grants}、{skills}、{rules}、{chains}、{tests}（{warnings}）\n策略 {digest}",
        entities = count(policy.entities.len(), "entity", "个实体"),
        grants = count(policy.grants.len(), "grant", "条授权"),
        skills = count(policy.skills.len(), "skill", "个技能"),
        rules = count(policy.rules.len(), "rule", "条规则"),
        chains = count(policy.approvals.len(), "approval chain", "条审批链"),
        tests = count(compilation.tests.len(), "test", "个测试"),
        warnings = warnings(found),
        digest = policy.digest.to_string()
    )
}

fn tally(found: &[Diagnostic]) -> Phrase {
    phrase!(
        "{errors}, {warnings}; nothing is in force from such a policy"
            | "{errors}，{warnings}；这样的策略不会生效",
        errors = count(number(found, Severity::Error), "error", "个错误"),
        warnings = warnings(found)
    )
}

fn warnings(found: &[Diagnostic]) -> Phrase {
    count(number(found, Severity::Warning), "warning", "个警告")
}

fn number(found: &[Diagnostic], severity: Severity) -> usize {
    found.iter().filter(|d| d.severity == severity).count()
}

/// `1 rule`, `2 rules`, `2 entities`; Chinese puts a measure word between number and noun.
pub(super) fn count(number: usize, what: &str, measured: &str) -> Phrase {
    let english = match (number, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {what}s"),
    };
    Phrase::both(english, format!("{number} {measured}"))
}
