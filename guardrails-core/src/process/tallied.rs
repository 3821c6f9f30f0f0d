//! Aggregates made ready for one plan: the same counting as the oracle's, over slots.

use super::facts::Datum;
use super::operand::Operand;
use super::predicate::{Compiler, Frame, Items, Predicate, Source};
use super::tally::Tally;
use super::truth::Truth;
use crate::policy::{Aggregate, Aggregation, Type};

/// An aggregate over a list.
#[derive(Debug, Clone)]
pub(crate) struct Tallied {
    how: Aggregation,
    ty: Type,
    list: Source,
    filter: Option<Predicate>,
    item: Option<Source>,
}

impl Compiler<'_> {
    pub(super) fn tallied(&mut self, aggregate: &Aggregate) -> Tallied {
        Tallied {
            how: aggregate.how,
            ty: aggregate.ty.clone(),
            list: self.source(&aggregate.list),
            filter: aggregate
                .filter
                .as_ref()
                .map(|filter| self.predicate(filter)),
            item: aggregate.item.as_ref().map(|item| self.source(item)),
        }
    }
}

impl Tallied {
    pub(super) fn datum<'a>(&'a self, frame: &Frame<'_, 'a>, items: &Items<'a>) -> Datum<'a> {
        let list = self.list.datum(frame, items);
        let Datum::List(values, ty) = list else {
            return Tally::without(list);
        };
        let mut tally = Tally::new(self.how, &self.ty);
        let mut inner = items.clone();
        for value in values {
            inner.truncate(items.len());
            inner.push((value, ty));
            let filter = self.filter.as_ref();
            let counts = filter.map_or(Truth::True, |filter| filter.truth(frame, &inner));
            // What does not count is not looked at.
            let wanted = self.item.as_ref().filter(|_| counts == Truth::True);
            let item = wanted.map(|item| item.operand(frame, &inner));
            tally.take(counts, item.as_ref().map(Operand::datum));
        }
        tally.finish()
    }
}
