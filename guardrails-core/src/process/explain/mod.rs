//! Why a decision came out as it did, and what would have to change.
//!
//! Worked out when somebody asks, from what the decision kept: the same facts, read and compared by
//! the same code, under the same policy, even if another is in force by now. Asking changes nothing.
//!
//! INVARIANT: an explanation is worked out from what the asker can see and from the decision itself.
//! Where a condition reads what the asker may not see, its outcome and the constants beside it stay
//! out: "`cost_price < 100` is false" would tell that the price is at least 100. What remains is the
//! decision: that a rule applied can be seen without any explanation.

mod basis;
mod eye;
mod formula;
mod implied;
mod json;
mod model;
mod page;
mod refusals;
mod remedy;
mod rows;
mod rules;
mod say;
mod text;
mod tree;
mod world;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;

pub(crate) use basis::Basis;
pub use model::{
    Clause, ClauseKind, Explanation, FactorExplained, FieldExplained, LevelExplained, Reading,
    Refusal, Remedy, RiskExplained, RuleExplained, Searched, Seen, Standing, Step,
};
pub(crate) use refusals::{Refused, explain_refusal, explain_view};
pub use text::Marks;

use rust_decimal::Decimal;

use self::eye::{Eye, Lists};
use self::formula::Clauses;
use self::world::{Ground, World};
use super::facts::Facts;
use super::oracle::Items;
use super::predicate::Frame;
use super::rules::{Findings, Phase};
use crate::data::{Access, FieldTable};
use crate::decision::{Decision, Outcome, Risk};
use crate::policy::{Comparison, Digest, Expr, ExprKind, Path, RiskModel, Root, Type};
use crate::value::Value;

/// Explains a decision from what it kept.
pub(crate) fn explain(decision: &Decision, basis: &Basis) -> Explanation {
    let mut explanation = Explanation {
        chain: match &decision.outcome {
            Outcome::NeedsApproval(ticket) => ticket.chain.clone(),
            Outcome::Allow | Outcome::Deny => "".into(),
        },
        reasons: decision.reasons.clone(),
        refusals: refusals::refusals(decision, basis),
        ..nothing(decision.outcome.as_str(), decision.policy)
    };
    // Of a record out of reach nothing is told but that.
    if !basis.table.is_out_of_scope() {
        explanation.fields = fields(&basis.table);
        explain_rules(decision, basis, &mut explanation);
    }
    explanation
}

/// An explanation with nothing to tell but the outcome.
fn nothing(outcome: &'static str, policy: Digest) -> Explanation {
    Explanation {
        outcome,
        chain: "".into(),
        reasons: Vec::new(),
        refusals: Vec::new(),
        rules: Vec::new(),
        near_misses: Vec::new(),
        further: 0,
        remedies: Vec::new(),
        searched: Searched::Whole,
        risk: None,
        fields: Vec::new(),
        policy,
    }
}

fn explain_rules(decision: &Decision, basis: &Basis, explanation: &mut Explanation) {
    let policy = &*basis.snapshot.policy;
    let levels = reached(&policy.risk);
    let world = world(decision, basis, &levels);
    let told = rules::told(&world, &decision.verdicts);
    explanation.rules = told.applied;
    explanation.near_misses = told.near;
    explanation.further = told.further;
    if decision.outcome != Outcome::Allow {
        (explanation.remedies, explanation.searched) = remedy::remedies(&world);
    }
    explanation.risk = Some(risk(&decision.risk, &policy.risk, world.clauses.eye()));
}

/// The rules that a decision was made by; `levels` are the conditions of [`reached`].
fn world<'a>(decision: &'a Decision, basis: &'a Basis, levels: &'a [Expr]) -> World<'a> {
    let policy = &*basis.snapshot.policy;
    let facts = basis.facts();
    let first = first_score(basis, &facts);
    let eye = Eye {
        table: &basis.table,
        facts: facts.scored(first),
    };
    let factors = ..policy.risk.factors.len();
    let ground = Ground {
        policy,
        verb: basis.plan.skill.verb,
        entity: &basis.plan.entity,
        levels,
        shares: decision.risk.factors.get(factors).unwrap_or_default(),
        scores: (first, decision.risk.score),
    };
    World::new(Clauses::new(eye), &ground)
}

/// The score that rules see which read it: what the plan's index finds before any of them runs.
fn first_score(basis: &Basis, facts: &Facts<'_>) -> Decimal {
    let plan = &basis.plan;
    let frame = Frame::new(facts, &plan.slots);
    let mut findings = Findings::default();
    plan.on_change
        .run(Phase::BeforeRisk, &frame, facts, &mut findings);
    plan.scale.weigh(&frame, &findings.risks).score
}

/// For each threshold, the condition that it is reached.
fn reached(model: &RiskModel) -> Vec<Expr> {
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

fn risk<'a>(risk: &Risk, model: &'a RiskModel, eye: &Eye<'a>) -> RiskExplained {
    let none = Lists::new();
    let weighted = model.factors.iter().zip(&risk.factors);
    let factors = weighted.map(|(factor, (name, share))| {
        let told = eye.withheld(&factor.value, &none).is_empty();
        FactorExplained {
            name: name.clone(),
            share: told.then_some(*share),
            formula: if told {
                factor.value.to_string()
            } else {
                String::new()
            },
            readings: tree::readings(&factor.value, eye, &none, &Items::new()),
        }
    });
    let added = risk.factors.iter().skip(model.factors.len());
    let added = added.map(|(name, share)| FactorExplained {
        name: name.clone(),
        share: Some(*share),
        formula: String::new(),
        readings: Vec::new(),
    });
    let levels = model
        .thresholds
        .iter()
        .rev()
        .map(|threshold| LevelExplained {
            level: threshold.level,
            at: threshold.at,
            reached: threshold.level <= risk.level,
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

/// The fields that the asker does not see as they are, and who says so.
fn fields(table: &FieldTable) -> Vec<FieldExplained> {
    let rows = table.rows().iter();
    rows.filter(|row| *row.access() != Access::Read)
        .map(|row| FieldExplained {
            field: row.name().clone(),
            access: row.access().to_string(),
            source: row.source().to_string(),
        })
        .collect()
}
