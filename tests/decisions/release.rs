//! What an allow releases, and the one shape of every refusal.

use crm_guardrails::policy::Aggregation;
use crm_guardrails::*;
use rust_decimal::Decimal;

use super::fixture::*;

/// A world with a field of each type that a host may write in more than one way.
fn typed() -> World {
    let fields = "clauses       : [Clause]?\n    due : date?\n    sent_at : datetime?\n    \
                  grace : duration?\n    seats : int?\n    paid : bool?\n    terms : [int]?";
    let policy = POLICY
        .replace("{ text : text }", "{ text : text  weight : decimal? }")
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

/// A value to the last digit: numbers are equal whatever zeros they end in, and this tells them apart.
fn digits(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::List(items) => items.iter().map(|item| digits(item) + ";").collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| format!("{name}:{};", digits(value)))
            .collect(),
        other => format!("{other:?}"),
    }
}

fn all_digits(release: &Release) -> String {
    digits(&Value::from(release.fields().clone()))
}

/// What is released at once, and what an approved ticket of the same change releases.
fn released_both_ways(world: &World, change: &Changes) -> [Release; 2] {
    let at_once = release(world, &change.clone().set("discount", "1.50"));
    let waiting = change.clone().set("discount", "20.0");
    let id = ticket(&world.propose(&rep(), "quote.draft", &waiting));
    world.guard.approvals().approve(id, &manager(), "").unwrap();
    let (operation, resumed) = world.guard.resume(id, &rep(), quote()).unwrap();
    operation.complete("done").unwrap();
    [at_once, resumed]
}

/// One number as hosts send it.
fn spelled(mantissa: i64, scale: u32, zeros: u32, as_text: bool) -> Value {
    let number = Decimal::new(mantissa * 10_i64.pow(zeros), scale + zeros);
    match as_text {
        true => Value::from(number.to_string()),
        false => Value::Number(number),
    }
}

/// However a value is spelled, there is one form that is released, at once and by a ticket, and the
/// form of that form is itself.
#[test]
fn a_value_is_released_in_one_form() {
    let world = typed();
    let change = |(whole, part): (i64, i64), zeros, as_text| {
        let int = spelled(whole, 0, zeros, as_text);
        let mut clause = Fields::from_iter([("text", "1.0")]);
        clause.set("weight", spelled(part, 2, zeros, as_text));
        Changes::update(&quote())
            .set("amount", spelled(part.abs() + 100_000, 2, zeros, as_text))
            .set("seats", int.clone())
            .set("terms", vec![int.clone(), int])
            .set("sent_at", spelled(whole.abs(), 0, zeros, false))
            .set("grace", spelled(part, 2, zeros, as_text))
            .set("clauses", vec![Value::from(clause)])
    };
    for numbers in [(0, 0), (-7, 1_250), (1_000, -999), (12, 30), (99, 10_000)] {
        let plain = all_digits(&release(
            &world,
            &change(numbers, 0, false).set("discount", "1.5"),
        ));
        for (zeros, as_text) in [(0, true), (1, false), (1, true), (3, false), (3, true)] {
            let [at_once, resumed] = released_both_ways(&world, &change(numbers, zeros, as_text));
            assert_eq!(all_digits(&at_once), plain);
            let by_ticket = all_digits(&resumed);
            assert_eq!(plain.replace("discount:1.5;", "discount:20;"), by_ticket);
            assert_eq!(all_digits(&release(&world, at_once.changes())), plain);
        }
    }
}

/// Where no type is declared a number still has one form, or a ticket would release another.
#[test]
fn an_undeclared_number_is_released_in_one_form() {
    let policy = POLICY
        .replace("    id            : text\n", "")
        .replace("read  id, owner", "read  owner\n    write owner")
        .replace("read id, cost_price", "read cost_price");
    let world = world_with(&policy);
    let mut fields = Fields::from_iter([("owner", &**rep().id())]);
    fields.set("clauses", Value::List([].into()));
    fields.set("id", Value::Number(Decimal::new(70, 1)));
    let new = Changes::create(Record::new("Quote", fields));
    let decision = world.propose(&rep(), "quote.create", &new);
    let release = decision.into_release().unwrap();
    assert_eq!(digits(release.fields().value("id").unwrap()), "7");
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
