//! What a rule may read: the record as it is and as it will be, who asks, with what, and when.
//!
//! What is absent or null is [`Datum::Missing`]; what does not fit its declared type is
//! [`Datum::Invalid`]. Both make the condition that needs them unknown.

mod datum;
mod reading;
pub(crate) mod typed;
pub(crate) mod written;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

pub use self::datum::Datum;
pub(crate) use self::typed::Types;
pub(crate) use self::written::{Declared, written};
use crate::policy::{Path, Root, Skill, Type};
use crate::principal::Principal;
use crate::value::{Fields, Name, Value};
use crate::zone::Zone;

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
    /// In which days and hours are meant.
    pub(crate) zone: Zone,
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
            zone: Zone::UTC,
            max_sensitivity: 0,
            risk_score: None,
        }
    }

    /// With days and hours meant in this zone; in UTC unless said.
    #[must_use]
    pub fn in_zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    /// The zone in which days and hours are meant.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The calendar day.
    pub(crate) fn today(&self) -> NaiveDate {
        let local = self.zone.day(self.now);
        local.unwrap_or_else(|| self.now.date_naive())
    }

    /// At another time.
    #[must_use]
    pub fn at(mut self, now: DateTime<Utc>) -> Self {
        self.now = now;
        self
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
            Root::Behaviour => self.behaviour(&path.keys),
            Root::Data => Datum::Number(self.max_sensitivity.into()),
            Root::Now => Datum::Moment(match path.ty {
                Type::Date => i64::from(self.today().to_epoch_days()),
                _ => self.now.timestamp_micros(),
            }),
        }
    }

    /// Reads a field of the record as it was, whatever the path's root; missing on create.
    pub(crate) fn old(&self, path: &'a Path) -> Datum<'a> {
        if self.has_old {
            self.typed(self.before.at(&path.keys), &path.ty)
        } else {
            Datum::Missing
        }
    }

    fn field(&self, path: &'a Path) -> Datum<'a> {
        let Some(set) = self.set else {
            return self.typed(self.before.at(&path.keys), &path.ty);
        };
        match path.keys.split_first() {
            // A change replaces a field as a whole, so its nested values come from the change too.
            Some((name, _)) if set.value(name).is_some() => {
                self.typed(set.at(&path.keys), &path.ty)
            }
            _ => self.typed(self.before.at(&path.keys), &path.ty),
        }
    }

    fn behaviour(&self, keys: &[Name]) -> Datum<'a> {
        match keys {
            [what, window] => self
                .principal
                .observed_count(what, window)
                .map_or(Datum::Missing, |count| Datum::Number(count.into())),
            _ => Datum::Number(self.principal.behaviour_score()),
        }
    }

    fn typed(&self, value: Option<&'a Value>, ty: &'a Type) -> Datum<'a> {
        value.map_or(Datum::Missing, |value| Datum::read(value, ty, self.zone))
    }

    fn actor(&self, path: &'a Path) -> Datum<'a> {
        match first(&path.keys) {
            "id" => Datum::Text(self.principal.id()),
            "tenant" => Datum::Text(self.principal.tenant()),
            _ => self.typed(self.principal.attributes().at(&path.keys), &path.ty),
        }
    }
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
