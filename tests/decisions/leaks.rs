//! What the requester may not see is in nothing that a decision tells: each test is a way in which it
//! once got out.

use crm_guardrails::*;

use super::fixture::*;

fn both(policy: &str, one: &Changes, two: &Changes) -> (Decision, Decision) {
    // The company's own rule on the cost would make two outcomes of them.
    let policy = format!("{POLICY}{policy}").replace("amount < old.cost_price", "amount < 1 CNY");
    let decide = |changes| world_with(&policy).propose(&rep(), "quote.draft", changes);
    (decide(one), decide(two))
}

/// All of a decision that may leave the host.
fn told(decision: &Decision) -> String {
    let reasons: String = decision.reasons().iter().map(ToString::to_string).collect();
    let (view, why) = (decision.for_requester(), decision.explain());
    format!(
        "{reasons} {view} {view:?} {} {} {why}",
        view.to_json(),
        why.to_json()
    )
}

/// A change to a quote that costs so much.
fn costing(cost: impl Into<Value>, field: &str, value: impl Into<Value>) -> Changes {
    Changes::update(&quote().with("cost_price", cost)).set(field, value)
}

const MARGIN: &str = r#"
risk {
    factor impact weight 0.2 = skill.impact
    HIGH at 6 deny RISKY
    MEDIUM at 2
}
rule margin { on update of Quote when discount > 5% do { risk.add("margin", cost_price / 100); } }
"#;

#[test]
fn points_that_a_script_makes_of_a_hidden_field_are_withheld_and_so_is_the_score() {
    let changes = |cost: i64| costing(cost, "discount", 6);
    let (one, two) = both(MARGIN, &changes(700), &changes(650));
    assert_eq!(codes(one.reasons()), ["RISKY"]);
    assert_eq!(told(&one), told(&two));
    // The host is told everything, and nobody else is.
    let shares = |decision: &Decision| -> Vec<String> {
        let shares = decision.risk().factors.iter();
        shares
            .map(|(name, share)| format!("{name} {}", share.normalize()))
            .collect()
    };
    assert_eq!(one.risk().level, policy::RiskLevel::High);
    assert_eq!(shares(&one), ["impact 0.6", "margin 7"]);
    assert_eq!(shares(&two), ["impact 0.6", "margin 6.5"]);
    assert_eq!(one.risk().score.unwrap().normalize().to_string(), "7.6");
    assert_eq!(one.for_requester(), two.for_requester());
    let view = one.for_requester();
    assert_eq!((view.risk().score, view.risk().factors.len()), (None, 1));
    // Whoever sees the cost sees what came of it.
    let sees = format!("{POLICY}{MARGIN}").replace("read  * except cost_price", "read  *");
    let seen = world_with(&sees).propose(&manager(), "quote.draft", &changes(700));
    assert_eq!(seen.risk().score.unwrap().to_string(), "7.6");
}

#[test]
fn what_depends_on_a_withheld_score_is_withheld_from_the_audit_too() {
    let world = world_with(&format!("{POLICY}{MARGIN}"));
    drop(world.propose(&rep(), "quote.draft", &costing(700, "discount", 6)));
    let audit = world.audit_text();
    assert!(audit.contains(r#"{"name":"margin"}"#), "{audit}");
    assert!(!audit.contains("7.6"), "{audit}");
}

#[test]
fn a_script_that_fails_on_a_hidden_field_does_not_say_on_which() {
    let policy = r#"
rule scripted { on update of Quote when discount > 5% do { risk.add("x", 1 / (cost_price - 700)); } }
"#;
    let (one, two) = both(
        policy,
        &costing(700, "discount", 6),
        &costing("a lot", "discount", 6),
    );
    assert_eq!(codes(one.reasons()), ["ACTION_FAILED"]);
    assert_eq!(one.reasons()[0].message(), "the rule's script failed");
    assert_eq!(one.reasons(), two.reasons());
}

#[test]
fn a_hidden_field_that_is_missing_reads_like_one_that_is_there() {
    let policy = r#"
rule shows { on update of Quote when discount > 5% then deny SHOWN because "cost {cost_price}" }
rule reads { on update of Quote when cost_price > 10 CNY then deny READ because "no" }
"#;
    let (one, two) = both(
        policy,
        &costing(700, "discount", 6),
        &costing(Value::Null, "discount", 6),
    );
    assert_eq!(codes(one.reasons()), codes(two.reasons()));
    assert_eq!(told(&one), told(&two));
    let absent = Record::from_json(
        "Quote",
        r#"{"id": "q-1", "owner": "u-17", "discount": 5, "amount": "1000.00", "stage": "DRAFT"}"#,
    );
    let absent = absent.unwrap();
    let present = absent.clone().with("cost_price", 700);
    let set = |record: &Record| Changes::update(record).set("discount", 6);
    let (one, two) = both(policy, &set(&absent), &set(&present));
    assert_eq!(told(&one), told(&two));
}

#[test]
fn what_a_rule_on_reading_masks_is_not_in_the_reasons_of_a_change() {
    let policy = r#"
rule closed { on read of Quote when stage == SENT then hide owner, mask amount with redact }
rule sealed { on read of Quote when stage == WON then deny SEALED because "sealed" }
rule reason { on update of Quote when discount > 5% then deny NO because "{owner} has {old.amount} in {stage}" }
"#;
    let world = world_with(&format!("{POLICY}{policy}"));
    let message = |stage: &str| {
        let record = quote().with("stage", stage);
        let changes = Changes::update(&record).set("discount", 6);
        let decision = world.propose(&rep(), "quote.draft", &changes);
        let why = decision.explain().to_string();
        (decision.reasons()[0].message().to_owned(), why)
    };
    assert_eq!(message("DRAFT").0, "u-17 has 1000 CNY in DRAFT");
    let (sent, why) = message("SENT");
    assert_eq!(sent, "‹hidden› has [CONFIDENTIAL] in SENT");
    assert!(
        why.contains("a rule on reading") && !why.contains("u-17"),
        "{why}"
    );
    assert_eq!(message("WON").0, "‹hidden› has ‹hidden› in ‹hidden›");
}

#[test]
fn a_refused_read_names_each_rule_and_no_value() {
    let policy = r#"
rule won { on read of Quote when stage == WON and actor has SALES_REP then deny SEALED }
rule big { on read of Quote when amount > 10 CNY then require approval finance_approval }
rule far { on read of Quote when discount > 50% and actor has SALES_REP then hide amount }
"#;
    let world = world_with(&format!("{POLICY}{policy}"));
    let rep = rep();
    let request = Request::new(&rep, "quote.draft")
        .entity("Quote")
        .context("sales_copilot");
    let mut operation = world.guard.begin(request.clone()).unwrap();
    let error = operation.read(&quote().with("stage", "WON")).unwrap_err();
    assert_eq!(codes(error.reasons()), ["SEALED", "APPROVAL_REQUIRED"]);
    let why = world.guard.explain_refusal(&request, &error);
    assert_eq!(why.rules.len(), 2);
    assert_eq!(why.near_misses.len(), 1);
    let text = why.to_string();
    for value in ["WON", "1000", "10 CNY", "50%", "u-17"] {
        assert!(!text.contains(value), "{value} in {text}");
    }
}

/// What a calculation beside the hidden cost comes to is a bound on it, and so is each constant in it.
#[test]
fn no_result_or_constant_is_shown_beside_a_hidden_field() {
    let conditions = [
        "amount - cost_price < FLOOR * amount",
        "FLOOR * amount > amount - cost_price",
        "not (cost_price < amount - 170 CNY)",
        "cost_price / amount > 0.17 + 0.66",
        "cost_price > (amount ?? 170 CNY) * 0.83",
        "cost_price > actor.cap",
        "cost_price == 170 CNY or cost_price == 1_700 CNY",
        "cost_price + 170 CNY > 2 * 85 CNY",
        "cost_price > 170 CNY",
    ];
    for condition in conditions {
        for effect in ["deny THIN because \"no\"", "notify \"desk\""] {
            let rule = |name: &str, extra: &str| {
                format!(
                    "rule {name} {{ on update of Quote when ({condition}){extra} then {effect} }}\n"
                )
            };
            let (thin, near) = (rule("thin", ""), rule("near", " and discount > 90%"));
            let floor = "param FLOOR : percent = 17% in 0% .. 30%\n";
            let world = world_with(&format!("{POLICY}{floor}{thin}{near}"));
            let principal = rep().attribute("cap", 170);
            let changes = Changes::update(&quote()).set("discount", 6);
            let decision = world.propose(&principal, "quote.draft", &changes);
            let text = told(&decision).replace(&decision.policy_digest().to_string(), "");
            for bound in [
                "170", "17%", "0.17", "0.83", "0.66", "1700", "1_700", "830", "85 CNY",
            ] {
                assert!(!text.contains(bound), "{bound} of {condition} in {text}");
            }
        }
    }
}

/// Lines with a cost that only the manager sees; the condition on it chooses the line that is named.
const LINES: &str = r#"
rule dear {
    on update of Quote
    when some c in clauses satisfies c.cost > 100 CNY
    then require approval discount_approval because "dear: {c.text}",
         oblige "note" { line: "see {c.text}" }
}
rule plain {
    on update of Quote
    when not (every c in clauses satisfies c.text != "B")
    then require approval discount_approval because "B is {c.text}"
}
rule both {
    on update of Quote
    when (some c in clauses satisfies c.text == "B") and (some d in clauses satisfies d.text == "A" and d.cost < 0.90 * amount)
    then require approval discount_approval because "{c.text} before {d.text}"
}
rule mixed {
    on update of Quote
    when (some c in clauses satisfies c.cost > 5_000 CNY) or discount > 5%
    then require approval discount_approval because "mixed {c.text}"
}
"#;

fn lines_world() -> World {
    let clause = "entity Clause { text : text }";
    let line = "entity Clause { text : text  cost : money(CNY)? }";
    let world = world_with(&format!("{POLICY}{LINES}").replace(clause, line));
    let store = &world.store.store;
    for field in ["text", "cost"] {
        let access = |role: &str| RolePermission {
            role: role.into(),
            access: if field == "cost" && role == "SALES_REP" {
                "HIDDEN"
            } else {
                "READ"
            }
            .into(),
            ai_access_allowed: true,
            conditions: None,
            aggregation: None,
        };
        let row = FieldPermission {
            tenant: "acme".into(),
            entity: "Clause".into(),
            field: field.into(),
            sensitivity: 1,
            pii: false,
            encryption_required: false,
            roles: vec![access("SALES_REP"), access("SALES_MANAGER")],
        };
        store.set_field_permission(row).unwrap();
    }
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
    world
}

fn with_lines(costs: [i64; 3]) -> Changes {
    let line = |(text, cost): (&str, i64)| {
        Value::from(Fields::from_iter([
            ("text", Value::from(text)),
            ("cost", cost.into()),
        ]))
    };
    let lines: Vec<Value> = ["A", "B", "C"].into_iter().zip(costs).map(line).collect();
    Changes::update(&quote().with("clauses", lines)).set("discount", 6)
}

#[test]
fn an_item_that_a_hidden_condition_chose_is_named_to_nobody_who_may_not_see_why() {
    let world = lines_world();
    // Each in a world of its own, so that tickets have the same identifiers.
    let decide = |costs| lines_world().propose(&rep(), "quote.draft", &with_lines(costs));
    let (one, two, dearer) = (
        decide([20, 200, 20]),
        decide([20, 20, 200]),
        decide([20, 6_000, 20]),
    );
    let messages: Vec<&str> = one.reasons().iter().map(Reason::message).collect();
    assert_eq!(
        messages,
        [
            "dear: ‹hidden›",
            "B is B",
            "B before ‹hidden›",
            "mixed ‹hidden›"
        ]
    );
    assert_eq!(
        one.obligations()[0].terms().to_json(),
        r#"{"line":"see ‹hidden›"}"#
    );
    for other in [&two, &dearer] {
        assert_eq!(one.reasons(), other.reasons());
        assert_eq!(one.obligations(), other.obligations());
        assert_eq!(
            told(&one).replace("discount_approval", ""),
            told(other).replace("discount_approval", "")
        );
    }
    let plain: Vec<&str> = one.reasons().iter().map(Reason::without_values).collect();
    assert_eq!(plain[..2], ["dear: ‹hidden›", "B is {clauses[1].text}"]);
    let _ = world.propose(&rep(), "quote.draft", &with_lines([20, 20, 200]));
    let audit = world.audit_text();
    assert!(
        audit.contains("dear: ‹hidden›") && !audit.contains("clauses[2"),
        "{audit}"
    );
}

#[test]
fn a_card_names_the_item_to_an_approver_who_sees_what_chose_it() {
    let world = lines_world();
    let decision = world.propose(&rep(), "quote.draft", &with_lines([20, 200, 20]));
    let Outcome::NeedsApproval(ticket) = decision.outcome() else {
        panic!("{decision:?}");
    };
    let because = |principal: &Principal| {
        let card = world
            .guard
            .approvals()
            .show(ticket.id(), principal)
            .unwrap();
        card.because.join("; ")
    };
    assert_eq!(
        because(&manager()),
        "dear: B; B is B; B before A; mixed ‹…›"
    );
    assert_eq!(
        because(&rep()),
        "dear: ‹hidden›; B is B; B before ‹hidden›; mixed ‹hidden›"
    );
}

/// Rules on the hidden cost that refuse nothing, and one of each on what is seen.
const ALERTS: &str = r#"
risk { factor impact weight 0.2 = skill.impact   HIGH at 9 deny RISKY   MEDIUM at 3 notify "risk-desk" }
rule alert  { on update of Quote when cost_price > 600 CNY then notify "desk" }
rule watch @shadow { on update of Quote when cost_price > 600 CNY then deny WATCHED because "{discount}" }
rule weigh  { on update of Quote when cost_price > 600 CNY then risk +3 "dear" }
rule bind   { on update of Quote when cost_price > 600 CNY then oblige "log" { by: "{discount}" } }
rule script { on update of Quote when cost_price > 600 CNY do { notify("desk"); risk.add("s", 1); } }
rule late   { on update of Quote when risk.score > 3 then notify "late" }
table rows on update of Quote hit first {
    cost_price | discount => then
    > 600 CNY  | -        => notify "row"
    -          | > 5%     => notify "other"
}
rule seen_alert { on update of Quote when discount > 5% then notify "desk", oblige "seen" { by: "{discount}" } }
rule seen_watch @shadow { on update of Quote when discount > 5% then deny SEEN because "{discount}" }
rule either { on update of Quote when discount > 5% or cost_price > 600 CNY then oblige "either" {} }
"#;

#[test]
fn a_rule_that_refuses_nothing_is_told_only_where_what_is_seen_settles_it() {
    let (dear, cheap) = both(
        ALERTS,
        &costing(700, "discount", 6),
        &costing(500, "discount", 6),
    );
    // The host is told: its alerts do not fall silent.
    let rules = |decision: &Decision| -> Vec<String> {
        let verdicts = decision.verdicts().iter();
        verdicts.map(|verdict| verdict.rule.to_string()).collect()
    };
    for rule in ["alert", "watch", "weigh", "bind", "script", "late"] {
        assert!(rules(&dear).iter().any(|name| name == rule), "{rule}");
        assert!(!rules(&cheap).iter().any(|name| name == rule), "{rule}");
    }
    assert!(dear.notify().len() > cheap.notify().len());
    assert_eq!(
        (dear.risk().level, cheap.risk().level),
        (policy::RiskLevel::Medium, policy::RiskLevel::Low)
    );
    // What may leave says the same of both.
    assert_eq!(told(&dear), told(&cheap));
    assert_eq!(dear.for_requester(), cheap.for_requester());
    assert_eq!(dear.explain(), cheap.explain());
    let view = dear.for_requester();
    let disclosed: Vec<&str> = view
        .verdicts()
        .iter()
        .map(|verdict| &*verdict.rule)
        .collect();
    assert_eq!(disclosed, ["seen_alert", "seen_watch", "either"]);
    let duties: Vec<&str> = view.obligations().iter().map(Obligation::name).collect();
    assert_eq!(duties, ["seen", "either"]);
    assert_eq!(codes(view.shadows()), ["SEEN"]);
    assert_eq!((view.risk().score, view.risk().level), (None, None));
    let text = told(&dear)
        .replace("seen_alert", "")
        .replace("seen_watch", "");
    for name in [
        "alert", "watch", "weigh", "bind", "script", "late", "rows", "dear",
    ] {
        assert!(!text.contains(name), "{name} in {text}");
    }
    // Whoever sees the cost is told all of it.
    let sees = format!("{POLICY}{ALERTS}")
        .replace("amount < old.cost_price", "amount < 1 CNY")
        .replace("read  * except cost_price", "read  *");
    let seen = world_with(&sees).propose(&manager(), "quote.draft", &costing(700, "discount", 6));
    assert_eq!(seen.for_requester().verdicts(), seen.verdicts());
    assert_eq!(seen.for_requester().risk().score, seen.risk().score);
}

#[test]
fn what_a_reason_names_is_disclosed_with_all_that_follows_from_it() {
    let policy = r#"
rule dear { on update of Quote when cost_price > 600 CNY then deny DEAR because "no", notify "desk", oblige "log" {}, risk +2 "dear" }
"#;
    let (dear, cheap) = both(
        policy,
        &costing(700, "discount", 6),
        &costing(500, "discount", 6),
    );
    assert_eq!(codes(dear.for_requester().reasons()), ["DEAR"]);
    assert_eq!(dear.for_requester().verdicts(), dear.verdicts());
    assert_eq!(dear.for_requester().obligations(), dear.obligations());
    // And that it is not named says that it did not apply.
    assert_eq!(cheap.for_requester().risk().score, cheap.risk().score);
    assert!(cheap.for_requester().risk().score.is_some());
}

#[test]
fn a_level_of_risk_is_disclosed_where_the_reasons_name_it() {
    let policy = r#"
risk { factor impact weight 0.2 = skill.impact   HIGH at 9   MEDIUM at 3 deny RISKY }
rule weigh { on update of Quote when cost_price > 600 CNY then risk +3 "dear" }
"#;
    let (dear, cheap) = both(
        policy,
        &costing(700, "discount", 6),
        &costing(500, "discount", 6),
    );
    assert_eq!(codes(dear.reasons()), ["RISKY"]);
    let risk = |decision: &Decision| decision.for_requester().risk().clone();
    // Medium or high: the reasons do not say which. Of a low one they say it.
    assert_eq!((risk(&dear).level, risk(&dear).score), (None, None));
    assert_eq!(
        (risk(&cheap).level, risk(&cheap).score),
        (Some(policy::RiskLevel::Low), None)
    );
    let reached: Vec<_> = dear
        .explain()
        .risk
        .unwrap()
        .levels
        .iter()
        .map(|level| level.reached)
        .collect();
    assert_eq!(reached, [Some(true), None]);
}

#[test]
fn a_score_that_a_hidden_condition_added_to_is_in_no_reason() {
    let policy = r#"
rule weigh { on update of Quote when cost_price > 600 CNY then risk +3 "dear" }
rule says  { on update of Quote when discount > 5% then deny NO because "scored {risk.score}" }
"#;
    let (dear, cheap) = both(
        policy,
        &costing(700, "discount", 6),
        &costing(500, "discount", 6),
    );
    assert_eq!(dear.reasons()[0].message(), "scored ‹hidden›");
    assert_eq!(told(&dear), told(&cheap));
}

#[test]
fn a_row_scope_on_a_hidden_field_keeps_its_bound() {
    let scope = "grant SALES_REP on Quote where owner == actor.id {";
    let why = |scoped: &str| {
        let world = world_with(&POLICY.replace(
            scope,
            &format!("grant SALES_REP on Quote where {scoped} {{"),
        ));
        let rep = rep();
        let request = Request::new(&rep, "quote.draft")
            .entity("Quote")
            .context("sales_copilot");
        let mut operation = world.guard.begin(request.clone()).unwrap();
        let record = quote().with("owner", "u-99").with("cost_price", 7_000);
        let error = operation.read(&record).unwrap_err();
        let decision = operation
            .propose(&Changes::update(&record).set("discount", 6))
            .unwrap();
        let explanation = decision.explain();
        format!(
            "{} {explanation} {}",
            world.guard.explain_refusal(&request, &error),
            explanation.to_json()
        )
    };
    let text = why("owner == actor.id");
    assert!(
        text.contains("a record where owner == actor.id (SALES_REP at"),
        "{text}"
    );
    for hidden in [
        "cost_price < 4_321 CNY",
        "amount - cost_price > 4_321 CNY and owner == actor.id",
    ] {
        let text = why(hidden);
        assert!(
            text.contains("a record where ‹hidden› (SALES_REP at"),
            "{text}"
        );
        assert!(!text.contains("4_321") && !text.contains("4321"), "{text}");
    }
}
