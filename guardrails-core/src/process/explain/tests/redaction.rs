//! What the asker may not see is in nothing that a decision says: two records that differ only in it,
//! and come to the same, come to the very same words.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::data::Access;
use crate::reason::Reason;

/// The outcome and its reasons: what happens, by which codes, and the rules that they are of.
fn outcome(decision: &Decision) -> (&'static str, Vec<(Name, Name, Place)>) {
    let reason = |reason: &Reason| {
        (
            reason.code().into(),
            reason.rule().into(),
            reason.place().clone(),
        )
    };
    let reasons = decision.reasons().iter().map(reason);
    (decision.outcome().as_str(), reasons.collect())
}

/// What of the record is shown: what rules on reading hide of one record and not of another is seen.
fn seen(decision: &Decision) -> Vec<(Name, Access)> {
    let rows = basis(decision).table.rows().iter();
    rows.map(|row| (row.name().clone(), row.access().clone()))
        .collect()
}

/// Everything of a decision that may leave the host. Identifiers of tickets are counted up.
fn disclosed(decision: &Decision) -> Vec<String> {
    let reasons = decision.reasons().iter();
    let view = decision.for_requester();
    let mut said = said(&decision.explain());
    said.extend([
        reasons
            .map(|reason| format!("{reason} {reason:?} {}", reason.without_values()))
            .collect(),
        format!("{view} {view:?} {view:#?} {}", view.to_json()),
        format!("{:?} {:?}", view.obligations(), view.verdicts()),
    ]);
    match decision.outcome() {
        Outcome::NeedsApproval(ticket) => {
            let id = ticket.id().to_string();
            said.iter_mut()
                .for_each(|text| *text = text.replace(&id, "TICKET"));
        }
        Outcome::Allow(_) | Outcome::Deny => {}
    }
    said
}

/// Everything that a decision prints, the host's own part included.
fn printed(decision: &Decision) -> Vec<String> {
    let shadows = decision.shadows().iter();
    let terms = decision.obligations().iter();
    vec![
        format!("{decision:?} {decision:#?}"),
        shadows
            .map(|reason| format!("{reason} {reason:?}"))
            .collect(),
        terms.map(|bound| bound.terms().to_json()).collect(),
        format!("{:?} {:?}", decision.obligations(), decision.notify()),
        format!("{:?} {:?}", decision.risk(), decision.verdicts()),
        format!("{:?} {:?}", decision.outcome(), decision.shadow_policy()),
    ]
}

/// Everything that the requester and the host can get out of a decision.
pub(super) fn surfaces(decision: &Decision) -> Vec<String> {
    let mut surfaces = disclosed(decision);
    surfaces.extend(printed(decision));
    surfaces
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

/// What follows from the levels of risk.
#[derive(Debug, Clone, Copy)]
enum Levels {
    Refuse,
    Ask,
    Tell,
    AskAndTell,
}

fn levels(policy: &mut Policy, which: Levels) {
    let model = Arc::make_mut(&mut policy.risk);
    let ask = || LevelEffect::RequireApproval {
        chain: "chain".into(),
        code: "RISKY".into(),
    };
    for (at, threshold) in model.thresholds.iter_mut().enumerate() {
        threshold.place.line = u32::try_from(at).unwrap() + 1;
        threshold.effects = match which {
            Levels::Refuse => vec![LevelEffect::Deny("RISKY".into())],
            Levels::Ask => vec![ask()],
            Levels::AskAndTell if threshold.level == RiskLevel::High => vec![ask()],
            Levels::Tell | Levels::AskAndTell => vec![LevelEffect::Notify("desk".into())],
        };
    }
}

/// A policy, and records that differ only in what it does not show.
type Alike = (Vec<Arc<Rule>>, Vec<Shown>, Fields, Vec<Fields>);

fn alike() -> impl Strategy<Value = Alike> {
    let records = prop::collection::vec(fields(), VARIANTS);
    (rules_on_both(), shown(), fields(), records).prop_map(|(rules, shown, before, others)| {
        let rules = rules.into_iter().take(6).collect();
        let twins = others.iter().flat_map(|other| {
            let (one, two) = twins(&before, other, &shown);
            [one, two]
        });
        let records = twins.skip(1).collect();
        (rules, shown, before, records)
    })
}

/// Records in one case.
const VARIANTS: usize = 24;
/// Pairs of records that are held to one explanation and one view, in each of the two tests.
const MIN_PAIRS: usize = 12_000;

/// Holds all records of a case that are decided alike to the same surfaces; counts the pairs.
fn hold_alike(cases: u32, has_set: bool) -> usize {
    let pairs = std::cell::Cell::new(0_usize);
    let which = prop::sample::select(vec![
        Levels::Refuse,
        Levels::Ask,
        Levels::Tell,
        Levels::AskAndTell,
    ]);
    let weighed = prop::option::weighted(0.3, prop::sample::select(vec!["n", "m"]));
    let roles = prop::sample::subsequence(ROLES.to_vec(), 0..=3);
    let input = (alike(), fields(), which, weighed, roles);
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    };
    let run = proptest::test_runner::TestRunner::new(config).run(
        &input,
        |((rules, shown, _, records), set, which, weighed, roles)| {
            let mut policy = policy(rules, &shown);
            levels(&mut policy, which);
            if let Some(field) = weighed {
                Arc::make_mut(&mut policy.risk).factors.push(factor(field));
            }
            let set = if has_set { set } else { Fields::new() };
            let guard = guard(&policy);
            let mut groups: Vec<(Decision, Vec<String>, usize)> = Vec::new();
            for record in &records {
                let decision = decide_by(&guard, record, &set, &roles);
                let group = groups.iter_mut().find(|(first, ..)| {
                    outcome(first) == outcome(&decision) && seen(first) == seen(&decision)
                });
                for text in printed(&decision) {
                    prop_assert!(!text.contains(MARKER), "{text}");
                }
                let surfaces = disclosed(&decision);
                match group {
                    Some((_, expected, count)) => {
                        prop_assert_eq!(&*expected, &surfaces);
                        pairs.set(pairs.get() + *count);
                        *count += 1;
                    }
                    None => {
                        for text in &surfaces {
                            prop_assert!(!text.contains(MARKER), "{text}");
                        }
                        groups.push((decision, surfaces, 1));
                    }
                }
            }
            Ok(())
        },
    );
    if let Err(error) = run {
        panic!("{error}");
    }
    pairs.get()
}

#[test]
fn records_that_differ_only_in_what_is_hidden_are_disclosed_alike() {
    let pairs = hold_alike(60, false);
    assert!(pairs >= MIN_PAIRS, "{pairs} pairs");
}

#[test]
fn so_are_changes_to_them() {
    let pairs = hold_alike(60, true);
    assert!(pairs >= MIN_PAIRS, "{pairs} pairs");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// The view holds nothing that the decision does not, and all of it where nothing is hidden.
    #[test]
    fn a_view_is_a_part_of_its_decision(
        rules in rules(),
        before in fields(),
        shown in shown(),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        for shown in [shown, vec![Shown::Plain; FIELDS.len()]] {
            let is_plain = shown.iter().all(|shown| *shown == Shown::Plain);
            let decision = decide(&policy(rules.clone(), &shown), &before, &Fields::new(), &roles);
            let view = decision.for_requester();
            let verdicts = view.verdicts().iter();
            prop_assert!(verdicts.clone().all(|verdict| decision.verdicts().contains(verdict)));
            prop_assert!(view.obligations().iter().all(|bound| decision.obligations().contains(bound)));
            prop_assert!(view.shadows().iter().all(|reason| decision.shadows().contains(reason)));
            if is_plain {
                prop_assert_eq!(view.verdicts(), decision.verdicts());
                prop_assert_eq!(view.obligations(), decision.obligations());
                // That rows of a table in shadow overlap is for its author.
                let of_rules = decision.shadows().iter().filter(|reason| reason.code() != "TABLE_OVERLAP");
                prop_assert!(view.shadows().iter().eq(of_rules));
                prop_assert_eq!(view.risk().score, decision.risk().score);
                prop_assert_eq!(view.risk().level, Some(decision.risk().level));
                let complete = decision.risk().factors.iter();
                let complete: Vec<_> = complete.map(|(name, share)| (name.clone(), Some(*share))).collect();
                prop_assert_eq!(&view.risk().factors, &complete);
            }
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
        // Rules on reading decide too: what they show of a record is no secret.
        if outcome(&first) == outcome(&second) && seen(&first) == seen(&second) {
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
