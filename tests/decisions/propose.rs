use crm_guardrails::policy::RiskLevel;
use crm_guardrails::*;

use super::fixture::*;

fn set(name: &str, value: impl Into<Value>) -> Changes {
    Changes::update(&quote()).set(name, value)
}

#[test]
fn a_small_discount_goes_through() {
    let world = world();
    let decision = world.propose(&rep(), "quote.draft", &set("discount", 10));
    assert!(decision.release().is_some());
    assert!(decision.reasons().is_empty());
    assert_eq!(decision.policy_digest(), world.guard.policy_digest());
}

#[test]
fn a_denial_names_code_rule_and_line() {
    let world = world();
    let decision = world.propose(&rep(), "quote.draft", &set("discount", 50));
    assert_eq!(decision.outcome(), &Outcome::Deny);
    let reason = &decision.reasons()[0];
    assert_eq!(reason.code(), "DISCOUNT_TOO_DEEP");
    assert_eq!(reason.message(), "nobody gives 50%");
    assert_eq!(reason.rule(), "too_deep");
    assert_eq!(&*reason.place().file, "test.guard");
    assert!(reason.place().is_known());
}

#[test]
fn a_forbidden_clause_is_named() {
    let writes = "write discount, amount, owner, stage, clauses\n    mask";
    let world = world_with(&POLICY.replace("write discount, amount\n    mask", writes));
    let clause = |text: &str| Fields::from_iter([("text", text)]);
    let change = Changes::create(
        Record::new("Quote", Fields::new())
            .with("id", "q-9")
            .with("owner", "u-17")
            .with("discount", 0)
            .with("stage", "DRAFT")
            .with(
                "clauses",
                vec![clause("付款三十天"), clause("自动续约十年")],
            ),
    );
    let decision = world.propose(&rep(), "quote.create", &change);
    let messages: Vec<_> = decision.reasons().iter().map(Reason::message).collect();
    assert!(
        messages.contains(&"合同包含禁止条款: 自动续约十年"),
        "{messages:?}"
    );
}

#[test]
fn fields_are_written_by_permission_and_type() {
    let world = world();
    let deny = |change: &Changes| {
        let decision = world.propose(&rep(), "quote.draft", change);
        assert_eq!(decision.outcome(), &Outcome::Deny);
        decision.reasons()[0].code().to_owned()
    };
    assert_eq!(deny(&set("owner", "u-18")), "FIELD_NOT_WRITABLE");
    assert_eq!(deny(&set("cost_price", 1)), "FIELD_NOT_WRITABLE");
    assert_eq!(deny(&set("no_such_field", 1)), "FIELD_NOT_WRITABLE");
    assert_eq!(deny(&set("discount", "much")), "FIELD_INVALID");
    assert_eq!(deny(&set("discount", Value::Null)), "FIELD_INVALID");
    assert_eq!(deny(&set("amount", "12.00 USD")), "FIELD_INVALID");
    assert_eq!(deny(&Changes::delete(&quote())), "VERB_NOT_OF_SKILL");
}

#[test]
fn another_owner_s_and_another_tenant_s_records_are_out_of_reach() {
    let world = world();
    for record in [
        quote().with("owner", "u-99"),
        quote().with("tenant_id", "globex"),
    ] {
        let change = Changes::update(&record).set("discount", 10);
        let decision = world.propose(&rep(), "quote.draft", &change);
        assert_eq!(codes(decision.reasons())[0], "OUT_OF_SCOPE");
    }
}

#[test]
fn what_is_missing_or_mistyped_restricts() {
    let world = world();
    let odd = quote().with("discount", "a lot");
    let decision = world.propose(
        &rep(),
        "quote.draft",
        &Changes::update(&odd).set("amount", 900),
    );
    assert_eq!(decision.outcome(), &Outcome::Deny);
    let reason = decision
        .reasons()
        .iter()
        .find(|reason| reason.rule() == "too_deep")
        .unwrap();
    assert!(
        reason
            .message()
            .contains("`discount` missing or not readable"),
        "{reason}"
    );
    assert!(
        !format!("{:?}", decision.reasons()).contains("a lot"),
        "no value in `Debug`"
    );
    assert!(
        !world.audit_text().contains("a lot"),
        "no value in the audit"
    );
}

#[test]
fn a_message_shows_what_its_reader_may_see() {
    let world = world();
    let decision = world.propose(&rep(), "quote.draft", &set("amount", "100.00"));
    let texts = decision.reasons()[0].to_string();
    assert!(
        texts.contains("below cost ‹hidden›") && !texts.contains("777"),
        "{texts}"
    );
}

#[test]
fn a_refused_operation_goes_no_further() {
    let world = world();
    let mut op = world.begin(&rep(), "quote.draft");
    assert_eq!(
        op.propose(&set("discount", 50)).unwrap().outcome(),
        &Outcome::Deny
    );
    assert_eq!(op.read(&quote()).unwrap_err().code(), "OPERATION_DENIED");
    assert_eq!(
        op.propose(&set("discount", 6)).unwrap_err().code(),
        "OPERATION_DENIED"
    );
    assert_eq!(
        op.complete("anyway").unwrap_err().code(),
        "OPERATION_DENIED"
    );
    assert_eq!(
        world.audit_text().matches("\"status\":\"denied\"").count(),
        1
    );
}

#[test]
fn risk_is_the_formula_of_its_factors() {
    let world = world();
    let mut op = world.begin(&rep(), "quote.draft");
    drop(op.read(&quote()).unwrap());
    let decision = op.propose(&set("discount", 6)).unwrap();
    // sensitivity 4 was shown: 2 * 4 * 0.4, impact 3 * 0.4, user 0 * 0.2
    assert_eq!(decision.risk().score.unwrap().to_string(), "4.4");
    assert_eq!(decision.risk().level, RiskLevel::Low);
    let risky = rep().risk_score(10);
    let mut op = world.begin(&risky, "quote.draft");
    drop(op.read(&quote()).unwrap());
    let decision = op.propose(&set("discount", 6)).unwrap();
    assert_eq!(decision.risk().level, RiskLevel::Medium);
}

#[test]
fn a_level_may_ask_for_an_approval_and_a_shadow_rule_may_not() {
    let policy = POLICY.to_owned()
        + r#"
risk {
    factor user weight 1.0 = behaviour.score
    HIGH at 8 require approval finance_approval
}
rule watch @shadow { on update of Quote when discount > 1% then deny WATCHED because "only looking" }
"#;
    let world = world_with(&policy);
    let decision = world.propose(&rep().risk_score(9), "quote.draft", &set("discount", 6));
    assert!(
        matches!(decision.outcome(), Outcome::NeedsApproval(_)),
        "{decision:?}"
    );
    assert_eq!(codes(decision.reasons()), ["RISK_NEEDS_APPROVAL"]);
    assert_eq!(codes(decision.shadows()), ["WATCHED"]);
}

#[test]
fn a_rule_out_of_its_dates_is_inert() {
    let policy = POLICY.to_owned()
        + r#"
rule later @since(2026-03-03) { on update of Quote when discount > 1% then deny LATER because "from tomorrow" }
rule before @until(2026-03-01) { on update of Quote when discount > 1% then deny BEFORE because "until yesterday" }
"#;
    let world = world_with(&policy);
    let decision = world.propose(&rep(), "quote.draft", &set("discount", 6));
    assert!(decision.release().is_some());
    world.pass(chrono::Duration::days(1));
    let decision = world.propose(&rep(), "quote.draft", &set("discount", 6));
    assert_eq!(codes(decision.reasons()), ["LATER"]);
}

#[test]
fn a_script_adds_and_a_failing_script_denies() {
    let policy = POLICY.to_owned()
        + r#"
rule scripted {
    on update of Quote
    when discount > 1%
    do { if discount > 8 { approvals.require("finance_approval", "a script asks"); } risk.add("script", 2.5); }
}
rule failing {
    on update of Quote
    when discount == 7%
    do { risk.add("x", 1 / (discount - 7)); }
}
"#;
    let world = world_with(&policy);
    let decision = world.propose(&rep(), "quote.draft", &set("discount", 9));
    assert!(
        matches!(decision.outcome(), Outcome::NeedsApproval(_)),
        "{decision:?}"
    );
    assert!(
        decision
            .risk()
            .factors
            .iter()
            .any(|(name, share)| &**name == "script" && share.to_string() == "2.5")
    );
    let decision = world.propose(&rep(), "quote.draft", &set("discount", 7));
    assert_eq!(codes(decision.reasons()), ["ACTION_FAILED"]);
}

#[test]
fn a_record_stays_with_its_tenant() {
    let policy = POLICY.replace(
        "stage         : enum { DRAFT, SENT, WON }",
        "stage         : enum { DRAFT, SENT, WON }\n    tenant_id : text?",
    );
    let policy = policy.replace(
        "write discount, amount\n    mask",
        "write discount, amount, tenant_id\n    mask",
    );
    let world = world_with(&policy);
    let decision = world.propose(&rep(), "quote.draft", &set("tenant_id", "globex"));
    assert_eq!(codes(decision.reasons()), ["OUT_OF_SCOPE"]);
    let decision = world.propose(&rep(), "quote.draft", &set("tenant_id", "acme"));
    assert!(decision.release().is_some(), "{decision:?}");
}
