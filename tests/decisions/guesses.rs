//! What may not be written is not evaluated: no guess at a hidden value is told from another one, and
//! what else was proposed is judged as if the refused field had been left out.

use crm_guardrails::*;

use super::fixture::*;

/// Channels through which a guess at the cost or at the phone could be told.
const TELLING: &str = r#"
risk {
    factor impact weight 0.2 = skill.impact
    HIGH at 9 deny RISKY
    MEDIUM at 1
}
rule lowered { on update of Quote when cost_price < old.cost_price then deny COST_LOWERED because "to {cost_price}" }
rule called  { on update of Quote when changed(contact_phone) then require approval finance_approval }
rule alerted { on update of Quote when cost_price > old.cost_price then notify "ops", oblige "call" { to: "{cost_price}" } }
rule watched @shadow { on update of Quote when cost_price != old.cost_price then deny WATCHED }
rule scripted { on update of Quote when discount > 1% do { risk.add("margin", cost_price / 100); } }
"#;

fn guess(field: &str, value: impl Into<Value>) -> Changes {
    Changes::update(&quote())
        .set("discount", 12)
        .set(field, value)
}

/// Everything that comes of a proposal: the decision, its explanation, and the audit.
fn everything(policy: &str, changes: &Changes) -> String {
    let world = world_with(policy);
    let shadow = POLICY.replace("write discount, amount", "write *");
    world
        .guard
        .replace_shadow_policy(Some(super::fixture::policy(&shadow)))
        .unwrap();
    let decision = world.propose(&rep(), "quote.draft", changes);
    let why = decision.explain();
    let duties = decision.obligations().iter();
    let terms: Vec<String> = duties.map(|duty| duty.terms().to_json()).collect();
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {terms:?} {:?} {why} {} {}",
        decision.reasons(),
        decision.outcome(),
        decision.verdicts(),
        decision.risk(),
        decision.notify(),
        decision.shadows(),
        decision.shadow_policy(),
        why.to_json(),
        world.audit_text(),
    )
}

#[test]
fn a_hidden_cost_is_not_read_out_by_proposing_guesses() {
    let policy = format!("{POLICY}{TELLING}");
    let of = |cost: Value| everything(&policy, &guess("cost_price", cost));
    let first = of(Value::from(1));
    for cost in ["777.76", "777.77", "777.78", "999999", "much", ""] {
        assert_eq!(of(cost.into()), first, "{cost}");
    }
    for cost in [Value::Null, Value::Bool(true), Value::from(vec![1, 2])] {
        assert_eq!(of(cost), first);
    }
}

#[test]
fn a_masked_phone_is_not_confirmed() {
    let policy = format!("{POLICY}{TELLING}");
    let of = |phone: &str| everything(&policy, &guess("contact_phone", phone));
    let right = of("13812345678");
    for phone in ["13812345679", "138****5678", "", "no phone"] {
        assert_eq!(of(phone), right, "{phone}");
    }
}

#[test]
fn the_other_changes_are_judged_as_if_the_refused_one_were_left_out() {
    let world = world_with(&format!("{POLICY}{TELLING}"));
    let deep = guess("cost_price", 1).set("discount", 50);
    let decision = world.propose(&rep(), "quote.draft", &deep);
    assert_eq!(
        codes(decision.reasons()),
        ["FIELD_NOT_WRITABLE", "DISCOUNT_TOO_DEEP"]
    );
    let without = Changes::update(&quote()).set("discount", 50);
    let other = world.propose(&rep(), "quote.draft", &without);
    assert_eq!(decision.verdicts(), other.verdicts());
    assert_eq!(decision.risk(), other.risk());
}

#[test]
fn a_refused_value_is_not_held_to_its_type() {
    let world = world();
    let changes = guess("cost_price", "much");
    let decision = world.propose(&rep(), "quote.draft", &changes);
    assert_eq!(codes(decision.reasons()), ["FIELD_NOT_WRITABLE"]);
}

#[test]
fn the_tenant_of_a_record_is_not_guessed_either() {
    let policy = POLICY.replace("owner         : text", "owner : text  tenant_id : text?");
    let of = |tenant: &str| everything(&policy, &guess("tenant_id", tenant));
    assert_eq!(of("acme"), of("globex"));
    assert!(of("acme").contains("FIELD_NOT_WRITABLE"));
}

#[test]
fn a_refused_field_of_a_new_record_counts_as_absent() {
    let policy = POLICY.replace(
        "write discount, amount\n    mask",
        "write discount, amount, owner, stage\n    mask",
    ) + "rule costly { on create of Quote when cost_price is missing then require approval finance_approval }\n\
         rule cheap  { on create of Quote when cost_price < 10 CNY then deny TOO_CHEAP }\n";
    let world = world_with(&policy);
    let new = |cost: i64| {
        let record = Record::from_json(
            "Quote",
            r#"{"id": "q-9", "owner": "u-17", "discount": 5, "stage": "DRAFT"}"#,
        );
        Changes::create(record.unwrap().with("cost_price", cost))
    };
    let [one, two] = [1, 100].map(|cost| world.propose(&rep(), "quote.create", &new(cost)));
    assert_eq!(
        codes(one.reasons()),
        ["FIELD_NOT_WRITABLE", "FORBIDDEN_CLAUSE", "TOO_CHEAP"]
    );
    assert_eq!(one.reasons(), two.reasons());
    assert_eq!(one.verdicts(), two.verdicts());
    assert_eq!(one.verdicts().len(), 3);
}

#[test]
fn a_proposal_of_another_verb_is_not_evaluated() {
    let world = world_with(&format!("{POLICY}{TELLING}"));
    let decision = world.propose(&rep(), "quote.draft", &Changes::delete(&quote()));
    assert_eq!(codes(decision.reasons()), ["VERB_NOT_OF_SKILL"]);
    assert!(decision.verdicts().is_empty() && decision.risk().factors.is_empty());
    assert!(decision.explain().rules.is_empty());
}
