//! What conditions mean, what of them is not understood, and that nothing makes reading them panic.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeZone, Utc};
use proptest::prelude::*;

use super::*;
use crate::facts::Facts;
use crate::policy::{Currency, EnumType, Field, Origin, Sensitivity, Skill, SkillStatus, Verb};
use crate::principal::Principal;
use crate::process::holds;
use crate::record::Record;
use crate::truth::Truth;

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        ty,
        optional: true,
        sensitivity: Sensitivity::PUBLIC,
        pii: None,
        place: Place::default(),
    }
}

fn entity(name: &str, mut fields: Vec<Field>) -> (Name, Arc<Entity>) {
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    let entity = Entity {
        name: name.into(),
        doc: String::new(),
        fields,
        place: Place::default(),
    };
    (name.into(), Arc::new(entity))
}

fn policy() -> Policy {
    let stage = EnumType {
        name: "".into(),
        members: vec!["OPEN".into(), "WON".into()],
    };
    let mut policy = Policy::empty();
    policy.zone = Zone::named("Asia/Shanghai").unwrap();
    policy.entities = BTreeMap::from([
        entity(
            "Deal",
            vec![
                field("stage", Type::Enum(Arc::new(stage))),
                field("amount", Type::Money(Currency::from_code("CNY").unwrap())),
                field("closed", Type::Date),
                field("urgent", Type::Bool),
                field("tags", Type::List(Arc::new(Type::Text))),
                field("buyer", Type::Entity("Buyer".into())),
            ],
        ),
        entity("Buyer", vec![field("city", Type::Text)]),
    ]);
    policy
}

fn skill() -> Skill {
    Skill {
        origin: Origin::default(),
        title: String::new(),
        verb: Verb::Read,
        entities: Vec::new(),
        impact: 1,
        allow: Vec::new(),
        models: Vec::new(),
        limits: Vec::new(),
        budgets: Vec::new(),
        status: SkillStatus::Active,
    }
}

fn noon() -> DateTime<Utc> {
    // 12:00 in Shanghai.
    Utc.with_ymd_and_hms(2026, 3, 2, 4, 0, 0).unwrap()
}

/// How a condition comes out for a deal; none when it is not understood.
fn truth_at(text: &str, now: DateTime<Utc>) -> Option<Truth> {
    let policy = policy();
    let condition = read(Some(text), "Deal", &policy).ok()?;
    let record = Record::from_json(
        "Deal",
        r#"{"stage": "OPEN", "amount": "999.50", "closed": "2026-03-01", "urgent": true,
            "tags": ["a"], "buyer": {"city": "上海"}}"#,
    )
    .unwrap();
    let person = Principal::user("acme", "u-17")
        .attribute("region", "east")
        .attribute("level", 3);
    let skill = skill();
    let facts = Facts::new(&person, &skill, record.fields(), now).in_zone(policy.zone);
    Some(
        condition
            .expr
            .map_or(Truth::True, |expr| holds(&expr, &facts)),
    )
}

fn truth(text: &str) -> Option<Truth> {
    truth_at(text, noon())
}

#[test]
fn what_holds_where() {
    let cases = [
        ("", Truth::True),
        (" null ", Truth::True),
        ("{}", Truth::True),
        (r#"{"record": {}}"#, Truth::True),
        (r#"{"record": {"stage": "OPEN"}}"#, Truth::True),
        (r#"{"record": {"stage": ["WON"]}}"#, Truth::False),
        (r#"{"record": {"stage": []}}"#, Truth::False),
        (
            r#"{"record": {"stage": {"ne": "WON"}, "urgent": true}}"#,
            Truth::True,
        ),
        (
            r#"{"record": {"amount": {"lt": 1000, "ge": "999.50 CNY"}}}"#,
            Truth::True,
        ),
        (r#"{"record": {"amount": {"gt": 999.5}}}"#, Truth::False),
        (
            r#"{"record": {"closed": {"lt": "2026-03-02"}}}"#,
            Truth::True,
        ),
        (
            r#"{"record": {"buyer.city": {"in": ["北京", "上海"]}}}"#,
            Truth::True,
        ),
        (r#"{"record": {"amount": {"missing": false}}}"#, Truth::True),
        (
            r#"{"actor": {"region": "east", "level": {"ge": 3}, "id": "u-17"}}"#,
            Truth::True,
        ),
        (
            r#"{"actor": {"region": "west"}, "record": {"stage": "OPEN"}}"#,
            Truth::False,
        ),
        (r#"{"actor": {"nobody": "x"}}"#, Truth::Unknown),
        (r#"{"actor": {"level": "3"}}"#, Truth::Unknown),
        (r#"{"actor": {"nobody": {"missing": true}}}"#, Truth::True),
        (
            r#"{"time": {"from": "09:30", "to": "12:00"}}"#,
            Truth::False,
        ),
        (r#"{"time": {"from": "12:00", "to": "12:01"}}"#, Truth::True),
        (
            r#"{"time": {"from": "22:00", "to": "06:00"}}"#,
            Truth::False,
        ),
        (r#"{"time": {"to": "24:00"}}"#, Truth::True),
        (
            r#"{"time": {"after": "2026-03-02", "before": "2026-03-02T04:00:01Z"}}"#,
            Truth::True,
        ),
        (r#"{"time": {"before": "2026-03-02"}}"#, Truth::False),
    ];
    for (text, expected) in cases {
        assert_eq!(truth(text), Some(expected), "{text}");
    }
}

#[test]
fn hours_go_over_midnight_on_the_policy_s_clock() {
    let night = r#"{"time": {"from": "22:00", "to": "06:00"}}"#;
    for (hour, minute, expected) in [
        (13, 59, false),
        (14, 0, true),
        (21, 59, true),
        (22, 0, false),
    ] {
        let now = Utc.with_ymd_and_hms(2026, 3, 2, hour, minute, 0).unwrap();
        let expected = Truth::from(expected);
        assert_eq!(truth_at(night, now), Some(expected), "{hour}:{minute} UTC");
    }
}

#[test]
fn what_is_not_understood_is_an_error() {
    let refused = [
        "{",
        "[]",
        "7",
        r#"{"hour": 3}"#,
        r#"{"ai_context": 7}"#,
        r#"{"ai_context": ["a", 7]}"#,
        r#"{"record": "OPEN"}"#,
        r#"{"record": {"stage": "LOST"}}"#,
        r#"{"record": {"stage": {"lt": "WON"}}}"#,
        r#"{"record": {"stage": {"like": "W"}}}"#,
        r#"{"record": {"stage": null}}"#,
        r#"{"record": {"phase": "OPEN"}}"#,
        r#"{"record": {"amount": "3 USD"}}"#,
        r#"{"record": {"closed": 7}}"#,
        r#"{"record": {"tags": "a"}}"#,
        r#"{"record": {"buyer": "x"}}"#,
        r#"{"record": {"buyer.": "x"}}"#,
        r#"{"record": {"buyer.city.name": "x"}}"#,
        r#"{"record": {"amount": {"in": 7}}}"#,
        r#"{"record": {"amount": {"missing": 1}}}"#,
        r#"{"actor": {"region": null}}"#,
        r#"{"actor": {".": "x"}}"#,
        r#"{"actor": {"id": 7}}"#,
        r#"{"time": {"from": "9:00"}}"#,
        r#"{"time": {"from": "25:00"}}"#,
        r#"{"time": {"from": "09:00", "to": "09:00"}}"#,
        r#"{"time": {"since": "09:00"}}"#,
        r#"{"time": {"after": "tomorrow"}}"#,
        // The later of two keys would win with most readers, and the first with others.
        r#"{"record": {"stage": "OPEN"}, "record": {}}"#,
    ];
    for text in refused {
        assert_eq!(truth(text), None, "{text}");
    }
    let long = format!(r#"{{"ai_context": "{}"}}"#, "x".repeat(MAX_CONDITION_BYTES));
    assert_eq!(truth(&long), None);
    let wide = vec![r#""x""#; MAX_ITEMS].join(",");
    assert_eq!(truth(&format!(r#"{{"ai_context": [{wide}]}}"#)), None);
}

#[test]
fn no_entity_no_fields() {
    let text = r#"{"record": {"stage": "OPEN"}}"#;
    let refused = read(Some(text), "Undeclared", &policy()).unwrap_err();
    assert!(refused.to_string().contains("`stage`"), "{refused}");
    assert!(!refused.to_string().contains("OPEN"), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn no_text_panics(text in ".{0,200}") {
        let _ = truth(&text);
    }

    #[test]
    fn no_json_panics(
        key in "(ai_context|record|actor|time|x)",
        name in "(stage|amount|closed|tags|buyer|buyer.city|from|to|after|before|.{0,8})",
        test in "(eq|ne|lt|le|gt|ge|in|missing|.{0,4})",
        value in r#"(null|true|-?[0-9]{1,30}|"[^"\\]{0,12}"|\[\]|\["OPEN"\]|\{\})"#,
    ) {
        let _ = truth(&format!(r#"{{"{key}": {{"{name}": {value}}}}}"#));
        let _ = truth(&format!(r#"{{"{key}": {{"{name}": {{"{test}": {value}}}}}}}"#));
        let _ = truth(&format!(r#"{{"{key}": {value}}}"#));
    }
}
