//! The risk of a decision as its asker may know it.

use rust_decimal::Decimal;

use super::eye::Lists;
use super::say;
use super::tree::readings;
use crate::explanation::{FactorExplained, LevelExplained, RiskExplained};
use crate::policy::{Comparison, Expr, ExprKind, Path, RiskModel, Root, Type};
use crate::process::disclosure::Disclosure;
use crate::process::evaluate::Items;
use crate::value::{Name, Value};

/// Finer than any share that people would write.
const GRAIN: Decimal = Decimal::from_parts(1, 0, 0, false, 20);

/// For each threshold, the condition that it is reached.
pub(super) fn reached(model: &RiskModel) -> Vec<Expr> {
    let thresholds = model.thresholds.iter().map(|threshold| {
        let score = ExprKind::Path(Path {
            root: Root::Risk,
            keys: vec!["score".into()],
            ty: Type::Decimal,
        });
        let at = ExprKind::Literal(Value::Number(threshold.at));
        let place = || threshold.place.clone();
        let (score, at) = (Expr::new(score, place()), Expr::new(at, place()));
        let compared = ExprKind::Compare(Comparison::GreaterOrEqual, Box::new(score), Box::new(at));
        Expr::new(compared, place())
    });
    thresholds.collect()
}

/// What the factors gave, for working out what would have to change. Of shares that may not be told
/// the asker knows that with all others they stayed below each level that was not reached: the most
/// that they can have been together stands in their place, so that what is enough is enough whatever
/// they are.
pub(super) fn shares(disclosure: &Disclosure<'_>, model: &RiskModel) -> Vec<(Name, Decimal)> {
    let risk = &disclosure.risk;
    let factors = risk.factors.iter().take(model.factors.len());
    let told = factors.map(|(name, share)| (name.clone(), share.unwrap_or_default()));
    let mut shares: Vec<(Name, Decimal)> = told.collect();
    if risk.score.is_none() {
        shares.push(("".into(), most(disclosure, model)));
    }
    shares
}

/// The most that the shares which may not be told can have been together.
fn most(disclosure: &Disclosure<'_>, model: &RiskModel) -> Decimal {
    let thresholds = model.thresholds.iter().zip(&disclosure.reached);
    let missed = thresholds.filter(|(_, reached)| **reached == Some(false));
    let next = missed.map(|(threshold, _)| threshold.at).min();
    // A score ends at 10, so that nothing follows from a level that is above it.
    let Some(next) = next.filter(|next| *next <= Decimal::TEN) else {
        return Decimal::TEN;
    };
    let told = disclosure
        .risk
        .factors
        .iter()
        .filter_map(|(_, share)| *share);
    let told = told.fold(Decimal::ZERO, Decimal::saturating_add);
    let rest = next.saturating_sub(GRAIN).saturating_sub(told);
    rest.max(Decimal::ZERO)
}

pub(super) fn explained<'a>(disclosure: &Disclosure<'a>, model: &'a RiskModel) -> RiskExplained {
    let (risk, eye) = (&disclosure.risk, &disclosure.eye);
    let none = Lists::new();
    let weighted = model.factors.iter().zip(&risk.factors);
    let factors = weighted.map(|(factor, (name, share))| FactorExplained {
        name: name.clone(),
        share: *share,
        formula: share.map_or_else(String::new, |_| factor.value.text_in(eye.facts.zone)),
        readings: readings(&factor.value, eye, &none, &Items::new()),
    });
    let added = risk.factors.iter().skip(model.factors.len());
    let added = added.map(|(name, share)| FactorExplained {
        name: name.clone(),
        share: *share,
        formula: String::new(),
        readings: Vec::new(),
    });
    let levels = model.thresholds.iter().zip(&disclosure.reached);
    let levels = levels.rev().map(|(threshold, reached)| LevelExplained {
        level: threshold.level,
        at: threshold.at,
        reached: *reached,
        effects: threshold.effects.iter().map(say::level_effect).collect(),
        place: threshold.place.clone(),
    });
    RiskExplained {
        score: risk.score,
        level: risk.level,
        factors: factors.chain(added).collect(),
        levels: levels.collect(),
    }
}
