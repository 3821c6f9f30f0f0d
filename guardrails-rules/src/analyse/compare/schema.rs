//! What is declared: entities and fields that come, go, or are declared otherwise, and the time zone.

use guardrails_core::policy::{Entity, Field, Policy};
use guardrails_core::{Name, Phrase, phrase};

use super::chains::direction_of;
use super::change::{Change, Direction, Subject};
use crate::analyse::atom::unnamed;

/// What is declared otherwise. `bears` is whether risk, which sensitivity counts towards, decides
/// anything.
pub(super) fn changes(old: &Policy, new: &Policy, bears: bool) -> Vec<Change> {
    let mut out = Vec::new();
    if old.zone != new.zone {
        let what = phrase!("the time zone" | "时区");
        let why = phrase!(
            "it is another one, and what that makes of conditions on days and hours is not analysed"
                | "时区不同，而它对日期和钟点条件的影响不作分析"
        );
        out.push(Change::unclear(Subject::Schema, what, why));
    }
    for (name, before) in &old.entities {
        match new.entities.get(name) {
            Some(after) => fields(before, after, bears, &mut out),
            None => {
                let sides = (phrase!("declared" | "已声明"), phrase!("gone" | "已删除"));
                let what = phrase!("entity `{name}`" | "实体 `{name}`", name);
                let change = Change::new(Subject::Schema, Direction::Narrowed, what, sides);
                out.push(change.at(Some(&before.place), None));
            }
        }
        out.extend(governed(old, new, name));
    }
    out
}

/// An entity whose grants are all gone, or come for the first time: without any, the permission tables
/// alone govern it.
fn governed(old: &Policy, new: &Policy, entity: &Name) -> Option<Change> {
    let place = |policy: &Policy| {
        let mut grants = policy.grants.iter();
        let grant = grants.find(|grant| grant.entity == *entity)?;
        Some(grant.place.clone())
    };
    let what = phrase!("entity `{entity}`" | "实体 `{entity}`", entity);
    let (before, after) = (place(old), place(new));
    match (&before, &after) {
        (Some(_), None) if new.entities.contains_key(entity) => {
            let why = phrase!(
                "no grant is about it any longer, so the permission tables alone govern it, and they are not in the policy"
                    | "不再有授权涉及它，改由权限表单独决定，而权限表不在策略里"
            );
            let change = Change::unclear(Subject::View, what, why);
            Some(change.at(before.as_ref(), None))
        }
        (None, Some(_)) => {
            let sides = (
                phrase!("governed by the permission tables alone" | "由权限表单独决定"),
                phrase!("governed by grants that the tables narrow" | "由授权决定，权限表再作限制"),
            );
            let change = Change::new(Subject::Schema, Direction::Changed, what, sides);
            Some(change.at(None, after.as_ref()))
        }
        _ => None,
    }
}

fn fields(old: &Entity, new: &Entity, bears: bool, out: &mut Vec<Change>) {
    for before in &old.fields {
        let Some(after) = new.field(&before.name) else {
            continue;
        };
        let what = |part: Phrase| {
            let (field, entity) = (&before.name, &old.name);
            phrase!(
                "`{field}` of `{entity}`, {part}" | "`{entity}`的`{field}`，{part}",
                field,
                entity,
                part
            )
        };
        let mut add = |direction, part, sides| {
            let change = Change::new(Subject::Schema, direction, what(part), sides);
            out.push(change.at(Some(&before.place), Some(&after.place)));
        };
        let same = unnamed(&before.ty) == unnamed(&after.ty);
        if !same || before.optional != after.optional {
            let sides = (ty(before), ty(after));
            add(Direction::Changed, phrase!("its type" | "类型"), sides);
        }
        let (was, is) = (before.sensitivity.level(), after.sensitivity.level());
        if let Some(direction) = direction_of(is >= was, was >= is) {
            let direction = if bears { direction } else { Direction::Changed };
            let said = |level: u8| Phrase::both(level.to_string(), level.to_string());
            let part = phrase!("its sensitivity" | "敏感级别");
            add(direction, part, (said(was), said(is)));
        }
        if before.pii != after.pii {
            let said = |field: &Field| match field.pii {
                Some(class) => Phrase::both(class.as_str(), class.as_str()),
                None => phrase!("not personal" | "非个人信息"),
            };
            let part = phrase!("its class of personal data" | "个人信息类别");
            add(Direction::Changed, part, (said(before), said(after)));
        }
    }
}

/// The type in the words of the language, with the words of a set that has no name.
fn ty(field: &Field) -> Phrase {
    use guardrails_core::policy::Type;
    let mut text = match &field.ty {
        Type::Enum(words) => format!("enum {{ {} }}", words.members.join(", ")),
        other => other.to_string(),
    };
    if field.optional {
        text.push('?');
    }
    Phrase::both(format!("`{text}`"), format!("`{text}`"))
}
