//! A remedy is one, no part of it is, and both whatever is hidden.

use std::collections::HashMap;

use proptest::prelude::*;

use super::super::super::reference::take_plainly;
use super::super::super::risk::total;
use super::super::super::rules::{in_force, phase};
use super::*;

/// What a condition would come to, if these clauses came out like this: by walking it, with no help
/// from formulas.
pub(super) fn pretend(expr: &Expr, pretended: &HashMap<&Expr, bool>, facts: &Facts<'_>) -> Truth {
    match &expr.kind {
        ExprKind::Not(inner) => !pretend(inner, pretended, facts),
        ExprKind::All(parts) => parts.iter().fold(Truth::True, |truth, part| {
            truth.and(pretend(part, pretended, facts))
        }),
        ExprKind::Any(parts) => parts.iter().fold(Truth::False, |truth, part| {
            truth.or(pretend(part, pretended, facts))
        }),
        _ => match pretended.get(expr) {
            Some(truth) => Truth::from(*truth),
            None => evaluate::holds(expr, facts),
        },
    }
}

/// What a row scope would come to: a clause that reads a field that may be written beyond scope is not
/// pretended, and sees no change of it.
fn pretend_scope(
    scope: &Expr,
    pretended: &HashMap<&Expr, bool>,
    beyond: &[&str],
    facts: &Facts<'_>,
) -> Truth {
    let inner = |part| pretend_scope(part, pretended, beyond, facts);
    match &scope.kind {
        ExprKind::Not(part) => !inner(part),
        ExprKind::All(parts) => parts
            .iter()
            .fold(Truth::True, |truth, part| truth.and(inner(part))),
        ExprKind::Any(parts) => parts
            .iter()
            .fold(Truth::False, |truth, part| truth.or(inner(part))),
        _ => {
            let mut is_beyond = false;
            scope.visit_paths(&mut |path| {
                is_beyond |= path.root == Root::Record && beyond.contains(&&*path.keys[0]);
            });
            if !is_beyond {
                return pretend(scope, pretended, facts);
            }
            let set = facts.set.into_iter().flat_map(Fields::iter);
            let within = set.filter(|(name, _)| !beyond.contains(&&***name));
            let within: Fields = within
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            let set = Some(&within);
            evaluate::holds(scope, &Facts { set, ..*facts })
        }
    }
}

/// Whether the record would be in the row scope of some grant, if these clauses came out like this.
fn in_scope(policy: &Policy, pretended: &HashMap<&Expr, bool>, facts: &Facts<'_>) -> bool {
    let beyond = beyond_scope(policy);
    policy.grants.iter().any(|grant| match &grant.scope {
        Some(scope) => pretend_scope(scope, pretended, &beyond, facts) == Truth::True,
        None => true,
    })
}

/// The fields that may be written beyond scope.
fn beyond_scope(policy: &Policy) -> Vec<&str> {
    let clauses = policy.grants.iter().flat_map(|grant| &grant.clauses);
    let beyond =
        clauses.filter(|clause| clause.permission == Permission::Write(WriteScope::Beyond));
    let names = beyond.flat_map(|clause| match &clause.fields {
        FieldSet::Named(names) => names.as_slice(),
        _ => &[],
    });
    names.map(|name| &**name).collect()
}

/// Whether a condition can be a row scope: it reads the record and nothing that only a change has.
fn can_be_scope(condition: &Expr) -> bool {
    let mut can_be = true;
    condition.visit_paths(&mut |path| {
        can_be &= matches!(path.root, Root::Record | Root::Variable(_));
    });
    can_be && !format!("{condition}").contains("changed(")
}

/// The policy with grants that have row scopes: each the condition of a rule, or its opposite.
fn scoped(policy: Policy, scopes: &[(prop::sample::Index, bool)], beyond: &[&str]) -> Policy {
    let conditions: Vec<Expr> = policy
        .rules
        .iter()
        .filter_map(|rule| rule.when.clone())
        .flat_map(|when| parts(&when))
        .filter(can_be_scope)
        .collect();
    if conditions.is_empty() || scopes.is_empty() {
        return policy;
    }
    let grants = scopes.iter().map(|(which, is_opposite)| {
        let mut grant = Grant::clone(&policy.grants[0]);
        let scope = which.get(&conditions).clone();
        grant.scope = Some(match is_opposite {
            true => Expr::new(ExprKind::Not(Box::new(scope)), Place::default()),
            false => scope,
        });
        for clause in &mut grant.clauses {
            let FieldSet::Named(names) = &clause.fields else {
                continue;
            };
            if beyond.contains(&&*names[0]) && matches!(clause.permission, Permission::Write(_)) {
                clause.permission = Permission::Write(WriteScope::Beyond);
            }
        }
        Arc::new(grant)
    });
    Policy {
        grants: grants.collect(),
        ..policy
    }
}

/// A condition and the conditions that it is made of.
fn parts(condition: &Expr) -> Vec<Expr> {
    let mut all = vec![condition.clone()];
    match &condition.kind {
        ExprKind::Not(part) => all.extend(parts(part)),
        ExprKind::All(several) | ExprKind::Any(several) => {
            all.extend(several.iter().flat_map(parts));
        }
        _ => {}
    }
    all
}

fn scopes() -> impl Strategy<Value = Vec<(prop::sample::Index, bool)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..=3)
}

/// Whether the change would be allowed by row scopes, rules and risk, if these clauses came out like
/// this.
fn allowed(decision: &Decision, world: &World<'_>, flips: &Flips) -> bool {
    let basis = basis(decision);
    let policy = &basis.snapshot.policy;
    let mut pretended = HashMap::new();
    let mut levels = HashMap::new();
    for (number, truth) in flips {
        let expr = world.clauses.known(*number).unwrap().expr;
        match world.level_of(*number) {
            Some(level) => drop(levels.insert(level, *truth)),
            None => drop(pretended.insert(expr, *truth)),
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
    findings.denials.is_empty()
        && findings.approvals.is_empty()
        && !reached
        && in_scope(policy, &pretended, &facts)
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
        scopes in scopes(),
        beyond in prop::sample::subsequence(FIELDS.to_vec(), 0..=3),
    ) {
        let policy = scoped(policy(rules, &[Shown::Plain; FIELDS.len()]), &scopes, &beyond);
        let decision = decide(&policy, &before, &set, &roles);
        if basis(&decision).table.is_out_of_scope() {
            return Ok(());
        }
        let levels = reached(&policy.risk);
        let disclosure = Disclosure::new(&decision, basis(&decision));
        let world = world(&disclosure, basis(&decision), &levels);
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
        scopes in scopes(),
        beyond in prop::sample::subsequence(FIELDS.to_vec(), 0..=3),
    ) {
        let policy = scoped(policy(rules, &shown), &scopes, &beyond);
        let decision = decide(&policy, &before, &Fields::new(), &roles);
        if basis(&decision).table.is_out_of_scope() {
            return Ok(());
        }
        let levels = reached(&policy.risk);
        let disclosure = Disclosure::new(&decision, basis(&decision));
        let world = world(&disclosure, basis(&decision), &levels);
        for set in remedy::smallest(&world).0 {
            prop_assert!(allowed(&decision, &world, &world.closed(&set).unwrap()), "{set:?}");
        }
    }
}
