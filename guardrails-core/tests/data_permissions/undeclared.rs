//! Dotted names lead into fields that no entity declares, through lists as if through their items.

use std::sync::Arc;

use guardrails_core::data::{FieldTable, Writable, view};
use guardrails_core::{FieldPermission, Name, Record, Value};

use super::world::*;

/// The entity declares no `extra`, and no grant speaks of it: the tables govern.
fn table_of(rows: &[(&str, &str)]) -> Arc<FieldTable> {
    let rows: Vec<FieldPermission> = rows
        .iter()
        .map(|(field, access)| row(QUOTE, field, "R", access))
        .collect();
    only(&policy(Vec::new()), &rows)
}

fn shown_of(extra: &str, rows: &[(&str, &str)]) -> String {
    let text = format!(r#"{{"id": "q-1", "extra": {extra}}}"#);
    let record = Record::from_json(QUOTE, &text).unwrap();
    let table = table_of(rows);
    view(&record, &table).to_json()
}

const EXTRA: &str = r#"{"phone": "13812345678", "note": "n", "deep": {"phone": "1", "x": 2},
    "people": [{"phone": "2", "name": "a"}, [{"phone": "3"}], "p"]}"#;

fn shown(rows: &[(&str, &str)]) -> String {
    shown_of(EXTRA, rows)
}

#[test]
fn a_hidden_name_inside_a_readable_field_is_heeded() {
    assert_eq!(
        shown(&[("extra", "READ"), ("extra.phone", "HIDDEN")]),
        r#"{"extra":{"deep":{"phone":"1","x":2},"note":"n","people":[{"name":"a","phone":"2"},[{"phone":"3"}],"p"]}}"#
    );
    assert_eq!(
        shown(&[
            ("extra", "READ"),
            ("extra.people.phone", "HIDDEN"),
            ("extra.deep", "HIDDEN")
        ]),
        r#"{"extra":{"note":"n","people":[{"name":"a"},[{}],"p"],"phone":"13812345678"}}"#
    );
    assert_eq!(
        shown(&[
            ("extra", "READ"),
            ("extra.deep.phone", "HIDDEN"),
            ("extra.people", "HIDDEN")
        ]),
        r#"{"extra":{"deep":{"x":2},"note":"n","phone":"13812345678"}}"#
    );
}

#[test]
fn masks_inside_and_around() {
    assert_eq!(
        shown_of(
            r#"{"phone": "13812345678", "note": "n"}"#,
            &[("extra", "READ"), ("extra.phone", "MASKED")]
        ),
        r#"{"extra":{"note":"n","phone":"138***678"}}"#
    );
    let masked = shown(&[("extra", "MASKED"), ("extra.phone", "READ")]);
    for secret in ["13812345678", r#""n""#, r#""a""#] {
        assert!(!masked.contains(secret), "{masked}");
    }
}

#[test]
fn what_is_inside_may_be_all_that_is_shown() {
    assert_eq!(
        shown(&[("extra.note", "READ")]),
        r#"{"extra":{"note":"n"}}"#
    );
    assert_eq!(
        shown(&[("extra.people.name", "READ")]),
        r#"{"extra":{"people":[{"name":"a"},[{}]]}}"#
    );
    assert_eq!(shown(&[("extra", "HIDDEN"), ("extra.note", "READ")]), "{}");
    assert_eq!(shown_of(r#""text""#, &[("extra.note", "READ")]), "{}");
    assert_eq!(
        shown_of(r#""text""#, &[("extra", "READ"), ("extra.note", "HIDDEN")]),
        r#"{"extra":"text"}"#
    );
}

#[test]
fn a_name_that_is_no_path_closes_what_stands_before_the_mistake() {
    for odd in ["extra.", "extra..phone", "extra.phone.", "extra.phone..x"] {
        let seen = shown(&[("extra", "READ"), (odd, "READ")]);
        assert!(!seen.contains("13812345678"), "{odd}: {seen}");
    }
    for odd in ["", ".", ".extra"] {
        assert_eq!(
            shown(&[("extra", "READ"), ("id", "READ"), (odd, "READ")]),
            "{}",
            "{odd}"
        );
    }
}

#[test]
fn nothing_tells_of_what_is_hidden_inside() {
    let table = table_of(&[("extra", "WRITE"), ("extra.phone", "HIDDEN")]);
    let path: Vec<Name> = ["extra", "phone"].map(Name::from).to_vec();
    assert_eq!(table.show(&path, &Value::from("13812345678")), "‹hidden›");
    assert!(table.hidden().contains(&"extra.phone".into()));
    assert_eq!(table.row("extra").unwrap().writable(), Writable::No);
    let table = table_of(&[("extra", "WRITE"), ("extra.phone", "WRITE")]);
    assert_eq!(table.row("extra").unwrap().writable(), Writable::Yes);
}
