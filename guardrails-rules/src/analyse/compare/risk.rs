//! Risk: how a score comes about, where its levels begin, and what a score brings.

use guardrails_core::policy::{Expr, LevelEffect, Policy, RiskLevel, RiskModel};
use guardrails_core::{Name, Phrase, Place, phrase};
use rust_decimal::Decimal;

use super::chains::{Order, direction_of};
use super::change::{Change, Direction, Subject};

pub(super) fn changes(old: &Policy, new: &Policy, order: &Order<'_>) -> Vec<Change> {
    let mut out = Vec::new();
    let (before, after) = (&*old.risk, &*new.risk);
    factors(before, after, &mut out);
    let first = out.len();
    outcomes(before, after, order, &mut out);
    if out.len() == first {
        // Where nothing follows otherwise, a level is still a word that people read.
        levels(before, after, &mut out);
    }
    channels(before, after, &mut out);
    out
}

fn change(direction: Direction, what: Phrase, sides: (Phrase, Phrase)) -> Change {
    Change::new(Subject::Risk, direction, what, sides)
}

/// A factor as it is written: for comparison, for people, and where.
fn written<'m>(
    model: &'m RiskModel,
    name: &Name,
) -> Option<((Decimal, &'m Expr), String, &'m Place)> {
    let factor = model.factors.iter().find(|factor| factor.name == *name)?;
    let (weight, value) = (factor.weight.normalize(), &factor.value);
    let text = format!("`weight {weight} = {value}`");
    Some(((weight, value), text, &factor.place))
}

fn factors(old: &RiskModel, new: &RiskModel, out: &mut Vec<Change>) {
    let mut names: Vec<&Name> = old
        .factors
        .iter()
        .chain(&new.factors)
        .map(|f| &f.name)
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let (was, is) = (written(old, name), written(new, name));
        if was.as_ref().map(|was| &was.0) == is.as_ref().map(|is| &is.0) {
            continue;
        }
        let places = (was.as_ref().map(|was| was.2), is.as_ref().map(|is| is.2));
        let said = |text: Option<String>| match text {
            Some(text) => Phrase::both(text.clone(), text),
            None => phrase!("not counted" | "不计入"),
        };
        let what = phrase!("risk factor `{name}`" | "风险因子 `{name}`", name);
        let found = change(
            Direction::Changed,
            what,
            (said(was.map(|was| was.1)), said(is.map(|is| is.1))),
        );
        out.push(found.at(places.0, places.1));
    }
}

const LEVELS: [RiskLevel; 2] = [RiskLevel::Medium, RiskLevel::High];

/// The score from which a level is reached, or a higher one.
fn begins(model: &RiskModel, level: RiskLevel) -> Option<Decimal> {
    let reached = model.thresholds.iter().filter(|one| one.level >= level);
    reached.map(|one| one.at).min()
}

fn levels(old: &RiskModel, new: &RiskModel, out: &mut Vec<Change>) {
    for level in LEVELS {
        let has = |model: &RiskModel| model.thresholds.iter().any(|one| one.level == level);
        if !has(old) && !has(new) {
            continue;
        }
        let (was, is) = (begins(old, level), begins(new, level));
        // What begins nowhere begins above every score.
        let height = |at: Option<Decimal>| at.unwrap_or(Decimal::MAX);
        let direction = direction_of(height(is) <= height(was), height(was) <= height(is));
        let Some(direction) = direction else { continue };
        let name = level.as_str();
        let what = phrase!("risk level `{name}`" | "风险等级 `{name}`", name);
        let said = |at: Option<Decimal>| match at {
            Some(at) => {
                let at = at.normalize();
                phrase!("reached from {at}" | "从 {at} 起", at)
            }
            None => phrase!("never reached" | "不会达到"),
        };
        out.push(
            change(direction, what, (said(was), said(is))).at(Some(&old.place), Some(&new.place)),
        );
    }
}

/// What a score brings.
#[derive(PartialEq)]
enum Brought<'p> {
    Denied,
    /// By these chains; by none, nothing.
    Asked(Vec<&'p Name>),
}

fn brought(model: &RiskModel, score: Decimal) -> Brought<'_> {
    let reached = effects(model, score);
    if reached
        .iter()
        .any(|effect| matches!(effect, LevelEffect::Deny(_)))
    {
        return Brought::Denied;
    }
    let chains = reached.into_iter().filter_map(|effect| match effect {
        LevelEffect::RequireApproval { chain, .. } => Some(chain),
        _ => None,
    });
    let mut chains: Vec<&Name> = chains.collect();
    chains.sort_unstable();
    chains.dedup();
    Brought::Asked(chains)
}

fn effects(model: &RiskModel, score: Decimal) -> Vec<&LevelEffect> {
    let reached = model.thresholds.iter().filter(|one| score >= one.at);
    let Some(level) = reached.map(|one| one.level).max() else {
        return Vec::new();
    };
    let held = model.thresholds.iter().filter(|one| one.level <= level);
    held.flat_map(|one| &one.effects).collect()
}

impl Brought<'_> {
    fn said(&self) -> Phrase {
        match self {
            Self::Denied => phrase!("denied" | "拒绝"),
            Self::Asked(chains) if chains.is_empty() => phrase!("let through" | "放行"),
            Self::Asked(chains) => {
                let names: Vec<String> = chains.iter().map(|name| format!("`{name}`")).collect();
                let names = Phrase::both(names.join(" and "), names.join("、"));
                phrase!("an approval by {names}" | "经{names}审批", names)
            }
        }
    }
}

fn direction(old: &Brought<'_>, new: &Brought<'_>, order: &Order<'_>) -> Option<Direction> {
    let (was, is) = match (old, new) {
        (Brought::Denied, Brought::Denied) => return None,
        (Brought::Denied, _) => return Some(Direction::Widened),
        (_, Brought::Denied) => return Some(Direction::Narrowed),
        (Brought::Asked(was), Brought::Asked(is)) => (was, is),
    };
    order.direction(was, is)
}

/// The scores at which something begins tell all there is; of neighbours that say the same, the first.
fn outcomes(old: &RiskModel, new: &RiskModel, order: &Order<'_>, out: &mut Vec<Change>) {
    let thresholds = old.thresholds.iter().chain(&new.thresholds);
    let mut scores: Vec<Decimal> = thresholds.map(|one| one.at).collect();
    scores.sort_unstable();
    scores.dedup();
    let mut before = None;
    for score in scores {
        let (was, is) = (brought(old, score), brought(new, score));
        let told = direction(&was, &is, order).map(|direction| (direction, was.said(), is.said()));
        if told.is_some() && told != before {
            let (direction, was, is) = (told.as_ref().map(|told| told.0), was.said(), is.said());
            let score = score.normalize();
            let what = phrase!("a risk score of {score}" | "风险分 {score}", score);
            let found = direction.map(|direction| change(direction, what, (was, is)));
            out.extend(found.map(|found| found.at(Some(&old.place), Some(&new.place))));
        }
        before = told;
    }
}

/// Whom a level tells: nobody is let through by that.
fn channels(old: &RiskModel, new: &RiskModel, out: &mut Vec<Change>) {
    for level in LEVELS {
        let told = |model: &RiskModel| {
            let levels = model.thresholds.iter().filter(|one| one.level <= level);
            let effects = levels.flat_map(|one| &one.effects);
            let channels = effects.filter_map(|effect| match effect {
                LevelEffect::Notify(channel) => Some(channel.clone()),
                _ => None,
            });
            let mut channels: Vec<Name> = channels.collect();
            channels.sort_unstable();
            channels.dedup();
            channels
        };
        let (was, is) = (told(old), told(new));
        if was == is {
            continue;
        }
        let said = |channels: &[Name]| {
            let names: Vec<String> = channels.iter().map(|name| format!("`{name}`")).collect();
            match names.is_empty() {
                true => phrase!("told to nobody" | "不通知"),
                false => {
                    let names = Phrase::both(names.join(", "), names.join("、"));
                    phrase!("told to {names}" | "通知{names}", names)
                }
            }
        };
        let name = level.as_str();
        let what = phrase!("risk level `{name}`" | "风险等级 `{name}`", name);
        let found = change(Direction::Changed, what, (said(&was), said(&is)));
        out.push(found.at(Some(&old.place), Some(&new.place)));
    }
}
