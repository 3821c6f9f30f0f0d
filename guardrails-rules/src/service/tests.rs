//! Answers about a small bundle, in right and in broken states.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use proptest::prelude::*;

use super::{RenameRefused, Service};
use crate::bundle::{Bundle, SourceFile};

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
    let at = rules.find('|').unwrap();
    let offered = service(&rules.replacen('|', "", 1)).complete("rules.guard", at);
    offered
        .into_iter()
        .map(|completion| completion.label)
        .collect()
}

fn at(text: &str, needle: &str) -> usize {
    text.find(needle).unwrap_or_else(|| panic!("no {needle}"))
}

#[test]
fn a_field_tells_its_type_its_doc_and_who_sees_it() {
    let text = service(RULES)
        .describe("rules.guard", at(RULES, "discount > 15"))
        .unwrap()
        .text;
    assert_eq!(
        text,
        "```guard\nQuote.discount : percent  @sensitivity(2)\n```\n\n\
         What the customer does not pay.\n\n\
         Who can see this, before tables and rules narrow it:\n\
         - `SALES_REP`: reads, where `owner == actor.id`"
    );
    let phone = service(SCHEMA)
        .describe("schema.guard", at(SCHEMA, "phone "))
        .unwrap()
        .text;
    assert!(phone.ends_with("nobody's AI sees it."), "{phone}");
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
    assert!(offered("guard 1\n|").contains(&"entity".to_owned()));
    assert!(offered("guard 1\nentity A { x : |").contains(&"money".to_owned()));
    assert_eq!(offered("guard 1\n// a |"), Vec::<String>::new());
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
