//! Can it hold, can both hold, does one follow from the other: asked of the analysis and of every
//! operation there can be.

use guardrails_core::policy::Expr;
use guardrails_core::process::{Truth, holds};
use guardrails_rules::analyse::{
    Answer, Data, Reading, Scene, difference, overlap, satisfiable, without,
};

use crate::random::Random;
use crate::world::World;

/// Sets of rules that are tried.
const SETS: u64 = 10_000;

fn counts(reading: Reading, truth: Truth) -> bool {
    match reading {
        Reading::Holds => truth.grants(),
        Reading::Applies => truth.restricts(),
    }
}

/// Holds an answer to the truth, and its example to the evaluator.
fn hold(answer: &Answer, truth: bool, shows: impl Fn(&[Truth]) -> bool, of: &[&Expr], told: &str) {
    match answer {
        Answer::CannotTell(why) => panic!("{told}: cannot tell: {}", why.why),
        Answer::Never => assert!(!truth, "{told}: missed"),
        Answer::Example(example) => {
            assert!(truth, "{told}: false alarm {example}");
            let facts = example.facts();
            let truths: Vec<Truth> = of.iter().map(|e| holds(e, &facts)).collect();
            assert!(shows(&truths), "{told}: {example} shows nothing");
        }
    }
}

#[test]
fn analysis_and_brute_force_agree() {
    for seed in 0..SETS {
        let random = &mut Random::new(seed);
        let world = World::random(random);
        let rules: Vec<Expr> = (0..2).map(|_| world.condition(random, 2)).collect();
        let data = *random.pick(&[Data::AsDeclared, Data::Any]);
        let reading = *random.pick(&[Reading::Holds, Reading::Applies]);
        let scene = Scene {
            policy: &world.policy,
            entity: "E",
            verb: world.verb,
        };
        let truths: Vec<[bool; 2]> = world
            .cases(data)
            .iter()
            .map(|case| {
                case.ask(&world, |facts| {
                    [0, 1].map(|at| counts(reading, holds(&rules[at], facts)))
                })
            })
            .collect();
        let (a, b) = (&rules[0], &rules[1]);
        let of = &[a, b];
        let count = |truth: Truth| counts(reading, truth);
        let told = |what: &str| {
            let slots = &world.slots;
            format!(
                "seed {seed}, {what}, {:?}, {slots:?}, {data:?}, {reading:?}",
                world.verb
            )
        };

        let answer = satisfiable(scene, data, a, reading);
        let truth = truths.iter().any(|[a, _]| *a);
        hold(&answer, truth, |t| count(t[0]), of, &told("satisfiable"));

        let answer = overlap(scene, data, a, b, reading);
        let truth = truths.iter().any(|[a, b]| *a && *b);
        hold(
            &answer,
            truth,
            |t| count(t[0]) && count(t[1]),
            of,
            &told("overlap"),
        );

        let answer = without(scene, data, a, b, reading);
        let truth = truths.iter().any(|[a, b]| *a && !*b);
        hold(
            &answer,
            truth,
            |t| count(t[0]) && !count(t[1]),
            of,
            &told("without"),
        );

        let answer = difference(scene, data, a, b, reading);
        let truth = truths.iter().any(|[a, b]| a != b);
        hold(
            &answer,
            truth,
            |t| count(t[0]) != count(t[1]),
            of,
            &told("difference"),
        );
    }
}
