//! A proposal that sends back what the view shows in place of a value.

use crm_guardrails::*;
use serde_json::Value as Json;

use super::fixture::{World, codes, policy, ticket, world_with};

const POLICY: &str = include_str!("../../guardrails-core/tests/cases/data/written_back.guard");
const CASES: &str = include_str!("../../guardrails-core/tests/cases/data/written_back.json");

fn record(owner: &str, fields: &Json) -> Record {
    let mut fields = fields.clone();
    fields["id"] = "c-1".into();
    fields["owner"] = owner.into();
    Record::from_json("Card", &fields.to_string()).unwrap()
}

fn update(record: &Record, set: &Json) -> Changes {
    let set = parse_fields(&set.to_string(), JsonLimits::default()).unwrap();
    set.iter()
        .fold(Changes::update(record), |changes, (name, value)| {
            changes.set(name.clone(), value.clone())
        })
}

fn begin(world: &World, person: &Principal, skill: &str) -> Operation {
    world.guard.begin(Request::new(person, skill)).unwrap()
}

/// The codes with the paths, in order.
fn told(decision: &Decision) -> Vec<String> {
    let reasons = decision.reasons().iter();
    let mut told: Vec<String> = reasons
        .map(|reason| {
            format!(
                "{} {}",
                reason.code(),
                reason.message().split('`').nth(1).unwrap()
            )
        })
        .collect();
    told.sort();
    told
}

fn cases() -> Vec<Json> {
    let cases: Json = serde_json::from_str(CASES).unwrap();
    cases.as_array().unwrap().clone()
}

fn person(case: &Json) -> Principal {
    let actor = case["actor"].as_str().unwrap_or("u-1");
    let roles = case["roles"].as_array().unwrap().iter();
    roles.fold(Principal::user("acme", actor), |person, role| {
        person.role(role.as_str().unwrap())
    })
}

#[test]
fn a_mask_sent_back_is_refused_by_its_path() {
    let world = world_with(POLICY);
    for case in cases() {
        let person = person(&case);
        let record = record(case["actor"].as_str().unwrap_or("u-1"), &case["record"]);
        let changes = update(&record, &case["set"]);
        let decision = begin(&world, &person, "card.edit")
            .propose(&changes)
            .unwrap();
        let expected: Vec<&str> = case["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r.as_str().unwrap())
            .collect();
        assert_eq!(told(&decision), expected, "{}", case["name"]);
        for reason in decision
            .reasons()
            .iter()
            .filter(|reason| reason.code() == "MASK_WRITTEN_BACK")
        {
            assert!(!reason.message().contains('*'), "{}", reason.message());
            assert!(!reason.message().contains("[CONF"), "{}", reason.message());
        }
    }
}

/// What a person reads and sends back as a whole is refused wherever something was masked.
#[test]
fn a_view_sent_back_as_it_is_changes_nothing() {
    let world = world_with(POLICY);
    let mut refused = 0;
    for case in cases() {
        let person = person(&case);
        let record = record(case["actor"].as_str().unwrap_or("u-1"), &case["record"]);
        let mut reading = begin(&world, &person, "card.edit");
        let Ok(view) = reading.read(&record) else {
            continue;
        };
        let writable = |name: &Name| {
            view.table()
                .row(name)
                .is_some_and(|row| row.writable() == data::Writable::Yes)
        };
        for (name, shown) in view.iter().filter(|(name, _)| writable(name)) {
            let changes = Changes::update(&record).set(name.clone(), shown.clone());
            let decision = begin(&world, &person, "card.edit")
                .propose(&changes)
                .unwrap();
            let same = record.fields().value(name) == Some(shown);
            assert_eq!(
                decision.reasons().is_empty(),
                same,
                "{} {name}",
                case["name"]
            );
            refused += usize::from(!same);
            let codes = codes(decision.reasons());
            assert!(
                codes.iter().all(|code| *code == "MASK_WRITTEN_BACK"),
                "{codes:?}"
            );
        }
    }
    assert!(refused > 15, "{refused}");
}

/// Two records that look alike answer alike, whatever is sent.
#[test]
fn the_answer_tells_no_more_than_the_view() {
    let world = world_with(POLICY);
    let rep = Principal::user("acme", "u-1").role("REP");
    let alike = [
        [r#"{"phone": "13800005678"}"#, r#"{"phone": "13899995678"}"#],
        [r#"{"phone": "***"}"#, r#"{"phone": "x"}"#],
        [r#"{"code": "[CONFIDENTIAL]"}"#, r#"{"code": null}"#],
        [r#"{"stage": "WON"}"#, r#"{"stage": "LOST"}"#],
        [r#"{"amount": 1}"#, r#"{"amount": "***"}"#],
        [
            r#"{"note": "ask 138****5678"}"#,
            r#"{"note": "ask 13800005678"}"#,
        ],
        [r#"{"tags": ["abcdefgh"]}"#, r#"{"tags": ["abXYZ-gh"]}"#],
    ];
    for pair in alike {
        let records = pair.map(|json| record("u-1", &serde_json::from_str(json).unwrap()));
        let [one, other] = &records;
        let mut shown = Vec::new();
        for record in [one, other] {
            shown.push(
                begin(&world, &rep, "card.edit")
                    .read(record)
                    .unwrap()
                    .to_fields(),
            );
        }
        assert_eq!(shown[0], shown[1]);
        let guesses = records.iter().flat_map(|record| record.fields().iter());
        let guesses = guesses.chain(shown[0].iter());
        for (name, guess) in guesses.filter(|(name, _)| !matches!(&***name, "id" | "owner")) {
            let [one, other] = [one, other].map(|record| {
                let changes = Changes::update(record).set(name.clone(), guess.clone());
                told(&begin(&world, &rep, "card.edit").propose(&changes).unwrap())
            });
            assert_eq!(one, other, "{name} {guess:?}");
        }
    }
}

#[test]
fn a_new_record_has_no_view() {
    let world = world_with(POLICY);
    let rep = Principal::user("acme", "u-1").role("REP");
    let new = Record::from_json(
        "Card",
        r#"{"id": "c-2", "phone": "***", "main": {"name": "*", "phone": "***"}}"#,
    )
    .unwrap();
    let decision = begin(&world, &rep, "card.new")
        .propose(&Changes::create(new))
        .unwrap();
    assert!(!codes(decision.reasons()).contains(&"MASK_WRITTEN_BACK"));
}

const RULES: &str = r#"
rule moved { on update of Card when (phone ?? "") != (old.phone ?? "") then deny PHONE_MOVED because "moved to {phone}" }
rule noisy { on update of Card when phone == old.phone then risk +1 "same" }
approval boss { step boss 1 of BOSS expires 3d execute within 1h }
grant BOSS on Card { read * }
rule large { on update of Card when amount is present and amount > 1000 then require approval boss because "large" }
"#;

#[test]
fn a_mask_sent_back_counts_as_unchanged() {
    let world = world_with(&format!("{POLICY}{RULES}"));
    let rep = Principal::user("acme", "u-1").role("REP");
    let record = record(
        "u-1",
        &serde_json::from_str(r#"{"phone": "13812345678"}"#).unwrap(),
    );
    let set = |value: &str| Changes::update(&record).set("phone", value);
    let decision = begin(&world, &rep, "card.edit")
        .propose(&set("138****5678"))
        .unwrap();
    assert_eq!(codes(decision.reasons()), ["MASK_WRITTEN_BACK"]);
    assert!(
        decision
            .verdicts()
            .iter()
            .any(|verdict| &*verdict.rule == "noisy")
    );
    let explained = decision.explain().to_string();
    assert!(explained.contains("MASK_WRITTEN_BACK"), "{explained}");
    assert!(!explained.contains("13812345678"), "{explained}");
    assert!(!world.audit_text().contains("****5678"));
    let decision = begin(&world, &rep, "card.edit")
        .propose(&set("13900000000"))
        .unwrap();
    assert_eq!(codes(decision.reasons()), ["PHONE_MOVED"]);
}

/// An approved change is held to the record as it is when it is used.
#[test]
fn a_ticket_takes_the_same_path() {
    let world = world_with(&format!("{POLICY}{RULES}"));
    let rep = Principal::user("acme", "u-1").role("REP");
    let before = |address: &str, secret: bool| {
        let fields = format!(r#"{{"address": "{address}", "secret": {secret}}}"#);
        record("u-1", &serde_json::from_str(&fields).unwrap())
    };
    let open = before("Main Street 1", false);
    let changes = |record: &Record| {
        Changes::update(record)
            .set("amount", 2000)
            .set("address", "M***1")
    };
    let first = begin(&world, &rep, "card.edit")
        .propose(&changes(&open))
        .unwrap();
    let id = ticket(&first);
    let boss = Principal::user("acme", "u-9").role("BOSS");
    world.guard.approvals().approve(id, &boss, "").unwrap();
    let closed = before("Main Street 1", true);
    let request = Request::new(&rep, "card.edit").ticket(id);
    let decision = world
        .guard
        .begin(request)
        .unwrap()
        .propose(&changes(&closed))
        .unwrap();
    assert_eq!(codes(decision.reasons()), ["MASK_WRITTEN_BACK"]);
    let error = world.guard.resume(id, &rep, closed).unwrap_err();
    assert!(
        error
            .reasons()
            .iter()
            .any(|reason| reason.code() == "MASK_WRITTEN_BACK"),
        "{error:?}"
    );
    // Of the record as it was it may still be used.
    let (operation, _) = world.guard.resume(id, &rep, open).unwrap();
    operation.complete("done").unwrap();
}

/// The shadow policy is asked about the view that the policy in force gave, which is where the mask came from.
#[test]
fn a_shadow_policy_goes_by_the_view_in_force() {
    let world = world_with(POLICY);
    let clear = POLICY.replace("mask  phone with phone, ", "mask  ");
    world
        .guard
        .replace_shadow_policy(Some(policy(&clear)))
        .unwrap();
    let rep = Principal::user("acme", "u-1").role("REP");
    let record = record(
        "u-1",
        &serde_json::from_str(r#"{"phone": "13812345678"}"#).unwrap(),
    );
    for (phone, outcome) in [
        ("138****5678", "deny"),
        ("13900000000", "allow"),
        ("13812345678", "allow"),
    ] {
        let changes = Changes::update(&record).set("phone", phone);
        let decision = begin(&world, &rep, "card.edit").propose(&changes).unwrap();
        assert_eq!(decision.outcome().as_str(), outcome);
        let shadow = decision.shadow_policy().unwrap();
        assert_eq!(shadow.difference(), Difference::Same, "{phone}");
    }
}
