//! Views: what they hold, what they say of themselves, and what the audit is told.

use guardrails_core::Record;
use guardrails_core::data::{Mask, ViewNote, accessed, view};
use guardrails_core::process::Truth;
use std::sync::Arc;

use super::world::*;

fn rep() -> guardrails_core::policy::Policy {
    policy(vec![grant(
        "R",
        vec![
            read(&["id", "amount", "customer.name"]),
            mask(&["contact_phone"], Mask::Phone),
            mask(&["notes"], Mask::Scrub),
        ],
    )])
}

#[test]
fn a_view_shows_what_is_granted_and_nothing_else() {
    let (quote, table) = (quote(), only(&rep(), &[]));
    let seen = view(&quote, &table);
    let json = r#"{"amount":120000.5,"contact_phone":"138****5678","customer":{"name":"欧阳娜娜"},"id":"q-1","notes":"联系人张*，电话139****5678"}"#;
    assert_eq!(seen.to_json(), json);
    assert_eq!(seen.to_fields().to_json(), json);
    assert_eq!(seen.len(), 5);
    assert!(seen.value("cost_price").is_none());
    assert!(seen.value("internal_flag").is_none());
    assert_eq!(
        format!("{seen:?}"),
        "View(Quote: amount, contact_phone, customer, id, notes)"
    );
    let owned = seen.into_owned();
    assert_eq!(owned.to_json(), json);
    assert_eq!(
        format!("{owned:?}"),
        "View(Quote: amount, contact_phone, customer, id, notes)"
    );
    assert_eq!(owned.hidden().count(), 4);
}

#[test]
fn a_mask_is_the_same_however_often_and_in_whatever_way_somebody_looks() {
    let (quote, table) = (quote(), only(&rep(), &[]));
    let fresh = || view(&quote, &table);
    let looked_at = fresh();
    for (name, value) in looked_at.iter() {
        assert_eq!(looked_at.value(name), Some(value));
        assert_eq!(fresh().value(name), Some(value));
        assert_eq!(fresh().to_fields().value(name), Some(value));
        assert_eq!(looked_at.to_fields().value(name), Some(value));
    }
    assert_eq!(looked_at.to_json(), fresh().to_json());
    assert_eq!(looked_at.into_owned().to_json(), fresh().to_json());
}

#[test]
fn notes_name_what_is_masked_hidden_and_left_out() {
    let (quote, table) = (quote(), only(&rep(), &[]));
    let notes: Vec<String> = view(&quote, &table)
        .notes()
        .map(|note| note.to_string())
        .collect();
    assert_eq!(
        notes,
        [
            "`clauses` is hidden",
            "`contact_phone` is masked with phone",
            "`cost_price` is hidden",
            "`customer.parent` is hidden",
            "`customer.phone` is hidden",
            "`notes` is masked with scrub",
            "one undeclared field is left out",
        ]
    );
}

#[test]
fn a_hidden_field_is_listed_whether_or_not_it_has_a_value() {
    let table = only(&rep(), &[]);
    let bare = Record::from_json(QUOTE, r#"{"id":"q-2"}"#).unwrap();
    let quote = quote();
    let of = |record| view(record, &table).hidden().cloned().collect::<Vec<_>>();
    assert_eq!(of(&bare), of(&quote));
    assert!(
        !view(&bare, &table)
            .notes()
            .any(|note| matches!(note, ViewNote::Undeclared { .. }))
    );
}

#[test]
fn a_record_out_of_scope_has_no_fields() {
    let policy = policy(vec![scoped(grant("R", vec![read(&["id"])]), "mine")]);
    let table = table(&permissions(&policy, &[]), &[("mine", Truth::False)]);
    let quote = quote();
    let seen = view(&quote, &table);
    assert!(seen.is_empty());
    assert_eq!(seen.to_json(), "{}");
    assert_eq!(table.show(&["id".into()], &"q-1".into()), "‹hidden›");
}

#[test]
fn the_audit_shares_the_tables_list_where_the_record_is_whole() {
    let (quote, table) = (quote(), only(&rep(), &[]));
    let list = accessed(&view(&quote, &table));
    assert!(Arc::ptr_eq(&list, table.accessed()));
    let words: Vec<_> = list
        .iter()
        .map(|f| (&*f.field, f.access, f.mask, f.sensitivity))
        .collect();
    assert_eq!(
        words,
        [
            ("amount", "read", "", 2),
            ("clauses", "hidden", "", 1),
            ("contact_phone", "masked", "phone", 4),
            ("cost_price", "hidden", "", 5),
            ("customer", "read", "", 2),
            ("customer.name", "read", "", 2),
            ("customer.parent", "hidden", "", 1),
            ("customer.phone", "hidden", "", 3),
            ("id", "read", "", 1),
            ("notes", "masked", "scrub", 1),
        ]
    );
}

#[test]
fn the_audit_names_only_what_the_record_has() {
    let table = only(&rep(), &[]);
    let part = Record::from_json(QUOTE, r#"{"id":"q-2","cost_price":1,"amount":{"a":1}}"#).unwrap();
    let list = accessed(&view(&part, &table));
    let words: Vec<_> = list.iter().map(|f| (&*f.field, f.access)).collect();
    assert_eq!(
        words,
        [
            ("amount", "hidden"),
            ("cost_price", "hidden"),
            ("id", "read")
        ]
    );
}
