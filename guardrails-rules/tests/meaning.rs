//! What conditions mean: each is compiled, lowered, and asked of one change of one record by a real
//! guard, as itself and under `not`. True denies only as itself, false only under `not`, unknown
//! both times, since a restriction that cannot be known applies.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

use guardrails_rules::{Bundle, SourceFile, Style, compile, render, run_tests};

const TRUE: &[&str] = &[
    "urgent",
    "new.urgent and not old.urgent",
    "urgent == true and urgent != false",
    "stage == SENT",
    "WON != stage",
    "stage in [WON, SENT]",
    "stage in OPEN",
    "stage not in [WON, LOST]",
    "Stage.SENT == stage",
    "stage == \"SENT\"",
    "discount > LIMIT",
    "15% < discount",
    "discount == 20% and old.discount == 5%",
    "discount - 5% == 15%",
    "discount * 2 == 40%",
    "discount * 50% == 10%",
    "discount / 2 == 10%",
    "discount / 10% == 2",
    "amount * 20% == 16_000 CNY",
    "20% * amount == 16_000 CNY",
    "amount + 1.5 CNY == 80_001.5 CNY",
    "amount / 2 == 40_000 CNY",
    "amount / 40_000 CNY == 2",
    "-amount == -80_000 CNY",
    "amount between 80_000 CNY and 90_000 CNY",
    "count between 3 and 3",
    "1 + 2 * 3 == 7",
    "(1 + 2) * 3 == 9",
    "count - 1 - 1 == 1",
    "0.1 + 0.2 == 0.3",
    "7 / 2 == 3.5",
    "count in [1, 2, 3.0]",
    "count in LEVELS",
    "amount in [80_000 CNY]",
    "owner in [\"u-1\", actor.id]",
    "owner in OWNERS",
    "\"vip\" in tags",
    "tags contains \"vip\"",
    "tags contains actor.tag",
    "title contains \"offer\"",
    "title starts with \"An\"",
    "title ends with \"价\"",
    "lower(title) starts with \"an\"",
    "len(title) == 11",
    "len(tags) == 2",
    "title matches \"^An \\S+ .{2}$\"",
    "notes is missing",
    "not (notes is present)",
    "title is not missing",
    "(notes ?? \"none\") == \"none\"",
    "(notes ?? title) == title",
    "some c in clauses satisfies c.text == \"b\"",
    "every c in clauses satisfies c.text in [\"a\", \"b\"]",
    "some c in clauses satisfies some t in tags satisfies t == \"vip\" and c.text == \"a\"",
    "some t in tags satisfies t == lower(\"VIP\")",
    "every c in empty satisfies c.text == \"x\"",
    "changed(discount)",
    "changed(urgent) and not changed(amount)",
    "old.discount < new.discount",
    "customer.name == \"Li\"",
    "actor.id == owner",
    "actor.tenant == \"test\"",
    "actor has REP",
    "actor.region == \"East\"",
    "actor.limit == 90_000 CNY",
    "actor.limit > amount",
    "actor.level * 2 == 10",
    "actor.region in [\"East\", \"West\"]",
    "actor.stage == stage",
    "actor.nobody is missing",
    "ai.context == \"copilot\" and ai.agent == \"bot\" and ai.model == \"m\"",
    "skill.name == \"s\" and skill.impact == 5",
    "behaviour.score == 2.5",
    "max_sensitivity == 4",
    "risk.score == 5.7",
    "due == 2026-03-31 and due > 2026-03-02",
    "due in [2026-01-01, 2026-03-31]",
    "due > today and today == 2026-03-02",
    "sent == 2026-03-01T10:00+08:00",
    "sent == 2026-03-01T02:00:00Z and sent < now",
    "wait > 3h and wait <= 4h",
    "true or urgent and false",
    "not false and not (not true)",
    "urgent or notes contains \"x\"",
];

const FALSE: &[&str] = &[
    "old.urgent",
    "stage == WON",
    "discount > 20%",
    "stage not in OPEN",
    "amount between 80_000.01 CNY and 90_000 CNY",
    "\"x\" in tags",
    "title contains \"Offer\"",
    "title matches \"^offer\"",
    "some c in clauses satisfies c.text == \"c\"",
    "some c in empty satisfies c.text == \"a\"",
    "every c in clauses satisfies c.text == \"a\"",
    "changed(amount)",
    "actor has BOSS",
    "notes is present",
    "title is missing",
    "not urgent",
    "urgent and false",
    "not urgent and notes contains \"x\"",
    "count == 4",
];

const UNKNOWN: &[&str] = &[
    "notes == \"x\"",
    "notes contains \"x\"",
    "len(notes) > 3",
    "actor.nobody == \"x\"",
    "count / 0 > 1",
    "urgent and notes contains \"x\"",
    "some c in clauses satisfies c.note == \"x\"",
    "count * 100000000000000000000 * 100000000000000000000 > 1",
];

fn denied(condition: &str) -> bool {
    let text = format!(
        r#"guard 1
enum Stage {{ DRAFT, SENT, WON, LOST }}
entity Customer {{ name : text }}
entity Clause {{ text : text  note : text? }}
entity Quote {{
    id : text  owner : text  title : text  customer : Customer  stage : Stage  discount : percent
    amount : money(CNY)  count : int  urgent : bool  notes : text?  tags : [text]
    clauses : [Clause]  empty : [Clause]  due : date  sent : datetime  wait : duration
    secret : text @sensitivity(4)
}}
const LIMIT = 15%
list OPEN = [DRAFT, SENT]
list LEVELS = [1, 2, 3]
list OWNERS = ["u-17"]
grant REP on Quote {{ read *  write discount, urgent }}
skill s {{ does update on Quote  impact 5  allow REP, BOSS }}
rule unused {{ on delete of Quote when stage in OPEN and count in LEVELS and owner in OWNERS and discount > LIMIT then deny X }}
rule asked {{
    on   update of Quote
    when {condition}
    then deny HELD
}}
test "asked" {{
    at    2026-03-02T10:00+08:00
    actor {{ id: "u-17", roles: [REP], region: "East", limit: "90000 CNY", level: 5, stage: SENT,
             tag: "vip", agent: "bot", model: "m", risk_score: 2.5 }}
    skill s  context "copilot"
    given Quote {{ owner: "u-17", title: "An offer 报价", customer: {{ name: "Li" }}, stage: SENT,
        discount: 5%, amount: 80_000 CNY, count: 3, urgent: false, tags: ["vip", "east"],
        clauses: [{{ text: "a" }}, {{ text: "b" }}], empty: [], due: 2026-03-31,
        sent: 2026-03-01T10:00+08:00, wait: 4h }}
    change {{ discount: 20%, urgent: true }}
    expect deny HELD
}}
"#
    );
    let bundle = Bundle::from_files(vec![SourceFile::new("asked.guard", text)]).unwrap();
    let compiled = compile(&bundle);
    let policy = compiled
        .policy
        .unwrap_or_else(|| panic!("{}", render(&compiled.diagnostics, &bundle, Style::Plain)));
    let report = run_tests(&policy, &compiled.tests);
    let failures: Vec<String> = report
        .results
        .iter()
        .flat_map(|result| result.failures.iter().map(ToString::to_string))
        .collect();
    match failures.as_slice() {
        [] => true,
        [only] if only.contains("but it was allowed") => false,
        other => panic!("{condition}: {other:?}"),
    }
}

fn answers(conditions: &[&str], as_itself: bool, under_not: bool) {
    let wrong: Vec<&str> = conditions
        .iter()
        .copied()
        .filter(|condition| {
            let not = format!("not ({condition})");
            (denied(condition), denied(&not)) != (as_itself, under_not)
        })
        .collect();
    assert_eq!(wrong, Vec::<&str>::new());
}

#[test]
fn true_conditions_hold() {
    answers(TRUE, true, false);
}

#[test]
fn false_conditions_do_not_hold() {
    answers(FALSE, false, true);
}

#[test]
fn what_cannot_be_known_restricts() {
    answers(UNKNOWN, true, true);
}
