//! The risk model: factors with their weights, and a scale from 0 to 10 with the levels on it.

use guardrails_rules::{Bundle, Outline};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::page::{Drawing, Effect, Factor, Level, Risk};
use super::source::{Code, at, code_at};
use super::words::Words;
use crate::policy::{LevelEffect, Policy, RiskFactor, RiskLevel, RiskThreshold};

pub(super) fn risk(policy: &Policy, bundle: &Bundle, outline: &Outline, words: &Words) -> Risk {
    let model = &policy.risk;
    let factors = model.factors.iter().map(|one| factor(one, bundle));
    let mut levels: Vec<Level> = model.thresholds.iter().map(level).collect();
    levels.push(Level {
        name: RiskLevel::Low.as_str(),
        at: "0".to_owned(),
        effects: Vec::new(),
    });
    Risk {
        doc: super::written::remarks(outline, "risk", ""),
        written: model.place.is_known(),
        factors: factors.collect(),
        drawing: scale(&model.thresholds, words),
        levels,
        place: at(&model.place),
    }
}

/// The standard model has no text to show; its formulas are these.
fn standard(name: &str) -> &'static str {
    match name {
        "data_sensitivity" => "2 * max_sensitivity",
        "impact" => "skill.impact",
        _ => "behaviour.score",
    }
}

fn factor(factor: &RiskFactor, bundle: &Bundle) -> Factor {
    let place = &factor.value.place;
    Factor {
        name: factor.name.to_string(),
        weight: factor.weight.normalize().to_string(),
        share: hundredths(factor.weight).clamp(0, 100),
        code: if place.is_known() {
            code_at(bundle, place)
        } else {
            Code::of(standard(&factor.name))
        },
        place: at(&factor.place),
    }
}

fn level(threshold: &RiskThreshold) -> Level {
    let effect = |effect: &LevelEffect| match effect {
        LevelEffect::RequireApproval { chain, .. } => Effect {
            kind: "approval",
            what: chain.to_string(),
            link: Some(format!("chain-{chain}")),
            ..Effect::default()
        },
        LevelEffect::Deny(code) => Effect {
            kind: "deny",
            what: code.to_string(),
            ..Effect::default()
        },
        LevelEffect::Notify(channel) => Effect {
            kind: "notify",
            what: channel.to_string(),
            ..Effect::default()
        },
    };
    Level {
        name: threshold.level.as_str(),
        at: threshold.at.normalize().to_string(),
        effects: threshold.effects.iter().map(effect).collect(),
    }
}

fn hundredths(number: Decimal) -> i64 {
    let hundred = number.checked_mul(Decimal::ONE_HUNDRED);
    hundred
        .and_then(|number| number.round().to_i64())
        .unwrap_or(0)
}

const LEFT: i64 = 12;
/// Ten points of risk.
const LENGTH: i64 = 640;
const BAR_Y: i64 = 30;

fn place_of(score: Decimal) -> i64 {
    LEFT + hundredths(score).clamp(0, 1_000) * LENGTH / 1_000
}

fn scale(thresholds: &[RiskThreshold], words: &Words) -> Drawing {
    let mut drawing = Drawing {
        width: LEFT * 2 + LENGTH,
        height: 92,
        ..Drawing::default()
    };
    let mut rising: Vec<&RiskThreshold> = thresholds.iter().collect();
    rising.sort_by_key(|threshold| threshold.at);
    let starts = rising.iter().map(|one| (one.level, one.at));
    let zones: Vec<(RiskLevel, Decimal)> = std::iter::once((RiskLevel::Low, Decimal::ZERO))
        .chain(starts)
        .collect();
    let ends = zones
        .iter()
        .skip(1)
        .map(|(_, at)| *at)
        .chain([Decimal::TEN]);
    for ((level, from), to) in zones.iter().zip(ends) {
        let (from, to) = (place_of(*from), place_of(to));
        let (class, name) = match level {
            RiskLevel::Low => ("zone low", words.text("low")),
            RiskLevel::Medium => ("zone medium", words.text("medium")),
            RiskLevel::High => ("zone high", words.text("high")),
        };
        drawing.rectangle(class, (from, BAR_Y), (to - from, 26), 0);
        drawing.text(
            "zone-name",
            "middle",
            (i64::midpoint(from, to), BAR_Y + 18),
            name,
        );
    }
    for point in 0..=10 {
        let x = place_of(Decimal::from(point));
        drawing.line("tick", (x, BAR_Y + 30), (x, BAR_Y + 36));
        drawing.text("small", "middle", (x, BAR_Y + 52), point.to_string());
    }
    for threshold in rising {
        let x = place_of(threshold.at);
        drawing.line("mark", (x, BAR_Y - 10), (x, BAR_Y + 26));
        let at = threshold.at.normalize().to_string();
        drawing.text("mark-name", "middle", (x, BAR_Y - 14), at);
    }
    drawing
}
