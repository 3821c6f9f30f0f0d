//! Traces of one operation, and the store in memory that keeps them.

use std::time::Duration;

use chrono::TimeDelta;
use guardrails_core::audit::{
    AuditReader, Conclusion, Digests, Event, EventKind, Journal, OutcomeStatus, StepProof,
    StoredEvent, Trace, leaf_hash, shadow_report, trace, verify,
};
use guardrails_core::policy::{Digest, SkillStatus, Verb};
use guardrails_core::process::{Ticket, TicketState};
use guardrails_core::{
    ErrorKind, FieldPermission, Fields, LimitStore, MemoryStore, PermissionStore, RoleLine,
    RoleStore, SkillStatusRow, SkillStore, Store, Swap, Take, Taken, TicketId, TicketQuery,
    TicketStore,
};
use uuid::Uuid;

use crate::events::{
    Rows, access, context, decision, keys, log, operation, outcome, shadow, shadow_on_read, ticket,
    time,
};

fn store() -> MemoryStore {
    MemoryStore::new(keys(), log(1))
}

/// An operation that waited and was resumed by another, between events of a third.
fn recorded() -> MemoryStore {
    let store = store();
    let kinds = [
        EventKind::Intent,
        access(),
        decision(),
        ticket(TicketState::Pending, "u-17", ""),
        ticket(TicketState::Pending, "u-17", "REQUESTER_EXCLUDED"),
        ticket(TicketState::Approved, "u-2", ""),
        EventKind::Shadow(Box::new(shadow())),
        EventKind::Shadow(Box::new(shadow_on_read())),
        EventKind::Interrupted { log: log(1) },
        outcome(OutcomeStatus::Waiting),
    ];
    for (n, kind) in (0..).zip(kinds) {
        for of in [1, 2] {
            let event = Event {
                time: time(n),
                kind: kind.clone(),
                about: Some(context(of)),
                digests: Digests::default(),
            };
            store.record(event).unwrap();
        }
    }
    store
}

fn traced(reader: &dyn AuditReader) -> Trace {
    trace(reader, Some(&keys().verifier()), "acme", operation(1)).unwrap()
}

#[test]
fn a_trace_tells_the_operation_from_intent_to_outcome() {
    let trace = traced(&recorded());
    assert_eq!(trace.steps.len(), 10);
    insta::assert_snapshot!("trace", trace);
}

#[test]
fn a_trace_is_json_for_machines() {
    let json = serde_json::to_value(traced(&recorded())).unwrap();
    assert_eq!(json["about"]["tenant"], "acme");
    assert_eq!(json["steps"][0]["event"]["kind"], "intent");
    assert_eq!(json["steps"][0]["intact"], true);
}

#[test]
fn shadows_are_added_up_for_one_tenant() {
    let store = recorded();
    let report = shadow_report(&store, "acme").unwrap();
    let times: Vec<_> = report.answers.iter().map(|answer| answer.times).collect();
    assert_eq!(times, [2, 2]);
    assert_eq!(report.answers[0].last, operation(2));
    insta::assert_snapshot!("shadow_report", report);
    let nobody = shadow_report(&store, "globex").unwrap();
    assert_eq!(nobody.to_string(), "no shadow policy was asked");
}

#[test]
fn another_tenants_operation_does_not_exist() {
    let mut rows = Rows::default();
    rows.write_log(log(1), 2);
    for reader in [&recorded() as &dyn AuditReader, &rows] {
        for (tenant, of) in [("globex", 1), ("acme", 99)] {
            let error = trace(reader, None, tenant, operation(of)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound);
        }
    }
}

#[test]
fn a_trace_says_when_a_record_is_not_as_sealed() {
    let mut rows = Rows::default();
    rows.write_log(log(1), 2);
    let row = rows.row(log(1), 6);
    row.payload = row.payload.replace("cost_price", "list_price");
    let trace = traced(&rows);
    let intact: Vec<_> = trace.steps.iter().map(|step| step.intact).collect();
    assert_eq!(intact, [true, false, true, true]);
    assert!(trace.to_string().contains("NOT AS SEALED: record 6"));

    rows.row(log(1), 6).payload.push('}');
    let trace = traced(&rows);
    assert_eq!(trace.steps.len(), 3, "the others are told");
    let sentence = format!("event 6 of log {} is no audit record", log(1));
    assert_eq!(trace.unreadable, [&*sentence]);
    let text = trace.to_string();
    assert!(
        text.ends_with(&format!("\nCANNOT BE READ: {sentence}")),
        "{text}"
    );
    for seq in [5, 7, 8] {
        rows.row(log(1), seq).payload.push('}');
    }
    let error = crate::trail::trace(&rows, None, "acme", operation(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tampered);
}

#[test]
fn a_trace_says_what_no_verification_covers() {
    let proofs = |rows: &Rows| {
        let trace = traced(rows);
        let proofs: Vec<_> = trace.steps.iter().map(|step| step.proof).collect();
        (proofs, trace)
    };
    let mut rows = Rows::default();
    rows.write_log(log(1), 2);
    assert_eq!(proofs(&rows).0, [StepProof::Proven; 4]);
    let without_key = trace(&rows, None, "acme", operation(1)).unwrap();
    assert_eq!(without_key.conclusion(), Conclusion::NotProven);

    // Signed by nobody: whoever writes to the database can have written it.
    let mut unsigned = rows.clone();
    unsigned.checkpoints.truncate(1);
    let (found, told) = proofs(&unsigned);
    assert_eq!(found, [StepProof::NotProven; 4]);
    assert_eq!(told.conclusion(), Conclusion::NotProven);
    assert!(told.to_string().contains("NOT PROVEN: record 5"), "{told}");

    // Written anew together with its hash.
    let mut rewritten = rows.clone();
    let row = rewritten.row(log(1), 6);
    row.payload = row.payload.replace("cost_price", "list_price");
    row.leaf = leaf_hash(row.payload.as_bytes());
    assert_eq!(proofs(&rewritten).0, [StepProof::NotProven; 4]);

    // A whole operation under a log that nothing lists.
    let mut forged = Rows::default();
    forged.write_log(log(2), 2);
    forged.logs.clear();
    let (found, told) = proofs(&forged);
    assert_eq!(found, [StepProof::Unlisted; 4]);
    assert_eq!(told.conclusion(), Conclusion::Findings);
    assert!(
        told.to_string()
            .contains("its log is not in the list of logs"),
        "{told}"
    );

    // A genuine record copied to another place, and a proven one goes before a forged one.
    let mut copied = rows.clone();
    let copy = copied.row(log(1), 5).clone();
    copied.events.insert(0, StoredEvent { seq: 40, ..copy });
    let (found, told) = proofs(&copied);
    assert!(found.contains(&StepProof::Altered), "{found:?}");
    assert_eq!(told.about.user, "u-17");
}

#[test]
fn the_store_in_memory_numbers_seals_and_signs() {
    fn is_a_store(_: &dyn Store) {}
    let store = recorded();
    is_a_store(&store);
    let event = |n| Event {
        time: time(n),
        kind: EventKind::Intent,
        about: Some(context(3)),
        digests: Digests::default(),
    };
    let receipt = store.commit(event(20)).unwrap();
    assert_eq!((receipt.log, receipt.seq), (log(1), 21));
    let report = verify(&store, &keys().verifier()).unwrap();
    assert!(report.findings.is_empty(), "{report}");
    assert_eq!((report.logs[0].events, report.logs[0].proven), (22, 22));
    assert_eq!(store.commit(event(21)).unwrap().seq, 22);
    assert_eq!(store.events(log(1), 21, 10).unwrap().len(), 2);
    assert_eq!(store.checkpoints(log(1)).unwrap().len(), 2);
    assert!(store.events(log(9), 0, 10).unwrap().is_empty());

    store.restart_audit(log(2)).unwrap();
    assert!(store.logs().unwrap().is_empty());
    assert_eq!(store.commit(event(22)).unwrap().seq, 1);
}

#[test]
fn every_change_of_permissions_roles_and_skills_raises_the_revision() {
    let store = store();
    let mut last = store.revision().unwrap();
    let mut raised = || {
        let now = store.revision().unwrap();
        assert!(now > std::mem::replace(&mut last, now));
    };
    let row = FieldPermission {
        tenant: "acme".into(),
        entity: "Quote".into(),
        field: "cost_price".into(),
        sensitivity: 5,
        pii: false,
        encryption_required: false,
        roles: Vec::new(),
    };
    store.set_field_permission(row.clone()).unwrap();
    raised();
    let sensitivity = 4;
    store
        .set_field_permission(FieldPermission { sensitivity, ..row })
        .unwrap();
    raised();
    assert_eq!(store.field_permissions().unwrap()[0].sensitivity, 4);
    store
        .remove_field_permission("acme", "Quote", "cost_price")
        .unwrap();
    raised();
    assert!(store.field_permissions().unwrap().is_empty());

    let line = |role: &str| RoleLine {
        kind: "g".into(),
        values: vec!["u-1".into(), role.into(), "acme".into()],
    };
    assert_eq!(
        store
            .add_role_lines(&[line("A"), line("B"), line("A")])
            .unwrap(),
        2
    );
    raised();
    assert_eq!(store.remove_role_lines(&[line("A"), line("C")]).unwrap(), 1);
    raised();
    assert_eq!(store.role_lines().unwrap(), [line("B")]);

    let suspended = SkillStatusRow {
        tenant: "*".into(),
        skill: "quote.draft".into(),
        status: SkillStatus::Suspended,
    };
    store.set_skill_status(&suspended).unwrap();
    raised();
    assert_eq!(store.skill_statuses().unwrap(), [suspended]);
}

fn pending(id: u128, tenant: &str) -> Ticket {
    Ticket {
        id: TicketId::from(Uuid::from_u128(id)),
        tenant: tenant.into(),
        version: 1,
        state: TicketState::Pending,
        operation: operation(1),
        requester: "u-17".into(),
        skill: "quote.draft".into(),
        context: "sales_copilot".into(),
        entity: "Quote".into(),
        record: "Q-1".into(),
        verb: Verb::Update,
        before: Fields::new(),
        set: Fields::new(),
        reads: Default::default(),
        action: keys().value_mac("action", b""),
        open_key: None,
        policy: Digest::default(),
        chains: guardrails_core::ApprovalChains::parse("discount_chain"),
        asked: Default::default(),
        step: 0,
        decisions: Vec::new(),
        because: Vec::new(),
        created: time(0),
        expires: time(60),
        execute_by: Some(time(60)),
        spent_by: None,
        reserved_until: None,
        event: None,
        mac: None,
    }
}

#[test]
fn of_two_transitions_from_one_version_one_wins() {
    let store = store();
    let ticket = pending(1, "acme");
    store.insert_ticket(&ticket).unwrap();
    assert_eq!(
        store.insert_ticket(&ticket).unwrap_err().kind(),
        ErrorKind::Conflict
    );
    let next = Ticket {
        version: 2,
        state: TicketState::Approved,
        ..ticket.clone()
    };
    let won = std::thread::scope(|scope| {
        let swaps: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| store.swap_ticket(&next)))
            .collect();
        let swaps = swaps.into_iter().map(|swap| swap.join().unwrap().unwrap());
        swaps.filter(|swap| *swap == Swap::Done).count()
    });
    assert_eq!(won, 1);
    let foreign = Ticket {
        tenant: "globex".into(),
        version: 3,
        ..next.clone()
    };
    assert_eq!(store.swap_ticket(&foreign).unwrap(), Swap::Conflict);
    assert_eq!(store.ticket("acme", ticket.id).unwrap(), Some(next));
    assert_eq!(store.ticket("globex", ticket.id).unwrap(), None);
}

#[test]
fn open_tickets_are_the_tenants_own_oldest_first() {
    let store = store();
    for (id, tenant, state, age) in [
        (1, "acme", TicketState::Pending, 2),
        (2, "acme", TicketState::Consumed, 1),
        (3, "globex", TicketState::Pending, 1),
        (4, "acme", TicketState::Approved, 1),
    ] {
        let created = time(10 - age);
        store
            .insert_ticket(&Ticket {
                state,
                created,
                ..pending(id, tenant)
            })
            .unwrap();
    }
    let ids = |limit| {
        let query = TicketQuery {
            tenant: "acme",
            requester: "u-17",
            roles: &[],
            now: time(20),
            after: None,
            limit,
        };
        let open = store.open_tickets(&query).unwrap();
        open.iter()
            .map(|ticket| ticket.id.uuid().as_u128())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(10), [1, 4]);
    assert_eq!(ids(1), [1]);
}

#[test]
fn a_window_slides_exactly() {
    let store = store();
    let take = |amount, millis: i64| {
        let take = Take {
            key: "calls/acme/u-17",
            amount,
            most: 3,
            window: Duration::from_secs(60),
        };
        store
            .take(&take, time(0) + TimeDelta::milliseconds(millis))
            .unwrap()
    };
    let after = |millis| Taken::Exceeded {
        retry_after: Duration::from_millis(millis),
    };
    assert_eq!(take(1, 0), Taken::Granted);
    assert_eq!(take(2, 30_000), Taken::Granted);
    assert_eq!(take(1, 30_001), after(29_999));
    assert_eq!(take(2, 30_001), after(59_999));
    assert_eq!(take(4, 30_001), after(60_000));
    assert_eq!(take(0, 30_001), Taken::Granted);
    assert_eq!(take(1, 59_999), after(1));
    assert_eq!(take(1, 60_000), Taken::Granted);
    assert_eq!(take(1, 60_000), after(30_000));
    // A clock that was set back gives nothing twice, and nobody waits longer than the window.
    assert_eq!(take(1, 0), after(60_000));
    assert_eq!(take(3, 120_000), Taken::Granted);
}
