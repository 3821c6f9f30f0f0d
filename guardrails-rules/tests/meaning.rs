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

use guardrails_core::Language;
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
    "count(lines) == 2",
    "count(l for l in lines where l.kind == \"a\") == 1",
    "count(l for l in lines) == len(lines)",
    "sum(l.amount for l in lines) == 150.5 CNY",
    "sum(l.amount for l in lines where l.qty > 2) == 50.50 CNY",
    "sum(l.amount * l.qty for l in lines) == 351.5 CNY",
    "sum(l.qty for l in lines) == 5",
    "avg(l.qty for l in lines) == 2.5",
    "avg(l.amount for l in lines) == 75.25 CNY",
    "avg(l.share for l in lines) == 50%",
    "min(l.amount for l in lines) == 50.5 CNY",
    "max(l.day for l in lines) == 2026-03-05",
    "min(l.day for l in lines) < today",
    "sum(l.wait for l in lines) == 90m",
    "avg(l.wait for l in lines) == 45m",
    "sum(prices) == 0.3 CNY",
    "max(prices) == 0.2 CNY and min(prices) == 0.1 CNY",
    "count(none) == 0",
    "sum(l.amount for l in none) == 0 CNY",
    "sum(l.wait for l in none) == 0s",
    "(max(l.amount for l in none) ?? 7 CNY) == 7 CNY",
    "(count(gone) ?? 5) == 5",
    "count(l for l in lines where l.cost is missing) == 1",
    "sum(l.cost for l in lines where l.cost is present) == 60 CNY",
    "sum(l.cost ?? 0 CNY for l in lines) == 60 CNY",
    "count(l for l in lines where l.kind == \"a\" and l.cost > 1 CNY) == 1",
    "some l in lines satisfies count(t for t in tags where t == \"vip\") == l.qty - 1",
    "count(l for l in lines where some t in tags satisfies t == \"vip\" and l.kind == \"a\") == 1",
    "count(l for l in lines where count(m for m in lines where m.amount > l.amount) == 0) == 1",
    "days between sent and today == 1",
    "days between today and sent == -1",
    "days between due and today == -29",
    "days between dawn and now == 0",
    "hour of now == 10 and hour of sent == 10",
    "hour of dawn == 0",
    "hour of (now + 3h) == 13",
    "due + 1d == 2026-04-01 and 1d + due == 2026-04-01",
    "due - 1w > today",
    "due - today == 29d and due - today > 4w",
    "now - sent == 1d and now - 24h == sent",
    "sent + 36h > now",
    "wait + 30m == 4h30m",
    "wait * 2 == 8h and 2 * wait == 8h and wait * 0.5 == 2h",
    "wait / 2 == 2h and wait / 1h == 4",
    "-wait < 0s and wait - 5h == -1h",
    "behaviour.calls(10m) == 120",
    "behaviour.denials(24h) == 3 and behaviour.denials(1d) == 3",
    "(behaviour.fields(10m) ?? 0) == 0 and behaviour.fields(10m) is missing",
    "notes is missing or notes contains \"x\"",
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
    "notes is present and len(notes) > 3",
    "count(l for l in lines where l.kind == \"c\") > 0",
    "sum(prices) > 0.3 CNY",
    "days between sent and now > 1",
    "behaviour.calls(10m) > 120",
];

const UNKNOWN: &[&str] = &[
    "notes == \"x\"",
    "sum(l.cost for l in lines) > 0 CNY",
    "count(l for l in lines where l.cost > 1 CNY) >= 0",
    "max(l.amount for l in none) > 1 CNY",
    "count(gone) > 0",
    "behaviour.fields(10m) > 100",
    "days between never and today > 1",
    "hour of never_at > 1",
    "due + wait > today",
    "wait / 0 > 1h",
    "never + 1d > today",
    "sum(l.amount * 10000000000000000000000000000 for l in lines) > 1 CNY",
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
timezone "Asia/Shanghai"
enum Stage {{ DRAFT, SENT, WON, LOST }}
entity Customer {{ name : text }}
entity Line {{ amount : money(CNY)  cost : money(CNY)?  qty : int  wait : duration  kind : text  day : date  share : percent }}
entity Clause {{ text : text  note : text? }}
entity Quote {{
    id : text  owner : text  title : text  customer : Customer  stage : Stage  discount : percent
    amount : money(CNY)  count : int  urgent : bool  notes : text?  tags : [text]
    clauses : [Clause]  empty : [Clause]  due : date  sent : datetime  wait : duration
    secret : text @sensitivity(4)
    lines : [Line]  none : [Line]  gone : [Line]?  prices : [money(CNY)]
    dawn : datetime  never : date?  never_at : datetime?
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
             tag: "vip", agent: "bot", model: "m", risk_score: 2.5,
             behaviour: {{ calls_10m: 120, denials_24h: 3 }} }}
    skill s  context "copilot"
    given Quote {{ owner: "u-17", title: "An offer 报价", customer: {{ name: "Li" }}, stage: SENT,
        discount: 5%, amount: 80_000 CNY, count: 3, urgent: false, tags: ["vip", "east"],
        clauses: [{{ text: "a" }}, {{ text: "b" }}], empty: [], due: 2026-03-31,
        sent: 2026-03-01T10:00+08:00, wait: 4h,
        lines: [{{ amount: 100 CNY, cost: 60 CNY, qty: 2, wait: 1h, kind: "a", day: 2026-03-01, share: 40% }},
                {{ amount: 50.5 CNY, qty: 3, wait: 30m, kind: "b", day: 2026-03-05, share: 60% }}],
        none: [], prices: [0.1 CNY, 0.2 CNY], dawn: 2026-03-01T16:30Z }}
    change {{ discount: 20%, urgent: true }}
    expect deny HELD
}}
"#
    );
    let bundle = Bundle::from_files(vec![SourceFile::new("asked.guard", text)]).unwrap();
    let compiled = compile(&bundle);
    let policy = compiled.policy.unwrap_or_else(|| {
        panic!(
            "{}",
            render(
                &compiled.diagnostics,
                &bundle,
                Style::Plain,
                Language::English
            )
        )
    });
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

/// A line that cannot be read leaves the sum open, and the reason says which list it is.
#[test]
fn the_reason_names_the_list_that_left_it_open() {
    let text = r#"guard 1
entity Line { amount : money(CNY)?  kind : text? }
entity Order { id : text  note : text  lines : [Line]  more : [Line] }
grant REP on Order { read id, lines, more  write note }
skill s { does update on Order  impact 5  allow REP }
rule large { on update of Order when sum(l.amount for l in lines) > 5 CNY then deny LARGE }
rule odd { on update of Order when some l in more satisfies l.kind == "x" then deny ODD }
test "both lists" {
    actor { id: "u-1", roles: [REP] }
    skill s
    given Order { note: "a", lines: [{ amount: 1 CNY }, { kind: "a" }], more: [{ amount: 1 CNY }] }
    change { note: "b" }
    expect deny LARGE, deny ODD, message contains "`lines` missing", message contains "`more` missing"
}
"#;
    let bundle = Bundle::from_files(vec![SourceFile::new("order.guard", text)]).unwrap();
    let compiled = compile(&bundle);
    let policy = compiled.policy.expect("a sound policy");
    let report = run_tests(&policy, &compiled.tests);
    let failures: Vec<String> = report
        .results
        .iter()
        .flat_map(|result| result.failures.iter().map(ToString::to_string))
        .collect();
    assert_eq!(failures, Vec::<String>::new());
}
