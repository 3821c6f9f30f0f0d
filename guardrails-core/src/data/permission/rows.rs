//! The two permission tables, read for one tenant, one AI context and one principal's roles: how
//! far each role's access to a field is narrowed.
//!
//! Whatever cannot be read here narrows to nothing: an unknown access word, conditions that are no
//! JSON, a sensitivity out of range.

use std::collections::BTreeMap;

use super::level::Level;
use crate::data::access::{Access, Source, Writable};
use crate::data::mask::Mask;
use crate::policy::{Aggregable, Sensitivity};
use crate::store::{FieldPermission, RolePermission};
use crate::value::Name;

/// How far the tables let one role's access to a field go.
#[derive(Debug, Clone)]
pub(in crate::data) struct Limit {
    kind: LimitKind,
    source: Source,
}

/// In order of strictness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum LimitKind {
    Write,
    Read,
    Masked,
    Aggregated,
    Hidden,
}

impl Limit {
    /// The strictest of some; none of none.
    pub(in crate::data) fn strictest(limits: impl IntoIterator<Item = Self>) -> Option<Self> {
        limits
            .into_iter()
            .reduce(|a, b| if b.kind > a.kind { b } else { a })
    }

    /// What a limit leaves of a field. A mask of the policy's own is kept where the tables ask for
    /// one, since it knows the field better than the default mask does.
    pub(super) fn narrow(limit: Option<&Self>, level: Level, sensitivity: Sensitivity) -> Level {
        let Some(limit) = limit else {
            return level;
        };
        match (limit.kind, &level.access) {
            (LimitKind::Write, _) => level,
            (LimitKind::Hidden, _) => Level::hidden(limit.source.clone()),
            (LimitKind::Aggregated, _) => Level {
                aggregable: level.figures().over_at_least(Aggregable::GROUP),
                ..Level::hidden(limit.source.clone())
            },
            (LimitKind::Masked, Access::Read) => Level {
                aggregable: level.aggregable,
                ..limit.masked(sensitivity)
            },
            (LimitKind::Masked | LimitKind::Read, _) => Level {
                writable: Writable::No,
                ..level
            },
        }
    }

    /// [`Limit::narrow`] for a limit on a nested entity's own field: the stricter of two masks holds,
    /// since the policy's was chosen for the outer field and may not know the inner one.
    pub(in crate::data) fn narrow_inside(
        limit: Option<&Self>,
        level: Level,
        sensitivity: Sensitivity,
    ) -> Level {
        if let Some(limit) = limit.filter(|limit| limit.kind == LimitKind::Masked) {
            let masked = limit.masked(sensitivity);
            if masked.access.is_stricter_than(&level.access) {
                return masked;
            }
        }
        Self::narrow(limit, level, sensitivity)
    }

    fn masked(&self, sensitivity: Sensitivity) -> Level {
        Level {
            access: Access::Masked(Mask::Default(sensitivity)),
            writable: Writable::No,
            aggregable: Aggregable::NOTHING,
            source: self.source.clone(),
        }
    }

    /// The limit on a field, as it counts for the field that holds it.
    fn outside(self) -> Self {
        let kind = match self.kind {
            LimitKind::Masked | LimitKind::Aggregated => LimitKind::Hidden,
            other => other,
        };
        Self { kind, ..self }
    }
}

/// The rows that count for one plan.
pub(in crate::data) struct TableRows<'a> {
    by_entity: BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a FieldPermission>>>,
    context: &'a str,
    /// All of the principal's roles, inherited ones too.
    roles: Vec<Name>,
    /// Those the host assigned.
    direct: &'a [Name],
}

impl<'a> TableRows<'a> {
    /// The rows of `tenant`, and those of `*`, which hold for every tenant.
    pub(super) fn new(
        rows: &'a [FieldPermission],
        tenant: &str,
        context: &'a str,
        direct: &'a [Name],
        roles: Vec<Name>,
    ) -> Self {
        let mut by_entity: BTreeMap<_, BTreeMap<_, Vec<_>>> = BTreeMap::new();
        for row in rows {
            if &*row.tenant == tenant || &*row.tenant == "*" {
                let fields = by_entity.entry(&*row.entity).or_default();
                fields.entry(&*row.field).or_default().push(row);
            }
        }
        Self {
            by_entity,
            context,
            roles,
            direct,
        }
    }

    /// All of the principal's roles, inherited ones too.
    pub(super) fn roles(&self) -> &[Name] {
        &self.roles
    }

    /// The fields of an entity that have a row, in name order.
    pub(super) fn fields(&self, entity: &str) -> impl Iterator<Item = &'a str> {
        self.by_entity
            .get(entity)
            .into_iter()
            .flat_map(|fields| fields.keys().copied())
    }

    fn on(&self, entity: &str, field: &str) -> &[&'a FieldPermission] {
        self.by_entity
            .get(entity)
            .and_then(|fields| fields.get(field))
            .map_or(&[], Vec::as_slice)
    }

    /// The stored sensitivity of a field; what is not 1 to 5 counts as 5.
    pub(in crate::data) fn sensitivity(&self, entity: &str, field: &str) -> Option<Sensitivity> {
        self.on(entity, field)
            .iter()
            .map(|row| u8::try_from(row.sensitivity).unwrap_or(0))
            .map(|level| if (1..=5).contains(&level) { level } else { 5 })
            .max()
            .and_then(Sensitivity::new)
    }

    /// Whether a row marks the field as personal data.
    pub(super) fn marks_pii(&self, entity: &str, field: &str) -> bool {
        self.on(entity, field).iter().any(|row| row.pii)
    }

    /// The row that keeps a field from AI altogether, when one of the principal's roles has one.
    pub(super) fn forbidden(&self, entity: &str, field: &str) -> Option<Source> {
        self.rows_of(entity, field, |role| self.roles.contains(role))
            .into_iter()
            .find(|row| !row.ai_access_allowed && self.holding(row) != Holding::Fails)
            .map(|row| row_source(&row.role, entity, field, "closed to AI"))
    }

    /// The limit on what a grant to `role` gives: the role's own rows, and for an inherited role
    /// also those of the roles it may have come through. The tables never widen, so where it cannot
    /// be told which of the assigned roles inherits it, each of them narrows.
    pub(super) fn limit(&self, entity: &str, field: &str, role: &Name) -> Option<Limit> {
        let through: &[Name] = if self.direct.contains(role) {
            &[]
        } else {
            self.direct
        };
        let roles = std::iter::once(role).chain(through);
        Limit::strictest(roles.filter_map(|role| self.own_limit(entity, field, role)))
    }

    /// The limits on a field of a nested entity, for all of the principal's roles.
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
        let forbidden = self.forbidden(entity, field).map(|source| Limit {
            kind: LimitKind::Hidden,
            source,
        });
        let own = self
            .roles
            .iter()
            .filter_map(|role| self.own_limit(entity, field, role));
        own.chain(forbidden).collect()
    }

    /// The strictest of a role's rows on a field that hold in this context; when it has rows and
    /// none holds, the field is hidden; when it has none, nothing is narrowed.
    fn own_limit(&self, entity: &str, field: &str, role: &Name) -> Option<Limit> {
        let rows = self.rows_of(entity, field, |have| have == role);
        if rows.is_empty() {
            return None;
        }
        let limits = rows.into_iter().filter_map(|row| {
            let (kind, word) = match self.holding(row) {
                Holding::Holds => (limit_kind(&row.access), row.access.as_str()),
                Holding::Fails => return None,
                Holding::Unreadable => (LimitKind::Hidden, "unreadable"),
            };
            let source = row_source(role, entity, field, word);
            Some(Limit { kind, source })
        });
        Some(Limit::strictest(limits).unwrap_or_else(|| Limit {
            kind: LimitKind::Hidden,
            source: row_source(role, entity, field, "not for this context"),
        }))
    }

    /// Whether a role has a row on a field, whatever it says.
    pub(super) fn has_row(&self, entity: &str, field: &str, role: &Name) -> bool {
        !self.rows_of(entity, field, |have| have == role).is_empty()
    }

    fn rows_of(
        &self,
        entity: &str,
        field: &str,
        wanted: impl Fn(&Name) -> bool,
    ) -> Vec<&'a RolePermission> {
        self.on(entity, field)
            .iter()
            .flat_map(|row| row.roles.iter())
            .filter(|row| wanted(&row.role))
            .collect()
    }

    fn holding(&self, row: &RolePermission) -> Holding {
        row.conditions
            .as_deref()
            .map_or(Holding::Holds, |text| holding(text, self.context))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holding {
    Holds,
    Fails,
    Unreadable,
}

/// Reads `{"ai_context": "sales_copilot"}` or `{"ai_context": ["a", "b"]}`; an empty text, `null`
/// and `{}` hold always, and a condition of another name cannot be read.
fn holding(text: &str, context: &str) -> Holding {
    if text.trim().is_empty() {
        return Holding::Holds;
    }
    let Ok(conditions) = serde_json::from_str::<serde_json::Value>(text) else {
        return Holding::Unreadable;
    };
    match conditions {
        serde_json::Value::Null => Holding::Holds,
        serde_json::Value::Object(map) if map.is_empty() => Holding::Holds,
        serde_json::Value::Object(map) if map.len() == 1 => map
            .get("ai_context")
            .map_or(Holding::Unreadable, |wanted| names(wanted, context)),
        _ => Holding::Unreadable,
    }
}

fn names(wanted: &serde_json::Value, context: &str) -> Holding {
    let held = match wanted {
        serde_json::Value::String(name) => name == context,
        serde_json::Value::Array(all) if all.iter().all(serde_json::Value::is_string) => {
            all.iter().any(|name| name.as_str() == Some(context))
        }
        _ => return Holding::Unreadable,
    };
    if held { Holding::Holds } else { Holding::Fails }
}

/// AGGREGATED is for figures over many records; of a single one nothing is shown.
fn limit_kind(access: &str) -> LimitKind {
    match access {
        "WRITE" => LimitKind::Write,
        "READ" => LimitKind::Read,
        "MASKED" => LimitKind::Masked,
        "AGGREGATED" => LimitKind::Aggregated,
        _ => LimitKind::Hidden,
    }
}

fn row_source(role: &str, entity: &str, field: &str, word: &str) -> Source {
    Source::Table(format!("role_field_permission: {role} on {entity}.{field} is {word}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_or_hide() {
        let cases = [
            ("", Holding::Holds),
            ("null", Holding::Holds),
            ("{}", Holding::Holds),
            (r#"{"ai_context": "sales"}"#, Holding::Holds),
            (r#"{"ai_context": ["mail", "sales"]}"#, Holding::Holds),
            (r#"{"ai_context": "mail"}"#, Holding::Fails),
            (r#"{"ai_context": []}"#, Holding::Fails),
            (r#"{"ai_context": 7}"#, Holding::Unreadable),
            (r#"{"ai_context": "sales", "hour": 3}"#, Holding::Unreadable),
            (r#"{"region": "华东"}"#, Holding::Unreadable),
            ("[]", Holding::Unreadable),
            ("{", Holding::Unreadable),
        ];
        for (text, expected) in cases {
            assert_eq!(holding(text, "sales"), expected, "{text}");
        }
    }

    #[test]
    fn access_words_are_exact() {
        assert_eq!(limit_kind("READ"), LimitKind::Read);
        assert_eq!(limit_kind("AGGREGATED"), LimitKind::Aggregated);
        for word in ["read", "aggregated", "HIDDEN", "", "ALL"] {
            assert_eq!(limit_kind(word), LimitKind::Hidden, "{word}");
        }
    }
}
