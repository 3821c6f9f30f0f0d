//! What the asker may not see is in nothing that a decision says: two records that differ only in it,
//! and come to the same, come to the very same words.

use proptest::prelude::*;

use super::*;

/// The outcome: what happens and by which codes, which rules it follows from, and how risky it is.
fn outcome(decision: &Decision) -> (&'static str, Vec<(Name, bool)>, RiskLevel) {
    let verdicts = decision.verdicts().iter();
    let rules = verdicts.map(|verdict| (verdict.rule.clone(), verdict.shadow));
    let reasons = decision.reasons().iter().chain(decision.shadows());
    let codes = reasons.map(|reason| (reason.code().into(), reason.is_shadow()));
    let (outcome, level) = (decision.outcome().as_str(), decision.risk().level);
    (outcome, rules.chain(codes).collect(), level)
}

/// Everything that the requester can get out of a decision.
fn surfaces(decision: &Decision) -> Vec<String> {
    let reasons = || decision.reasons().iter().chain(decision.shadows());
    let terms = decision
        .obligations()
        .iter()
        .map(|bound| bound.terms().to_json());
    let mut said = said(&decision.explain());
    said.extend([
        format!("{decision:?} {decision:#?}"),
        reasons()
            .map(|reason| format!("{reason} {reason:?} {}", reason.without_values()))
            .collect(),
        terms.collect(),
        format!("{:?} {:?}", decision.obligations(), decision.notify()),
        format!("{:?} {:?}", decision.risk(), decision.verdicts()),
    ]);
    said
}

/// A factor that reads a field.
fn factor(field: &str) -> RiskFactor {
    let place = Place::default;
    let path = Path {
        root: Root::Record,
        keys: vec![field.into()],
        ty: Type::Decimal,
    };
    RiskFactor {
        name: "of_a_field".into(),
        weight: Decimal::new(3, 1),
        value: Expr::new(ExprKind::Path(path), place()),
        place: place(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_may_not_be_seen_is_nowhere(
        rules in rules_on_both(),
        before in fields(),
        other in fields(),
        set in fields(),
        shown in shown(),
        weighed in prop::option::of(prop::sample::select(vec!["n", "m"])),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        let rules = rules.into_iter().take(5).collect();
        let mut policy = policy(rules, &shown);
        if let Some(field) = weighed {
            Arc::make_mut(&mut policy.risk).factors.push(factor(field));
        }
        let (one, two) = twins(&before, &other, &shown);
        let first = decide(&policy, &one, &set, &roles);
        let second = decide(&policy, &two, &set, &roles);
        for text in surfaces(&first) {
            prop_assert!(!text.contains(MARKER), "{text}");
        }
        // What rules on reading hide of the one and not of the other is another view of it.
        let shown = |decision: &Decision| {
            let rows = decision.basis.table.rows().iter();
            rows.map(|row| (row.name().clone(), row.access().clone())).collect::<Vec<_>>()
        };
        if outcome(&first) == outcome(&second) && shown(&first) == shown(&second) {
            prop_assert_eq!(surfaces(&first), surfaces(&second));
        }
    }
}
