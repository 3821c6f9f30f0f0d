//! From policy and tables to the nodes of one entity: who speaks of which field.
//!
//! A field that holds a nested entity becomes a tree where a clause or a row speaks of something
//! inside it (`customer.name`). A clause on a field is also one on everything inside.

use std::collections::BTreeSet;
use std::sync::Arc;

use smallvec::SmallVec;

use super::limit::{Closings, Limit, Limits};
use super::node::{Node, Offer, OfferClause, Others};
use super::query::PermissionQuery;
use super::rows::TableRows;
use crate::data::field_row::{Inner, join};
use crate::data::grant_algebra::ClauseEffect;
use crate::data::mask::Form;
use crate::data::shape::Shapes;
use crate::diagnostic::Place;
use crate::policy::{
    Entity, Field, FieldSet, Permission, PiiClass, Policy, Sensitivity, WriteScope, and_around,
};
use crate::value::Name;

/// A clause with its condition by place.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    pub(super) fields: FieldSet,
    pub(super) permission: Permission,
    pub(super) when: Option<usize>,
    pub(super) place: Place,
}

/// A grant with its conditions by place.
pub(super) struct Resolved {
    pub(super) role: Name,
    pub(super) scope: Option<usize>,
    pub(super) clauses: Vec<Clause>,
}

/// What gives access to the entity.
pub(super) enum Given {
    /// The grants that apply to the principal.
    Grants(Vec<Resolved>),
    /// The rows of the tables; the policy grants nothing on the entity to anybody.
    Rows,
}

/// The nested entity that a field stands in; how far the tables narrow what holds it, and how
/// sensitive that is.
struct Outer<'a> {
    entity: Option<&'a Entity>,
    limit: Option<Limit>,
    floor: Sensitivity,
}

impl Outer<'_> {
    /// Around a record's own fields.
    const RECORD: Self = Self {
        entity: None,
        limit: None,
        floor: Sensitivity::PUBLIC,
    };

    /// INVARIANT: what narrows a field narrows everything inside it.
    fn limit_on(&self, field: &Field, rows: &TableRows<'_>) -> Option<Limit> {
        let entity = self.entity?;
        let own = rows.nested_limits(&entity.name, &field.name);
        Limit::strictest(own.into_iter().chain(self.limit.clone()))
    }
}

/// Makes the nodes of one entity.
pub(super) struct Planner<'a> {
    policy: &'a Policy,
    entity: &'a str,
    rows: &'a TableRows<'a>,
    given: Given,
    shapes: Arc<Shapes>,
    /// Every path that a clause or a row names.
    named: BTreeSet<Name>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        asked: &'a PermissionQuery<'_>,
        rows: &'a TableRows<'a>,
        given: Given,
    ) -> Self {
        let shapes = asked
            .policy
            .entities
            .get(asked.entity)
            .map(|entity| Shapes::reached_from(entity, asked.policy, rows));
        let fields = rows.fields(asked.entity);
        let mut named: BTreeSet<Name> = fields.into_iter().map(Name::from).collect();
        if let Given::Grants(grants) = &given {
            let clauses = grants.iter().flat_map(|grant| &grant.clauses);
            named.extend(clauses.flat_map(|clause| clause.fields.names()).cloned());
        }
        Self {
            policy: asked.policy,
            entity: asked.entity,
            rows,
            given,
            shapes: Arc::new(shapes.unwrap_or_default()),
            named,
        }
    }

    pub(super) fn shapes(&self) -> Arc<Shapes> {
        self.shapes.clone()
    }

    /// A node per declared field, in name order; and where the tables govern or no entity is
    /// declared, one per field that is named.
    pub(super) fn nodes(&self) -> Vec<Node> {
        let entity = self.policy.entities.get(self.entity);
        let mut nodes: Vec<Node> = entity
            .iter()
            .flat_map(|entity| &entity.fields)
            .map(|field| self.node(field, &field.name, Outer::RECORD))
            .collect();
        let declared = |name: &str| entity.is_some_and(|entity| entity.field(name).is_some());
        if entity.is_none() || matches!(self.given, Given::Rows) {
            let others = self.named_inside("").into_iter();
            nodes.extend(
                others
                    .filter(|name| !declared(name))
                    .map(|name| self.undeclared(&name, &name, Sensitivity::PUBLIC)),
            );
        }
        nodes.sort_by(|a, b| a.name.cmp(&b.name));
        nodes
    }

    /// The fields right inside `path` that a clause or a row names, or names something inside of; of
    /// the record itself for an empty path.
    fn named_inside(&self, path: &str) -> BTreeSet<Name> {
        let inside = |name: &'_ Name| -> Option<Name> {
            let rest = match path {
                "" => name,
                path => name.strip_prefix(path)?.strip_prefix('.')?,
            };
            rest.split('.').next().map(Name::from)
        };
        self.named.iter().filter_map(inside).collect()
    }

    fn node(&self, field: &Field, path: &Name, outer: Outer<'_>) -> Node {
        let sensitivity = self.sensitivity(field, path, &outer);
        let inside = outer.limit_on(field, self.rows);
        let nested = field
            .ty
            .nested_entity()
            .and_then(|name| self.policy.entities.get(name));
        let children = nested.filter(|_| self.speaks_inside(path)).map(|nested| {
            let fields = nested.fields.iter();
            fields
                .map(|field| {
                    let outer = Outer {
                        entity: Some(nested),
                        limit: inside.clone(),
                        floor: sensitivity,
                    };
                    self.node(field, &join(path, &field.name), outer)
                })
                .collect()
        });
        Node {
            name: field.name.clone(),
            sensitivity,
            pii: field.pii.or_else(|| self.marked(path)),
            closings: self.closings(path),
            inside,
            offers: self.offers(path, sensitivity),
            form: Form::of(&field.ty),
            inner: self.shapes.inner_of(&field.ty),
            children,
            others: Others::Withheld,
        }
    }

    /// The highest of what is declared and what the tables say, of the path, of the nested entity's
    /// own field, and of the fields around it.
    fn sensitivity(&self, field: &Field, path: &str, outer: &Outer<'_>) -> Sensitivity {
        let nested = outer
            .entity
            .and_then(|entity| self.rows.sensitivity(&entity.name, &field.name));
        let stored = self.rows.sensitivity(self.entity, path).max(nested);
        let declared = field.sensitivity.max(outer.floor);
        stored.map_or(declared, |stored| stored.max(declared))
    }

    /// A field that no entity declares: whatever is inside, too, is as it is, but for the fields that
    /// are named.
    fn undeclared(&self, name: &Name, path: &Name, floor: Sensitivity) -> Node {
        let stored = self.rows.sensitivity(self.entity, path);
        let sensitivity = stored.map_or(floor, |stored| stored.max(floor));
        let inside = self.named_inside(path);
        let children = inside
            .iter()
            .map(|name| self.undeclared(name, &join(path, name), sensitivity));
        Node {
            name: name.clone(),
            sensitivity,
            pii: self.marked(path),
            closings: self.closings(path),
            inside: None,
            offers: self.offers(path, sensitivity),
            form: Form::Text,
            inner: Inner::Anything,
            children: (!inside.is_empty()).then(|| children.collect()),
            others: Others::AsTheWhole,
        }
    }

    /// Whether a clause or a row names something inside `path`.
    fn speaks_inside(&self, path: &str) -> bool {
        self.named.iter().any(|name| {
            name.strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('.'))
        })
    }

    fn marked(&self, path: &str) -> Option<PiiClass> {
        self.rows
            .marks_pii(self.entity, path)
            .then_some(PiiClass::Other)
    }

    fn closings(&self, path: &str) -> Closings {
        Closings::all(and_around(path).map(|path| self.rows.closings(self.entity, path)))
    }

    fn offers(&self, path: &str, sensitivity: Sensitivity) -> Vec<Offer> {
        match &self.given {
            Given::Grants(grants) => grants
                .iter()
                .enumerate()
                .filter_map(|(at, grant)| self.grant_offer(at, grant, path, sensitivity))
                .collect(),
            Given::Rows => {
                let roles = self.rows.roles().iter();
                roles
                    .filter_map(|role| self.row_offer(role, path))
                    .collect()
            }
        }
    }

    fn grant_offer(
        &self,
        at: usize,
        grant: &Resolved,
        path: &str,
        sensitivity: Sensitivity,
    ) -> Option<Offer> {
        let clauses: SmallVec<_> = grant
            .clauses
            .iter()
            .filter(|clause| self.covers(&clause.fields, path))
            .map(|clause| OfferClause {
                effect: ClauseEffect::of(&clause.permission, sensitivity),
                when: clause.when,
                place: clause.place.clone(),
            })
            .collect();
        (!clauses.is_empty()).then(|| Offer {
            grant: Some(at),
            role: grant.role.clone(),
            clauses,
            limits: self.limits(&grant.role, path),
        })
    }

    /// Where the tables govern, a role's rows give what they do not take away.
    fn row_offer(&self, role: &Name, path: &str) -> Option<Offer> {
        let own = and_around(path).any(|path| self.rows.has_row(self.entity, path, role));
        own.then(|| Offer {
            grant: None,
            role: role.clone(),
            clauses: SmallVec::from_iter([OfferClause {
                effect: ClauseEffect::Writes(WriteScope::Within),
                when: None,
                place: Place::default(),
            }]),
            limits: self.limits(role, path),
        })
    }

    fn limits(&self, role: &Name, path: &str) -> Limits {
        Limits::of(and_around(path).flat_map(|path| self.rows.groups(self.entity, path, role)))
    }

    /// Whether a clause on these fields is one on `path`. Without an entity there is no `*`.
    fn covers(&self, fields: &FieldSet, path: &str) -> bool {
        let is_closed = matches!(fields, FieldSet::Named(_));
        (is_closed || self.policy.entities.contains_key(self.entity)) && fields.covers(path)
    }
}
