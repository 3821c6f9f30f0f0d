//! Clauses that another grant makes pointless: taken out, each of them, they may change no view and no
//! right to write, whatever comes. And who may write at all.

use std::collections::HashMap;
use std::sync::Arc;

use guardrails_core::data::{Access, PermissionQuery, Permissions, Writable};
use guardrails_core::policy::{Grant, Permission, Policy, Verb};
use guardrails_core::process::{Truth, holds};
use guardrails_core::{Name, Place};
use guardrails_rules::analyse::{Context, Data, Depth, findings, who_can_write};

use crate::random::Random;
use crate::sights;
use crate::world::{Case, Slot, World};

/// Sets of grants that are tried.
const POLICIES: u64 = 10_000;

fn world(random: &mut Random) -> World {
    let mut world = World::random(random);
    world.verb = Verb::Read;
    world
        .slots
        .retain(|slot| !matches!(slot, Slot::OldWhole | Slot::Context));
    if world.slots.is_empty() {
        world.slots.push(Slot::OptionalWhole);
    }
    for number in 0..2 + random.below(2) {
        let mut grant = sights::grant(&world, random, "R");
        let at = |file: String| Place {
            file: file.into(),
            line: 1,
            ..Place::default()
        };
        grant.place = at(format!("{number}"));
        for (clause, written) in grant.clauses.iter_mut().enumerate() {
            written.place = at(format!("{number}/{clause}"));
        }
        world.policy.grants.push(Arc::new(grant));
    }
    world
}

/// What the fields `t` and `j` come to.
struct Eyes(Permissions, HashMap<Vec<Truth>, Vec<(Access, Writable)>>);

impl Eyes {
    fn of(policy: &Policy, context: &str) -> Self {
        let role: Name = "R".into();
        let asked = PermissionQuery {
            policy,
            rows: &[],
            tenant: "t",
            roles: std::slice::from_ref(&role),
            inherited: &[],
            entity: "E",
            context,
        };
        Self(Permissions::resolve(&asked), HashMap::new())
    }

    fn see(&mut self, world: &World, case: &Case) -> &[(Access, Writable)] {
        let Self(permissions, known) = self;
        let conditions = permissions.conditions();
        let truths: Vec<Truth> = case.ask(world, |facts| {
            conditions.iter().map(|when| holds(when, facts)).collect()
        });
        known.entry(truths).or_insert_with_key(|truths| {
            let table = permissions.table(truths);
            let seen = |field| match table.row(field) {
                Some(row) if !table.is_out_of_scope() => (row.access().clone(), row.writable()),
                _ => (Access::Hidden, Writable::No),
            };
            vec![seen("t"), seen("j")]
        })
    }
}

/// The policy without one clause of one grant.
fn without(policy: &Policy, grant: usize, clause: usize) -> Policy {
    let mut policy = policy.clone();
    let mut less: Grant = (*policy.grants[grant]).clone();
    less.clauses.remove(clause);
    policy.grants[grant] = Arc::new(less);
    policy
}

#[test]
fn what_is_called_pointless_may_go() {
    let mut told = 0;
    for seed in 0..POLICIES {
        let world = world(&mut Random::new(seed ^ 0x2e6_7a27));
        let found = findings(&world.policy, &[], Depth::Mistakes);
        let cases = world.cases(Data::Any);
        for finding in found.iter().filter(|found| found.code == "G0522") {
            told += 1;
            let (grant, clause) = finding.place.file.split_once('/').unwrap();
            let less = without(
                &world.policy,
                grant.parse().unwrap(),
                clause.parse().unwrap(),
            );
            for context in ["a", ""] {
                let (mut before, mut after) =
                    (Eyes::of(&world.policy, context), Eyes::of(&less, context));
                for case in cases.iter().filter_map(|case| case.with_only(&"R".into())) {
                    assert_eq!(
                        before.see(&world, &case),
                        after.see(&world, &case),
                        "seed {seed}, {} in {context:?}: {}",
                        finding.place.file,
                        finding.message
                    );
                }
            }
        }
    }
    assert!(told > 1_000, "only {told} were told of");
}

/// The policy with one `write` of one grant turned into `read`.
fn reading(policy: &Policy, grant: usize, clause: usize) -> Policy {
    let mut policy = policy.clone();
    let mut less: Grant = (*policy.grants[grant]).clone();
    less.clauses[clause].permission = Permission::Read;
    policy.grants[grant] = Arc::new(less);
    policy
}

#[test]
fn what_is_called_unusable_writes_nothing() {
    let mut told = 0;
    for seed in 0..POLICIES {
        let world = world(&mut Random::new(seed ^ 0x77f1_7e51));
        let found = findings(&world.policy, &[], Depth::Mistakes);
        let cases = world.cases(Data::Any);
        for finding in found.iter().filter(|found| found.code == "G0525") {
            told += 1;
            let (grant, clause) = finding.place.file.split_once('/').unwrap();
            let less = reading(
                &world.policy,
                grant.parse().unwrap(),
                clause.parse().unwrap(),
            );
            for context in ["a", ""] {
                let (mut before, mut after) =
                    (Eyes::of(&world.policy, context), Eyes::of(&less, context));
                for case in cases.iter().filter_map(|case| case.with_only(&"R".into())) {
                    assert_eq!(
                        before.see(&world, &case),
                        after.see(&world, &case),
                        "seed {seed}, {} in {context:?}: {}",
                        finding.place.file,
                        finding.message
                    );
                }
            }
        }
    }
    assert!(told > 100, "only {told} were told of");
}

/// Whoever is called a writer may write in some case, and in every one where that is said; nobody else may.
#[test]
fn writers_are_those_of_the_guard() {
    let mut counts = [0; 3];
    for seed in 0..POLICIES / 4 {
        let world = world(&mut Random::new(seed ^ 0x5c1b_77e5));
        let writers = who_can_write(&world.policy, "E", "t");
        let cases = world.cases(Data::AsDeclared);
        let are_told_apart = world
            .policy
            .grants
            .iter()
            .any(|grant| !grant.contexts.is_empty());
        for (context, known) in [("a", are_told_apart), ("", true)] {
            let mut eyes = Eyes::of(&world.policy, context);
            let cases = cases.iter().filter_map(|case| case.with_only(&"R".into()));
            let writes = cases.map(|case| eyes.see(&world, &case)[0].1 != Writable::No);
            let writes: Vec<bool> = writes.collect();
            let wanted = match context {
                "a" if known => Context::Named("a".into()),
                _ => Context::Other,
            };
            let writer = writers.iter().find(|writer| writer.context == wanted);
            let told = || format!("seed {seed} in {context:?}: {writer:?}");
            let may = writes.contains(&true);
            assert!(!may || writer.is_some(), "{}", told());
            if let Some(writer) = writer {
                assert!(may || writer.answer.example().is_none(), "{}", told());
                assert!(!writer.is_always || !writes.contains(&false), "{}", told());
                counts[usize::from(writer.is_always)] += 1;
            } else {
                counts[2] += 1;
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
}
