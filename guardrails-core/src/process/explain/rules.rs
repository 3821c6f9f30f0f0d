//! Which rules are told of: those that applied, and of the others the nearest.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::say;
use super::tree::tree;
use super::world::{Considered, Counts, World};
use crate::explanation::{RuleExplained, Standing};
use crate::phrase;
use crate::policy::{EffectKind, Rule};
use crate::truth::Truth;
use crate::value::Name;
use crate::verdict::{Holding, Verdict};

/// Rules that applied and are told of.
const MOST_RULES: usize = 50;
/// Near misses that are told of.
const MOST_NEAR_MISSES: usize = 5;
/// Clauses that a near miss may be away.
const MOST_CLAUSES_AWAY: usize = 3;

/// What is told of the rules.
pub(super) struct Told {
    pub(super) applied: Vec<RuleExplained>,
    pub(super) near: Vec<RuleExplained>,
    pub(super) further: usize,
}

/// Sorts the rules by what the decision says of them. Where a rule that did not apply stands is
/// worked out from what the asker can see.
pub(super) fn told(
    world: &World<'_>,
    verdicts: &[Verdict],
    is_known: &dyn Fn(&Considered<'_>) -> bool,
) -> Told {
    let verdicts = Verdicts::new(verdicts);
    let mut near: Vec<(Nearness, &Considered<'_>, Standing)> = Vec::new();
    let mut further = 0_usize;
    let mut applied = Vec::new();
    for (at, considered) in world.rules.iter().enumerate() {
        if let Some(verdict) = verdicts.of(considered.rule) {
            if applied.len() < MOST_RULES {
                applied.push(explained(world, considered, standing_of(verdict), 0));
            } else {
                further = further.saturating_add(1);
            }
            continue;
        }
        match stands(world, considered, is_known(considered)) {
            Stands::Near(distance, standing) if distance <= MOST_CLAUSES_AWAY => {
                let nearness = (distance, Reverse(gravity(considered.rule)), at);
                near.push((nearness, considered, standing));
            }
            Stands::Near(..) | Stands::Far => further = further.saturating_add(1),
            Stands::Undisclosed => {}
        }
    }
    near.sort_by_key(|(nearness, ..)| *nearness);
    further = further.saturating_add(near.len().saturating_sub(MOST_NEAR_MISSES));
    near.truncate(MOST_NEAR_MISSES);
    let near = near
        .into_iter()
        .map(|((distance, ..), considered, standing)| {
            explained(world, considered, standing, distance)
        })
        .collect();
    Told {
        applied,
        near,
        further,
    }
}

/// The fewest clauses first, then the gravest effect, then the order of the policy.
type Nearness = (usize, Reverse<u8>, usize);

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

fn stands(world: &World<'_>, considered: &Considered<'_>, is_known: bool) -> Stands {
    let told = |number| world.clauses.told(number);
    let truth = considered.formula.truth(&told);
    let holds = truth.is_some_and(Truth::restricts);
    if considered.counts == Counts::NotToday {
        return match holds {
            true => Stands::Near(0, out_of_force(considered.rule)),
            false => Stands::Far,
        };
    }
    let distance = || considered.formula.distance(true, &world.clauses);
    match is_known {
        false if world.is_read() => Stands::near(distance(), Standing::Untold),
        false => Stands::Undisclosed,
        true if holds && considered.rule.table.is_some() => Stands::Near(0, Standing::PassedOver),
        true => Stands::near(distance(), Standing::NotHeld),
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

fn gravity(rule: &Rule) -> u8 {
    let each = rule.effects.iter().map(|effect| match effect.kind {
        EffectKind::Deny(..) | EffectKind::Do(_) => 3,
        EffectKind::RequireApproval(..) => 2,
        EffectKind::Risk(..) => 1,
        _ => 0,
    });
    each.max().unwrap_or(0)
}

fn explained(
    world: &World<'_>,
    considered: &Considered<'_>,
    standing: Standing,
    distance: usize,
) -> RuleExplained {
    let rule = considered.rule;
    let said = match standing {
        Standing::Held => Some(Truth::True),
        Standing::Unknown => Some(Truth::Unknown),
        _ => None,
    };
    RuleExplained {
        rule: rule.origin.name.clone(),
        place: rule.origin.place.clone(),
        standing,
        shadow: considered.counts == Counts::InShadow || rule.mode == crate::policy::Mode::Shadow,
        row: rule
            .table
            .as_ref()
            .map(|row| (row.table.origin.name.clone(), row.row)),
        effects: say::effects(rule),
        condition: rule
            .when
            .as_ref()
            .map(|when| tree(when, world.clauses.eye(), said)),
        distance,
    }
}
