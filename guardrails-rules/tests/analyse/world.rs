//! A small world: one entity, and every operation that its conditions can tell apart.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

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
    /// Whether all of it is as declared.
    pub(crate) declared: bool,
}

/// One of the ways in which a slot varies.
struct Choice {
    change: Change,
    declared: bool,
}

enum Change {
    Nothing,
    Field(&'static str, Value),
    /// What the field `i` was; what it is becomes what the change gives it.
    Old(Value),
    Role(&'static str),
    Context(&'static str),
    Level(Value),
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
            declared: true,
        }];
        // The old value last, so that the new one is there to be moved.
        let mut slots = self.slots.clone();
        slots.sort_by_key(|slot| *slot == Slot::OldWhole);
        for slot in slots {
            let choices = self.choices(slot, data);
            cases = cases
                .iter()
                .flat_map(|case| choices.iter().map(|choice| case.with(choice)))
                .collect();
        }
        cases
    }

    fn choices(&self, slot: Slot, data: Data) -> Vec<Choice> {
        let field = |name, values, optional| {
            let field = move |value| Change::Field(name, value);
            domain(values, optional, data, field)
        };
        match slot {
            Slot::Whole => field("i", self.changing(), false),
            Slot::OptionalWhole => field("j", wholes(), true),
            Slot::Dense => {
                let tenths = [-10, 0, 5, 10, 15, 20, 30];
                let values = tenths.map(|tenth| Value::from(Decimal::new(tenth, 1)));
                field("m", values.to_vec(), false)
            }
            Slot::Word => field("s", texts(&["A", "B", "C"]), false),
            Slot::Yes => field("b", vec![true.into(), false.into()], true),
            Slot::Text => field("t", texts(&["a", "b", "", "zz"]), false),
            Slot::Day => {
                let days = (1..=5).map(|day| Value::from(format!("2026-01-0{day}")));
                field("d", days.collect(), true)
            }
            Slot::Nested => nested(data),
            Slot::OldWhole if self.verb != Verb::Update => vec![sound(Change::Nothing)],
            Slot::OldWhole => {
                let mut all = domain(self.changing(), false, data, Change::Old);
                for choice in &mut all {
                    // The field itself is always set on an update; nothing is in it then.
                    if let Change::Nothing = choice.change {
                        choice.change = Change::Old(Value::Null);
                    }
                }
                all
            }
            Slot::RoleR => vec![sound(Change::Nothing), sound(Change::Role("R"))],
            Slot::RoleS => vec![sound(Change::Nothing), sound(Change::Role("S"))],
            Slot::Context => {
                let contexts = ["", "a", "b", "zz"];
                contexts.map(|name| sound(Change::Context(name))).into()
            }
            Slot::Attribute => domain(wholes(), true, data, Change::Level),
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
}

fn sound(change: Change) -> Choice {
    Choice {
        change,
        declared: true,
    }
}

/// The values, with what else may come in their place.
fn domain(
    values: Vec<Value>,
    optional: bool,
    data: Data,
    change: impl Fn(Value) -> Change,
) -> Vec<Choice> {
    let mut all: Vec<Choice> = values.into_iter().map(|it| sound(change(it))).collect();
    if optional || data == Data::Any {
        all.push(Choice {
            change: Change::Nothing,
            declared: optional,
        });
    }
    if data == Data::Any {
        all.push(Choice {
            change: change(Value::List([].into())),
            declared: false,
        });
    }
    all
}

/// Records with an `int` in them, and what else may come in their place.
fn nested(data: Data) -> Vec<Choice> {
    let inner = |fields: Fields| Change::Field("n", fields.into());
    let mut all = domain(Vec::new(), true, data, |value| Change::Field("n", value));
    for choice in domain(wholes(), false, data, |k| {
        inner([("k", k)].into_iter().collect())
    }) {
        let change = match choice.change {
            Change::Nothing => inner(Fields::new()),
            change => change,
        };
        all.push(Choice { change, ..choice });
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
    fn with(&self, choice: &Choice) -> Self {
        let mut case = self.clone();
        case.declared &= choice.declared;
        match &choice.change {
            Change::Nothing => {}
            Change::Field(name, value) => case.before.set(*name, value.clone()),
            Change::Old(value) => {
                let new = self.before.value("i").cloned();
                case.set.set("i", new.unwrap_or(Value::Null));
                case.before.set("i", value.clone());
            }
            Change::Role(role) => case.principal = case.principal.role(*role),
            Change::Context(context) => case.context = (*context).into(),
            Change::Level(value) => {
                case.principal = case.principal.attribute("level", value.clone());
            }
        }
        case
    }

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
        static SKILL: LazyLock<Skill> = LazyLock::new(skill);
        let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
        let facts = Facts::new(&self.principal, &SKILL, &self.before, now)
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
