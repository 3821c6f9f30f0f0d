//! Decision tables: what each hit policy comes to, cell by cell, asked of a real guard by the
//! policy's own tests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

use guardrails_core::Language;
use guardrails_rules::{Bundle, SourceFile, Style, compile, render, run_tests};

const WORLD: &str = r#"guard 1
entity Quote {
    id       : text
    stage    : enum { DRAFT, SENT, WON }
    discount : percent
    amount   : money(CNY)
    region   : text?
}
grant REP, BOSS on Quote { write * }
skill quote.draft { does update on Quote  impact 1  allow REP, BOSS }
approval senior { step boss 1 of BOSS }
"#;

/// A test of one change under a table.
fn case(name: &str, roles: &str, change: &str, expect: &str) -> String {
    format!(
        "test \"{name}\" {{\n  actor {{ id: \"u\", roles: [{roles}] }}\n  skill quote.draft\n  \
         given Quote {{ id: \"q\", stage: DRAFT }}\n  change {{ {change} }}\n  expect {expect}\n}}\n"
    )
}

fn hold(table: &str, cases: &[String]) {
    let text = format!("{WORLD}{table}\n{}", cases.concat());
    let bundle = Bundle::from_files(vec![SourceFile::new("tables.guard", text)]).unwrap();
    let compiled = compile(&bundle);
    let told = render(
        &compiled.diagnostics,
        &bundle,
        Style::Plain,
        Language::English,
    );
    let policy = compiled.policy.unwrap_or_else(|| panic!("{told}"));
    let report = run_tests(&policy, &compiled.tests);
    let failures: Vec<String> = report
        .results
        .iter()
        .flat_map(|result| &result.failures)
        .map(ToString::to_string)
        .collect();
    assert_eq!(failures, Vec::<String>::new());
    assert_eq!(report.passed(), cases.len());
}

#[test]
fn the_first_row_that_holds_ends_the_search() {
    let table = r#"table terms on update of Quote hit first {
    actor.role | amount         | discount => then
    BOSS       | -              | -        => allow
    REP        | < 100_000 CNY  | <= 5%    => allow
    REP        | -              | > 15%    => require approval senior as TOO_DEEP because "{discount}"
    -          | -              | > 40%    => deny TOO_DEEP
}"#;
    hold(
        table,
        &[
            case(
                "the boss may",
                "BOSS",
                "discount: 90%, amount: 1 CNY",
                "allow, rule terms#1",
            ),
            case(
                "a small one passes",
                "REP",
                "discount: 5%, amount: 1 CNY",
                "allow, rule terms#2",
            ),
            case(
                "a deep one waits, and the last row is not reached",
                "REP",
                "discount: 41%, amount: 1 CNY",
                "approval senior, rule terms#3",
            ),
            case(
                "no row holds",
                "REP",
                "discount: 10%, amount: 200_000 CNY",
                "allow",
            ),
            case(
                "what cannot be known restricts, and ends no search",
                "REP",
                "discount: 50%",
                "approval senior, rule terms",
            ),
            case(
                "a deep one of nobody in particular",
                "REP, BOSS",
                "discount: 41%",
                "allow, rule terms#1",
            ),
        ],
    );
}

#[test]
fn an_unknown_row_that_allows_lets_nothing_go() {
    let table = r"table terms on update of Quote hit first {
    amount  => then
    < 5 CNY => allow
    -       => deny NOT_SMALL
}";
    hold(
        table,
        &[
            case("known and small", "REP", "amount: 4 CNY", "allow"),
            case("not known", "REP", "discount: 1%", "deny NOT_SMALL"),
        ],
    );
}

#[test]
fn two_rows_of_a_unique_table_are_a_denial() {
    let table = r#"table terms on update of Quote {
    amount             | discount => then
    < 10 CNY           | -        => risk +1 "small"
    -                  | > 15%    => require approval senior
}"#;
    hold(
        table,
        &[
            case(
                "one",
                "REP",
                "amount: 20 CNY, discount: 20%",
                "approval senior",
            ),
            case(
                "both",
                "REP",
                "amount: 5 CNY, discount: 20%",
                "deny TABLE_OVERLAP, rule terms#1, rule terms#2",
            ),
            case(
                "one and perhaps another",
                "REP",
                "discount: 20%",
                "approval senior, rule terms#1",
            ),
        ],
    );
}

#[test]
fn any_says_a_thing_once_and_collect_each_time() {
    let table = |hit: &str| {
        format!(
            "table terms on update of Quote hit {hit} {{\n    amount | discount => then\n    \
             < 10 CNY | - => risk +3 \"odd\"\n    - | > 15% => risk +3 \"odd\"\n}}"
        )
    };
    // Impact 1 and nothing sensitive: 0.4, and 3 or 6 on top of it; MEDIUM begins at 5.
    let both = |risk: &str| case("both", "REP", "amount: 5 CNY, discount: 20%", risk);
    hold(&table("any"), &[both("risk LOW")]);
    hold(&table("collect"), &[both("risk MEDIUM")]);
}

#[test]
fn cells_mean_what_they_say() {
    let table = r#"table terms on update of Quote hit collect {
    amount                  | stage              | region                         | actor.role           => then
    5 CNY .. 10 CNY         | -                  | -                              | -                    => deny RANGE
    > 20 CNY and <= 30 CNY  | -                  | -                              | -                    => deny HALF_OPEN
    between 40 CNY and 50 CNY | -                | -                              | -                    => deny BETWEEN
    == 60 CNY               | SENT               | -                              | -                    => deny WORD
    60 CNY                  | not in [SENT, WON] | -                              | -                    => deny NOT_IN
    70 CNY                  | -                  | is missing                     | -                    => deny MISSING
    70 CNY                  | -                  | is present and starts with "E" | -                  => deny STARTS
    80 CNY                  | -                  | -                              | in [BOSS, CHIEF]     => deny ONE_OF
    80 CNY                  | -                  | -                              | not in [BOSS, CHIEF] => deny NONE_OF
}"#;
    let denied = |name: &str, role: &str, change: &str, code: &str| {
        case(name, role, change, &format!("deny {code}"))
    };
    hold(
        table,
        &[
            denied("low end", "REP", "amount: 5 CNY", "RANGE"),
            denied("high end", "REP", "amount: 10 CNY", "RANGE"),
            case("past the end", "REP", "amount: 10.01 CNY", "allow"),
            case("open end", "REP", "amount: 20 CNY", "allow"),
            denied("closed end", "REP", "amount: 30 CNY", "HALF_OPEN"),
            denied("between", "REP", "amount: 50 CNY", "BETWEEN"),
            denied("word", "REP", "amount: 60 CNY, stage: SENT", "WORD"),
            denied("not in", "REP", "amount: 60 CNY, stage: DRAFT", "NOT_IN"),
            case("in", "REP", "amount: 60 CNY, stage: WON", "allow"),
            denied("missing", "REP", "amount: 70 CNY", "MISSING"),
            denied(
                "starts",
                "REP",
                "amount: 70 CNY, region: \"East\"",
                "STARTS",
            ),
            denied("one of", "BOSS", "amount: 80 CNY", "ONE_OF"),
            denied("none of", "REP", "amount: 80 CNY", "NONE_OF"),
        ],
    );
}
