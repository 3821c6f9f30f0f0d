//! One field in a plan: which grants speak of it, how far the tables narrow each of them, and how
//! that comes together once the conditions are known.
//!
//! A field that holds a nested entity becomes a tree where a clause or a row speaks of something
//! inside it (`customer.name`). A clause on a field is also one on everything inside.

use std::collections::BTreeSet;
use std::sync::Arc;

use smallvec::SmallVec;

use super::rows::{Limit, TableRows};
use super::{Asked, Resolved, truth_at};
use crate::data::access::{Access, Source, Writable};
use crate::data::shape::{Shapes, entity_of};
use crate::data::table::{FieldRow, Inner, join, most_sensitive};
use crate::diagnostic::Place;
use crate::policy::{Entity, Field, FieldSet, Permission, PiiClass, Policy, Sensitivity};
use crate::process::Truth;
use crate::value::Name;

/// A clause with its condition by place.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    pub(super) fields: FieldSet,
    pub(super) permission: Permission,
    pub(super) when: Option<usize>,
    pub(super) place: Place,
}

/// What gives access to the entity.
pub(super) enum Given {
    /// The grants that apply to the principal.
    Grants(Vec<Resolved>),
    /// The rows of the tables; the policy grants nothing on the entity to anybody.
    Rows,
}

/// A field and everything that speaks of it.
#[derive(Debug)]
pub(super) struct Node {
    name: Name,
    sensitivity: Sensitivity,
    pii: Option<PiiClass>,
    /// A row that keeps it from AI, whatever else is granted.
    forbidden: Option<Source>,
    /// What the tables say of the nested entity's own field, for nodes inside one.
    inside: Option<Limit>,
    offers: Vec<Offer>,
    inner: Inner,
    /// The fields inside, where something speaks of them one by one.
    children: Option<Vec<Node>>,
}

/// What one grant, or one role's rows, offers of a field.
#[derive(Debug)]
struct Offer {
    /// The grant that must hold; none for rows.
    grant: Option<usize>,
    role: Name,
    /// The grant's clauses on the field: permission, condition, place.
    clauses: SmallVec<[(Permission, Option<usize>, Place); 2]>,
    limit: Option<Limit>,
}

/// What a field comes to.
#[derive(Debug, Clone)]
struct Level {
    access: Access,
    writable: Writable,
    source: Source,
}

impl Level {
    fn hidden(source: Source) -> Self {
        Self {
            access: Access::Hidden,
            writable: Writable::No,
            source,
        }
    }

    fn narrowed(self, limit: Option<&Limit>, sensitivity: Sensitivity) -> Self {
        match limit {
            None => self,
            Some(limit) => {
                Self::from(limit.narrow(self.access, self.writable, self.source, sensitivity))
            }
        }
    }

    fn narrowed_inside(self, limit: Option<&Limit>, sensitivity: Sensitivity) -> Self {
        match limit {
            None => self,
            Some(limit) => Self::from(limit.narrow_inside(
                self.access,
                self.writable,
                self.source,
                sensitivity,
            )),
        }
    }
}

impl From<(Access, Writable, Source)> for Level {
    fn from((access, writable, source): (Access, Writable, Source)) -> Self {
        Self {
            access,
            writable,
            source,
        }
    }
}

impl Node {
    /// The field's row for one pattern of truths.
    pub(super) fn row(&self, holding: &[bool], truths: &[Truth], shapes: &Shapes) -> FieldRow {
        let own = self.level(holding, truths);
        match &self.children {
            None => self.row_of(own, self.inner.clone(), shapes),
            Some(children) => {
                let rows: Arc<[FieldRow]> = children
                    .iter()
                    .map(|child| child.row(holding, truths, shapes))
                    .collect();
                self.row_around(own, rows, shapes)
            }
        }
    }

    fn row_of(&self, level: Level, inner: Inner, shapes: &Shapes) -> FieldRow {
        let inside = match level.access {
            Access::Read => shapes.sensitivity(&inner),
            Access::Masked(_) | Access::Hidden => Sensitivity::PUBLIC,
        };
        FieldRow {
            name: self.name.clone(),
            writable: level.writable.and(shapes.writable(&inner)),
            access: level.access,
            sensitivity: self.sensitivity.max(inside),
            floor: self.sensitivity,
            pii: self.pii,
            source: level.source,
            inner,
        }
    }

    /// The row of a field whose inside is spoken of. It is opened where something inside is shown in
    /// a better way than the field as a whole, since each field inside already bears every clause on
    /// the whole.
    fn row_around(&self, own: Level, rows: Arc<[FieldRow]>, shapes: &Shapes) -> FieldRow {
        let opened = rows
            .iter()
            .find(|row| own.access.is_stricter_than(&row.access));
        let level = opened.map_or(own, |row| Level {
            access: Access::Read,
            writable: Writable::No,
            source: row.source.clone(),
        });
        let inside = most_sensitive(&rows).unwrap_or(Sensitivity::PUBLIC);
        let mut row = self.row_of(level, Inner::Rows(rows), shapes);
        row.sensitivity = row.sensitivity.max(inside);
        row
    }

    /// Across grants the most permissive wins; then what the tables forbid is taken away.
    fn level(&self, holding: &[bool], truths: &[Truth]) -> Level {
        if let Some(source) = &self.forbidden {
            return Level::hidden(source.clone());
        }
        let mut best = Level::hidden(Source::Nobody);
        for offer in &self.offers {
            let holds = offer
                .grant
                .is_none_or(|grant| holding.get(grant).copied().unwrap_or(false));
            if let Some(level) = offer.level(truths).filter(|_| holds) {
                best = merged(best, level.narrowed(offer.limit.as_ref(), self.sensitivity));
            }
        }
        best.narrowed_inside(self.inside.as_ref(), self.sensitivity)
    }
}

/// The more permissive of two; where neither shows anything, the one that says why.
fn merged(best: Level, other: Level) -> Level {
    let writable = best.writable.or(other.writable);
    let explains = best.source == Source::Nobody && best.access == other.access;
    let winner = if best.access.is_stricter_than(&other.access) || explains {
        other
    } else {
        best
    };
    Level { writable, ..winner }
}

impl Offer {
    /// What the grant gives: the strictest of its clauses that hold. Unknown conditions give
    /// nothing and restrict all the same. None when nothing is given and nothing hidden.
    fn level(&self, truths: &[Truth]) -> Option<Level> {
        let mut level: Option<Level> = None;
        let mut gives = false;
        let mut writes = Writable::No;
        for (permission, when, place) in &self.clauses {
            let held = when.map_or(Truth::True, |at| truth_at(truths, at));
            let access = match (permission, held) {
                (_, Truth::False) => continue,
                (Permission::Hide, _) => Access::Hidden,
                (Permission::Mask(mask), _) => Access::Masked(mask.clone()),
                (Permission::Read | Permission::Write, Truth::Unknown) => continue,
                (Permission::Read | Permission::Write, Truth::True) => Access::Read,
            };
            gives |= held == Truth::True || access == Access::Hidden;
            if *permission == Permission::Write {
                writes = Writable::Yes;
            }
            if level
                .as_ref()
                .is_none_or(|have| access.is_stricter_than(&have.access))
            {
                level = Some(self.level_at(access, place));
            }
        }
        let level = level.filter(|_| gives)?;
        // A field that the grant shows only in part is not written blind.
        let writable = match level.access {
            Access::Read => writes,
            Access::Masked(_) | Access::Hidden => Writable::No,
        };
        Some(Level { writable, ..level })
    }

    fn level_at(&self, access: Access, place: &Place) -> Level {
        Level {
            access,
            writable: Writable::No,
            source: Source::Grant {
                role: self.role.clone(),
                place: place.clone(),
            },
        }
    }
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
    pub(super) fn new(asked: &'a Asked<'_>, rows: &'a TableRows<'a>, given: Given) -> Self {
        let shapes = asked
            .policy
            .entities
            .get(asked.entity)
            .map(|entity| Shapes::reached_from(entity, asked.policy, rows));
        let mut named: BTreeSet<Name> = rows.fields(asked.entity).map(Name::from).collect();
        if let Given::Grants(grants) = &given {
            let clauses = grants.iter().flat_map(|grant| &grant.clauses);
            named.extend(clauses.flat_map(|clause| names(&clause.fields)).cloned());
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
            let others = self
                .named
                .iter()
                .filter(|name| !self.is_inside(name, entity));
            nodes.extend(
                others
                    .filter(|name| !declared(name))
                    .map(|name| self.undeclared(name)),
            );
        }
        nodes.sort_by(|a, b| a.name.cmp(&b.name));
        nodes
    }

    /// Whether a name is a path into a declared field.
    fn is_inside(&self, name: &str, entity: Option<&Arc<Entity>>) -> bool {
        name.split_once('.')
            .zip(entity)
            .is_some_and(|((first, _), entity)| entity.field(first).is_some())
    }

    fn node(&self, field: &Field, path: &Name, outer: Outer<'_>) -> Node {
        let sensitivity = self.sensitivity(field, path, &outer);
        let inside = outer.limit_on(field, self.rows);
        let nested = entity_of(&field.ty).and_then(|name| self.policy.entities.get(name));
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
            forbidden: self.forbidden(path),
            inside,
            offers: self.offers(path, sensitivity),
            inner: self.shapes.inner_of(&field.ty),
            children,
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

    fn undeclared(&self, name: &Name) -> Node {
        let stored = self.rows.sensitivity(self.entity, name);
        let sensitivity = stored.unwrap_or(Sensitivity::PUBLIC);
        Node {
            name: name.clone(),
            sensitivity,
            pii: self.marked(name),
            forbidden: self.forbidden(name),
            inside: None,
            offers: self.offers(name, sensitivity),
            inner: Inner::Anything,
            children: None,
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

    fn forbidden(&self, path: &str) -> Option<Source> {
        and_outer(path).find_map(|path| self.rows.forbidden(self.entity, path))
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
            .map(|clause| {
                let permission = match &clause.permission {
                    Permission::Mask(mask) => Permission::Mask(mask.on(sensitivity)),
                    other => other.clone(),
                };
                (permission, clause.when, clause.place.clone())
            })
            .collect();
        (!clauses.is_empty()).then(|| Offer {
            grant: Some(at),
            role: grant.role.clone(),
            clauses,
            limit: self.limit(&grant.role, path),
        })
    }

    /// Where the tables govern, a role's rows give what they do not take away.
    fn row_offer(&self, role: &Name, path: &str) -> Option<Offer> {
        let own = and_outer(path).any(|path| self.rows.has_row(self.entity, path, role));
        own.then(|| Offer {
            grant: None,
            role: role.clone(),
            clauses: SmallVec::from_iter([(Permission::Write, None, Place::default())]),
            limit: self.limit(role, path),
        })
    }

    fn limit(&self, role: &Name, path: &str) -> Option<Limit> {
        Limit::strictest(
            and_outer(path).filter_map(|path| self.rows.limit(self.entity, path, role)),
        )
    }

    /// Whether a clause on these fields is one on `path`: it names the path or a field around it.
    fn covers(&self, fields: &FieldSet, path: &str) -> bool {
        match fields {
            FieldSet::Named(names) => {
                and_outer(path).any(|p| names.iter().any(|name| &**name == p))
            }
            FieldSet::AllExcept(except) => {
                self.policy.entities.contains_key(self.entity)
                    && and_outer(path).all(|p| except.iter().all(|name| &**name != p))
            }
        }
    }
}

fn names(fields: &FieldSet) -> &[Name] {
    match fields {
        FieldSet::Named(names) | FieldSet::AllExcept(names) => names,
    }
}

/// A path and the paths around it: `a.b.c`, `a.b`, `a`.
fn and_outer(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| {
        path.rsplit_once('.').map(|(outer, _)| outer)
    })
}
