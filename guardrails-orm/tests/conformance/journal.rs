//! The audit journal, its derived rows, and reading it back.

use std::collections::BTreeSet;
use std::sync::Arc;

use guardrails_core::audit::{AuditReader, EventKind, Journal, Keys, RecordedEvent, verify};
use guardrails_core::{ErrorKind, LogId, Reason, Store};

use super::place::{Home, Place};
use super::samples::{access, context, decision, event, intent, mac, outcome};

pub fn keys() -> Keys {
    Keys::from_seed([7; 32])
}

/// A whole operation.
fn operate(store: &impl Store, tenant: &str) -> guardrails_core::OperationId {
    let about = context(tenant, "u-1");
    store.commit(intent(&about)).unwrap();
    store.record(access(&about)).unwrap();
    store.record(decision(&about)).unwrap();
    store.commit(outcome(&about)).unwrap();
    about.operation
}

pub fn an_acknowledged_event_is_there(home: &impl Home) {
    let store = home.open();
    assert_eq!(
        store.logs().unwrap(),
        [],
        "a log is opened by its first event"
    );
    let about = context("acme", "u-1");
    store.record(access(&about)).unwrap();
    let receipt = store.commit(intent(&about)).unwrap();
    assert_eq!(
        receipt.seq, 2,
        "after the opening and what was recorded before"
    );
    // Read through another store: what is acknowledged is in the database.
    let other = home.open();
    let logs = other.logs().unwrap();
    assert_eq!((logs[0].log, logs[0].size), (receipt.log, 3));
    let events = other.events(receipt.log, 0, 10).unwrap();
    let kinds: Vec<_> = events
        .iter()
        .map(|event| RecordedEvent::read(&event.payload).unwrap().kind.as_str())
        .collect();
    assert_eq!(kinds, ["log_opened", "data_access", "intent"]);
    assert_eq!(other.events(receipt.log, 1, 1).unwrap(), events[1..2]);
    assert_eq!(other.events(receipt.log, 3, 10).unwrap(), []);
}

pub fn dropping_the_store_writes_what_waits(place: &Place) {
    let store = place.open();
    let about = context("acme", "u-1");
    for _ in 0..100 {
        store.record(access(&about)).unwrap();
    }
    drop(store);
    let log = place.open().logs().unwrap().remove(0);
    assert_eq!(log.size, 101);
    assert_eq!(place.count("guard_audit_event"), 101);
    assert_eq!(
        place.text("SELECT state FROM guard_audit_log").unwrap(),
        "closed"
    );
}

pub fn events_are_derived_into_rows(place: &Place) {
    let store = place.open();
    operate(&*store, "acme");
    let refused = context("acme", "u-2");
    let reasons = vec![Reason::new("SKILL_SUSPENDED", "the skill is suspended")];
    store
        .commit(event(&refused, EventKind::Refused { reasons }))
        .unwrap();
    let ask = |column, user| {
        place.text(&format!(
            "SELECT {column} FROM ai_operation_audit WHERE user_id = '{user}'"
        ))
    };
    for (column, value) in [
        ("tenant_id", "acme"),
        ("user_role", "SALES_REP,华东"),
        ("ai_skill_id", "quote.draft"),
        ("operation_type", "update"),
        ("status", "completed"),
        ("risk_level", "MEDIUM"),
    ] {
        assert_eq!(ask(column, "u-1").as_deref(), Some(value), "{column}");
    }
    assert_eq!(ask("input_data_hash", "u-1"), Some(mac(2).to_string()));
    assert_eq!(ask("output_data_hash", "u-1"), Some(mac(3).to_string()));
    assert_eq!(ask("error_message", "u-1"), None);
    assert_eq!(ask("status", "u-2").as_deref(), Some("refused"));
    assert_eq!(
        ask("error_message", "u-2").as_deref(),
        Some("SKILL_SUSPENDED")
    );
    assert_eq!(place.count("data_access_log"), 1);
    assert_eq!(place.count("rule_validation_log"), 2);
    assert_eq!(
        place
            .text("SELECT record_ids FROM data_access_log")
            .unwrap(),
        r#"["q-1","q-2"]"#
    );
    assert_eq!(
        place
            .text("SELECT rule_place FROM rule_validation_log")
            .unwrap(),
        "sales.guard:7"
    );
    assert_eq!(store.derived_rows_that_differ().unwrap(), [""; 0]);
}

pub fn a_name_of_any_length_is_no_obstacle(home: &impl Home) {
    let store = home.open();
    let mut about = (*context("acme", "u-1")).clone();
    about.user = "户".repeat(5_000).into();
    about.tenant = "t\0".repeat(300).into();
    about.skill = "🙂".repeat(256).into();
    let about = Arc::new(about);
    store.commit(intent(&about)).unwrap();
    store.record(access(&about)).unwrap();
    store.commit(decision(&about)).unwrap();
    let events = store.operation(&about.tenant, about.operation).unwrap();
    assert_eq!(events.len(), 3);
    let read = RecordedEvent::read(&events[0].payload).unwrap();
    assert_eq!(read.about.unwrap().user, *about.user);
    // Cut alike in the column, and still another tenant.
    let other = format!("{}x", about.tenant);
    assert_eq!(store.operation(&other, about.operation).unwrap(), []);
    assert_eq!(store.derived_rows_that_differ().unwrap(), [""; 0]);
}

pub fn a_changed_row_is_named(place: &Place) {
    let store = place.open();
    let first = operate(&*store, "acme").to_string();
    let second = operate(&*store, "acme").to_string();
    assert_eq!(store.derived_rows_that_differ().unwrap(), [""; 0]);
    let differ = |sql: &str| {
        place.sql(sql);
        store.derived_rows_that_differ().unwrap()
    };
    let found = differ(&format!(
        "UPDATE ai_operation_audit SET status = 's3cret', user_id = 'u-9' \
         WHERE operation_id = '{first}'"
    ));
    assert_eq!(found.len(), 1, "{found:?}");
    for part in ["ai_operation_audit", &first, "`user_id`, `status`"] {
        assert!(found[0].contains(part), "{found:?}");
    }
    assert!(!found[0].contains("s3cret"));
    let found = differ(&format!(
        "DELETE FROM ai_operation_audit WHERE operation_id = '{second}'"
    ));
    assert!(
        found[1].contains(&second) && found[1].contains("missing"),
        "{found:?}"
    );
    let found = differ("UPDATE data_access_log SET withheld = 0 WHERE seq = 2");
    assert!(
        found
            .iter()
            .any(|s| s.contains("data_access_log") && s.contains("/2"))
    );
    let found = differ(
        "INSERT INTO rule_validation_log SELECT log_id, 999, position, operation_id, tenant_id, \
         user_id, entity_type, rule_name, rule_place, result, shadow, decision, validation_time \
         FROM rule_validation_log WHERE seq = 3",
    );
    let extra = |s: &&String| s.contains("rule_validation_log") && s.contains("no event");
    assert_eq!(found.iter().filter(extra).count(), 2, "{found:?}");
    let found = differ("UPDATE guard_audit_event SET tenant_id = 'globex' WHERE kind = 'outcome'");
    let column = |s: &&String| s.contains("guard_audit_event") && s.contains("`tenant_id`");
    assert_eq!(found.iter().filter(column).count(), 2, "{found:?}");
}

pub fn another_tenant_sees_no_event(home: &impl Home) {
    let store = home.open();
    let operation = operate(&*store, "acme");
    assert_eq!(store.operation("acme", operation).unwrap().len(), 4);
    for other in ["globex", "ACME", "acme ", ""] {
        assert_eq!(store.operation(other, operation).unwrap(), []);
    }
    // Not even when somebody moves the rows over.
    if let Some(place) = home.place() {
        place.sql("UPDATE guard_audit_event SET tenant_id = 'globex'");
    }
    assert_eq!(store.operation("globex", operation).unwrap(), []);
}

pub fn many_threads_commit_one_log(home: &impl Home) {
    let store = home.open();
    let receipts: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..8)
            .map(|_| {
                let store = &store;
                scope.spawn(move || {
                    let about = context("acme", "u-1");
                    let commit = |_| store.commit(intent(&about)).unwrap();
                    (0..25).map(commit).collect::<Vec<_>>()
                })
            })
            .collect();
        all.into_iter()
            .flat_map(|one| one.join().unwrap())
            .collect()
    });
    let places: BTreeSet<_> = receipts.iter().map(|receipt| receipt.seq).collect();
    assert_eq!(places, (1..=200).collect());
    let log = receipts[0].log;
    let stored = store.events(log, 0, 1_000).unwrap();
    let seqs: Vec<u64> = stored.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (0..=200).collect::<Vec<_>>());
}

pub fn the_next_log_names_the_heads_before(place: &Place) {
    let first = place.open();
    operate(&*first, "acme");
    let still_open = place.open();
    let about = context("acme", "u-1");
    still_open.commit(intent(&about)).unwrap();
    drop(first);
    let third = place.open();
    let log = third.commit(intent(&about)).unwrap().log;
    let opening = &third.events(log, 0, 1).unwrap()[0];
    let event = RecordedEvent::read(&opening.payload).unwrap();
    let guardrails_core::audit::RecordedKind::LogOpened { heads } = event.kind else {
        panic!("{event:?}");
    };
    let sizes: Vec<u64> = heads.iter().map(|head| head.size).collect();
    assert_eq!(sizes, [5, 2]);
    let states = |state: &str| {
        place
            .text(&format!(
                "SELECT CAST(COUNT(*) AS CHAR(9)) FROM guard_audit_log WHERE state = '{state}'"
            ))
            .unwrap()
    };
    assert_eq!((states("closed").trim(), states("open").trim()), ("1", "2"));
}

pub fn checkpoints_do_not_pile_up(place: &Place) {
    let store = place.open();
    let about = context("acme", "u-1");
    let mut log: Option<LogId> = None;
    for _ in 0..20 {
        log = Some(store.commit(intent(&about)).unwrap().log);
    }
    for _ in 0..1_100 {
        store.record(access(&about)).unwrap();
    }
    store.commit(outcome(&about)).unwrap();
    let notes = store.checkpoints(log.unwrap()).unwrap();
    assert_eq!(
        notes.len(),
        2,
        "the last below 1,024 events, and the latest"
    );
}

pub fn a_whole_audit_verifies(home: &impl Home) {
    let store = home.open();
    operate(&*store, "acme");
    operate(&*store, "globex");
    drop(store);
    let store = home.open();
    operate(&*store, "acme");
    let report = verify(&*store, &keys().verifier()).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.unproven, [""; 0]);
    let Some(place) = home.place() else {
        return;
    };
    place
        .sql("UPDATE guard_audit_event SET payload = REPLACE(payload, 'q-2', 'q-9') WHERE seq = 2");
    let error = verify(&*store, &keys().verifier())
        .unwrap()
        .into_result()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tampered);
    assert!(error.to_string().contains("event 2 of log"), "{error}");
}

pub fn a_fenced_writer_stops(place: &Place) {
    let store = place.open();
    let about = context("acme", "u-1");
    let receipt = store.commit(intent(&about)).unwrap();
    place.sql("UPDATE guard_audit_log SET state = 'recovered'");
    for _ in 0..2 {
        let error = store.commit(outcome(&about)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
        assert!(error.to_string().contains("another process"), "{error}");
    }
    assert!(
        store.record(outcome(&about)).is_err(),
        "not only commits are refused"
    );
    assert_eq!(store.events(receipt.log, 0, 10).unwrap().len(), 2);
}
