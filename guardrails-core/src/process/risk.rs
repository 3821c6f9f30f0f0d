//! The risk of one operation: weighted factors, plus what rules added.
//!
//! Each factor is held to 0 – 10 before it is weighted; one that cannot be known counts as 10. The
//! sum is held to 10, the top of the scale.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::predicate::{Compiler, Frame, Source};
use crate::decision::Risk;
use crate::policy::{RiskLevel, RiskModel, RiskThreshold};
use crate::value::Name;

/// A risk model made ready for one plan.
#[derive(Debug)]
pub(crate) struct Scale {
    model: Arc<RiskModel>,
    factors: Vec<(Name, Decimal, Source)>,
}

impl Scale {
    pub(crate) fn new(model: &Arc<RiskModel>, compiler: &mut Compiler<'_>) -> Self {
        let factors = model
            .factors
            .iter()
            .map(|factor| {
                let value = compiler.source(&factor.value);
                (factor.name.clone(), factor.weight, value)
            })
            .collect();
        Self {
            model: model.clone(),
            factors,
        }
    }

    /// The risk in this frame, with what rules added.
    pub(crate) fn weigh<'a>(&'a self, frame: &Frame<'_, 'a>, added: &[(Name, Decimal)]) -> Risk {
        let weighted = self
            .factors
            .iter()
            .map(|(name, weight, value)| (name.clone(), share(*weight, value.number(frame))));
        total(&self.model, weighted.chain(added.iter().cloned()).collect())
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
    let value = value.unwrap_or(Decimal::TEN);
    weight
        .checked_mul(value.clamp(Decimal::ZERO, Decimal::TEN))
        .unwrap_or(Decimal::TEN)
}

/// Adds the shares up and finds the level.
pub(crate) fn total(model: &RiskModel, factors: Vec<(Name, Decimal)>) -> Risk {
    let score = factors
        .iter()
        .try_fold(Decimal::ZERO, |sum, (_, share)| sum.checked_add(*share))
        .unwrap_or(Decimal::TEN)
        .clamp(Decimal::ZERO, Decimal::TEN);
    let level = model
        .thresholds
        .iter()
        .filter(|threshold| score >= threshold.at)
        .map(|threshold| threshold.level)
        .max()
        .unwrap_or(RiskLevel::Low);
    Risk {
        score,
        level,
        factors,
    }
}
