//! Schemas of PostgreSQL: the first one of `search_path` has the guard's tables, so that two guards,
//! and whatever else is in the database, keep out of each other's way.

use std::sync::Arc;

use guardrails_core::audit::{AuditReader, Conclusion, Journal, verify};
use guardrails_core::{ErrorKind, LimitStore, PermissionStore, RoleLine, RoleStore, TicketStore};
use guardrails_orm::Database;

use super::journal::keys;
use super::place::{Place, first_release, options};
use super::samples::{context, intent};

/// The two ways to write it in an address; the driver takes both.
fn address(place: &Place, schema: &str, way: usize) -> String {
    let setting = [
        format!("options=-c%20search_path%3D{schema}"),
        format!("options[search_path]={schema}"),
    ];
    format!("{}?{}", place.url, setting[way])
}

fn open(place: &Place, schema: &str, way: usize) -> Arc<Database> {
    Database::open(&address(place, schema, way), options()).unwrap()
}

fn tables_of(place: &Place, schema: &str) -> Vec<String> {
    place.texts(&format!(
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = '{schema}' ORDER BY 1"
    ))
}

pub fn two_guards_have_a_schema_each(place: &Place) {
    for schema in ["crm_a", "crm_b"] {
        place.sql(&format!("CREATE SCHEMA {schema}"));
    }
    // Somebody else's tables, with the names that the guard's have, elsewhere.
    place.sql("CREATE TABLE data_field_permission (mine text)");
    place.sql("CREATE TABLE guard_schema (mine text)");
    let stores = [open(place, "crm_a", 0), open(place, "crm_b", 1)];
    assert_eq!(tables_of(place, "crm_a"), tables_of(place, "crm_b"));
    assert!(tables_of(place, "crm_a").len() > 15);
    assert_eq!(tables_of(place, "public").len(), 2);
    let revisions = || stores.each_ref().map(|store| store.revision().unwrap());
    let before = revisions();
    let line = RoleLine {
        kind: "g".to_owned(),
        values: vec!["a".to_owned(), "b".to_owned()],
    };
    stores[0]
        .add_role_lines(std::slice::from_ref(&line))
        .unwrap();
    // An administrator of one schema, with a search path of another.
    place.sql(
        "INSERT INTO crm_a.data_field_permission (tenant_id, entity_type, field_name) \
         VALUES ('acme', 'Quote', 'amount')",
    );
    assert!(revisions()[0] > before[0]);
    assert_eq!(revisions()[1], before[1]);
    assert_eq!(stores[1].role_lines().unwrap(), []);
    assert_eq!(stores[1].field_permissions().unwrap(), []);
    for (store, size) in stores.iter().zip([3, 5]) {
        for _ in 0..size {
            store.commit(intent(&context("acme", "u-1"))).unwrap();
        }
        let report = verify(&**store, &keys().verifier()).unwrap();
        assert_eq!(report.conclusion(), Conclusion::Proven, "{report}");
        assert_eq!(store.logs().unwrap().len(), 1);
    }
    drop(stores);
    // Opened again, with the schema of the guard's first of several.
    let again = open(place, "crm_b,public", 0);
    assert_eq!(again.logs().unwrap().len(), 1);
    assert_eq!(tables_of(place, "public").len(), 2);
}

/// The tables of the first release become those of now where they are.
pub fn a_schema_of_the_first_release_is_migrated(place: &Place) {
    place.sql("CREATE SCHEMA crm_a");
    let fixture = first_release(place.server);
    place.sql(&format!("SET search_path = crm_a; {fixture}"));
    let store = open(place, "crm_a", 0);
    let report = verify(&*store, &keys().verifier()).unwrap();
    assert_eq!(report.findings, [], "{report}");
    assert_eq!(tables_of(place, "public"), [""; 0]);
    assert!(tables_of(place, "crm_a").contains(&"guard_audit_event".to_owned()));
}

pub fn a_schema_that_is_not_there_is_refused(place: &Place) {
    let error = Database::open(&address(place, "nowhere", 0), options()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup, "{error}");
    assert!(!error.help().is_empty(), "{error}");
    assert!(!error.to_string().contains("search_path"), "{error}");
    assert_eq!(tables_of(place, "public"), [""; 0]);
}

/// A function with the name of a built-in one does not stand in for it, wherever the path has it.
pub fn a_clock_of_somebody_else_moves_nothing(place: &Place) {
    place.sql("CREATE SCHEMA crm_a");
    place.sql(
        "CREATE FUNCTION crm_a.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS \
         $$ SELECT pg_catalog.now() - interval '10 minutes' $$",
    );
    for path in ["crm_a", "crm_a,pg_catalog"] {
        let offset = open(place, path, 0).clock_offset().unwrap();
        assert!(offset.num_minutes().abs() < 5, "{path}: {offset}");
    }
}

/// A store stays in the schema that it was opened in, though the path finds copies elsewhere by now.
pub fn a_store_stays_in_its_schema(place: &Place) {
    let store = Database::open(&place.url, options()).unwrap();
    let before = store.revision().unwrap();
    store.commit(intent(&context("acme", "u-1"))).unwrap();
    place.sql("CREATE SCHEMA AUTHORIZATION CURRENT_USER");
    for table in tables_of(place, "public") {
        place.sql(&format!(
            "CREATE TABLE {table} AS SELECT * FROM public.{table}"
        ));
    }
    let copies = place
        .text("SELECT current_schema()::text AS answer")
        .unwrap();
    assert_ne!(copies, "public");
    place.sql(&format!(
        "UPDATE \"{copies}\".guard_revision SET revision = revision + 9"
    ));
    place.sql(&format!("DELETE FROM \"{copies}\".guard_audit_event"));
    assert_eq!(store.revision().unwrap(), before);
    let receipt = store.commit(intent(&context("acme", "u-1"))).unwrap();
    assert_eq!(store.events(receipt.log, receipt.seq, 9).unwrap().len(), 1);
    assert_eq!(store.ticket_rows("", 9).unwrap().len(), 0);
    let report = verify(&*store, &keys().verifier()).unwrap();
    assert_eq!(report.conclusion(), Conclusion::Proven, "{report}");
}
