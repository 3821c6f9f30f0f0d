//! What follows from rules besides their decision: duties of the host, channels that are told, and
//! points of risk.
//!
//! Duties and channels let nothing through, so losing one is a change and no widening. Points of risk
//! count as far as the policy makes anything of a score.

use guardrails_core::policy::{EffectKind, LevelEffect, Policy, Root};
use guardrails_core::{Phrase, phrase};
use rust_decimal::Decimal;

use super::alike;
use super::ask::Asker;
use super::book::Unit;
use super::change::{Change, Direction, Subject};
use super::decisions::{Books, Found, Missed, Near, all};
use crate::analyse::answer::Answer;
use crate::analyse::formula::Claim;

/// Adds what no longer follows, and what follows for the first time.
pub(super) fn duties(books: &Books<'_, '_>, asker: &mut Asker, out: &mut Vec<Found>) {
    for missed in books.missed() {
        let mut told: Vec<String> = Vec::new();
        for kind in missed.unit.effects() {
            let (EffectKind::Notify(_) | EffectKind::Oblige(_)) = kind else {
                continue;
            };
            let same = alike::effect(kind);
            if told.contains(&same) {
                continue;
            }
            let says = |kind: &EffectKind| alike::effect(kind) == same;
            let dropped = |near: Near<'_>| {
                let others = missed.to.says(near, |unit| unit.says(says));
                Claim::All(vec![missed.unit.says(says), others.negated()])
            };
            let answer = books.ask(&missed, asker, dropped, || dropped(&all));
            out.extend(duty(books, &missed, kind, answer));
            told.push(same);
        }
    }
}

fn duty(
    books: &Books<'_, '_>,
    missed: &Missed<'_, '_>,
    kind: &EffectKind,
    answer: Answer,
) -> Option<Found> {
    if answer.is_never() {
        return None;
    }
    let (said, otherwise) = match kind {
        EffectKind::Notify(channel) => (
            phrase!("told to `{channel}`" | "通知 `{channel}`", channel),
            None,
        ),
        EffectKind::Oblige(duty) => {
            let name = &duty.name;
            let other = phrase!("bound to it on other terms" | "按其他细节有此义务");
            let said = phrase!("bound to `{name}`" | "有义务 `{name}`", name);
            let named =
                |kind: &EffectKind| matches!(kind, EffectKind::Oblige(have) if have.name == *name);
            let still = missed.to.says(all, |unit| unit.says(named));
            let example = answer.example();
            let stays = example.is_some_and(|example| still.is_true(&example.facts()));
            (said, stays.then_some(other))
        }
        _ => return None,
    };
    let sides = match (missed.direction, otherwise) {
        (Direction::Widened, Some(other)) => (said, other),
        (Direction::Widened, None) => {
            let not = phrase!("not {said}" | "不再{said}", said);
            (said, not)
        }
        // Told from the other side.
        (_, Some(_)) => return None,
        (_, None) => (phrase!("not {said}" | "没有{said}", said), said),
    };
    let key = format!("{} {} {}", sides.0, sides.1, missed.unit.name());
    let change = Change::new(Subject::Duty, Direction::Changed, Phrase::default(), sides);
    Some(books.found(key, missed.unit, change.answered(answer)))
}

/// Adds points of risk that no longer count, or count for the first time.
pub(super) fn points(books: &Books<'_, '_>, bears: bool, asker: &mut Asker, out: &mut Vec<Found>) {
    let missed = books.missed();
    for one in &missed {
        let Some(most) = added(one.unit) else {
            continue;
        };
        let others = missed
            .iter()
            .filter(|other| other.direction != one.direction && added(other.unit).is_some());
        let least = |at_least: Decimal| move |kind: &EffectKind| matches!(kind, EffectKind::Risk(points, _) if *points >= at_least);
        let as_much = others.map(|other| other.unit.says(least(most)));
        let claim = Claim::All(vec![
            one.unit.says(least(most)),
            Claim::Any(as_much.collect()).negated(),
        ]);
        let answer = asker.ask(books.scene, &claim);
        if answer.is_never() {
            continue;
        }
        let points = most.normalize();
        let some = phrase!("{points} points of risk" | "{points} 分风险", points);
        let fewer = phrase!("fewer than {points} points" | "不足 {points} 分", points);
        let sides = match one.direction {
            Direction::Widened => (some, fewer),
            _ => (fewer, some),
        };
        let direction = match bears {
            true => one.direction,
            false => Direction::Changed,
        };
        let key = format!("points {points} {}", one.unit.name());
        let change = Change::new(Subject::Risk, direction, Phrase::default(), sides);
        out.push(books.found(key, one.unit, change.answered(answer)));
    }
}

/// The most points that one effect of a rule adds.
fn added(unit: &Unit<'_>) -> Option<Decimal> {
    let points = unit.effects().filter_map(|kind| match kind {
        EffectKind::Risk(points, _) if *points > Decimal::ZERO => Some(*points),
        _ => None,
    });
    points.max()
}

/// Whether anything is decided by a score: a level that asks or denies, or a rule that reads it.
pub(super) fn bears(policy: &Policy) -> bool {
    let restricts = |effect: &LevelEffect| !matches!(effect, LevelEffect::Notify(_));
    let levels = policy.risk.thresholds.iter();
    let mut reads = false;
    for when in policy.rules.iter().filter_map(|rule| rule.when.as_ref()) {
        when.visit_paths(&mut |path| reads |= path.root == Root::Risk);
    }
    reads || levels.flat_map(|level| &level.effects).any(restricts)
}
