//! Which rules are told of: those that applied, and of the others the nearest.
//!
//! For a change the plan's [index](super::near_miss_index) leads to the nearest. The walk over every rule
//! says what the answer is; it serves reads, and tests hold the index to it.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::super::disclosure::Disclosure;
use super::super::rules::in_force;
use super::eye::Eye;
use super::formula::Clauses;
use super::near_miss_index::{NearMissIndex, Nearness, Wanted, gravity};
use super::say;
use super::tree::tree;
use super::world::{Considered, World};
use crate::explanation::{RuleExplained, Standing};
use crate::phrase;
use crate::policy::Rule;
use crate::truth::Truth;
use crate::value::Name;
use crate::verdict::{Holding, Verdict};

/// Rules that applied and are told of.
const MAX_RULES: usize = 50;
/// Near misses that are told of.
const MAX_NEAR_MISSES: usize = 5;
/// Clauses that a near miss may be away.
const MAX_CLAUSES_AWAY: usize = 3;

/// What is told of the rules.
pub(super) struct Told {
    pub(super) applied: Vec<RuleExplained>,
    pub(super) near: Vec<RuleExplained>,
    pub(super) further: usize,
}

/// Sorts every rule by what the decision says of it. Where a rule that did not apply stands is worked out
/// from what the asker can see.
pub(super) fn told(
    world: &World<'_>,
    verdicts: &[Verdict],
    is_known: &dyn Fn(&Considered<'_>) -> bool,
) -> Told {
    let verdicts = Verdicts::new(verdicts);
    let mut report = Report::new(*world.clauses.eye());
    for (at, considered) in world.rules.iter().enumerate() {
        let rule = considered.rule;
        if let Some(verdict) = verdicts.of(rule) {
            report.applied(rule, verdict);
            continue;
        }
        let disclosed = match is_known(considered) {
            true => Disclosed::Known,
            false if world.is_read() => Disclosed::Mentioned,
            false => Disclosed::Nothing,
        };
        let told = |number| world.clauses.told(number);
        let condition = Condition {
            truth: considered.formula.truth(&told),
            distance: &|| considered.formula.distance(true, &world.clauses),
        };
        report.missed(at, rule, stands(rule, &report.eye, &condition, disclosed));
    }
    report.told()
}

/// The same for a change, through the index of its plan.
pub(super) fn told_of_change<'a>(
    index: &'a NearMissIndex,
    disclosure: &Disclosure<'a>,
    verdicts: &[Verdict],
) -> Told {
    let eye = disclosure.eye;
    let named = Verdicts::new(verdicts);
    let mut search = Search {
        disclosure,
        index,
        clauses: Clauses::new(eye),
        report: Report::new(eye),
        done: HashSet::new(),
    };
    let applied = verdicts
        .iter()
        .flat_map(|verdict| index.named(&verdict.rule));
    for at in applied.copied().collect::<BTreeSet<usize>>() {
        if let Some((rule, verdict)) = index
            .rule(at)
            .and_then(|rule| Some((rule, named.of(rule)?)))
        {
            search.done.insert(at);
            search.report.applied(rule, verdict);
        }
    }
    for at in index.apart(&eye) {
        search.look_at(at, |disclosure, rule| {
            disclosure.rules.applied(rule).is_some()
        });
    }
    // What is left is known: the asker sees all that decides it.
    for at in index.rows_beside(disclosure.applied()) {
        search.look_at(at, |_, _| true);
    }
    index.search(&eye.facts, &mut |bound| search.visit(bound));
    let left = index.len().saturating_sub(search.done.len());
    search.report.further = search.report.further.saturating_add(left);
    search.report.told()
}

/// A search for the nearest rules.
struct Search<'s, 'a> {
    disclosure: &'s Disclosure<'a>,
    index: &'a NearMissIndex,
    clauses: Clauses<'a>,
    report: Report<'a>,
    /// The rules that are told of or counted.
    done: HashSet<usize>,
}

impl<'a> Search<'_, 'a> {
    fn visit(&mut self, bound: &Nearness) -> Wanted {
        if bound.0 > MAX_CLAUSES_AWAY || !self.report.wants(bound) {
            return Wanted::NoMore;
        }
        self.look_at(bound.2, |_, _| true);
        Wanted::More
    }

    /// Works out where one rule stands, once.
    fn look_at(&mut self, at: usize, is_known: impl Fn(&Disclosure<'a>, &Rule) -> bool) {
        let Some(rule) = self.index.rule(at).filter(|_| self.done.insert(at)) else {
            return;
        };
        let disclosed = match is_known(self.disclosure, rule) {
            true => Disclosed::Known,
            false => Disclosed::Nothing,
        };
        let formula = self.clauses.formula(rule.when.as_ref());
        let told = |number| self.clauses.told(number);
        let condition = Condition {
            truth: formula.truth(&told),
            distance: &|| formula.distance(true, &self.clauses),
        };
        let stands = stands(rule, &self.report.eye, &condition, disclosed);
        self.report.missed(at, rule, stands);
    }
}

/// What is told, as it is put together.
struct Report<'a> {
    eye: Eye<'a>,
    applied: Vec<RuleExplained>,
    /// The nearest so far, in their order.
    near: Vec<(Nearness, &'a Arc<Rule>, Standing)>,
    further: usize,
}

impl<'a> Report<'a> {
    fn new(eye: Eye<'a>) -> Self {
        Self {
            eye,
            applied: Vec::new(),
            near: Vec::new(),
            further: 0,
        }
    }

    fn applied(&mut self, rule: &'a Rule, verdict: &Verdict) {
        if self.applied.len() < MAX_RULES {
            let explained = explained(&self.eye, rule, standing_of(verdict), 0);
            self.applied.push(explained);
        } else {
            self.further = self.further.saturating_add(1);
        }
    }

    fn missed(&mut self, at: usize, rule: &'a Arc<Rule>, stands: Stands) {
        match stands {
            Stands::Near(distance, standing) if distance <= MAX_CLAUSES_AWAY => {
                let nearness = (distance, Reverse(gravity(rule)), at);
                let place = self.near.partition_point(|(have, ..)| *have < nearness);
                self.near.insert(place, (nearness, rule, standing));
                if self.near.len() > MAX_NEAR_MISSES {
                    self.near.pop();
                    self.further = self.further.saturating_add(1);
                }
            }
            Stands::Near(..) | Stands::Far => self.further = self.further.saturating_add(1),
            Stands::Undisclosed => {}
        }
    }

    /// Whether a rule that is no nearer than this may still be among the nearest.
    fn wants(&self, bound: &Nearness) -> bool {
        let last = self.near.get(MAX_NEAR_MISSES.saturating_sub(1));
        last.is_none_or(|(have, ..)| bound < have)
    }

    fn told(self) -> Told {
        let Self { eye, near, .. } = self;
        let near = near
            .into_iter()
            .map(|((distance, ..), rule, standing)| explained(&eye, rule, standing, distance));
        Told {
            near: near.collect(),
            applied: self.applied,
            further: self.further,
        }
    }
}

/// Verdicts by the rule that they are of; two packages may each have one of a name.
pub(super) struct Verdicts<'v>(HashMap<&'v Name, Vec<&'v Verdict>>);

impl<'v> Verdicts<'v> {
    pub(super) fn new(verdicts: &'v [Verdict]) -> Self {
        let mut by_name: HashMap<&Name, Vec<&Verdict>> = HashMap::new();
        for verdict in verdicts {
            by_name.entry(&verdict.rule).or_default().push(verdict);
        }
        Self(by_name)
    }

    pub(super) fn of(&self, rule: &Rule) -> Option<&'v Verdict> {
        let named = self.0.get(&rule.origin.name)?;
        let here = |verdict: &&&Verdict| verdict.place == rule.origin.place;
        named.iter().find(here).copied()
    }
}

fn standing_of(verdict: &Verdict) -> Standing {
    match verdict.holding {
        Holding::Held => Standing::Held,
        Holding::Unknown => Standing::Unknown,
    }
}

/// Where a rule stands that is not among the verdicts.
enum Stands {
    /// So many clauses from applying.
    Near(usize, Standing),
    /// No change of clauses makes it apply.
    Far,
    /// Whether it applied may not be told, and nothing visible follows from it.
    Undisclosed,
}

impl Stands {
    fn near(distance: Option<usize>, standing: Standing) -> Self {
        distance.map_or(Self::Far, |distance| Self::Near(distance.max(1), standing))
    }
}

/// What may be told of a rule that is not among the verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Disclosed {
    /// That it did not apply.
    Known,
    /// That there is such a rule, and not whether it applied.
    Mentioned,
    Nothing,
}

/// A rule's condition, as far as it may be told.
struct Condition<'c> {
    truth: Option<Truth>,
    /// How many clauses it is from holding.
    distance: &'c dyn Fn() -> Option<usize>,
}

fn stands(rule: &Rule, eye: &Eye<'_>, condition: &Condition<'_>, disclosed: Disclosed) -> Stands {
    let holds = condition.truth.is_some_and(Truth::restricts);
    if !in_force(rule, &eye.facts) {
        return match holds {
            true => Stands::Near(0, out_of_force(rule)),
            false => Stands::Far,
        };
    }
    match disclosed {
        Disclosed::Nothing => Stands::Undisclosed,
        Disclosed::Mentioned => Stands::near((condition.distance)(), Standing::Untold),
        Disclosed::Known if holds && rule.table.is_some() => Stands::Near(0, Standing::PassedOver),
        Disclosed::Known => Stands::near((condition.distance)(), Standing::NotHeld),
    }
}

fn out_of_force(rule: &Rule) -> Standing {
    Standing::Inert(match (rule.since, rule.until) {
        (Some(since), Some(until)) => phrase!(
            "in force from {since} to {until}" | "生效期为 {since} 至 {until}",
            since,
            until
        ),
        (Some(since), None) => phrase!("in force from {since}" | "自 {since} 起生效", since),
        (None, Some(until)) => phrase!("in force until {until}" | "有效至 {until}", until),
        (None, None) => phrase!("not in force" | "未生效"),
    })
}

fn explained<'a>(
    eye: &Eye<'a>,
    rule: &'a Rule,
    standing: Standing,
    distance: usize,
) -> RuleExplained {
    let said = match standing {
        Standing::Held => Some(Truth::True),
        Standing::Unknown => Some(Truth::Unknown),
        _ => None,
    };
    RuleExplained {
        rule: rule.origin.name.clone(),
        place: rule.origin.place.clone(),
        standing,
        shadow: rule.mode == crate::policy::Mode::Shadow,
        row: rule
            .table
            .as_ref()
            .map(|row| (row.table.origin.name.clone(), row.row)),
        effects: say::effects(rule),
        condition: rule.when.as_ref().map(|when| tree(when, eye, said)),
        distance,
    }
}
