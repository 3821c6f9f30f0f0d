//! Grants alone: what one gives, and how several come together.

use guardrails_core::data::{Access, Mask, Writable};
use guardrails_core::policy::{Permission, Sensitivity};
use guardrails_core::process::Truth;

use super::world::*;

#[test]
fn what_nobody_grants_is_hidden() {
    let table = only(&policy(vec![grant("R", vec![read(&["id"])])]), &[]);
    assert_eq!(access(&table, "id"), Access::Read);
    assert_eq!(access(&table, "amount"), Access::Hidden);
    assert!(table.row("internal_flag").is_none());
    assert!(!table.is_out_of_scope());
}

#[test]
fn within_a_grant_the_strictest_clause_wins() {
    let clauses = vec![
        write(&["amount", "notes", "contact_phone"]),
        mask(&["notes", "contact_phone"], Mask::Scrub),
        mask(&["contact_phone"], Mask::Redact),
        hide(&["amount"]),
    ];
    let table = only(&policy(vec![grant("R", clauses)]), &[]);
    assert_eq!(access(&table, "amount"), Access::Hidden);
    assert_eq!(access(&table, "notes"), Access::Masked(Mask::Scrub));
    assert_eq!(
        access(&table, "contact_phone"),
        Access::Masked(Mask::Redact)
    );
    // A mask takes no writing away; hiding does.
    for row in table.rows() {
        let writable = match &**row.name() {
            "notes" | "contact_phone" => Writable::Yes,
            _ => Writable::No,
        };
        assert_eq!(row.writable(), writable, "{}", row.name());
    }
}

#[test]
fn what_is_written_is_not_hidden_in_the_same_grant() {
    let masked = || mask(&["amount"], Mask::Redact);
    let hidden = || hide(&["amount"]);
    let unless = |clause| when(clause, "c");
    let writes = || write(&["amount"]);
    let cases = [
        (vec![vec![writes(), masked()]], [true, true, true]),
        (vec![vec![writes(), hidden()]], [false, false, false]),
        (vec![vec![writes(), unless(hidden())]], [false, false, true]),
        (vec![vec![writes(), unless(masked())]], [true, true, true]),
        (vec![vec![unless(writes())]], [true, false, false]),
        (vec![vec![unless(writes()), masked()]], [true, false, false]),
        (vec![vec![masked()], vec![writes()]], [true, true, true]),
        (vec![vec![hidden()], vec![writes()]], [true, true, true]),
        (
            vec![vec![read(&["amount"])], vec![hidden(), writes()]],
            [false; 3],
        ),
    ];
    for (grants, expected) in cases {
        let text = format!("{grants:?}");
        let grants = grants.into_iter().map(|clauses| grant("R", clauses));
        let policy = policy(grants.collect());
        let permissions = permissions(&policy, &[]);
        let truths = [Truth::True, Truth::Unknown, Truth::False];
        let found = truths.map(|truth| {
            let table = table(&permissions, &[("c", truth)]);
            table.row("amount").unwrap().writable() == Writable::Yes
        });
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_nested_entity_is_written_through_masks_where_all_inside_may_be() {
    let writable = |clauses: Vec<Vec<_>>| {
        let grants = clauses.into_iter().map(|clauses| grant("R", clauses));
        let table = only(&policy(grants.collect()), &[]);
        table.row("customer").unwrap().writable() == Writable::Yes
    };
    let customer = || write(&["customer"]);
    assert!(writable(vec![vec![
        customer(),
        mask(&["customer.phone"], Mask::Phone)
    ]]));
    assert!(writable(vec![vec![
        customer(),
        mask(&["customer"], Mask::Redact)
    ]]));
    assert!(!writable(vec![vec![customer(), hide(&["customer.phone"])]]));
    // Opened by another grant, and written by this one.
    let opened = vec![
        vec![customer(), mask(&["customer"], Mask::Redact)],
        vec![read(&["customer.name"])],
    ];
    assert!(writable(opened));
}

#[test]
fn across_grants_the_most_permissive_wins() {
    let policy = policy(vec![
        grant(
            "R",
            vec![hide(&["amount"]), mask(&["contact_phone"], Mask::Phone)],
        ),
        grant("S", vec![write(&["amount"]), read(&["contact_phone"])]),
    ]);
    let one = table(&permissions(&policy, &[]), &[]);
    assert_eq!(access(&one, "amount"), Access::Hidden);
    let both = table(&permissions_of(&policy, &[], &["R", "S"], &[]), &[]);
    assert_eq!(access(&both, "amount"), Access::Read);
    assert_eq!(both.row("amount").unwrap().writable(), Writable::Yes);
    assert_eq!(access(&both, "contact_phone"), Access::Read);
    let inherited = table(&permissions_of(&policy, &[], &["R"], &["S"]), &[]);
    assert_eq!(access(&inherited, "amount"), Access::Read);
}

#[test]
fn all_fields_but_some_are_the_declared_ones() {
    let clauses = vec![clause(all_except(&["cost_price"]), Permission::Read)];
    let table = only(&policy(vec![grant("R", clauses)]), &[]);
    assert_eq!(access(&table, "cost_price"), Access::Hidden);
    assert_eq!(access(&table, "amount"), Access::Read);
    assert_eq!(table.rows().len(), 7);
    assert_eq!(table.max_sensitivity(), Sensitivity::new(4).unwrap());
}

#[test]
fn a_grant_holds_where_its_scope_surely_does() {
    let policy = policy(vec![scoped(grant("R", vec![read(&["id"])]), "mine")]);
    let permissions = permissions(&policy, &[]);
    for (truth, out) in [
        (Truth::True, false),
        (Truth::False, true),
        (Truth::Unknown, true),
    ] {
        let table = table(&permissions, &[("mine", truth)]);
        assert_eq!(table.is_out_of_scope(), out, "{truth:?}");
        assert_eq!(access(&table, "id") == Access::Hidden, out, "{truth:?}");
    }
}

#[test]
fn a_grant_of_another_role_or_context_does_not_hold() {
    let mut elsewhere = grant("R", vec![read(&["id"])]);
    elsewhere.contexts = vec!["mail".into()];
    let table = only(
        &policy(vec![elsewhere, grant("S", vec![read(&["id"])])]),
        &[],
    );
    assert!(table.is_out_of_scope());
    assert_eq!(access(&table, "id"), Access::Hidden);
}

#[test]
fn an_unknown_condition_gives_nothing_and_restricts() {
    let policy = policy(vec![grant(
        "R",
        vec![
            when(write(&["id"]), "c"),
            read(&["amount", "notes", "contact_phone"]),
            when(hide(&["amount"]), "c"),
            when(mask(&["notes"], Mask::Scrub), "c"),
            when(mask(&["cost_price"], Mask::Redact), "c"),
        ],
    )]);
    let permissions = permissions(&policy, &[]);
    let unknown = table(&permissions, &[("c", Truth::Unknown)]);
    assert_eq!(access(&unknown, "id"), Access::Hidden);
    assert_eq!(access(&unknown, "amount"), Access::Hidden);
    assert_eq!(access(&unknown, "notes"), Access::Masked(Mask::Scrub));
    assert_eq!(access(&unknown, "cost_price"), Access::Hidden);
    let known = table(&permissions, &[("c", Truth::True)]);
    assert_eq!(access(&known, "id"), Access::Read);
    assert_eq!(access(&known, "cost_price"), Access::Masked(Mask::Redact));
    let not = table(&permissions, &[("c", Truth::False)]);
    assert_eq!(access(&not, "amount"), Access::Read);
    assert_eq!(access(&not, "notes"), Access::Read);
}

#[test]
fn equal_conditions_are_evaluated_once() {
    let policy = policy(vec![
        scoped(
            grant(
                "R",
                vec![when(read(&["id"]), "a"), when(read(&["notes"]), "b")],
            ),
            "a",
        ),
        scoped(grant("R", vec![read(&["amount"])]), "b"),
    ]);
    assert_eq!(permissions(&policy, &[]).conditions().len(), 2);
}

#[test]
fn the_default_mask_takes_the_fields_sensitivity() {
    let default = Mask::from_word("default").unwrap();
    let policy = policy(vec![grant(
        "R",
        vec![mask(&["cost_price", "amount"], default)],
    )]);
    let table = only(&policy, &[]);
    let level = |level| Access::Masked(Mask::Default(Sensitivity::new(level).unwrap()));
    assert_eq!(access(&table, "cost_price"), level(5));
    assert_eq!(access(&table, "amount"), level(2));
}
