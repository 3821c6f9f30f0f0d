//! A remedy is one, no part of it is, and both whatever is hidden.

use proptest::prelude::*;

use super::super::super::risk::total;
use super::super::super::rules::{in_force, phase};
use super::super::super::tables::take_plainly;
use super::*;

/// What a condition would come to, if these clauses came out like this: by walking it, with no help
/// from formulas.
pub(super) fn pretend(expr: &Expr, pretended: &BTreeMap<String, bool>, facts: &Facts<'_>) -> Truth {
    match &expr.kind {
        ExprKind::Not(inner) => !pretend(inner, pretended, facts),
        ExprKind::All(parts) => parts.iter().fold(Truth::True, |truth, part| {
            truth.and(pretend(part, pretended, facts))
        }),
        ExprKind::Any(parts) => parts.iter().fold(Truth::False, |truth, part| {
            truth.or(pretend(part, pretended, facts))
        }),
        _ => match pretended.get(&formula::identity(expr)) {
            Some(truth) => Truth::from(*truth),
            None => oracle::holds(expr, facts),
        },
    }
}

/// Whether the change would be allowed by rules and risk, if these clauses came out like this.
fn allowed(decision: &Decision, world: &World<'_>, flips: &Flips) -> bool {
    let basis = &decision.basis;
    let policy = &basis.snapshot.policy;
    let mut pretended = BTreeMap::new();
    let mut levels = BTreeMap::new();
    for (number, truth) in flips {
        let expr = world.clauses.known(*number).unwrap().expr;
        match world.level_of(*number) {
            Some(level) => drop(levels.insert(level, *truth)),
            None => drop(pretended.insert(formula::identity(expr), *truth)),
        }
    }
    let facts = basis.facts();
    let run = |wanted: Phase, facts: &Facts<'_>, findings: &mut Findings| {
        let rules = policy.rules.iter().filter(|rule| {
            phase(rule) == wanted && rule.mode == Mode::Enforced && in_force(rule, facts)
        });
        let came_out: Vec<_> = rules
            .map(|rule| {
                let truth = |when| pretend(when, &pretended, facts);
                (rule, rule.when.as_ref().map_or(Truth::True, truth))
            })
            .collect();
        take_plainly(&came_out, facts, findings);
    };
    let frame = Frame::new(&facts, &basis.plan.slots);
    let shares = basis.plan.scale.weigh(&frame, &[]).factors;
    let weigh = |findings: &Findings| {
        let added = findings.risks.iter().cloned();
        total(&policy.risk, shares.iter().cloned().chain(added).collect())
    };
    let mut findings = Findings::default();
    run(Phase::BeforeRisk, &facts, &mut findings);
    let scored = facts.scored(weigh(&findings).score);
    run(Phase::AfterRisk, &scored, &mut findings);
    let level = weigh(&findings).level;
    let reached = policy
        .risk
        .thresholds
        .iter()
        .enumerate()
        .any(|(at, threshold)| levels.get(&at).copied().unwrap_or(threshold.level <= level));
    findings.denials.is_empty() && findings.approvals.is_empty() && !reached
}

pub(super) fn subsets(set: &[(usize, bool)]) -> Vec<Vec<(usize, bool)>> {
    let whole = (1_usize << set.len()) - 1;
    (0..whole)
        .map(|bits| {
            let chosen = set
                .iter()
                .enumerate()
                .filter(|(at, _)| bits & (1 << at) != 0);
            chosen.map(|(_, step)| *step).collect()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]


    #[test]
    fn a_remedy_is_one_and_no_part_of_it_is(
        rules in rules(),
        before in fields(),
        set in fields(),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        let policy = policy(rules, &[Shown::Plain; FIELDS.len()]);
        let decision = decide(&policy, &before, &set, &roles);
        let levels = reached(&policy.risk);
        let disclosure = Disclosure::new(&decision, &decision.basis);
        let world = world(&disclosure, &decision.basis, &levels);
        prop_assert_eq!(allowed(&decision, &world, &Flips::new()), world.culprits(&Flips::new()).is_empty());
        let (sets, searched) = remedy::smallest(&world);
        for set in &sets {
            let flips = world.closed(set).unwrap();
            prop_assert!(allowed(&decision, &world, &flips), "{set:?}");
            for part in subsets(set) {
                let flips = world.closed(&part).unwrap();
                prop_assert!(!allowed(&decision, &world, &flips), "{part:?} of {set:?}");
            }
        }
        let told = remedy::weakest(&world, sets.clone());
        prop_assert_eq!(told.is_empty(), sets.is_empty());
        // Where two clauses are needed, no single one was overlooked.
        if searched == Searched::Whole && sets.iter().all(|set| set.len() > 1)
            && !world.culprits(&Flips::new()).is_empty()
        {
            for number in 0..world.clauses.len() {
                for wanted in [true, false] {
                    let alone = world.closed(&[(number, wanted)]);
                    let open = world.clauses.is_open(number);
                    if let Some(flips) = alone.filter(|_| open) {
                        prop_assert!(!allowed(&decision, &world, &flips), "{number} {wanted}");
                    }
                }
            }
        }
    }

    /// With fields hidden, a remedy must be one whatever is in them.
    #[test]
    fn a_remedy_holds_whatever_is_hidden(
        rules in rules(),
        before in fields(),
        shown in shown(),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        let policy = policy(rules, &shown);
        let decision = decide(&policy, &before, &Fields::new(), &roles);
        let levels = reached(&policy.risk);
        let disclosure = Disclosure::new(&decision, &decision.basis);
        let world = world(&disclosure, &decision.basis, &levels);
        for set in remedy::smallest(&world).0 {
            prop_assert!(allowed(&decision, &world, &world.closed(&set).unwrap()), "{set:?}");
        }
    }
}
