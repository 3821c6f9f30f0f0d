//! What a rule may read: the record as it is and as it will be, who asks, with what, and when.
//!
//! One place reads a host's value as its declared type. What is absent or null is
//! [`Datum::Missing`]; what does not fit its type is [`Datum::Invalid`]. Both make the condition
//! that needs them unknown.

use std::cmp::Ordering;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use crate::policy::{Path, Root, Skill, Type};
use crate::principal::Principal;
use crate::value::{Fields, Name, Value};

/// A value read as its declared type; small and borrowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Datum<'a> {
    /// Absent, or null.
    Missing,
    /// There, and not of its declared type.
    Invalid,
    /// True or false.
    Bool(bool),
    /// Integer, decimal, percent, or amount of the declared currency.
    Number(Decimal),
    /// Text or enum member.
    Text(&'a str),
    /// Days since 1970-01-01, microseconds since then in UTC, or microseconds of duration.
    Moment(i64),
    /// A list, and the type of its items.
    List(&'a [Value], &'a Type),
    /// A nested entity.
    Object(&'a Fields),
}

impl std::fmt::Debug for Datum<'_> {
    /// The shape only; never a value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Missing => "<missing>",
            Self::Invalid => "<invalid>",
            Self::Bool(_) => "<bool>",
            Self::Number(_) => "<number>",
            Self::Text(_) => "<text>",
            Self::Moment(_) => "<moment>",
            Self::List(..) => "<list>",
            Self::Object(_) => "<object>",
        })
    }
}

impl<'a> Datum<'a> {
    /// Reads what a host sent as `ty`.
    ///
    /// Numbers come as JSON numbers or decimal text (`"1200.50"`); money text may end with its
    /// currency (`"1200.50 CNY"`), and another currency is invalid.
    #[must_use]
    pub fn read(value: &'a Value, ty: &'a Type) -> Self {
        match (value, ty) {
            (Value::Null, _) => Self::Missing,
            (Value::Bool(value), Type::Bool) => Self::Bool(*value),
            (Value::Number(number), Type::Int) if !number.fract().is_zero() => Self::Invalid,
            (Value::Number(number), Type::Int | Type::Decimal | Type::Percent | Type::Money(_)) => {
                Self::Number(*number)
            }
            (Value::Number(seconds), Type::Duration) => micros(*seconds),
            (Value::Text(text), Type::Text) => Self::Text(text),
            (Value::Text(text), Type::Enum(members)) => {
                if members.members.iter().any(|member| member == text) {
                    Self::Text(text)
                } else {
                    Self::Invalid
                }
            }
            (Value::Text(text), _) => Self::read_text(text, ty),
            (Value::List(items), Type::List(item)) => Self::List(items, item),
            (Value::Object(fields), Type::Entity(_)) => Self::Object(fields),
            _ => Self::Invalid,
        }
    }

    fn read_text(text: &str, ty: &Type) -> Self {
        let number = |text: &str| Decimal::from_str(text).map_or(Self::Invalid, Self::Number);
        match ty {
            Type::Decimal => number(text),
            Type::Int => match Decimal::from_str(text) {
                Ok(whole) if whole.fract().is_zero() => Self::Number(whole),
                _ => Self::Invalid,
            },
            Type::Percent => number(text.strip_suffix('%').unwrap_or(text).trim_end()),
            Type::Money(currency) => {
                let code = currency.as_str();
                number(text.strip_suffix(code).unwrap_or(text).trim_end())
            }
            Type::Date => NaiveDate::from_str(text).map_or(Self::Invalid, |day| {
                Self::Moment(i64::from(day.to_epoch_days()))
            }),
            Type::DateTime => DateTime::parse_from_rfc3339(text)
                .map_or(Self::Invalid, |at| Self::Moment(at.timestamp_micros())),
            Type::Duration => match Decimal::from_str(text) {
                Ok(seconds) => micros(seconds),
                Err(_) => Self::Invalid,
            },
            _ => Self::Invalid,
        }
    }

    /// The order of two data of one type; none when either is missing, invalid, or has no order.
    #[must_use]
    pub fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(&b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Moment(a), Self::Moment(b)) => Some(a.cmp(&b)),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(&b)),
            _ => None,
        }
    }
}

fn micros(seconds: Decimal) -> Datum<'static> {
    seconds
        .checked_mul(Decimal::from(1_000_000))
        .and_then(|micros| i64::try_from(micros.trunc()).ok())
        .map_or(Datum::Invalid, Datum::Moment)
}

/// Everything a rule may read in one operation.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The record as it is.
    pub(crate) before: &'a Fields,
    /// Fields that get a new value; they stand before the record's own.
    pub(crate) set: Option<&'a Fields>,
    /// Whether there is an old record at all; not on create.
    pub(crate) has_old: bool,
    pub(crate) principal: &'a Principal,
    pub(crate) context: &'a str,
    pub(crate) skill: &'a Skill,
    pub(crate) now: DateTime<Utc>,
    /// The highest sensitivity among the fields touched; 0 when none was.
    pub(crate) max_sensitivity: u8,
    /// Known once the factors are added up.
    pub(crate) risk_score: Option<Decimal>,
}

impl<'a> Facts<'a> {
    /// The facts of an update of `before` by `principal` with `skill` at `now`, before anything is
    /// changed and before the risk is known. For tools that run a rule or an action alone.
    #[must_use]
    pub fn new(
        principal: &'a Principal,
        skill: &'a Skill,
        before: &'a Fields,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            before,
            set: None,
            has_old: true,
            principal,
            context: "",
            skill,
            now,
            max_sensitivity: 0,
            risk_score: None,
        }
    }

    /// With these fields getting a new value.
    #[must_use]
    pub fn changed_by(mut self, set: &'a Fields) -> Self {
        self.set = Some(set);
        self
    }

    /// With the risk known.
    #[must_use]
    pub fn scored(mut self, score: Decimal) -> Self {
        self.risk_score = Some(score);
        self
    }

    /// Whether the host assigned this role to the principal; inherited roles do not count.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.principal.has_role(role)
    }

    /// Reads the datum at a path. A quantifier's variable is not here: the evaluator holds it.
    #[must_use]
    pub fn read(&self, path: &'a Path) -> Datum<'a> {
        match path.root {
            Root::Record => self.field(path),
            Root::Old => self.old(path),
            Root::Variable(_) => Datum::Missing,
            Root::Actor => self.actor(path),
            Root::Ai => optional_text(match first(&path.keys) {
                "agent" => self.principal.agent_name(),
                "model" => self.principal.model_name(),
                "context" => self.context,
                _ => "",
            }),
            Root::Skill => match first(&path.keys) {
                "name" => Datum::Text(&self.skill.origin.name),
                "impact" => Datum::Number(self.skill.impact.into()),
                _ => Datum::Missing,
            },
            Root::Risk => self.risk_score.map_or(Datum::Missing, Datum::Number),
            Root::Behaviour => Datum::Number(self.principal.behaviour_score()),
            Root::Data => Datum::Number(self.max_sensitivity.into()),
            Root::Now => Datum::Moment(match path.ty {
                Type::Date => i64::from(self.now.date_naive().to_epoch_days()),
                _ => self.now.timestamp_micros(),
            }),
        }
    }

    /// Reads a field of the record as it was, whatever the path's root; missing on create.
    pub(crate) fn old(&self, path: &'a Path) -> Datum<'a> {
        if self.has_old {
            typed(self.before.at(&path.keys), &path.ty)
        } else {
            Datum::Missing
        }
    }

    fn field(&self, path: &'a Path) -> Datum<'a> {
        let Some(set) = self.set else {
            return typed(self.before.at(&path.keys), &path.ty);
        };
        match path.keys.split_first() {
            // A change replaces a field as a whole, so its nested values come from the change too.
            Some((name, _)) if set.value(name).is_some() => typed(set.at(&path.keys), &path.ty),
            _ => typed(self.before.at(&path.keys), &path.ty),
        }
    }

    fn actor(&self, path: &'a Path) -> Datum<'a> {
        match first(&path.keys) {
            "id" => Datum::Text(self.principal.id()),
            "tenant" => Datum::Text(self.principal.tenant()),
            _ => typed(self.principal.attributes().at(&path.keys), &path.ty),
        }
    }
}

fn typed<'a>(value: Option<&'a Value>, ty: &'a Type) -> Datum<'a> {
    value.map_or(Datum::Missing, |value| Datum::read(value, ty))
}

fn first(keys: &[Name]) -> &str {
    keys.first().map_or("", |key| key)
}

fn optional_text(text: &str) -> Datum<'_> {
    if text.is_empty() {
        Datum::Missing
    } else {
        Datum::Text(text)
    }
}
