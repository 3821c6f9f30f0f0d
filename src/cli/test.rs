//! `guard test`: the tests that policies bring along.

use guardrails_rules::{Bundle, TestReport, TestResult, compile, run_tests};
use serde::Serialize;

use super::output::Output;
use super::report::{Report, Sources};
use super::{Ending, Format, Policies, check};
use crate::Result;

/// The code of an expectation that did not come true, in the formats of programs.
const FAILED: &str = "test-failed";

pub(super) fn run(args: &Policies, output: &mut Output) -> Result<Ending> {
    let bundle = match Bundle::read(&args.policies) {
        Ok(bundle) => bundle,
        Err(error) => return check::unread(args, error, output),
    };
    let compilation = compile(&bundle);
    let Some(policy) = &compilation.policy else {
        return check::checked(args, &bundle, &compilation, output);
    };
    let report = run_tests(policy, &compilation.tests);
    match output.format() {
        Format::Human => {
            for result in &report.results {
                print(result, output);
            }
            output.line(summary(&report));
        }
        Format::Json => output.json(&Tests::of(&report))?,
        _ => output.report(&of_tests(
            &report,
            &Sources::new(&args.policies, Some(&bundle)),
        ))?,
    }
    Ok(if report.failed() > 0 {
        Ending::Findings
    } else {
        Ending::Fine
    })
}

fn summary(report: &TestReport) -> String {
    let none = if report.results.is_empty() {
        "no tests: "
    } else {
        ""
    };
    format!(
        "{none}{} passed, {} failed",
        report.passed(),
        report.failed()
    )
}

/// The report, for other programs.
fn of_tests(tests: &TestReport, sources: &Sources<'_>) -> Report {
    let mut report = Report::new("test");
    for test in &tests.results {
        let failures = test.failures.iter().map(|failure| {
            let message = format!("{}: {}", test.name, failure.message);
            (FAILED, &failure.place, message)
        });
        report.case(&test.name, &test.place, failures, sources);
    }
    report
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
