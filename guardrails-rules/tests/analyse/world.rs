//! A small world: one entity, and every operation that its conditions can tell apart.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::DateTime;
use guardrails_core::policy::*;
use guardrails_core::process::Facts;
use guardrails_core::{Fields, Name, Place, Principal, Value};
use guardrails_rules::analyse::Data;
use rust_decimal::Decimal;

use crate::random::Random;

/// What varies from one operation to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// `int`
    Whole,
    /// `int?`
    OptionalWhole,
    /// `decimal`
    Dense,
    /// `enum { A, B, C }`
    Word,
    /// `bool?`
    Yes,
    /// `text`
    Text,
    /// `n.k`, an `int` in an optional record
    Nested,
    /// `old.i`, with `changed(i)`
    OldWhole,
    RoleR,
    RoleS,
    Context,
    /// `actor.level`, an `int` of the host
    Attribute,
    /// `date?`
    Day,
}

const SLOTS: &[Slot] = &[
    Slot::Whole,
    Slot::OptionalWhole,
    Slot::Dense,
    Slot::Word,
    Slot::Yes,
    Slot::Text,
    Slot::Nested,
    Slot::OldWhole,
    Slot::RoleR,
    Slot::RoleS,
    Slot::Context,
    Slot::Attribute,
    Slot::Day,
];

pub(crate) struct World {
    pub(crate) policy: Policy,
    pub(crate) verb: Verb,
    pub(crate) slots: Vec<Slot>,
}

/// One operation.
#[derive(Clone)]
pub(crate) struct Case {
    before: Fields,
    set: Fields,
    principal: Principal,
    context: Name,
}

impl World {
    pub(crate) fn random(random: &mut Random) -> Self {
        let mut slots = Vec::new();
        for _ in 0..2 + random.below(2) {
            let slot = *random.pick(SLOTS);
            if !slots.contains(&slot) {
                slots.push(slot);
            }
        }
        if slots.contains(&Slot::OldWhole) && !slots.contains(&Slot::Whole) {
            slots.push(Slot::Whole);
        }
        let verbs = [
            Verb::Update,
            Verb::Update,
            Verb::Create,
            Verb::Read,
            Verb::Delete,
        ];
        Self {
            policy: policy(),
            verb: *random.pick(&verbs),
            slots,
        }
    }

    /// Every operation that conditions on these slots can tell apart.
    pub(crate) fn cases(&self, data: Data) -> Vec<Case> {
        let mut cases = vec![Case {
            before: Fields::new(),
            set: Fields::new(),
            principal: Principal::user("t", "u"),
            context: "".into(),
        }];
        // The old value last, so that the new one is there to be moved.
        let mut slots = self.slots.clone();
        slots.sort_by_key(|slot| *slot == Slot::OldWhole);
        for slot in slots {
            cases = cases
                .iter()
                .flat_map(|case| self.varied(case, slot, data))
                .collect();
        }
        cases
    }

    fn varied(&self, case: &Case, slot: Slot, data: Data) -> Vec<Case> {
        let with = |name: &str, values: Vec<Option<Value>>| {
            let mut cases = Vec::new();
            for value in values {
                let mut case = case.clone();
                if let Some(value) = value {
                    case.before.set(name, value);
                }
                cases.push(case);
            }
            cases
        };
        let role = |role: &str| {
            let with = Case {
                principal: case.principal.clone().role(role),
                ..case.clone()
            };
            vec![case.clone(), with]
        };
        match slot {
            Slot::Whole => with("i", domain(self.changing(), false, data)),
            Slot::OptionalWhole => with("j", domain(wholes(), true, data)),
            Slot::Dense => {
                let tenths = [-10, 0, 5, 10, 15, 20, 30];
                let values = tenths.map(|tenth| Value::from(Decimal::new(tenth, 1)));
                with("m", domain(values.to_vec(), false, data))
            }
            Slot::Word => with("s", domain(texts(&["A", "B", "C"]), false, data)),
            Slot::Yes => with("b", domain(vec![true.into(), false.into()], true, data)),
            Slot::Text => with("t", domain(texts(&["a", "b", "", "zz"]), false, data)),
            Slot::Day => {
                let days = [
                    "2026-01-01",
                    "2026-01-02",
                    "2026-01-03",
                    "2026-01-04",
                    "2026-01-05",
                ];
                with("d", domain(texts(&days), true, data))
            }
            Slot::Nested => {
                let nested = domain(wholes(), false, data)
                    .into_iter()
                    .map(|k| {
                        let k = k.map(|value| ("k", value));
                        Value::from(k.into_iter().collect::<Fields>())
                    })
                    .collect();
                with("n", domain(nested, true, data))
            }
            Slot::OldWhole => self.old(case, data),
            Slot::RoleR => role("R"),
            Slot::RoleS => role("S"),
            Slot::Context => ["", "a", "b", "zz"]
                .map(|context| Case {
                    context: context.into(),
                    ..case.clone()
                })
                .to_vec(),
            Slot::Attribute => domain(wholes(), true, data)
                .into_iter()
                .map(|value| match value {
                    Some(value) => Case {
                        principal: case.principal.clone().attribute("level", value),
                        ..case.clone()
                    },
                    None => case.clone(),
                })
                .collect(),
        }
    }

    /// Two values on each side of the constants where one can change into the other.
    fn changing(&self) -> Vec<Value> {
        let mut values = wholes();
        if self.slots.contains(&Slot::OldWhole) {
            values.extend([Value::from(-2_i64), Value::from(4_i64)]);
        }
        values
    }

    /// On an update, the value is what the change gives, and there is one before it.
    fn old(&self, case: &Case, data: Data) -> Vec<Case> {
        if self.verb != Verb::Update {
            return vec![case.clone()];
        }
        let new = case.before.value("i").cloned().unwrap_or(Value::Null);
        let mut cases = Vec::new();
        for value in domain(self.changing(), false, data) {
            let mut case = case.clone();
            case.set.set("i", new.clone());
            case.before.set("i", value.unwrap_or(Value::Null));
            cases.push(case);
        }
        cases
    }
}

/// The values, with what else may come in their place.
fn domain(values: Vec<Value>, optional: bool, data: Data) -> Vec<Option<Value>> {
    let mut all: Vec<Option<Value>> = values.into_iter().map(Some).collect();
    if optional || data == Data::Any {
        all.push(None);
    }
    if data == Data::Any {
        all.push(Some(Value::List([].into())));
    }
    all
}

fn wholes() -> Vec<Value> {
    (-1_i64..=3).map(Value::from).collect()
}

fn texts(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| Value::from(*text)).collect()
}

impl Case {
    /// The same with this role, when the actor has no other.
    pub(crate) fn with_only(&self, role: &Name) -> Option<Self> {
        let principal = self.principal.clone().role(role.clone());
        let alone = principal.roles().len() == 1;
        alone.then(|| Self {
            principal,
            ..self.clone()
        })
    }

    /// Runs `ask` over the facts of this operation.
    pub(crate) fn ask<T>(&self, world: &World, ask: impl FnOnce(&Facts<'_>) -> T) -> T {
        let skill = skill();
        let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
        let facts = Facts::new(&self.principal, &skill, &self.before, now)
            .in_context(&self.context)
            .changed_by(&self.set);
        match world.verb {
            Verb::Create => ask(&facts.on_create()),
            _ => ask(&facts),
        }
    }
}

fn skill() -> Skill {
    Skill {
        origin: Origin::default(),
        title: String::new(),
        verb: Verb::Update,
        entities: vec!["E".into()],
        impact: 5,
        allow: Vec::new(),
        models: Vec::new(),
        limits: Vec::new(),
        budgets: Vec::new(),
        status: SkillStatus::Active,
    }
}

pub(crate) fn words() -> Type {
    Type::Enum(Arc::new(EnumType {
        name: "".into(),
        members: ["A", "B", "C"].map(Name::from).to_vec(),
    }))
}

fn field(name: &str, ty: Type, optional: bool) -> Field {
    Field {
        name: name.into(),
        ty,
        optional,
        sensitivity: Sensitivity::PUBLIC,
        pii: None,
        place: Place::default(),
    }
}

fn entity(name: &str, fields: Vec<Field>) -> (Name, Arc<Entity>) {
    let entity = Entity {
        name: name.into(),
        doc: String::new(),
        fields,
        place: Place::default(),
    };
    (name.into(), Arc::new(entity))
}

pub(crate) fn policy() -> Policy {
    let record = entity(
        "E",
        vec![
            field("b", Type::Bool, true),
            field("d", Type::Date, true),
            field("i", Type::Int, false),
            field("j", Type::Int, true),
            field("m", Type::Decimal, false),
            field("n", Type::Entity("N".into()), true),
            field("s", words(), false),
            field("t", Type::Text, false),
        ],
    );
    let nested = entity("N", vec![field("k", Type::Int, false)]);
    Policy {
        entities: BTreeMap::from([record, nested]),
        ..Policy::empty()
    }
}
