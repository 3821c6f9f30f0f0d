//! Tables of somebody else under the guard's names, and names that the guard is given.

use guardrails_core::audit::{AuditReader, Journal, verify};
use guardrails_core::{ErrorKind, PermissionStore, RoleLine, RoleStore, TicketStore};
use guardrails_orm::{Database, OpenOptions, migrate};

use super::journal::keys;
use super::place::{Place, Server, first_release, options};
use super::samples;

fn line(values: &[&str]) -> RoleLine {
    RoleLine {
        kind: "g".to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    }
}

/// Each way to open is refused, the table is named, and nothing was made or changed.
fn assert_refused(place: &Place, options: &OpenOptions, table: &str) {
    let before = place.tables();
    let refusals = [
        migrate(&place.url, options).unwrap_err(),
        Database::open(&place.url, options.clone()).unwrap_err(),
        Database::open(&place.url, options.clone().require_schema()).unwrap_err(),
        Database::open(&place.url, options.clone().inspect()).unwrap_err(),
    ];
    for error in refusals {
        assert_eq!(error.kind(), ErrorKind::Setup, "{error}");
        assert!(error.to_string().contains(&format!("`{table}`")), "{error}");
        assert!(error.help().contains("prefix"), "{error:#}");
    }
    assert_eq!(place.tables(), before);
}

pub fn an_applications_tables_are_left_alone(place: &Place) {
    place.sql(
        "CREATE TABLE casbin_rule (id INT, ptype VARCHAR(16), v0 VARCHAR(64), v1 VARCHAR(64))",
    );
    place.sql("INSERT INTO casbin_rule VALUES (1, 'g', 'seller', 'SALES_MANAGER')");
    place.sql("CREATE TABLE audit_log (id INT, what VARCHAR(64))");
    place.sql("CREATE TABLE approval_ticket (id INT)");
    let store = place.open();
    assert_eq!(store.role_lines().unwrap(), []);
    let about = samples::context("acme", "u-1");
    store.commit(samples::intent(&about)).unwrap();
    store.insert_ticket(&samples::ticket("acme")).unwrap();
    store.add_role_lines(&[line(&["a", "b", "c"])]).unwrap();
    drop(store);
    assert_eq!(place.open().role_lines().unwrap().len(), 1);
    assert_eq!(place.count("casbin_rule"), 1);
    assert_eq!(place.count("audit_log"), 0);
    assert_eq!(place.count("approval_ticket"), 0);
}

pub fn somebody_elses_table_is_refused_by_name(place: &Place) {
    for table in [
        "guard_casbin_rule",
        "guard_audit_log",
        "guard_migration",
        "guard_schema",
        "guard_revision",
        "guard_ticket_approver",
        "data_field_permission",
        "ai_operation_audit",
        "cleanup_log",
    ] {
        place.sql(&format!("CREATE TABLE {table} (mine INT)"));
        place.sql(&format!("INSERT INTO {table} VALUES (7)"));
        assert_refused(place, &options(), table);
        assert_eq!(place.count(table), 1);
        place.sql(&format!("DROP TABLE {table}"));
    }
    place.sql("CREATE VIEW data_access_log AS SELECT 1 AS one");
    assert_refused(place, &options(), "data_access_log");
    place.sql("DROP VIEW data_access_log");
    place.open();
}

/// The right columns make nothing the guard's.
pub fn a_table_that_only_looks_right_is_refused(place: &Place) {
    place.sql(
        "CREATE TABLE guard_casbin_rule (id BIGINT NOT NULL PRIMARY KEY, \
         ptype VARCHAR(16) NOT NULL, v0 VARCHAR(100) NOT NULL, v1 VARCHAR(100) NOT NULL, \
         v2 VARCHAR(100) NOT NULL, v3 VARCHAR(100) NOT NULL, v4 VARCHAR(100) NOT NULL, \
         v5 VARCHAR(100) NOT NULL)",
    );
    assert_refused(place, &options(), "guard_casbin_rule");
    place.sql("DROP TABLE guard_casbin_rule");
    place
        .sql("CREATE TABLE guard_revision (id INT NOT NULL PRIMARY KEY, revision BIGINT NOT NULL)");
    assert_refused(place, &options(), "guard_revision");
}

pub fn a_table_put_in_the_place_of_ours_is_refused(place: &Place) {
    drop(place.open());
    place.sql("DROP TABLE guard_limit_total");
    let error = Database::open(&place.url, options()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
    assert!(error.to_string().contains("`guard_limit_total`"), "{error}");
    place.sql("CREATE TABLE guard_limit_total (mine INT)");
    assert_refused(place, &options(), "guard_limit_total");
    place.sql("DROP TABLE guard_limit_total");
    place.sql("DELETE FROM guard_schema WHERE table_name = 'guard_audit_log'");
    let error = Database::open(&place.url, options()).unwrap_err();
    assert!(error.to_string().contains("`guard_audit_log`"), "{error}");
}

/// An administrator may add to the guard's tables what reports need.
pub fn a_column_that_was_added_is_no_obstacle(place: &Place) {
    drop(place.open());
    place.sql("ALTER TABLE ai_operation_audit ADD COLUMN cost_centre VARCHAR(16)");
    place.sql("CREATE INDEX mine ON ai_operation_audit (cost_centre)");
    let store = place.open();
    let about = samples::context("acme", "u-1");
    store.commit(samples::intent(&about)).unwrap();
}

/// The first release took what it found for its own.
pub fn what_the_first_release_took_over_is_refused(place: &Place) {
    place.sql(first_release(place.server));
    place.sql("ALTER TABLE casbin_rule ADD COLUMN created_by VARCHAR(16)");
    assert_refused(place, &options(), "casbin_rule");
    assert_eq!(place.count("casbin_rule"), 4);
    place.sql("ALTER TABLE casbin_rule DROP COLUMN created_by");
    place.sql("CREATE TABLE guard_audit_event (mine INT)");
    assert_refused(place, &options(), "guard_audit_event");
    place.sql("DROP TABLE guard_audit_event");
    assert_eq!(place.open().role_lines().unwrap().len(), 4);
}

pub fn a_prefix_names_the_tables(place: &Place) {
    let crm = options().table_prefix("crm_");
    let store = Database::open(&place.url, crm.clone()).unwrap();
    let about = samples::context("acme", "u-1");
    store.commit(samples::intent(&about)).unwrap();
    store.record(samples::access(&about)).unwrap();
    store.commit(samples::outcome(&about)).unwrap();
    let before = store.revision().unwrap();
    store.add_role_lines(&[line(&["a", "b", "c"])]).unwrap();
    assert!(store.revision().unwrap() > before);
    let ticket = samples::ticket("acme");
    store.insert_ticket(&ticket).unwrap();
    place.sql("UPDATE crm_approval_ticket SET state = 'granted'");
    let error = store.ticket("acme", ticket.id).unwrap_err();
    assert!(
        error.to_string().contains("`crm_approval_ticket`"),
        "{error}"
    );
    drop(store);
    let store = Database::open(&place.url, crm.inspect()).unwrap();
    let report = verify(&*store, &keys().verifier()).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(store.derived_rows_that_differ().unwrap(), [""; 0]);
    let ours = |name: &&String| name.starts_with("guard_");
    assert_eq!(place.tables().iter().filter(ours).count(), 0);
    // The tables that keep their names belong to one guard alone.
    assert_refused(place, &options(), "data_field_permission");
}

/// Two guards in one process, each with its own names.
pub fn two_prefixes_at_once(place: &Place) {
    let other = Place::of(place.server).unwrap();
    let open = |place: &Place, prefix: &str| {
        Database::open(&place.url, options().table_prefix(prefix)).unwrap()
    };
    let stores = [open(place, "crm_"), open(&other, "erp_")];
    for (store, name) in stores.iter().zip(["a", "b"]) {
        store.add_role_lines(&[line(&[name])]).unwrap();
    }
    for (store, name) in stores.iter().zip(["a", "b"]) {
        assert_eq!(store.role_lines().unwrap(), [line(&[name])]);
    }
    assert_eq!(
        (
            place.count("crm_casbin_rule"),
            other.count("erp_casbin_rule")
        ),
        (1, 1)
    );
}

pub fn the_first_release_moves_to_any_prefix(place: &Place) {
    place.sql(first_release(place.server));
    let store = Database::open(&place.url, options().table_prefix("crm_")).unwrap();
    assert_eq!(store.role_lines().unwrap().len(), 4);
    let before = store.revision().unwrap();
    place.sql("UPDATE data_field_permission SET sensitivity_level = 5 WHERE sensitivity_level = 4");
    place.sql("UPDATE data_field_permission SET sensitivity_level = 3 WHERE sensitivity_level = 2");
    assert!(store.revision().unwrap() > before);
    let report = verify(&*store, &keys().verifier()).unwrap();
    assert_eq!(report.findings, []);
    let ours = |name: &&String| name.starts_with("guard_");
    assert_eq!(place.tables().iter().filter(ours).count(), 0);
}

pub fn a_bad_prefix_is_refused(place: &Place) {
    for bad in [
        "",
        "Guard_",
        "a-b",
        "a\"b",
        "a b",
        "abcdefghijklmnopqrstuvwxy",
    ] {
        let error = Database::open(&place.url, options().table_prefix(bad)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setup, "{bad}");
        assert!(error.to_string().contains("prefix"), "{error}");
    }
    assert_eq!(place.tables(), [""; 0]);
}

/// What the database fills in by itself in the tables that administrators edit.
pub fn permission_rows_get_their_defaults(place: &Place) {
    let store = place.open();
    place.sql(
        "INSERT INTO data_field_permission (tenant_id, entity_type, field_name) \
         VALUES ('acme', 'Quote', 'cost')",
    );
    place.sql(
        "INSERT INTO role_field_permission (tenant_id, role_id, field_id, access_type, \
         aggregation_type) SELECT 'acme', 'SALES_REP', id, 'AGGREGATED', 'AVG' \
         FROM data_field_permission",
    );
    let stored = &store.field_permissions().unwrap()[0];
    assert_eq!(stored.sensitivity, 1);
    assert_eq!(stored.roles[0].aggregation.as_deref(), Some("AVG"));
    for table in ["data_field_permission", "role_field_permission"] {
        let times = |column: &str| {
            let cast = match place.server {
                Server::Mysql => format!("CAST({column} AS CHAR)"),
                _ => format!("CAST({column} AS TEXT)"),
            };
            place.text(&format!("SELECT {cast} FROM {table}")).unwrap()
        };
        assert_eq!(times("created_time")[..15], times("updated_time")[..15]);
        place.sql(&format!(
            "UPDATE {table} SET created_time = '2020-01-01 00:00:00', \
             updated_time = '2020-01-01 00:00:00'"
        ));
        place.sql(&format!("UPDATE {table} SET tenant_id = tenant_id"));
        assert_eq!(times("created_time")[..4], *"2020", "{table}");
        assert_ne!(times("updated_time")[..4], *"2020", "{table}");
    }
}
