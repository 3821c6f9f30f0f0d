//! What is told of whole policies: rules that never apply, rules that another makes superfluous,
//! conflicts, and tables with gaps, overlaps and unreachable rows.

use std::collections::BTreeSet;
use std::sync::Arc;

use guardrails_core::policy::*;
use guardrails_core::process::{Truth, holds};
use guardrails_core::{Name, Place};
use guardrails_rules::analyse::{Data, Depth, conflict, findings};

use crate::random::Random;
use crate::world::{Case, World};

/// Policies of rules, and of tables, that are tried.
const POLICIES: u64 = 10_000;

pub(crate) fn rule(name: &str, when: Option<Expr>, effect: EffectKind) -> Rule {
    let place = Place {
        file: name.into(),
        line: 1,
        ..Place::default()
    };
    Rule {
        origin: Origin {
            name: name.into(),
            place: place.clone(),
        },
        verbs: vec![Verb::Update],
        entity: "E".into(),
        when,
        effects: vec![Effect {
            kind: effect,
            place,
        }],
        mode: Mode::Enforced,
        since: None,
        until: None,
        owner: "".into(),
        severity: None,
        tags: Vec::new(),
        doc: "".into(),
        table: None,
    }
}

fn asks() -> EffectKind {
    EffectKind::RequireApproval(Requirement {
        chain: "chain".into(),
        code: Requirement::CODE.into(),
        because: Message::plain("ask"),
    })
}

fn denies() -> EffectKind {
    EffectKind::Deny("NO".into(), Message::plain("no"))
}

/// What each condition comes to in every one of these operations.
fn truths(world: &World, cases: &[Case], rules: &[Rule]) -> Vec<Vec<Truth>> {
    let of = |facts: &guardrails_core::process::Facts<'_>| {
        let truth = |rule: &Rule| {
            rule.when
                .as_ref()
                .map_or(Truth::True, |when| holds(when, facts))
        };
        rules.iter().map(truth).collect()
    };
    cases.iter().map(|case| case.ask(world, of)).collect()
}

/// Names of rules by the codes that are told of them.
struct Told(Vec<(&'static str, Name)>);

impl Told {
    fn of(world: &World, rules: &[Rule]) -> Self {
        let policy = Policy {
            rules: rules.iter().cloned().map(Arc::new).collect(),
            ..world.policy.clone()
        };
        let found = findings(&policy, &[], Depth::Everything).into_iter();
        Self(found.map(|f| (f.code, f.place.file.clone())).collect())
    }

    fn with(&self, code: &str) -> BTreeSet<Name> {
        let found = self.0.iter().filter(|(have, _)| *have == code);
        found.map(|(_, name)| name.clone()).collect()
    }
}

fn names(rules: &[Rule], is: impl Fn(usize) -> bool) -> BTreeSet<Name> {
    let rules = rules.iter().enumerate();
    rules
        .filter(|(at, _)| is(*at))
        .map(|(_, rule)| rule.origin.name.clone())
        .collect()
}

#[test]
fn rules_are_told_of_when_and_only_when() {
    let (mut never, mut shadowed, mut vain) = (0, 0, 0);
    for seed in 0..POLICIES {
        let random = &mut Random::new(seed ^ 0xb0b);
        let mut world = World::random(random);
        world.verb = Verb::Update;
        let rules: Vec<Rule> = (0..3)
            .map(|at| {
                let when = (!random.once_in(12)).then(|| world.condition(random, 1));
                let effect = if random.once_in(2) { asks() } else { denies() };
                rule(&format!("r{at}"), when, effect)
            })
            .collect();
        let denying = |at: usize| matches!(rules[at].effects[0].kind, EffectKind::Deny(..));
        let cases = world.cases(Data::Any);
        let any = truths(&world, &cases, &rules);
        let declared = any.iter().zip(&cases).filter(|(_, case)| case.declared);
        let declared: Vec<Vec<Truth>> = declared.map(|(truths, _)| truths.clone()).collect();
        let is_never = |at: usize| declared.iter().all(|case| !case[at].grants());
        let within = |a: usize, b: usize| any.iter().all(|c| !c[a].restricts() || c[b].restricts());
        let says = |by: usize, at: usize| denying(by) || !denying(at);
        let is_shadowed = |at: usize| {
            !is_never(at)
                && (0..3).any(|by| {
                    let covers = by != at && says(by, at) && within(at, by);
                    covers && (by < at || !(says(at, by) && within(by, at)))
                })
        };
        let in_vain = |at: usize| {
            let both = |by: usize| declared.iter().any(|c| c[at].grants() && c[by].grants());
            !is_shadowed(at) && !denying(at) && (0..3).any(|by| denying(by) && both(by))
        };
        let wanted = [
            names(&rules, is_never),
            names(&rules, is_shadowed),
            names(&rules, in_vain),
        ];
        let told = Told::of(&world, &rules);
        for (code, wanted) in ["G0511", "G0512", "G0513"].into_iter().zip(&wanted) {
            assert_eq!(
                told.with(code),
                *wanted,
                "seed {seed}, {code}, {:?}",
                world.slots
            );
        }
        hold_conflicts(&world, &rules, &declared, seed);
        never += wanted[0].len();
        shadowed += wanted[1].len();
        vain += wanted[2].len();
    }
    // The random policies do have what is looked for.
    assert!(
        never.min(shadowed).min(vain) > 50,
        "{never} {shadowed} {vain}"
    );
}

/// Holds what is told of each pair, and its example, to what both come to.
fn hold_conflicts(world: &World, rules: &[Rule], cases: &[Vec<Truth>], seed: u64) {
    for (a, asking) in rules.iter().enumerate() {
        for (b, denying) in rules.iter().enumerate() {
            let opposite = matches!(asking.effects[0].kind, EffectKind::RequireApproval(_))
                && matches!(denying.effects[0].kind, EffectKind::Deny(..));
            let truth = opposite && cases.iter().any(|c| c[a].grants() && c[b].grants());
            let found = conflict(&world.policy, asking, denying);
            assert_eq!(found.is_some(), truth, "seed {seed}, conflict of {a}, {b}");
            for rule in found.iter().flat_map(|found| [found.asks, found.denies]) {
                let facts = found.as_ref().unwrap().example.facts();
                let holds = rule.when.as_ref().is_none_or(|w| holds(w, &facts).grants());
                assert!(holds, "seed {seed}, {found:?} shows nothing");
            }
        }
    }
}

fn table(world: &World, random: &mut Random, hit: Hit) -> Vec<Rule> {
    let table = Arc::new(Table {
        origin: Origin {
            name: "t".into(),
            place: Place {
                file: "table".into(),
                line: 1,
                ..Place::default()
            },
        },
        hit,
        columns: Vec::new(),
        reads_risk: false,
    });
    (1..3 + u32::from(random.once_in(2)))
        .map(|at| {
            let cells: Vec<Option<Expr>> = (0..2)
                .map(|_| (!random.once_in(3)).then(|| world.atom(random)))
                .collect();
            let parts: Vec<Expr> = cells.iter().flatten().cloned().collect();
            let all =
                (!parts.is_empty()).then(|| Expr::new(ExprKind::All(parts), Place::default()));
            let row = TableRow {
                table: table.clone(),
                row: at,
                cells,
            };
            let effect = if random.once_in(2) { asks() } else { denies() };
            Rule {
                table: Some(Arc::new(row)),
                ..rule(&format!("t#{at}"), all, effect)
            }
        })
        .collect()
}

#[test]
fn tables_are_told_of_when_and_only_when() {
    let (mut gaps, mut overlaps, mut unreached) = (0, 0, 0);
    for seed in 0..POLICIES {
        let random = &mut Random::new(seed ^ 0x7ab1e);
        let mut world = World::random(random);
        world.verb = Verb::Update;
        let hit = *random.pick(&[Hit::Unique, Hit::First, Hit::Any]);
        let rules = table(&world, random, hit);
        let cases = truths(&world, &world.cases(Data::AsDeclared), &rules);
        let gap = cases
            .iter()
            .any(|case| case.iter().all(|t| *t == Truth::False));
        let said = |at: usize| std::mem::discriminant(&rules[at].effects[0].kind);
        let alike = |a: usize, b: usize| said(a) == said(b);
        let is_double = |at: usize| {
            hit != Hit::First
                && (0..at).any(|by| {
                    let both = cases.iter().any(|c| c[at].grants() && c[by].grants());
                    both && !(hit == Hit::Any && alike(at, by))
                })
        };
        let is_unreached = |at: usize| {
            let applies = |case: &&Vec<Truth>| case[at].restricts();
            let tried = |case: &Vec<Truth>| case.iter().take(at).all(|truth| !truth.grants());
            hit == Hit::First
                && at > 0
                && cases.iter().any(|case| applies(&case))
                && !cases.iter().filter(applies).any(tried)
        };
        let told = Told::of(&world, &rules);
        assert_eq!(
            !told.with("G0514").is_empty(),
            gap,
            "seed {seed}, gap, {:?}",
            world.slots
        );
        let doubles = names(&rules, is_double);
        assert_eq!(told.with("G0515"), doubles, "seed {seed}, overlap");
        let late = names(&rules, is_unreached);
        assert_eq!(told.with("G0516"), late, "seed {seed}, unreached");
        gaps += usize::from(gap);
        overlaps += doubles.len();
        unreached += late.len();
    }
    assert!(
        gaps.min(overlaps).min(unreached) > 50,
        "{gaps} {overlaps} {unreached}"
    );
}
