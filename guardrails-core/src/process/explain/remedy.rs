//! What would have to change: the smallest sets of clauses that, had they come out another way,
//! would have made it an allow.
//!
//! A hitting set, found by deepening: take a rule that stands in the way, try each single change that
//! brings it nearer to letting go, see what stands in the way then. Sets of one clause are tried
//! before sets of two, so that what is found first is smallest.

use std::collections::BTreeSet;

use super::say;
use super::world::{Flips, World};
use crate::explanation::{Remedy, Searched, Step};
use crate::policy::{ExprKind, Root};
use crate::value::Fields;

/// Clauses in a remedy at most; with more, nobody knows what to do.
const MOST_STEPS: usize = 4;
/// Remedies that are told.
const MOST_REMEDIES: usize = 3;
/// Ways that are tried before the search gives up.
const MOST_TRIES: usize = 2_000;
/// A way that so many rules have to be asked about counts for two, and so on: where one clause stands in
/// thousands of rules, fewer ways are tried.
const RULES_IN_A_TRY: usize = 500;

/// Clauses and what they would have to come out as, in the order of their numbers.
type Set = Vec<(usize, bool)>;

/// The smallest remedies, those first that the asker can see to.
pub(super) fn remedies(world: &World<'_>) -> (Vec<Remedy>, Searched) {
    let (sets, searched) = smallest(world);
    let proposed = world.clauses.eye().facts.set;
    let mut sets: Vec<(usize, Set)> = weakest(world, sets)
        .into_iter()
        .map(|set| {
            (
                set.iter().map(|(at, _)| effort(world, *at, proposed)).sum(),
                set,
            )
        })
        .collect();
    sets.sort();
    sets.truncate(MOST_REMEDIES);
    let remedies = sets.into_iter().map(|(_, set)| Remedy {
        steps: set
            .iter()
            .filter_map(|(number, wanted)| step(world, *number, *wanted))
            .collect(),
    });
    (remedies.collect(), searched)
}

/// The sets that ask for no more than another one does: where at most 15% is enough, at most 10% is
/// not worth telling.
pub(super) fn weakest(world: &World<'_>, sets: BTreeSet<Set>) -> Vec<Set> {
    let sets: Vec<(Set, Flips)> = sets
        .into_iter()
        .filter_map(|set| world.closed(&set).map(|flips| (set, flips)))
        .collect();
    let covers = |flips: &Flips, set: &Set| {
        set.iter()
            .all(|(number, wanted)| flips.get(number) == Some(wanted))
    };
    let asks_more = |at: usize, (set, flips): &(Set, Flips)| {
        sets.iter().enumerate().any(|(other_at, (other, theirs))| {
            // Of two that say the same, the first is kept.
            other_at != at && covers(flips, other) && (other_at < at || !covers(theirs, set))
        })
    };
    sets.iter()
        .enumerate()
        .filter(|(at, set)| !asks_more(*at, set))
        .map(|(_, (set, _))| set.clone())
        .collect()
}

/// All remedies of the smallest size.
pub(super) fn smallest(world: &World<'_>) -> (BTreeSet<Set>, Searched) {
    let mut search = Search {
        world,
        size: 0,
        tries: MOST_TRIES,
        seen: BTreeSet::new(),
        found: BTreeSet::new(),
    };
    if world.culprits(&Flips::new()).is_empty() {
        return (search.found, Searched::Whole);
    }
    // What a change would make of a score that is not disclosed would have to be guessed.
    if !world.knows_risk() {
        return (search.found, Searched::Cut);
    }
    for size in 1..=MOST_STEPS {
        search.size = size;
        search.seen.clear();
        search.deepen(&mut Vec::new());
        if !search.found.is_empty() {
            let searched = search.searched();
            return (search.found, searched);
        }
    }
    (search.found, Searched::Cut)
}

struct Search<'w, 'a> {
    world: &'w World<'a>,
    size: usize,
    tries: usize,
    /// Sets that were tried, in whatever order they were put together.
    seen: BTreeSet<Set>,
    found: BTreeSet<Set>,
}

impl Search<'_, '_> {
    fn searched(&self) -> Searched {
        match self.tries {
            0 => Searched::Cut,
            _ => Searched::Whole,
        }
    }

    fn deepen(&mut self, chosen: &mut Set) {
        let mut set = chosen.clone();
        set.sort_unstable();
        if self.tries == 0 || !self.seen.insert(set.clone()) {
            return;
        }
        let Some(flips) = self.world.closed(chosen) else {
            return;
        };
        let work = self.world.work(&flips) / RULES_IN_A_TRY;
        self.tries = self.tries.saturating_sub(work.saturating_add(1));
        let culprits = self.world.culprits(&flips);
        let Some(first) = culprits.first() else {
            self.found.insert(set);
            return;
        };
        if chosen.len() == self.size {
            return;
        }
        for step in self.world.moves(*first, &flips) {
            chosen.push(step);
            self.deepen(chosen);
            chosen.pop();
        }
    }
}

/// How far from the asker's hand a clause is: what was just proposed is nearest.
fn effort(world: &World<'_>, number: usize, proposed: Option<&Fields>) -> usize {
    let Some(known) = world.clauses.known(number) else {
        return 0;
    };
    if !known.hidden.is_empty() {
        return 5;
    }
    if matches!(known.expr.kind, ExprKind::HasRole(_)) {
        return 4;
    }
    let mut most = 0;
    known.expr.visit_paths(&mut |path| {
        let first = path.keys.first().map_or("", |name| name);
        most = most.max(match path.root {
            Root::Record if proposed.is_some_and(|set| set.value(first).is_some()) => 0,
            Root::Record | Root::Old | Root::Variable(_) => 1,
            Root::Ai | Root::Skill | Root::Data => 2,
            Root::Risk | Root::Behaviour => 3,
            _ => 4,
        });
    });
    most
}

fn step(world: &World<'_>, number: usize, wanted: bool) -> Option<Step> {
    let known = world.clauses.known(number)?;
    let told = known.hidden.is_empty();
    let zone = world.clauses.eye().facts.zone;
    Some(Step {
        say: say::step(known.expr, wanted, &known.hidden, zone),
        clause: if told {
            known.expr.text_in(zone)
        } else {
            String::new()
        },
        wanted,
        now: say::now(known.expr, world.clauses.eye()).filter(|_| told),
        hidden: known.hidden.clone(),
        place: known.expr.place.clone(),
    })
}
