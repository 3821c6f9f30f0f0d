//! A record out of scope is answered like one that does not exist, whatever is in it and whatever is
//! proposed for it; and nothing is on record but what was asked for.

use proptest::prelude::*;

use super::super::super::equivalence::condition;
use super::redaction::surfaces;
use super::*;
use crate::policy::Aggregation;
use crate::{ErrorKind, Reason};

/// A record that no grant is about: of another tenant, and without a field.
fn missing() -> Record {
    record(&Fields::new()).with("tenant_id", "elsewhere")
}

fn change(record: &Record, set: &Fields) -> Changes {
    let set = set.iter();
    set.fold(Changes::update(record), |changes, (name, value)| {
        changes.set(name.clone(), value.clone())
    })
}

/// Whether the record as it is exists for the reader. An update that would move it out of scope is another
/// matter: it is refused under the same code, and says which of the two it is.
fn exists(policy: &Policy, shadow: &Policy, record: &Record, roles: &[&str]) -> bool {
    let guard = guard_beside(policy, Some(shadow));
    let principal = principal(roles).role("USER");
    let mut operation = guard.begin(Request::new(&principal, "s")).unwrap();
    let read = operation.read(record);
    !read.is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// What is said of the reading of one record and of figures over it, and what is on record of that.
fn reads(policy: &Policy, shadow: &Policy, record: &Record, roles: &[&str]) -> String {
    let guard = guard_beside(policy, Some(shadow));
    let principal = principal(roles).role("USER");
    let request = Request::new(&principal, "s");
    let mut operation = guard.begin(request.clone()).unwrap();
    let error = operation.read(record).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let why = guard.explain_refusal(&request, &error);
    let many = operation.read_many(std::slice::from_ref(record)).unwrap();
    let twice = [record.clone(), record.clone()];
    let figure = operation
        .aggregate(&twice, "n", Aggregation::Count)
        .unwrap_err();
    format!(
        "{error} {error:?} {:?} {:?} {} {} {figure} {figure:?}",
        error.reasons(),
        said(&why),
        many.len(),
        figure.code(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_record_out_of_scope_is_answered_like_one_that_does_not_exist(
        rules in rules_on_both(),
        before in fields(),
        set in fields(),
        shown in shown(),
        scope in condition(),
        foreign in prop::bool::weighted(0.3),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        let rules: Vec<_> = rules.into_iter().take(6).collect();
        let shadow = policy(rules.clone(), &[Shown::Plain; FIELDS.len()]);
        let mut policy = policy(rules, &shown);
        for grant in &mut policy.grants {
            Arc::make_mut(grant).scope = Some(scope.clone());
        }
        let record = match foreign {
            true => record(&before).with("tenant_id", "elsewhere"),
            false => record(&before),
        };
        let (decision, recorded) = decide_on_record(&policy, &shadow, &change(&record, &set), &roles);
        if exists(&policy, &shadow, &record, &roles) {
            return Ok(());
        }
        let (other, other_recorded) = decide_on_record(&policy, &shadow, &change(&missing(), &set), &roles);
        prop_assert_eq!(surfaces(&decision), surfaces(&other));
        prop_assert_eq!(&recorded, &other_recorded);
        let codes: Vec<_> = decision.reasons().iter().map(Reason::code).collect();
        prop_assert_eq!(codes, ["OUT_OF_SCOPE"]);
        prop_assert!(decision.verdicts().is_empty() && decision.shadows().is_empty());
        prop_assert!(decision.obligations().is_empty() && decision.notify().is_empty());
        prop_assert_eq!(decision.shadow_policy().unwrap().reasons(), decision.reasons());
        prop_assert!(decision.risk().factors.is_empty());
        let text = reads(&policy, &shadow, &record, &roles);
        prop_assert_eq!(text, reads(&policy, &shadow, &missing(), &roles));
    }
}
