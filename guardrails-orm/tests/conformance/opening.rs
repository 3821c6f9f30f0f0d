//! Opening and migrating.

use std::sync::Arc;

use guardrails_core::audit::{
    AuditReader, Conclusion, Finding, FindingKind, Journal, Keys, verify,
};
use guardrails_core::{ErrorKind, PermissionStore, RoleLine, RoleStore};
use guardrails_orm::{Database, OpenOptions, migrate};

use super::place::{Place, options};
use super::samples;

pub fn opens_twice(place: &Place) {
    let line = RoleLine {
        kind: "g".to_owned(),
        values: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()],
    };
    let first = place.open();
    let second = place.open();
    assert_eq!(
        first.add_role_lines(std::slice::from_ref(&line)).unwrap(),
        1
    );
    assert_eq!(second.role_lines().unwrap(), [line]);
}

pub fn two_may_migrate_at_once(place: &Place) {
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| migrate(&place.url, &options())))
            .collect();
        for done in all {
            done.join().unwrap().unwrap();
        }
    });
    assert_eq!(place.count("guard_revision"), 1);
    assert_eq!(place.count("guard_migration"), 1);
    Database::open(&place.url, options().require_schema()).unwrap();
}

pub fn refuses_tables_that_are_missing(place: &Place) {
    let error = Database::open(&place.url, options().require_schema()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup, "{error}");
    assert!(error.to_string().contains("tables"), "{error}");
    assert!(error.help().contains("migration"), "{error:#}");
}

pub fn refuses_tables_of_a_newer_release(place: &Place) {
    drop(place.open());
    place.sql("INSERT INTO guard_migration (version, applied_at) VALUES ('m2999_later', 0)");
    for options in [options(), options().require_schema(), options().inspect()] {
        let error = Database::open(&place.url, options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setup);
        assert!(error.to_string().contains("newer release"), "{error}");
    }
}

pub fn inspecting_writes_nothing(place: &Place) {
    let about = samples::context("acme", "u-1");
    place.open().commit(samples::intent(&about)).unwrap();
    place.sql("UPDATE guard_audit_log SET state = 'open', pid = 999999999");
    let store = Database::open(&place.url, options().inspect()).unwrap();
    assert_eq!(store.interrupted(), []);
    assert_eq!(store.logs().unwrap().len(), 1);
    let error = store.commit(samples::intent(&about)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
    assert!(error.to_string().contains("inspect"), "{error}");
    drop(store);
    assert_eq!(
        place.text("SELECT state FROM guard_audit_log").unwrap(),
        "open"
    );
}

pub fn another_key_is_refused_before_anything_is_written(place: &Place) {
    let about = samples::context("acme", "u-1");
    place.open().commit(samples::intent(&about)).unwrap();
    let another = OpenOptions {
        keys: Arc::new(Keys::from_seed([99; 32])),
        ..options()
    };
    let error = Database::open(&place.url, another.clone()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
    assert!(error.to_string().contains("another key"), "{error}");
    assert_eq!(place.count("guard_audit_log"), 1);
    // Looking needs no secret, so any key will do.
    Database::open(&place.url, another.inspect()).unwrap();
    // One checkpoint that somebody forged keeps nobody from working.
    place.open().commit(samples::intent(&about)).unwrap();
    place.sql("UPDATE guard_audit_checkpoint SET note = 'forged' WHERE created_at = (SELECT at FROM (SELECT MAX(created_at) AS at FROM guard_audit_checkpoint) AS latest)");
    place.open();
}

fn with_keys(keys: Keys) -> OpenOptions {
    OpenOptions {
        keys: Arc::new(keys),
        ..options()
    }
}

/// After a rotation the key before it alone is refused, also while a process goes on with it; the new
/// one alone is not.
pub fn a_key_that_was_rotated_away_is_refused(place: &Place) {
    let about = samples::context("acme", "u-1");
    let (old, new) = ([7; 32], [8; 32]);
    let open = |keys| Database::open(&place.url, with_keys(keys));
    let lagging = open(Keys::from_seed(old)).unwrap();
    lagging.commit(samples::intent(&about)).unwrap();
    // Nothing was signed with the new key yet.
    drop(open(Keys::from_seed(old)).unwrap());
    let rotated = || Keys::from_seed(new).with_previous(old);
    let store = open(rotated()).unwrap();
    store.commit(samples::intent(&about)).unwrap();
    let refuses_the_old = || {
        let error = open(Keys::from_seed(old)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setup);
        assert!(error.to_string().contains("a newer key"), "{error}");
    };
    refuses_the_old();
    lagging.commit(samples::intent(&about)).unwrap();
    refuses_the_old();
    drop((lagging, store));
    refuses_the_old();
    open(rotated()).unwrap();
    let alone = open(Keys::from_seed(new)).unwrap();
    // What the key before it signed is not proven without it, and is no finding with it.
    let report = verify(&*alone, &rotated().verifier()).unwrap();
    assert_eq!(report.conclusion(), Conclusion::Proven, "{report}");
    let report = verify(&*alone, &Keys::from_seed(new).verifier()).unwrap();
    assert_eq!(report.conclusion(), Conclusion::Findings, "{report}");
    let is_by_another = |found: &Finding| found.kind == FindingKind::CheckpointForged;
    assert!(report.findings.iter().all(is_by_another), "{report}");
}

pub fn works_inside_another_runtime(place: &Place) {
    place.wait(async {
        let store = place.open();
        store.revision().unwrap();
        store
            .commit(samples::intent(&samples::context("acme", "u-1")))
            .unwrap();
    });
}
