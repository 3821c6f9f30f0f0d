//! Reads are explained as changes are: by the rules that decide, and by nothing that is not shown.

use proptest::prelude::*;

use super::super::super::reference::take_plainly;
use super::super::super::rules::{in_force, phase};
use super::*;

/// What came of a read: the view, or the refusal; and why.
fn read(policy: &Policy, fields: &Fields, roles: &[&str]) -> (Result<String, Error>, Explanation) {
    let guard = guard(policy);
    let principal = principal(roles).role("USER");
    let request = Request::new(&principal, "s");
    let mut operation = guard.begin(request.clone()).unwrap();
    let record = record(fields);
    let (came, explanation) = match operation.read(&record) {
        Ok(view) => (Ok(view.to_json()), operation.explain_view(&view)),
        Err(error) => {
            let explanation = guard.explain_refusal(&request, &error);
            (Err(error), explanation)
        }
    };
    // Asking changes nothing: not what the same read comes to, and not the next explanation.
    let mut again = guard.begin(request.clone()).unwrap();
    match (&came, again.read(&record)) {
        (Ok(json), Ok(view)) => {
            assert_eq!(*json, view.to_json());
            assert_eq!(explanation, again.explain_view(&view));
            let _ = again.read(&record);
            assert_eq!(explanation, again.explain_view(&view));
        }
        (Err(error), Err(error_again)) => {
            assert_eq!(error.reasons(), error_again.reasons());
            assert_eq!(explanation, guard.explain_refusal(&request, &error_again));
        }
        (one, two) => panic!("{one:?} and then {two:?}"),
    }
    (came, explanation)
}

fn on_reading() -> impl Strategy<Value = Vec<Arc<Rule>>> {
    rules_on_both().prop_map(|rules| {
        let reads = |rule: &Arc<Rule>| {
            let mut rule = Rule::clone(rule);
            rule.verbs = vec![Verb::Read];
            Arc::new(rule)
        };
        rules.iter().map(reads).collect()
    })
}

/// Whether the read would be granted, if these clauses came out like this: by walking the rules.
fn granted(basis: &Basis, world: &World<'_>, flips: &Flips) -> bool {
    let pretended = flips.iter().map(|(number, truth)| {
        let clause = world.clauses.known(*number).unwrap();
        (clause.expr, *truth)
    });
    let pretended = pretended.collect();
    let facts = basis.facts();
    let mut findings = Findings::default();
    for wanted in [Phase::BeforeRisk, Phase::AfterRisk] {
        let rules = basis.snapshot.policy.rules.iter().filter(|rule| {
            phase(rule) == wanted && rule.mode == Mode::Enforced && in_force(rule, &facts)
        });
        let came_out: Vec<_> = rules
            .map(|rule| {
                let truth = |when| remedies::pretend(when, &pretended, &facts);
                (rule, rule.when.as_ref().map_or(Truth::True, truth))
            })
            .collect();
        take_plainly(&came_out, &facts, &mut findings);
    }
    findings.refusals_on_read().is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Each rule that refuses is told of, and no rule is told to apply that does not.
    #[test]
    fn the_rules_that_refuse_are_told(
        rules in on_reading(),
        before in fields(),
        shown in shown(),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        let policy = policy(rules, &shown);
        let (came, explanation) = read(&policy, &before, &roles);
        let told = |name: &str| explanation.rules.iter().any(|rule| *rule.rule == *name);
        let outcome = if came.is_ok() { OutcomeKind::Allow } else { OutcomeKind::Deny };
        prop_assert_eq!(explanation.outcome, outcome);
        if let Err(error) = &came {
            // Rows that overlap are not named, but their table is.
            let table = |name: &str| {
                let mut rows = policy.rules.iter().filter_map(|rule| rule.table.as_ref());
                rows.any(|row| *row.table.origin.name == *name)
            };
            for reason in error.reasons() {
                let overlap = reason.code() == "TABLE_OVERLAP" && table(reason.rule());
                prop_assert!(overlap || told(reason.rule()), "{reason}");
            }
            let basis = refusal_basis(error);
            for rule in &explanation.rules {
                let rule = policy.rules.iter().find(|have| have.origin.name == rule.rule).unwrap();
                let when = rule.when.as_ref();
                let facts = basis.facts();
                prop_assert!(when.is_none_or(|when| evaluate::holds(when, &facts).restricts()));
            }
        }
    }

    /// Of a record that rules refuse to show nothing is told, whatever grants say; of one that is
    /// shown, no more than is shown.
    #[test]
    fn what_is_not_shown_is_nowhere(
        rules in on_reading(),
        before in fields(),
        other in fields(),
        shown in shown(),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        let rules = rules.into_iter().take(5).collect();
        let policy = policy(rules, &shown);
        let (one, two) = twins(&before, &other, &shown);
        let (first, why) = read(&policy, &one, &roles);
        for text in said(&why) {
            prop_assert!(!text.contains(MARKER), "{text}");
        }
        for fields in [&two, &other] {
            let (second, other) = read(&policy, fields, &roles);
            let alike = match (&first, &second) {
                (Ok(one), Ok(two)) => one == two && why.fields.len() == other.fields.len()
                    && why.fields.iter().zip(&other.fields).all(|(a, b)| a.access == b.access),
                (Err(one), Err(two)) => one.reasons() == two.reasons(),
                _ => false,
            };
            if alike {
                prop_assert_eq!(said(&why), said(&other));
                prop_assert_eq!(&why, &other);
            }
            if let (Err(one), Err(two)) = (&first, &second) && alike {
                prop_assert_eq!(format!("{one} {one:?} {one:#?}"), format!("{two} {two:?} {two:#?}"));
            }
        }
    }

    #[test]
    fn a_remedy_of_a_read_is_one_and_no_part_of_it_is(
        rules in on_reading(),
        before in fields(),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        let policy = policy(rules, &[Shown::Plain; FIELDS.len()]);
        let (Err(error), explanation) = read(&policy, &before, &roles) else {
            return Ok(());
        };
        let basis = refusal_basis(&error);
        let world = super::super::reads::world(basis, error.reasons());
        let (sets, _) = remedy::smallest(&world);
        prop_assert_eq!(sets.is_empty(), explanation.remedies.is_empty());
        for set in &sets {
            let flips = world.closed(set).unwrap();
            prop_assert!(granted(basis, &world, &flips), "{set:?}");
            for part in remedies::subsets(set) {
                let flips = world.closed(&part).unwrap();
                prop_assert!(!world.culprits(&flips).is_empty(), "{part:?} of {set:?}");
            }
        }
    }
}
