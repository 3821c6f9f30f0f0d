//! Processes that die.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use guardrails_core::audit::{AuditReader, Journal, RecordedEvent, verify};
use guardrails_core::policy::Policy;
use guardrails_core::{Clock as _, Guard, LimitStore as _, Part};
use guardrails_orm::Database;

use super::child::Victim;
use super::journal::keys;
use super::place::{Late, Now, Place, Random, Server, options};
use super::samples::{context, intent};

pub fn a_killed_process_loses_nothing_it_was_told_of(place: &Place) {
    drop(place.open());
    let told = Victim::start(place).kill_after(40);
    let store = place.open();
    let log = told[0].log.parse().unwrap();
    let stored = store.events(log, 0, usize::MAX).unwrap();
    for one in &told {
        let event = stored.iter().find(|event| event.seq == one.seq).unwrap();
        assert!(event.payload.contains(&one.operation));
    }
    let begun = told.iter().filter(|one| !one.ended);
    let ended: BTreeSet<_> = told
        .iter()
        .filter(|one| one.ended)
        .map(|one| &one.operation)
        .collect();
    let found: BTreeSet<_> = store
        .interrupted()
        .iter()
        .map(|operation| operation.operation.to_string())
        .collect();
    for one in begun.clone() {
        // The last one's end may be durable without the child having heard of it.
        let last = told.last().unwrap().operation == one.operation;
        let known = found.contains(&one.operation) || ended.contains(&one.operation);
        assert!(known || last, "{} is lost", one.operation);
    }
    assert!(
        found.len() >= 13,
        "every second of the operations was left open"
    );
    let first = &store.interrupted()[0];
    assert_eq!(
        (&*first.tenant, &*first.user, &*first.skill),
        ("acme", "u-1", "quote.draft")
    );
    let events = store.operation("acme", first.operation).unwrap();
    let last = RecordedEvent::read(&events.last().unwrap().payload).unwrap();
    assert_eq!(last.kind.as_str(), "interrupted");
    assert_eq!(store.derived_rows_that_differ().unwrap(), [""; 0]);
    let report = verify(&*store, &keys().verifier()).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(place.open().interrupted(), [], "told once");
}

pub fn a_dead_log_is_recovered_once(place: &Place) {
    let store = place.open();
    let about = context("acme", "u-1");
    store.commit(intent(&about)).unwrap();
    place.sql("UPDATE guard_audit_log SET pid = 999999999");
    let found: usize = std::thread::scope(|scope| {
        let all: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| place.open().interrupted().len()))
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!(found, 1);
    let status = place.text("SELECT status FROM ai_operation_audit").unwrap();
    assert_eq!(status, "interrupted");
    let states = place.text("SELECT state FROM guard_audit_log WHERE pid = 999999999");
    assert_eq!(states.as_deref(), Some("recovered"));
}

pub fn a_lease_of_another_machine_is_waited_for(place: &Place) {
    let store = place.open();
    let about = context("acme", "u-1");
    store.commit(intent(&about)).unwrap();
    place.sql("UPDATE guard_audit_log SET host = 'elsewhere'");
    assert_eq!(place.open().interrupted(), [], "its lease has not run out");
    place.sql("UPDATE guard_audit_log SET alive_until = opened_at WHERE host = 'elsewhere'");
    let store = place.open();
    assert_eq!(store.interrupted().len(), 1);
    assert_eq!(store.interrupted()[0].operation, about.operation);
}

pub fn a_node_with_a_wrong_clock_ends_nobody(place: &Place) {
    let store = place.open();
    let about = context("acme", "u-1");
    store.commit(intent(&about)).unwrap();
    place.sql("UPDATE guard_audit_log SET host = 'elsewhere'");
    for off in [11, 86_400, -11, -86_400] {
        let mut options = options();
        options.clock = Arc::new(Late(TimeDelta::seconds(off)));
        let other = Database::open(&place.url, options).unwrap();
        assert_eq!(other.interrupted(), [], "{off} s ahead");
        match (place.server, other.clock_offset()) {
            // An embedded database has no clock but the host's.
            (Server::Sqlite, offset) => assert_eq!(offset, None),
            (_, offset) => {
                let offset = offset.unwrap() + TimeDelta::seconds(off);
                assert!(offset.abs() < TimeDelta::seconds(2), "{offset}");
            }
        }
        // Its own lease is no longer and no shorter than another's.
        other.commit(intent(&about)).unwrap();
        place.sql("UPDATE guard_audit_log SET host = 'elsewhere'");
        assert_eq!(place.open().interrupted(), [], "ended one {off} s ahead");
    }
    store.commit(intent(&about)).unwrap();
}

pub fn deadlines_go_by_the_clock_that_all_nodes_share(place: &Place) {
    let mut options = options();
    options.clock = Arc::new(Late(TimeDelta::days(1)));
    let store = Database::open(&place.url, options).unwrap();
    let host = Now.now() + TimeDelta::days(1);
    let shared = store.deadline_time(host);
    match place.server {
        // An embedded database has no clock but the host's.
        Server::Sqlite => assert_eq!(shared, host),
        _ => assert!(
            (shared - Now.now()).abs() < TimeDelta::seconds(2),
            "{shared}"
        ),
    }
}

/// A node whose clock is off says so in its guard's health, once to whoever listens; one whose clock is
/// right, and one with an embedded database, do not.
pub fn a_wrong_clock_is_in_the_guards_health(place: &Place) {
    for off in [0, 86_400, -3] {
        let clock = Arc::new(Late(TimeDelta::seconds(off)));
        let mut options = options();
        options.clock = clock.clone();
        let store = Database::open(&place.url, options).unwrap();
        let heard: Arc<Mutex<Vec<Part>>> = Arc::default();
        let ears = heard.clone();
        let guard = Guard::builder()
            .policy(Policy::empty())
            .store(store)
            .clock(clock)
            .entropy(Arc::new(Random))
            .keys(Arc::new(keys()))
            .on_problem(move |problem| ears.lock().unwrap().push(problem.part))
            .open()
            .unwrap();
        for _ in 0..3 {
            let _ = guard.refresh().unwrap();
        }
        let health = guard.health();
        let is_shared = place.server != Server::Sqlite;
        let is_off = is_shared && off != 0;
        assert_eq!(health.clock.offset.is_some(), is_shared);
        assert_eq!(health.is_well(), !is_off, "{off}");
        assert_eq!(health.problems().count(), usize::from(is_off));
        assert_eq!(
            *heard.lock().unwrap(),
            vec![Part::Clock; usize::from(is_off)]
        );
    }
}
