//! What is told of a changed policy: one policy, and what becomes of it when a line of it is exchanged.
//! Conditions are held to brute force elsewhere (`analyse/compare`); here is what is compared as it is
//! written, and that what does not matter is no difference.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use std::fmt::Write as _;

use guardrails_core::policy::Policy;
use guardrails_core::{Language, Value};
use guardrails_rules::analyse::{Change, Direction, compare};
use guardrails_rules::{Bundle, Parameters, SourceFile, compile};

const POLICY: &str = r#"guard 1
param LIMIT : percent = 20%
const CAP = 40%
list WATCHED = ["Nord", "Ost"]
entity Customer { name : text phone : text @sensitivity(3) }
entity Order {
    id       : text
    rebate   : percent
    total    : money(CNY) @sensitivity(2)
    supplier : text
    customer : Customer
}
grant BUYER on Order {
    read      id, supplier
    write     rebate
    mask      customer.phone with partial(3, 4)
    aggregate total by sum min_group 10
}
skill order.change {
    does   update on Order
    impact 5
    allow  BUYER, LEAD
    models "qwen", "llama"
    limit  60 per minute per user
    budget 1000 tokens per day per tenant
}
approval desk {
    step lead  1 of LEAD within 4h else deny
    step money 2 of FINANCE within 1d else escalate BOARD
    never requester, same_person_twice
    expires 2d execute within 1h
}
approval both  { step lead 1 of LEAD step money 3 of FINANCE never same_person_twice expires 1h execute within 1m }
approval board { step board 1 of BOARD }
rule rebates { on update of Order when rebate > LIMIT then require approval desk }
rule deep    { on create, update of Order when rebate > CAP then deny TOO_DEEP }
rule watched { on update of Order when supplier in WATCHED then notify "desk", oblige "retain" { days: 30 } }
rule heavy   { on update of Order when total > 10 CNY then risk +2 "heavy" }
rule scripted { on delete of Order do { if total > 10 { deny("NO", "no"); } } }
rule hides   { on read of Order when supplier == "Nord" then hide total }
table terms on update of Order hit first {
    rebate | supplier => then
    > 90%  | "Nord"   => allow
    > 90%  | -        => deny TERMS
}
risk {
    factor impact weight 1 = skill.impact
    HIGH   at 8 require approval desk
    MEDIUM at 5 notify "risk-desk"
}
"#;

fn policy(text: &str, set: &[(&str, &str)]) -> Policy {
    let file = SourceFile::new("orders.guard", text);
    let mut parameters = Parameters::new();
    for (name, value) in set {
        parameters.insert((*name).into(), Value::from(*value));
    }
    let bundle = Bundle::from_files(vec![file]).unwrap();
    let compiled = compile(&bundle.with_parameters(parameters));
    let found = compiled.diagnostics.clone();
    compiled
        .into_policy()
        .unwrap_or_else(|_| panic!("{found:#?}"))
}

/// A policy with each `old` exchanged for its `new`.
fn changed(exchanges: &[(&str, &str)]) -> String {
    let mut text = POLICY.to_owned();
    for (old, new) in exchanges {
        assert!(text.contains(old), "there is no {old}");
        text = text.replace(old, new);
    }
    text
}

fn told(new: &Policy) -> Vec<String> {
    let changes = compare(&policy(POLICY, &[]), new);
    let line = |change: &Change| {
        let message = change.message();
        assert!(message.is_translated(), "{message}");
        assert!(!message.text(Language::Chinese).is_empty());
        format!("{} {}: {message}", change.direction, change.subject)
    };
    changes.iter().map(line).collect()
}

#[test]
fn what_does_not_matter_is_no_difference() {
    for exchanges in [
        &[][..],
        &[
            ("rule rebates", "rule rebate_limit"),
            ("rule deep ", "rule much "),
        ],
        &[("const CAP = 40%", "const CAP = 40.0%")],
        &[("WATCHED", "SUPPLIERS")],
        &[(r#"["Nord", "Ost"]"#, r#"["Ost", "Nord", "Ost"]"#)],
        &[("deny TOO_DEEP", r#"deny DEEP because "too deep""#)],
        &[("then risk +2 \"heavy\"", "then risk +2 \"weight\"")],
        &[("expires 2d", "expires 48h")],
        &[("per minute", "per 60s")],
        &[(
            "never requester, same_person_twice",
            "never same_person_twice",
        )],
        &[(
            "rule deep    { on create, update of Order",
            "rule more { on create of Order when rebate > 40% then deny MORE }\nrule deep { on update of Order",
        )],
        &[(
            "rule heavy",
            "rule deeper { on update of Order when rebate > 50% then deny DEEPER }\nrule heavy",
        )],
        &[("rule deep    {", "rule deep @owner(\"ops\") @tags(\"a\") {")],
        &[("read      id, supplier", "read id\n read supplier")],
    ] {
        let text = changed(exchanges);
        assert_eq!(
            told(&policy(&text, &[])),
            Vec::<String>::new(),
            "{exchanges:?}"
        );
    }
}

/// Exchanges of one text of the policy for another.
const CASES: &[(&str, &str)] = &[
    ("step money 2 of FINANCE", "step money 1 of FINANCE"),
    ("step money 2 of FINANCE", "step money 3 of FINANCE"),
    ("step lead  1 of LEAD within 4h else deny\n", ""),
    ("within 4h else deny", "within 4h else escalate BOARD"),
    ("within 4h else deny", "within 6h else deny"),
    (
        "within 1d else escalate BOARD",
        "within 2d else escalate BOARD",
    ),
    ("step money 2 of FINANCE", "step money 2 of LEGAL"),
    ("requester, same_person_twice\n", "requester\n"),
    ("expires 2d", "expires 3d"),
    ("execute within 1h", "execute within 30m"),
    ("allow  BUYER, LEAD", "allow  BUYER"),
    ("allow  BUYER, LEAD", "allow  BUYER, LEAD, CLERK"),
    ("models \"qwen\", \"llama\"\n", ""),
    ("models \"qwen\", \"llama\"", "models \"qwen\", \"gpt\""),
    ("impact 5", "impact 4"),
    ("limit  60 per minute per user\n", ""),
    ("60 per minute per user", "60 per hour per user"),
    ("60 per minute per user", "90 per hour per tenant"),
    ("budget 1000", "budget 500"),
    (
        "skill order.change",
        "skill order.read { does read on Order impact 1 allow CLERK }\nskill order.change",
    ),
    ("does   update", "does   delete"),
    (
        "HIGH   at 8 require approval desk",
        "HIGH   at 9 require approval desk",
    ),
    ("HIGH   at 8 require approval desk", "HIGH   at 8"),
    (
        "HIGH   at 8 require approval desk",
        "HIGH   at 8 deny RISKY",
    ),
    (
        "HIGH   at 8 require approval desk",
        "HIGH   at 8 require approval both",
    ),
    (
        "HIGH   at 8 require approval desk",
        "HIGH   at 8 require approval board",
    ),
    ("notify \"risk-desk\"", ""),
    ("weight 1 ", "weight 0.5 "),
    ("risk +2", "risk +1"),
    ("then notify \"desk\", oblige", "then oblige"),
    ("days: 30", "days: 10"),
    ("if total > 10 {", "if total > 20 {"),
    (
        "rule heavy",
        "rule more { on delete of Order do { risk.add(\"x\", 1); } }\nrule heavy",
    ),
    (
        "then require approval desk }",
        "then require approval both }",
    ),
    (
        "then require approval desk }",
        "then require approval board }",
    ),
    ("\"Nord\", \"Ost\"", "\"Nord\""),
    ("hit first", "hit unique"),
    ("partial(3, 4)", "partial(4, 4)"),
    ("partial(3, 4)", "partial(4, 3)"),
    ("partial(3, 4)", "redact"),
    (
        "aggregate total by sum min_group 10",
        "aggregate total by sum, avg min_group 5",
    ),
    ("write     rebate", "read      rebate"),
    (
        "grant BUYER on Order",
        "grant CLERK on Order { read id mask customer with redact }\ngrant BUYER on Order",
    ),
    (
        "grant BUYER on Order",
        "grant CLERK on Order for ai \"desk\" { read id }\ngrant BUYER on Order",
    ),
    (
        "supplier == \"Nord\" then hide total",
        "supplier == \"Ost\" then hide supplier",
    ),
    ("then hide total", "then deny HIDDEN"),
    ("rule deep ", "rule deep @shadow"),
    ("rule deep ", "rule deep @until(2030-01-01)"),
    ("supplier : text\n", "supplier : text\n note : text?\n"),
    ("read      id, supplier", "read      *"),
    (
        "total    : money(CNY) @sensitivity(2)",
        "total    : money(CNY)",
    ),
    ("name : text", "name : text?"),
    ("name : text", "name : text @pii(name)"),
    ("guard 1\n", "guard 1\ntimezone \"Asia/Shanghai\"\n"),
    (
        "guard 1\n",
        "guard 1\nentity Bill { id : text }\ngrant BUYER on Bill { read id }\nrule bills { on update of Bill then deny BILLS }\n",
    ),
];

/// Written anew with `INSTA_UPDATE=always`; read each line for its direction before it is committed.
#[test]
fn each_difference_is_told_with_its_direction() {
    let mut all = String::new();
    for (old, new) in CASES {
        let text = changed(&[(old, new)]);
        writeln!(all, "{}\n=> {}", old.trim_end(), new.trim_end()).unwrap();
        for line in told(&policy(&text, &[])) {
            writeln!(all, "    {line}").unwrap();
        }
        all.push('\n');
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_parameter_counts_by_its_value() {
    let told = told(&policy(POLICY, &[("LIMIT", "30%")]));
    let [only] = told.as_slice() else {
        panic!("{told:?}")
    };
    let wanted = "widened decision: rule `rebates` on update of `Order`: was an approval by `desk`, is let through";
    assert!(only.starts_with(wanted), "{only}");
}

/// More rules than one comparison has questions for, each changed.
#[test]
fn what_is_left_out_is_told() {
    let rules = |limit: &str| -> Policy {
        let mut text = "guard 1\nentity Deal { region : text  amount : int }\n".to_owned();
        for at in 0..1_500 {
            writeln!(
                text,
                "rule r{at} {{ on update of Deal when region == \"r{at}\" and amount > {limit} then deny NO }}"
            )
            .unwrap();
        }
        policy(&text, &[])
    };
    let changes = compare(&rules("10"), &rules("20"));
    let unclear: Vec<String> = changes
        .iter()
        .filter(|change| change.direction == Direction::CannotTell)
        .map(|change| change.message().to_string())
        .collect();
    let wanted = "the rest: it is over the limit `diff_questions` of 5000";
    assert_eq!(unclear, [wanted]);
    assert!(changes.len() > 100, "{}", changes.len());
}

/// What analysis could not tell of two policies, in words.
fn unclear(old: &str, new: &str) -> Vec<String> {
    let changes = compare(&policy(old, &[]), &policy(new, &[]));
    changes
        .iter()
        .filter(|change| change.direction == Direction::CannotTell)
        .map(|change| change.message().to_string())
        .collect()
}

#[test]
fn one_question_has_so_many_conditions() {
    let grants = |granted: &str| -> String {
        let mut text = "guard 1\nentity Deal { region : text  amount : int }\n".to_owned();
        for at in 0..1_001 {
            writeln!(
                text,
                "grant R on Deal where amount == {at} {{ read {granted} }}"
            )
            .unwrap();
        }
        text
    };
    let unclear = unclear(&grants("region"), &grants("amount"));
    assert!(!unclear.is_empty());
    assert!(
        unclear
            .iter()
            .all(|told| told.contains("`diff_conditions`")),
        "{unclear:?}"
    );
}

#[test]
fn one_entity_has_so_many_fields() {
    let policy = |granted: &str| -> String {
        let mut text = "guard 1\nentity Deal { id : text  a : A  b : B  c : C }\n".to_owned();
        for part in ["A", "B", "C"] {
            let fields: String = (0..900).map(|at| format!("f{at} : text  ")).collect();
            writeln!(text, "entity {part} {{ {fields} }}").unwrap();
        }
        writeln!(text, "grant R on Deal {{ read {granted} }}").unwrap();
        text
    };
    let unclear = unclear(&policy("id"), &policy("*"));
    assert!(
        unclear.iter().any(|told| told.contains("`diff_fields`")),
        "{unclear:?}"
    );
}
