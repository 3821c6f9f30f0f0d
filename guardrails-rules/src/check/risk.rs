//! The risk model: factors, their weights, and the levels that a score reaches.

use guardrails_core::phrase;
use guardrails_core::policy::{LevelEffect, RiskFactor, RiskLevel, RiskModel, RiskThreshold, Type};
use rust_decimal::Decimal;

use super::condition::{Checker, Reach};
use super::context::Context;
use super::types::{Ty, described};
use crate::ast::{self, EffectKind, Factor, Level};
use crate::codes;

pub(super) fn lower(cx: &Context<'_>, written: &ast::Risk) -> RiskModel {
    cx.report_repeats(
        written.factors.iter().map(|factor| &factor.name),
        phrase!("the factor " | "因子 "),
    );
    let factors: Vec<RiskFactor> = written.factors.iter().map(|f| factor(cx, f)).collect();
    check_weights(cx, written);
    RiskModel {
        factors,
        thresholds: thresholds(cx, written),
        place: cx.place(written.span),
    }
}

fn factor(cx: &Context<'_>, written: &Factor) -> RiskFactor {
    let (weight, span) = written.weight;
    if weight.is_zero() || weight > Decimal::TEN {
        cx.report(
            cx.error(
                codes::OUT_OF_RANGE,
                span,
                phrase!("a weight is above 0 and at most 10" | "权重大于 0，最大为 10"),
            )
            .help(phrase!(
                "let the weights of all factors add up to 1" | "让所有因子的权重之和等于 1"
            )),
        );
    }
    let mut checker = Checker::new(cx, None, Reach::RiskModel);
    let value = checker.value(&written.value, None).settle(&Type::Decimal);
    match &value.ty {
        Ty::Known(Type::Int | Type::Decimal) | Ty::Open | Ty::Bad => {}
        Ty::Known(other) => {
            let message = phrase!(
                "this is {what}, not a number" | "这是{what}，不是数字",
                what = described(other)
            );
            cx.report(
                cx.error(codes::WRONG_TYPE, written.value.span, message)
                    .help(phrase!(
                        "give the factor a number of 0 to 10" | "因子要写 0 到 10 的数字"
                    )),
            );
        }
    }
    RiskFactor {
        name: written.name.text.clone(),
        weight,
        value: value.expr,
        place: cx.place(written.name.span),
    }
}

fn check_weights(cx: &Context<'_>, written: &ast::Risk) {
    let sum: Decimal = written.factors.iter().map(|factor| factor.weight.0).sum();
    if written.factors.is_empty() {
        cx.report(
            cx.error(
                codes::INCOMPLETE,
                written.span,
                phrase!("the risk model has no factor" | "风险模型没有因子"),
            )
            .help(phrase!(
                "add `factor NAME weight 0.4 = …`" | "加上 `factor 名称 weight 0.4 = …`"
            )),
        );
    } else if sum != Decimal::ONE {
        let sum = sum.normalize();
        let message = phrase!("the weights add up to {sum}" | "权重之和是 {sum}", sum);
        let help = phrase!(
            "let them add up to 1, so that the score runs from 0 to 10"
                | "让权重之和等于 1，这样风险分在 0 到 10 之间"
        );
        cx.report(
            cx.warning(codes::ODD_WEIGHTS, written.span, message)
                .help(help),
        );
    }
}

/// Levels with the highest first; a higher level starts at a higher score.
fn thresholds(cx: &Context<'_>, written: &ast::Risk) -> Vec<RiskThreshold> {
    let mut lowered: Vec<(RiskThreshold, &Level)> = Vec::new();
    for level in &written.levels {
        let Some(known) = level_of(cx, &level.name) else {
            continue;
        };
        if let Some((_, first)) = lowered.iter().find(|(have, _)| have.level == known) {
            let name = known.as_str();
            cx.repeated(
                codes::DUPLICATE_PART,
                phrase!("the level {name}" | "等级 {name}", name),
                first.name.span,
                level.name.span,
            );
            continue;
        }
        lowered.push((threshold(cx, level, known), level));
    }
    lowered.sort_by_key(|(threshold, _)| std::cmp::Reverse(threshold.level));
    for ((high, level), (low, _)) in lowered.iter().zip(lowered.iter().skip(1)) {
        if high.at <= low.at {
            let message = phrase!(
                "{high} starts at or below {low}" | "{high} 的起点不高于 {low}",
                high = high.level.as_str(),
                low = low.level.as_str()
            );
            let help = phrase!(
                "let the higher level start at a higher score" | "让更高的等级从更高的分数开始"
            );
            cx.report(
                cx.error(codes::OUT_OF_RANGE, level.at.1, message)
                    .help(help),
            );
        }
    }
    lowered
        .into_iter()
        .map(|(threshold, _)| threshold)
        .collect()
}

/// The level above LOW that a word means.
fn level_of(cx: &Context<'_>, word: &ast::Ident) -> Option<RiskLevel> {
    let all = [RiskLevel::High, RiskLevel::Medium];
    let found = all.into_iter().find(|level| level.as_str() == &*word.text);
    if found.is_none() {
        let known = all.map(RiskLevel::as_str);
        let kind = phrase!("level" | "等级");
        cx.unknown(codes::UNKNOWN_WORD, word, kind, known, || {
            phrase!(
                "write `HIGH` or `MEDIUM`; `LOW` is what remains"
                    | "写 `HIGH` 或 `MEDIUM`；其余都是 `LOW`"
            )
        });
    }
    found
}

fn threshold(cx: &Context<'_>, written: &Level, level: RiskLevel) -> RiskThreshold {
    let (at, span) = written.at;
    if at > Decimal::TEN {
        cx.report(
            cx.error(
                codes::OUT_OF_RANGE,
                span,
                phrase!("a score is at most 10" | "分数最高为 10"),
            )
            .help(phrase!("write a score of 0 to 10" | "写 0 到 10 的分数")),
        );
    }
    let effects = written
        .effects
        .iter()
        .filter_map(|effect| match &effect.kind {
            EffectKind::Require(chain, code, _) => {
                cx.check_chain(chain);
                let code = code.as_ref().map(|code| code.text.clone());
                Some(LevelEffect::RequireApproval {
                    chain: chain.text.clone(),
                    code: code.unwrap_or_else(|| "RISK_NEEDS_APPROVAL".into()),
                })
            }
            EffectKind::Deny(code, _) => Some(LevelEffect::Deny(code.text.clone())),
            EffectKind::Notify(channel) => Some(LevelEffect::Notify(channel.text.clone())),
            // The grammar lets nothing else through.
            _ => None,
        });
    RiskThreshold {
        level,
        at,
        effects: effects.collect(),
        place: cx.place(written.name.span),
    }
}
