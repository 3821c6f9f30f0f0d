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
mod fields;
mod formula;
mod implied;
mod json;
mod model;
mod page;
mod reads;
mod refusals;
mod remedy;
mod rows;
mod rules;
mod say;
mod text;
mod tree;
mod weighing;
mod world;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;

pub(crate) use basis::Basis;
pub(crate) use eye::{Eye, Lists};
pub use model::{
    Clause, ClauseKind, Explanation, FactorExplained, FieldExplained, LevelExplained, Reading,
    Refusal, Remedy, RiskExplained, RuleExplained, Searched, Seen, Standing, Step,
};
pub(crate) use reads::explain_read;
pub(crate) use refusals::{Refused, explain_refusal, explain_view};
pub use text::Marks;

use rust_decimal::Decimal;

use self::formula::Clauses;
use self::world::{Ground, Weighing, World};
use super::facts::Facts;
use super::predicate::Frame;
use super::rules::{Findings, Phase};
use crate::data::Sight;
use crate::decision::{Decision, Outcome, Verdict};
use crate::policy::{Digest, Expr, Rule};

/// Explains a decision from what it kept.
pub(crate) fn explain(decision: &Decision, basis: &Basis) -> Explanation {
    let mut explanation = Explanation {
        chain: match &decision.outcome {
            Outcome::NeedsApproval(ticket) => ticket.chain.clone(),
            Outcome::Allow(_) | Outcome::Deny => "".into(),
        },
        reasons: decision.reasons.clone(),
        refusals: refusals::refusals(decision, basis),
        ..nothing(decision.outcome.as_str(), decision.policy)
    };
    // Of a record out of reach nothing is told but that.
    if !basis.table.is_out_of_scope() {
        let granted = basis.plan.table(&basis.before());
        explanation.fields = fields::fields(&basis.table, &granted, &[]);
        explain_change(decision, basis, &mut explanation);
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

fn explain_change(decision: &Decision, basis: &Basis, explanation: &mut Explanation) {
    let policy = &*basis.snapshot.policy;
    let levels = weighing::reached(&policy.risk);
    let world = world(decision, basis, &levels);
    tell_rules(explanation, &world, &decision.verdicts);
    let risk = weighing::explained(&decision.risk, &policy.risk, world.clauses.eye());
    explanation.risk = Some(risk);
}

fn tell_rules(explanation: &mut Explanation, world: &World<'_>, verdicts: &[Verdict]) {
    let told = rules::told(world, verdicts);
    explanation.rules = told.applied;
    explanation.near_misses = told.near;
    explanation.further = told.further;
    if explanation.outcome != "allow" {
        (explanation.remedies, explanation.searched) = remedy::remedies(world);
    }
}

/// The rules that a decision was made by; `levels` are the conditions of [`weighing::reached`].
fn world<'a>(decision: &'a Decision, basis: &'a Basis, levels: &'a [Expr]) -> World<'a> {
    let policy = &*basis.snapshot.policy;
    let facts = basis.facts();
    let eye = Eye {
        table: &basis.table,
        facts: facts.scored(first_score(basis, &facts)),
        score: match decision.risk.score {
            Some(_) => Sight::Whole,
            None => Sight::None,
        },
    };
    // Every rule that applied is named; a row that was passed over may have held or not.
    let verdicts = rules::Verdicts::new(&decision.verdicts);
    let public = |rule: &Rule| verdicts.of(rule).is_some() || !world::may_be_passed_over(rule);
    let ground = Ground {
        policy,
        verb: basis.plan.skill.verb,
        entity: &basis.plan.entity,
        public: &public,
        risk: Some(Weighing {
            levels,
            shares: weighing::shares(&decision.risk, &policy.risk),
            level: decision.risk.level,
        }),
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
