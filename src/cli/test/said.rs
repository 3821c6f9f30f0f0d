//! The results of tests, for people and for programs.

use guardrails_rules::{Coverage, Covered, CoveredClause, Share, TestReport, TestResult};
use serde::Serialize;

use super::Run;
use crate::Place;
use crate::cli::output::Output;
use crate::cli::report::{Level, Report, Sources};

/// The code of an expectation that did not come true.
const FAILED: &str = "test-failed";
/// The code of a rule that no test makes hold, or of a clause not seen both ways.
const UNCOVERED: &str = "not-covered";
/// The code of a coverage that was demanded.
const UNMET: &str = "coverage";

pub(super) fn to_people(run: &Run<'_>, unmet: &[String], output: &Output) {
    for result in &run.report.results {
        one(result, output);
    }
    output.line(summary(&run.report));
    if let Some(coverage) = &run.coverage {
        rules(coverage, output);
        clauses(run, coverage, output);
    }
    for demand in unmet {
        output.line(format!("FAIL {demand}"));
    }
}

fn one(result: &TestResult, output: &Output) {
    let mark = if result.passed() { "ok  " } else { "FAIL" };
    output.line(format!("{mark} {}  ({})", result.name, result.place));
    for failure in &result.failures {
        output.line(format!("     {failure}"));
    }
}

fn summary(report: &TestReport) -> String {
    let none = if report.results.is_empty() {
        "no tests: "
    } else {
        ""
    };
    let (passed, failed) = (report.passed(), report.failed());
    format!("{none}{passed} passed, {failed} failed")
}

fn rules(coverage: &Coverage, output: &Output) {
    let share = of(coverage.rules_held());
    output.gap();
    output.line(format!("rules that held: {share}"));
    for rule in &coverage.rules {
        let how = match (rule.held, rule.failed) {
            (0, 0) => "never asked".to_owned(),
            (0, failed) => format!("never held, {}", times("did not", failed)),
            (held, 0) => times("held", held),
            (held, failed) => format!("{}, {}", times("held", held), times("did not", failed)),
        };
        output.line(format!("  {}  ({}): {how}", rule.name, rule.place));
    }
}

fn times(what: &str, count: usize) -> String {
    match count {
        1 => format!("{what} once"),
        _ => format!("{what} {count} times"),
    }
}

/// Only what is left to do: a policy has many clauses.
fn clauses(run: &Run<'_>, coverage: &Coverage, output: &Output) {
    let share = of(coverage.clauses_seen());
    output.line(format!("clauses seen both true and false: {share}"));
    for (part, clause) in uncovered(coverage) {
        let (text, of) = (text(run, &clause.place), &part.name);
        output.line(format!(
            "  `{text}` of `{of}`  ({}): {}",
            clause.place,
            never(clause)
        ));
    }
}

fn of(share: Share) -> String {
    let Share { covered, total } = share;
    format!("{covered} of {total} ({}%)", share.percent())
}

fn uncovered(coverage: &Coverage) -> impl Iterator<Item = (&Covered, &CoveredClause)> {
    let parts = coverage.rules.iter().chain(&coverage.grants);
    let clauses = parts.flat_map(|part| part.clauses.iter().map(move |clause| (part, clause)));
    clauses.filter(|(_, clause)| !clause.is_covered())
}

fn never(clause: &CoveredClause) -> &'static str {
    match (clause.seen_true, clause.seen_false) {
        (true, _) => "never false",
        (false, true) => "never true",
        (false, false) => "never known",
    }
}

/// A clause as it is written, on one line.
fn text(run: &Run<'_>, place: &Place) -> String {
    let file = run.bundle.file(&place.file);
    file.map(|file| file.on_one_line(place)).unwrap_or_default()
}

/// Failures are errors; what is not covered is a warning, unless coverage was demanded.
pub(super) fn to_programs(run: &Run<'_>, unmet: &[String], sources: &Sources<'_>) -> Report {
    let mut report = Report::new("test");
    for test in &run.report.results {
        let failures = test.failures.iter().map(|failure| {
            let message = format!("{}: {}", test.name, failure.message);
            (FAILED, &failure.place, message)
        });
        report.case(&test.name, &test.place, failures, sources);
    }
    let warn = Level::Warning;
    if let Some(coverage) = &run.coverage {
        for rule in coverage.rules.iter().filter(|rule| rule.held == 0) {
            let message = format!("no test makes the rule `{}` hold", rule.name);
            report.finding((warn, UNCOVERED), sources.spot(&rule.place), message);
        }
        for (part, clause) in uncovered(coverage) {
            let (text, never) = (text(run, &clause.place), never(clause));
            let message = format!("in the tests, `{text}` of `{}` is {never}", part.name);
            report.finding((warn, UNCOVERED), sources.spot(&clause.place), message);
        }
    }
    for demand in unmet {
        let whole = sources.spot(&Place::default());
        report.finding((Level::Error, UNMET), whole, demand.clone());
    }
    report
}

/// The report, as one JSON document.
#[derive(Serialize)]
pub(super) struct Tests<'a> {
    passed: usize,
    failed: usize,
    tests: Vec<Test<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Reached<'a>>,
}

#[derive(Serialize)]
struct Test<'a> {
    name: &'a str,
    place: String,
    passed: bool,
    failures: Vec<String>,
}

#[derive(Serialize)]
struct Reached<'a> {
    rules_held: Part,
    clauses_seen: Part,
    rules: Vec<Asked<'a>>,
    grants: Vec<Asked<'a>>,
}

#[derive(Serialize)]
struct Part {
    covered: usize,
    total: usize,
    percent: usize,
}

#[derive(Serialize)]
struct Asked<'a> {
    name: &'a str,
    place: String,
    held: usize,
    failed: usize,
    clauses: Vec<Clause>,
}

#[derive(Serialize)]
struct Clause {
    text: String,
    place: String,
    seen_true: bool,
    seen_false: bool,
}

pub(super) fn to_json<'a>(run: &'a Run<'_>) -> Tests<'a> {
    let one = |result: &'a TestResult| Test {
        name: &result.name,
        place: result.place.to_string(),
        passed: result.passed(),
        failures: result.failures.iter().map(ToString::to_string).collect(),
    };
    Tests {
        passed: run.report.passed(),
        failed: run.report.failed(),
        tests: run.report.results.iter().map(one).collect(),
        coverage: run.coverage.as_ref().map(|coverage| Reached {
            rules_held: part(coverage.rules_held()),
            clauses_seen: part(coverage.clauses_seen()),
            rules: asked(run, &coverage.rules),
            grants: asked(run, &coverage.grants),
        }),
    }
}

fn part(share: Share) -> Part {
    Part {
        covered: share.covered,
        total: share.total,
        percent: share.percent(),
    }
}

fn asked<'a>(run: &Run<'_>, parts: &'a [Covered]) -> Vec<Asked<'a>> {
    let clause = |clause: &CoveredClause| Clause {
        text: text(run, &clause.place),
        place: clause.place.to_string(),
        seen_true: clause.seen_true,
        seen_false: clause.seen_false,
    };
    let one = |part: &'a Covered| Asked {
        name: &part.name,
        place: part.place.to_string(),
        held: part.held,
        failed: part.failed,
        clauses: part.clauses.iter().map(clause).collect(),
    };
    parts.iter().map(one).collect()
}
