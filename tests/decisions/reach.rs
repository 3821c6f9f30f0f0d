//! A record out of scope, another tenant's included, is answered like one that does not exist, at
//! every step; what is on record of it is what was asked for.

use crm_guardrails::policy::Aggregation;
use crm_guardrails::*;

use super::fixture::*;

const LOUD: &str = r#"
risk {
    factor impact weight 1.0 = skill.impact
    HIGH at 9 deny RISKY, notify "risk"
    MEDIUM at 1 notify "desk"
}
rule scripted { on update of Quote when discount > 1% do { risk.add("margin", cost_price / 100); } }
rule loud { on update of Quote when cost_price > 10 CNY then deny LOUD because "{owner} pays {cost_price}", notify "ops", oblige "call" { to: "{contact_phone}" } }
rule seen { on read of Quote when stage == WON then deny SEALED because "{owner}" }
"#;

fn out_of_scope() -> Vec<Record> {
    let foreign = |record: Record| record.with("tenant_id", "globex");
    vec![
        quote().with("owner", "u-99"),
        quote().with("owner", Value::Null),
        quote().with("owner", 17),
        quote().with("owner", "u-99").with("stage", "WON"),
        quote().with("owner", "u-99").with("discount", "a lot"),
        foreign(quote()),
        foreign(quote().with("cost_price", 1)),
        foreign(Record::new("Quote", Fields::new()).with("id", "q-1")),
        Record::new("Quote", Fields::new()).with("id", "q-1"),
    ]
}

/// Everything that comes of one step on a record, with the audit of it.
fn after(
    record: &Record,
    shadow: Option<&str>,
    step: impl Fn(&World, &mut Operation, &Record) -> String,
) -> String {
    let world = world_with(&format!("{POLICY}{LOUD}"));
    let shadow = shadow.map(policy);
    world.guard.replace_shadow_policy(shadow).unwrap();
    let mut operation = world.begin(&rep(), "quote.draft");
    let text = step(&world, &mut operation, record);
    drop(operation);
    format!("{text}{}", world.audit_text())
}

fn all_alike(
    shadow: Option<&str>,
    step: impl Fn(&World, &mut Operation, &Record) -> String,
) -> String {
    let texts: Vec<String> = out_of_scope()
        .iter()
        .map(|record| after(record, shadow, &step))
        .collect();
    for text in &texts {
        assert_eq!(*text, texts[0]);
    }
    texts[0].clone()
}

#[test]
fn a_proposal_on_it_tells_nothing_of_it() {
    // The shadow policy would reach it.
    let wide = POLICY.replace(" where owner == actor.id", "");
    let text = all_alike(Some(&wide), |_, operation, record| {
        let changes = Changes::update(record)
            .set("discount", 50)
            .set("cost_price", 1);
        let decision = operation.propose(&changes).unwrap();
        assert_eq!(codes(decision.reasons()), ["OUT_OF_SCOPE"]);
        assert_eq!(decision.risk().score, None);
        let why = decision.explain();
        assert!(why.rules.is_empty() && why.fields.is_empty() && why.remedies.is_empty());
        format!(
            "{decision:?} {:?} {:?} {:?} {:?} {:?} {why} {}",
            decision.verdicts(),
            decision.notify(),
            decision.obligations(),
            decision.shadows(),
            decision.shadow_policy(),
            why.to_json(),
        )
    });
    assert!(
        text.contains(r#""record":"q-1""#) && text.contains(r#""set":["cost_price","discount"]"#),
        "{text}"
    );
    assert!(!text.contains("LOUD") && !text.contains("wider"), "{text}");
}

#[test]
fn a_removal_of_it_tells_nothing_of_it() {
    all_alike(None, |world, _, record| {
        let policy = POLICY.replace("allow SALES_MANAGER }", "allow SALES_MANAGER, SALES_REP }");
        world
            .guard
            .replace_policy(super::fixture::policy(&policy))
            .unwrap();
        let decision = world.propose(&rep(), "quote.delete", &Changes::delete(record));
        assert_eq!(codes(decision.reasons()), ["OUT_OF_SCOPE"]);
        format!("{decision:?} {}", decision.explain())
    });
}

#[test]
fn a_read_of_it_is_refused_in_the_same_words_and_is_on_record() {
    let text = all_alike(None, |world, operation, record| {
        let error = operation.read(record).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.code(), "not_found");
        let changes = Changes::update(record).set("discount", 6);
        let decision = operation.propose(&changes).unwrap();
        assert_eq!(error.to_string(), decision.reasons()[0].message());
        let rep = rep();
        let request = Request::new(&rep, "quote.draft").entity("Quote");
        let why = world.guard.explain_refusal(&request, &error);
        format!("{error} {error:?} {why} {}", why.to_json())
    });
    let event = r#""data":{"code":"OUT_OF_SCOPE","fields":[],"records":["q-1"],"status":"failed","withheld":0}"#;
    assert_eq!(text.matches(event).count(), 1, "{text}");
}

#[test]
fn it_is_in_no_list_and_no_figure() {
    all_alike(None, |_, operation, record| {
        let many = [record.clone(), record.clone()];
        let views = operation.read_many(&many).unwrap();
        let error = operation
            .aggregate(&many, "discount", Aggregation::Sum)
            .unwrap_err();
        assert_eq!(error.code(), "GROUP_TOO_SMALL");
        format!("{} {error} {:?}", views.len(), error.reasons())
    });
}

#[test]
fn a_record_of_another_tenant_is_not_even_measured() {
    let world = world();
    let mut deep = Value::Null;
    for _ in 0..500 {
        deep = Value::from(vec![deep]);
    }
    let record = quote().with("tenant_id", "globex").with("clauses", deep);
    let changes = Changes::update(&record).set("discount", 6);
    let decision = world.propose(&rep(), "quote.draft", &changes);
    assert_eq!(codes(decision.reasons()), ["OUT_OF_SCOPE"]);
    let mut operation = world.begin(&rep(), "quote.draft");
    assert_eq!(operation.read(&record).unwrap_err().code(), "not_found");
}

#[test]
fn a_new_record_out_of_scope_is_refused_and_not_evaluated() {
    let policy = POLICY.replace(
        "write discount, amount\n    mask",
        "write discount, amount, owner, stage\n    mask",
    );
    let world = world_with(&format!("{policy}{LOUD}"));
    let new = |owner: &str| {
        let record = Record::from_json(
            "Quote",
            r#"{"id": "q-9", "discount": 50, "stage": "DRAFT"}"#,
        );
        Changes::create(record.unwrap().with("owner", owner))
    };
    let decision = world.propose(&rep(), "quote.create", &new("u-99"));
    assert_eq!(codes(decision.reasons()), ["OUT_OF_SCOPE"]);
    assert!(decision.verdicts().is_empty());
    let mine = world.propose(&rep(), "quote.create", &new("u-17"));
    assert_ne!(codes(mine.reasons()), ["OUT_OF_SCOPE"]);
}

#[test]
fn a_read_that_a_rule_refuses_is_on_record_as_failed() {
    let world = world_with(&format!("{POLICY}{LOUD}"));
    let mut operation = world.begin(&rep(), "quote.draft");
    let error = operation.read(&quote().with("stage", "WON")).unwrap_err();
    assert_eq!(error.code(), "SEALED");
    let other = Record::new("Invoice", Fields::new()).with("id", "i-1");
    assert_eq!(operation.read(&other).unwrap_err().kind(), ErrorKind::Input);
    let text = world.audit_text();
    for event in [
        r#""data":{"code":"SEALED","fields":[],"records":["q-1"],"status":"failed","withheld":0}"#,
        r#""data":{"code":"input","fields":[],"records":[],"status":"failed","withheld":0}"#,
    ] {
        assert_eq!(text.matches(event).count(), 1, "{text}");
    }
}
