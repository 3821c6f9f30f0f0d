//! One field through the grants that a role holds in a context, with what rules on reading make of it.

use guardrails_core::Name;
use guardrails_core::data::{Access, Mask};
use guardrails_core::policy::{EffectKind, Expr, Grant, Permission, Sensitivity};

use super::book::{Book, Unit, UnitMeaning};
use super::paths::declares;
use crate::analyse::looking::{Looking, Restriction, restricted};

/// The grants of one role in one context, and the rules on reading, under one policy.
pub(super) struct Eyes<'s> {
    pub(super) book: &'s Book<'s>,
    pub(super) entity: &'s Name,
    pub(super) grants: Vec<&'s Grant>,
}

/// A field as these eyes see it.
pub(super) struct Look<'a> {
    pub(super) looking: Looking<'a>,
    pub(super) meaning: LookMeaning<'a>,
}

/// What a look is made of; two looks of one meaning come to the same always.
#[derive(PartialEq)]
pub(super) struct LookMeaning<'a> {
    grants: Distinct<GrantMeaning<'a>>,
    rules: Distinct<&'a UnitMeaning<'a>>,
    /// Where a default mask depends on it.
    sensitivity: Option<Sensitivity>,
}

/// What one grant says of a field, and of which records.
#[derive(PartialEq)]
struct GrantMeaning<'a> {
    scope: Option<&'a Expr>,
    clauses: Distinct<(&'a Permission, Option<&'a Expr>)>,
}

/// Things in no order, each once.
struct Distinct<T>(Vec<T>);

impl<T: PartialEq> FromIterator<T> for Distinct<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut distinct = Vec::new();
        for item in items {
            if !distinct.contains(&item) {
                distinct.push(item);
            }
        }
        Self(distinct)
    }
}

impl<T: PartialEq> PartialEq for Distinct<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|item| other.0.contains(item))
    }
}

impl<'s> Eyes<'s> {
    /// A field that the policy does not declare is granted to nobody.
    pub(super) fn look<'a>(&'a self, path: &'a str) -> Look<'a> {
        let policy = self.book.policy;
        let mut looking = Looking {
            policy,
            entity: self.entity,
            field: path,
            grants: Vec::new(),
            restrictions: Vec::new(),
        };
        if declares(policy, self.entity, path) {
            looking.grants = self.grants.to_vec();
            for unit in &self.book.units {
                looking.restrictions.extend(self.made(unit, path));
            }
        }
        let meaning = self.meaning(&looking);
        Look { looking, meaning }
    }

    /// What a rule on reading makes of the field.
    fn made<'a>(&'a self, unit: &'a Unit<'s>, path: &'a str) -> Vec<Restriction<'a>> {
        let access = |kind: &_| restricted(self.book.policy, self.entity, path, kind);
        let mut made: Vec<Access> = Vec::new();
        for access in unit.effects().filter_map(access) {
            if !made.contains(&access) {
                made.push(access);
            }
        }
        let restriction = |made: Access| Restriction {
            applies: unit.says(|kind| access(kind).as_ref() == Some(&made)),
            place: unit.place().cloned().unwrap_or_default(),
            access: made,
        };
        made.into_iter().map(restriction).collect()
    }

    fn meaning<'a>(&'a self, looking: &Looking<'a>) -> LookMeaning<'a> {
        let policy = self.book.policy;
        let grants = looking.grants.iter();
        let grants: Distinct<_> = grants
            .filter_map(|grant| grant_meaning(grant, looking.field))
            .collect();
        let made = |kind: &EffectKind| restricted(policy, self.entity, looking.field, kind);
        let about = |unit: &&Unit<'_>| unit.effects().any(|kind| made(kind).is_some());
        let units = self.book.units.iter();
        let units = units.filter(|unit| !looking.grants.is_empty() && about(unit));
        let is_default =
            |permission: &Permission| matches!(permission, Permission::Mask(Mask::Default(_)));
        let granted = grants.0.iter().flat_map(|grant| &grant.clauses.0);
        let has_default = granted.map(|(permission, _)| *permission).any(is_default)
            || units
                .clone()
                .any(|unit| unit.effects().any(masks_by_default));
        LookMeaning {
            grants,
            rules: units.map(Unit::meaning).collect(),
            sensitivity: has_default.then(|| policy.sensitivity(self.entity, looking.field)),
        }
    }
}

fn masks_by_default(kind: &EffectKind) -> bool {
    matches!(kind, EffectKind::Mask(_, Mask::Default(_)))
}

/// What one grant says of the field; nothing where it does not speak of it.
fn grant_meaning<'a>(grant: &'a Grant, field: &'a str) -> Option<GrantMeaning<'a>> {
    let about = grant.clauses_on(field);
    let clauses: Distinct<_> = about
        .map(|clause| (&clause.permission, clause.when.as_ref()))
        .collect();
    let scope = grant.scope.as_ref();
    (!clauses.0.is_empty()).then_some(GrantMeaning { scope, clauses })
}
