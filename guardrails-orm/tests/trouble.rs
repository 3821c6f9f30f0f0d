//! What can be wrong with a database: each a typed error that says what and what to do, soon, and
//! never with the address's password.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "tests; each binary uses a part of the shared files"
)]

mod conformance;

use std::time::Duration;

use conformance::guarded;
use conformance::place::{Place, Server, on, options};
use conformance::samples::{context, intent};
use guardrails_core::audit::{AuditReader, Journal};
use guardrails_core::{
    Error, ErrorKind, LimitStore, Part, PermissionStore, RoleLine, RoleStore, Take, TicketStore,
};
use guardrails_orm::{Database, OpenOptions};

/// Waits as shortly as every database allows.
fn impatient() -> OpenOptions {
    options()
        .busy_timeout(Duration::from_millis(50))
        .connect_timeout(Duration::from_millis(500))
}

fn refused(url: &str) -> Error {
    let error = Database::open(url, impatient()).unwrap_err();
    assert!(!error.help().is_empty(), "{error}");
    for text in [format!("{error:#}"), format!("{error:?}")] {
        assert!(!text.contains("s3cret"), "{text}");
    }
    error
}

fn assert_says(error: &Error, kind: ErrorKind, what: &str) {
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(what), "{error}");
}

#[test]
fn a_directory_that_is_not_there() {
    let error = refused("sqlite:///nowhere/at/all/guard.db?mode=rwc");
    assert_says(&error, ErrorKind::Setup, "no directory `/nowhere/at/all`");
}

#[test]
fn a_file_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let error = refused(&format!("sqlite://{}/guard.db", folder.path().display()));
    assert_says(&error, ErrorKind::Setup, "cannot be opened (SQLite 14)");
    assert!(error.help().contains("mode=rwc"), "{error:#}");
}

#[test]
fn a_file_that_is_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guard.db");
    std::fs::write(&file, "name,phone\n".repeat(1_000)).unwrap();
    let error = refused(&format!("sqlite://{}?mode=rwc", file.display()));
    assert_says(&error, ErrorKind::Setup, "not a database (SQLite 26)");
    let directory = refused(&format!("sqlite://{}?mode=rwc", folder.path().display()));
    assert_says(&directory, ErrorKind::Setup, "this is a directory");
}

#[test]
fn a_parameter_nobody_knows() {
    let error = refused("sqlite://guard.db?mode=s3cret");
    assert_says(&error, ErrorKind::Setup, "cannot be read");
}

#[test]
fn a_database_that_is_read_only() {
    on(Server::Sqlite, |place| {
        drop(place.open());
        let url = place.url.replace("mode=rwc", "mode=ro");
        let error = refused(&url);
        assert_says(&error, ErrorKind::Setup, "read-only (SQLite 8)");
        let look = Database::open(&url, impatient().inspect()).unwrap();
        assert_eq!(look.logs().unwrap(), []);
        let error = look.add_role_lines(&[]).unwrap_err();
        assert_says(&error, ErrorKind::Setup, "opened to inspect");
    });
}

#[test]
fn a_database_that_stays_locked() {
    on(Server::Sqlite, |place| {
        let store = Database::open(&place.url, impatient()).unwrap();
        let other = Database::open(&place.url, impatient()).unwrap();
        let about = context("acme", "u-1");
        let kept = store.commit(intent(&about)).unwrap();
        let lock = place.hold("INSERT INTO guard_limit_total VALUES ('held', 0)");
        let error = store.commit(intent(&about)).unwrap_err();
        assert_says(&error, ErrorKind::Store, "locked");
        let line = RoleLine {
            kind: "g".to_owned(),
            values: vec!["a".to_owned()],
        };
        let error = other
            .add_role_lines(std::slice::from_ref(&line))
            .unwrap_err();
        assert_says(
            &error,
            ErrorKind::Store,
            "locked by somebody else (SQLite 5)",
        );
        assert!(error.help().contains("busy_timeout"), "{error:#}");
        let error = refused(&place.url);
        assert_says(&error, ErrorKind::Store, "locked");
        store.revision().expect("readers do not wait for writers");
        drop(lock);
        other
            .add_role_lines(&[line])
            .expect("a lock is no end to a store");
        other
            .commit(intent(&about))
            .expect("nor to a journal that was not hit");
        let error = store.commit(intent(&about)).unwrap_err();
        assert_says(&error, ErrorKind::Store, "takes no more events");
        store.check().unwrap_err();
        other.check().unwrap();
        assert_eq!(other.events(kept.log, 0, 10).unwrap().len(), 2);
    });
}

/// Tables can be read all the time, so nothing but the journal tells that nothing is released any more.
#[test]
fn a_journal_that_has_failed_is_in_the_guards_health() {
    on(Server::Sqlite, |place| {
        let store = Database::open(&place.url, impatient()).unwrap();
        let guard = guarded::guard(&store);
        assert!(guard.health().is_well());
        let lock = place.hold("INSERT INTO guard_limit_total VALUES ('held', 0)");
        store.commit(intent(&context("acme", "u-1"))).unwrap_err();
        drop(lock);
        for _ in 0..2 {
            let health = guard.health();
            let problems: Vec<_> = health.problems().collect();
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert_eq!(problems[0].part, Part::Store);
            assert!(problems[0].message.contains("takes no more events"));
            assert!(!health.is_well());
            let _ = guard.refresh().unwrap();
        }
    });
}

/// An open file can be taken away on Linux: what is written then reaches nobody.
#[cfg(unix)]
#[test]
fn a_file_that_was_removed_or_replaced_takes_nothing_more() {
    type Change = fn(&std::path::Path);
    let changes: [Change; 3] = [
        |file| std::fs::remove_file(file).unwrap(),
        |file| {
            let backup = file.with_extension("backup");
            std::fs::copy(file, &backup).unwrap();
            std::fs::rename(backup, file).unwrap();
        },
        |file| {
            std::fs::remove_file(file).unwrap();
            std::fs::create_dir(file).unwrap();
        },
    ];
    let gone = |error: Error| {
        let told = format!("{error} {:?}", std::error::Error::source(&error));
        assert!(
            told.contains("was removed or replaced while it was open"),
            "{told}"
        );
    };
    for change in changes {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("guard.db");
        let url = format!("sqlite://{}?mode=rwc", file.display());
        let store = Database::open(&url, options()).unwrap();
        let guard = guarded::guard(&store);
        let id = guarded::asked(&guard, 20);
        let away = file.with_extension("away");
        std::fs::rename(&file, &away).unwrap();
        gone(store.check().unwrap_err());
        let is_told = || {
            let health = guard.health();
            health.problems().any(|problem| problem.part == Part::Store)
        };
        assert!(is_told());
        std::fs::rename(&away, &file).unwrap();
        let _ = guard.refresh().unwrap();
        assert!(guard.health().is_well());
        store.ticket("acme", id).unwrap().unwrap();

        change(&file);
        gone(store.ticket("acme", id).unwrap_err());
        gone(store.revision().unwrap_err());
        let line = RoleLine {
            kind: "g".to_owned(),
            values: ["A", "B", "acme"].map(str::to_owned).to_vec(),
        };
        gone(store.add_role_lines(&[line]).unwrap_err());
        gone(guard.refresh().unwrap_err());
        gone(store.commit(intent(&context("acme", "u-1"))).unwrap_err());
        let rep = guarded::rep();
        let begun = guardrails_core::Request::new(&rep, "quote.draft");
        assert_eq!(guard.begin(begun).unwrap_err().kind(), ErrorKind::Store);
        assert!(is_told());
    }
}

/// A ticket that has ended keeps nothing of its record, also where SQLite put it aside in the file.
#[test]
fn an_ended_ticket_leaves_nothing_in_the_file() {
    on(Server::Sqlite, |place| {
        let value = 987_654_321;
        let file = place.url.trim_start_matches("sqlite://");
        let file = std::path::PathBuf::from(file.split('?').next().unwrap());
        let found = || {
            let beside = std::fs::read_dir(file.parent().unwrap()).unwrap();
            let text = value.to_string();
            let has = |path: &std::path::PathBuf| {
                let bytes = std::fs::read(path).unwrap_or_default();
                bytes
                    .windows(text.len())
                    .any(|part| part == text.as_bytes())
            };
            let paths = beside.map(|entry| entry.unwrap().path());
            paths.filter(has).collect::<Vec<_>>()
        };
        let store = place.open();
        let guard = guarded::guard(&store);
        let id = guarded::granted(&guard, value);
        assert_ne!(found(), [""; 0].map(std::path::PathBuf::from));
        let (op, _) = guard.resume(id, &guarded::rep(), guarded::quote()).unwrap();
        op.complete("").unwrap();
        drop(guard);
        drop(store);
        assert_eq!(found(), [""; 0].map(std::path::PathBuf::from));
    });
}

#[test]
fn a_row_that_stays_locked() {
    fn held(place: &Place) {
        let store = Database::open(&place.url, impatient()).unwrap();
        let take = Take {
            key: "k",
            amount: 1,
            most: 9,
            window: Duration::from_secs(60),
        };
        let now = conformance::samples::moment();
        let _ = store.take(&take, now).unwrap();
        let lock = place.hold("UPDATE guard_limit_total SET total = total");
        let error = store.take(&take, now).unwrap_err();
        assert_says(&error, ErrorKind::Store, "locked by somebody else");
        drop(lock);
        let _ = store.take(&take, now).unwrap();
        assert_eq!(place.count("guard_limit_usage"), 2);
    }
    #[cfg(feature = "postgres")]
    on(Server::Postgres, held);
    #[cfg(feature = "mysql")]
    on(Server::Mysql, held);
    on(Server::Sqlite, held);
}

#[test]
fn a_disk_that_takes_no_more() {
    on(Server::Sqlite, |place| {
        drop(place.open());
        let (told, last_words) =
            conformance::child::Victim::start_with_little_disk(place).until_its_end();
        assert!(last_words.contains("disk"), "{last_words}");
        assert!(!told.is_empty());
        let store = place.open();
        let log = told[0].log.parse().unwrap();
        let stored = store.events(log, 0, usize::MAX).unwrap();
        let kept = |one: &conformance::child::Acknowledged| {
            let event = stored.iter().find(|event| event.seq == one.seq).unwrap();
            event.payload.contains(&one.operation)
        };
        assert!(told.iter().all(kept));
        let report =
            guardrails_core::audit::verify(&*store, &conformance::journal::keys().verifier());
        assert_eq!(report.unwrap().findings, []);
    });
}

#[test]
fn tables_that_were_dropped() {
    on(Server::Sqlite, |place| {
        let store = Database::open(&place.url, impatient()).unwrap();
        place.sql("DROP TABLE guard_approval_ticket");
        let error = store.ticket_rows("", 1).unwrap_err();
        assert_says(&error, ErrorKind::Store, "not there (SQLite 1)");
        place.sql("DELETE FROM guard_revision");
        let error = store.revision().unwrap_err();
        assert_says(&error, ErrorKind::Store, "guard_revision");
    });
}

#[test]
fn columns_with_anything_in_them() {
    on(Server::Sqlite, |place| {
        let store = Database::open(&place.url, impatient()).unwrap();
        place.sql(
            "INSERT INTO data_field_permission (id, tenant_id, entity_type, field_name, \
             sensitivity_level, pii_flag, encryption_required) \
             VALUES (7, 'acme', 'Quote', 'cost', 'high', 'yes', x'00')",
        );
        place.sql(
            "INSERT INTO role_field_permission (id, tenant_id, role_id, field_id, access_type, \
             ai_access_allowed, conditions) \
             VALUES (8, 'acme', 'SALES_REP', 7, x'ff', 'maybe', x'ff')",
        );
        let rows = store.permission_rows().unwrap();
        let columns: Vec<&str> = rows.unreadable.iter().map(|row| &*row.column).collect();
        assert_eq!(
            columns,
            [
                "encryption_required",
                "pii_flag",
                "sensitivity_level",
                "ai_access_allowed"
            ]
        );
        let row = &rows.readable[0];
        assert_eq!(
            (row.sensitivity, row.pii, row.encryption_required),
            (5, true, true)
        );
        let role = &row.roles[0];
        assert_eq!((role.access.as_str(), role.ai_access_allowed), ("", false));
        assert_eq!(role.conditions.as_deref(), Some("unreadable"));
        place.sql("UPDATE data_field_permission SET field_name = x'ff'");
        let error = store.field_permissions().unwrap_err();
        assert_says(
            &error,
            ErrorKind::Store,
            "`data_field_permission`, row 7: column `field_name`",
        );
    });
}

#[cfg(feature = "postgres")]
#[test]
fn a_postgres_server_that_is_not_there() {
    let error = refused("postgres://guard:s3cret@127.0.0.1:1/guard");
    assert_says(
        &error,
        ErrorKind::Store,
        "127.0.0.1:1/guard: the database server does not answer",
    );
}

#[cfg(feature = "mysql")]
#[test]
fn a_mysql_server_that_is_not_there() {
    let error = refused("mysql://guard:s3cret@127.0.0.1:1/guard?ssl-mode=disabled");
    assert_says(
        &error,
        ErrorKind::Store,
        "127.0.0.1:1/guard: the database server does not answer",
    );
}

#[cfg(feature = "postgres")]
#[test]
fn a_postgres_database_or_user_that_is_not_there() {
    on(Server::Postgres, |place| {
        let (base, _) = place.url.rsplit_once('/').unwrap();
        let error = refused(&format!("{base}/no_such_database"));
        assert_says(
            &error,
            ErrorKind::Setup,
            "no such database (SQLSTATE 3D000)",
        );
        place.sql("CREATE TABLE data_field_permission (mine INT)");
        let error = refused(&place.url);
        assert_eq!(error.kind(), ErrorKind::Setup, "{error}");
    });
}

#[cfg(feature = "mysql")]
#[test]
fn a_mysql_database_or_user_that_is_not_there() {
    on(Server::Mysql, |place| {
        let (base, _) = place.url.rsplit_once('/').unwrap();
        let error = refused(&format!("{base}/no_such_database"));
        assert_says(&error, ErrorKind::Setup, "no such database (MariaDB 1049)");
        let (_, host) = base.rsplit_once('@').unwrap();
        let error = refused(&format!("mysql://nobody:s3cret@{host}/test"));
        assert_says(&error, ErrorKind::Setup, "refuses this user (MariaDB 1");
    });
}

#[cfg(not(feature = "postgres"))]
#[test]
fn a_driver_that_is_not_built_in() {
    let error = refused("postgres://guard:s3cret@localhost/guard");
    assert_says(&error, ErrorKind::Setup, "no driver for PostgreSQL");
    assert!(error.help().contains("`postgres`"));
}

/// Not a test of its own: the process that runs out of disk.
#[test]
fn child_process() {
    conformance::child::run_if_asked();
}
