//! A database that the first release filled opens with this one: it is migrated, nothing in it is
//! lost, its audit verifies, and work goes on in it. See `fixtures/first_release/README.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    dead_code,
    unreachable_pub,
    reason = "tests; each binary uses a part of the shared files"
)]

mod conformance;

use std::sync::Arc;
use std::time::Duration;

use conformance::place::{Place, Server, first_release, on};
use conformance::samples;
use guardrails_core::audit::{AuditReader, Journal, verify};
use guardrails_core::{
    LimitStore, OperationId, PermissionStore, RoleLine, RoleStore, SkillStore, Take, Taken,
    TicketId, TicketStore,
};
use guardrails_orm::Database;
use uuid::Uuid;

/// Every ticket of the fixture, with the state that it is stored in.
const TICKETS: [(&str, &str, &str); 11] = [
    ("acme", "019cad8f-ba91-7e9c-b13b-35732f1773a1", "pending"),
    ("globex", "019cad8f-bb26-7cbc-814e-e0fda43171b3", "pending"),
    ("acme", "019cad8f-bbbb-72b4-a9ff-440648e03d01", "consumed"),
    ("acme", "019cad90-aa98-7b5e-b64c-8c3d6997b003", "rejected"),
    ("acme", "019cad90-ab2d-7d50-b20e-8e1bd158fa33", "cancelled"),
    (
        "acme",
        "019cad90-abc2-7fae-95e8-79eb9e57f9dc",
        "expired_unused",
    ),
    ("acme", "019cb2ee-e51f-701f-b345-37f9365c2674", "expired"),
    ("acme", "019cb2b6-091e-7ec8-b500-a6f93e3ad26f", "stale"),
    ("acme", "019cb7dc-6495-73b9-84ce-4fabd49916c4", "approved"),
    ("globex", "019cb7dd-5372-79c0-af18-548ee5d64743", "approved"),
    ("acme", "019cb7de-424f-7fd4-ad7d-757d49d30204", "pending"),
];

fn opened(place: &Place) -> Arc<Database> {
    place.sql(first_release(place.server));
    place.open()
}

fn assert_sound(store: &Database) {
    let report = verify(store, &conformance::journal::keys().verifier()).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.unproven, [""; 0]);
    assert_eq!(store.derived_rows_that_differ().unwrap(), [""; 0]);
}

fn the_audit_is_whole(place: &Place) {
    let store = opened(place);
    assert_sound(&store);
    let sizes: Vec<u64> = store.logs().unwrap().iter().map(|log| log.size).collect();
    assert_eq!(sizes[..4], [92, 11, 25, 2]);
    assert_eq!(
        store.interrupted().len(),
        1,
        "the log of the killed process"
    );
    drop(store);
    let again = place.open();
    assert_eq!(again.interrupted(), []);
    assert_sound(&again);
}

fn rows_are_read(place: &Place) {
    let store = opened(place);
    let fields: Vec<String> = store
        .field_permissions()
        .unwrap()
        .iter()
        .map(|row| {
            let roles: Vec<String> = row
                .roles
                .iter()
                .map(|role| format!("{} {}", role.role, role.access))
                .collect();
            format!(
                "{} {}.{} {} {}",
                row.tenant,
                row.entity,
                row.field,
                row.sensitivity,
                roles.join(", ")
            )
        })
        .collect();
    assert_eq!(
        fields,
        [
            "acme Quote.amount 2 SALES_MANAGER WRITE, SALES_REP READ",
            "acme Quote.owner 3 SALES_MANAGER WRITE, SALES_REP READ, INTERN HIDDEN",
            "acme Quote.stage 1 SALES_MANAGER WRITE, SALES_REP READ",
            "globex Quote.amount 5 SALES_REP MASKED",
            "globex Customer.成本价 5 SALES_REP MASKED",
        ]
    );
    let lines: Vec<String> = store
        .role_lines()
        .unwrap()
        .iter()
        .map(|line| format!("{}, {}", line.kind, line.values.join(", ")))
        .collect();
    assert_eq!(
        lines,
        [
            "p, SALES_REP, acme, quote.draft, use, allow",
            "p, INTERN, *, quote.delete, use, deny",
            "g, 华东主管, SALES_MANAGER, acme",
            "g, LEAD, SALES_REP, globex",
        ]
    );
    assert_eq!(store.skill_statuses().unwrap().len(), 2);
}

fn tickets_keep_their_states(place: &Place) {
    let store = opened(place);
    for (tenant, id, state) in TICKETS {
        let id = TicketId::from(id.parse::<Uuid>().unwrap());
        let ticket = store.ticket(tenant, id).unwrap().unwrap();
        assert_eq!(ticket.state.as_str(), state, "{id:?}");
        assert!(store.ticket("initech", id).unwrap().is_none());
    }
    let rows = store.ticket_rows("", 100).unwrap();
    let open = |tenant: &str| {
        let tickets = rows.iter().map(|row| row.ticket.as_ref().unwrap());
        let open =
            tickets.filter(|ticket| &*ticket.tenant == tenant && !ticket.state.is_terminal());
        open.count()
    };
    assert_eq!((open("acme"), open("globex")), (3, 2));
}

fn work_goes_on(place: &Place) {
    let store = opened(place);
    let about = samples::context("acme", "u-1");
    store.commit(samples::intent(&about)).unwrap();
    store.record(samples::access(&about)).unwrap();
    store.commit(samples::decision(&about)).unwrap();
    store.commit(samples::outcome(&about)).unwrap();
    assert_sound(&store);

    let before = store.revision().unwrap();
    let line = RoleLine {
        kind: "g".to_owned(),
        values: vec!["新人".to_owned(), "SALES_REP".to_owned(), "acme".to_owned()],
    };
    assert_eq!(
        store.add_role_lines(std::slice::from_ref(&line)).unwrap(),
        1
    );
    assert_eq!(store.add_role_lines(&[line]).unwrap(), 0);
    assert!(store.revision().unwrap() > before);

    let ticket = samples::ticket("acme");
    store.insert_ticket(&ticket).unwrap();
    assert!(store.ticket("acme", ticket.id).unwrap().unwrap() == ticket);

    let take = Take {
        key: "limit:c07f16b4310ebde37f7ed5b27c6c98606ec8f6b9ca886da8242b8de9a60c150d",
        amount: 1,
        most: 2,
        window: Duration::from_secs(60),
    };
    let used = "2026-03-02T08:00:30Z".parse().unwrap();
    let taken = store.take(&take, used).unwrap();
    assert!(matches!(taken, Taken::Exceeded { .. }), "{taken:?}");
    let old: Uuid = "019cad8f-ac89-7f64-9aa0-d7c83f1b49af".parse().unwrap();
    let told = store.operation("acme", OperationId::from(old)).unwrap();
    assert_eq!(told.len(), 4);
}

macro_rules! suite {
    ($($test:ident)*) => {
        mod sqlite {
            $(#[test] fn $test() { super::on(super::Server::Sqlite, super::$test); })*
        }
        #[cfg(feature = "postgres")]
        mod postgres {
            $(#[test] fn $test() { super::on(super::Server::Postgres, super::$test); })*
        }
        #[cfg(feature = "mysql")]
        mod mariadb {
            $(#[test] fn $test() { super::on(super::Server::Mysql, super::$test); })*
        }
    };
}

suite! {
    the_audit_is_whole
    rows_are_read
    tickets_keep_their_states
    work_goes_on
}
