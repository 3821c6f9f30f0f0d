//! One figure over many records, such as a sum, where the policy gives figures of a field and not the
//! field itself.
//!
//! The guard takes the figure itself, over the records that are in reach and told apart by their
//! identifiers: nobody can make a group look larger than it is. It cannot tell that two figures over
//! almost the same records differ by one of them.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::Operation;
use super::asked::Asked;
use crate::audit::{EventKind, FieldAccess};
use crate::data::FieldTable;
use crate::error::{Error, ErrorKind, Result};
use crate::facts::Datum;
use crate::outcome_kind::OutcomeKind;
use crate::policy::{Aggregation, Type};
use crate::reason::Reason;
use crate::record::Record;
use crate::value::Name;
use crate::zone::Zone;

/// A figure over some records.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// The figure.
    pub value: Decimal,
    /// Of how many records it is taken: those in reach that have a value.
    pub records: u32,
}

impl fmt::Debug for Figure {
    /// Of how many records only; never the value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Figure(of {} records)", self.records)
    }
}

impl Operation {
    /// Takes a figure of a field over records. Records out of reach are left out, and so are those
    /// without a value. The access is queued for the audit before this returns, and durable shortly
    /// after, as for [`Operation::read`].
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] with `FIELD_NOT_AGGREGABLE` where some record's grants do not give the
    /// figure, with `GROUP_TOO_SMALL` where fewer records have a value than they ask for, or with the
    /// reason of a rule on reading; [`ErrorKind::Input`] for a field that is no number, a value that is
    /// not of its type, and a record that is given twice.
    pub fn aggregate(
        &mut self,
        records: &[Record],
        field: &str,
        figure: Aggregation,
    ) -> Result<Figure> {
        let now = self.now();
        self.begin_reading(records.len(), now)?;
        let wanted = Wanted::of(self.asked(), field, figure)?;
        let taken = wanted.over(records, |record| {
            let reading = self.reading_of(record, now)?;
            self.released(record, now, reading)
        });
        self.beside_figure(records, field, figure, now, &taken)?;
        let mut group = match taken? {
            Taken::Group(group) => group,
            Taken::Refused(reason) => return self.refuse_figure(now, field, reason),
        };
        let value = group
            .figure(figure)
            .ok_or_else(|| input("the figure is too large"))?;
        self.figure_taken(now, field, figure, value, &mut group)?;
        Ok(Figure {
            value,
            records: group.count,
        })
    }

    fn refuse_figure(&mut self, now: DateTime<Utc>, field: &str, reason: Reason) -> Result<Figure> {
        let decision = EventKind::Decision {
            record: Name::default(),
            fields: Arc::from([Name::from(field)]),
            action: None,
            outcome: OutcomeKind::Deny,
            reasons: Arc::from([reason.clone()]),
            verdicts: Arc::default(),
            risk: None,
            obligations: Arc::default(),
        };
        let digests = self.digests_of_figure(&[], [field, "refused"], reason.code());
        self.record_with(now, decision, digests)?;
        Err(Error::denied(reason))
    }

    fn figure_taken(
        &mut self,
        now: DateTime<Utc>,
        field: &str,
        figure: Aggregation,
        value: Decimal,
        group: &mut Group,
    ) -> Result<()> {
        self.touched = self.touched.max(group.sensitivity);
        let value = value.normalize().to_string();
        let digests = self.digests_of_figure(&group.seen, [field, figure.as_str()], &value);
        let named = group.seen.iter().zip(&group.tables);
        let access = EventKind::DataAccess {
            records: named
                .map(|(id, table)| self.record_name(id, table))
                .collect(),
            withheld: group.withheld,
            fields: Arc::from([FieldAccess {
                field: field.into(),
                access: "aggregated",
                mask: figure.as_str(),
                sensitivity: group.sensitivity,
            }]),
            failure: Name::default(),
        };
        self.record_with(now, access, digests)
    }
}

/// A figure that one policy is asked for.
pub(super) struct Wanted<'a> {
    field: &'a str,
    path: Vec<Name>,
    figure: Aggregation,
    ty: Type,
    zone: Zone,
}

/// What comes of taking a figure.
pub(super) enum Taken {
    Group(Group),
    /// It is not given.
    Refused(Reason),
}

impl<'a> Wanted<'a> {
    /// The declared type is that of numbers, which figures are taken of; anything can be counted.
    pub(super) fn of(asked: Asked<'_>, field: &'a str, figure: Aggregation) -> Result<Self> {
        let path: Vec<Name> = field.split('.').map(Name::from).collect();
        let entities = &asked.snapshot.policy.entities;
        let mut entity = asked.plan.entity.clone();
        let mut found = None;
        for name in &path {
            let declared = entities.get(&entity).and_then(|entity| entity.field(name));
            let ty = declared.map(|field| field.ty.clone());
            if let Some(Type::Entity(inner)) = &ty {
                entity = inner.clone();
            }
            found = ty;
        }
        let ty = match found {
            Some(ty) if figure == Aggregation::Count => ty,
            Some(ty @ (Type::Int | Type::Decimal | Type::Percent | Type::Money(_))) => ty,
            _ => {
                return Err(input(format!("`{field}` is no number that is declared"))
                    .with_help("name a field of type int, decimal, percent or money"));
            }
        };
        Ok(Self {
            field,
            path,
            figure,
            ty,
            zone: asked.plan.zone,
        })
    }

    /// Takes it over the records, of which `table_of` tells what may be seen; none of one out of reach.
    pub(super) fn over(
        &self,
        records: &[Record],
        mut table_of: impl FnMut(&Record) -> Result<Option<Arc<FieldTable>>>,
    ) -> Result<Taken> {
        let mut group = Group::default();
        for record in records {
            let Some(table) = table_of(record)? else {
                group.withheld = group.withheld.saturating_add(1);
                continue;
            };
            if !group.ids.insert(record.id()?) {
                return Err(input("a record is given twice"));
            }
            let Some(smallest) = table.aggregable(&self.path).smallest_group(self.figure) else {
                let (field, figure) = (self.field, self.figure.as_str());
                let text = format!("`{field}` may not be aggregated by {figure}");
                return Ok(Taken::Refused(Reason::new("FIELD_NOT_AGGREGABLE", text)));
            };
            group.smallest = group.smallest.max(smallest);
            let row = self.path.first().and_then(|first| table.row(first));
            let level = row.map_or(5, |row| row.sensitivity().level());
            group.sensitivity = group.sensitivity.max(level);
            group.seen.push(record.id()?);
            group.tables.push(table.clone());
            let value = record.fields().at(&self.path);
            group.take(value.map_or(Datum::Missing, |value| {
                Datum::read(value, &self.ty, self.zone)
            }))?;
        }
        Ok(self.large_enough(group))
    }

    fn large_enough(&self, group: Group) -> Taken {
        let smallest = group.smallest.max(1);
        if group.count >= smallest {
            return Taken::Group(group);
        }
        let field = self.field;
        let text =
            format!("a figure of `{field}` needs a value in {smallest} or more of the records");
        Taken::Refused(Reason::new("GROUP_TOO_SMALL", text))
    }
}

fn input(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Input, message.into())
}

/// What has been taken so far.
#[derive(Default)]
pub(super) struct Group {
    ids: BTreeSet<Name>,
    pub(super) seen: Vec<Name>,
    /// What may be seen of each of them.
    pub(super) tables: Vec<Arc<FieldTable>>,
    withheld: u64,
    smallest: u32,
    sensitivity: u8,
    count: u32,
    /// None once it is too large.
    sum: Option<Decimal>,
    least: Option<Decimal>,
    greatest: Option<Decimal>,
}

impl Group {
    pub(super) fn sensitivity(&self) -> u8 {
        self.sensitivity
    }

    fn take(&mut self, datum: Datum<'_>) -> Result<()> {
        let number = match datum {
            Datum::Missing => return Ok(()),
            Datum::Invalid => return Err(input("a value is not of its declared type")),
            Datum::Number(number) => number,
            // Counted and nothing else: `number_at` lets no other figure through.
            _ => Decimal::ZERO,
        };
        self.sum = match (self.count, self.sum) {
            (0, _) => Some(number),
            (_, sum) => sum.and_then(|sum| sum.checked_add(number)),
        };
        self.least = Some(self.least.map_or(number, |least| least.min(number)));
        self.greatest = Some(self.greatest.map_or(number, |most| most.max(number)));
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    fn figure(&self, figure: Aggregation) -> Option<Decimal> {
        match figure {
            Aggregation::Count => Some(self.count.into()),
            Aggregation::Sum => self.sum,
            Aggregation::Average => self.sum?.checked_div(self.count.into()),
            Aggregation::Least => self.least,
            Aggregation::Greatest => self.greatest,
        }
    }
}
