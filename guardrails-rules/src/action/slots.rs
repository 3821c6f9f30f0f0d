//! Constants and facts of a script: what the engine finds under the names `k0`, `f0`, ….
//!
//! Only what a script names is bound, once per run, from typed reads of the operation's facts.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, SecondsFormat};
use guardrails_core::policy::{Path, Root, Type};
use guardrails_core::process::{Datum, Facts};
use guardrails_core::{Name, Zone};
use rhai::Dynamic;
use rust_decimal::Decimal;

use super::fault::{Absent, Why};
use super::tree::Literal;

/// Something fixed when the script was compiled.
#[derive(Debug, Clone)]
pub(super) enum Constant {
    One(Literal),
    /// The cases of a `switch`, or the list after `in`.
    Table(Table),
}

/// Constants to look a value up in.
#[derive(Debug, Clone)]
pub(super) struct Table(pub(super) Arc<[Literal]>);

/// A list from the facts: how long it is, and those items that are simple values.
#[derive(Debug, Clone)]
pub(super) struct Items {
    pub(super) len: usize,
    pub(super) simple: Arc<[Literal]>,
}

/// Something read from the facts of an operation.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fact {
    /// Of a declared type.
    Typed(Path),
    /// An attribute of the actor, of whatever simple type the host gave it.
    Attribute([Path; 3]),
    /// Whether the host assigned this role.
    Role(Name),
}

/// The slots of one script.
#[derive(Debug, Default)]
pub(super) struct Slots {
    pub(super) constants: Vec<Constant>,
    pub(super) facts: Vec<Fact>,
    /// Names of the facts' slots, made once.
    pub(super) names: Vec<String>,
}

/// The slot that collects the effects.
pub(super) const SINK: &str = "o";

impl Slots {
    /// The name of a constant's slot.
    pub(super) fn literal(&mut self, literal: &Literal) -> String {
        let same = |constant: &Constant| match constant {
            Constant::One(have) => identical(have, literal),
            Constant::Table(_) => false,
        };
        let at = self.constants.iter().position(same).unwrap_or_else(|| {
            self.constants.push(Constant::One(literal.clone()));
            self.constants.len() - 1
        });
        constant_name(at)
    }

    /// The name of a table's slot.
    pub(super) fn table(&mut self, literals: impl IntoIterator<Item = Literal>) -> String {
        let table = Table(literals.into_iter().collect());
        self.constants.push(Constant::Table(table));
        constant_name(self.constants.len() - 1)
    }

    /// The name of a fact's slot.
    pub(super) fn fact(&mut self, fact: Fact) -> String {
        let at = self.facts.iter().position(|have| *have == fact);
        let at = at.unwrap_or_else(|| {
            self.facts.push(fact);
            self.names.push(format!("f{}", self.names.len()));
            self.facts.len() - 1
        });
        self.names.get(at).cloned().unwrap_or_default()
    }
}

pub(super) fn constant_name(at: usize) -> String {
    format!("k{at}")
}

/// Equal to the last digit: `10` and `10.00` show differently as text.
fn identical(a: &Literal, b: &Literal) -> bool {
    match (a, b) {
        (Literal::Number(a), Literal::Number(b)) => a == b && a.scale() == b.scale(),
        (a, b) => a == b,
    }
}

impl Constant {
    pub(super) fn value(&self) -> Dynamic {
        match self {
            Self::One(literal) => literal.value(),
            Self::Table(table) => Dynamic::from(table.clone()),
        }
    }
}

impl Literal {
    pub(super) fn value(&self) -> Dynamic {
        match self {
            Self::Truth(truth) => (*truth).into(),
            Self::Number(number) => Dynamic::from_decimal(*number),
            Self::Text(text) => text.as_str().into(),
        }
    }
}

impl Fact {
    /// How a message names it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Typed(path) if path.root == Root::Data => "max_sensitivity".to_owned(),
            Self::Typed(path) | Self::Attribute([path, ..]) => path.to_string(),
            Self::Role(role) => format!("actor.has({role})"),
        }
    }

    /// Where it is read; a role is no place.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Typed(path) | Self::Attribute([path, ..]) => Some(path),
            Self::Role(_) => None,
        }
    }

    /// Reads it as the engine holds it; `slot` is told when it is not there.
    pub(super) fn read(&self, slot: usize, facts: &Facts<'_>) -> Dynamic {
        match self {
            Self::Typed(path) => value(facts.read(path), path, slot, facts),
            Self::Attribute(readings) => {
                let mut last = absent(slot, Why::Missing);
                for path in readings {
                    match facts.read(path) {
                        Datum::Invalid => last = absent(slot, Why::Invalid),
                        datum => return value(datum, path, slot, facts),
                    }
                }
                last
            }
            Self::Role(role) => facts.has_role(role).into(),
        }
    }
}

fn absent(slot: usize, why: Why) -> Dynamic {
    Dynamic::from(Absent { slot, why })
}

fn value(datum: Datum<'_>, path: &Path, slot: usize, facts: &Facts<'_>) -> Dynamic {
    match datum {
        Datum::Missing => absent(slot, Why::Missing),
        Datum::Bool(truth) => truth.into(),
        Datum::Number(number) => Dynamic::from_decimal(number),
        Datum::Text(text) => text.into(),
        Datum::Moment(count) => moment(count, &path.ty)
            .map_or_else(|| absent(slot, Why::Invalid), |literal| literal.value()),
        Datum::List(items, item) => list(items, item, slot, facts.zone()),
        Datum::Invalid | Datum::Object(_) => absent(slot, Why::Invalid),
    }
}

fn list(items: &[guardrails_core::Value], item: &Type, slot: usize, zone: Zone) -> Dynamic {
    let len = items.len();
    if matches!(item, Type::Entity(_) | Type::List(_)) {
        let simple = Arc::from([]);
        return Dynamic::from(Items { len, simple });
    }
    let simple: Option<Arc<[Literal]>> = items
        .iter()
        .map(|value| literal(Datum::read(value, item, zone), item))
        .collect();
    match simple {
        Some(simple) => Dynamic::from(Items { len, simple }),
        None => absent(slot, Why::Invalid),
    }
}

fn literal(datum: Datum<'_>, ty: &Type) -> Option<Literal> {
    match datum {
        Datum::Bool(truth) => Some(Literal::Truth(truth)),
        Datum::Number(number) => Some(Literal::Number(number)),
        Datum::Text(text) => Some(Literal::Text(text.to_owned())),
        Datum::Moment(count) => moment(count, ty),
        Datum::Missing | Datum::Invalid | Datum::List(..) | Datum::Object(_) => None,
    }
}

/// A day as `2026-03-02`, an instant as `2026-03-02T02:00:00Z` so that texts sort as times do, a
/// duration as seconds.
fn moment(count: i64, ty: &Type) -> Option<Literal> {
    Some(match ty {
        Type::Date => {
            let day = NaiveDate::from_epoch_days(i32::try_from(count).ok()?)?;
            Literal::Text(day.to_string())
        }
        Type::Duration => Literal::Number(Decimal::new(count, 6).normalize()),
        _ => {
            let at = DateTime::from_timestamp_micros(count)?;
            Literal::Text(at.to_rfc3339_opts(SecondsFormat::Secs, true))
        }
    })
}
