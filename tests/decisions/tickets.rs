//! The life of a ticket: reserved by `resume` on the record as it is now, used up by `complete`, given
//! back by `fail`, unknown when nobody says; held to what was asked and to what the audit says.

use chrono::Duration;
use crm_guardrails::process::{RecordKey, Settlement, Ticket, TicketState};
use crm_guardrails::stores::TicketStore;
use crm_guardrails::*;

use super::fixture::*;

fn to(discount: i64) -> Changes {
    Changes::update(&quote()).set("discount", discount)
}

fn asked(world: &World) -> TicketId {
    ticket(&world.propose(&rep(), "quote.draft", &to(20)))
}

fn granted(world: &World) -> TicketId {
    let id = asked(world);
    world.guard.approvals().approve(id, &manager(), "").unwrap();
    id
}

fn stored(world: &World, id: TicketId) -> Ticket {
    world.store.ticket("acme", id).unwrap().unwrap()
}

fn state(world: &World, id: TicketId) -> TicketState {
    stored(world, id).state
}

fn refusal(world: &World, id: TicketId, record: Record) -> String {
    let resumed = world.guard.resume(id, &rep(), record);
    resumed.unwrap_err().code().to_owned()
}

fn second_manager() -> Principal {
    Principal::user("acme", "u-4").role("SALES_MANAGER")
}

#[test]
fn a_reservation_ends_as_the_host_says() {
    let world = world();
    let id = granted(&world);
    let (op, _) = world.guard.resume(id, &rep(), quote()).unwrap();
    assert_eq!(state(&world, id), TicketState::Reserved);
    assert_eq!(refusal(&world, id, quote()), "TICKET_RESERVED");
    op.fail("CRM_DOWN").unwrap();
    assert_eq!(state(&world, id), TicketState::Approved);
    let (op, _) = world.guard.resume(id, &rep(), quote()).unwrap();
    op.complete("applied").unwrap();
    assert_eq!(state(&world, id), TicketState::Consumed);
    assert_eq!(refusal(&world, id, quote()), "TICKET_SPENT");
}

#[test]
fn what_nobody_ends_is_unknown_and_settled_by_a_person_on_record() {
    let world = world();
    let id = granted(&world);
    drop(world.guard.resume(id, &rep(), quote()).unwrap());
    assert_eq!(state(&world, id), TicketState::Unknown);
    assert_eq!(refusal(&world, id, quote()), "TICKET_UNKNOWN");
    let approvals = world.guard.approvals();
    let settle = |who: &Principal| approvals.settle(id, who, Settlement::Applied);
    let both = Principal::user("acme", "u-17").role("SALES_MANAGER");
    assert_eq!(settle(&both).unwrap_err().code(), "APPROVER_IS_REQUESTER");
    assert_eq!(
        settle(&manager().agent("bot")).unwrap_err().code(),
        "APPROVER_IS_AGENT"
    );
    assert_eq!(settle(&finance()).unwrap_err().kind(), ErrorKind::NotFound);
    let listed = approvals.list(&second_manager()).unwrap();
    assert_eq!(listed[0].state, TicketState::Unknown);
    assert_eq!(
        settle(&second_manager()).unwrap().state,
        TicketState::Consumed
    );
    assert!(world.audit_text().contains("SETTLED"));
    assert_eq!(settle(&manager()).unwrap_err().code(), "TICKET_SPENT");

    let id = granted(&world);
    drop(world.guard.resume(id, &rep(), quote()).unwrap());
    let card = approvals
        .settle(id, &manager(), Settlement::NotApplied)
        .unwrap();
    assert_eq!(card.state, TicketState::ExpiredUnused);
    assert_eq!(refusal(&world, id, quote()), "TICKET_EXPIRED");
}

/// The lease is what is left of `execute within`: a process that died gives nothing back.
#[test]
fn a_lease_that_is_over_is_unknown() {
    let world = world();
    let id = granted(&world);
    let (op, _) = world.guard.resume(id, &rep(), quote()).unwrap();
    std::mem::forget(op);
    world.pass(Duration::minutes(59));
    assert_eq!(refusal(&world, id, quote()), "TICKET_RESERVED");
    world.pass(Duration::minutes(1));
    assert_eq!(refusal(&world, id, quote()), "TICKET_UNKNOWN");
    assert_eq!(
        state(&world, id),
        TicketState::Reserved,
        "looking wrote nothing"
    );
    assert_eq!(world.guard.approvals().sweep().unwrap(), 1);
    assert_eq!(state(&world, id), TicketState::Unknown);
    assert_eq!(world.guard.approvals().sweep().unwrap(), 0);
    world.pass(Duration::days(9));
    assert_eq!(refusal(&world, id, quote()), "TICKET_UNKNOWN");
}

#[test]
fn what_ends_too_late_stays_unknown_and_its_outcome_is_on_record() {
    let world = world();
    let id = granted(&world);
    let (op, _) = world.guard.resume(id, &rep(), quote()).unwrap();
    world.pass(Duration::hours(1));
    assert_eq!(world.guard.approvals().sweep().unwrap(), 1);
    assert_eq!(op.complete("late").unwrap_err().code(), "TICKET_UNKNOWN");
    assert_eq!(state(&world, id), TicketState::Unknown);
    assert!(world.audit_text().contains("\"status\":\"completed\""));
}

/// Once the lease is over the ticket is unknown, whatever the host says then and whether or not the
/// sweeper has come by; what it said is on record.
#[test]
fn what_ends_after_the_lease_is_one_rule() {
    for (swept, ending) in [
        (false, "complete"),
        (true, "complete"),
        (false, "fail"),
        (true, "fail"),
        (false, "abort"),
        (true, "abort"),
        (false, "drop"),
        (true, "drop"),
    ] {
        let world = world();
        let id = granted(&world);
        let (op, _) = world.guard.resume(id, &rep(), quote()).unwrap();
        world.pass(Duration::hours(1));
        if swept {
            assert_eq!(world.guard.approvals().sweep().unwrap(), 1);
        }
        let (ended, word) = match ending {
            "complete" => (op.complete("late"), "\"status\":\"completed\""),
            "fail" => (op.fail("TOO_SLOW"), "\"code\":\"TOO_SLOW\""),
            "abort" => (op.abort("TOO_SLOW"), "\"code\":\"TOO_SLOW\""),
            _ => {
                drop(op);
                (
                    Err(Error::new(ErrorKind::Input, "")),
                    "\"status\":\"abandoned\"",
                )
            }
        };
        match ending {
            "complete" | "fail" => assert_eq!(ended.unwrap_err().code(), "TICKET_UNKNOWN"),
            "abort" => drop(ended.unwrap()),
            _ => {}
        }
        assert_eq!(state(&world, id), TicketState::Unknown, "{ending} {swept}");
        assert!(world.audit_text().contains(word), "{ending} {swept}");
        assert_eq!(refusal(&world, id, quote()), "TICKET_UNKNOWN");
    }
}

/// The operation that holds a ticket proposes again, as a framework does that repeats a step.
#[test]
fn what_holds_a_ticket_is_told_it_for_the_same_and_refused_anything_else() {
    let other = |discount: i64| Changes::update(&quote()).set("discount", discount);
    // 10 would be allowed, 30 needs another approval, 50 is denied by a rule.
    for (discount, code) in [
        (20, ""),
        (10, "TICKET_MISMATCH"),
        (30, "TICKET_MISMATCH"),
        (50, "DISCOUNT_TOO_DEEP"),
    ] {
        for ending in [TicketState::Consumed, TicketState::Approved] {
            let world = world();
            let id = granted(&world);
            let (mut op, release) = world.guard.resume(id, &rep(), quote()).unwrap();
            let decision = op.propose(&other(discount)).unwrap();
            assert_eq!(release.changes().fields().len(), 1);
            match code {
                "" => assert_eq!(ticket(&decision), id),
                code => assert_eq!(decision.code(), code, "{discount}"),
            }
            assert_eq!(state(&world, id), TicketState::Reserved);
            match ending {
                TicketState::Consumed => op.complete("applied").unwrap(),
                _ => op.fail("CRM_DOWN").unwrap(),
            };
            assert_eq!(state(&world, id), ending, "{discount}");
        }
    }
}

#[test]
fn a_record_that_changed_meanwhile_is_not_released_again() {
    let world = world();
    let id = granted(&world);
    let (mut op, _) = world.guard.resume(id, &rep(), quote()).unwrap();
    let changed = Changes::update(&quote().with("cost_price", "1")).set("discount", 20);
    assert_eq!(op.propose(&changed).unwrap().code(), "TICKET_STALE");
    assert_eq!(state(&world, id), TicketState::Reserved);
    op.complete("applied").unwrap();
    assert_eq!(state(&world, id), TicketState::Consumed);

    let id = granted(&world);
    let (mut op, _) = world.guard.resume(id, &rep(), quote()).unwrap();
    world.pass(Duration::minutes(59));
    assert_eq!(ticket(&op.propose(&to(20)).unwrap()), id);
    world.pass(Duration::seconds(59));
    assert_eq!(ticket(&op.propose(&to(20)).unwrap()), id);
    drop(op);
}

/// What is refused without a ticket in hand is refused for good, as ever.
#[test]
fn a_refusal_before_the_ticket_is_reserved_ends_the_operation() {
    let world = world();
    let id = granted(&world);
    let person = rep();
    let request = Request::new(&person, "quote.draft").entity("Quote");
    let mut op = world
        .guard
        .begin(request.context("sales_copilot").ticket(id))
        .unwrap();
    let deep = Changes::update(&quote()).set("discount", 50);
    assert_eq!(op.propose(&deep).unwrap().code(), "DISCOUNT_TOO_DEEP");
    assert_eq!(op.complete("").unwrap_err().code(), "OPERATION_DENIED");
    assert_eq!(state(&world, id), TicketState::Approved);
}

/// A role more or less is no other action: what counts is what the roles of now let through.
#[test]
fn roles_are_judged_when_the_ticket_is_used() {
    let world = world();
    let id = granted(&world);
    let promoted = rep().role("SALES_CLUB");
    let again = world.propose(&promoted, "quote.draft", &to(20));
    assert_eq!(ticket(&again), id, "the same thing is asked for");
    let (op, _) = world.guard.resume(id, &promoted, quote()).unwrap();
    op.fail("NOT_NOW").unwrap();
    let without = Principal::user("acme", "u-17").agent("copilot");
    let refused = world.guard.resume(id, &without, quote()).unwrap_err();
    assert_eq!(refused.code(), "SKILL_NOT_PERMITTED");
    let elsewhere = without.role("FINANCE");
    let refused = world.guard.resume(id, &elsewhere, quote()).unwrap_err();
    assert_eq!(refused.code(), "SKILL_NOT_PERMITTED");
    assert_eq!(state(&world, id), TicketState::Approved);
    let (op, _) = world.guard.resume(id, &rep(), quote()).unwrap();
    op.complete("").unwrap();
}

/// Whether the record exists is not told: gone, handed to somebody else and another tenant's are one
/// answer, in class, code, reasons and words, and leave the same on record.
#[test]
fn gone_and_out_of_reach_are_told_alike() {
    let answer = |record: Option<Record>| {
        let world = world();
        let id = granted(&world);
        let before = world.audit_text().lines().count();
        let error = world
            .guard
            .resume(id, &rep(), |_: &RecordKey| record)
            .unwrap_err();
        assert_eq!(state(&world, id), TicketState::Approved);
        let recorded: Vec<String> = world
            .audit_text()
            .lines()
            .skip(before)
            .map(str::to_owned)
            .collect();
        (
            error.kind(),
            error.code().to_owned(),
            error.reasons().to_vec(),
            error.to_string(),
            error.help().to_owned(),
            recorded,
        )
    };
    let gone = answer(None);
    assert_eq!(
        (gone.0, gone.1.as_str()),
        (ErrorKind::NotFound, "not_found")
    );
    assert!(gone.2.is_empty(), "{:?}", gone.2);
    let mut op = world().begin(&rep(), "quote.draft");
    let read = op.read(&quote().with("owner", "u-99")).unwrap_err();
    assert_eq!(read.to_string(), gone.3, "as a read says it");
    for other in [
        quote().with("owner", "u-99"),
        quote().with("owner", Value::Null),
        quote().with("tenant_id", "globex"),
    ] {
        assert_eq!(answer(Some(other)), gone);
    }
}

/// Stale is a value that a condition read, a card showed or the change sets; and nothing else.
#[test]
fn only_what_was_read_of_the_record_makes_a_ticket_stale() {
    let world = world();
    for (field, value, resumes) in [
        ("contact_phone", Value::from("13900000000"), true),
        ("stage", Value::from("SENT"), true),
        ("note", Value::from("nobody declared this"), true),
        ("amount", Value::from("1000"), true),
        ("amount", Value::from("1000.01"), false),
        ("cost_price", Value::from("777.78"), false),
        ("cost_price", Value::Null, false),
        ("discount", Value::from(6), false),
    ] {
        let id = granted(&world);
        let present = quote().with(field, value);
        match world.guard.resume(id, &rep(), present.clone()) {
            Ok((op, _)) => {
                assert!(resumes, "{field}");
                op.complete("").unwrap();
            }
            Err(error) => {
                assert!(!resumes, "{field}");
                assert_eq!(error.code(), "TICKET_STALE", "{field}");
                assert_eq!(state(&world, id), TicketState::Stale);
                assert_eq!(refusal(&world, id, quote()), "TICKET_STALE");
            }
        }
    }
}

/// A list is read through its items: what no condition reads of an item does not matter.
#[test]
fn of_a_list_only_what_was_read_of_its_items_counts() {
    let text = POLICY.replace(
        "entity Clause { text : text }",
        "entity Clause { text : text note : text? }",
    );
    let world = world_with(&text);
    let with = |text: &str, note: &str| {
        let json = format!(r#"[{{"text": "{text}", "note": "{note}"}}]"#);
        let fields = parse_fields(&format!(r#"{{"clauses": {json}}}"#), JsonLimits::default());
        quote().with("clauses", fields.unwrap().value("clauses").unwrap().clone())
    };
    let id = || {
        let changes = Changes::update(&with("fair", "a")).set("discount", 20);
        let id = ticket(&world.propose(&rep(), "quote.draft", &changes));
        world.guard.approvals().approve(id, &manager(), "").unwrap();
        id
    };
    let (op, _) = world.guard.resume(id(), &rep(), with("fair", "b")).unwrap();
    op.complete("").unwrap();
    assert_eq!(refusal(&world, id(), with("fairer", "a")), "TICKET_STALE");
    assert_eq!(refusal(&world, id(), quote()), "TICKET_STALE");
}

#[test]
fn the_present_record_is_decided_anew() {
    let world = world();
    let id = granted(&world);
    let gone = world
        .guard
        .resume(id, &rep(), |_: &RecordKey| None::<Record>);
    assert_eq!(gone.unwrap_err().kind(), ErrorKind::NotFound);
    let other = world.guard.resume(id, &rep(), quote().with("id", "q-2"));
    assert_eq!(other.unwrap_err().kind(), ErrorKind::Input);
    let failed = world
        .guard
        .resume(id, &rep(), |_: &RecordKey| -> Result<Record> {
            Err(Error::new(ErrorKind::Store, "the CRM is down"))
        });
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::Store);
    // Handed to somebody else meanwhile: out of reach, and told like a record that is not there.
    let handed = world
        .guard
        .resume(id, &rep(), quote().with("owner", "u-99"));
    assert!(handed.is_err());
    assert_eq!(
        state(&world, id),
        TicketState::Approved,
        "nothing of this used it"
    );
    let load = |key: &RecordKey| {
        assert_eq!((&**key.entity(), &**key.id()), ("Quote", "q-1"));
        Ok(quote())
    };
    let (op, release) = world.guard.resume(id, &rep(), load).unwrap();
    assert_eq!(release.fields().value("discount"), Some(&Value::from(20)));
    op.complete("").unwrap();
}

/// A framework that replays its step proposes again: it is told the ticket that exists.
#[test]
fn only_resume_reserves() {
    let world = world();
    let id = granted(&world);
    for _ in 0..3 {
        let decision = world.propose(&rep(), "quote.draft", &to(20));
        let Outcome::NeedsApproval(handle) = decision.outcome() else {
            panic!("{decision:?}");
        };
        assert_eq!((handle.id(), handle.state()), (id, TicketState::Approved));
    }
    let (op, _) = world.guard.resume(id, &rep(), quote()).unwrap();
    let again = world.propose(&rep(), "quote.draft", &to(20));
    assert_eq!(ticket(&again), id, "while it is reserved");
    op.complete("").unwrap();
    assert_ne!(asked(&world), id, "what was used is asked for anew");
}

/// A proposal under a ticket is the same path: reserved, and ended by the operation.
#[test]
fn a_request_under_a_ticket_reserves_it() {
    let world = world();
    let id = granted(&world);
    let begin = || {
        let person = rep();
        let request = Request::new(&person, "quote.draft").entity("Quote");
        let request = request.context("sales_copilot").ticket(id);
        world.guard.begin(request).unwrap()
    };
    let mut op = begin();
    assert!(op.propose(&to(20)).unwrap().release().is_some());
    assert_eq!(state(&world, id), TicketState::Reserved);
    let second = begin().propose(&to(20)).unwrap();
    assert_eq!(codes(second.reasons()), ["TICKET_RESERVED"]);
    op.fail("NOT_NOW").unwrap();
    let changed = Changes::update(&quote().with("cost_price", "1")).set("discount", 20);
    let stale = begin().propose(&changed).unwrap();
    assert_eq!(codes(stale.reasons()), ["TICKET_STALE"]);
}

#[test]
fn a_changed_record_is_asked_for_anew() {
    let world = world();
    let id = granted(&world);
    let changed = Changes::update(&quote().with("cost_price", "700")).set("discount", 20);
    let other = ticket(&world.propose(&rep(), "quote.draft", &changed));
    assert_ne!(other, id);
    assert_eq!(state(&world, id), TicketState::Stale);
    let aside = Changes::update(&quote().with("cost_price", "700").with("contact_phone", "1"));
    let same = ticket(&world.propose(&rep(), "quote.draft", &aside.set("discount", 20)));
    assert_eq!(same, other, "nothing read the phone");
}

const CHAIN: &str = "approval discount_approval {\n    step manager 1 of SALES_MANAGER within 4h else deny\n    never requester\n";

/// What was asked and granted, held against what the chain of the same name asks now.
#[test]
fn a_chain_that_asks_for_more_by_now_does_not_release() {
    for (chain, resumes) in [
        (CHAIN.to_owned(), true),
        (CHAIN.replace("4h", "1h"), true),
        (CHAIN.replace("step manager", "step boss"), true),
        (CHAIN.replace("1 of", "2 of"), false),
        (CHAIN.replace("of SALES_MANAGER", "of FINANCE"), false),
        (
            CHAIN.replace(
                "never",
                "step finance 1 of FINANCE within 1d else deny\n    never",
            ),
            false,
        ),
        (
            CHAIN.replace(
                "step manager",
                "step first 1 of FINANCE within 1d else deny\n    step manager",
            ),
            false,
        ),
    ] {
        let world = world();
        let id = granted(&world);
        let waiting = ticket(&world.propose(&rep(), "quote.draft", &to(21)));
        assert!(POLICY.contains(CHAIN));
        let edited = POLICY.replace(CHAIN, &chain);
        world.guard.replace_policy(policy(&edited)).unwrap();
        match resumes {
            true => drop(world.guard.resume(id, &rep(), quote()).unwrap()),
            false => assert_eq!(refusal(&world, id, quote()), "TICKET_STALE", "{chain}"),
        }
        let vote = world.guard.approvals().approve(waiting, &manager(), "");
        match resumes {
            true => assert_eq!(vote.unwrap().state, TicketState::Approved),
            false => {
                assert_eq!(vote.unwrap_err().code(), "TICKET_STALE", "{chain}");
                assert_eq!(state(&world, waiting), TicketState::Stale, "{chain}");
                assert_ne!(
                    ticket(&world.propose(&rep(), "quote.draft", &to(21))),
                    waiting
                );
            }
        }
    }
}

#[test]
fn a_chain_that_excludes_more_by_now_does_not_release() {
    let two = CHAIN.replace(
        "never",
        "step again 1 of SALES_MANAGER within 1d else deny\n    never",
    );
    let text = POLICY.replace(CHAIN, &two);
    for same_person in [true, false] {
        let world = world_with(&text);
        let id = asked(&world);
        let approvals = world.guard.approvals();
        approvals.approve(id, &manager(), "").unwrap();
        let second = if same_person {
            manager()
        } else {
            second_manager()
        };
        approvals.approve(id, &second, "").unwrap();
        let strict = text.replace(
            &two,
            &two.replace("never requester", "never requester, same_person_twice"),
        );
        world.guard.replace_policy(policy(&strict)).unwrap();
        let resumed = world.guard.resume(id, &rep(), quote());
        assert_eq!(resumed.is_err(), same_person);
    }
}

/// An overdue step that denies ends the ticket, and does not stand in the way of its renewal.
#[test]
fn an_overdue_step_ends_the_ticket_and_frees_its_renewal() {
    let world = world();
    let id = asked(&world);
    let version = stored(&world, id).version;
    world.pass(Duration::hours(4));
    let approvals = world.guard.approvals();
    assert_eq!(
        approvals.show(id, &rep()).unwrap().state,
        TicketState::Expired
    );
    assert!(approvals.list(&manager()).unwrap().is_empty());
    let late = approvals.approve(id, &manager(), "").unwrap_err();
    assert_eq!(late.code(), "TICKET_EXPIRED");
    assert_eq!(
        stored(&world, id).version,
        version,
        "looking writes nothing"
    );
    let renewed = asked(&world);
    assert_ne!(renewed, id);
    assert_eq!(state(&world, id), TicketState::Expired);
    assert!(approvals.approve(renewed, &manager(), "").is_ok());
}

#[test]
fn the_inbox_has_no_end() {
    let world = world();
    let ask = |number: usize| {
        let user = format!("u-{number}");
        let record = quote()
            .with("id", format!("q-{number}"))
            .with("owner", user.as_str());
        let who = Principal::user("acme", user.as_str())
            .role("SALES_REP")
            .agent("copilot");
        let changes = Changes::update(&record).set("discount", Value::from(20));
        ticket(&world.propose(&who, "quote.draft", &changes))
    };
    // Those whose time is over come first, and are nobody's business any more.
    for number in 0..1_100 {
        let _ = ask(number);
    }
    world.pass(Duration::hours(4));
    let first = ask(1_100);
    for number in 1_101..2_201 {
        let _ = ask(number);
    }
    let approvals = world.guard.approvals();
    assert_eq!(approvals.list(&manager()).unwrap().len(), 1_000);
    let mut seen = std::collections::BTreeSet::new();
    let mut after = None;
    loop {
        let page = approvals.page(&manager(), after, 300).unwrap();
        seen.extend(page.tickets.iter().map(|card| card.id));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen.len(), 1_101);
    assert!(seen.contains(&first));
    assert!(approvals.list(&finance()).unwrap().is_empty());
}

#[test]
fn open_tickets_of_one_user_have_a_limit() {
    let world = world();
    let propose = |discount: i64| {
        let changes = Changes::update(&quote()).set(
            "discount",
            Value::from(rust_decimal::Decimal::new(discount, 2)),
        );
        world.propose(&rep(), "quote.draft", &changes)
    };
    for one in 0..100 {
        let _ = ticket(&propose(1_600 + one));
    }
    assert_eq!(codes(propose(1_700).reasons()), ["OPEN_TICKETS_LIMIT"]);
    let _ = ticket(&propose(1_600));
    world.pass(Duration::hours(4));
    let _ = ticket(&propose(1_700));
}

#[test]
fn the_same_asked_in_parallel_is_one_ticket() {
    let world = world();
    for round in 0..10 {
        let changes = to(20 + round);
        let ids: Vec<TicketId> = std::thread::scope(|scope| {
            let ask = || ticket(&world.propose(&rep(), "quote.draft", &changes));
            let asking: Vec<_> = (0..6).map(|_| scope.spawn(ask)).collect();
            asking.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]));
    }
    assert_eq!(world.guard.approvals().list(&manager()).unwrap().len(), 10);
}

/// The event comes first: what cannot be recorded is not in force.
#[test]
fn an_approval_that_cannot_be_recorded_is_not_in_force() {
    let world = world();
    let id = asked(&world);
    world
        .store
        .broken
        .store(true, std::sync::atomic::Ordering::SeqCst);
    let vote = world.guard.approvals().approve(id, &manager(), "");
    assert_eq!(vote.unwrap_err().kind(), ErrorKind::Store);
    world
        .store
        .broken
        .store(false, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(state(&world, id), TicketState::Pending);
    assert_eq!(refusal(&world, id, quote()), "TICKET_PENDING");
}

/// The tickets that verification names.
fn findings(world: &World) -> Vec<TicketId> {
    let report = world.guard.audit().verify().unwrap();
    let named = report.findings.iter().map(|finding| {
        let (_, rest) = finding.sentence.split_once("ticket ").unwrap();
        rest.split_once(':').unwrap().0.parse().unwrap()
    });
    named.collect()
}

/// Every deciding part of a row: edited, the ticket neither releases nor takes a vote.
#[test]
fn an_edited_row_is_not_believed() {
    type Edit = fn(&mut Ticket);
    let edits: Vec<(&str, Edit)> = vec![
        ("state", |row| row.state = TicketState::Approved),
        ("version", |row| row.version += 1),
        ("requester", |row| row.requester = "u-17".into()),
        ("set", |row| row.set.set("discount", 39)),
        ("action", |row| row.action = row.open_key.unwrap()),
        ("chain", |row| {
            row.chains = ApprovalChains::parse("finance_approval")
        }),
        ("asked", |row| row.asked.steps[0].quorum = 0),
        ("step", |row| row.step = 1),
        ("decisions", |row| row.decisions[0].role = "FINANCE".into()),
        ("reads", |row| row.reads.clear()),
        ("before", |row| row.before.set("discount", 19)),
        ("expires", |row| row.expires += Duration::days(9)),
        ("execute_by", |row| {
            row.execute_by = Some(row.created + Duration::days(9))
        }),
        ("spent_by", |row| row.spent_by = None),
        ("because", |row| row.because.clear()),
        ("event", |row| row.event = None),
        ("mac", |row| row.mac = None),
        ("both", |row| (row.event, row.mac) = (None, None)),
    ];
    let two = POLICY.replace("1 of SALES_MANAGER", "2 of SALES_MANAGER");
    for (what, edit) in edits {
        let world = world_with(&two);
        let id = asked(&world);
        let approvals = world.guard.approvals();
        approvals.approve(id, &manager(), "").unwrap();
        let genuine = stored(&world, id);
        let mut row = genuine.clone();
        edit(&mut row);
        if row == genuine {
            continue;
        }
        world.store.store.overwrite_ticket(row.clone()).unwrap();
        let vote = approvals.approve(id, &second_manager(), "");
        assert!(vote.is_err(), "{what}");
        row.state = TicketState::Approved;
        row.execute_by = Some(row.created + Duration::hours(1));
        world.store.store.overwrite_ticket(row).unwrap();
        assert!(world.guard.resume(id, &rep(), quote()).is_err(), "{what}");
        assert_eq!(findings(&world), [id], "{what}");
        assert!(
            !world.audit_text().contains("\"state\":\"reserved\""),
            "{what}"
        );
    }
}

/// A row that was changed is a problem of the health for as long as it stands, and no longer.
#[test]
fn a_repaired_or_removed_row_is_a_problem_no_longer() {
    let world = world();
    let rows = [to(20), to(21), to(22)].map(|changes| {
        let id = ticket(&world.propose(&rep(), "quote.draft", &changes));
        stored(&world, id)
    });
    let alter = |row: &Ticket| {
        let mut row = row.clone();
        row.requester = "u-9".into();
        world.store.store.overwrite_ticket(row).unwrap();
    };
    let repair = |row: &Ticket| world.store.store.overwrite_ticket(row.clone()).unwrap();
    let approvals = world.guard.approvals();
    let names = |row: &Ticket| {
        let problem = world.guard.health().problems().next().cloned();
        problem.is_some_and(|problem| problem.message.contains(&row.id.to_string()))
    };
    let look = || approvals.list(&manager()).unwrap().len();

    rows.iter().for_each(alter);
    assert_eq!(look(), 0);
    assert!(!world.guard.health().is_well());
    repair(&rows[2]);
    assert_eq!(look(), 1);
    assert!(names(&rows[0]), "another row is still faulty");
    repair(&rows[0]);
    let _ = approvals.sweep().unwrap();
    assert!(names(&rows[1]), "the sweeper looks as well");
    world.store.store.remove_ticket(rows[1].id).unwrap();
    let _ = approvals.sweep().unwrap();
    assert!(world.guard.health().is_well());
    alter(&rows[0]);
    assert_eq!(look(), 1);
    assert!(names(&rows[0]), "found again");
    repair(&rows[0]);
    assert_eq!(look(), 2);
    assert!(world.guard.health().is_well());
}

/// A row of before, put back with a valid MAC, is older than its last event.
#[test]
fn an_older_row_put_back_does_not_release_again() {
    let world = world();
    let id = granted(&world);
    let approved = stored(&world, id);
    let (op, _) = world.guard.resume(id, &rep(), quote()).unwrap();
    world
        .store
        .store
        .overwrite_ticket(approved.clone())
        .unwrap();
    let again = world.guard.resume(id, &rep(), quote()).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Tampered);
    let _ = op.complete("");
    world.store.store.overwrite_ticket(approved).unwrap();
    let again = world.guard.resume(id, &rep(), quote()).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Tampered);
    assert!(world.guard.approvals().cancel(id, &rep()).is_err());
    assert_eq!(findings(&world), [id]);
}

/// A ticket releases once, also to an operation that begins with it: a model that calls its tool again
/// applies nothing twice.
#[test]
fn a_ticket_releases_once_to_the_operation_that_holds_it() {
    let world = world();
    let id = granted(&world);
    let person = rep();
    let request = Request::new(&person, "quote.draft").entity("Quote");
    let mut op = world
        .guard
        .begin(request.context("sales_copilot").ticket(id))
        .unwrap();
    assert!(op.propose(&to(20)).unwrap().release().is_some());
    for _ in 0..3 {
        let decision = op.propose(&to(20)).unwrap();
        assert!(decision.release().is_none());
        assert_eq!(ticket(&decision), id);
    }
    op.complete("applied").unwrap();
    assert_eq!(state(&world, id), TicketState::Consumed);
}

/// A guard that has seen a ticket end does not see it come back, whatever version the row has.
#[test]
fn a_ticket_that_ended_does_not_release_under_a_higher_version() {
    let world = world();
    let id = granted(&world);
    let approved = stored(&world, id);
    let (op, _) = world.guard.resume(id, &rep(), quote()).unwrap();
    op.complete("").unwrap();
    let ended = stored(&world, id);
    let mut higher = approved;
    higher.version = ended.version + 4;
    world.store.store.overwrite_ticket(higher).unwrap();
    let again = world.guard.resume(id, &rep(), quote()).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Tampered);
}

/// What an edited row says of its state is no answer, whether or not that state has a time.
#[test]
fn an_edited_state_is_told_as_edited() {
    for edited in [
        TicketState::Approved,
        TicketState::Reserved,
        TicketState::Consumed,
        TicketState::Rejected,
        TicketState::Expired,
    ] {
        let world = world();
        let id = asked(&world);
        let mut row = stored(&world, id);
        row.state = edited;
        world.store.store.overwrite_ticket(row).unwrap();
        let refused = world.guard.resume(id, &rep(), quote()).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Tampered, "{edited:?}");
        let boss = Principal::user("acme", "m-1").role("SALES_MANAGER");
        let refused = world.guard.approvals().approve(id, &boss, "").unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Tampered, "{edited:?}");
    }
}

/// A row that was taken away, or put there by somebody else, is named.
#[test]
fn rows_and_events_belong_together() {
    let world = world();
    let id = granted(&world);
    assert!(findings(&world).is_empty());
    let mut foreign = stored(&world, id);
    foreign.id = TicketId::from(uuid::Uuid::from_u128(77));
    foreign.open_key = None;
    world.store.store.overwrite_ticket(foreign.clone()).unwrap();
    assert_eq!(findings(&world), [foreign.id]);
    let elsewhere = world_with(POLICY);
    let other = granted(&elsewhere);
    assert!(findings(&elsewhere).is_empty());
    elsewhere.store.store.remove_ticket(other).unwrap();
    assert_eq!(findings(&elsewhere), [other]);
}

#[test]
fn a_lost_race_is_on_record() {
    let world = world();
    let id = granted(&world);
    let before = stored(&world, id);
    let won = std::thread::scope(|scope| {
        let resume = || match world.guard.resume(id, &rep(), quote()) {
            Ok((op, _)) => {
                op.complete("").unwrap();
                1
            }
            Err(error) => {
                assert!(
                    ["TICKET_RESERVED", "TICKET_SPENT"].contains(&error.code())
                        || error.kind() == ErrorKind::Tampered,
                    "{error}"
                );
                0
            }
        };
        let racers: Vec<_> = (0..8).map(|_| scope.spawn(resume)).collect();
        racers
            .into_iter()
            .map(|one| one.join().unwrap())
            .sum::<i32>()
    });
    assert_eq!(won, 1);
    // A swap that was lost for certain: two voters who both saw version 1.
    assert!(before.version < stored(&world, id).version);
}

/// What was kept of the record goes when the ticket ends, and it was little before.
#[test]
fn a_ticket_keeps_little_and_nothing_once_it_has_ended() {
    let world = world();
    let id = granted(&world);
    let open = stored(&world, id);
    let kept: Vec<&str> = open.before.iter().map(|(name, _)| &**name).collect();
    assert_eq!(kept, ["discount", "id", "owner"]);
    assert!(!open.reads.is_empty());
    let text = format!("{:?}", open.reads);
    assert!(!text.contains("777"), "{text}");
    let (op, _) = world.guard.resume(id, &rep(), quote()).unwrap();
    op.complete("").unwrap();
    let ended = stored(&world, id);
    assert!(ended.before.is_empty() && ended.set.is_empty() && ended.reads.is_empty());
    assert_eq!(ended.open_key, None);
    let card = world.guard.approvals().show(id, &manager()).unwrap();
    assert!(card.changes.is_empty());
    assert_eq!(card.because, ["折扣超过销售代表权限: ‹not kept›"]);
}

/// Grants of roles that neither ask nor decide leave nothing of what they read in a ticket.
#[test]
fn a_ticket_keeps_what_its_readers_scopes_read_and_no_others() {
    let policy = POLICY
        .replace(
            "grant SALES_MANAGER on Quote {",
            "grant SALES_MANAGER on Quote where stage != WON {",
        )
        .replace(
            "grant FINANCE on Quote {",
            "grant FINANCE on Quote where cost_price > 1 CNY {",
        )
        + r#"grant AUDITOR on Quote where contact_phone is present { read id when amount > 1 CNY }"#;
    let world = world_with(&policy);
    let id = granted(&world);
    let open = stored(&world, id);
    let kept: Vec<&str> = open.before.iter().map(|(name, _)| &**name).collect();
    assert_eq!(kept, ["discount", "id", "owner", "stage"]);
    let card = |who| {
        world.guard.approvals().show(id, &who).unwrap().changes[0]
            .before
            .clone()
    };
    assert_eq!((&*card(manager()), &*card(rep())), ("5%", "5%"));
}

/// A rule on reading that came later reads a field that the ticket does not keep.
#[test]
fn what_a_ticket_does_not_keep_restricts() {
    let world = world();
    let id = asked(&world);
    let before = |world: &World| {
        let card = world.guard.approvals().show(id, &manager()).unwrap();
        card.changes[0].before.clone()
    };
    assert_eq!(before(&world), "5%");
    let later = POLICY.to_owned()
        + r#"rule won { on read of Quote when not (stage is missing) and stage == WON then hide discount }"#;
    world.guard.replace_policy(policy(&later)).unwrap();
    assert_eq!(before(&world), "‹hidden›");
}

#[test]
fn open_tickets_verify_under_the_key_before() {
    use crm_guardrails::audit::Keys;
    use std::sync::Arc;
    let world = world();
    let id = granted(&world);
    let open = |keys: Keys| {
        CoreGuard::builder()
            .policy(policy(POLICY))
            .store(world.store.clone())
            .clock(world.clock.clone())
            .entropy(Arc::new(CountingEntropy::default()))
            .keys(Arc::new(keys))
            .open()
            .unwrap()
    };
    let stranger = open(Keys::from_seed([4; 32]));
    let refused = stranger.resume(id, &rep(), quote()).unwrap_err();
    assert!(refused.kind() == ErrorKind::Tampered, "{refused}");
    let rotated = open(Keys::from_seed([4; 32]).with_previous([3; 32]));
    let (op, _) = rotated.resume(id, &rep(), quote()).unwrap();
    op.complete("").unwrap();
}

/// The state machine as a table: what is not in it does not happen.
#[test]
fn the_state_machine_is_this_table() {
    use TicketState::*;
    let ways = [
        (
            Pending,
            vec![Pending, Approved, Rejected, Expired, Cancelled, Stale],
        ),
        (Approved, vec![Reserved, ExpiredUnused, Cancelled, Stale]),
        (Reserved, vec![Consumed, Approved, Unknown]),
        (Unknown, vec![Consumed, ExpiredUnused]),
        (Consumed, vec![]),
        (Rejected, vec![]),
        (Expired, vec![]),
        (Cancelled, vec![]),
        (ExpiredUnused, vec![]),
        (Stale, vec![]),
    ];
    for (from, to) in &ways {
        for next in TicketState::ALL {
            assert_eq!(
                from.can_become(next),
                to.contains(&next),
                "{from:?} {next:?}"
            );
        }
        assert_eq!(from.is_terminal(), to.is_empty());
        assert_eq!(TicketState::from_word(from.as_str()), Some(*from));
    }
    let releasing = TicketState::ALL
        .into_iter()
        .filter(|state| state.can_become(Reserved));
    assert_eq!(releasing.collect::<Vec<_>>(), [Approved]);
}

/// A record's identifier is shown on a card as the reader may see it.
#[test]
fn an_identifier_is_shown_as_the_reader_may_see_it() {
    let text = POLICY
        .replace(
            "id            : text",
            "id : text @sensitivity(4) @pii(phone)",
        )
        .replace(
            "    read  * except cost_price\n",
            "    read  * except cost_price, id\n    mask id with phone\n",
        );
    let world = world_with(&text);
    let phone = quote().with("id", "13812345678");
    let changes = Changes::update(&phone).set("discount", 20);
    let id = ticket(&world.propose(&rep(), "quote.draft", &changes));
    let shown = |who: &Principal| {
        let card = world.guard.approvals().show(id, who).unwrap();
        card.record.to_string()
    };
    assert_eq!(shown(&rep()), "13812345678");
    assert_eq!(shown(&manager()), "138****5678");
    world.guard.approvals().approve(id, &manager(), "").unwrap();
    let load = |key: &RecordKey| {
        assert_eq!(&**key.id(), "13812345678");
        phone.clone()
    };
    let (op, _) = world.guard.resume(id, &rep(), load).unwrap();
    op.complete("").unwrap();
    assert_eq!(
        (&*shown(&rep()), &*shown(&manager())),
        ("‹hidden›", "‹hidden›")
    );
}

/// The same where only the permission tables say that the identifier is personal.
#[test]
fn an_identifier_that_the_tables_make_personal_is_not_shown_once_the_ticket_has_ended() {
    for pii in [false, true] {
        let world = world();
        let row = FieldPermission {
            tenant: "acme".into(),
            entity: "Quote".into(),
            field: "id".into(),
            sensitivity: 1,
            pii,
            encryption_required: false,
            roles: Vec::new(),
        };
        world.store.store.set_field_permission(row).unwrap();
        let _ = world.guard.refresh().unwrap();
        let id = asked(&world);
        let shown = |who: &Principal| {
            let card = world.guard.approvals().show(id, who).unwrap();
            card.record.to_string()
        };
        assert_eq!((&*shown(&rep()), &*shown(&manager())), ("q-1", "q-1"));
        world.guard.approvals().reject(id, &manager(), "").unwrap();
        let ended = if pii { "‹hidden›" } else { "q-1" };
        assert_eq!((&*shown(&rep()), &*shown(&manager())), (ended, ended));
    }
}
