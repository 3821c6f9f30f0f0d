//! Who can see a field: held to what the permissions come to for every record there can be.

use std::sync::Arc;

use guardrails_core::data::{Access, Asked, Mask, Permissions};
use guardrails_core::policy::*;
use guardrails_core::process::holds;
use guardrails_core::{Name, Place};
use guardrails_rules::analyse::{Answer, Context, Data, Sight, who_can_see};

use crate::random::Random;
use crate::world::{Case, Slot, World};

/// Policies that are tried.
const POLICIES: u64 = 600;

fn grant(world: &World, random: &mut Random, role: &str) -> Grant {
    let permissions = [
        Permission::Read,
        Permission::Write,
        Permission::Mask(Mask::Redact),
        Permission::Mask(Mask::Partial(1, 1)),
        Permission::Hide,
    ];
    let clauses = (0..1 + random.below(3))
        .map(|_| FieldClause {
            fields: match random.below(4) {
                0 => FieldSet::AllExcept(vec!["j".into()]),
                1 => FieldSet::Named(vec!["j".into()]),
                _ => FieldSet::Named(vec!["t".into()]),
            },
            permission: random.pick(&permissions).clone(),
            when: random.once_in(2).then(|| world.condition(random, 1)),
            place: Place::default(),
        })
        .collect();
    Grant {
        role: role.into(),
        entity: "E".into(),
        contexts: match random.below(3) {
            0 => vec!["a".into()],
            _ => Vec::new(),
        },
        scope: random.once_in(3).then(|| world.condition(random, 1)),
        clauses,
        place: Place::default(),
    }
}

/// What the field `t` comes to in one case, by the permissions themselves and the rules on reading.
fn seen(world: &World, case: &Case, role: &Name, context: &str) -> Access {
    let permissions = Permissions::resolve(&Asked {
        policy: &world.policy,
        rows: &[],
        tenant: "t",
        roles: std::slice::from_ref(role),
        inherited: &[],
        entity: "E",
        context,
    });
    case.ask(world, |facts| {
        let conditions = permissions.conditions();
        let truths: Vec<_> = conditions
            .iter()
            .map(|condition| holds(condition, facts))
            .collect();
        let table = permissions.table(&truths);
        let hidden = table.is_out_of_scope();
        let granted = table
            .row("t")
            .map_or(Access::Hidden, |row| row.access().clone());
        let mut access = if hidden { Access::Hidden } else { granted };
        for rule in &world.policy.rules {
            let applies = rule
                .when
                .as_ref()
                .is_none_or(|when| holds(when, facts).restricts());
            for effect in rule.effects.iter().filter(|_| applies) {
                let made = match &effect.kind {
                    EffectKind::Hide(field) if **field == *"t" => Access::Hidden,
                    EffectKind::Mask(field, mask) if **field == *"t" => {
                        Access::Masked(mask.on(Sensitivity::PUBLIC))
                    }
                    EffectKind::Deny(..) => Access::Hidden,
                    _ => continue,
                };
                if made.cmp_strictness(&access).is_gt() {
                    access = made;
                }
            }
        }
        access
    })
}

fn rule(world: &World, random: &mut Random) -> Rule {
    let kinds = [
        EffectKind::Hide("t".into()),
        EffectKind::Mask("t".into(), Mask::Redact),
        EffectKind::Hide("j".into()),
        EffectKind::Deny("NO".into(), Message::plain("no")),
    ];
    Rule {
        verbs: vec![Verb::Read],
        ..crate::rules::rule(
            "restricts",
            Some(world.condition(random, 1)),
            random.pick(&kinds).clone(),
        )
    }
}

#[test]
fn sights_and_permissions_agree() {
    for seed in 0..POLICIES {
        let random = &mut Random::new(seed ^ 0xa11ce);
        let mut world = World::random(random);
        world.verb = Verb::Read;
        world
            .slots
            .retain(|slot| !matches!(slot, Slot::OldWhole | Slot::Context));
        if world.slots.is_empty() {
            world.slots.push(Slot::OptionalWhole);
        }
        for role in ["R", "S", "R"].iter().take(1 + random.below(3)) {
            let grant = grant(&world, random, role);
            world.policy.grants.push(Arc::new(grant));
        }
        if random.once_in(3) {
            let rule = rule(&world, random);
            world.policy.rules.push(Arc::new(rule));
        }
        hold(&world, seed);
    }
}

fn hold(world: &World, seed: u64) {
    let sights = who_can_see(&world.policy, "E", "t");
    let mut roles: Vec<Name> = world.policy.grants.iter().map(|g| g.role.clone()).collect();
    roles.sort();
    roles.dedup();
    let named = world
        .policy
        .grants
        .iter()
        .any(|grant| !grant.contexts.is_empty());
    for role in &roles {
        for context in ["a", ""].iter().skip(usize::from(!named)) {
            let cases = world.cases(Data::AsDeclared).into_iter();
            let alone = cases.filter_map(|case| case.with_only(role));
            let mut truth: Vec<Access> = Vec::new();
            for case in alone {
                let access = seen(world, &case, role, context);
                if !truth.contains(&access) {
                    truth.push(access);
                }
            }
            truth.sort_by(Access::cmp_strictness);
            let of = |sight: &&Sight| {
                sight.role == *role
                    && match &sight.context {
                        Context::Named(name) => **name == **context,
                        Context::Other => context.is_empty(),
                    }
            };
            let mut told: Vec<Access> = Vec::new();
            for sight in sights.iter().filter(of) {
                assert!(
                    matches!(sight.answer, Answer::Example(_)),
                    "seed {seed}: cannot tell"
                );
                told.push(sight.access.clone());
            }
            assert_eq!(told, truth, "seed {seed}, {role} in {context:?}");
        }
    }
}
