//! Aggregates compiled for one plan: they count as the evaluator does, over slots.

use super::aggregate_eval::AggregateEval;
use super::compiled::{Compiler, Frame, Items, Predicate, Source};
use super::operand::Operand;
use crate::facts::Datum;
use crate::policy::{Aggregate, Aggregation, Type};
use crate::truth::Truth;

/// An aggregate over a list.
#[derive(Debug, Clone)]
pub(crate) struct CompiledAggregate {
    how: Aggregation,
    ty: Type,
    list: Source,
    filter: Option<Predicate>,
    item: Option<Source>,
}

impl Compiler<'_> {
    pub(super) fn compiled_aggregate(&mut self, aggregate: &Aggregate) -> CompiledAggregate {
        CompiledAggregate {
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

impl CompiledAggregate {
    pub(super) fn datum<'a>(&'a self, frame: &Frame<'_, 'a>, items: &Items<'a>) -> Datum<'a> {
        let list = self.list.datum(frame, items);
        let Datum::List(values, ty) = list else {
            return AggregateEval::without(list);
        };
        let mut eval = AggregateEval::new(self.how, &self.ty);
        let mut inner = items.clone();
        for value in values {
            inner.truncate(items.len());
            inner.push((value, ty));
            let filter = self.filter.as_ref();
            let counts = filter.map_or(Truth::True, |filter| filter.truth(frame, &inner));
            // What does not count is not looked at.
            let wanted = self.item.as_ref().filter(|_| counts == Truth::True);
            let item = wanted.map(|item| item.operand(frame, &inner));
            eval.take(counts, item.as_ref().map(Operand::datum));
        }
        eval.finish()
    }
}
