//! Who can see a field: held to what the permissions come to for every record there can be.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use guardrails_core::data::{Access, Mask, PermissionQuery, Permissions};
use guardrails_core::policy::*;
use guardrails_core::process::{Facts, Truth, holds};
use guardrails_core::{Name, Place};
use guardrails_rules::analyse::{Answer, Context, Data, Depth, Sight, findings, who_can_see};

use crate::random::Random;
use crate::world::{Case, Slot, World};

/// Sets of grants that are tried.
const POLICIES: u64 = 10_000;

pub(crate) fn grant(world: &World, random: &mut Random, role: &str) -> Grant {
    let permissions = [
        Permission::Read,
        Permission::Write(WriteScope::Within),
        Permission::Write(WriteScope::Beyond),
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

/// Gives every condition of a grant a place of its own.
fn place(grant: &mut Grant, number: usize) {
    let whens = grant.clauses.iter_mut().map(|clause| &mut clause.when);
    for (at, condition) in std::iter::once(&mut grant.scope).chain(whens).enumerate() {
        if let Some(condition) = condition {
            condition.place.file = format!("grant {number}.{at}").into();
        }
    }
}

/// What the field `t` comes to for one role in one context, by the permissions themselves and the rules
/// on reading.
struct Eyes<'w> {
    world: &'w World,
    permissions: Permissions,
    /// What it comes to where the conditions come to this; many cases are alike in that.
    known: HashMap<Vec<Truth>, Access>,
}

impl<'w> Eyes<'w> {
    fn of(world: &'w World, role: &Name, context: &str) -> Self {
        let permissions = Permissions::resolve(&PermissionQuery {
            policy: &world.policy,
            rows: &[],
            tenant: "t",
            roles: std::slice::from_ref(role),
            inherited: &[],
            entity: "E",
            context,
        });
        Self {
            world,
            permissions,
            known: HashMap::new(),
        }
    }

    fn see(&mut self, case: &Case) {
        let conditions = self.permissions.conditions();
        let rules = self.world.policy.rules.iter();
        let whens = rules.map(|rule| rule.when.as_ref().unwrap());
        let truths: Vec<Truth> = case.ask(self.world, |facts| {
            let all = conditions.iter().chain(whens);
            all.map(|condition| holds(condition, facts)).collect()
        });
        if !self.known.contains_key(&truths) {
            let (grants, rules) = truths.split_at(conditions.len());
            let access = self.restricted(self.granted(grants), rules);
            self.known.insert(truths, access);
        }
    }

    fn granted(&self, truths: &[Truth]) -> Access {
        let table = self.permissions.table(truths);
        match table.row("t") {
            Some(row) if !table.is_out_of_scope() => row.access().clone(),
            _ => Access::Hidden,
        }
    }

    fn restricted(&self, mut access: Access, truths: &[Truth]) -> Access {
        let rules = self.world.policy.rules.iter().zip(truths);
        for (rule, _) in rules.filter(|(_, truth)| truth.restricts()) {
            for effect in &rule.effects {
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
    }

    fn all(self) -> Vec<Access> {
        let mut all: Vec<Access> = self.known.into_values().collect();
        all.sort_by(Access::cmp_strictness);
        all.dedup();
        all
    }
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
            let mut grant = grant(&world, random, role);
            place(&mut grant, world.policy.grants.len());
            world.policy.grants.push(Arc::new(grant));
        }
        if random.once_in(3) {
            let rule = rule(&world, random);
            world.policy.rules.push(Arc::new(rule));
        }
        let cases = world.cases(Data::AsDeclared);
        hold_never(&world, &cases, seed);
        hold(&world, &cases, seed);
    }
}

/// Conditions of grants that nothing makes true are told of, and no others.
fn hold_never(world: &World, cases: &[Case], seed: u64) {
    let can = |conditions: &[&Expr]| {
        let all = |facts: &Facts<'_>| conditions.iter().all(|c| holds(c, facts).grants());
        cases.iter().any(|case| case.ask(world, all))
    };
    let mut never = BTreeSet::new();
    for grant in &world.policy.grants {
        let scope: Vec<&Expr> = grant.scope.iter().collect();
        if !can(&scope) {
            never.insert(scope[0].place.file.clone());
            continue;
        }
        for when in grant
            .clauses
            .iter()
            .filter_map(|clause| clause.when.as_ref())
        {
            if !can(&[&*scope, &[when]].concat()) {
                never.insert(when.place.file.clone());
            }
        }
    }
    let found = findings(&world.policy, &[], Depth::Mistakes).into_iter();
    let told: BTreeSet<Name> = found
        .filter(|found| found.code == "G0511" && found.place.file.starts_with("grant"))
        .map(|found| found.place.file.clone())
        .collect();
    assert_eq!(told, never, "seed {seed}, {:?}", world.slots);
}

fn hold(world: &World, cases: &[Case], seed: u64) {
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
            let mut eyes = Eyes::of(world, role, context);
            let alone = cases.iter().filter_map(|case| case.with_only(role));
            alone.for_each(|case| eyes.see(&case));
            let truth = eyes.all();
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
