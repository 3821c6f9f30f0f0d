//! The two permission tables, read for one tenant, one AI context and one principal's roles: which rows
//! speak of a field, and when they hold.
//!
//! Whatever cannot be read here narrows to nothing: an unknown access word, conditions that are not
//! understood, a sensitivity out of range, a field name that is no path, and rows that the store itself
//! could not read.

use std::collections::{BTreeMap, BTreeSet};

use smallvec::SmallVec;

use super::conditions::Conditions;
use super::limit::{Closings, Group, Holding, Limit, Limits};
use super::query::PermissionQuery;
use super::row_condition;
use crate::data::access::Source;
use crate::data::field_row::MAX_DEPTH;
use crate::policy::Sensitivity;
use crate::stored_rows::{
    Closes, EVERY, FieldPermission, RolePermission, RowFault, UnreadableRow, holds_for,
};
use crate::value::Name;

/// The rows that count for one plan.
pub(in crate::data) struct TableRows<'a> {
    by_entity: BTreeMap<&'a str, BTreeMap<&'a str, Vec<FieldRows<'a>>>>,
    closures: Vec<Closure<'a>>,
    /// All of the principal's roles, inherited ones too.
    roles: Vec<Name>,
    /// Those the host assigned.
    direct: &'a [Name],
}

/// A row on a field, with what it says to the principal's roles.
struct FieldRows<'a> {
    field: &'a FieldPermission,
    // A `SmallVec` would tie the lifetime of the rows to that of the plan's making.
    roles: Vec<(&'a RolePermission, Holding)>,
}

/// What is hidden because a row cannot be read; a part that is none stands for all of them.
struct Closure<'a> {
    entity: Option<&'a str>,
    /// The field, with everything inside.
    field: Option<&'a str>,
    role: Option<&'a str>,
    source: Source,
}

impl Closure<'_> {
    fn covers(&self, entity: &str, field: &str) -> bool {
        let inside = |closed: &str| {
            let rest = field.strip_prefix(closed);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.entity.is_none_or(|closed| closed == entity) && self.field.is_none_or(inside)
    }
}

impl<'a> TableRows<'a> {
    /// The rows of the tenant, and those of `*`, which hold for every tenant. Their conditions join
    /// `conditions`.
    pub(super) fn new(
        asked: &PermissionQuery<'a>,
        unreadable: &'a [UnreadableRow],
        roles: Vec<Name>,
        conditions: &mut Conditions,
    ) -> Self {
        let mut rows = Self {
            by_entity: BTreeMap::new(),
            closures: Vec::new(),
            roles,
            direct: asked.roles,
        };
        for row in asked.rows {
            if holds_for(&row.tenant, asked.tenant) {
                rows.add(row, asked, conditions);
            }
        }
        let closures = unreadable
            .iter()
            .filter_map(|row| closure(row, asked.tenant));
        rows.closures.extend(closures);
        rows
    }

    fn add(
        &mut self,
        field: &'a FieldPermission,
        asked: &PermissionQuery<'_>,
        conditions: &mut Conditions,
    ) {
        if let Err(path) = well_formed(&field.field) {
            self.closures.extend(field.roles.iter().map(|row| Closure {
                entity: Some(&field.entity),
                field: path,
                role: Some(&row.role),
                source: row_source(&row.role, &field.entity, &field.field, "no path of a field"),
            }));
            return;
        }
        let of_principal = field
            .roles
            .iter()
            .filter(|row| self.roles.contains(&row.role));
        let roles = of_principal
            .map(|row| (row, holding(field, row, asked, conditions)))
            .collect();
        let fields = self.by_entity.entry(&*field.entity).or_default();
        let on_field = fields.entry(&*field.field).or_default();
        on_field.push(FieldRows { field, roles });
    }

    /// All of the principal's roles, inherited ones too.
    pub(super) fn roles(&self) -> &[Name] {
        &self.roles
    }

    /// The fields of an entity that a row speaks of, one that cannot be read included; in name order.
    pub(super) fn fields(&self, entity: &str) -> BTreeSet<&'a str> {
        let rows = self.by_entity.get(entity).into_iter();
        let closures = self.closures.iter();
        let closed = closures
            .filter(|closure| closure.entity.is_none_or(|closed| closed == entity))
            .filter_map(|closure| closure.field);
        rows.flat_map(|fields| fields.keys().copied())
            .chain(closed)
            .collect()
    }

    fn on(&self, entity: &str, field: &str) -> &[FieldRows<'a>] {
        self.by_entity
            .get(entity)
            .and_then(|fields| fields.get(field))
            .map_or(&[], Vec::as_slice)
    }

    /// The stored sensitivity of a field; what is not 1 to 5 counts as 5.
    pub(in crate::data) fn sensitivity(&self, entity: &str, field: &str) -> Option<Sensitivity> {
        self.on(entity, field)
            .iter()
            .map(|row| stored_sensitivity(row.field))
            .max()
    }

    /// Whether a row marks the field as personal data.
    pub(super) fn marks_pii(&self, entity: &str, field: &str) -> bool {
        self.on(entity, field).iter().any(|row| row.field.pii)
    }

    /// What keeps a field from AI altogether: rows of the principal's roles, and rows that cannot be
    /// read.
    pub(super) fn closings(&self, entity: &str, field: &str) -> Closings {
        let rows = self.on(entity, field).iter().flat_map(|row| &row.roles);
        let closed = rows.filter(|(row, _)| !row.ai_access_allowed);
        let by_rows = closed.map(|(row, holding)| {
            let source = row_source(&row.role, entity, field, "closed to AI");
            (*holding, source)
        });
        let closures = self.closures.iter();
        let unread = closures
            .filter(|closure| closure.covers(entity, field) && self.is_about(closure))
            .map(|closure| (Holding::Closed, closure.source.clone()));
        Closings::of(by_rows.chain(unread))
    }

    fn is_about(&self, closure: &Closure<'_>) -> bool {
        let has = |role: &str| self.roles.iter().any(|have| **have == *role);
        closure.role.is_none_or(has)
    }

    /// The limits on what a grant to `role` gives: the role's own rows, and for an inherited role
    /// also those of the roles it may have come through. The tables never widen, so where it cannot
    /// be told which of the assigned roles inherits it, each of them narrows.
    pub(super) fn groups(&self, entity: &str, field: &str, role: &Name) -> Vec<Group> {
        let through: &[Name] = if self.direct.contains(role) {
            &[]
        } else {
            self.direct
        };
        let roles = std::iter::once(role).chain(through);
        roles
            .flat_map(|role| self.own_groups(entity, field, role))
            .collect()
    }

    /// The limits on a field of a nested entity, for all of the principal's roles. A condition on the
    /// nested record's own fields cannot be known there.
    pub(in crate::data) fn nested_limits(&self, entity: &str, field: &str) -> Vec<Limit> {
        let mut limits = self.limits_of_all(entity, field);
        // A row such as `address.street`: inside a nested copy the whole of `address` bears it.
        for below in self.fields(entity) {
            if below
                .strip_prefix(field)
                .is_some_and(|rest| rest.starts_with('.'))
            {
                let all = self.limits_of_all(entity, below);
                limits.extend(all.into_iter().map(Limit::outside));
            }
        }
        limits
    }

    fn limits_of_all(&self, entity: &str, field: &str) -> Vec<Limit> {
        let closings = self.closings(entity, field);
        let closed = closings.at(&[]).cloned().map(Limit::hidden);
        let roles = self.roles.iter();
        let groups = roles.flat_map(|role| self.own_groups(entity, field, role));
        let own = Limits::of(groups).at(&[]);
        own.into_iter().chain(closed).collect()
    }

    /// A role's rows on a field: those of the tenant, and those of every tenant, each for itself, so
    /// that neither loosens the other.
    fn own_groups(&self, entity: &str, field: &str, role: &Name) -> SmallVec<[Group; 2]> {
        let of_tenant = |every: bool| {
            let rows = self.on(entity, field).iter();
            let rows = rows.filter(|row| (&*row.field.tenant == EVERY) == every);
            let rows = rows.flat_map(|row| &row.roles);
            let limits: SmallVec<[(Holding, Limit); 1]> = rows
                .filter(|(row, _)| row.role == *role)
                .map(|(row, holding)| (*holding, limit(row, *holding, entity, field)))
                .collect();
            (!limits.is_empty()).then(|| Group {
                none_holds: row_source(role, entity, field, "not for this context"),
                rows: limits,
            })
        };
        [of_tenant(true), of_tenant(false)]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Whether a role has a row on a field, whatever it says.
    pub(super) fn has_row(&self, entity: &str, field: &str, role: &Name) -> bool {
        let mut rows = self.on(entity, field).iter().flat_map(|row| &row.roles);
        rows.any(|(row, _)| row.role == *role)
    }
}

fn limit(row: &RolePermission, holding: Holding, entity: &str, field: &str) -> Limit {
    let source = |word: &str| row_source(&row.role, entity, field, word);
    match holding {
        Holding::Closed => Limit::hidden(source("unreadable")),
        _ => Limit::of_row(&row.access, row.aggregation.as_deref(), source(&row.access)),
    }
}

/// What a row says of its field's sensitivity; what is not 1 to 5 counts as the highest.
pub(super) fn stored_sensitivity(row: &FieldPermission) -> Sensitivity {
    let level = u8::try_from(row.sensitivity).ok();
    level
        .and_then(Sensitivity::new)
        .unwrap_or(Sensitivity::SECRET)
}

/// Whether a row holds: known now, or for each record.
fn holding(
    field: &FieldPermission,
    row: &RolePermission,
    asked: &PermissionQuery<'_>,
    conditions: &mut Conditions,
) -> Holding {
    let read = row_condition::read(row.conditions.as_deref(), &field.entity, asked.policy);
    let Ok(condition) = read else {
        return Holding::Closed;
    };
    let elsewhere = |names: Vec<Name>| names.iter().all(|name| **name != *asked.context);
    if condition.contexts.is_some_and(elsewhere) {
        return Holding::Fails;
    }
    match condition.expr {
        None => Holding::Holds,
        Some(expr) if *field.entity == *asked.entity => Holding::When(conditions.place_of(&expr)),
        Some(_) => Holding::Unknown,
    }
}

/// What an unreadable row closes in a tenant.
fn closure<'a>(row: &'a UnreadableRow, tenant: &str) -> Option<Closure<'a>> {
    let Closes::Fields {
        tenant: of,
        entity,
        field,
        role,
    } = &row.closes
    else {
        return None;
    };
    let here = of.as_deref().is_none_or(|of| holds_for(of, tenant));
    here.then(|| Closure {
        entity: entity.as_deref(),
        field: field.as_deref().and_then(|field| match well_formed(field) {
            Ok(()) => Some(field),
            Err(path) => path,
        }),
        role: role.as_deref(),
        source: Source::Table(closure_source(row).into()),
    })
}

fn closure_source(row: &UnreadableRow) -> String {
    let what = match row.fault {
        RowFault::Unreadable => "cannot be read",
        RowFault::TenantMismatch => "applies in no tenant",
    };
    format!("{}: row {} {what}", row.table, row.row)
}

/// Whether a name is a path of fields: names with dots between them, none of them empty, no more than
/// a record may have inside each other.
///
/// # Errors
/// The part in front of what is wrong; none when nothing is right.
pub(crate) fn well_formed(field: &str) -> Result<(), Option<&str>> {
    let mut end = 0;
    for (depth, name) in field.split('.').enumerate() {
        if name.is_empty() || depth >= MAX_DEPTH {
            return Err(field.get(..end).filter(|path| !path.is_empty()));
        }
        // The name, and the dot before each but the first.
        end += name.len() + usize::from(depth > 0);
    }
    Ok(())
}

fn row_source(role: &str, entity: &str, field: &str, word: &str) -> Source {
    Source::Table(format!("role_field_permission: {role} on {entity}.{field} is {word}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_names_with_dots_between_them() {
        let deep = vec!["a"; MAX_DEPTH + 1].join(".");
        let deepest = vec!["a"; MAX_DEPTH].join(".");
        let cases = [
            ("a", Ok(())),
            ("extra.phone", Ok(())),
            ("", Err(None)),
            (".", Err(None)),
            (".a", Err(None)),
            ("a.", Err(Some("a"))),
            ("a.b..c", Err(Some("a.b"))),
            (&*deepest, Ok(())),
            (&*deep, Err(Some(&*deepest))),
        ];
        for (field, expected) in cases {
            assert_eq!(well_formed(field), expected, "{field}");
        }
    }
}
