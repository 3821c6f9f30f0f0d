//! What scripts mean: names in reach, operators, branches, functions and effects.

use guardrails_core::policy::ActionEffect;
use guardrails_core::{Fields, Value};
use rust_decimal::Decimal;

use crate::fixture::{compile, failure, holds, record, run, run_over, shown};

#[test]
fn the_large_deal_of_the_language_reference() {
    let effects = run("risk.add(\"large_deal\", min(4.0, amount / 2500000.0));
         if amount > 5000000.0 { approvals.require(\"finance_chain\", \"deal over 5M\"); }");
    assert_eq!(
        effects.unwrap(),
        [
            ActionEffect::Risk(
                Decimal::from_str_exact("2.4000002").unwrap(),
                "large_deal".into()
            ),
            ActionEffect::RequireApproval("finance_chain".into(), "deal over 5M".to_owned()),
        ]
    );
}

#[test]
fn effects_come_in_order() {
    let effects =
        run("notify(\"desk\"); deny(\"TOO_MUCH\", \"too \" + \"much\"); risk.add(\"r\", -1);");
    assert_eq!(
        effects.unwrap(),
        [
            ActionEffect::Notify("desk".into()),
            ActionEffect::Deny("TOO_MUCH".into(), "too much".to_owned()),
            ActionEffect::Risk(Decimal::NEGATIVE_ONE, "r".into()),
        ]
    );
}

#[test]
fn chains_are_known_before_it_runs() {
    let action = compile(
        "if urgent { approvals.require(\"finance_chain\", \"a\") }
         approvals.require(\"discount_chain\", \"b\");
         approvals.require(\"finance_chain\", \"c\");",
    );
    let chains: Vec<String> = action
        .unwrap()
        .chains()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(chains, ["finance_chain", "discount_chain"]);
}

#[test]
fn names_in_reach() {
    for condition in [
        "amount == 6000000.5",
        "new.count == 3 && old.count == 3",
        "折扣 == 7",
        "urgent && !(!urgent)",
        "actor.id == \"u-17\" && actor.tenant == \"acme\"",
        "actor.region == \"华东\" && actor.level >= 3",
        "actor.has(\"SALES_REP\") && !actor.has(\"FINANCE\")",
        "ai.model == \"qwen:14b\"",
        "skill.name == \"quote.draft\" && skill.impact == 6",
        "risk.score == 6.5 && behaviour.score == 0 && max_sensitivity == 0",
        "closes == \"2026-03-02\" && closes < \"2026-03-10\" && closes == today",
        "signed == \"2026-03-02T02:00:00Z\" && now == \"2026-03-02T02:00:00Z\"",
        "waits == 90",
        "len(clauses) == 2 && tags.len() == 2 && contains(tags, \"vip\")",
    ] {
        assert!(holds(condition), "{condition}");
    }
}

#[test]
fn a_change_is_what_is_read() {
    let change = Fields::from_iter([("discount", 35)]);
    let script =
        "if discount == 35 && new.discount == 35 && old.discount == 20 { notify(\"yes\") }";
    assert_eq!(run_over(script, &record(), &change).unwrap().len(), 1);
}

#[test]
fn what_is_missing_fails_where_it_is_used() {
    let mut record = record();
    record.set("notes", Value::Null);
    record.set("discount", "much");
    let message = |script| {
        let result = run_over(script, &record, &Fields::new());
        result.map_or_else(
            |error| error.message,
            |effects| format!("{} effects", effects.len()),
        )
    };
    assert_eq!(
        message("if notes == \"x\" { notify(\"x\") }"),
        "`notes` is missing"
    );
    assert_eq!(
        message("if len(notes) > 1 { notify(\"x\") }"),
        "`notes` is missing"
    );
    assert_eq!(
        message("let x = notes; let y = x + \"a\";"),
        "`notes` is missing"
    );
    assert_eq!(message("if notes in [\"a\"] { }"), "`notes` is missing");
    assert_eq!(
        message("switch notes { \"a\" => notify(\"x\") }"),
        "`notes` is missing"
    );
    assert_eq!(
        message("risk.add(\"x\", discount);"),
        "`discount` is not of its declared type"
    );
    assert_eq!(
        message("risk.add(\"x\", -discount);"),
        "`discount` is not of its declared type"
    );
    assert_eq!(
        message("if actor.nothing == 1 { }"),
        "`actor.nothing` is missing"
    );
    assert_eq!(message("if ai.agent == \"x\" { }"), "`ai.agent` is missing");
    // Where it is not used it does not matter.
    assert_eq!(
        message("if count == 4 { deny(\"A\", \"b\") } else if count == 4 && notes == \"\" { }"),
        "0 effects"
    );
    assert_eq!(
        message("if is_missing(notes) && is_present(count) { notify(\"x\") }"),
        "1 effects"
    );
    assert_eq!(
        message("if (notes ?? old.notes ?? \"none\") == \"none\" { notify(\"x\") }"),
        "1 effects"
    );
    assert_eq!(
        message("if is_missing(discount) { notify(\"x\") }"),
        "0 effects"
    );
    assert_eq!(
        message("let x = discount ?? 1; risk.add(\"x\", x);"),
        "`discount` is not of its declared type"
    );
}

#[test]
fn a_missing_truth_value_is_named_too() {
    let script = "if urgent { notify(\"x\") }";
    let error = run_over(script, &Fields::new(), &Fields::new()).unwrap_err();
    assert_eq!(error.message, "`urgent` is missing");
    let script = "if count == 1 || urgent { notify(\"x\") }";
    let error = run_over(script, &Fields::from_iter([("count", 2)]), &Fields::new()).unwrap_err();
    assert_eq!(error.message, "`urgent` is missing");
}

#[test]
fn failures_point_into_the_policy_file() {
    assert_eq!(
        failure("let x = 1;\n  let y = x /\n 0;"),
        "11:13 division by zero"
    );
    assert_eq!(
        failure("let 折 = \"中文\"; let y = 1 / 0;"),
        "10:33 division by zero"
    );
    assert_eq!(
        failure("if actor.level > \"x\" { }"),
        "10:24 expected a number"
    );
}

#[test]
fn precedence_is_rhais() {
    assert_eq!(shown("1 + 2 * 3"), "7");
    assert_eq!(shown("(1 + 2) * 3"), "9");
    assert_eq!(shown("10 - 2 - 3"), "5");
    assert_eq!(shown("100 / 10 / 2"), "5");
    assert_eq!(shown("-2 * -3"), "6");
    assert_eq!(shown("- - 2"), "2");
    assert!(holds("1 + 1 == 2 && 2 > 1 || false"));
    assert!(holds("true || 1 / 0 == 1"));
    assert!(!holds("false && 1 / 0 == 1"));
    assert!(holds("1 < 2 == true"));
    assert!(holds("count in [1, 3.0] && stage !in [\"WON\"]"));
    assert!(holds(
        "\"中\" in notes && \"vip\" in tags && \"x\" !in tags"
    ));
}

#[test]
fn branches_and_variables() {
    assert_eq!(
        shown("if count > 2 { 1 } else if count > 1 { 2 } else { 3 }"),
        "1"
    );
    assert_eq!(
        shown("switch stage { \"DRAFT\" => 1, \"SENT\" | \"WON\" => 2, _ => 3 }"),
        "2"
    );
    assert_eq!(
        shown("switch count { 3.00 if urgent => { let x = 4; x + 1 } 3 => 6, _ => 7 }"),
        "5"
    );
    assert_eq!(
        shown("switch count { 3 if !urgent => 5, 3 => 6, _ => 7 }"),
        "6"
    );
    assert_eq!(
        shown("switch urgent { true => 1, false => 2, _ => 3 }"),
        "1"
    );
    assert_eq!(shown("switch -count { -3 => 1, _ => 2 }"), "1");
    let script = "
        let total = 0;
        { let total_2 = 5; total += total_2; }
        { let total_2 = 6; total += total_2 * 2; }
        if total > 10 { let more = total; total -= more / 2; }
        total *= 2; total /= 4; total %= 3;
        risk.add(\"x\", total);";
    assert_eq!(
        run(script).unwrap(),
        [ActionEffect::Risk(
            Decimal::from_str_exact("1.25").unwrap(),
            "x".into()
        )]
    );
}

#[test]
fn functions() {
    for (expression, value) in [
        ("min(1, 2.5)", "1"),
        ("max(1, 2.5)", "2.5"),
        ("abs(-2.5)", "2.5"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(2.345, 2)", "2.35"),
        ("floor(-2.5)", "-3"),
        ("ceil(2.1)", "3"),
        ("len(notes)", "8"),
        ("notes.len()", "8"),
        ("(1.5).floor()", "1"),
    ] {
        assert_eq!(shown(expression), value, "{expression}");
    }
    for condition in [
        "lower(\"ÄB\") == \"äb\"",
        "upper(\"äb\") == \"ÄB\"",
        "contains(notes, \"中\")",
        "notes.starts_with(\"Gr\")",
        "ends_with(notes, \"文\")",
        "to_text(10.50) + to_text(true) + to_text(\"x\") == \"10.50truex\"",
        "\"a\\\"b\\n\\u4E2D\\\\\" == \"a\\\"b\n中\\\\\".lower()",
    ] {
        if condition.contains('\n') {
            continue;
        }
        assert!(holds(condition), "{condition}");
    }
    assert!(holds("\"\\u4E2D\\x41\" == \"中A\""));
}

#[test]
fn comments_and_empty_scripts() {
    assert_eq!(run("").unwrap(), []);
    assert_eq!(run("// nothing\n/* at /* all */ */ ;;").unwrap(), []);
}
