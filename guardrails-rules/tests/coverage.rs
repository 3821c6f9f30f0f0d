//! How much of a policy its tests reach, counted against what the tests say.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

use guardrails_rules::{
    Bundle, Coverage, Covered, SourceFile, Style, compile, cover, render, run_tests,
};

const POLICY: &str = r#"guard 1
entity Quote { id : text  owner : text  discount : percent  amount : money(CNY)  notes : text? }
grant REP on Quote where owner == actor.id {
    read  id, owner, amount when amount < 100 CNY
    write discount, notes
}
grant BOSS on Quote { write discount }
skill quote.draft { does update on Quote impact 1 allow REP, BOSS }
rule deep    { on update of Quote when discount > 40% and not notes is missing then deny DEEP }
rule unseen  { on update of Quote when discount > 99% then deny UNSEEN }
rule other   { on delete of Quote then deny NO_DELETE }
rule always  { on update of Quote then notify "desk" }
rule unknown { on update of Quote when amount > 5 CNY then notify "unknown" }
rule later   @since(2030-01-01) { on update of Quote then deny LATER }
rule risky   { on update of Quote when risk.score >= 2 then notify "risky" }
rule adds    { on update of Quote when discount > 40% then risk +5 "deep" }
table sizes on update of Quote hit first {
    discount => then
    < 10%    => notify "small"
    < 50%    => notify "middle"
    -        => notify "large"
}
risk { factor impact weight 0.1 = skill.impact }
"#;

fn covered(cases: &str) -> Coverage {
    let text = format!(
        "{POLICY}test \"t\" {{
            actor {{ id: \"u-1\", roles: [REP] }}
            skill quote.draft
            given Quote {{ owner: \"u-1\", discount: 5% }}
            change {{ discount: 5% }}
            cases {{ {cases} }}
        }}"
    );
    let bundle = Bundle::from_files(vec![SourceFile::new("cover.guard", text)]).unwrap();
    let compiled = compile(&bundle);
    let told = render(
        &compiled.diagnostics,
        &bundle,
        Style::Plain,
        guardrails_core::Language::English,
    );
    let policy = compiled.policy.unwrap_or_else(|| panic!("{told}"));
    let plain = run_tests(&policy, &compiled.tests);
    let (report, coverage) = cover(&policy, &compiled.tests);
    assert_eq!(report.failed(), 0, "{report:?}");
    let said = |report: &guardrails_rules::TestReport| format!("{:?}", report.results);
    assert_eq!(said(&plain), said(&report), "looking on changes nothing");
    coverage
}

/// `held/failed` and each clause as `T`, `F`, `TF` or `-`.
fn told(covered: &Covered) -> String {
    let clauses =
        covered
            .clauses
            .iter()
            .map(|clause| match (clause.seen_true, clause.seen_false) {
                (true, true) => " TF",
                (true, false) => " T",
                (false, true) => " F",
                (false, false) => " -",
            });
    let clauses: String = clauses.collect();
    format!(
        "{} {}/{}{clauses}",
        covered.name, covered.held, covered.failed
    )
}

fn all(covered: &[Covered]) -> Vec<String> {
    covered.iter().map(told).collect()
}

#[test]
fn each_rule_row_and_clause_is_counted() {
    let coverage = covered(
        "discount | old.notes | old.amount => expect
         -        | -         | -          => allow
         20%      | \"n\"     | 7 CNY      => allow
         45%      | \"n\"     | 700 CNY    => deny DEEP, notify \"risky\"",
    );
    let rules = [
        "deep 1/2 TF TF",
        "unseen 0/3 F",
        "other 0/0",
        "always 3/0",
        // Missing in the first case: it applies, and neither side of the clause was seen.
        "unknown 3/0 T",
        "later 0/0",
        "risky 1/2 TF",
        "adds 1/2 TF",
        // Each test reads the record first, but no row is about reading.
        "sizes#1 1/2 TF",
        "sizes#2 2/0 T",
        "sizes#3 0/0",
    ];
    assert_eq!(all(&coverage.rules), rules);
    // Twice a test: for the read, and for the change.
    assert_eq!(
        all(&coverage.grants),
        ["REP on Quote 6/0 T", "REP on Quote 2/4 TF"]
    );
    let share = coverage.rules_held();
    assert_eq!((share.covered, share.total, share.percent()), (7, 11, 63));
    let share = coverage.clauses_seen();
    assert_eq!((share.covered, share.total), (6, 10));
}

#[test]
fn nothing_is_reached_where_the_operation_does_not_begin() {
    let coverage = covered("actor.roles => expect  [OTHER] => deny");
    assert!(coverage.rules.iter().all(|rule| !rule.is_reached()));
    assert!(coverage.grants.iter().all(|grant| !grant.is_reached()));
    assert_eq!(coverage.rules_held().percent(), 0);
}

#[test]
fn a_policy_without_rules_is_covered() {
    assert_eq!(Coverage::default().rules_held().percent(), 100);
}
