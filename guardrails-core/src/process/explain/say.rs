//! Clauses and effects in words for people, in each language.

use super::super::evaluate::Items;
use super::eye::{Eye, Lists};
use super::formula::subject;
use super::tree::names;
use crate::diagnostic::Phrase;
use crate::explanation::Reading;
use crate::phrase;
use crate::policy::{Comparison, EffectKind, Expr, ExprKind, LevelEffect, Quantifier, Root, Rule};
use crate::value::Name;
use crate::zone::Zone;

/// A clause as it would have to come out: `` `discount` at most 15% ``.
pub(super) fn step(expr: &Expr, wanted: bool, hidden: &[Name], zone: Zone) -> Phrase {
    if !hidden.is_empty() {
        let names = names(hidden);
        return phrase!(
            "something else in {names}, which you may not see" | "{names} 另有其值（无权查看）",
            names
        );
    }
    match &expr.kind {
        ExprKind::Not(inner) => step(inner, !wanted, hidden, zone),
        ExprKind::HasRole(role) if wanted => {
            phrase!(
                "the actor having the role {role}" | "操作者具有角色 {role}",
                role
            )
        }
        ExprKind::HasRole(role) => {
            phrase!(
                "the actor not having the role {role}" | "操作者不具有角色 {role}",
                role
            )
        }
        ExprKind::IsMissing(path) => {
            let name = path.to_string();
            match wanted {
                true => phrase!("no `{name}`" | "没有 `{name}`", name),
                false => phrase!("a `{name}` given" | "已填写 `{name}`", name),
            }
        }
        ExprKind::Changed(path) => {
            let name = path.to_string();
            match wanted {
                true => phrase!("`{name}` changed" | "修改 `{name}`", name),
                false => phrase!("`{name}` left as it is" | "保持 `{name}` 不变", name),
            }
        }
        ExprKind::Compare(comparison, a, b) => compared(*comparison, (a, b), wanted, zone),
        ExprKind::Quantified(Quantifier::Some, list, _, test) if !wanted => {
            let (list, test) = (list.to_string(), test.text_in(zone));
            phrase!(
                "no item of `{list}` with {test}" | "`{list}` 中没有满足 {test} 的项",
                list,
                test
            )
        }
        ExprKind::Quantified(Quantifier::Every, list, _, test) if !wanted => {
            let (list, test) = (list.to_string(), test.text_in(zone));
            phrase!(
                "an item of `{list}` without {test}" | "`{list}` 中有不满足 {test} 的项",
                list,
                test
            )
        }
        _ => plainly(expr, wanted, zone),
    }
}

fn plainly(expr: &Expr, wanted: bool, zone: Zone) -> Phrase {
    let text = expr.text_in(zone);
    match wanted {
        true => phrase!("{text}" | "{text}", text),
        false => phrase!("not ({text})" | "并非（{text}）", text),
    }
}

fn compared(comparison: Comparison, (a, b): (&Expr, &Expr), wanted: bool, zone: Zone) -> Phrase {
    let comparison = if wanted {
        comparison
    } else {
        comparison.negated()
    };
    let (comparison, a, b) = match (&a.kind, &b.kind) {
        (ExprKind::Literal(_) | ExprKind::Moment(..), _) => (comparison.flipped(), b, a),
        _ => (comparison, a, b),
    };
    // Printed together, so that a bare constant has its unit.
    let whole = Expr::new(
        ExprKind::Compare(Comparison::Equal, Box::new(a.clone()), Box::new(b.clone())),
        a.place.clone(),
    )
    .text_in(zone);
    let (a, b) = whole.split_once(" == ").unwrap_or((&whole, ""));
    match comparison {
        Comparison::Equal => phrase!("`{a}` equal to {b}" | "`{a}` 等于 {b}", a, b),
        Comparison::NotEqual => phrase!("`{a}` other than {b}" | "`{a}` 不等于 {b}", a, b),
        Comparison::Less => phrase!("`{a}` below {b}" | "`{a}` 低于 {b}", a, b),
        Comparison::LessOrEqual => phrase!("`{a}` at most {b}" | "`{a}` 不超过 {b}", a, b),
        Comparison::Greater => phrase!("`{a}` above {b}" | "`{a}` 高于 {b}", a, b),
        Comparison::GreaterOrEqual => phrase!("`{a}` at least {b}" | "`{a}` 不低于 {b}", a, b),
    }
}

/// What the one path of a clause reads now.
pub(super) fn now<'a>(expr: &'a Expr, eye: &Eye<'a>) -> Option<Reading> {
    let path = match &expr.kind {
        ExprKind::Not(inner) => return now(inner, eye),
        ExprKind::IsMissing(_) => return None,
        _ => subject(expr).or_else(|| sole_path(expr))?,
    };
    Some(eye.reading(path, &Lists::new(), &Items::new()))
}

/// The path of a clause that reads one alone.
fn sole_path(expr: &Expr) -> Option<&crate::policy::Path> {
    let mut found = Vec::new();
    expr.visit_paths(&mut |path| found.push(path));
    match (found.as_slice(), &expr.kind) {
        (_, ExprKind::Changed(_)) => None,
        ([only], _) if !matches!(only.root, Root::Variable(_)) => Some(*only),
        _ => None,
    }
}

/// What follows from a rule, or would.
pub(super) fn effects(rule: &Rule) -> Vec<Phrase> {
    if rule.effects.is_empty() && rule.table.is_some() {
        return vec![phrase!("allow" | "允许")];
    }
    rule.effects
        .iter()
        .map(|effect| effect_of(&effect.kind))
        .collect()
}

fn effect_of(kind: &EffectKind) -> Phrase {
    match kind {
        EffectKind::Deny(code, _) => phrase!("deny {code}" | "拒绝 {code}", code),
        EffectKind::RequireApproval(required) => approval(&required.chain),
        EffectKind::Mask(field, mask) => {
            let mask = mask.name();
            phrase!(
                "mask {field} with {mask}" | "以 {mask} 对 {field} 脱敏",
                field,
                mask
            )
        }
        EffectKind::Hide(field) => phrase!("hide {field}" | "隐藏 {field}", field),
        EffectKind::Risk(points, name) => {
            let points = points.normalize();
            phrase!(
                "risk +{points} ({name})" | "风险 +{points}（{name}）",
                points,
                name
            )
        }
        EffectKind::Notify(channel) => phrase!("notify {channel}" | "通知 {channel}", channel),
        EffectKind::Do(_) => phrase!("run its script" | "运行其脚本"),
        EffectKind::Oblige(duty) => {
            let name = duty.name.clone();
            phrase!("oblige {name}" | "附带义务 {name}", name)
        }
    }
}

/// What follows from reaching a level of risk.
pub(super) fn level_effect(effect: &LevelEffect) -> Phrase {
    match effect {
        LevelEffect::RequireApproval { chain, .. } => approval(chain),
        LevelEffect::Deny(code) => phrase!("deny {code}" | "拒绝 {code}", code),
        LevelEffect::Notify(channel) => phrase!("notify {channel}" | "通知 {channel}", channel),
    }
}

fn approval(chain: &Name) -> Phrase {
    phrase!("require approval {chain}" | "须经 {chain} 审批", chain)
}
