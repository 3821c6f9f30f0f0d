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

/// What an explanation says of rules, found by asking each of them.
fn told_of_each(decision: &Decision) -> rules::Told {
    let basis = basis(decision);
    let levels = reached(&basis.snapshot.policy.risk);
    let disclosure = Disclosure::new(decision, basis);
    let world = world(&disclosure, basis, &levels);
    let verdicts: Vec<Verdict> = disclosure.verdicts(&decision.verdicts).cloned().collect();
    let is_known =
        |considered: &world::Considered<'_>| disclosure.rules.applied(considered.rule).is_some();
    rules::told(&world, &verdicts, &is_known)
}

/// Rules that most of the index is about: each asks for one of a few values and for some more.
fn filed_rules() -> impl Strategy<Value = Vec<Arc<Rule>>> {
    let word = prop::sample::select(vec!["a", "ab", "华东"]);
    let number = -3_i64..=3;
    (
        rules(),
        prop::collection::vec((word, number, any::<u8>()), 40),
    )
        .prop_map(|(rules, keys)| {
            let path = |key: &str, ty| {
                Box::new(Expr::new(
                    ExprKind::Path(Path {
                        root: Root::Record,
                        keys: vec![key.into()],
                        ty,
                    }),
                    Place::default(),
                ))
            };
            let literal =
                |value: Value| Box::new(Expr::new(ExprKind::Literal(value), Place::default()));
            let filed = rules.iter().zip(keys).map(|(rule, (word, number, how))| {
                let key = match how % 4 {
                    0 => ExprKind::Compare(
                        Comparison::Equal,
                        path("t", Type::Text),
                        literal(word.into()),
                    ),
                    1 => {
                        let number = literal(number.into());
                        ExprKind::Compare(Comparison::Equal, number, path("n", Type::Decimal))
                    }
                    2 => {
                        let set = ValueSet::new("", [word, "b"].map(Value::from));
                        ExprKind::InSet(path("u", Type::Text), Arc::new(set))
                    }
                    _ => return rule.clone(),
                };
                let key = Expr::new(key, Place::default());
                let mut rule = Rule::clone(rule);
                rule.when = Some(Expr::new(
                    ExprKind::All(rule.when.into_iter().chain([key]).collect()),
                    Place::default(),
                ));
                Arc::new(rule)
            });
            filed.collect()
        })
}

/// Several policies' rules as one policy's.
fn many_rules() -> impl Strategy<Value = Vec<Arc<Rule>>> {
    let some = prop_oneof![rules().boxed(), filed_rules().boxed()];
    prop::collection::vec(some, 1..6).prop_map(|groups| {
        let rules = groups.into_iter().flatten().enumerate();
        let renamed = rules.map(|(number, rule)| {
            let mut rule = Rule::clone(&rule);
            rule.origin.name = Name::from(format!("r{number}"));
            Arc::new(rule)
        });
        renamed.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_index_tells_what_asking_each_rule_tells(
        rules in many_rules(),
        shown in shown(),
        before in fields(),
        set in fields(),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        let decision = decide(&policy(rules, &shown), &before, &set, &roles);
        if basis(&decision).table.is_out_of_scope() {
            return Ok(());
        }
        let explanation = decision.explain();
        let each = told_of_each(&decision);
        prop_assert_eq!(explanation.rules, each.applied);
        prop_assert_eq!(explanation.near_misses, each.near);
        prop_assert_eq!(explanation.further, each.further);
    }
}
