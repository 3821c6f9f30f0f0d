//! Renames of every name of a policy in which each name is written once for each way in which a name may
//! be used: afterwards it stands nowhere, and the policy is as right as before.

use super::{RenameRefused, Service, at};
use crate::bundle::Bundle;
use crate::source::SourceFile;
use crate::{compile, run_tests};

const POLICY: &str = r#"guard 1

enum Tier { GOLD, SILVER }

/// 报价 😀
entity Quote {
    keeper  : text
    cut     : percent
    worth   : money(CNY)
    phase    : enum { DRAFT, SENT }
    tier    : Tier
    parts   : [Part]
    remark  : text?
    when_at : date
}

entity Part { label : text  share : percent }

const MUCH = 15%
param 上限 : percent = 40% in 10% .. 50%
list BAD = ["x", "y"]

grant REP on Quote where keeper == actor.id {
    read      keeper, cut, phase, parts when tier == GOLD
    write     * except worth
    aggregate worth by sum, avg min_group 5
}

skill quote.draft { does update on Quote  impact 3  allow REP }

rule deep {
    on   update of Quote
    when cut > MUCH and phase == DRAFT and (some p in parts satisfies p.label in BAD)
    then require approval boss because "{cut} 太多 😀 {p.label}" / en "{cut} is much: {p.label}",
         oblige "log" { limit: MUCH, text: "{cut} of {old.cut}" }
}

rule heavy {
    on   update of Quote
    when sum(p.share for p in parts where p.share > 上限) > 100% and changed(worth)
    do   {
        // cut is only a remark here
        let big = worth * 2;
        if cut > 50 && new.cut != old.cut && phase == "SENT" {
            risk.add("weight", cut / 10);
            approvals.require("boss", "too much");
        }
        let points = switch phase { "DRAFT" => 1, "SENT" => 2, _ => 0 };
        if phase in ["DRAFT"] && big > 5 && is_present(remark) { risk.add("points", points); }
    }
}

table terms on update of Quote hit first {
    tier | cut         | parts => then
    GOLD | > MUCH      | -     => require approval boss because "{worth}"
    -    | 10% .. 上限 | -     => deny TOO_DEEP
}

risk { factor base weight 1 = 2 * max_sensitivity }

approval boss { step one 1 of BOSS }

test "one" {
    actor { id: "u-1", roles: [REP] }
    skill quote.draft
    given Quote { keeper: "u-1", cut: 5%, worth: 1 CNY, phase: DRAFT, tier: "GOLD", parts: [{ label: "z", share: 1% }] }
    change { cut: 20% }
    expect approval boss, rule terms#1, not rule deep, view { keeper: "u-1" }
    cases {
        cut | phase | actor.roles | skill       => expect
        12% | SENT | [REP]       | quote.draft => not rule heavy
        60% | -    | -           | -           => rule heavy
    }
}
"#;

fn service(text: &str) -> Service {
    let file = SourceFile::new("all.guard", text);
    Service::new(Bundle::from_files(vec![file]).unwrap())
}

fn renamed(text: &str, needle: &str, name: &str) -> Result<String, RenameRefused> {
    let mut edits = service(text).rename("all.guard", at(text, needle), name)?;
    edits.reverse();
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.range, name);
    }
    Ok(text)
}

/// What is wrong with a policy, tests included.
fn findings(text: &str) -> Vec<String> {
    let file = SourceFile::new("all.guard", text);
    let compiled = compile(&Bundle::from_files(vec![file]).unwrap());
    let policy = compiled.policy.as_ref();
    let policy = policy.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
    let report = run_tests(policy, &compiled.tests);
    let failures = report.results.iter().flat_map(|test| &test.failures);
    let found = compiled.diagnostics.iter().map(|it| it.code.to_owned());
    found
        .chain(failures.map(|it| it.place.line.to_string()))
        .collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let code = text.lines().map(|line| line.split("//").next().unwrap());
    code.flat_map(|line| line.split(|c: char| !(c.is_alphanumeric() || c == '_')))
}

#[test]
fn every_use_of_a_name_is_followed() {
    for declared in [
        "keeper  :",
        "cut     :",
        "worth   :",
        "phase    :",
        "tier    :",
        "parts   :",
        "remark  :",
        "label : text",
        "share : percent",
        "Quote {",
        "Part {",
        "Tier {",
        "GOLD,",
        "DRAFT,",
        "SENT }",
        "MUCH =",
        "上限 :",
        "BAD =",
        "deep {",
        "heavy {",
        "terms on",
        "boss {",
        "p in parts satisfies",
    ] {
        let old = words(declared).next().unwrap();
        let text =
            renamed(POLICY, declared, "新名").unwrap_or_else(|why| panic!("{declared}: {why}"));
        // A variable is one of two of its name.
        let other = |line: &&str| old == "p" && line.contains(" for p in ");
        let left: Vec<&str> = text
            .lines()
            .filter(|line| !other(line) && words(line).any(|word| word == old))
            .collect();
        assert!(left.is_empty(), "{declared} is left in {left:#?}");
        assert_eq!(findings(&text), findings(POLICY), "{declared}\n{text}");
    }
    let skill = renamed(POLICY, "quote.draft {", "offer.write").unwrap();
    assert!(!skill.contains("quote.draft"));
}

#[test]
fn a_rename_that_would_change_a_meaning_is_refused() {
    assert_eq!(
        renamed(POLICY, "MUCH =", "share"),
        Ok(POLICY.replace("MUCH", "share"))
    );
    // Without any mistake, each use of the const would be the field of that name.
    assert_eq!(renamed(POLICY, "MUCH =", "cut"), Err(RenameRefused::Breaks));
    assert_eq!(
        renamed(POLICY, "cut     :", "上限"),
        Err(RenameRefused::Breaks)
    );
    let unread = POLICY.replace(
        "risk {",
        "rule broken { on update of Quote when cut > }\nrisk {",
    );
    assert_eq!(
        renamed(&unread, "cut     :", "x"),
        Err(RenameRefused::Unread)
    );
}

#[test]
fn names_in_scripts_and_cases_lead_to_their_declarations() {
    let service = service(POLICY);
    let declared = |needle: &str| {
        let found = service.definition("all.guard", at(POLICY, needle)).unwrap();
        POLICY[found.range.start..]
            .split('\n')
            .next()
            .unwrap()
            .trim()
            .to_owned()
    };
    assert_eq!(declared("cut / 10"), "cut     : percent");
    assert_eq!(declared("cut != old"), "cut     : percent");
    assert_eq!(declared("boss\", \"too"), "boss { step one 1 of BOSS }");
    assert_eq!(declared("SENT\" {"), "SENT }");
    assert_eq!(declared("DRAFT\"] &&"), "DRAFT, SENT }");
    assert_eq!(declared("cut | phase | actor"), "cut     : percent");
    assert_eq!(declared("SENT | [REP]"), "SENT }");
    assert_eq!(
        declared("quote.draft => not"),
        POLICY[at(POLICY, "quote.draft {")..]
            .split('\n')
            .next()
            .unwrap()
    );
    assert_eq!(declared("heavy\n        60"), "heavy {");
    assert_eq!(declared("terms#1"), "terms on update of Quote hit first {");
}
