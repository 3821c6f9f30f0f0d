//! The risk of one operation: weighted factors, plus what rules added.
//!
//! Each factor is held to 0 – 10 before it is weighted; one that cannot be known counts as 10. The
//! sum is held to 10, the top of the scale.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::compiled::{Compiler, Constant, Frame, Source};
use crate::policy::{RiskModel, RiskThreshold};
use crate::risk::Risk;
use crate::risk::RiskLevel;
use crate::value::Name;

/// A risk as it really is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weighed {
    /// 0 – 10.
    pub(crate) score: Decimal,
    pub(crate) level: RiskLevel,
    /// What each factor gave, in the order of the model, and after them what each rule added.
    pub(crate) factors: Vec<(Name, Decimal)>,
}

impl From<&Weighed> for Risk {
    fn from(weighed: &Weighed) -> Self {
        Self {
            score: Some(weighed.score),
            level: weighed.level,
            factors: weighed.factors.clone(),
        }
    }
}

/// A risk model made ready for one plan.
#[derive(Debug)]
pub(crate) struct Scale {
    model: Arc<RiskModel>,
    factors: Vec<Factor>,
}

#[derive(Debug)]
struct Factor {
    name: Name,
    share: Share,
}

/// What a factor gives.
#[derive(Debug)]
enum Share {
    /// The same for every record of the plan.
    Settled(Decimal),
    /// This value, at this weight.
    Of(Source, Decimal),
}

impl Share {
    fn new(value: Source, weight: Decimal) -> Self {
        match value {
            Source::Constant(Constant::Number(value)) => Self::Settled(share(weight, Some(value))),
            value => Self::Of(value, weight),
        }
    }

    fn points<'a>(&'a self, frame: &Frame<'_, 'a>) -> Decimal {
        match self {
            Self::Settled(points) => *points,
            Self::Of(value, weight) => share(*weight, value.number(frame)),
        }
    }
}

impl Scale {
    pub(crate) fn new(model: &Arc<RiskModel>, compiler: &mut Compiler<'_>) -> Self {
        let factors = model
            .factors
            .iter()
            .map(|factor| Factor {
                name: factor.name.clone(),
                share: Share::new(compiler.source(&factor.value), factor.weight),
            })
            .collect();
        Self {
            model: model.clone(),
            factors,
        }
    }

    /// The risk in this frame, with what rules added.
    pub(crate) fn weigh<'a>(&'a self, frame: &Frame<'_, 'a>, added: &[(Name, Decimal)]) -> Weighed {
        let mut factors = Vec::with_capacity(self.factors.len() + added.len());
        let weighted = self.factors.iter();
        factors.extend(weighted.map(|factor| (factor.name.clone(), factor.share.points(frame))));
        factors.extend_from_slice(added);
        total(&self.model, factors)
    }

    /// The thresholds that a level reaches, highest first.
    pub(crate) fn reached(&self, level: RiskLevel) -> impl Iterator<Item = &RiskThreshold> {
        self.model
            .thresholds
            .iter()
            .filter(move |threshold| threshold.level <= level)
    }
}

/// What one factor gives: its value held to 0 – 10, weighted.
pub(crate) fn share(weight: Decimal, value: Option<Decimal>) -> Decimal {
    let value = value.map_or(Decimal::TEN, held);
    weight.checked_mul(value).unwrap_or(Decimal::TEN)
}

/// Held to 0 – 10.
fn held(points: Decimal) -> Decimal {
    if points.is_sign_negative() {
        return Decimal::ZERO;
    }
    points.min(Decimal::TEN)
}

/// Adds the shares up and finds the level.
pub(crate) fn total(model: &RiskModel, factors: Vec<(Name, Decimal)>) -> Weighed {
    let score = factors
        .iter()
        .try_fold(Decimal::ZERO, |sum, (_, share)| sum.checked_add(*share))
        .map_or(Decimal::TEN, held);
    let level = model
        .thresholds
        .iter()
        .filter(|threshold| score >= threshold.at)
        .map(|threshold| threshold.level)
        .max()
        .unwrap_or(RiskLevel::Low);
    Weighed {
        score,
        level,
        factors,
    }
}
