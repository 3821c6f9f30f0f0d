use chrono::Duration;
use crm_guardrails::process::TicketState;
use crm_guardrails::*;

use super::fixture::*;

fn twenty() -> Changes {
    Changes::update(&quote()).set("discount", 20)
}

fn asked(world: &World) -> TicketId {
    ticket(&world.propose(&rep(), "quote.draft", &twenty()))
}

fn granted(world: &World) -> TicketId {
    let id = asked(world);
    let card = world
        .guard
        .approvals()
        .approve(id, &manager(), "fine")
        .unwrap();
    assert_eq!(card.state, TicketState::Approved);
    id
}

/// Proposes with a ticket at hand.
fn under(world: &World, id: TicketId, principal: &Principal, changes: &Changes) -> Decision {
    let request = Request::new(principal, "quote.draft")
        .entity("Quote")
        .context("sales_copilot")
        .ticket(id);
    let mut op = world.guard.begin(request).unwrap();
    let decision = op.propose(changes).unwrap();
    if decision.release().is_some() {
        op.complete("").unwrap();
    }
    decision
}

#[test]
fn asked_approved_resumed_spent() {
    let world = world();
    let id = asked(&world);
    assert_eq!(
        world.guard.resume(id, &rep(), quote()).unwrap_err().code(),
        "TICKET_PENDING"
    );
    world
        .guard
        .approvals()
        .approve(id, &manager(), "fine")
        .unwrap();
    let (op, release) = world.guard.resume(id, &rep(), quote()).unwrap();
    assert_eq!(release.fields().value("discount"), Some(&Value::from(20)));
    op.complete("applied").unwrap();
    assert_eq!(
        world.guard.resume(id, &rep(), quote()).unwrap_err().code(),
        "TICKET_SPENT"
    );
    let decision = under(&world, id, &rep(), &twenty());
    assert_eq!(codes(decision.reasons()), ["TICKET_SPENT"]);
}

#[test]
fn asking_again_finds_the_same_ticket() {
    let world = world();
    assert_eq!(asked(&world), asked(&world));
}

#[test]
fn a_number_s_writing_does_not_matter_and_its_value_does() {
    let world = world();
    let id = granted(&world);
    let more = Changes::update(&quote()).set("discount", 30);
    assert_eq!(
        codes(under(&world, id, &rep(), &more).reasons()),
        ["TICKET_MISMATCH"]
    );
    let moved = Changes::update(&quote().with("amount", "1")).set("discount", 20);
    assert_eq!(
        codes(under(&world, id, &rep(), &moved).reasons()),
        ["TICKET_STALE"]
    );
    let id = granted(&world);
    let decimal: rust_decimal::Decimal = "20.00".parse().unwrap();
    let same = Changes::update(&quote()).set("discount", decimal);
    assert!(under(&world, id, &rep(), &same).release().is_some());
    let id = granted(&world);
    let text = Changes::update(&quote().with("amount", 1000)).set("discount", "20.0");
    assert!(under(&world, id, &rep(), &text).release().is_some());
}

#[test]
fn who_may_not_decide_does_not() {
    let world = world();
    let id = asked(&world);
    let approvals = world.guard.approvals();
    let code = |principal: &Principal| {
        approvals
            .approve(id, principal, "")
            .unwrap_err()
            .code()
            .to_owned()
    };
    let both = Principal::user("acme", "u-17")
        .role("SALES_REP")
        .role("SALES_MANAGER");
    assert_eq!(code(&both), "APPROVER_IS_REQUESTER");
    assert_eq!(code(&manager().agent("approver_bot")), "APPROVER_IS_AGENT");
    assert_eq!(code(&finance()), "APPROVER_NOT_ELIGIBLE");
    let elsewhere = Principal::user("globex", "u-2").role("SALES_MANAGER");
    assert_eq!(
        approvals.approve(id, &elsewhere, "").unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert_eq!(
        approvals.show(id, &elsewhere).unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert!(approvals.list(&elsewhere).unwrap().is_empty());
    assert_eq!(
        world
            .guard
            .resume(id, &manager(), quote())
            .unwrap_err()
            .code(),
        "NOT_THE_REQUESTER"
    );
}

#[test]
fn a_rejected_ticket_releases_nothing() {
    let world = world();
    let id = asked(&world);
    world
        .guard
        .approvals()
        .reject(id, &manager(), "no")
        .unwrap();
    assert_eq!(
        world.guard.resume(id, &rep(), quote()).unwrap_err().code(),
        "TICKET_REJECTED"
    );
    assert_eq!(
        world
            .guard
            .approvals()
            .approve(id, &manager(), "")
            .unwrap_err()
            .code(),
        "TICKET_REJECTED"
    );
}

#[test]
fn a_withdrawn_ticket_releases_nothing() {
    let world = world();
    let id = granted(&world);
    assert_eq!(
        world
            .guard
            .approvals()
            .cancel(id, &manager())
            .unwrap_err()
            .code(),
        "NOT_THE_REQUESTER"
    );
    world.guard.approvals().cancel(id, &rep()).unwrap();
    assert_eq!(
        world.guard.resume(id, &rep(), quote()).unwrap_err().code(),
        "TICKET_CANCELLED"
    );
}

#[test]
fn time_closes_and_never_opens() {
    let world = world();
    let id = asked(&world);
    world.pass(Duration::hours(4));
    let late = world
        .guard
        .approvals()
        .approve(id, &manager(), "")
        .unwrap_err();
    assert_eq!(
        late.code(),
        "TICKET_EXPIRED",
        "the step's four hours are over, and it denies then"
    );
    world.pass(Duration::days(3));
    assert_eq!(
        world
            .guard
            .approvals()
            .approve(id, &manager(), "")
            .unwrap_err()
            .code(),
        "TICKET_EXPIRED"
    );

    let id = granted(&world);
    world.pass(Duration::hours(1));
    assert_eq!(
        world.guard.resume(id, &rep(), quote()).unwrap_err().code(),
        "TICKET_EXPIRED"
    );
}

#[test]
fn a_stronger_need_makes_it_stale_and_a_denial_stands() {
    let world = world();
    let id = granted(&world);
    let finance_too = POLICY.to_owned()
        + r#"rule finance_too { on update of Quote when discount > 15% then require approval finance_approval because "new" }"#;
    world.guard.replace_policy(policy(&finance_too)).unwrap();
    assert_eq!(
        world.guard.resume(id, &rep(), quote()).unwrap_err().code(),
        "TICKET_STALE"
    );

    let id = ticket(&world.propose(&rep(), "quote.draft", &twenty()));
    assert!(
        world
            .guard
            .approvals()
            .show(id, &rep())
            .unwrap()
            .chains
            .names()
            .len()
            == 2
    );
    world.guard.approvals().approve(id, &manager(), "").unwrap();
    assert_eq!(
        world.guard.resume(id, &rep(), quote()).unwrap_err().code(),
        "TICKET_PENDING"
    );
    world.guard.approvals().approve(id, &finance(), "").unwrap();
    assert!(world.guard.resume(id, &rep(), quote()).is_ok());
}

#[test]
fn an_unrelated_edit_does_not_void_a_ticket() {
    let world = world();
    let id = granted(&world);
    let edited = POLICY.replace("discount > 40%", "discount > 45%");
    world.guard.replace_policy(policy(&edited)).unwrap();
    assert!(world.guard.resume(id, &rep(), quote()).is_ok());
}

#[test]
fn a_card_shows_what_its_reader_may_see() {
    let world = world();
    let change = Changes::update(&quote()).set("amount", "100.00");
    let decision = world.propose(&rep(), "quote.draft", &change);
    let id = ticket(&decision);
    let card = |principal: &Principal| world.guard.approvals().show(id, principal).unwrap();
    let finance = card(&finance());
    assert_eq!(finance.because, ["below cost 777.77 CNY"]);
    assert_eq!(
        finance.changes[0].after, "‹hidden›",
        "finance has no grant on the amount"
    );
    let rep = card(&rep());
    assert_eq!(rep.because, ["below cost ‹hidden›"]);
    assert_eq!(rep.changes[0].after, "100 CNY");
    assert!(
        world.guard.approvals().show(id, &manager()).is_err(),
        "not the manager's to decide"
    );
}

#[test]
fn two_who_race_decide_once() {
    let world = world();
    for _ in 0..20 {
        let id = asked(&world);
        let second = Principal::user("acme", "u-4").role("SALES_MANAGER");
        let won = std::thread::scope(|scope| {
            let approve =
                scope.spawn(|| world.guard.approvals().approve(id, &manager(), "").is_ok());
            let reject = scope.spawn(|| world.guard.approvals().reject(id, &second, "").is_ok());
            usize::from(approve.join().unwrap()) + usize::from(reject.join().unwrap())
        });
        assert_eq!(won, 1);
        let _ = world.guard.approvals().cancel(id, &rep());
    }
}

#[test]
fn two_who_race_spend_once() {
    let world = world();
    for _ in 0..20 {
        let id = granted(&world);
        let spent = std::thread::scope(|scope| {
            let spend = || match world.guard.resume(id, &rep(), quote()) {
                Ok((op, _)) => op.complete("").is_ok(),
                Err(_) => false,
            };
            let racers = [scope.spawn(spend), scope.spawn(spend)];
            racers
                .into_iter()
                .filter_map(|racer| racer.join().unwrap().then_some(()))
                .count()
        });
        assert_eq!(spent, 1);
    }
}

/// What a read hides or masks from an approver, or refuses, their card shows the same way.
#[test]
fn a_card_shows_no_more_than_the_reader_s_own_read() {
    let phone = "rule below_cost {";
    let needs = r#"rule calls { on update of Quote when changed(discount) then require approval discount_approval because "call {contact_phone}, {stage}" }
"#;
    for (rule, phone_shown, stage_shown, discount_shown) in [
        ("", "13812345678", "DRAFT", "5%"),
        (
            r#"rule quiet { on read of Quote when actor has SALES_MANAGER then mask contact_phone with phone }"#,
            "138****5678",
            "DRAFT",
            "5%",
        ),
        (
            r#"rule quiet { on read of Quote when actor has SALES_MANAGER then hide contact_phone }"#,
            "‹hidden›",
            "DRAFT",
            "5%",
        ),
        (
            r#"rule quiet { on read of Quote when stage == DRAFT and actor has SALES_MANAGER then deny NOT_YET because "wait" }"#,
            "‹hidden›",
            "‹hidden›",
            "‹hidden›",
        ),
    ] {
        let text = POLICY.replace(phone, &format!("{needs}{rule}\nrule below_cost {{"));
        let world = world_with(&text);
        let id = ticket(&world.propose(
            &rep(),
            "quote.draft",
            &Changes::update(&quote()).set("discount", 7),
        ));
        let card = world.guard.approvals().show(id, &manager()).unwrap();
        assert_eq!(
            card.because,
            [format!("call {phone_shown}, {stage_shown}")],
            "{rule}"
        );
        assert_eq!(card.changes[0].before, discount_shown, "{rule}");
        let listed = world.guard.approvals().list(&manager()).unwrap();
        assert_eq!(listed, [card], "{rule}");
    }
}

/// A grant that holds for a time holds for a card as long as it holds for a read.
#[test]
fn a_card_is_shown_under_what_holds_now() {
    let text = POLICY.replace(
        "grant SALES_MANAGER on Quote {",
        "grant SALES_MANAGER on Quote where now < 2026-03-02T13:00:00Z {",
    );
    let world = world_with(&text);
    let id = asked(&world);
    let before = |world: &World| {
        let card = world.guard.approvals().show(id, &manager()).unwrap();
        card.changes[0].before.clone()
    };
    assert_eq!(before(&world), "5%");
    world.pass(Duration::hours(1));
    assert_eq!(before(&world), "‹hidden›");
}

/// A new record is not read yet; its card shows what a read of it would.
#[test]
fn a_card_of_a_new_record_heeds_rules_on_reading() {
    let text = POLICY.to_owned()
        + r#"
grant SALES_REP on Quote { write owner, clauses, contact_phone }
rule calls { on create of Quote then require approval discount_approval because "new {contact_phone}" }
rule quiet { on read of Quote when stage == DRAFT and actor has SALES_MANAGER then hide contact_phone }"#;
    let world = world_with(&text);
    let record = Record::from_json(
        "Quote",
        r#"{"owner": "u-17", "discount": 5, "clauses": [], "contact_phone": "13812345678"}"#,
    )
    .unwrap();
    let id = ticket(&world.propose(&rep(), "quote.create", &Changes::create(record)));
    let card = world.guard.approvals().show(id, &manager()).unwrap();
    assert_eq!(
        card.because,
        ["new ‹hidden›"],
        "the stage is missing, so the rule applies"
    );
    let own = world.guard.approvals().show(id, &rep()).unwrap();
    assert_eq!(own.because, ["new 13812345678"]);
}
