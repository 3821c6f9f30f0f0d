//! The gate's laws, on random entities that nest in each other, random records and random changes.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::data::{PermissionQuery, Permissions, view};
use crate::facts::Datum;
use crate::policy::{FieldClause, FieldSet, Grant, Permission, Policy, Sensitivity, WriteScope};
use crate::{Record, Zone};

const MEMBERS: [&str; 4] = ["a", "b", "c", "d"];
const ENTITIES: [&str; 3] = ["X", "Y", "Z"];

fn a_type() -> impl Strategy<Value = Type> {
    let plain = prop::sample::select(vec![
        Type::Bool,
        Type::Int,
        Type::Decimal,
        Type::Text,
        Type::Date,
        Type::DateTime,
        Type::Duration,
    ]);
    let nested = prop::sample::select(ENTITIES.to_vec()).prop_map(|name| Type::Entity(name.into()));
    let leaf = prop_oneof![2 => plain, 2 => nested];
    leaf.prop_recursive(2, 3, 1, |item| {
        item.prop_map(|item| Type::List(Arc::new(item)))
    })
}

fn an_entity(name: &'static str) -> impl Strategy<Value = Entity> {
    let member = (any::<bool>(), a_type(), prop::bool::weighted(0.7));
    prop::collection::vec(member, MEMBERS.len()).prop_map(move |members| Entity {
        name: name.into(),
        doc: String::new(),
        fields: MEMBERS
            .iter()
            .zip(members)
            .filter(|(name, (declared, _, _))| *declared || **name == "a")
            .map(|(name, (_, ty, optional))| Field {
                name: (*name).into(),
                ty,
                optional,
                sensitivity: Sensitivity::PUBLIC,
                pii: None,
                place: Default::default(),
            })
            .collect(),
        place: Default::default(),
    })
}

/// Entities, all of which may be read and written.
fn a_policy() -> impl Strategy<Value = Policy> {
    let [x, y, z] = ENTITIES;
    (an_entity(x), an_entity(y), an_entity(z)).prop_map(|(x, y, z)| Policy {
        entities: [x, y, z]
            .map(|entity| (entity.name.clone(), Arc::new(entity)))
            .into(),
        grants: vec![Arc::new(Grant {
            role: "R".into(),
            entity: "X".into(),
            contexts: Vec::new(),
            scope: None,
            clauses: vec![FieldClause {
                fields: FieldSet::AllExcept(Vec::new()),
                permission: Permission::Write(WriteScope::Within),
                when: None,
                place: Default::default(),
            }],
            place: Default::default(),
        })],
        ..Policy::empty()
    })
}

/// Values with a mark that no message may hold.
fn a_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        Just(Value::from(7_771_777)),
        Just(Value::from("7771777.50")),
        Just(Value::from("7771777 text")),
        Just(Value::from("2026-03-02")),
        Just(Value::from("2026-03-02T10:00:00+08:00")),
        Just(Value::from("PT7771777S")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let member = (
            prop::sample::select(vec!["a", "b", "c", "d", "odd"]),
            inner.clone(),
        );
        prop_oneof![
            prop::collection::vec(inner, 0..3).prop_map(Value::from),
            prop::collection::vec(member, 0..4)
                .prop_map(|members| Value::from(Fields::from_iter(members))),
        ]
    })
}

fn some_fields() -> impl Strategy<Value = Fields> {
    let member = (prop::sample::select(MEMBERS.to_vec()), a_value());
    prop::collection::vec(member, 0..4).prop_map(Fields::from_iter)
}

fn table_of(policy: &Policy) -> Arc<FieldTable> {
    let roles = [Name::from("R")];
    let permissions = Permissions::resolve(&PermissionQuery {
        policy,
        rows: &[],
        tenant: "acme",
        roles: &roles,
        inherited: &[],
        entity: "X",
        context: "",
    });
    Arc::new(permissions.table(&[]))
}

/// Whether a tree holds what is declared and nothing else, in the form of its type.
fn is_declared(value: &Value, field: &Field, types: Types<'_>) -> bool {
    match value {
        Value::Null => field.optional,
        _ => is_of(value, &field.ty, types),
    }
}

fn is_of(value: &Value, ty: &Type, types: Types<'_>) -> bool {
    match (value, ty) {
        (Value::List(items), Type::List(item)) => items.iter().all(|each| is_of(each, item, types)),
        (Value::Object(members), Type::Entity(name)) => {
            let entity = &types.entities[name];
            let known = |(name, value): (&Name, &Value)| {
                entity
                    .field(name)
                    .is_some_and(|field| is_declared(value, field, types))
            };
            let there = |field: &Field| field.optional || members.value(&field.name).is_some();
            members.iter().all(known) && entity.fields.iter().all(there)
        }
        (Value::Null, _) => false,
        _ => scalar(value, ty, types.zone).as_ref() == Some(value),
    }
}

/// Whether two values read as the same data, by their declared type.
fn is_same(a: &Value, b: &Value, ty: &Type, types: Types<'_>) -> bool {
    match (a, b, ty) {
        (Value::List(a), Value::List(b), Type::List(item)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b.iter())
                    .all(|(a, b)| is_same(a, b, item, types))
        }
        (Value::Object(a), Value::Object(b), Type::Entity(name)) => {
            let entity = &types.entities[name];
            a.len() == b.len()
                && a.iter().zip(b.iter()).all(|((name, a), (other, b))| {
                    let field = entity.field(name).unwrap();
                    name == other && is_same(a, b, &field.ty, types)
                })
        }
        _ => Datum::read(a, ty, types.zone) == Datum::read(b, ty, types.zone),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// What passes is declared through and through, means the same and keeps its form; what does not is
    /// refused with at least one path and with no value; and nothing that a view leaves out is replaced.
    #[test]
    fn what_passes_is_the_declared_tree(
        policy in a_policy(),
        before in some_fields(),
        set in some_fields(),
    ) {
        let types = Types { entities: &policy.entities, zone: Zone::UTC };
        let table = table_of(&policy);
        let record = Record::new("X", before);
        let seen = view(&record, &table);
        let changes = Changes::update(&record).with_fields(set);
        let gate = WriteGate { types, table: &table, changes: &changes };
        for (name, value) in changes.fields() {
            let declared = policy.entities["X"].field(name);
            prop_assert_eq!(gate.barrier(name).is_none(), declared.is_some());
            let Some(field) = declared else { continue };
            match gate.typed(&table, name, value) {
                Ok(typed) => {
                    prop_assert!(is_declared(&typed, field, types));
                    prop_assert!(is_same(value, &typed, &field.ty, types));
                    prop_assert_eq!(gate.typed(&table, name, &typed).ok(), Some(typed));
                    prop_assert_eq!(seen.value(name), record.fields().value(name));
                }
                Err(reasons) => {
                    prop_assert!((1..=MAX_REFUSALS).contains(&reasons.len()));
                    for reason in &reasons {
                        let text = reason.message();
                        prop_assert!(text.starts_with(&format!("`{name}")), "{}", text);
                        prop_assert!(!text.contains("777") && !text.contains("2026"), "{}", text);
                    }
                    let dropped = reasons.iter().any(|reason| reason.code() == "FIELD_DROPS_UNSEEN");
                    prop_assert!(!dropped || seen.value(name) != record.fields().value(name));
                }
            }
        }
    }
}
