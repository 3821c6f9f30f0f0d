//! The search: is there any way in which a claim is true?
//!
//! Narrows the places of each variable, then tries them one variable at a time, dropping a branch as
//! soon as the claim can no longer be true in it. Whatever is found is put before the evaluator, and
//! only what the evaluator confirms is an example.

use std::cmp::Ordering;

use guardrails_core::Place;
use guardrails_core::policy::Path;

use super::formula::{Claim, Formula};
use super::link::{self, Link};
use super::problem::Problem;
use super::sample::Sample;
use super::scene::{Data, Scene};
use super::supposed::{Reading, Supposed};
use super::truths::Truths;
use super::variable::{ORDERS, What};

/// Branches that one question may take (`analysis_steps`).
pub(super) const STEPS: usize = 20_000;
/// Suppositions that the evaluator is asked about in one question (`analysis_examples`).
const CHECKS: usize = 256;
/// Ways to choose values from the regions of one branch.
const VARIANTS: usize = 6;

/// What came of a search.
pub(super) enum Outcome {
    /// The claim is true of nothing.
    Never,
    /// It is true of this.
    Found(Vec<Reading>),
    /// Not even the search knows.
    CannotTell(Doubt),
}

/// Why nothing can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doubt {
    /// A condition here is not understood.
    Outside(Place),
    /// A limit, by its name.
    Limit(&'static str),
}

/// Looks for a way to make the claim true.
pub(super) fn solve(scene: Scene<'_>, data: Data, claim: &Claim<'_>) -> Outcome {
    let problem = Problem::new(scene, data, claim);
    let live = problem.variables.iter().map(|v| v.live.clone()).collect();
    let mut search = Search {
        scene,
        claim,
        problem: &problem,
        steps: STEPS,
        checks: CHECKS,
        doubtful: false,
    };
    match search.branch(live) {
        Step::Found(readings) => Outcome::Found(readings),
        Step::Limit(name) => Outcome::CannotTell(Doubt::Limit(name)),
        Step::Nothing if search.doubtful => {
            let place = problem.outside.first().cloned().unwrap_or_default();
            Outcome::CannotTell(Doubt::Outside(place))
        }
        Step::Nothing => Outcome::Never,
    }
}

/// What came of one branch.
enum Step {
    Nothing,
    Found(Vec<Reading>),
    Limit(&'static str),
}

/// The places that each variable can still be in.
type Live = Vec<Vec<usize>>;

struct Search<'s, 'e> {
    scene: Scene<'s>,
    claim: &'s Claim<'e>,
    problem: &'s Problem,
    steps: usize,
    checks: usize,
    /// Something was found that the evaluator did not confirm.
    doubtful: bool,
}

impl Search<'_, '_> {
    fn branch(&mut self, mut live: Live) -> Step {
        if !self.settle(&mut live) {
            return Step::Nothing;
        }
        let truths = self.truths(&self.problem.formula, &live);
        if !truths.meets(Truths::TRUE) {
            return Step::Nothing;
        }
        let Some(left) = self.steps.checked_sub(1) else {
            return Step::Limit("analysis_steps");
        };
        self.steps = left;
        let open = live
            .iter()
            .enumerate()
            .filter(|(_, places)| places.len() > 1);
        let open = open
            .min_by_key(|(_, places)| places.len())
            .map(|(at, _)| at);
        let Some(open) = open else {
            return self.confirm(&live);
        };
        if truths == Truths::TRUE
            && let Some(guess) = self.guess(&live)
            && let Step::Found(readings) = self.confirm(&guess)
        {
            return Step::Found(readings);
        }
        for place in live.get(open).cloned().unwrap_or_default() {
            let mut next = live.clone();
            if let Some(places) = next.get_mut(open) {
                *places = vec![place];
            }
            match self.branch(next) {
                Step::Nothing => {}
                step => return step,
            }
        }
        Step::Nothing
    }

    /// Narrows until nothing more follows; whether anything is left.
    fn settle(&self, live: &mut Live) -> bool {
        loop {
            let before: usize = live.iter().map(Vec::len).sum();
            if !self.narrow(&self.problem.formula, Truths::TRUE, live) {
                return false;
            }
            for tie in &self.problem.links {
                if !link::keep(*tie, &self.problem.variables, live) {
                    return false;
                }
            }
            if live.iter().map(Vec::len).sum::<usize>() == before {
                return true;
            }
        }
    }

    /// The first place of every variable, when the links allow them together.
    fn guess(&self, live: &Live) -> Option<Live> {
        let mut guess: Live = live.clone();
        for at in 0..guess.len() {
            if let Some(places) = guess.get_mut(at) {
                places.truncate(1);
            }
            let links = self.problem.links.iter();
            let mut links = links.map(|tie| link::keep(*tie, &self.problem.variables, &mut guess));
            if links.any(|kept| !kept) {
                return None;
            }
        }
        Some(guess)
    }

    /// Takes away the places that keep a formula from coming out as wanted.
    fn narrow(&self, formula: &Formula, wanted: Truths, live: &mut Live) -> bool {
        match formula {
            Formula::Known(truth) => wanted.meets(Truths::of(*truth)),
            Formula::Atom(atom) => {
                let Some(atom) = self.problem.atoms.get(*atom) else {
                    return true;
                };
                let Some(places) = live.get_mut(atom.variable) else {
                    return true;
                };
                places.retain(|place| {
                    let truths = atom.table.get(*place).copied().unwrap_or(Truths::ANY);
                    truths.meets(wanted)
                });
                !places.is_empty()
            }
            Formula::Not(inner) => self.narrow(inner, wanted.negated(), live),
            Formula::All(parts) if !wanted.meets(Truths::FALSE) => parts
                .iter()
                .all(|part| self.narrow(part, wanted.or_else(Truths::TRUE), live)),
            Formula::Any(parts) if !wanted.meets(Truths::TRUE) => parts
                .iter()
                .all(|part| self.narrow(part, wanted.or_else(Truths::FALSE), live)),
            Formula::All(_) | Formula::Any(_) => true,
            Formula::Is(inner, truths) => {
                let wants = |truth: Truths| wanted.meets(truth);
                match (wants(Truths::TRUE), wants(Truths::FALSE)) {
                    (true, false) => self.narrow(inner, *truths, live),
                    (false, true) => self.narrow(inner, truths.others(), live),
                    (true, true) => true,
                    (false, false) => false,
                }
            }
        }
    }

    /// What a formula may still come out as.
    fn truths(&self, formula: &Formula, live: &Live) -> Truths {
        match formula {
            Formula::Known(truth) => Truths::of(*truth),
            Formula::Atom(atom) => {
                let Some(atom) = self.problem.atoms.get(*atom) else {
                    return Truths::ANY;
                };
                let places = live.get(atom.variable).map_or(&[][..], Vec::as_slice);
                places.iter().fold(Truths::NONE, |truths, place| {
                    truths.or_else(atom.table.get(*place).copied().unwrap_or(Truths::ANY))
                })
            }
            Formula::Not(inner) => self.truths(inner, live).negated(),
            Formula::All(parts) => parts.iter().fold(Truths::TRUE, |truths, part| {
                truths.and(self.truths(part, live))
            }),
            Formula::Any(parts) => parts.iter().fold(Truths::FALSE, |truths, part| {
                truths.or(self.truths(part, live))
            }),
            Formula::Is(inner, wanted) => {
                let truths = self.truths(inner, live);
                let mut is = Truths::NONE;
                if truths.meets(*wanted) {
                    is = is.or_else(Truths::TRUE);
                }
                if truths.meets(wanted.others()) {
                    is = is.or_else(Truths::FALSE);
                }
                is
            }
        }
    }

    /// Puts one way before the evaluator, with values chosen in some ways.
    fn confirm(&mut self, live: &Live) -> Step {
        self.doubtful = true;
        for variant in 0..VARIANTS {
            let Some(left) = self.checks.checked_sub(1) else {
                return Step::Limit("analysis_examples");
            };
            self.checks = left;
            let Some(readings) = self.readings(live, variant) else {
                return Step::Nothing;
            };
            let supposed = Supposed::new(self.scene, &readings);
            if supposed.is_some_and(|supposed| self.claim.is_true(&supposed.facts())) {
                return Step::Found(readings);
            }
        }
        Step::Nothing
    }

    /// Values of the places; none where a place has no known value.
    fn readings(&self, live: &Live, variant: usize) -> Option<Vec<Reading>> {
        let mut variants: Vec<usize> = (1..=live.len())
            .map(|at| variant.wrapping_mul(at))
            .collect();
        for tie in &self.problem.links {
            if let Link::Change { flag, new, old } = tie {
                let step = usize::from(live.get(*flag).is_some_and(|truths| *truths != [0]));
                let chosen = variants.get(*new).copied().unwrap_or_default();
                if let Some(variant) = variants.get_mut(*old) {
                    *variant = chosen.wrapping_add(step);
                }
            }
        }
        let mut readings = Vec::new();
        let variables = self.problem.variables.iter().zip(live);
        for ((variable, places), variant) in variables.zip(variants) {
            let place = places.first().copied()?;
            match &variable.what {
                What::Value(path) => {
                    let sample = variable.sample(place, variant)?;
                    readings.push(Reading::Value(path.clone(), sample.clone()));
                }
                What::Role(role) => readings.push(Reading::Role(role.clone(), place == 1)),
                What::Flag | What::Order(_) => {}
            }
        }
        for (variable, places) in self.problem.variables.iter().zip(live) {
            let order = places.first().and_then(|place| ORDERS.get(*place).copied());
            if let (What::Order(Some(pair)), Some(Some(order))) = (&variable.what, order) {
                apart(pair, order, &mut readings);
            }
        }
        Some(readings)
    }
}

/// Adds values that stand to each other in this order, as far as nothing else is known of the two.
fn apart([first, second]: &[Path; 2], order: Ordering, readings: &mut Vec<Reading>) {
    let known = |path: &Path| {
        readings.iter().find_map(|reading| match reading {
            Reading::Value(read, sample) if read.root == path.root && read.keys == path.keys => {
                Some(sample.clone())
            }
            _ => None,
        })
    };
    let (one, other) = match (known(first), known(second)) {
        (Some(_), Some(_)) => return,
        (Some(one), None) => (None, one.beside(order.reverse())),
        (None, Some(other)) => (other.beside(order), None),
        (None, None) => {
            let one = Sample::of_type(&first.ty);
            let other = one.as_ref().and_then(|one| one.beside(order.reverse()));
            (one, other)
        }
    };
    let both = [(first, one), (second, other)];
    for (path, sample) in both {
        readings.extend(sample.map(|sample| Reading::Value(path.clone(), sample)));
    }
}
