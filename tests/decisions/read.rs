use crm_guardrails::*;

use super::fixture::*;

#[test]
fn each_role_sees_its_own_view() {
    let world = world();
    let quote = quote();
    let mut op = world.begin(&rep(), "quote.draft");
    assert_eq!(
        op.read(&quote).unwrap().to_json(),
        r#"{"amount":"1000.00","clauses":[],"contact_phone":"138****5678","discount":5,"id":"q-1","owner":"u-17","stage":"DRAFT"}"#
    );
    let mut op = world.begin(&manager(), "quote.draft");
    let view = op.read(&quote).unwrap().to_json();
    assert!(
        view.contains("13812345678") && !view.contains("777"),
        "{view}"
    );
}

#[test]
fn out_of_reach_reads_like_not_there() {
    let world = world();
    let mut op = world.begin(&rep(), "quote.draft");
    let others = quote().with("owner", "u-99");
    let foreign = quote().with("tenant_id", "globex");
    let unknown = Record::from_json("Quote", r#"{"id": "q-1"}"#).unwrap();
    let messages: Vec<String> = [&others, &foreign, &unknown]
        .map(|record| op.read(record).unwrap_err())
        .iter()
        .map(|error| {
            assert_eq!(error.kind(), ErrorKind::NotFound);
            error.to_string()
        })
        .collect();
    assert!(
        messages.windows(2).all(|pair| pair[0] == pair[1]),
        "{messages:?}"
    );
}

#[test]
fn many_records_leave_out_what_is_out_of_reach() {
    let world = world();
    let mut op = world.begin(&rep(), "quote.draft");
    let records = [
        quote(),
        quote().with("owner", "u-99").with("id", "q-2"),
        quote().with("id", "q-3"),
    ];
    let views = op.read_many(&records).unwrap();
    let ids: Vec<_> = views
        .iter()
        .map(|view| view.value("id").unwrap().as_text().unwrap())
        .collect();
    assert_eq!(ids, ["q-1", "q-3"]);
    let text = world.audit_text();
    assert!(text.contains(r#""withheld":1"#), "{text}");
    assert!(
        !text.contains("13812345678") && !text.contains("777"),
        "{text}"
    );
}

#[test]
fn an_undeclared_field_never_passes() {
    let world = world();
    let mut op = world.begin(&manager(), "quote.draft");
    let view = op
        .read(&quote().with("secret_margin", "canary"))
        .unwrap()
        .to_json();
    assert!(!view.contains("canary"), "{view}");
}

#[test]
fn a_record_of_another_entity_is_refused() {
    let world = world();
    let mut op = world.begin(&rep(), "quote.draft");
    let error = op
        .read(&Record::new("Contract", Fields::new()))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
}

#[test]
fn rules_on_reading_only_take_away() {
    let policy = POLICY.to_owned()
        + r#"
rule hide_amount { on read of Quote when stage == WON then hide amount }
rule mask_id { on read of Quote when stage == SENT then mask id with redact }
rule no_reading { on read of Quote when discount > 90% then deny TOO_HOT because "not for eyes" }
"#;
    let world = world_with(&policy);
    let mut op = world.begin(&rep(), "quote.draft");
    let won = quote().with("stage", "WON");
    assert!(op.read(&won).unwrap().value("amount").is_none());
    let sent = quote().with("stage", "SENT");
    assert_eq!(
        op.read(&sent).unwrap().value("id"),
        Some(&Value::from("[CONFIDENTIAL]"))
    );
    let odd = quote().with("stage", "NO_SUCH_STAGE");
    let view = op.read(&odd).unwrap();
    assert!(view.value("amount").is_none(), "unknown restricts");
    let error = op.read(&quote().with("discount", 95)).unwrap_err();
    assert_eq!(error.code(), "TOO_HOT");
}

#[test]
fn debug_output_shows_no_value() {
    let world = world();
    let mut op = world.begin(&rep(), "quote.draft");
    let quote = quote();
    let change = Changes::update(&quote).set("discount", 20);
    let view = format!("{:?}", op.read(&quote).unwrap());
    let decision = op.propose(&change).unwrap();
    let all = format!("{quote:?} {change:?} {view} {op:?} {decision:?}");
    for canary in ["777", "13812345678", "1000"] {
        assert!(!all.contains(canary), "{canary} in {all}");
    }
}
