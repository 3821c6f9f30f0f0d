//! Rules and tables: which outcomes turn into which, somewhere.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, Utc};
use guardrails_core::policy::*;
use guardrails_core::process::{Facts, Truth, holds};
use guardrails_core::{Name, Place};
use guardrails_rules::analyse::{Change, Data, Direction, Subject, compare};

use super::{PAIRS, Told, told};
use crate::random::Random;
use crate::rules::rule;
use crate::world::World;

const WORDS: [&str; 3] = ["denied", "sent to an approval", "let through"];

/// `b` asks for all that `a` does and more; `c` for something else.
fn chains() -> Vec<Arc<ApprovalChain>> {
    let step = |role: &str| ApprovalStep {
        name: role.into(),
        quorum: 1,
        role: role.into(),
        within: None,
        overdue: Overdue::Deny,
        place: Place::default(),
    };
    let chain = |name: &str, roles: &[&str]| {
        Arc::new(ApprovalChain {
            origin: Origin {
                name: name.into(),
                place: Place::default(),
            },
            steps: roles.iter().map(|role| step(role)).collect(),
            never: vec![Exclusion::Requester],
            expires: std::time::Duration::from_secs(3_600),
            execute_within: std::time::Duration::from_secs(3_600),
        })
    };
    vec![
        chain("a", &["M"]),
        chain("b", &["M", "F"]),
        chain("c", &["L"]),
    ]
}

/// The chains, apart from what the product makes of them.
fn covers(chain: &str, other: &str) -> bool {
    chain == other || (chain, other) == ("b", "a")
}

/// What comes of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Deny,
    Ask(BTreeSet<Name>),
    Allow,
}

fn day(after: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 10).unwrap() + Days::new(after)
}

fn noon(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(12, 0, 0).unwrap().and_utc()
}

fn effect(random: &mut Random) -> EffectKind {
    let ask = |chain: &str| {
        EffectKind::RequireApproval(Requirement {
            chain: chain.into(),
            code: Requirement::CODE.into(),
            because: Message::plain("ask"),
        })
    };
    match random.below(7) {
        0..3 => EffectKind::Deny("NO".into(), Message::plain("no")),
        3 | 4 => ask("a"),
        5 => ask("b"),
        _ => ask("c"),
    }
}

fn single(world: &World, random: &mut Random, name: &str) -> Rule {
    let when = (!random.once_in(10)).then(|| world.condition(random, 1));
    let mut made = rule(name, when, effect(random));
    if random.once_in(12) {
        made.mode = Mode::Shadow;
    }
    if random.once_in(8) {
        made.since = Some(day(0));
    }
    if random.once_in(8) {
        made.until = Some(day(2));
    }
    made
}

fn table(world: &World, random: &mut Random, name: &str) -> Vec<Rule> {
    let hits = [Hit::First, Hit::First, Hit::Unique, Hit::Any, Hit::Collect];
    let table = Arc::new(Table {
        origin: Origin {
            name: name.into(),
            place: Place::default(),
        },
        hit: *random.pick(&hits),
        columns: Vec::new(),
        reads_risk: false,
    });
    (1..3 + random.below(2) as u32)
        .map(|number| {
            let mut row = single(world, random, &format!("{name}#{number}"));
            row.mode = Mode::Enforced;
            (row.since, row.until) = (None, None);
            if table.hit == Hit::First && random.once_in(4) {
                row.effects.clear();
            }
            row.table = Some(Arc::new(TableRow {
                table: table.clone(),
                row: number,
                cells: Vec::new(),
            }));
            row
        })
        .collect()
}

/// A rule, or the rows of a table.
type Unit = Vec<Rule>;

fn unit(world: &World, random: &mut Random, name: &str) -> Unit {
    match random.once_in(4) {
        true => table(world, random, name),
        false => vec![single(world, random, name)],
    }
}

/// The units with something about them changed, or nothing but what does not matter.
fn changed(world: &World, random: &mut Random, units: &[Unit]) -> Vec<Unit> {
    let mut units = units.to_vec();
    for _ in 0..1 + random.below(2) {
        let at = random.below(units.len().max(1));
        match random.below(8) {
            0 => units.push(unit(world, random, "added")),
            1 if !units.is_empty() => drop(units.remove(at)),
            2 if !units.is_empty() => units.rotate_left(at),
            3 if !units.is_empty() => {
                for row in &mut units[at] {
                    row.origin.name = format!("renamed {}", row.origin.name).into();
                }
            }
            4 if !units.is_empty() => {
                let again = units[at].clone();
                units.push(separate(again));
            }
            5 if !units.is_empty() => {
                let row = random.below(units[at].len());
                units[at][row].effects = rule("x", None, effect(random)).effects;
            }
            _ if !units.is_empty() => {
                let row = random.below(units[at].len());
                let more = world.atom(random);
                let row = &mut units[at][row];
                let parts: Vec<Expr> = row.when.iter().cloned().chain([more]).collect();
                let kind = match random.once_in(2) {
                    true => ExprKind::All(parts),
                    false => ExprKind::Any(parts),
                };
                row.when = Some(Expr::new(kind, Place::default()));
            }
            _ => {}
        }
    }
    units
}

/// A table of its own with the same rows.
fn separate(mut unit: Unit) -> Unit {
    let table = unit.first().and_then(|row| row.table.clone());
    let Some(table) = table.map(|row| Arc::new((*row.table).clone())) else {
        return unit;
    };
    for row in &mut unit {
        let number = row.table.as_ref().unwrap().row;
        row.table = Some(Arc::new(TableRow {
            table: table.clone(),
            row: number,
            cells: Vec::new(),
        }));
    }
    unit
}

fn policy(world: &World, units: &[Unit]) -> Policy {
    let named = chains().into_iter();
    Policy {
        rules: units.iter().flatten().cloned().map(Arc::new).collect(),
        approvals: named.map(|c| (c.origin.name.clone(), c)).collect(),
        ..world.policy.clone()
    }
}

/// What the units come to, step by step as the reference says.
fn outcome(units: &[Unit], facts: &Facts<'_>, today: NaiveDate) -> Outcome {
    let (mut denied, mut asked) = (false, BTreeSet::new());
    for unit in units {
        let hit = unit[0].table.as_ref().map(|row| row.table.hit);
        let mut surely = 0;
        for row in unit {
            let in_force = row.since.is_none_or(|since| since <= today)
                && row.until.is_none_or(|until| today <= until);
            let truth = match &row.when {
                _ if !in_force => Truth::False,
                Some(when) => holds(when, facts),
                None => Truth::True,
            };
            if truth.restricts() && row.mode == Mode::Enforced {
                for effect in &row.effects {
                    match &effect.kind {
                        EffectKind::Deny(..) => denied = true,
                        EffectKind::RequireApproval(required) => {
                            asked.insert(required.chain.clone());
                        }
                        _ => {}
                    }
                }
            }
            surely += usize::from(truth.grants());
            if hit == Some(Hit::First) && surely > 0 {
                break;
            }
        }
        denied |= hit == Some(Hit::Unique) && surely > 1;
    }
    match (denied, asked.is_empty()) {
        (true, _) => Outcome::Deny,
        (false, true) => Outcome::Allow,
        (false, false) => Outcome::Ask(asked),
    }
}

/// What turned into what; for approvals only in which direction, since a case of each is enough.
fn difference(old: &Outcome, new: &Outcome) -> Option<(String, String, String, Direction)> {
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Deny => 0,
        Outcome::Ask(_) => 1,
        Outcome::Allow => 2,
    };
    let direction = match (old, new) {
        (Outcome::Ask(was), Outcome::Ask(is)) => {
            let all = |wanted: &BTreeSet<Name>, by: &BTreeSet<Name>| {
                wanted
                    .iter()
                    .all(|one| by.iter().any(|other| covers(other, one)))
            };
            let direction = match (all(was, is), all(is, was)) {
                (true, true) => return None,
                (true, false) => Direction::Narrowed,
                (false, true) => Direction::Widened,
                (false, false) => Direction::Changed,
            };
            let chains = "chains".to_owned();
            return Some((chains, String::new(), String::new(), direction));
        }
        _ => match rank(new).cmp(&rank(old)) {
            std::cmp::Ordering::Greater => Direction::Widened,
            std::cmp::Ordering::Less => Direction::Narrowed,
            std::cmp::Ordering::Equal => return None,
        },
    };
    let word = |outcome| WORDS[rank(outcome)].to_owned();
    Some((String::new(), word(old), word(new), direction))
}

fn found(changes: &[Change]) -> Told {
    let asks = |side: &str| side.starts_with("an approval by ");
    let told = told(changes, Subject::Decision, |_| vec![String::new()]);
    let plain = |side: String| match asks(&side) {
        true => WORDS[1].to_owned(),
        false => side,
    };
    told.into_iter()
        .map(
            |(whose, old, new, direction)| match asks(&old) && asks(&new) {
                true => ("chains".to_owned(), String::new(), String::new(), direction),
                false => (whose, plain(old), plain(new), direction),
            },
        )
        .collect()
}

#[test]
fn decisions_differ_as_told() {
    let (mut widened, mut narrowed, mut others, mut same) = (0, 0, 0, 0);
    for seed in 0..PAIRS {
        let random = &mut Random::new(seed ^ 0xd1ff);
        let mut world = World::random(random);
        world.verb = Verb::Update;
        let units: Vec<Unit> = (0..1 + random.below(4))
            .map(|at| unit(&world, random, &format!("r{at}")))
            .collect();
        let after = changed(&world, random, &units);
        let (old, new) = (policy(&world, &units), policy(&world, &after));
        let dated = units.iter().chain(&after).flatten();
        let dated = dated
            .into_iter()
            .any(|r| r.since.is_some() || r.until.is_some());
        let days: &[i64] = if dated { &[-1, 0, 1, 2, 3] } else { &[0] };
        let mut truth = Told::new();
        for case in world.cases(Data::Any) {
            for after_that in days {
                let today = day(0) + chrono::Duration::days(*after_that);
                case.ask(&world, |facts| {
                    let facts = facts.at(noon(today));
                    let was = outcome(&units, &facts, today);
                    let is = outcome(&after, &facts, today);
                    truth.extend(difference(&was, &is));
                });
            }
        }
        let changes = compare(&old, &new);
        let context = || format!("seed {seed}, {:?}, {changes:#?}", world.slots);
        assert_eq!(found(&changes), truth, "{}", context());
        if !dated {
            shown(&changes, &units, &after, &context);
        }
        let any = |direction| usize::from(truth.iter().any(|told| told.3 == direction));
        widened += any(Direction::Widened);
        narrowed += any(Direction::Narrowed);
        others += any(Direction::Changed);
        same += usize::from(truth.is_empty());
    }
    let least = widened.min(narrowed).min(same);
    assert!(
        least > 300 && others > 30,
        "{widened} {narrowed} {others} {same}"
    );
}

/// Each example shows what is told; the rules hold on every day.
fn shown(changes: &[Change], old: &[Unit], new: &[Unit], context: &dyn Fn() -> String) {
    for change in changes {
        let example = change.example.as_ref().unwrap();
        let facts = example.facts();
        let (was, is) = (outcome(old, &facts, day(0)), outcome(new, &facts, day(0)));
        let direction = difference(&was, &is).map(|told| told.3);
        assert_eq!(direction, Some(change.direction), "{}", context());
    }
}
