//! What is no name is refused alike, whatever the store: by the guard before a store is reached, and by a
//! store that is written to directly.

use std::sync::Arc;

use guardrails_core::audit::Keys;
use guardrails_core::policy::{Policy, SkillStatus};
use guardrails_core::{
    Clock, Entropy, ErrorKind, Fields, Guard, LogId, MemoryStore, OperationId, Principal, Record,
    Request, RoleLine, SkillStatusRow, Store, TicketId,
};

use super::place::{Now, Place, Random};

const BAD: [&str; 8] = [
    "a\0b",
    "\0",
    "a\nb",
    "a\u{7f}",
    "a\u{9b}b",
    "\u{202e}a",
    "a\u{200b}",
    "\u{feff}a",
];

pub fn what_is_no_name_is_refused_alike(place: &Place) {
    refused(place.open());
    refused(Arc::new(MemoryStore::new(
        Arc::new(Keys::from_seed([7; 32])),
        LogId::from(uuid::Uuid::nil()),
    )));
}

fn refused<S: Store + 'static>(store: Arc<S>) {
    let clock: Arc<dyn Clock> = Arc::new(Now);
    let entropy: Arc<dyn Entropy> = Arc::new(Random);
    let guard = Guard::builder()
        .policy(Policy::empty())
        .store(store.clone())
        .clock(clock)
        .entropy(entropy)
        .keys(Arc::new(Keys::from_seed([7; 32])))
        .open()
        .unwrap();
    let blank = ["", " ", "\u{3000}"];
    for bad in BAD.into_iter().chain(blank) {
        for person in [
            Principal::user(bad, "u-1"),
            Principal::user("acme", bad),
            Principal::user("acme", "u-1").role(bad),
        ] {
            by_the_guard(&guard, &person);
        }
        written(&*store, bad);
    }
    by_the_guard(&guard, &Principal::user("acme", "u-1").model("m"));
    let trace = guard
        .audit()
        .trace("a\0b", OperationId::from(uuid::Uuid::nil()));
    assert_eq!(trace.unwrap_err().kind(), ErrorKind::Input);
    // And what is a name reaches the store.
    let person = Principal::user("acme", "u-1").role("O'Brien; --");
    let error = guard.begin(Request::new(&person, "x")).unwrap_err();
    assert_eq!(error.code(), "SKILL_NOT_REGISTERED");
    assert_eq!(guard.approvals().list(&person).unwrap(), []);
    assert_eq!(store.role_lines().unwrap(), []);
    assert_eq!(store.skill_statuses().unwrap(), []);
}

fn by_the_guard(guard: &Guard, person: &Principal) {
    let id = TicketId::from(uuid::Uuid::nil());
    let approvals = guard.approvals();
    let deal = Record::new("Deal", Fields::new());
    let errors = [
        guard.begin(Request::new(person, "x")).map(drop),
        guard.resume(id, person, &deal).map(drop),
        approvals.list(person).map(drop),
        approvals.show(id, person).map(drop),
        approvals.approve(id, person, "").map(drop),
        approvals.reject(id, person, "").map(drop),
        approvals.cancel(id, person),
    ];
    for error in errors {
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Input, "{person:?}");
    }
}

fn written(store: &dyn Store, bad: &str) {
    let row = |tenant: &str, skill: &str| SkillStatusRow {
        tenant: tenant.into(),
        skill: skill.into(),
        status: SkillStatus::Active,
    };
    for row in [row(bad, "x"), row("acme", bad)] {
        assert_eq!(
            store.set_skill_status(&row).unwrap_err().kind(),
            ErrorKind::Input,
            "{row:?}"
        );
    }
    if bad.trim().is_empty() {
        // A role line with an empty value is kept, and closes what it may have closed.
        return;
    }
    let line = |kind: &str, value: &str| RoleLine {
        kind: kind.to_owned(),
        values: vec![value.to_owned(), "b".to_owned(), "acme".to_owned()],
    };
    for line in [line("g", bad), line(bad, "a")] {
        for error in [
            store.add_role_lines(std::slice::from_ref(&line)),
            store.remove_role_lines(&[line]),
        ] {
            assert_eq!(error.unwrap_err().kind(), ErrorKind::Input);
        }
    }
}
