//! Answers about a small bundle, in right and in broken states.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod names;

use guardrails_core::Language;
use proptest::prelude::*;

use super::{RenameRefused, Service};
use crate::bundle::Bundle;
use crate::source::SourceFile;

const SCHEMA: &str = r#"guard 1

enum Tier { GOLD, SILVER }

/// A price offer.
entity Quote {
    owner    : text
    /// What the customer does not pay.
    discount : percent  @sensitivity(2)
    stage    : enum { DRAFT, SENT }
    tier     : Tier
    clauses  : [Clause]
    phone    : text     @pii(phone)
}

entity Clause { text : text }
"#;

const RULES: &str = r#"guard 1

grant SALES_REP on Quote where owner == actor.id {
    read  owner, discount
    mask  phone with phone
}

rule 折扣上限 {
    on   update of Quote
    when discount > 15% and stage == DRAFT
    then require approval manager because "{discount} 太多"
}

rule clause {
    on   update of Quote
    when some c in clauses satisfies c.text == "x"
    then deny CLAUSE
}

approval manager { step one 1 of SALES_MANAGER }
"#;

fn service(rules: &str) -> Service {
    let files = vec![
        SourceFile::new("rules.guard", rules),
        SourceFile::new("schema.guard", SCHEMA),
    ];
    Service::new(Bundle::from_files(files).unwrap())
}

/// The labels offered where `|` stands.
fn offered(rules: &str) -> Vec<String> {
    offered_at(rules, '|')
}

fn offered_at(rules: &str, place: char) -> Vec<String> {
    let at = rules.find(place).unwrap();
    let offered = service(&rules.replacen(place, "", 1)).complete("rules.guard", at);
    offered
        .into_iter()
        .map(|completion| completion.label)
        .collect()
}

fn at(text: &str, needle: &str) -> usize {
    text.find(needle).unwrap_or_else(|| panic!("no {needle}"))
}

fn said(service: &Service, path: &str, offset: usize, language: Language) -> String {
    let described = service.describe(path, offset).unwrap();
    described.text.text(language).to_owned()
}

#[test]
fn a_field_tells_its_type_its_doc_and_who_sees_it() {
    let discount = at(RULES, "discount > 15");
    let text = said(&service(RULES), "rules.guard", discount, Language::English);
    assert_eq!(
        text,
        "```guard\nQuote.discount : percent  @sensitivity(2)\n```\n\n\
         What the customer does not pay.\n\n\
         Sensitivity 2 of 5, no personal data.\n\n\
         Who can see this, before permission tables, decision tables, scripts and dated rules narrow it:\n\
         - `SALES_REP`:\n  \
           - readable (rules.guard:4), as in `Quote { owner: \"x\" }, actor { id: \"x\" }`\n  \
           - hidden, as in `Quote { owner: \"xy\" }, actor { id: \"x\" }`"
    );
    let chinese = said(&service(RULES), "rules.guard", discount, Language::Chinese);
    assert!(
        chinese.contains("敏感级别 2（最高 5），不是个人信息。"),
        "{chinese}"
    );
    assert!(
        chinese.contains("  - 可读（rules.guard:4），例如 `Quote"),
        "{chinese}"
    );
    let phone = at(SCHEMA, "phone ");
    let alone = said(
        &service("guard 1\n"),
        "schema.guard",
        phone,
        Language::English,
    );
    assert!(
        alone.contains("No grant is about `Quote` itself"),
        "{alone}"
    );
    assert!(alone.contains("personal data (`phone`)"), "{alone}");
}

#[test]
fn who_sees_a_field_is_told_for_each_context() {
    let grants = r#"guard 1
grant REP on Quote for ai "mail" { read phone }
grant REP, BOSS on Quote {
    mask phone with phone when stage == DRAFT
    write owner
}
rule closed @owner("sales") { on read of Quote when tier == GOLD then hide phone }
"#;
    let service = service(grants);
    let text = |language| said(&service, "rules.guard", at(grants, "phone }"), language);
    let told = text(Language::English);
    for line in [
        "- `BOSS` for ai `mail`:\n  - masked with phone (rules.guard:4), as in `Quote { stage: DRAFT, tier: SILVER }",
        "- `REP` for ai `mail`:\n  - readable (rules.guard:2), as in ",
        "- `REP` for any other ai:\n  - masked with phone",
        "  - hidden (rules.guard:7), as in `Quote { ",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    assert!(text(Language::Chinese).contains("- `REP`（AI 场景 `mail`）：\n"));
    let owner = said(
        &service,
        "rules.guard",
        at(grants, "owner\n"),
        Language::English,
    );
    assert!(
        owner.contains("- `BOSS`: always readable (rules.guard:5)\n"),
        "{owner}"
    );
    assert!(
        owner.ends_with("Always writable by `BOSS`, `REP`."),
        "{owner}"
    );
    let beyond = grants.replace("on Quote {", "on Quote where stage == DRAFT {");
    let beyond = beyond.replace("write owner", "write owner beyond scope");
    let place = at(&beyond, "owner beyond");
    let service_of = self::service(&beyond);
    let text = |language| said(&service_of, "rules.guard", place, language);
    assert!(
        text(Language::English).ends_with(
            "Writable in some cases by `BOSS` (`beyond scope`), `REP` (`beyond scope`)."
        ),
        "{}",
        text(Language::English)
    );
    assert!(text(Language::Chinese).contains("`BOSS`（`beyond scope`）、`REP`"));
    let tier = said(
        &service,
        "schema.guard",
        at(SCHEMA, "tier "),
        Language::English,
    );
    assert!(tier.contains("- nobody's AI: no grant shows it"), "{tier}");
}

#[test]
fn what_cannot_be_told_is_said_and_a_part_is_told_of_where_it_is_seen() {
    let grants = r#"guard 1
grant REP on Quote where lower(owner) == "X" { read clauses }
"#;
    let service = service(grants);
    let text = said(
        &service,
        "schema.guard",
        at(SCHEMA, "text : text"),
        Language::English,
    );
    assert!(text.contains("No grant is about `Clause` itself"), "{text}");
    assert!(
        text.contains("As `Quote.clauses.text`:\n- `REP`:\n  - perhaps readable (rules.guard:2): cannot tell, since"),
        "{text}"
    );
}

#[test]
fn while_the_policy_has_mistakes_grants_are_told_as_they_are_written() {
    let broken = RULES.replace("then deny CLAUSE", "then denny CLAUSE");
    let service = service(&broken);
    let text = |language| said(&service, "rules.guard", at(&broken, "phone with"), language);
    assert!(
        text(Language::English).ends_with(
            "Its grants, as they are written:\n\
             - `SALES_REP`: masked with phone, where `owner == actor.id`"
        ),
        "{}",
        text(Language::English)
    );
    assert!(text(Language::Chinese).contains("策略有错误"));
}

#[test]
fn a_hover_is_bounded_however_many_roles_there_are() {
    let mut grants = "guard 1\n".to_owned();
    for role in 0..200 {
        grants.push_str(&format!(
            "grant R{role:03} on Quote for ai \"c{}\" where discount > {role}% {{ read phone }}\n",
            role % 20
        ));
    }
    let text = said(
        &service(&grants),
        "schema.guard",
        at(SCHEMA, "phone "),
        Language::English,
    );
    assert!(
        text.ends_with("- and more roles, which are not looked at here"),
        "{text}"
    );
    assert!(text.lines().count() < 120);
}

#[test]
fn names_lead_to_their_declarations() {
    let service = service(RULES);
    let declared = |needle: &str| {
        let found = service
            .definition("rules.guard", at(RULES, needle))
            .unwrap();
        let text = if found.path == "schema.guard" {
            SCHEMA
        } else {
            RULES
        };
        (found.path.clone(), text[found.range].to_owned())
    };
    let schema = |name: &str| ("schema.guard".to_owned(), name.to_owned());
    assert_eq!(declared("DRAFT"), schema("DRAFT"));
    assert_eq!(declared("Quote where"), schema("Quote"));
    assert_eq!(declared("text == "), schema("text"));
    assert_eq!(declared("c.text").1, "c");
    assert_eq!(declared("manager because").1, "manager");
    assert_eq!(declared("discount} 太多"), schema("discount"));
}

#[test]
fn what_may_stand_here_follows_from_the_words_before() {
    let rule = |condition: &str| {
        format!("guard 1\nrule r {{\n    on update of Quote\n    when {condition}")
    };
    assert!(offered(&rule("|")).contains(&"discount".to_owned()));
    assert_eq!(offered(&rule("stage == |")), ["DRAFT", "SENT"]);
    assert_eq!(offered(&rule("tier in [GOLD, |")), ["GOLD", "SILVER"]);
    assert_eq!(offered(&rule("some c in clauses satisfies c.|")), ["text"]);
    assert_eq!(offered(&rule("old.dis|"))[1], "discount");
    assert_eq!(offered("guard 1\ngrant A on |"), ["Clause", "Quote"]);
    assert!(offered("guard 1\ngrant A on Quote { mask phone with |").contains(&"scrub".to_owned()));
    assert!(offered("guard 1\ngrant A on Quote { read owner, |").contains(&"phone".to_owned()));
    assert_eq!(
        offered(&rule("discount > 1%\n    then deny X because \"{|\""))[1],
        "discount"
    );
    assert!(offered("guard 1\n|").contains(&"entity".to_owned()));
    let clause = |text: &str| {
        offered(&format!(
            "guard 1\ngrant A on Quote where owner == actor.id {{ {text}"
        ))
    };
    for (text, is_offered) in [
        ("write owner |", true),
        ("write * except owner |", true),
        ("read owner |", false),
        ("write owner beyond scope |", false),
        ("write owner  mask phone |", false),
    ] {
        assert_eq!(
            clause(text).contains(&"beyond scope".to_owned()),
            is_offered,
            "{text}"
        );
    }
    assert_eq!(clause("write owner beyond |"), ["scope"]);
    assert!(offered("guard 1\nentity A { x : |").contains(&"money".to_owned()));
    assert_eq!(offered("guard 1\n// a |"), Vec::<String>::new());
}

#[test]
fn cases_are_completed_by_their_columns() {
    let cases = |rows: &str| {
        format!(
            "guard 1\ngrant A, B on Quote {{ read owner }}\ntest \"t\" {{\n    given Quote {{}}\n    cases {{\n        {rows}"
        )
    };
    let columns = offered_at(&cases("^"), '^');
    assert!(
        columns.contains(&"discount".to_owned()) && columns.contains(&"actor.roles".to_owned())
    );
    assert_eq!(
        offered_at(&cases("discount | old.dis^"), '^')[1],
        "discount"
    );
    let rows = |row: &str| cases(&format!("tier | actor.roles => expect\n        {row}"));
    assert_eq!(offered_at(&rows("^"), '^'), ["GOLD", "SILVER"]);
    assert_eq!(offered_at(&rows("GOLD | [^"), '^'), ["A", "B"]);
    assert!(offered_at(&rows("GOLD | [A] => ^"), '^').contains(&"approval".to_owned()));
    assert_eq!(
        offered_at(&rows("GOLD | [A] => allow\n SILVER | [^"), '^'),
        ["A", "B"]
    );
}

#[test]
fn a_rename_reaches_every_file_and_keeps_the_policy_right() {
    let service = service(RULES);
    let offset = at(RULES, "discount > 15");
    let edits = service.rename("rules.guard", offset, "折扣").unwrap();
    assert_eq!(edits.len(), 4, "{edits:?}");
    let refused = |name| service.rename("rules.guard", offset, name).unwrap_err();
    assert_eq!(refused("owner"), RenameRefused::Breaks);
    assert_eq!(refused("not"), RenameRefused::NotAName);
    assert_eq!(refused("a b"), RenameRefused::NotAName);
    assert_eq!(refused("phone"), RenameRefused::Breaks);
    let role = service
        .rename("rules.guard", at(RULES, "SALES_REP"), "X")
        .unwrap_err();
    assert_eq!(role, RenameRefused::NotOurs);
    let nothing = service
        .rename("rules.guard", at(RULES, "> 15%"), "X")
        .unwrap_err();
    assert_eq!(nothing, RenameRefused::NoName);
}

#[test]
fn a_broken_declaration_takes_nothing_from_the_others() {
    let broken = RULES.replace("when discount > 15%", "when discount >");
    let service = service(&broken);
    assert!(!service.diagnostics().is_empty());
    let names: Vec<String> = service
        .declared("rules.guard")
        .into_iter()
        .map(|it| it.name)
        .collect();
    assert_eq!(names, ["SALES_REP on Quote", "clause", "manager"]);
    assert!(
        service
            .definition("rules.guard", at(&broken, "phone with"))
            .is_some()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is cut off and wherever one asks, there is an answer or none, and never a panic.
    #[test]
    fn any_text_and_any_place_end_well(cut in 0_usize..900, ask in 0_usize..1_200, piece in "[a-z{}\\[\\]().@:=\" \n/折]{0,6}") {
        let mut end = cut.min(RULES.len());
        while !RULES.is_char_boundary(end) { end -= 1; }
        let text = format!("{}{piece}", &RULES[..end]);
        let service = service(&text);
        for path in ["rules.guard", "schema.guard", "no.guard"] {
            let _ = service.describe(path, ask);
            let _ = service.definition(path, ask);
            let _ = service.references(path, ask);
            let _ = service.complete(path, ask);
            let _ = service.declared(path);
            let _ = service.rename(path, ask, "other");
        }
    }
}
