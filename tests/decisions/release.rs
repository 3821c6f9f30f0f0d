//! What an allow releases, and the one shape of every refusal.

use crm_guardrails::policy::Aggregation;
use crm_guardrails::*;

use super::fixture::*;

/// A world with a field of each type that a host may write in more than one way.
fn typed() -> World {
    let fields = "clauses       : [Clause]?\n    due : date?\n    sent_at : datetime?\n    \
                  grace : duration?\n    seats : int?\n    paid : bool?\n    terms : [int]?";
    let policy = POLICY
        .replace("clauses       : [Clause]?", fields)
        .replace(
            "    write discount, amount\n    mask",
            "    write discount, amount, due, sent_at, grace, seats, paid, terms, clauses\n    mask",
        )
        .replace("package crm.sales\n", "package crm.sales\ntimezone \"Asia/Shanghai\"\n");
    world_with(&policy)
}

fn release(world: &World, changes: &Changes) -> Release {
    let decision = world.propose(&rep(), "quote.draft", changes);
    decision.into_release().unwrap()
}

#[test]
fn a_release_has_each_value_in_its_declared_type() {
    let changes = Changes::update(&quote())
        .set("discount", "12.50%")
        .set("amount", "1200.50 CNY")
        .set("due", "2026-03-02")
        .set("sent_at", "2026-03-02 10:00")
        .set("grace", "P1D")
        .set("seats", "007")
        .set("paid", "true")
        .set("terms", vec![Value::from("1"), Value::from(2)])
        .set(
            "clauses",
            vec![Value::from(Fields::from_iter([("text", "c")]))],
        );
    let release = release(&typed(), &changes);
    assert_eq!(
        release.to_json(),
        r#"{"amount":1200.5,"clauses":[{"text":"c"}],"discount":12.5,"due":"2026-03-02","grace":86400,"paid":true,"seats":7,"sent_at":"2026-03-02T02:00:00Z","terms":[1,2]}"#
    );
    assert_eq!(release.record().as_deref(), Some("q-1"));
    assert_eq!(release.verb(), changes.verb());
    // What was released is proposed and judged alike, and released the same.
    assert_eq!(self::release(&typed(), release.changes()), release);
}

#[test]
fn what_was_approved_is_released_in_its_declared_type() {
    let world = world();
    let changes = Changes::update(&quote()).set("discount", "20.0");
    let id = ticket(&world.propose(&rep(), "quote.draft", &changes));
    world.guard.approvals().approve(id, &manager(), "").unwrap();
    let (operation, release) = world.guard.resume(id, &rep(), quote()).unwrap();
    assert_eq!(release.fields().value("discount"), Some(&Value::from(20)));
    operation.complete("done").unwrap();
}

#[test]
fn nothing_is_released_but_by_an_allow() {
    let world = world();
    for (discount, outcome) in [(10, "allow"), (20, "needs_approval"), (50, "deny")] {
        let changes = Changes::update(&quote()).set("discount", discount);
        let decision = world.propose(&rep(), "quote.draft", &changes);
        assert_eq!(decision.outcome().as_str(), outcome);
        assert_eq!(decision.release().is_some(), outcome == "allow");
        assert_eq!(decision.code().is_empty(), outcome == "allow");
    }
}

#[test]
fn a_release_shows_no_value_in_debug() {
    let release = release(
        &world(),
        &Changes::update(&quote()).set("amount", "98765.4"),
    );
    let shown = format!("{release:?}");
    assert!(shown.contains("amount"), "{shown}");
    for value in ["98765", "777.77", "138"] {
        assert!(!shown.contains(value), "{shown}");
    }
}

/// A refusal of whatever call is an error of kind `denied` with at least one reason; its code is the
/// first reason's, and so its text begins.
#[test]
fn a_refusal_has_one_shape() {
    let world = world();
    let propose = |discount: i64| {
        let changes = Changes::update(&quote()).set("discount", discount);
        world.propose(&rep(), "quote.draft", &changes)
    };
    let waits = ticket(&propose(20));
    let mut refused = world.begin(&rep(), "quote.draft");
    let too_deep = Changes::update(&quote()).set("discount", 50);
    let _ = refused.propose(&too_deep).unwrap();
    let purge = rep();
    let errors = [
        ("DISCOUNT_TOO_DEEP", propose(50).into_release().unwrap_err()),
        ("APPROVAL_REQUIRED", propose(20).into_release().unwrap_err()),
        (
            "SKILL_NOT_REGISTERED",
            world
                .guard
                .begin(Request::new(&purge, "quote.purge").entity("Quote"))
                .unwrap_err(),
        ),
        (
            "TICKET_PENDING",
            world.guard.resume(waits, &rep(), quote()).unwrap_err(),
        ),
        (
            "NOT_THE_REQUESTER",
            world.guard.resume(waits, &manager(), quote()).unwrap_err(),
        ),
        (
            "FIELD_NOT_AGGREGABLE",
            world
                .begin(&rep(), "quote.draft")
                .aggregate(&[quote()], "cost_price", Aggregation::Sum)
                .unwrap_err(),
        ),
        ("OPERATION_DENIED", refused.propose(&too_deep).unwrap_err()),
        ("OPERATION_DENIED", refused.read(&quote()).unwrap_err()),
        ("OPERATION_DENIED", refused.complete("").unwrap_err()),
        (
            "APPROVER_IS_REQUESTER",
            world
                .guard
                .approvals()
                .approve(waits, &rep().agent(""), "")
                .unwrap_err(),
        ),
    ];
    for (code, error) in errors {
        assert_eq!(error.kind(), ErrorKind::Denied, "{code}: {error}");
        assert_eq!(error.code(), code);
        assert_eq!(error.reasons()[0].code(), code);
        assert!(
            error.to_string().starts_with(&format!("{code}: ")),
            "{error}"
        );
    }
}
