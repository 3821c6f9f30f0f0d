//! Grants: what is seen, written and counted up under one policy and not under the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use guardrails_core::data::{Access, Mask, PermissionQuery, Permissions, Writable};
use guardrails_core::policy::*;
use guardrails_core::process::{Facts, holds};
use guardrails_core::{Name, Place};
use guardrails_rules::analyse::{Change, Data, Direction, Subject, compare, compare_access};

use super::{PAIRS, Told, told};
use crate::random::Random;
use crate::rules::rule;
use crate::world::{Slot, World};

/// The field that is looked at, and one beside it.
const FIELD: &str = "t";
const OTHER: &str = "j";

fn clause(world: &World, random: &mut Random) -> FieldClause {
    let permissions = [
        Permission::Read,
        Permission::Write(WriteScope::Within),
        Permission::Write(WriteScope::Beyond),
        Permission::Mask(Mask::Redact),
        Permission::Mask(Mask::Phone),
        Permission::Mask(Mask::Partial(1, 1)),
        Permission::Mask(Mask::Partial(2, 0)),
        Permission::Hide,
        Permission::Aggregate(Aggregable::by(&[Aggregation::Count], 5)),
        Permission::Aggregate(Aggregable::by(&[Aggregation::Count], 9)),
    ];
    FieldClause {
        fields: match random.below(4) {
            0 => FieldSet::AllExcept(vec![OTHER.into()]),
            1 => FieldSet::AllExcept(vec![FIELD.into()]),
            _ => FieldSet::Named(vec![FIELD.into()]),
        },
        permission: random.pick(&permissions).clone(),
        when: random.once_in(2).then(|| world.condition(random, 1)),
        place: Place::default(),
    }
}

fn grant(world: &World, random: &mut Random) -> Grant {
    Grant {
        role: (*random.pick(&["R", "R", "S"])).into(),
        entity: "E".into(),
        contexts: match random.below(4) {
            0 => vec!["a".into()],
            _ => Vec::new(),
        },
        scope: random.once_in(3).then(|| world.condition(random, 1)),
        clauses: (0..1 + random.below(3))
            .map(|_| clause(world, random))
            .collect(),
        place: Place::default(),
    }
}

fn read_rule(world: &World, random: &mut Random) -> Rule {
    let kinds = [
        EffectKind::Hide(FIELD.into()),
        EffectKind::Mask(FIELD.into(), Mask::Redact),
        EffectKind::Hide(OTHER.into()),
        EffectKind::Deny("NO".into(), Message::plain("no")),
    ];
    Rule {
        verbs: vec![Verb::Read],
        ..rule(
            "reads",
            Some(world.condition(random, 1)),
            random.pick(&kinds).clone(),
        )
    }
}

/// The policy with something about its grants or its rules changed, or nothing that matters.
fn changed(world: &World, random: &mut Random) -> Policy {
    let mut policy = world.policy.clone();
    let count = policy.grants.len();
    let at = random.below(count.max(1));
    let whole = random.below(9);
    match whole {
        0 => policy.grants.push(Arc::new(grant(world, random))),
        1 if count > 1 => drop(policy.grants.remove(at)),
        2 => policy.grants.rotate_left(at),
        3 => policy.rules.push(Arc::new(read_rule(world, random))),
        4 => policy.rules.clear(),
        _ => {
            let grant = Arc::make_mut(&mut policy.grants[at]);
            let which = random.below(grant.clauses.len());
            match random.below(5) {
                0 => grant.scope = random.once_in(2).then(|| world.condition(random, 1)),
                1 => grant.clauses.push(clause(world, random)),
                2 => grant.contexts = vec!["a".into()],
                3 => grant.clauses[which].when = random.once_in(2).then(|| world.atom(random)),
                _ => grant.clauses[which].permission = clause(world, random).permission,
            }
        }
    }
    policy
}

/// What a role has in one context.
struct Whose {
    permissions: Permissions,
    /// No grant holds for every record.
    is_scoped: bool,
}

/// What a field comes to in one case.
struct Seen {
    refused: bool,
    access: Access,
    writable: Writable,
    /// The smallest group that may be counted, where rules on reading leave the field as it is.
    group: Option<u32>,
}

fn seen(policy: &Policy, whose: &Whose, facts: &Facts<'_>) -> Seen {
    let Whose {
        permissions,
        is_scoped,
    } = whose;
    let conditions = permissions.conditions().iter();
    let truths: Vec<_> = conditions
        .map(|condition| holds(condition, facts))
        .collect();
    let table = permissions.table(&truths);
    let row = table.row(FIELD).filter(|_| !table.is_out_of_scope());
    let mut seen = Seen {
        refused: false,
        access: row.map_or(Access::Hidden, |row| row.access().clone()),
        writable: row.map_or(Writable::No, |row| match (row.writable(), *is_scoped) {
            // Where a grant holds for every record, nothing is beyond it.
            (Writable::BeyondScope, false) => Writable::Yes,
            (writable, _) => writable,
        }),
        group: row.and_then(|row| row.aggregable().smallest_group(Aggregation::Count)),
    };
    for rule in &policy.rules {
        let applies = rule.when.as_ref();
        if !applies.is_none_or(|when| holds(when, facts).restricts()) {
            continue;
        }
        for effect in &rule.effects {
            let made = match &effect.kind {
                EffectKind::Hide(field) if **field == *FIELD => Access::Hidden,
                EffectKind::Mask(field, mask) if **field == *FIELD => {
                    Access::Masked(mask.on(Sensitivity::PUBLIC))
                }
                EffectKind::Deny(..) => {
                    seen.refused = true;
                    continue;
                }
                _ => continue,
            };
            if made.cmp_strictness(&seen.access).is_gt() {
                seen.access = made;
            }
        }
    }
    seen
}

fn word(access: &Access) -> String {
    match access {
        Access::Masked(Mask::Partial(head, tail)) => format!("masked with partial({head}, {tail})"),
        other => other.to_string(),
    }
}

/// The differences of one case: of views, of writing, of figures.
fn differences(whose: &str, was: &Seen, is: &Seen, ruled: bool, out: &mut [Told; 3]) {
    let told = |old: String, new: String, direction| (whose.to_owned(), old, new, direction);
    if let Some(direction) = compare_access(&was.access, &is.access)
        && !was.refused
        && !is.refused
    {
        out[0].insert(told(word(&was.access), word(&is.access), direction));
    }
    let write = |writable| match writable {
        Writable::No => "not writable",
        Writable::Yes => "writable",
        Writable::BeyondScope => "writable beyond scope",
    };
    if was.writable != is.writable {
        let direction = match is.writable > was.writable {
            true => Direction::Widened,
            false => Direction::Narrowed,
        };
        out[1].insert(told(
            write(was.writable).into(),
            write(is.writable).into(),
            direction,
        ));
    }
    let height = |group: Option<u32>| group.unwrap_or(u32::MAX);
    let read = was.access == Access::Read || is.access == Access::Read;
    if !ruled && !read && was.group != is.group {
        let direction = match height(is.group) < height(was.group) {
            true => Direction::Widened,
            false => Direction::Narrowed,
        };
        out[2].insert((whose.to_owned(), String::new(), String::new(), direction));
    }
}

/// For whom something is told, as `R a` and `R `.
fn whose(change: &Change, named: bool) -> Vec<String> {
    let what = change.what.to_string();
    if !what.contains(&format!("`{FIELD}`")) {
        return Vec::new();
    }
    let (_, role) = what.split_once(" for `").unwrap();
    let (role, contexts) = role.split_once('`').unwrap();
    let all = contexts.is_empty();
    let mut whose = Vec::new();
    if named && (all || contexts.contains("context \"a\"")) {
        whose.push(format!("{role} a"));
    }
    if all || contexts.contains("any other context") {
        whose.push(format!("{role} "));
    }
    whose
}

#[test]
fn views_differ_as_told() {
    let mut counts: BTreeMap<(usize, Direction), usize> = BTreeMap::new();
    for seed in 0..PAIRS {
        let random = &mut Random::new(seed ^ 0x51e5);
        let mut world = World::random(random);
        world.verb = Verb::Read;
        let apart = |slot: &Slot| !matches!(slot, Slot::OldWhole | Slot::Context);
        world.slots.retain(apart);
        if world.slots.is_empty() {
            world.slots.push(Slot::OptionalWhole);
        }
        for _ in 0..1 + random.below(3) {
            let grant = grant(&world, random);
            world.policy.grants.push(Arc::new(grant));
        }
        if random.once_in(4) {
            let rule = read_rule(&world, random);
            world.policy.rules.push(Arc::new(rule));
        }
        let after = changed(&world, random);
        let before = world.policy.clone();
        let truth = truth(&world, &before, &after);
        let changes = compare(&before, &after);
        let named = is_named(&before, &after);
        let of = |subject| told(&changes, subject, |change| whose(change, named));
        let context = || format!("seed {seed}, {:?}, {changes:#?}", world.slots);
        assert_eq!(of(Subject::View), truth[0], "{}", context());
        assert_eq!(of(Subject::Write), truth[1], "{}", context());
        let ruled = !before.rules.is_empty() || !after.rules.is_empty();
        if !ruled {
            let figures = of(Subject::Figures).into_iter();
            let figures: Told = figures
                .map(|(whose, _, _, direction)| (whose, String::new(), String::new(), direction))
                .collect();
            assert_eq!(figures, truth[2], "{}", context());
        }
        for (at, told) in truth.iter().enumerate() {
            for (.., direction) in told {
                *counts.entry((at, *direction)).or_default() += 1;
            }
        }
    }
    for at in 0..3 {
        for direction in [Direction::Widened, Direction::Narrowed] {
            let count = counts.get(&(at, direction)).copied().unwrap_or_default();
            assert!(count > 50, "{counts:?}");
        }
    }
}

fn is_named(old: &Policy, new: &Policy) -> bool {
    let grants = old.grants.iter().chain(&new.grants);
    grants.into_iter().any(|grant| !grant.contexts.is_empty())
}

fn truth(world: &World, old: &Policy, new: &Policy) -> [Told; 3] {
    let mut truth = [Told::new(), Told::new(), Told::new()];
    let ruled = !old.rules.is_empty() || !new.rules.is_empty();
    let cases = world.cases(Data::Any);
    let contexts: &[&str] = if is_named(old, new) {
        &["a", ""]
    } else {
        &[""]
    };
    let grants = || old.grants.iter().chain(&new.grants);
    for role in ["R", "S"].map(Name::from) {
        if !grants().any(|grant| grant.role == role) {
            continue;
        }
        for context in contexts {
            let permissions = [old, new].map(|policy| {
                let holds = |grant: &&Arc<Grant>| {
                    grant.role == role
                        && (grant.contexts.is_empty()
                            || grant.contexts.contains(&(*context).into()))
                };
                let mut grants = policy.grants.iter().filter(holds);
                let is_scoped = grants.all(|grant| grant.scope.is_some());
                let permissions = Permissions::resolve(&PermissionQuery {
                    policy,
                    rows: &[],
                    tenant: "t",
                    roles: std::slice::from_ref(&role),
                    inherited: &[],
                    entity: "E",
                    context,
                });
                Whose {
                    permissions,
                    is_scoped,
                }
            });
            let whose = format!("{role} {context}");
            for case in &cases {
                case.ask(world, |facts| {
                    let was = seen(old, &permissions[0], facts);
                    let is = seen(new, &permissions[1], facts);
                    differences(&whose, &was, &is, ruled, &mut truth);
                });
            }
        }
    }
    truth
}
