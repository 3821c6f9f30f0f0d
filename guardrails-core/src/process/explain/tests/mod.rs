//! Holds explanations to the decisions they explain, on random rules and records: they agree with
//! the evaluator and the index, a remedy is one and no part of it is, and what the asker may not see is
//! in none of them. Here is the small world that they are tried in.

mod agreement;
mod guesses;
mod reach;
mod reads;
mod redaction;
mod remedies;

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::super::compiled::Frame;
use super::super::equivalence::{ROLES, fields, now, principal, rules, skill};
use super::super::evaluate;
use super::super::rules::{Findings, Phase};
use super::weighing::reached;
use super::world::{Flips, World};
use super::*;
use crate::audit::Keys;
use crate::data::Mask;
use crate::diagnostic::{Language, Place};
use crate::facts::Facts;
use crate::policy::*;
use crate::truth::Truth;
use crate::value::{Fields, Name, Value};
use crate::{
    Changes, CountingEntropy, Error, FrozenClock, Guard, LogId, MemoryStore, Record, Request,
};

const FIELDS: [&str; 8] = ["absent", "id", "list", "m", "n", "span", "t", "u"];

/// How a field of the record is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shown {
    Plain,
    Masked,
    Hidden,
}

/// What a decision was made from.
fn basis(decision: &Decision) -> &Basis {
    decision.basis.as_any().downcast_ref().unwrap()
}

/// What a refused read was decided from.
fn refusal_basis(error: &Error) -> &Basis {
    error.basis().unwrap().as_any().downcast_ref().unwrap()
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
            Shown::Plain => Permission::Write(WriteScope::Within),
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

/// A guard in memory, whose clock stands still.
fn guard(policy: &Policy) -> Guard {
    guard_beside(policy, None)
}

fn guard_beside(policy: &Policy, shadow: Option<&Policy>) -> Guard {
    let keys = Arc::new(Keys::from_seed([7; 32]));
    let builder = Guard::builder().policy(policy.clone());
    let builder = match shadow {
        Some(shadow) => builder.shadow_policy(shadow.clone()),
        None => builder,
    };
    builder
        .store(Arc::new(MemoryStore::new(
            keys.clone(),
            LogId::from(uuid::Uuid::nil()),
        )))
        .clock(Arc::new(FrozenClock::at(now())))
        .entropy(Arc::new(CountingEntropy::default()))
        .keys(keys)
        .open()
        .unwrap()
}

fn record(fields: &Fields) -> Record {
    Record::new("E", fields.clone()).with("id", "e-1")
}

/// Decides one change for real.
fn decide(policy: &Policy, before: &Fields, set: &Fields, roles: &[&str]) -> Decision {
    decide_by(&guard(policy), before, set, roles)
}

fn decide_by(guard: &Guard, before: &Fields, set: &Fields, roles: &[&str]) -> Decision {
    let principal = principal(roles).role("USER");
    let mut operation = guard.begin(Request::new(&principal, "s")).unwrap();
    let changes = set.iter().fold(
        Changes::update(&record(before)),
        |changes, (name, value)| changes.set(name.clone(), value.clone()),
    );
    operation.propose(&changes).unwrap()
}

/// Decides one change beside a shadow policy, and tells what is on record of it.
fn decide_on_record(
    policy: &Policy,
    shadow: &Policy,
    changes: &Changes,
    roles: &[&str],
) -> (Decision, String) {
    let guard = guard_beside(policy, Some(shadow));
    let principal = principal(roles).role("USER");
    let mut operation = guard.begin(Request::new(&principal, "s")).unwrap();
    let decision = operation.propose(changes).unwrap();
    drop(operation);
    (decision, audit_text(&guard))
}

/// Every payload of the audit; identifiers and times are counted, and so the same in each guard.
fn audit_text(guard: &Guard) -> String {
    let store = &guard.inner.store;
    let logs = store.logs().unwrap();
    let events = logs
        .iter()
        .flat_map(|log| store.events(log.log, 0, 1_000).unwrap());
    events.map(|event| event.payload + "\n").collect()
}

/// Rules of which some are on reading; those mask or hide fields, now and then.
fn rules_on_both() -> impl Strategy<Value = Vec<Arc<Rule>>> {
    let how = (any::<u8>(), prop::sample::select(FIELDS.to_vec()));
    (rules(), prop::collection::vec(how, 60)).prop_map(|(rules, hows)| {
        let both = rules.iter().zip(hows.iter().cycle());
        both.map(|(rule, (how, field))| {
            let mut rule = Rule::clone(rule);
            let narrow = match how % 8 {
                0 | 1 => Some(EffectKind::Mask((*field).into(), Mask::Redact)),
                2 => Some(EffectKind::Hide((*field).into())),
                _ => None,
            };
            if how % 2 == 0 {
                rule.verbs = vec![Verb::Read];
                let place = Place::default();
                rule.effects
                    .extend(narrow.map(|kind| Effect { kind, place }));
            }
            Arc::new(rule)
        })
        .collect()
    })
}

const MARKER: &str = "q7z3x9";

/// A value that tells itself.
fn marked(field: &str, marker: &str) -> Value {
    match field {
        "list" => Value::from(vec![marker]),
        _ => Value::from(marker),
    }
}

/// Two records that differ only in what is hidden, in part at least.
fn twins(before: &Fields, other: &Fields, shown: &[Shown]) -> (Fields, Fields) {
    let (mut one, mut two) = (Fields::new(), Fields::new());
    for (field, shown) in FIELDS.iter().zip(shown) {
        let value = before.value(field).cloned();
        match (shown, value) {
            (Shown::Plain, None) => {}
            (Shown::Plain, Some(value)) => {
                one.set(*field, value.clone());
                two.set(*field, value);
            }
            (Shown::Hidden, value) => {
                one.set(*field, value.unwrap_or_else(|| marked(field, MARKER)));
                if let Some(value) = other.value(field) {
                    two.set(*field, value.clone());
                }
            }
            // A mask shows that there is a value.
            (Shown::Masked, _) => {
                one.set(*field, marked(field, MARKER));
                let value = other.value(field).filter(|value| !value.is_null());
                two.set(
                    *field,
                    value.cloned().unwrap_or_else(|| marked(field, "other")),
                );
            }
        }
    }
    (one, two)
}

/// All that an explanation says, in whatever form.
fn said(explanation: &Explanation) -> Vec<String> {
    vec![
        explanation.to_text(Language::English, Marks::Symbols),
        explanation.to_text(Language::Chinese, Marks::Words),
        explanation.to_json(),
        format!("{explanation:?} {explanation:#?}"),
        format!("{:?} {:?}", explanation.rules, explanation.near_misses),
        format!("{:?} {:?}", explanation.remedies, explanation.risk),
    ]
}
