//! What is told of rules and near misses agrees with the evaluator and the index.

use proptest::prelude::*;

use super::super::super::rules::in_force;
use super::*;
use crate::verdict::Holding;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]


    #[test]
    fn evaluator_index_and_explanation_agree(
        rules in rules(),
        before in fields(),
        set in fields(),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        let policy = policy(rules, &[Shown::Plain; FIELDS.len()]);
        let decision = decide(&policy, &before, &set, &roles);
        let told = format!("{decision:?}");
        let explanation = decision.explain();
        let basis = basis(&decision);
        let levels = reached(&policy.risk);
        let disclosure = Disclosure::new(&decision, basis);
        let world = world(&disclosure, basis, &levels);
        let eye = world.clauses.eye();
        prop_assert_eq!(world.rules.len(), policy.rules.len());
        for considered in &world.rules {
            let rule = considered.rule;
            let truth = rule.when.as_ref().map_or(Truth::True, |when| evaluate::holds(when, &eye.facts));
            prop_assert_eq!(considered.truth, Some(truth));
            if let Some(when) = &rule.when {
                prop_assert_eq!(tree::tree(when, eye, None).truth, Some(truth));
            }
            let verdict = decision.verdicts.iter().find(|verdict| verdict.rule == rule.origin.name);
            if verdict.is_none() && rule.table.as_ref().is_some_and(|row| row.table.hit == Hit::First) {
                continue;
            }
            let expected = match truth {
                _ if !in_force(rule, &eye.facts) => None,
                Truth::True => Some(Holding::Held),
                Truth::Unknown => Some(Holding::Unknown),
                Truth::False => None,
            };
            prop_assert_eq!(verdict.map(|verdict| verdict.holding), expected);
        }
        let applied: Vec<&Name> = explanation.rules.iter().map(|rule| &rule.rule).collect();
        let mut verdicts: Vec<&Name> = decision.verdicts.iter().map(|verdict| &verdict.rule).collect();
        let order = |name: &&Name| policy.rules.iter().position(|rule| rule.origin.name == **name);
        verdicts.sort_by_key(order);
        prop_assert_eq!(applied, verdicts);
        prop_assert_eq!(
            explanation.rules.len() + explanation.near_misses.len() + explanation.further,
            policy.rules.len()
        );
        // Asking changes nothing: not the decision, not the next one, not the next explanation.
        prop_assert_eq!(told, format!("{decision:?}"));
        prop_assert_eq!(decision.explain(), explanation);
    }


    #[test]
    fn a_near_miss_applies_once_its_clauses_come_round(
        rules in rules(),
        before in fields(),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        let policy = policy(rules, &[Shown::Plain; FIELDS.len()]);
        let decision = decide(&policy, &before, &Fields::new(), &roles);
        let levels = reached(&policy.risk);
        let disclosure = Disclosure::new(&decision, basis(&decision));
        let world = world(&disclosure, basis(&decision), &levels);
        for considered in &world.rules {
            let numbers = {
                let mut numbers = Vec::new();
                considered.formula.visit(&mut |number| numbers.push(number));
                numbers.sort_unstable();
                numbers.dedup();
                numbers
            };
            if numbers.len() > 5 {
                continue;
            }
            // Each clause as it is, true, or false. The distance counts a clause that stands in the
            // condition twice as two.
            let ways = 3_usize.pow(u32::try_from(numbers.len()).unwrap());
            let fewest = (0..ways).filter_map(|way| {
                let turn = |number: usize| {
                    let at = numbers.iter().position(|have| *have == number).unwrap();
                    way / 3_usize.pow(u32::try_from(at).unwrap()) % 3
                };
                let turned = |number: usize| match turn(number) {
                    1 if world.clauses.is_open(number) => Some(Truth::True),
                    2 if world.clauses.is_open(number) => Some(Truth::False),
                    _ => world.clauses.told(number),
                };
                let changed = numbers.iter().filter(|number| turn(**number) > 0).count();
                (considered.formula.truth(&turned) == Some(Truth::True)).then_some(changed)
            });
            let fewest = fewest.min();
            let distance = considered.formula.distance(true, &world.clauses);
            prop_assert!(distance.is_none() || fewest <= distance, "{fewest:?} {distance:?}");
            prop_assert_eq!(distance == Some(0), considered.truth == Some(Truth::True));
        }
    }
}
