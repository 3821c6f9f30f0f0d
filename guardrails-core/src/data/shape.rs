//! What is shown of a nested entity when its field is readable and the policy says no more: its
//! declared fields, less what the permission tables say about the nested entity itself.
//!
//! One shape per entity that can be reached, by number, so that entities may nest in each other.
//! Rows of the tables on a nested entity count for every role of the principal, the strictest of
//! them: which grant made the outer field readable is not asked again inside.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::access::{Access, Writable};
use super::field_row::{FieldRow, Inner};
use super::mask::Form;
use super::permission::level::Level;
use super::permission::limit::Limit;
use super::permission::rows::TableRows;
use crate::policy::{Entity, Field, Policy, Sensitivity, Type};
use crate::value::Name;

/// The shapes of all entities that one entity reaches.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    all: Vec<Shape>,
    index: BTreeMap<Name, usize>,
}

#[derive(Debug)]
struct Shape {
    rows: Arc<[FieldRow]>,
    /// The highest sensitivity visible in it, at any depth.
    sensitivity: Sensitivity,
    /// Whether nothing in it is narrowed, at any depth.
    writable: Writable,
}

impl Shapes {
    /// The shapes of every entity that `entity` reaches.
    pub(super) fn reached_from(entity: &Entity, policy: &Policy, rows: &TableRows<'_>) -> Self {
        let mut shapes = Self::default();
        let mut entities: Vec<&Entity> = Vec::new();
        let mut waiting: Vec<&Entity> = vec![entity];
        while let Some(next) = waiting.pop() {
            for name in next
                .fields
                .iter()
                .filter_map(|field| field.ty.nested_entity())
            {
                if let Some(inner) = policy.entities.get(name)
                    && !shapes.index.contains_key(name)
                {
                    shapes.index.insert(name.clone(), entities.len());
                    entities.push(inner);
                    waiting.push(inner);
                }
            }
        }
        shapes.all = entities
            .iter()
            .map(|entity| shapes.shape(entity, rows))
            .collect();
        shapes.settle();
        shapes
    }

    fn shape(&self, entity: &Entity, rows: &TableRows<'_>) -> Shape {
        let rows: Arc<[FieldRow]> = entity
            .fields
            .iter()
            .map(|field| self.field_row(entity, field, rows))
            .collect();
        let narrowed = rows.iter().any(|row| row.writable == Writable::No);
        Shape {
            sensitivity: super::field_row::most_sensitive(&rows).unwrap_or(Sensitivity::PUBLIC),
            writable: if narrowed {
                Writable::No
            } else {
                Writable::BeyondScope
            },
            rows,
        }
    }

    fn field_row(&self, entity: &Entity, field: &Field, rows: &TableRows<'_>) -> FieldRow {
        let sensitivity = rows
            .sensitivity(&entity.name, &field.name)
            .map_or(field.sensitivity, |stored| stored.max(field.sensitivity));
        let limit = Limit::strictest(rows.nested_limits(&entity.name, &field.name));
        let level = Limit::narrow_inside(limit.as_ref(), Level::open(), sensitivity);
        FieldRow {
            name: field.name.clone(),
            access: level.access,
            writable: level.writable,
            sensitivity,
            floor: sensitivity,
            pii: field.pii,
            source: level.source,
            aggregable: level.aggregable,
            form: Form::of(&field.ty),
            inner: self.inner_of(&field.ty),
        }
    }

    /// Carries what a nested shape shows up to the shapes that hold it, until nothing changes; both
    /// only ever go one way, so this ends after at most as many rounds as there are shapes.
    fn settle(&mut self) {
        for _ in 0..self.all.len() {
            let settled: Vec<(Sensitivity, Writable)> =
                self.all.iter().map(|shape| self.of_rows(shape)).collect();
            let mut changed = false;
            for (shape, (sensitivity, writable)) in self.all.iter_mut().zip(settled) {
                changed |= shape.sensitivity != sensitivity || shape.writable != writable;
                shape.sensitivity = sensitivity;
                shape.writable = writable;
            }
            if !changed {
                return;
            }
        }
    }

    fn of_rows(&self, shape: &Shape) -> (Sensitivity, Writable) {
        let readable = shape.rows.iter().filter(|row| row.access == Access::Read);
        readable.fold(
            (shape.sensitivity, shape.writable),
            |(sensitivity, writable), row| {
                (
                    sensitivity.max(self.sensitivity(&row.inner)),
                    writable.and(self.writable(&row.inner)),
                )
            },
        )
    }

    /// What may be seen inside a field of this type.
    pub(super) fn inner_of(&self, ty: &Type) -> Inner {
        ty.nested_entity()
            .and_then(|name| self.index.get(name))
            .map_or(Inner::Scalar, |shape| Inner::Shape(*shape))
    }

    /// The rows of a shape, in name order.
    pub(super) fn rows(&self, shape: usize) -> &[FieldRow] {
        self.all.get(shape).map_or(&[], |shape| &shape.rows)
    }

    /// The highest sensitivity that is visible inside.
    pub(super) fn sensitivity(&self, inner: &Inner) -> Sensitivity {
        match inner {
            Inner::Shape(shape) => self
                .all
                .get(*shape)
                .map_or(Sensitivity::PUBLIC, |shape| shape.sensitivity),
            Inner::Rows(rows) | Inner::Open(rows, _) => {
                super::field_row::most_sensitive(rows).unwrap_or(Sensitivity::PUBLIC)
            }
            Inner::Anything | Inner::Scalar => Sensitivity::PUBLIC,
        }
    }

    /// How far all that is inside may be written: as far as the field around it, unless something inside
    /// is narrowed.
    pub(super) fn writable(&self, inner: &Inner) -> Writable {
        match inner {
            Inner::Shape(shape) => self
                .all
                .get(*shape)
                .map_or(Writable::No, |shape| shape.writable),
            Inner::Rows(rows) | Inner::Open(rows, _) => rows
                .iter()
                .fold(Writable::BeyondScope, |all, row| all.and(row.writable)),
            Inner::Anything | Inner::Scalar => Writable::BeyondScope,
        }
    }
}
