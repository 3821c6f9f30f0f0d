//! The rules about one operation, and what they would say if some clauses came out another way.
//!
//! What follows from rules that hold is asked of [`Findings`] and [`Tables`], as in every decision;
//! only what the clauses come to is pretended.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rust_decimal::Decimal;

use super::super::reveal::sees_scripts;
use super::super::risk::{Weighed, total};
use super::super::rules::{Findings, Phase, in_force, may_add_risk, phase};
use super::super::tables::Tables;
use super::formula::{Clauses, Formula};
use super::implied::implied;
use super::scope::RowScope;
use crate::facts::Facts;
use crate::plan::Plan;
use crate::policy::{Expr, Hit, LevelEffect, Mode, Policy, RiskModel, Rule, Verb};
use crate::truth::Truth;
use crate::value::Name;

/// Clauses that are pretended to come out like this.
pub(super) type Flips = BTreeMap<usize, bool>;

/// Every rule about one verb on one entity.
pub(super) struct World<'a> {
    pub(super) clauses: Clauses<'a>,
    pub(super) rules: Vec<Considered<'a>>,
    /// The rules that each clause is in.
    rules_with: Vec<Vec<usize>>,
    /// The rules that may apply as things are. All others stay out of it while no clause of theirs is
    /// pretended: of ten thousand rules mostly a few.
    applying: BTreeSet<usize>,
    /// The rules that see the score, which may begin to apply when it is another.
    seeing: BTreeSet<usize>,
    /// None where no risk is weighed: on a read.
    scale: Option<Scale<'a>>,
    scope: RowScope<'a>,
}

/// How the risk is weighed.
struct Scale<'a> {
    model: &'a RiskModel,
    /// The clause of each of the model's thresholds.
    levels: Vec<usize>,
    /// What the factors gave; of those that may not be told, together the most that it can have been.
    shares: Vec<(Name, Decimal)>,
    /// The score that rules see which read it.
    score: Decimal,
}

impl Scale<'_> {
    /// Whether all that adds up to the score is disclosed.
    fn is_whole(&self) -> bool {
        !self.shares.iter().any(|(name, _)| name.is_empty())
    }
}

/// A rule and how it stands.
pub(super) struct Considered<'a> {
    pub(super) rule: &'a Arc<Rule>,
    pub(super) formula: Formula,
    pub(super) counts: Counts,
    /// What its condition came to, as far as that follows from what may be seen, or else what the
    /// outcome shows of it; none where neither says anything.
    pub(super) truth: Option<Truth>,
    /// Whether the outcome shows something of it.
    pub(super) is_shown: bool,
    /// Whether it is not disclosed if it added points: they are then among the hidden shares.
    adds_undisclosed: bool,
    phase: Phase,
}

/// Whether a rule counts on this day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    Yes,
    InShadow,
    NotToday,
}

/// What keeps an operation from being allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Culprit {
    /// The rule at this place.
    Rule(usize),
    /// The threshold at this place.
    Level(usize),
    /// The record would be in the row scope of no grant.
    RowScope,
}

/// What a world is made from.
pub(super) struct Ground<'a, 'p> {
    pub(super) policy: &'a Policy,
    pub(super) plan: &'a Plan,
    pub(super) verb: Verb,
    /// What the outcome shows of a rule's condition.
    pub(super) shown: &'p dyn Fn(&Rule) -> Option<Truth>,
    /// Whether it is disclosed that a rule added to the risk.
    pub(super) adds: &'p dyn Fn(&Rule) -> Option<bool>,
    /// None where no risk is weighed.
    pub(super) risk: Option<Weighing<'a>>,
}

/// How the risk was weighed.
pub(super) struct Weighing<'a> {
    /// One condition per threshold: that it is reached.
    pub(super) levels: &'a [Expr],
    /// What the factors gave; of those that may not be told, together the most that it can have been.
    pub(super) shares: Vec<(Name, Decimal)>,
    /// Of each level whether it was reached; none where that may not be told.
    pub(super) reached: Vec<Option<bool>>,
}

impl<'a> World<'a> {
    pub(super) fn new(mut clauses: Clauses<'a>, ground: &Ground<'a, '_>) -> Self {
        let facts = clauses.eye().facts;
        let about = ground.policy.rules.iter().filter(|rule| {
            *rule.entity == *ground.plan.entity && rule.verbs.contains(&ground.verb)
        });
        let mut rules = Vec::new();
        for rule in about {
            let formula = clauses.formula(rule.when.as_ref());
            let told = |number| clauses.told(number);
            let shown = (ground.shown)(rule);
            rules.push(Considered {
                rule,
                truth: formula.truth(&told).or(shown),
                is_shown: shown.is_some(),
                adds_undisclosed: (ground.adds)(rule).is_none(),
                formula,
                counts: counts(rule, &facts),
                phase: phase(rule),
            });
        }
        let scale = ground.risk.as_ref().map(|risk| {
            let model = &*ground.policy.risk;
            let levels = risk.reached.iter().zip(risk.levels);
            let levels = levels
                .map(|(reached, condition)| clauses.level(condition, reached.map(Truth::from)));
            Scale {
                model,
                levels: levels.collect(),
                shares: risk.shares.clone(),
                score: Decimal::ZERO,
            }
        });
        let mut rules_with: Vec<Vec<usize>> = Vec::new();
        for (at, considered) in rules.iter().enumerate() {
            considered.formula.visit(&mut |number| {
                if rules_with.len() <= number {
                    rules_with.resize_with(number.saturating_add(1), Vec::new);
                }
                if let Some(with) = rules_with.get_mut(number) {
                    with.push(at);
                }
            });
        }
        let those = |wanted: &dyn Fn(&Considered<'a>) -> bool| {
            let rules = rules.iter().enumerate();
            let counting = rules.filter(|(_, rule)| rule.counts == Counts::Yes && wanted(rule));
            counting.map(|(at, _)| at).collect()
        };
        let mut world = Self {
            applying: those(&|rule| rule.truth.is_none_or(Truth::restricts)),
            seeing: those(&|rule| rule.phase == Phase::AfterRisk),
            scope: RowScope::new(ground.plan, &mut clauses),
            clauses,
            rules,
            rules_with,
            scale,
        };
        let first = world.first_score();
        if let Some(scale) = &mut world.scale {
            scale.score = first;
        }
        world
    }

    /// The score before any rule read it.
    fn first_score(&self) -> Decimal {
        let mut findings = Findings::default();
        let (flips, touched) = (Flips::new(), BTreeSet::new());
        self.run(
            Phase::BeforeRisk,
            &flips,
            &touched,
            &mut findings,
            &mut Vec::new(),
        );
        self.weigh(&findings)
            .map_or(Decimal::ZERO, |risk| risk.score)
    }

    /// Whether the risk that a remedy would lead to follows from what is disclosed.
    pub(super) fn knows_risk(&self) -> bool {
        self.scale.as_ref().is_none_or(Scale::is_whole)
    }

    /// What would keep the operation from being allowed; nothing for one that is.
    pub(super) fn culprits(&self, flips: &Flips) -> Vec<Culprit> {
        let touched = self.touched(flips);
        let mut findings = Findings::default();
        let mut culprits = Vec::new();
        self.run(
            Phase::BeforeRisk,
            flips,
            &touched,
            &mut findings,
            &mut culprits,
        );
        self.run(
            Phase::AfterRisk,
            flips,
            &touched,
            &mut findings,
            &mut culprits,
        );
        if let Some((scale, risk)) = self.scale.as_ref().zip(self.weigh(&findings)) {
            for (at, threshold) in scale.model.thresholds.iter().enumerate() {
                let pretended = scale.levels.get(at).and_then(|number| flips.get(number));
                let reached = pretended.copied().unwrap_or(threshold.level <= risk.level);
                if reached && threshold.effects.iter().any(restricts) {
                    culprits.push(Culprit::Level(at));
                }
            }
        }
        let told = |number| self.told(number, flips, &self.clauses.eye().facts);
        if self.scope.may_be_left(flips, &told) {
            culprits.push(Culprit::RowScope);
        }
        culprits
    }

    fn run<'s>(
        &'s self,
        now: Phase,
        flips: &Flips,
        touched: &BTreeSet<usize>,
        findings: &mut Findings,
        culprits: &mut Vec<Culprit>,
    ) {
        let mut facts: Facts<'a> = self.clauses.eye().facts;
        facts.risk_score = match now {
            Phase::BeforeRisk => None,
            Phase::AfterRisk => self.weigh(findings).map(|risk| risk.score),
        };
        let mut tables = Tables::default();
        let mut tried: BTreeSet<usize> = self.applying.union(touched).copied().collect();
        if now == Phase::AfterRisk && self.rescored(&facts) {
            tried.extend(&self.seeing);
        }
        let rules = tried
            .iter()
            .filter_map(|at| Some((*at, self.rules.get(*at)?)));
        for (at, considered) in rules {
            if considered.phase != now || considered.counts != Counts::Yes {
                continue;
            }
            let told = self.truth(considered, touched.contains(&at), flips, &facts);
            let truth = told.unwrap_or(Truth::Unknown);
            if told.is_none() && may_overlap(considered.rule) {
                culprits.push(Culprit::Rule(at));
            }
            if truth == Truth::False || !tables.tries(considered.rule) {
                continue;
            }
            let before = (restrictions(findings), findings.risks.len());
            tables.take(considered.rule, truth, &facts, findings);
            let told = sees_scripts(considered.rule, self.clauses.eye());
            let is_touched = touched.contains(&at);
            let is_open = !is_touched && considered.truth.is_none();
            if !told || (is_open && considered.adds_undisclosed) {
                // Counted among the shares that may not be told.
                findings.risks.truncate(before.1);
            }
            // What a script would say of something hidden is not asked: it might refuse.
            let might = !told && is_touched;
            if restrictions(findings) > before.0 || might {
                culprits.push(Culprit::Rule(at));
            }
        }
    }

    /// What a rule's condition would come to; none where that turns on what may not be told. It then
    /// counts as one that applies: a remedy must be one whatever is hidden.
    fn truth(
        &self,
        considered: &Considered<'a>,
        touched: bool,
        flips: &Flips,
        facts: &Facts<'a>,
    ) -> Option<Truth> {
        let rescored = self.rescored(facts) && considered.phase == Phase::AfterRisk;
        if touched || rescored {
            let told = |number| self.told(number, flips, facts);
            considered.formula.truth(&told)
        } else {
            considered.truth
        }
    }

    /// Whether the score is another than the one that rules saw.
    fn rescored(&self, facts: &Facts<'_>) -> bool {
        let seen = self.scale.as_ref().zip(facts.risk_score);
        seen.is_some_and(|(scale, score)| score != scale.score)
    }

    fn told(&self, number: usize, flips: &Flips, facts: &Facts<'a>) -> Option<Truth> {
        if let Some(pretended) = flips.get(&number) {
            return Some(Truth::from(*pretended));
        }
        if self.rescored(facts)
            && self
                .clauses
                .known(number)
                .is_some_and(|known| known.reads_risk)
        {
            // The most that hidden shares can have been is no score to compare with.
            let is_whole = self.scale.as_ref().is_some_and(Scale::is_whole);
            return is_whole.then(|| self.clauses.told_at(number, facts))?;
        }
        self.clauses.told(number)
    }

    /// Whether how a rule came out follows from what may be seen: what its condition comes to, and what
    /// the rows come to that may be taken in its place.
    pub(super) fn tells(&self, considered: &Considered<'a>) -> bool {
        let told = |number| self.clauses.told(number);
        let known = |rule: &Considered<'a>| rule.formula.truth(&told).is_some();
        let before = |other: &&Considered<'a>| stands_before(other.rule, considered.rule);
        let mut before = self.rules.iter().filter(before);
        // That an earlier row refused does not tell whether it surely held, and so ended the search.
        known(considered) && (!may_be_passed_over(considered.rule) || before.all(known))
    }

    /// Whether it is about a read, of which each rule is mentioned that may have narrowed the view.
    pub(super) fn is_read(&self) -> bool {
        self.scale.is_none()
    }

    /// The threshold that a clause is about.
    #[cfg(test)]
    pub(super) fn level_of(&self, number: usize) -> Option<usize> {
        let levels = self.scale.iter().flat_map(|scale| &scale.levels);
        levels.copied().position(|level| level == number)
    }

    fn weigh(&self, findings: &Findings) -> Option<Weighed> {
        let scale = self.scale.as_ref()?;
        let added = findings.risks.iter().cloned();
        let factors = scale.shares.iter().cloned().chain(added).collect();
        Some(total(scale.model, factors))
    }

    /// How much work it is to see what would come of these clauses, in rules.
    pub(super) fn work(&self, flips: &Flips) -> usize {
        let with = flips
            .keys()
            .filter_map(|number| self.rules_with.get(*number));
        with.map(Vec::len)
            .fold(self.applying.len(), usize::saturating_add)
    }

    fn touched(&self, flips: &Flips) -> BTreeSet<usize> {
        let with = flips
            .keys()
            .filter_map(|number| self.rules_with.get(*number));
        with.flatten().copied().collect()
    }

    /// The clauses about the same path that, coming out like this, bring this one along: at most 15% is
    /// one way to be at most 40%.
    fn implying(&self, number: usize, wanted: bool) -> Vec<(usize, bool)> {
        let Some(clause) = self.clauses.known(number) else {
            return Vec::new();
        };
        let beside = self.clauses.beside(number);
        let each = beside.flat_map(|(other, expr)| [(other, expr, true), (other, expr, false)]);
        each.filter(|(_, expr, truth)| implied(expr, *truth, clause.expr) == Some(wanted))
            .map(|(other, _, truth)| (other, truth))
            .collect()
    }

    /// These clauses, and all that follows from them about others; none when they cannot all be.
    pub(super) fn closed(&self, chosen: &[(usize, bool)]) -> Option<Flips> {
        let mut flips: Flips = chosen.iter().copied().collect();
        for &(number, wanted) in chosen {
            let clause = self.clauses.known(number)?.expr;
            for (other, expr) in self.clauses.beside(number) {
                if let Some(follows) = implied(clause, wanted, expr)
                    && flips
                        .insert(other, follows)
                        .is_some_and(|have| have != follows)
                {
                    return None;
                }
            }
        }
        Some(flips)
    }

    /// The single changes that would bring a culprit nearer to letting go.
    pub(super) fn moves(&self, culprit: Culprit, flips: &Flips) -> Vec<(usize, bool)> {
        let facts = &self.clauses.eye().facts;
        let told = |number| self.told(number, flips, facts);
        let mut moves = Vec::new();
        let mut release = |at: usize| {
            let Some(considered) = self.rules.get(at) else {
                return;
            };
            considered.formula.moves(false, &told, &mut moves);
            for other in self.rules.iter().take(at) {
                if stands_before(other.rule, considered.rule) {
                    other.formula.moves(true, &told, &mut moves);
                }
                // Of two rows that may not hold at once, either may let go.
                if overlaps(other.rule, considered.rule) {
                    other.formula.moves(false, &told, &mut moves);
                }
            }
        };
        match culprit {
            Culprit::Rule(at) => release(at),
            Culprit::RowScope => {}
            Culprit::Level(at) => {
                let rules = self.rules.iter().enumerate();
                let adds = rules.filter(|(_, considered)| may_add_risk(considered.rule));
                adds.for_each(|(at, _)| release(at));
                let level = self.scale.as_ref().and_then(|scale| scale.levels.get(at));
                moves.extend(level.map(|number| (*number, false)));
            }
        }
        for (number, wanted) in moves.clone() {
            moves.extend(self.implying(number, wanted));
        }
        moves.retain(|(number, _)| !flips.contains_key(number) && self.clauses.is_open(*number));
        moves
    }
}

fn counts(rule: &Rule, facts: &Facts<'_>) -> Counts {
    if !in_force(rule, facts) {
        Counts::NotToday
    } else if rule.mode == Mode::Shadow {
        Counts::InShadow
    } else {
        Counts::Yes
    }
}

fn restrictions(findings: &Findings) -> usize {
    findings
        .denials
        .len()
        .saturating_add(findings.approvals.len())
}

/// Whether a rule that may hold may do so beside another row, where its table lets one hold.
fn may_overlap(rule: &Rule) -> bool {
    rule.table
        .as_ref()
        .is_some_and(|row| row.table.hit == Hit::Unique)
}

/// Whether an earlier row of its table may be taken in place of a rule.
pub(super) fn may_be_passed_over(rule: &Rule) -> bool {
    rule.table
        .as_ref()
        .is_some_and(|row| row.table.hit == Hit::First)
}

/// Whether two rules are rows of a table that lets one hold.
fn overlaps(row: &Rule, other: &Rule) -> bool {
    let (Some(row), Some(other)) = (&row.table, &other.table) else {
        return false;
    };
    row.table.hit == Hit::Unique && Arc::ptr_eq(&row.table, &other.table)
}

/// Whether reaching a level keeps an operation from being allowed.
pub(super) fn restricts(effect: &LevelEffect) -> bool {
    matches!(
        effect,
        LevelEffect::Deny(_) | LevelEffect::RequireApproval { .. }
    )
}

/// Whether `row` is an earlier row of the same `first` table, and would be taken in place of the other.
fn stands_before(row: &Rule, other: &Rule) -> bool {
    let (Some(row), Some(other)) = (&row.table, &other.table) else {
        return false;
    };
    row.table.hit == Hit::First && Arc::ptr_eq(&row.table, &other.table) && row.row < other.row
}
