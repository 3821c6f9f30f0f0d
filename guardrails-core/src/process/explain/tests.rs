//! Holds explanations to the decisions they explain, on random rules and records: they agree with
//! the oracle and the index, a remedy is one and no part of it is, and what the asker may not see is
//! in none of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::super::equivalence::{ROLES, fields, now, principal, rules, skill};
use super::super::oracle;
use super::super::risk::total;
use super::super::rules::{Findings, Phase, in_force, phase};
use super::super::tables::take_plainly;
use super::super::truth::Truth;
use super::world::{Flips, World};
use super::*;
use crate::audit::Keys;
use crate::data::Mask;
use crate::decision::Holding;
use crate::diagnostic::{Language, Place};
use crate::policy::*;
use crate::value::{Fields, Name, Value};
use crate::{Changes, CountingEntropy, FrozenClock, Guard, LogId, MemoryStore, Record, Request};

const FIELDS: [&str; 8] = ["absent", "id", "list", "m", "n", "span", "t", "u"];

/// How a field of the record is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shown {
    Plain,
    Masked,
    Hidden,
}

fn shown() -> impl Strategy<Value = Vec<Shown>> {
    let one = prop::sample::select(vec![
        Shown::Plain,
        Shown::Plain,
        Shown::Masked,
        Shown::Hidden,
    ]);
    prop::collection::vec(one, FIELDS.len())
}

fn type_of(field: &str) -> Type {
    match field {
        "id" | "t" | "u" => Type::Text,
        "span" => Type::Duration,
        "list" => Type::List(Arc::new(Type::Decimal)),
        _ => Type::Decimal,
    }
}

/// A policy with these rules, under which everybody is a `USER`.
fn policy(rules: Vec<Arc<Rule>>, shown: &[Shown]) -> Policy {
    let field = |name: &str| Field {
        name: name.into(),
        ty: type_of(name),
        optional: true,
        sensitivity: Sensitivity::PUBLIC,
        pii: None,
        place: Place::default(),
    };
    let entity = Entity {
        name: "E".into(),
        doc: String::new(),
        fields: FIELDS.iter().map(|name| field(name)).collect(),
        place: Place::default(),
    };
    let clause = |(name, shown): (&&str, &Shown)| FieldClause {
        fields: FieldSet::Named(vec![(*name).into()]),
        permission: match shown {
            Shown::Plain => Permission::Write,
            Shown::Masked => Permission::Mask(Mask::Redact),
            Shown::Hidden => Permission::Hide,
        },
        when: None,
        place: Place::default(),
    };
    let grant = Grant {
        role: "USER".into(),
        entity: "E".into(),
        contexts: Vec::new(),
        scope: None,
        clauses: FIELDS.iter().zip(shown).map(clause).collect(),
        place: Place::default(),
    };
    let day = std::time::Duration::from_secs(86_400);
    let chain = ApprovalChain {
        origin: Origin {
            name: "chain".into(),
            place: Place::default(),
        },
        steps: vec![ApprovalStep {
            name: "only".into(),
            quorum: 1,
            role: "MANAGER".into(),
            within: None,
            overdue: Overdue::Deny,
            place: Place::default(),
        }],
        never: vec![Exclusion::Requester],
        expires: day,
        execute_within: day,
    };
    let skill = Skill {
        allow: vec!["USER".into()],
        ..skill()
    };
    let mut risk = RiskModel::standard();
    for threshold in &mut risk.thresholds {
        threshold.effects = vec![LevelEffect::Deny("RISKY".into())];
    }
    Policy {
        entities: BTreeMap::from([("E".into(), Arc::new(entity))]),
        grants: vec![Arc::new(grant)],
        skills: BTreeMap::from([("s".into(), Arc::new(skill))]),
        approvals: BTreeMap::from([("chain".into(), Arc::new(chain))]),
        risk: Arc::new(risk),
        rules,
        ..Policy::empty()
    }
}

/// Decides one change for real.
fn decide(policy: &Policy, before: &Fields, set: &Fields, roles: &[&str]) -> Decision {
    let keys = Arc::new(Keys::from_seed([7; 32]));
    let guard = Guard::builder()
        .policy(policy.clone())
        .store(Arc::new(MemoryStore::new(
            keys.clone(),
            LogId::from(uuid::Uuid::nil()),
        )))
        .clock(Arc::new(FrozenClock::at(now())))
        .entropy(Arc::new(CountingEntropy::default()))
        .keys(keys)
        .open()
        .unwrap();
    let principal = principal(roles).role("USER");
    let mut operation = guard.begin(Request::new(&principal, "s")).unwrap();
    let record = Record::new("E", before.clone()).with("id", "e-1");
    let changes = set
        .iter()
        .fold(Changes::update(&record), |changes, (name, value)| {
            changes.set(name.clone(), value.clone())
        });
    operation.propose(&changes).unwrap()
}

/// What a condition would come to, if these clauses came out like this: by walking it, with no help
/// from formulas.
fn pretend(expr: &Expr, pretended: &BTreeMap<String, bool>, facts: &Facts<'_>) -> Truth {
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
    let shares = decision.risk.factors.iter().take(policy.risk.factors.len());
    let weigh = |findings: &Findings| {
        let added = findings.risks.iter().cloned();
        total(&policy.risk, shares.clone().cloned().chain(added).collect())
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

fn subsets(set: &[(usize, bool)]) -> Vec<Vec<(usize, bool)>> {
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
    fn oracle_index_and_explanation_agree(
        rules in rules(),
        before in fields(),
        set in fields(),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        let policy = policy(rules, &[Shown::Plain; FIELDS.len()]);
        let decision = decide(&policy, &before, &set, &roles);
        let told = format!("{decision:?}");
        let explanation = decision.explain();
        let basis = &decision.basis;
        let levels = reached(&policy.risk);
        let world = world(&decision, basis, &levels);
        let eye = world.clauses.eye();
        prop_assert_eq!(world.rules.len(), policy.rules.len());
        for considered in &world.rules {
            let rule = considered.rule;
            let truth = rule.when.as_ref().map_or(Truth::True, |when| oracle::holds(when, &eye.facts));
            prop_assert_eq!(considered.truth, truth);
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
        let world = world(&decision, &decision.basis, &levels);
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
            prop_assert_eq!(distance == Some(0), considered.truth == Truth::True);
        }
    }

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
        let world = world(&decision, &decision.basis, &levels);
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
        let world = world(&decision, &decision.basis, &levels);
        for set in remedy::smallest(&world).0 {
            prop_assert!(allowed(&decision, &world, &world.closed(&set).unwrap()), "{set:?}");
        }
    }

    /// Two records that the asker cannot tell apart, decided alike, are explained alike; and no
    /// value that is hidden or masked is in an explanation.
    #[test]
    fn what_may_not_be_seen_is_nowhere(
        rules in rules(),
        before in fields(),
        other in fields(),
        shown in shown(),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
    ) {
        const MARKER: &str = "q7z3x9";
        let rules = rules.into_iter().take(4).collect();
        let policy = policy(rules, &shown);
        let mut one = Fields::new();
        let mut two = Fields::new();
        for (field, shown) in FIELDS.iter().zip(&shown) {
            let value = before.value(field).cloned();
            match (shown, value) {
                (Shown::Plain, None) => {}
                (Shown::Plain, Some(value)) => {
                    one.set(*field, value.clone());
                    two.set(*field, value);
                }
                (Shown::Hidden, value) => {
                    let value = value.unwrap_or_else(|| marked(field, MARKER));
                    one.set(*field, value);
                    if let Some(value) = other.value(field) {
                        two.set(*field, value.clone());
                    }
                }
                // A mask shows that there is a value.
                (Shown::Masked, _) => {
                    one.set(*field, marked(field, MARKER));
                    let value = other.value(field).filter(|value| !value.is_null());
                    two.set(*field, value.cloned().unwrap_or_else(|| marked(field, "other")));
                }
            }
        }
        let first = decide(&policy, &one, &Fields::new(), &roles);
        let second = decide(&policy, &two, &Fields::new(), &roles);
        let explained = first.explain();
        for text in [
            explained.to_text(Language::English, Marks::Symbols),
            explained.to_text(Language::Chinese, Marks::Words),
            explained.to_json(),
            format!("{explained:?} {explained:#?}"),
            format!("{:?}", explained.rules),
            format!("{:?}", explained.remedies),
        ] {
            prop_assert!(!text.contains(MARKER), "{text}");
        }
        let alike = format!("{:?}{:?}{:?}", first, first.shadows(), first.verdicts())
            == format!("{:?}{:?}{:?}", second, second.shadows(), second.verdicts())
            && first.reasons() == second.reasons()
            && first.risk() == second.risk();
        if alike {
            prop_assert_eq!(explained.to_json(), second.explain().to_json());
            prop_assert_eq!(explained, second.explain());
        }
    }
}

/// A value that tells itself.
fn marked(field: &str, marker: &str) -> Value {
    match field {
        "list" => Value::from(vec![marker]),
        _ => Value::from(marker),
    }
}
