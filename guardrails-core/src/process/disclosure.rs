//! What of a decision may go to its requester, to a model or to an approver.
//!
//! A decision keeps what every rule said, so that no alert falls silent. That a rule applied whose only
//! effect is an alert, points of risk or a duty tells what its condition read. So a rule is disclosed
//! where it follows from what may be seen that it applied: from the clauses of its condition that may
//! be seen, or from the reasons, which name each rule that refused or asked for an approval.
//!
//! INVARIANT: all that is disclosed is worked out from what the requester may see and from the outcome
//! with its reasons: two records that differ in nothing of that are disclosed alike.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::compiled::Frame;
use super::explain::{Basis, Eye};
use super::reveal::{most, sees_scripts};
use super::rules::{Findings, Phase, RuleSet, in_force, phase};
use crate::data::Sight;
use crate::decision::{Decision, Disclosed, Outcome};
use crate::diagnostic::Place;
use crate::policy::{EffectKind, Hit, LevelEffect, Mode, RiskModel, Rule};
use crate::reason::Reason;
use crate::risk::DisclosedRisk;
use crate::truth::Truth;
use crate::value::Name;
use crate::verdict::Verdict;

/// How rules came out, as far as that may be known.
#[derive(Clone, Copy)]
pub(crate) struct RuleDisclosure<'a> {
    eye: Eye<'a>,
    rules: &'a RuleSet,
    reasons: Option<Reasons<'a>>,
}

/// The reasons of a decision, and whether each need for an approval is among them.
#[derive(Clone, Copy)]
struct Reasons<'a> {
    all: &'a [Reason],
    name_needs: bool,
}

impl<'a> RuleDisclosure<'a> {
    /// From what may be seen alone, before there are reasons.
    pub(crate) fn new(eye: Eye<'a>, rules: &'a RuleSet) -> Self {
        Self {
            eye,
            rules,
            reasons: None,
        }
    }

    /// Whether the score that rules see follows from what is disclosed.
    pub(crate) fn sees_first_score(&self, model: &RiskModel) -> bool {
        let before = |rule: &&Arc<Rule>| phase(rule) == Phase::BeforeRisk;
        self.sees_factors(model)
            && (self.rules.adding_risk().iter())
                .filter(before)
                .all(|rule| self.adds(rule).is_some())
    }

    fn sees_whole_score(&self, model: &RiskModel) -> bool {
        let mut adding = self.rules.adding_risk().iter();
        self.sees_factors(model) && adding.all(|rule| self.adds(rule).is_some())
    }

    fn sees_factors(&self, model: &RiskModel) -> bool {
        let mut factors = model.factors.iter();
        factors.all(|factor| self.sees(&factor.value))
    }

    fn sees(&self, expr: &crate::policy::Expr) -> bool {
        let eye: Eye<'_> = self.eye;
        eye.sees(expr)
    }

    /// Whether a rule applied; none where that is not disclosed.
    pub(crate) fn applied(&self, rule: &Rule) -> Option<bool> {
        if self.names(rule) {
            return Some(true);
        }
        if self.would_name(rule) {
            return Some(false);
        }
        match (
            self.bound(rule, Bound::Least),
            self.bound(rule, Bound::Most),
        ) {
            (_, Truth::False) => Some(false),
            (least, _) if is_first(rule) => self.taken(rule, least),
            (Truth::False, _) => None,
            (Truth::True | Truth::Unknown, _) => Some(true),
        }
    }

    /// Whether a row of a `first` table is taken, of which the condition comes to `least` at least.
    fn taken(&self, row: &Rule, least: Truth) -> Option<bool> {
        let before = || self.rules.rows_before(row);
        if before().any(|row| self.bound(row, Bound::Least) == Truth::True) {
            return Some(false);
        }
        let may_end = |row: &Rule| self.bound(row, Bound::Most) == Truth::True;
        (least != Truth::False && !before().any(may_end)).then_some(true)
    }

    /// Whether the effects of a rule follow from it, and not from an earlier row that says the same.
    pub(crate) fn follows(&self, rule: &Rule) -> Option<bool> {
        let applied = self.applied(rule)?;
        let mut before = self.rules.rows_before(rule);
        let is_alone = !applied || hit(rule) != Some(Hit::Any);
        (is_alone || before.all(|row| self.applied(row).is_some())).then_some(applied)
    }

    /// Whether a rule added to the risk, or nothing was to be added today.
    pub(crate) fn adds(&self, rule: &Rule) -> Option<bool> {
        if rule.mode != Mode::Enforced || !in_force(rule, &self.eye.facts) {
            return Some(false);
        }
        let follows = self.follows(rule)?;
        (!follows || self.sees_scripts(rule)).then_some(follows)
    }

    fn sees_scripts(&self, rule: &Rule) -> bool {
        let eye: Eye<'_> = self.eye;
        sees_scripts(rule, &eye)
    }

    /// What the outcome shows of a rule's condition; none where it shows nothing.
    pub(crate) fn shown_by_outcome(&self, rule: &Rule) -> Option<Truth> {
        if self.names(rule) {
            // It held or could not be known.
            return Some(Truth::Unknown);
        }
        (!is_first(rule) && self.would_name(rule)).then_some(Truth::False)
    }

    fn bound(&self, rule: &Rule, bound: Bound) -> Truth {
        let eye: Eye<'_> = self.eye;
        let when = rule.when.as_ref();
        when.map_or(Truth::True, |when| most(when, &eye, bound == Bound::Most))
    }

    /// Whether a reason is of this rule.
    fn names(&self, rule: &Rule) -> bool {
        let reasons = self.reasons.iter().flat_map(|reasons| reasons.all);
        named(reasons, &rule.origin.name, &rule.origin.place)
    }

    /// Whether there would be a reason of this rule, had it applied.
    fn would_name(&self, rule: &Rule) -> bool {
        let Some(reasons) = &self.reasons else {
            return false;
        };
        let names = |kind: &EffectKind| match kind {
            EffectKind::Deny(..) => true,
            EffectKind::RequireApproval(..) => reasons.name_needs,
            _ => false,
        };
        rule.mode == Mode::Enforced
            && in_force(rule, &self.eye.facts)
            && hit(rule) != Some(Hit::Any)
            && rule.effects.iter().any(|effect| names(&effect.kind))
    }
}

/// The truth nearest to false, or nearest to true, that a condition may have come to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    Least,
    Most,
}

fn named<'r>(mut reasons: impl Iterator<Item = &'r Reason>, name: &str, place: &Place) -> bool {
    reasons.any(|reason| reason.rule() == name && reason.place() == place)
}

fn hit(rule: &Rule) -> Option<Hit> {
    rule.table.as_ref().map(|row| row.table.hit)
}

fn is_first(rule: &Rule) -> bool {
    hit(rule) == Some(Hit::First)
}

/// What may be disclosed of one decision.
pub(crate) struct Disclosure<'a> {
    pub(crate) eye: Eye<'a>,
    pub(crate) rules: RuleDisclosure<'a>,
    pub(crate) risk: DisclosedRisk,
    /// Of each threshold of the risk model whether it was reached.
    pub(crate) reached: Vec<Option<bool>>,
    /// The rules that applied, in the order of the decision's verdicts.
    applied: Vec<Arc<Rule>>,
}

impl<'a> Disclosure<'a> {
    /// What may be disclosed of a decision that was made from `basis`; its rules are asked again.
    pub(crate) fn new(decision: &'a Decision, basis: &'a Basis) -> Self {
        let (plan, model) = (&*basis.plan, &*basis.snapshot.policy.risk);
        let reasons = Reasons {
            all: &decision.reasons,
            name_needs: match &decision.outcome {
                Outcome::NeedsApproval(_) => true,
                Outcome::Allow(_) => !basis.has_ticket,
                Outcome::Deny => false,
            },
        };
        let facts = basis.facts();
        let mut findings = Findings::default();
        let frame = Frame::new(&facts, &plan.slots);
        plan.on_change
            .run(Phase::BeforeRisk, &frame, &facts, &mut findings);
        let first = plan.scale.weigh(&frame, &findings.risks).score;
        let facts = facts.scored(first);
        let frame = Frame::new(&facts, &plan.slots);
        plan.on_change
            .run(Phase::AfterRisk, &frame, &facts, &mut findings);
        let weighed = plan.scale.weigh(&frame, &findings.risks);
        let mut rules = RuleDisclosure {
            eye: Eye {
                table: &basis.table,
                facts,
                score: Sight::None,
            },
            rules: &plan.on_change,
            reasons: Some(reasons),
        };
        if rules.sees_first_score(model) {
            rules.eye.score = Sight::Whole;
        }
        let score = rules.sees_whole_score(model).then_some(weighed.score);
        let reached = reached(model, reasons, score);
        let shares = weighed.factors.iter().take(model.factors.len());
        let shares = shares.zip(&model.factors).map(|((name, share), factor)| {
            (name.clone(), rules.sees(&factor.value).then_some(*share))
        });
        let added = findings.risks.iter().zip(&findings.adding);
        let added = added.filter(|(_, rule)| rules.adds(rule) == Some(true));
        let added = added.map(|((name, points), _)| (name.clone(), Some(*points)));
        let factors: Vec<(Name, Option<Decimal>)> = shares.chain(added).collect();
        let is_settled = reached.iter().all(Option::is_some);
        Self {
            eye: rules.eye,
            risk: DisclosedRisk {
                score,
                level: is_settled.then_some(weighed.level),
                factors,
            },
            reached,
            applied: findings.applied,
            rules,
        }
    }

    /// The verdicts of those rules that are disclosed to have applied.
    pub(crate) fn verdicts<'v>(
        &'v self,
        verdicts: &'v [Verdict],
    ) -> impl Iterator<Item = &'v Verdict> {
        let each = verdicts.iter().zip(&self.applied);
        let disclosed = each.filter(|(verdict, rule)| {
            verdict.place == rule.origin.place && self.rules.applied(rule) == Some(true)
        });
        disclosed.map(|(verdict, _)| verdict)
    }

    /// The rules that applied, whether that is disclosed or not.
    pub(crate) fn applied(&self) -> &[Arc<Rule>] {
        &self.applied
    }

    /// What may be disclosed of the decision beside its outcome and its reasons.
    pub(crate) fn of(self, decision: &Decision) -> Disclosed {
        let follows = |name: &str, place: &Place| {
            let mut rules = self.following();
            rules.any(|rule| *rule.origin.name == *name && rule.origin.place == *place)
        };
        let obligations = decision.obligations.iter();
        let obligations = obligations.filter(|bound| follows(bound.rule(), bound.place()));
        let shadows = decision.shadows.iter();
        let shadows = shadows.filter(|reason| follows(reason.rule(), reason.place()));
        Disclosed {
            verdicts: self.verdicts(&decision.verdicts).cloned().collect(),
            obligations: obligations.cloned().collect(),
            shadows: shadows.cloned().collect(),
            risk: self.risk,
        }
    }

    /// The rules of which it is disclosed that their effects follow.
    pub(crate) fn following(&self) -> impl Iterator<Item = &Arc<Rule>> {
        let applied = self.applied.iter();
        applied.filter(|rule| self.rules.follows(rule) == Some(true))
    }
}

/// Of each threshold whether it was reached: by the score, or by the reasons, which name each level that
/// refused or asked for an approval. The levels below one that was reached were, those above one that
/// was not were not.
fn reached(model: &RiskModel, reasons: Reasons<'_>, score: Option<Decimal>) -> Vec<Option<bool>> {
    let by_outcome = model.thresholds.iter().map(|threshold| {
        if named(reasons.all.iter(), "risk", &threshold.place) {
            return Some(true);
        }
        let names = threshold.effects.iter().any(|effect| match effect {
            LevelEffect::Deny(_) => true,
            LevelEffect::RequireApproval { .. } => reasons.name_needs,
            LevelEffect::Notify(_) => false,
        });
        names.then_some(false)
    });
    let known: Vec<Option<bool>> = by_outcome.collect();
    let each = model.thresholds.iter();
    each.map(|threshold| {
        if let Some(score) = score {
            return Some(score >= threshold.at);
        }
        let mut all = model.thresholds.iter().zip(&known);
        let is_reached = all.any(|(other, known)| *known == Some(true) && other.at >= threshold.at);
        let mut all = model.thresholds.iter().zip(&known);
        let is_missed = all.any(|(other, known)| *known == Some(false) && other.at <= threshold.at);
        match (is_reached, is_missed) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    })
    .collect()
}
