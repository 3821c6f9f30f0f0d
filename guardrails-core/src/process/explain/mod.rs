//! Why a decision came out as it did, and what would have to change.
//!
//! Worked out when somebody asks, from what the decision kept: the same facts, read and compared by
//! the same code, under the same policy, even if another is in force by now. Asking changes nothing.
//!
//! INVARIANT: an explanation is worked out from what the asker can see and from what may be
//! [disclosed](super::disclosure) of the decision. Where a condition reads what the asker may not see,
//! its outcome and the constants beside it stay out: "`cost_price < 100` is false" would tell that the
//! price is at least 100. What remains is the outcome with its reasons: that a rule refused can be seen
//! without any explanation.

mod basis;
mod eye;
mod fields;
mod formula;
mod implied;
mod json;
mod near_miss_index;
mod page;
mod reads;
mod refusals;
mod remedy;
mod rows;
mod rules;
mod say;
mod scope;
mod text;
mod tree;
mod weighing;
mod world;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;

pub(crate) use basis::Basis;
pub(crate) use eye::{Eye, Lists};
pub(crate) use near_miss_index::NearMissIndex;
pub(crate) use reads::explain_read;
pub(crate) use refusals::{Refused, explain_refusal, explain_view};
pub use text::Marks;

use self::formula::Clauses;
use self::world::{Ground, Weighing, World};
use super::disclosure::Disclosure;
use crate::approval_chains::ApprovalChains;
use crate::decision::{Decision, Disclosed, Explain, Outcome};
use crate::digest::Digest;
use crate::error::ExplainRefusal;
use crate::explanation::{Explanation, Searched};
use crate::outcome_kind::OutcomeKind;
use crate::policy::Expr;
use crate::reason::Reason;
use crate::verdict::Verdict;

impl Explain for Basis {
    fn explain(&self, decision: &Decision) -> Explanation {
        explain(decision, self)
    }

    /// Of a record out of reach nothing is disclosed but that.
    fn disclosed(&self, decision: &Decision) -> Disclosed {
        match self.table.is_out_of_scope() {
            true => Disclosed::default(),
            false => Disclosure::new(decision, self).of(decision),
        }
    }

    #[cfg(test)]
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl ExplainRefusal for Basis {
    fn explain(&self, reasons: &[Reason]) -> Explanation {
        explain_read(self, None, reasons)
    }

    #[cfg(test)]
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// Explains a decision from what it kept.
fn explain(decision: &Decision, basis: &Basis) -> Explanation {
    let mut explanation = Explanation {
        chains: match &decision.outcome {
            Outcome::NeedsApproval(ticket) => ticket.chains.clone(),
            Outcome::Allow(_) | Outcome::Deny => ApprovalChains::default(),
        },
        reasons: decision.reasons.clone(),
        refusals: refusals::refusals(decision, basis),
        ..nothing(decision.outcome.kind(), decision.policy)
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
fn nothing(outcome: OutcomeKind, policy: Digest) -> Explanation {
    Explanation {
        outcome,
        chains: ApprovalChains::default(),
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
    let disclosure = Disclosure::new(decision, basis);
    let verdicts: Vec<Verdict> = disclosure.verdicts(&decision.verdicts).cloned().collect();
    let index = basis.plan.near_misses(policy, basis.principal.roles());
    explanation.add_rules(rules::told_of_change(index, &disclosure, &verdicts));
    if explanation.outcome != OutcomeKind::Allow {
        let levels = weighing::reached(&policy.risk);
        explanation.add_remedies(&world(&disclosure, basis, &levels));
    }
    explanation.risk = Some(weighing::explained(&disclosure, &policy.risk));
}

impl Explanation {
    fn add_rules(&mut self, told: rules::Told) {
        self.rules = told.applied;
        self.near_misses = told.near;
        self.further = told.further;
    }

    fn add_remedies(&mut self, world: &World<'_>) {
        (self.remedies, self.searched) = remedy::remedies(world);
    }
}

/// The rules that a decision was made by; `levels` are the conditions of [`weighing::reached`].
fn world<'a>(disclosure: &Disclosure<'a>, basis: &'a Basis, levels: &'a [Expr]) -> World<'a> {
    let policy = &*basis.snapshot.policy;
    let ground = Ground {
        policy,
        plan: &basis.plan,
        verb: basis.plan.skill.verb,
        shown: &|rule| disclosure.rules.shown_by_outcome(rule),
        adds: &|rule| disclosure.rules.adds(rule),
        risk: Some(Weighing {
            levels,
            shares: weighing::shares(disclosure, &policy.risk),
            reached: disclosure.reached.clone(),
        }),
    };
    World::new(Clauses::new(disclosure.eye), &ground)
}
