//! `guard test`: the tests that policies bring along.

use guardrails_rules::{Bundle, TestReport, compile, run_tests};

use super::output::Output;
use super::{Ending, Policies, check};
use crate::{Fields, Result, Value};

pub(super) fn run(args: &Policies, output: &mut Output) -> Result<Ending> {
    let bundle = Bundle::read(&args.policies)?;
    let compilation = compile(&bundle);
    let Some(policy) = &compilation.policy else {
        return check::run(args, output);
    };
    let report = run_tests(policy, &compilation.tests);
    if output.is_json() {
        output.line(to_json(&report));
    } else {
        for result in &report.results {
            let mark = if result.passed() { "ok  " } else { "FAIL" };
            output.line(format!("{mark} {}  ({})", result.name, result.place));
            for failure in &result.failures {
                output.line(format!("     {failure}"));
            }
        }
        output.line(format!(
            "{} passed, {} failed",
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

fn to_json(report: &TestReport) -> String {
    let one = |result: &guardrails_rules::TestResult| {
        let mut out = Fields::new();
        out.set("name", &*result.name);
        out.set("place", result.place.to_string());
        out.set("passed", result.passed());
        let failures: Vec<String> = result.failures.iter().map(ToString::to_string).collect();
        out.set("failures", failures);
        out
    };
    let results: Vec<_> = report.results.iter().map(one).collect();
    let mut out = Fields::new();
    out.set("passed", count(report.passed()));
    out.set("failed", count(report.failed()));
    out.set("tests", Value::from(results));
    out.to_json()
}

fn count(number: usize) -> Value {
    u64::try_from(number).map_or(Value::Null, Value::from)
}
