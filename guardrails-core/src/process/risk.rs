//! The risk of one operation: weighted factors, plus what rules added.
//!
//! Each factor is held to 0 – 10 before it is weighted; one that cannot be known counts as 10. The
//! sum is held to 10, the top of the scale.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use rust_decimal::Decimal;

use super::compiled::{Compiler, Constant, Frame, Source};
use crate::facts::Facts;
use crate::policy::{Expr, RiskModel, RiskThreshold, Root};
use crate::risk::{DisclosedRisk, Risk, RiskLevel};
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

impl Weighed {
    /// The same as it may be disclosed to whoever may know all of it.
    fn disclosed(&self) -> DisclosedRisk {
        let factors = self.factors.iter();
        DisclosedRisk {
            score: Some(self.score),
            level: Some(self.level),
            factors: factors
                .map(|(name, share)| (name.clone(), Some(*share)))
                .collect(),
        }
    }
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

/// The risk of one proposal. One that no rule added to is mostly the same as that of the proposal before,
/// and then shared with it.
#[derive(Debug, Clone)]
pub(crate) struct ReviewedRisk {
    pub(crate) weighed: Arc<Weighed>,
    /// The same as decisions and events have it, where all of it may be disclosed whatever the requester sees.
    whole: Option<(Arc<Risk>, Arc<DisclosedRisk>)>,
}

impl ReviewedRisk {
    /// The same for a decision.
    pub(crate) fn complete(&self) -> Arc<Risk> {
        let whole = self.whole.as_ref().map(|(risk, _)| risk.clone());
        whole.unwrap_or_else(|| Arc::new(Risk::from(&*self.weighed)))
    }

    /// The same as it may be disclosed, where that does not depend on what the requester sees.
    pub(crate) fn disclosed(&self) -> Option<Arc<DisclosedRisk>> {
        self.whole.as_ref().map(|(_, risk)| risk.clone())
    }
}

impl From<Weighed> for ReviewedRisk {
    fn from(weighed: Weighed) -> Self {
        Self {
            weighed: Arc::new(weighed),
            whole: None,
        }
    }
}

impl PartialEq for ReviewedRisk {
    /// What is shared is made of the rest.
    fn eq(&self, other: &Self) -> bool {
        self.weighed == other.weighed
    }
}

/// A risk that was weighed before, and all that it depends on.
#[derive(Debug)]
struct Kept {
    max_sensitivity: u8,
    behaviour: [u8; 16],
    risk: ReviewedRisk,
}

/// A risk model made ready for one plan.
#[derive(Debug)]
pub(crate) struct Scale {
    model: Arc<RiskModel>,
    factors: Vec<Factor>,
    /// Whether the factors read nothing but what the plan settles, the sensitivity and the user's own risk.
    is_repeatable: bool,
    kept: ArcSwapOption<Kept>,
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
            is_repeatable: model.factors.iter().all(|factor| repeats(&factor.value)),
            model: model.clone(),
            factors,
            kept: ArcSwapOption::empty(),
        }
    }

    /// The risk in this frame, which is of these facts, with what rules added.
    pub(crate) fn review<'a>(
        &'a self,
        frame: &Frame<'_, 'a>,
        facts: &Facts<'a>,
        added: &[(Name, Decimal)],
    ) -> ReviewedRisk {
        if !self.is_repeatable || !added.is_empty() {
            return self.weigh(frame, added).into();
        }
        let max_sensitivity = facts.max_sensitivity;
        // By its digits: equal numbers may be written differently.
        let behaviour = facts.principal.behaviour_score().serialize();
        if let Some(kept) = &*self.kept.load()
            && (kept.max_sensitivity, kept.behaviour) == (max_sensitivity, behaviour)
        {
            return kept.risk.clone();
        }
        let weighed = self.weigh(frame, added);
        let whole = (
            Arc::new(Risk::from(&weighed)),
            Arc::new(weighed.disclosed()),
        );
        let risk = ReviewedRisk {
            weighed: Arc::new(weighed),
            whole: Some(whole),
        };
        self.kept.store(Some(Arc::new(Kept {
            max_sensitivity,
            behaviour,
            risk: risk.clone(),
        })));
        risk
    }

    /// The same, worked out anew.
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

/// Whether a factor reads nothing but what [`Kept`] names and what the plan settles.
fn repeats(value: &Expr) -> bool {
    let mut repeats = true;
    value.visit_paths(&mut |path| {
        repeats &= match (path.root, path.keys.as_slice()) {
            (Root::Data | Root::Skill, _) => true,
            (Root::Behaviour, [only]) => **only == *"score",
            _ => false,
        };
    });
    repeats
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
