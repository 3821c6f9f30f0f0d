//! `guard test`: the tests that policies bring along.

use guardrails_rules::{Bundle, TestReport, TestResult, compile, run_tests};
use serde::Serialize;

use super::output::Output;
use super::{Ending, Policies, check};
use crate::Result;

pub(super) fn run(args: &Policies, output: &mut Output) -> Result<Ending> {
    let bundle = Bundle::read(&args.policies)?;
    let compilation = compile(&bundle);
    let Some(policy) = &compilation.policy else {
        return check::checked(&bundle, &compilation, output);
    };
    let report = run_tests(policy, &compilation.tests);
    if output.is_json() {
        output.json(&Tests::of(&report))?;
    } else {
        report
            .results
            .iter()
            .for_each(|result| print(result, output));
        output.line(format!(
            "{}{} passed, {} failed",
            if report.results.is_empty() {
                "no tests: "
            } else {
                ""
            },
            report.passed(),
            report.failed()
        ));
    }
    Ok(if report.failed() > 0 {
        Ending::Findings
    } else {
        Ending::Fine
    })
}

fn print(result: &TestResult, output: &Output) {
    let mark = if result.passed() { "ok  " } else { "FAIL" };
    output.line(format!("{mark} {}  ({})", result.name, result.place));
    for failure in &result.failures {
        output.line(format!("     {failure}"));
    }
}

/// The report, for machines.
#[derive(Serialize)]
struct Tests<'a> {
    passed: usize,
    failed: usize,
    tests: Vec<Test<'a>>,
}

#[derive(Serialize)]
struct Test<'a> {
    name: &'a str,
    place: String,
    passed: bool,
    failures: Vec<String>,
}

impl<'a> Tests<'a> {
    fn of(report: &'a TestReport) -> Self {
        let one = |result: &'a TestResult| Test {
            name: &result.name,
            place: result.place.to_string(),
            passed: result.passed(),
            failures: result.failures.iter().map(ToString::to_string).collect(),
        };
        Self {
            passed: report.passed(),
            failed: report.failed(),
            tests: report.results.iter().map(one).collect(),
        }
    }
}
