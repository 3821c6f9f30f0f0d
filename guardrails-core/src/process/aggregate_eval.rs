//! What an aggregate makes of its items, one after the other. Both evaluators count here.

use rust_decimal::Decimal;

use super::operand;
use crate::facts::Datum;
use crate::policy::{Aggregation, Arithmetic, Comparison, Type};
use crate::truth::Truth;

/// An aggregate on its way through a list.
pub(crate) struct AggregateEval<'p> {
    how: Aggregation,
    ty: &'p Type,
    count: u64,
    value: Datum<'static>,
}

impl<'p> AggregateEval<'p> {
    pub(crate) fn new(how: Aggregation, ty: &'p Type) -> Self {
        Self {
            how,
            ty,
            count: 0,
            value: Datum::Missing,
        }
    }

    /// What stands for the whole when the list itself cannot be read.
    pub(crate) fn without(list: Datum<'_>) -> Datum<'static> {
        match list {
            Datum::Missing => Datum::Missing,
            _ => Datum::Invalid,
        }
    }

    /// Takes up one item: whether it counts, and its value if it does.
    pub(crate) fn take(&mut self, counts: Truth, item: Option<Datum<'_>>) {
        self.value = match (counts, item, self.value) {
            (_, _, Datum::Invalid) | (Truth::Unknown, ..) => Datum::Invalid,
            (Truth::False, _, value) => value,
            (Truth::True, None, value) => value,
            (Truth::True, Some(item), value) => self.with(value, item),
        };
        if counts == Truth::True {
            self.count += 1;
        }
    }

    fn with(&self, value: Datum<'static>, item: Datum<'_>) -> Datum<'static> {
        let item = match item {
            Datum::Number(number) => Datum::Number(number),
            Datum::Moment(moment) => Datum::Moment(moment),
            // A sum that passed over what it could not read would be too small.
            _ => return Datum::Invalid,
        };
        if value == Datum::Missing {
            return item;
        }
        let better = |comparison| match operand::compare(comparison, item, value) {
            Truth::True => item,
            Truth::False => value,
            Truth::Unknown => Datum::Invalid,
        };
        match self.how {
            Aggregation::Least => better(Comparison::Less),
            Aggregation::Greatest => better(Comparison::Greater),
            _ => operand::calculate(Arithmetic::Add, value, item),
        }
    }

    pub(crate) fn finish(self) -> Datum<'static> {
        let count = Datum::Number(Decimal::from(self.count));
        match (self.how, self.value) {
            (_, Datum::Invalid) => Datum::Invalid,
            (Aggregation::Count, _) => count,
            (Aggregation::Sum, Datum::Missing) if *self.ty == Type::Duration => Datum::Moment(0),
            (Aggregation::Sum, Datum::Missing) => Datum::Number(Decimal::ZERO),
            (_, Datum::Missing) => Datum::Missing,
            (Aggregation::Average, total) => operand::calculate(Arithmetic::Divide, total, count),
            (_, value) => value,
        }
    }
}
