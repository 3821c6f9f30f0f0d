//! An operation made up from readings, so that the evaluator itself can be asked about it.

use chrono::{DateTime, Utc};
use guardrails_core::policy::{Path, Root, Skill, SkillStatus, Type, Verb};
use guardrails_core::process::Facts;
use guardrails_core::{Fields, Name, Principal, Value, Zone};
use rust_decimal::Decimal;

use super::sample::Sample;
use super::scene::Scene;

/// What somebody supposes to be read.
#[derive(Clone, PartialEq)]
pub(super) enum Reading {
    Value(Path, Sample),
    /// Whether the actor has a role.
    Role(Name, bool),
}

/// The owner of made-up facts.
#[derive(Clone)]
pub(super) struct Supposed {
    verb: Verb,
    before: Fields,
    set: Option<Fields>,
    principal: Principal,
    skill: Skill,
    context: Name,
    now: DateTime<Utc>,
    zone: Zone,
    sensitivity: u8,
    score: Decimal,
}

/// 2026-01-01T00:00Z, as in tests that name no time.
const SOME_TIME: i64 = 1_767_225_600;

impl Supposed {
    /// The operation in which this is read; none when no host could send one of the values.
    pub(super) fn new(scene: Scene<'_>, readings: &[Reading]) -> Option<Self> {
        let mut supposed = Self {
            verb: scene.verb,
            before: Fields::new(),
            set: None,
            principal: principal(readings)?,
            skill: skill(scene, readings),
            context: Name::from(""),
            now: DateTime::from_timestamp(SOME_TIME, 0)?,
            zone: scene.policy.zone,
            sensitivity: 0,
            score: Decimal::ZERO,
        };
        for reading in readings {
            supposed.surroundings(reading)?;
        }
        supposed.record(readings)?;
        Some(supposed)
    }

    /// The facts for the evaluator.
    pub(super) fn facts(&self) -> Facts<'_> {
        let facts = Facts::new(&self.principal, &self.skill, &self.before, self.now)
            .in_context(&self.context)
            .touching(self.sensitivity)
            .in_zone(self.zone)
            .scored(self.score);
        let facts = match self.verb {
            Verb::Create => facts.on_create(),
            _ => facts,
        };
        match &self.set {
            Some(set) => facts.changed_by(set),
            None => facts,
        }
    }

    fn surroundings(&mut self, reading: &Reading) -> Option<()> {
        let Reading::Value(path, sample) = reading else {
            return Some(());
        };
        match (path.root, sample) {
            (Root::Ai, Sample::Text(text)) if is(path, "context") => self.context = text.clone(),
            (Root::Data, Sample::Number(level)) => self.sensitivity = u8::try_from(*level).ok()?,
            (Root::Risk, Sample::Number(score)) => self.score = *score,
            (Root::Now, Sample::Moment(days)) if path.ty == Type::Date => {
                let noon = days.checked_mul(86_400)?.checked_add(43_200)?;
                self.now = DateTime::from_timestamp(noon, 0)?;
            }
            (Root::Now, Sample::Moment(micros)) => {
                self.now = DateTime::from_timestamp_micros(*micros)?;
            }
            _ => {}
        }
        Some(())
    }

    /// The record as it is, and what a change gives it. A field that is read both ways changes as a
    /// whole; one that is read only as it will be stays as it is.
    fn record(&mut self, readings: &[Reading]) -> Option<()> {
        let of = |root: Root| {
            let mut found: Vec<(&Path, &Sample)> = readings
                .iter()
                .filter_map(|reading| match reading {
                    Reading::Value(path, sample) if path.root == root => Some((path, sample)),
                    _ => None,
                })
                .collect();
            found.sort_by_key(|(path, _)| path.keys.len());
            found
        };
        let (old, new) = (of(Root::Old), of(Root::Record));
        for (path, sample) in &old {
            put(&mut self.before, &path.keys, sample.value(&path.ty)?);
        }
        for (path, sample) in new {
            let changes = old
                .iter()
                .any(|(old, _)| old.keys.first() == path.keys.first());
            let value = sample.value(&path.ty)?;
            if changes {
                let set = self.set.get_or_insert_with(Fields::new);
                put(set, &path.keys, value);
            } else {
                put(&mut self.before, &path.keys, value);
            }
        }
        Some(())
    }
}

fn is(path: &Path, key: &str) -> bool {
    matches!(path.keys.as_slice(), [only] if **only == *key)
}

/// Sets a value inside of nested records; nothing where something else than a record is around it.
fn put(fields: &mut Fields, keys: &[Name], value: Value) {
    match keys {
        [] => {}
        [only] => fields.set(only.clone(), value),
        [first, rest @ ..] => {
            let mut inner = match fields.value(first) {
                None => Fields::new(),
                Some(Value::Object(inner)) => (**inner).clone(),
                Some(_) => return,
            };
            put(&mut inner, rest, value);
            fields.set(first.clone(), inner);
        }
    }
}

fn principal(readings: &[Reading]) -> Option<Principal> {
    let text = |root: Root, key: &str, otherwise: &str| {
        let found = readings.iter().find_map(|reading| match reading {
            Reading::Value(path, Sample::Text(text)) if path.root == root && is(path, key) => {
                Some(text.clone())
            }
            _ => None,
        });
        found.unwrap_or_else(|| otherwise.into())
    };
    let mut principal = Principal::user(
        text(Root::Actor, "tenant", "test"),
        text(Root::Actor, "id", "u-1"),
    )
    .agent(text(Root::Ai, "agent", ""))
    .model(text(Root::Ai, "model", ""));
    let mut attributes = Fields::new();
    for reading in readings {
        match reading {
            Reading::Role(role, true) => principal = principal.role(role.clone()),
            Reading::Value(path, Sample::Number(score)) if path.root == Root::Behaviour => {
                principal = principal.risk_score(*score);
            }
            Reading::Value(path, sample)
                if path.root == Root::Actor && !is(path, "id") && !is(path, "tenant") =>
            {
                put(&mut attributes, &path.keys, sample.value(&path.ty)?);
            }
            _ => {}
        }
    }
    for (name, value) in attributes.iter() {
        principal = principal.attribute(name.clone(), value.clone());
    }
    Some(principal)
}

fn skill(scene: Scene<'_>, readings: &[Reading]) -> Skill {
    let mut skill = Skill {
        origin: guardrails_core::policy::Origin {
            name: "some.skill".into(),
            ..Default::default()
        },
        title: String::new(),
        verb: scene.verb,
        entities: vec![scene.entity.into()],
        impact: 1,
        allow: Vec::new(),
        models: Vec::new(),
        limits: Vec::new(),
        budgets: Vec::new(),
        status: SkillStatus::Active,
    };
    for reading in readings {
        match reading {
            Reading::Value(path, Sample::Text(name)) if path.root == Root::Skill => {
                skill.origin.name = name.clone();
            }
            Reading::Value(path, Sample::Number(impact)) if path.root == Root::Skill => {
                skill.impact = u8::try_from(*impact).unwrap_or(skill.impact);
            }
            _ => {}
        }
    }
    skill
}
