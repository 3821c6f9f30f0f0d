//! What masks leave of values that are no free text, wherever the mask comes from.

use crm_guardrails::*;

use super::fixture::*;

const POLICY: &str = r#"guard 1
enum Stage { WON, LOST }
entity Part { stage : Stage  share : percent  note : text }
entity Deal {
    id     : text
    stage  : Stage
    kind   : enum { LARGE, SMALL }
    share  : percent
    amount : money(CNY)
    factor : decimal
    due    : date
    at     : datetime
    length : duration
    ok     : bool
    phone  : int
    note   : text
    tags   : [Stage]
    part   : Part
    parts  : [Part]
}
grant SALES_REP on Deal {
    read  id
    GRANTED
}
grant SALES_MANAGER on Deal { read * except part, parts  write stage }
skill deal.write { does update on Deal impact 1 allow SALES_REP, SALES_MANAGER }
"#;

const TYPED: [&str; 9] = [
    "stage", "kind", "share", "amount", "factor", "due", "at", "length", "ok",
];
/// What a grant may put on a field of any type.
const MASKS: [&str; 3] = ["default", "partial(1, 1)", "partial(16, 16)"];

fn deal() -> Record {
    let text = r#"{"id": "d-1", "stage": "WON", "kind": "LARGE", "share": 0.5, "amount": "138123456789.50",
        "factor": 13812345678, "due": "2026-03-02", "at": "2026-03-02T10:00:00+08:00", "length": "PT4H",
        "ok": true, "phone": 13812345678, "note": "abcdef", "tags": ["WON", "LOST"],
        "part": {"stage": "WON", "share": "0.5", "note": "abc"},
        "parts": [{"stage": "WON", "share": 12, "note": "a@example.com"}]}"#;
    Record::from_json("Deal", text).unwrap()
}

fn begin(world: &World, principal: &Principal) -> Operation {
    let request = Request::new(principal, "deal.write").context("sales_copilot");
    world.guard.begin(request).unwrap()
}

fn seen(world: &World) -> Fields {
    let deal = deal();
    let mut operation = begin(world, &rep());
    operation.read(&deal).unwrap().to_fields()
}

fn granted(clause: &str) -> World {
    world_with(&POLICY.replace("GRANTED", clause))
}

#[test]
fn a_typed_value_shows_nothing_under_a_mask_that_is_not_made_for_it() {
    for mask in MASKS {
        let fields = TYPED.iter().chain(&["tags"]);
        let fields: Vec<String> = fields.map(|name| format!("{name} with {mask}")).collect();
        let view = seen(&granted(&format!("mask {}", fields.join(", "))));
        for field in TYPED {
            assert_eq!(
                view.value(field),
                Some(&Value::from("***")),
                "{field} under {mask}"
            );
        }
        assert_eq!(
            view.value("tags"),
            Some(&Value::from(vec!["***", "***"])),
            "{mask}"
        );
    }
    for mask in MASKS {
        let view = seen(&granted(&format!(
            "mask part with {mask}, parts with {mask}"
        )));
        for part in ["part", "parts"] {
            let part = match view.value(part).unwrap() {
                Value::List(items) => items[0].clone(),
                other => other.clone(),
            };
            for field in ["stage", "share"] {
                let value = part.as_object().unwrap().value(field);
                assert_eq!(
                    value,
                    Some(&Value::from("***")),
                    "{field} of a part under {mask}"
                );
            }
        }
    }
}

#[test]
fn text_keeps_its_formula_and_a_number_the_mask_that_is_made_for_it() {
    let shown = |mask: &str, field: &str| {
        let view = seen(&granted(&format!("mask {field} with {mask}")));
        view.value(field).unwrap().as_text().unwrap().to_owned()
    };
    assert_eq!(shown("default", "note"), "ab***ef");
    assert_eq!(shown("partial(1, 1)", "note"), "a***f");
    assert_eq!(shown("default", "phone"), "***");
    assert_eq!(shown("partial(3, 3)", "phone"), "***");
    assert_eq!(shown("redact", "stage"), "[CONFIDENTIAL]");
}

#[test]
fn rows_and_rules_on_reading_mask_alike() {
    let rules = r#"
rule on_reading { on read of Deal when id == "d-1" then mask kind with partial(3, 3), mask share, mask ok with partial(1, 1) }
"#;
    let policy = POLICY.replace(
        "GRANTED",
        "read stage, kind, share, ok, amount, factor, note",
    );
    let world = world_with(&format!("{policy}{rules}"));
    for (field, sensitivity) in [("stage", 3), ("amount", 4), ("factor", 1), ("note", 2)] {
        let row = FieldPermission {
            tenant: "acme".into(),
            entity: "Deal".into(),
            field: field.into(),
            sensitivity,
            pii: false,
            encryption_required: false,
            roles: vec![RolePermission {
                role: "SALES_REP".into(),
                access: "MASKED".to_owned(),
                ai_access_allowed: true,
                conditions: None,
                aggregation: None,
            }],
        };
        world.store.store.set_field_permission(row).unwrap();
    }
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
    let view = seen(&world);
    for field in ["kind", "share", "ok", "stage", "factor"] {
        assert_eq!(view.value(field), Some(&Value::from("***")), "{field}");
    }
    assert_eq!(view.value("amount"), Some(&Value::from("[CONFIDENTIAL]")));
    assert_eq!(view.value("note"), Some(&Value::from("ab***ef")));
}

#[test]
fn a_field_that_nobody_declares_is_taken_for_what_it_is() {
    use crm_guardrails::data::Mask;
    let masked = |mask: &str, value: Value| Mask::from_word(mask).unwrap().apply(&value);
    for mask in ["default", "partial", "partial(9, 9)", "name", "email"] {
        for value in [
            Value::from(12),
            Value::from(0),
            Value::from(true),
            Value::from(13_812_345_678_i64),
        ] {
            assert_eq!(masked(mask, value), Value::from("***"), "{mask}");
        }
    }
    assert_eq!(
        masked("phone", 13_812_345_678_i64.into()),
        Value::from("138****5678")
    );
    assert_eq!(masked("scrub", 42.into()), Value::from("***"));
    assert_eq!(masked("default", "abcd".into()), Value::from("a***d"));
}

#[test]
fn reasons_and_cards_show_what_the_mask_leaves() {
    let rules = r#"
approval finance_approval { step finance 1 of SALES_MANAGER within 1d else deny  expires 3d  execute within 1h }
rule told { on update of Deal when share > 0% then require approval finance_approval because "{old.stage} {share} {kind} {ok}" }
"#;
    let clause = "mask stage, share, ok with partial(3, 3)  mask kind  write note";
    let grant = "read * except part, parts  write stage";
    let policy = format!("{POLICY}{rules}")
        .replace("GRANTED", clause)
        .replace(
            grant,
            "read id, share  mask stage with partial(3, 3), note with default",
        );
    let world = world_with(&policy);
    let changes = Changes::update(&deal()).set("note", "new words");
    let mut operation = begin(&world, &rep());
    let decision = operation.propose(&changes).unwrap();
    assert_eq!(decision.reasons()[0].message(), "*** *** *** ***");
    let Outcome::NeedsApproval(ticket) = decision.outcome() else {
        panic!("{decision:?}");
    };
    let card = world
        .guard
        .approvals()
        .show(ticket.id(), &manager())
        .unwrap();
    assert_eq!(card.because, ["*** 0.5% ‹hidden› ‹hidden›"]);
    assert_eq!(card.changes[0].after, "new***rds");
}
