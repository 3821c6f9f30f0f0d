//! The permission tables: they narrow grants, and govern alone where there are none.

use guardrails_core::data::{Access, Mask, Source, Writable};
use guardrails_core::policy::{Policy, Sensitivity};

use super::world::*;

fn granted() -> Policy {
    policy(vec![grant(
        "R",
        vec![
            write(&["id", "amount", "notes", "cost_price"]),
            mask(&["contact_phone"], Mask::Phone),
        ],
    )])
}

fn default_mask(level: u8) -> Access {
    Access::Masked(Mask::Default(Sensitivity::new(level).unwrap()))
}

#[test]
fn each_access_word_narrows_as_it_says() {
    let cases = [
        ("WRITE", Access::Read, Writable::Yes),
        ("READ", Access::Read, Writable::No),
        ("MASKED", default_mask(2), Writable::No),
        ("AGGREGATED", Access::Hidden, Writable::No),
        ("HIDDEN", Access::Hidden, Writable::No),
        ("ANYTHING", Access::Hidden, Writable::No),
    ];
    for (word, expected, writable) in cases {
        let table = only(&granted(), &[row(QUOTE, "amount", "R", word)]);
        assert_eq!(access(&table, "amount"), expected, "{word}");
        assert_eq!(table.row("amount").unwrap().writable(), writable, "{word}");
        assert_eq!(
            access(&table, "notes"),
            Access::Read,
            "{word} is about another field"
        );
    }
}

#[test]
fn a_mask_of_the_policy_is_kept() {
    let table = only(&granted(), &[row(QUOTE, "contact_phone", "R", "MASKED")]);
    assert_eq!(access(&table, "contact_phone"), Access::Masked(Mask::Phone));
    let table = only(&granted(), &[row(QUOTE, "contact_phone", "R", "WRITE")]);
    assert_eq!(access(&table, "contact_phone"), Access::Masked(Mask::Phone));
}

#[test]
fn rows_never_widen_what_is_granted() {
    let ungranted = policy(vec![grant("R", vec![read(&["id"])])]);
    let table = only(&ungranted, &[row(QUOTE, "amount", "R", "WRITE")]);
    assert_eq!(access(&table, "amount"), Access::Hidden);
}

#[test]
fn rows_of_other_tenants_entities_and_roles_do_not_count() {
    let mut other_tenant = row(QUOTE, "amount", "R", "HIDDEN");
    other_tenant.tenant = "globex".into();
    let rows = [
        other_tenant,
        row("Contract", "amount", "R", "HIDDEN"),
        row(QUOTE, "amount", "S", "HIDDEN"),
    ];
    assert_eq!(access(&only(&granted(), &rows), "amount"), Access::Read);
    let mut all_tenants = row(QUOTE, "amount", "R", "HIDDEN");
    all_tenants.tenant = "*".into();
    assert_eq!(
        access(&only(&granted(), &[all_tenants]), "amount"),
        Access::Hidden
    );
}

#[test]
fn conditions_choose_the_row_and_no_row_is_hidden() {
    let masked = conditioned(
        row(QUOTE, "amount", "R", "MASKED"),
        r#"{"ai_context":"sales"}"#,
    );
    let read = conditioned(
        row(QUOTE, "amount", "R", "READ"),
        r#"{"ai_context":"mail"}"#,
    );
    let table = only(&granted(), &[masked, read.clone()]);
    assert_eq!(access(&table, "amount"), default_mask(2));
    assert_eq!(access(&only(&granted(), &[read]), "amount"), Access::Hidden);
    let broken = conditioned(row(QUOTE, "amount", "R", "READ"), "{not json");
    assert_eq!(
        access(&only(&granted(), &[broken]), "amount"),
        Access::Hidden
    );
}

#[test]
fn what_is_closed_to_ai_is_hidden_whatever_else_is_granted() {
    let policy = policy(vec![
        grant("R", vec![write(&["amount"])]),
        grant("S", vec![write(&["amount"])]),
    ]);
    let rows = [closed_to_ai(row(QUOTE, "amount", "S", "WRITE"))];
    for (roles, inherited) in [(&["R", "S"][..], &[][..]), (&["R"], &["S"])] {
        let table = table(&permissions_of(&policy, &rows, roles, inherited), &[]);
        assert_eq!(
            access(&table, "amount"),
            Access::Hidden,
            "{roles:?} {inherited:?}"
        );
        assert_eq!(table.row("amount").unwrap().writable(), Writable::No);
    }
    let table = table(&permissions(&policy, &rows), &[]);
    assert_eq!(access(&table, "amount"), Access::Read);
}

#[test]
fn an_inherited_grant_is_narrowed_by_the_assigned_roles_rows() {
    let policy = policy(vec![grant("BASE", vec![write(&["amount"])])]);
    let rows = [row(QUOTE, "amount", "BOSS", "MASKED")];
    let inherited = table(&permissions_of(&policy, &rows, &["BOSS"], &["BASE"]), &[]);
    assert_eq!(access(&inherited, "amount"), default_mask(2));
    let assigned = table(&permissions_of(&policy, &rows, &["BASE", "BOSS"], &[]), &[]);
    assert_eq!(access(&assigned, "amount"), Access::Read);
}

#[test]
fn sensitivity_is_the_higher_and_what_is_out_of_range_is_the_highest() {
    for (stored, expected) in [(1, 2), (4, 4), (0, 5), (9, 5), (-3, 5), (300, 5)] {
        let mut masked = row(QUOTE, "amount", "R", "MASKED");
        masked.sensitivity = stored;
        let table = only(&granted(), &[masked]);
        assert_eq!(access(&table, "amount"), default_mask(expected), "{stored}");
        assert_eq!(table.row("amount").unwrap().sensitivity().level(), expected);
    }
}

#[test]
fn without_any_grant_the_tables_govern() {
    let rows = [
        row(QUOTE, "amount", "R", "WRITE"),
        row(QUOTE, "notes", "R", "MASKED"),
        row(QUOTE, "internal_flag", "R", "READ"),
        row(QUOTE, "cost_price", "S", "READ"),
        conditioned(row(QUOTE, "id", "R", "READ"), r#"{"ai_context":"mail"}"#),
    ];
    let table = only(&policy(Vec::new()), &rows);
    assert!(!table.is_out_of_scope());
    assert_eq!(access(&table, "amount"), Access::Read);
    assert_eq!(table.row("amount").unwrap().writable(), Writable::Yes);
    assert_eq!(access(&table, "notes"), default_mask(1));
    assert_eq!(access(&table, "internal_flag"), Access::Read);
    assert_eq!(table.row("internal_flag").unwrap().writable(), Writable::No);
    for hidden in ["cost_price", "id", "contact_phone"] {
        assert_eq!(access(&table, hidden), Access::Hidden, "{hidden}");
    }
}

#[test]
fn a_grant_for_anybody_ends_the_tables_rule() {
    let policy = policy(vec![grant("S", vec![read(&["id"])])]);
    let table = only(&policy, &[row(QUOTE, "amount", "R", "READ")]);
    assert!(table.is_out_of_scope());
    assert_eq!(access(&table, "amount"), Access::Hidden);
}

#[test]
fn a_row_says_where_the_access_comes_from() {
    let table = only(&granted(), &[row(QUOTE, "amount", "R", "MASKED")]);
    let source = table.row("amount").unwrap().source().to_string();
    assert_eq!(source, "role_field_permission: R on Quote.amount is MASKED");
    assert!(matches!(
        table.row("id").unwrap().source(),
        Source::Grant { .. }
    ));
    assert_eq!(table.row("customer").unwrap().source(), &Source::Nobody);
}
