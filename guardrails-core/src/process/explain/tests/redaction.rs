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
pub(super) fn surfaces(decision: &Decision) -> Vec<String> {
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
        format!("{:?} {:?}", decision.outcome(), decision.shadow_policy()),
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

/// Whether a clause reads a field that the grants do not show as it is and that nobody proposed.
fn reads_withheld(clause: &Expr, shown: &[Shown], set: &Fields) -> bool {
    let is_plain = |key: &str| {
        let mut fields = FIELDS.iter().zip(shown);
        fields.any(|(name, shown)| *name == key && *shown == Shown::Plain)
    };
    let mut withheld = false;
    let is_change = matches!(clause.kind, ExprKind::Changed(_));
    clause.visit_paths(&mut |path| {
        let key = path.keys.first().map_or("list", |key| key);
        withheld |= match path.root {
            Root::Old => !is_plain(key),
            Root::Record => !is_plain(key) && (is_change || set.value(key).is_none()),
            Root::Variable(_) => !is_plain("list") && set.value("list").is_none(),
            _ => false,
        };
    });
    withheld
}

/// The same expression with other constants in it.
fn with_other_constants(expr: &Expr) -> Expr {
    let kind = match &expr.kind {
        ExprKind::Literal(Value::Number(number)) => ExprKind::Literal(
            number
                .checked_sub(Decimal::new(7, 1))
                .unwrap_or_default()
                .into(),
        ),
        ExprKind::Literal(Value::Text(text)) => ExprKind::Literal(format!("{text}b").into()),
        ExprKind::Moment(ty, moment) => ExprKind::Moment(ty.clone(), moment.saturating_sub(1)),
        _ => return with_children(expr, &with_other_constants),
    };
    Expr::new(kind, expr.place.clone())
}

/// The same condition with other constants in each clause that reads what is withheld.
fn with_other_bounds(condition: &Expr, withheld: &dyn Fn(&Expr) -> bool) -> Expr {
    match &condition.kind {
        ExprKind::Not(_) | ExprKind::All(_) | ExprKind::Any(_) => {
            with_children(condition, &|child| with_other_bounds(child, withheld))
        }
        _ if withheld(condition) => with_other_constants(condition),
        _ => condition.clone(),
    }
}

fn with_children(expr: &Expr, change: &dyn Fn(&Expr) -> Expr) -> Expr {
    let one = |child: &Expr| Box::new(change(child));
    let kind = match &expr.kind {
        ExprKind::Not(a) => ExprKind::Not(one(a)),
        ExprKind::All(parts) => ExprKind::All(parts.iter().map(change).collect()),
        ExprKind::Any(parts) => ExprKind::Any(parts.iter().map(change).collect()),
        ExprKind::Compare(how, a, b) => ExprKind::Compare(*how, one(a), one(b)),
        ExprKind::InList(a, b) => ExprKind::InList(one(a), one(b)),
        ExprKind::Text(test, a, b) => ExprKind::Text(*test, one(a), one(b)),
        ExprKind::Quantified(which, list, depth, test) => {
            ExprKind::Quantified(*which, list.clone(), *depth, one(test))
        }
        ExprKind::Arithmetic(how, a, b) => ExprKind::Arithmetic(*how, one(a), one(b)),
        ExprKind::Negate(a) => ExprKind::Negate(one(a)),
        ExprKind::Coalesce(a, b) => ExprKind::Coalesce(one(a), one(b)),
        ExprKind::Call(function, a) => ExprKind::Call(*function, one(a)),
        ExprKind::DaysBetween(a, b) => ExprKind::DaysBetween(one(a), one(b)),
        other => other.clone(),
    };
    Expr::new(kind, expr.place.clone())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Two policies that differ only in constants beside hidden fields, calculations included, and
    /// decide alike, are explained alike: no bound on a hidden value is shown.
    #[test]
    fn constants_and_results_beside_hidden_fields_are_nowhere(
        rules in rules_on_both(),
        before in fields(),
        set in fields(),
        shown in shown(),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        let rules: Vec<Arc<Rule>> = rules.into_iter().take(6).collect();
        let withheld = |clause: &Expr| reads_withheld(clause, &shown, &set);
        let other = rules.iter().map(|rule| {
            let mut rule = Rule::clone(rule);
            rule.when = rule.when.map(|when| with_other_bounds(&when, &withheld));
            Arc::new(rule)
        });
        let first = decide(&policy(rules.clone(), &shown), &before, &set, &roles);
        let second = decide(&policy(other.collect(), &shown), &before, &set, &roles);
        if outcome(&first) == outcome(&second) {
            // What one step brings with it for others is a question of the policy alone.
            let explained = |decision: &Decision| {
                let mut explanation = decision.explain();
                explanation.remedies.clear();
                explanation.searched = Searched::Whole;
                explanation
            };
            prop_assert_eq!(said(&explained(&first)), said(&explained(&second)));
        }
    }
}
