//! What a field was to become that may not be written is in nothing that a decision says: every guess
//! at it gets the same answer, and the same is on record.

use proptest::prelude::*;

use super::super::super::equivalence::{any_value, condition};
use super::redaction::surfaces;
use super::*;

/// What is proposed for one field: the value if it may be written, else two guesses at it.
type Proposal = (bool, Value, Value);

fn proposals() -> impl Strategy<Value = Vec<Proposal>> {
    let one = (prop::bool::weighted(0.6), any_value(), any_value());
    prop::collection::vec(one, FIELDS.len())
}

/// Two changes that differ only in what they guess at fields that may not be written.
fn guesses(verb: Verb, before: &Fields, proposals: &[Proposal], shown: &[Shown]) -> [Changes; 2] {
    let set = |second: bool| {
        let fields = FIELDS.iter().zip(proposals).zip(shown);
        let set = fields.filter(|((field, (named, ..)), _)| *named && **field != "id");
        set.map(|((field, (_, one, two)), shown)| match shown {
            Shown::Masked | Shown::Hidden if second => (*field, two.clone()),
            _ => (*field, one.clone()),
        })
        .collect::<Vec<_>>()
    };
    [set(false), set(true)].map(|set| match verb {
        Verb::Create => {
            let fields: Fields = set.into_iter().collect();
            Changes::create(Record::new("E", fields))
        }
        _ => set.into_iter().fold(
            Changes::update(&record(before)),
            |changes, (name, value)| changes.set(name, value),
        ),
    })
}

/// When a clause lets its field be written, and how far.
type Written = (Option<Expr>, WriteScope);

/// The policy for a skill that does `verb`, with conditions on its grant.
fn doing(mut policy: Policy, verb: Verb, scope: Option<&Expr>, writes: &[Written]) -> Policy {
    for skill in policy.skills.values_mut() {
        Arc::make_mut(skill).verb = verb;
    }
    for rule in &mut policy.rules {
        let verbs = &mut Arc::make_mut(rule).verbs;
        verbs
            .iter_mut()
            .filter(|on| **on == Verb::Update)
            .for_each(|on| *on = verb);
    }
    for grant in &mut policy.grants {
        let grant = Arc::make_mut(grant);
        grant.scope = scope.cloned();
        for (clause, (when, scope)) in grant.clauses.iter_mut().zip(writes) {
            if clause.permission.is_write() {
                clause.when = when.clone();
                clause.permission = Permission::Write(*scope);
            }
        }
    }
    policy
}

fn writes() -> impl Strategy<Value = Vec<Written>> {
    let when = prop::option::weighted(0.15, condition());
    let scope = prop::sample::select(vec![WriteScope::Within, WriteScope::Beyond]);
    prop::collection::vec((when, scope), FIELDS.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_200))]

    #[test]
    fn every_guess_at_a_refused_field_gets_the_same_answer(
        rules in rules_on_both(),
        before in fields(),
        proposals in proposals(),
        shown in shown(),
        creates in prop::bool::weighted(0.3),
        scope in prop::option::weighted(0.2, condition()),
        writes in writes(),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        let verb = if creates { Verb::Create } else { Verb::Update };
        let rules: Vec<_> = rules.into_iter().take(6).collect();
        let policy_in_force = doing(policy(rules.clone(), &shown), verb, scope.as_ref(), &writes);
        // The shadow policy would let everybody see and write everything.
        let shadow = doing(policy(rules, &[Shown::Plain; FIELDS.len()]), verb, None, &[]);
        let [one, two] = guesses(verb, &before, &proposals, &shown);
        let (first, first_recorded) = decide_on_record(&policy_in_force, &shadow, &one, &roles);
        let (second, second_recorded) = decide_on_record(&policy_in_force, &shadow, &two, &roles);
        prop_assert_eq!(surfaces(&first), surfaces(&second));
        prop_assert_eq!(first_recorded, second_recorded);
    }
}
