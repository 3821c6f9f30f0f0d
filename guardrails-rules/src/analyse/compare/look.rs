//! One field through the grants that a role holds in a context, with what rules on reading make of it.

use std::fmt::Write as _;

use guardrails_core::Name;
use guardrails_core::data::Access;
use guardrails_core::policy::{Grant, Permission};

use super::alike;
use super::book::{Book, Unit};
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
    /// A text that two looks share only when they come to the same always.
    pub(super) key: String,
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
        let key = self.key(&looking);
        Look { looking, key }
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

    fn key(&self, looking: &Looking<'_>) -> String {
        let mut parts: Vec<String> = looking
            .grants
            .iter()
            .filter_map(|grant| self.grant_key(grant, looking))
            .collect();
        let about = |unit: &&Unit<'_>| {
            let made = |kind| restricted(self.book.policy, self.entity, looking.field, kind);
            unit.effects().any(|kind| made(kind).is_some())
        };
        if !looking.grants.is_empty() {
            let units = self.book.units.iter().filter(about);
            parts.extend(units.map(|unit| format!("rule {}", unit.key())));
        }
        parts.sort_unstable();
        parts.dedup();
        let policy = self.book.policy;
        let level = policy.sensitivity(self.entity, looking.field).level();
        let masked = parts.iter().any(|part| part.contains("Default"));
        let mut key = parts.join("\n");
        if masked {
            // INVARIANT: writing to a String cannot fail.
            let _ = write!(key, "\nat {level}");
        }
        key
    }

    /// What one grant says of the field; nothing where it does not speak of it.
    fn grant_key(&self, grant: &Grant, looking: &Looking<'_>) -> Option<String> {
        let about = grant.clauses_on(looking.field);
        let mut clauses: Vec<String> = about
            .map(|clause| {
                let when = alike::condition(clause.when.as_ref());
                let permission: &Permission = &clause.permission;
                format!("{permission:?} when {when}")
            })
            .collect();
        clauses.sort_unstable();
        clauses.dedup();
        let scope = alike::condition(grant.scope.as_ref());
        (!clauses.is_empty()).then(|| format!("grant {scope} {clauses:?}"))
    }
}
