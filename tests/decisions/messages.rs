//! What people are told, each in their language and as they may see it, and what the host is bound to.

use crm_guardrails::*;

use super::fixture::*;

const MORE: &str = r#"
approval open_approval { step manager 1 of SALES_MANAGER }

rule large {
    on   update of Quote
    when amount > 5_000 CNY
    then require approval open_approval as TOO_LARGE
         because "金额 {amount}，折扣 {discount}，成本 {cost_price}，风险 {behaviour.score}"
              / en "amount {amount}, discount {discount}, cost {cost_price}, risk {behaviour.score}",
         oblige "tell_customer" { text: "{amount}, cost {cost_price}, {contact_phone}", days: 30, by: ["{actor.id}", null] }
}

rule noted @shadow {
    on   update of Quote
    when amount > 5_000 CNY
    then oblige "never", deny NEVER because "影子" / en "shadow"
}

rule unknown_level {
    on   update of Quote
    when actor.level > 3 and amount == 10 CNY
    then deny LEVEL because "级别" / en "level" / zh "级别不明"
}

rule small {
    on   update of Quote
    when amount < 100 CNY
    then oblige "log", notify "desk"
}
"#;

fn more() -> World {
    world_with(&format!("{POLICY}{MORE}"))
}

/// The cost is 777.77: nothing here is below it.
fn large() -> Changes {
    Changes::update(&quote()).set("amount", "9000.50")
}

fn told(principal: &Principal) -> String {
    let decision = more().propose(principal, "quote.draft", &large());
    let reason = decision
        .reasons()
        .iter()
        .find(|reason| reason.rule() == "large");
    reason.unwrap().message().to_owned()
}

#[test]
fn a_requester_reads_their_own_language() {
    let english = "amount 9000.5 CNY, discount 5%, cost ‹hidden›, risk 0";
    let chinese = "金额 9000.5 CNY，折扣 5%，成本 ‹hidden›，风险 0";
    assert_eq!(told(&rep().language("en-GB")), english);
    assert_eq!(told(&rep().language("fr")), chinese);
    assert_eq!(told(&rep()), chinese);
}

#[test]
fn a_requirement_carries_its_own_code() {
    let decision = more().propose(&rep(), "quote.draft", &large());
    assert_eq!(codes(decision.reasons()), ["TOO_LARGE"]);
}

#[test]
fn the_audit_keeps_the_first_text_and_no_value() {
    let world = more();
    drop(world.propose(&rep().language("en"), "quote.draft", &large()));
    let audit = world.audit_text();
    assert!(audit.contains("金额 {amount}，折扣 {discount}"), "{audit}");
    assert!(
        audit.contains(r#""obligations":["tell_customer"]"#),
        "{audit}"
    );
    for secret in ["777.77", "9000.50", "13812345678"] {
        assert!(!audit.contains(secret), "{secret} in {audit}");
    }
}

#[test]
fn a_card_is_told_in_its_readers_language() {
    let world = more();
    let decision = world.propose(&rep(), "quote.draft", &large());
    let id = ticket(&decision);
    let because = |reader: &Principal| {
        let card = world.guard.approvals().show(id, reader).unwrap();
        card.because
    };
    assert_eq!(
        because(&manager().language("en")),
        ["amount 9000.5 CNY, discount 5%, cost ‹hidden›, risk 0"]
    );
    assert_eq!(
        because(&manager()),
        ["金额 9000.5 CNY，折扣 5%，成本 ‹hidden›，风险 0"]
    );
}

#[test]
fn what_cannot_be_known_is_said_in_the_texts_language() {
    let change = Changes::update(&quote()).set("amount", "10");
    let say = |language: &str| {
        let decision = more().propose(&rep().language(language), "quote.draft", &change);
        let reasons = decision.reasons().iter();
        let level = reasons.filter(|reason| reason.rule() == "unknown_level");
        level
            .map(|reason| reason.message().to_owned())
            .collect::<Vec<_>>()
    };
    let english = " (`actor.level` missing or not readable, so the rule applies)";
    assert_eq!(say("en"), [format!("level{english}")]);
    assert_eq!(
        say("zh"),
        ["级别不明（`actor.level` 缺失或无法读取，因此规则适用）"]
    );
    assert_eq!(say(""), [format!("级别{english}")]);
}

#[test]
fn an_obligation_shows_what_the_requester_may_see() {
    let decision = more().propose(&rep(), "quote.draft", &large());
    let [bound] = decision.obligations() else {
        panic!("{:?}", decision.obligations());
    };
    assert_eq!((bound.name(), bound.rule()), ("tell_customer", "large"));
    assert_eq!(
        bound.terms().to_json(),
        r#"{"by":["u-17",null],"days":30,"text":"9000.5 CNY, cost ‹hidden›, 138****5678"}"#
    );
    assert_eq!(decision.outcome().as_str(), "needs_approval");
    let shown = format!("{decision:?} {bound:?}");
    assert!(!shown.contains("9000"), "{shown}");
}

#[test]
fn an_allowed_change_may_oblige_and_a_shadow_rule_never_does() {
    let change = Changes::update(&quote())
        .set("amount", "800")
        .set("discount", 1);
    let calm = more().propose(&rep(), "quote.draft", &change);
    assert_eq!(calm.obligations(), []);
    let decision = world_with(&format!(
        "{POLICY}\nrule always {{ on update of Quote then oblige \"log\" }}"
    ))
    .propose(&rep(), "quote.draft", &change);
    assert!(decision.release().is_some());
    assert_eq!(decision.obligations()[0].name(), "log");
    assert_eq!(decision.obligations()[0].terms().to_json(), "{}");
    let shadowed = more().propose(&rep(), "quote.draft", &large());
    assert!(
        shadowed
            .obligations()
            .iter()
            .all(|bound| bound.name() != "never")
    );
    assert!(
        shadowed
            .verdicts()
            .iter()
            .any(|said| &*said.rule == "noted" && said.shadow)
    );
}

/// A rule that tells the score of the risk, and what else there is to it.
fn scored(more: &str) -> World {
    world_with(&format!(
        "{POLICY}
         risk {{ factor impact weight 1 = skill.impact }}
         rule scored {{
             on   update of Quote
             when risk.score >= 2
             then require approval finance_approval because \"the risk is {{risk.score}}\"
         }}
         {more}"
    ))
}

#[test]
fn a_message_tells_the_score_that_its_rule_goes_by() {
    let world = scored("");
    let changes = Changes::update(&quote()).set("discount", 6);
    let decision = world.propose(&rep(), "quote.draft", &changes);
    assert_eq!(decision.reasons()[0].message(), "the risk is 3");
    assert!(world.audit_text().contains("the risk is 3"));
}

#[test]
fn an_attribute_is_told_whatever_its_type() {
    let world = world_with(&format!(
        "{POLICY}
         rule told {{
             on   update of Quote
             then deny TOLD because \"{{actor.limit}} {{actor.trusted}} {{actor.region}} {{actor.nothing}}\"
         }}"
    ));
    let rep = rep()
        .attribute("limit", 20)
        .attribute("trusted", true)
        .attribute("region", "华东");
    let changes = Changes::update(&quote()).set("discount", 6);
    let decision = world.propose(&rep, "quote.draft", &changes);
    assert_eq!(decision.reasons()[0].message(), "20 true 华东 ‹missing›");
}

#[test]
fn a_score_that_is_made_of_what_is_hidden_is_told_nobody() {
    let world =
        scored("rule dear { on update of Quote do { risk.add(\"dear\", cost_price / 1000.0); } }");
    let changes = Changes::update(&quote()).set("discount", 6);
    let decision = world.propose(&rep(), "quote.draft", &changes);
    assert_eq!(decision.reasons()[0].message(), "the risk is ‹hidden›");
    assert!(decision.for_requester().risk().score.is_none());
    let told = format!("{decision:?}{}", world.audit_text());
    assert!(!told.contains("3.777"), "{told}");
}
