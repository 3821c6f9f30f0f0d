//! Fields of nested entities.

use guardrails_core::data::{FieldTable, Mask, Writable, view};
use guardrails_core::policy::{FieldClause, Permission, WriteScope};
use guardrails_core::{FieldPermission, Name, Value};

use super::world::*;

fn customer(
    clauses: Vec<guardrails_core::policy::FieldClause>,
    rows: &[FieldPermission],
) -> String {
    let table = only(&policy(vec![grant("R", clauses)]), rows);
    shown(&table)
}

fn shown(table: &std::sync::Arc<FieldTable>) -> String {
    let quote = quote();
    view(&quote, table)
        .value("customer")
        .map_or("absent".to_owned(), |value| {
            let mut out = String::new();
            value.write_json(&mut out);
            out
        })
}

#[test]
fn reading_the_field_reads_what_the_nested_entity_declares() {
    assert_eq!(
        customer(vec![read(&["customer"])], &[]),
        r#"{"name":"欧阳娜娜","parent":{"name":"司马相如","phone":"13612345678"},"phone":"13712345678"}"#
    );
    assert_eq!(
        customer(
            vec![clause(all_except(&["customer.parent"]), Permission::Read)],
            &[]
        ),
        r#"{"name":"欧阳娜娜","phone":"13712345678"}"#
    );
}

#[test]
fn a_path_reads_no_more_than_it_names() {
    assert_eq!(
        customer(vec![read(&["customer.name"])], &[]),
        r#"{"name":"欧阳娜娜"}"#
    );
    assert_eq!(
        customer(vec![read(&["customer.parent.name"])], &[]),
        r#"{"parent":{"name":"司马相如"}}"#
    );
    assert_eq!(customer(vec![read(&["id"])], &[]), "absent");
}

#[test]
fn clauses_inside_and_outside_come_together() {
    assert_eq!(
        customer(
            vec![
                read(&["customer"]),
                mask(&["customer.phone"], Mask::Phone),
                hide(&["customer.parent"]),
            ],
            &[]
        ),
        r#"{"name":"欧阳娜娜","phone":"137****5678"}"#
    );
    assert_eq!(
        customer(vec![hide(&["customer"]), read(&["customer.name"])], &[]),
        "absent"
    );
    assert_eq!(
        customer(
            vec![mask(&["customer"], Mask::Redact), read(&["customer.name"])],
            &[]
        ),
        r#"{"name":"[CONFIDENTIAL]","parent":{"name":"[CONFIDENTIAL]","phone":"[CONFIDENTIAL]"},"phone":"[CONFIDENTIAL]"}"#
    );
    assert_eq!(
        customer(vec![mask(&["customer"], Mask::Name)], &[]),
        r#"{"name":"欧阳**","parent":{"name":"司马**","phone":"***"},"phone":"***"}"#
    );
}

#[test]
fn the_tables_narrow_a_nested_field_by_either_name() {
    let clauses = || vec![read(&["customer"]), read(&["customer.name"])];
    let expected = r#"{"name":"欧阳娜娜","parent":{"name":"司马相如","phone":"13612345678"}}"#;
    let by_path = [row(QUOTE, "customer.phone", "R", "HIDDEN")];
    assert_eq!(customer(clauses(), &by_path), expected);
    let by_entity = [row(CUSTOMER, "phone", "R", "HIDDEN")];
    assert_eq!(
        customer(clauses(), &by_entity),
        r#"{"name":"欧阳娜娜","parent":{"name":"司马相如"}}"#
    );
    let closed = [closed_to_ai(row(CUSTOMER, "phone", "R", "READ"))];
    assert_eq!(
        customer(vec![read(&["customer"])], &closed),
        r#"{"name":"欧阳娜娜","parent":{"name":"司马相如"}}"#
    );
    let whole = [row(QUOTE, "customer", "R", "HIDDEN")];
    assert_eq!(customer(clauses(), &whole), "absent");
    let parent = [row(CUSTOMER, "parent", "R", "HIDDEN")];
    assert_eq!(
        customer(vec![read(&["customer.parent.name"])], &parent),
        "absent"
    );
}

#[test]
fn a_nested_field_is_written_whole_or_not_at_all() {
    let writable = |clauses, rows: &[FieldPermission]| {
        only(&policy(vec![grant("R", clauses)]), rows)
            .row("customer")
            .unwrap()
            .writable()
    };
    assert_eq!(writable(vec![write(&["customer"])], &[]), Writable::Yes);
    assert_eq!(writable(vec![write(&["customer.name"])], &[]), Writable::No);
    let clauses = vec![write(&["customer"]), hide(&["customer.phone"])];
    assert_eq!(writable(clauses, &[]), Writable::No);
    let rows = [row(CUSTOMER, "phone", "R", "READ")];
    assert_eq!(writable(vec![write(&["customer"])], &rows), Writable::No);
}

#[test]
fn a_nested_field_is_written_as_far_as_each_part_of_it() {
    let beyond = |path: &str| FieldClause {
        permission: Permission::Write(WriteScope::Beyond),
        ..write(&[path])
    };
    let writable = |clauses, rows: &[FieldPermission]| {
        only(&policy(vec![grant("R", clauses)]), rows)
            .row("customer")
            .unwrap()
            .writable()
    };
    let whole = || vec![beyond("customer")];
    assert_eq!(writable(whole(), &[]), Writable::BeyondScope);
    let part = vec![write(&["customer"]), beyond("customer.name")];
    assert_eq!(writable(part, &[]), Writable::Yes);
    let rows = [row(CUSTOMER, "phone", "R", "READ")];
    assert_eq!(writable(whole(), &rows), Writable::No);
    let rows = [row(QUOTE, "customer", "R", "WRITE")];
    assert_eq!(writable(whole(), &rows), Writable::BeyondScope);
}

#[test]
fn sensitivity_inside_counts_where_it_is_shown() {
    let level = |clauses| {
        only(&policy(vec![grant("R", clauses)]), &[])
            .row("customer")
            .unwrap()
            .sensitivity()
            .level()
    };
    assert_eq!(level(vec![read(&["customer"])]), 3);
    assert_eq!(level(vec![read(&["customer.name"])]), 2);
}

#[test]
fn a_list_of_entities_is_filtered_item_by_item() {
    let table = only(&policy(vec![grant("R", vec![read(&["clauses"])])]), &[]);
    assert_eq!(
        view(&quote(), &table).to_json(),
        r#"{"clauses":[{"text":"自动续约"},{"text":"保密"}]}"#
    );
}

#[test]
fn what_is_not_as_declared_is_left_out() {
    let clauses = vec![read(&["customer", "notes", "amount", "clauses"])];
    let table = only(&policy(vec![grant("R", clauses)]), &[]);
    let record = quote()
        .with("customer", "c-17")
        .with("notes", quote().fields().value("customer").unwrap().clone())
        .with(
            "amount",
            vec![Value::from("1"), Value::from(quote().fields().clone())],
        )
        .with("clauses", vec!["a", "b"]);
    let view = view(&record, &table);
    assert_eq!(view.to_json(), r#"{"clauses":[]}"#);
}

#[test]
fn a_very_deep_value_is_cut() {
    let table = only(&policy(vec![grant("R", vec![read(&["customer"])])]), &[]);
    let mut value = quote().fields().value("customer").unwrap().clone();
    for _ in 0..100 {
        let fields = [("parent", value), ("name", Value::from("深"))];
        value = Value::from(fields.into_iter().collect::<guardrails_core::Fields>());
    }
    let json = view(&quote().with("customer", value), &table).to_json();
    assert!(!json.contains("欧阳"), "the innermost is out of reach");
    assert!(json.matches('深').count() <= 32);
}

#[test]
fn a_value_in_a_message_is_what_the_view_shows() {
    let clauses = vec![
        read(&["amount", "customer.name", "clauses"]),
        mask(&["contact_phone", "customer.phone"], Mask::Phone),
    ];
    let table = only(&policy(vec![grant("R", clauses)]), &[]);
    let path = |path: &str| path.split('.').map(Name::from).collect::<Vec<_>>();
    let quote = quote();
    let show = |at: &str, value: Value| table.show(&path(at), &value);
    let at = |at: &str| quote.fields().at(&path(at)).unwrap().clone();
    assert_eq!(show("amount", at("amount")), "120000.5");
    assert_eq!(show("amount", Value::Null), "‹missing›");
    assert_eq!(show("cost_price", at("cost_price")), "‹hidden›");
    assert_eq!(show("internal_flag", at("internal_flag")), "‹hidden›");
    assert_eq!(show("contact_phone", at("contact_phone")), "138****5678");
    assert_eq!(show("customer.name", at("customer.name")), "欧阳娜娜");
    assert_eq!(show("customer.phone", at("customer.phone")), "137****5678");
    assert_eq!(show("customer.vip", at("customer.vip")), "‹hidden›");
    assert_eq!(show("clauses.text", Value::from("保密")), "保密");
    assert_eq!(show("clauses.author", Value::from("王五")), "‹hidden›");
    assert_eq!(
        show("customer", at("customer")),
        r#"{"name":"欧阳娜娜","phone":"137****5678"}"#
    );
}
