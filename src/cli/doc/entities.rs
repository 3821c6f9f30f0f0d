//! Entities: their fields, and the matrix of who may do what with each.

use std::collections::BTreeSet;

use guardrails_rules::Bundle;

use super::matrix::Matrix;
use super::page::{Entity, Field};
use super::source::at;
use crate::policy::{self, Policy, Type};

/// Entities that grants speak of first, then those that are only parts of others; each in the order
/// of files and lines.
pub(super) fn entities(policy: &Policy, bundle: &Bundle) -> Vec<Entity> {
    let mut declared: Vec<&policy::Entity> =
        policy.entities.values().map(|entity| &**entity).collect();
    declared.sort_by(|a, b| a.place.cmp(&b.place));
    let mut entities: Vec<Entity> = declared
        .into_iter()
        .map(|one| entity(one, policy, bundle))
        .collect();
    entities.sort_by_key(|entity| entity.columns.is_empty());
    entities
}

fn entity(declared: &policy::Entity, policy: &Policy, bundle: &Bundle) -> Entity {
    let nested = nested_paths(declared, policy);
    let mut matrix = Matrix::new(policy, bundle, &declared.name, &nested);
    let mut written: Vec<&policy::Field> = declared.fields.iter().collect();
    written.sort_by_key(|field| field.place.start);
    let mut fields = Vec::new();
    for one in written {
        fields.push(field(one, one.name.to_string(), Depth::Top, &mut matrix));
        for path in nested.iter().filter(|path| first(path) == &*one.name) {
            if let Some(inner) = inside(path, declared, policy) {
                fields.push(field(inner, path.clone(), Depth::Nested, &mut matrix));
            }
        }
    }
    let part_of = |other: &policy::Entity| {
        other
            .fields
            .iter()
            .any(|field| holds(&field.ty, &declared.name))
    };
    Entity {
        name: declared.name.to_string(),
        doc: declared.doc.clone(),
        place: at(&declared.place),
        heads: matrix.heads(),
        columns: matrix.columns(),
        nested_only: policy.entities.values().any(|other| part_of(other)),
        fields,
        notes: matrix.notes,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Top,
    Nested,
}

fn field(field: &policy::Field, path: String, depth: Depth, matrix: &mut Matrix<'_>) -> Field {
    let members = match &field.ty {
        Type::Enum(members) => members.members.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    Field {
        cells: matrix.cells(&path),
        name: path,
        nested: depth == Depth::Nested,
        ty: field.ty.to_string(),
        members,
        optional: field.optional,
        sensitivity: field.sensitivity.level(),
        pii: field.pii.map(policy::PiiClass::as_str),
    }
}

/// Paths into nested entities that a grant names, in name order.
fn nested_paths(entity: &policy::Entity, policy: &Policy) -> BTreeSet<String> {
    let grants = policy
        .grants
        .iter()
        .filter(|grant| grant.entity == entity.name);
    let clauses = grants.flat_map(|grant| &grant.clauses);
    let names = clauses.flat_map(|clause| clause.fields.names());
    names
        .filter(|name| name.contains('.'))
        .map(ToString::to_string)
        .collect()
}

fn first(path: &str) -> &str {
    path.split('.').next().unwrap_or_default()
}

fn inside<'p>(
    path: &str,
    entity: &'p policy::Entity,
    policy: &'p Policy,
) -> Option<&'p policy::Field> {
    let (head, rest) = match path.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (path, None),
    };
    let field = entity.field(head)?;
    let Some(rest) = rest else { return Some(field) };
    let inner = policy
        .entities
        .values()
        .find(|other| holds(&field.ty, &other.name))?;
    inside(rest, inner, policy)
}

/// Whether a type is the entity, or a list of it.
fn holds(ty: &Type, entity: &str) -> bool {
    match ty {
        Type::Entity(name) => **name == *entity,
        Type::List(item) => holds(item, entity),
        _ => false,
    }
}
