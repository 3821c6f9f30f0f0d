//! `guard test`: the tests that policies bring along, and how much of the policy they reach.
//!
//! A policy without tests passes none and fails none; `--fail-under` is for those who want more.

mod coverage;
mod said;

use clap::Args;
use guardrails_rules::{
    Bundle, Compilation, Coverage, TestCase, TestReport, compile, cover, run_tests,
};

use self::coverage::Demands;
use super::arguments::{Format, Policies};
use super::check;
use super::ending::Ending;
use super::output::Output;
use super::report::Sources;
use crate::policy::Policy;
use crate::watch::Changes;
use crate::{Error, ErrorKind, Result};

/// Which tests, and what besides their results.
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    #[command(flatten)]
    policies: Policies,
    /// Run only tests whose name contains this
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
    /// Tell which rules and clauses the tests reach
    #[arg(long)]
    coverage: bool,
    #[command(flatten)]
    demands: Demands,
    /// Run again whenever a file of the policy changes, until stopped with Ctrl-C
    #[arg(long)]
    watch: bool,
}

/// What came of one run.
struct Run<'a> {
    report: TestReport,
    coverage: Option<Coverage>,
    bundle: &'a Bundle,
}

pub(super) fn run(args: &TestArgs, output: &mut Output) -> Result<Ending> {
    if !args.watch {
        return once(args, output);
    }
    let mut changes = Changes::of(&args.policies.policies);
    loop {
        // What is wrong now may be right after the next change.
        if let Err(error) = once(args, output) {
            output.error(&error);
        }
        if output.format() == Format::Human {
            output.line("waiting for changes; stop with Ctrl-C");
            output.gap();
        }
        if output.is_unread() {
            return Ok(Ending::Fine);
        }
        changes.wait();
    }
}

fn once(args: &TestArgs, output: &mut Output) -> Result<Ending> {
    let bundle = match args.policies.bundle() {
        Ok(bundle) => bundle,
        Err(error) => return check::unread(&args.policies, error, output),
    };
    let compilation = compile(&bundle);
    let Some(policy) = &compilation.policy else {
        return check::checked(&args.policies, &bundle, &compilation, output);
    };
    let tests = chosen(args, &compilation)?;
    let (report, coverage) = args.results(policy, &tests);
    let run = Run {
        report,
        coverage,
        bundle: &bundle,
    };
    let unmet = args.demands.unmet(run.coverage.as_ref());
    match output.format() {
        Format::Human => said::to_people(&run, &unmet, output),
        Format::Json => output.json(&said::to_json(&run))?,
        _ => {
            let sources = Sources::new(&args.policies.policies, Some(&bundle));
            output.report(&said::to_programs(&run, &unmet, &sources))?;
        }
    }
    Ok(if run.report.failed() > 0 || !unmet.is_empty() {
        Ending::Findings
    } else {
        Ending::Fine
    })
}

impl TestArgs {
    fn results(&self, policy: &Policy, tests: &[TestCase]) -> (TestReport, Option<Coverage>) {
        if self.coverage || self.demands.any() {
            let (report, coverage) = cover(policy, tests);
            (report, Some(coverage))
        } else {
            (run_tests(policy, tests), None)
        }
    }
}

/// The tests that were asked for. A name that no test has is a mistake in the call: a run of no tests
/// would look like a success.
fn chosen(args: &TestArgs, compilation: &Compilation) -> Result<Vec<TestCase>> {
    let Some(part) = &args.filter else {
        return Ok(compilation.tests.clone());
    };
    let tests = compilation.tests.iter();
    let chosen: Vec<TestCase> = tests
        .filter(|test| test.name.contains(part))
        .cloned()
        .collect();
    if chosen.is_empty() {
        let message = format!("no test has a name with `{part}` in it");
        return Err(Error::new(ErrorKind::Input, message)
            .with_help("run `guard test` without `--filter` to see the names"));
    }
    Ok(chosen)
}
