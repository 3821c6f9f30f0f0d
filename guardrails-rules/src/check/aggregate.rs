//! `count`, `sum`, `avg`, `min` and `max` over the items of a list.

use std::sync::Arc;

use guardrails_core::policy::{Aggregate, Aggregation, Expr, ExprKind, Path, Root, Type};
use guardrails_core::{Phrase, phrase};

use super::condition::{Absent, Checker};
use super::presence::{Outcome, there_when};
use super::types::{Ty, Typed, described};
use crate::ast::{self, Comprehension, Dotted, Ident, Span};
use crate::codes;

impl Checker<'_, '_> {
    /// `sum(l.amount for l in lines where …)`.
    pub(super) fn comprehension(&mut self, written: &Comprehension, span: Span) -> Typed {
        let Some(how) = Aggregation::from_word(&written.function.text) else {
            return self.unknown_function(&written.function);
        };
        let Some((list, item)) = self.items(&written.source) else {
            return Typed::bad(self.cx.place(span));
        };
        let depth = self.depth();
        self.variables.push((written.variable.text.clone(), item));
        let (known, met) = (self.known.len(), self.met.len());
        let filter = written.filter.as_ref().map(|filter| self.condition(filter));
        if let Some(filter) = &filter {
            self.known.extend(there_when(filter, Outcome::Holds));
        }
        let value = self.value(&written.value, None).settle(&Type::Decimal);
        self.known.truncate(known);
        // An item of an aggregate is one of many: messages cannot name it.
        self.met.truncate(met);
        self.variables.pop();
        let whole = matches!(&value.expr.kind, ExprKind::Path(path)
            if path.root == Root::Variable(depth) && path.keys.is_empty());
        if how == Aggregation::Count && !whole && value.ty != Ty::Bad {
            self.count_of_values(written);
            return Typed::bad(self.cx.place(span));
        }
        let at = written.value.span;
        self.aggregate(how, (list, depth), filter, value, [at, span])
    }

    /// `count(lines)`, `sum(prices)`: the items themselves.
    pub(super) fn aggregate_call(
        &mut self,
        how: Aggregation,
        name: &Ident,
        arguments: &[ast::Expr],
        span: Span,
    ) -> Typed {
        let place = self.cx.place(span);
        let [only] = arguments else {
            let message = phrase!(
                "`{name}` takes one list" | "`{name}` 只接受一个列表",
                name = name.text
            );
            self.not_aggregable(span, message, how);
            return Typed::bad(place);
        };
        let ast::ExprKind::Path(parts) = &only.kind else {
            let message =
                phrase!("only a list that is read has items" | "只有读取到的列表才有元素");
            self.not_aggregable(only.span, message, how);
            return Typed::bad(place);
        };
        let source = Dotted {
            parts: parts.clone(),
            span: only.span,
        };
        let Some((list, item)) = self.items(&source) else {
            return Typed::bad(place);
        };
        let depth = self.depth();
        let path = Path {
            root: Root::Variable(depth),
            keys: Vec::new(),
            ty: item.clone(),
        };
        let value = Typed::known(ExprKind::Path(path), item, self.cx.place(only.span));
        self.aggregate(how, (list, depth), None, value, [only.span, span])
    }

    pub(super) fn depth(&self) -> u8 {
        u8::try_from(self.variables.len()).unwrap_or(u8::MAX)
    }

    /// A list that is read, and the type of its items; none after a report.
    pub(super) fn items(&mut self, source: &Dotted) -> Option<(Expr, Type)> {
        let list = self.path(&source.parts, source.span, None);
        let list = list.settle(&Type::List(Arc::new(Type::Text)));
        match &list.ty {
            Ty::Known(Type::List(item)) => {
                let item = (**item).clone();
                Some((list.expr, item))
            }
            Ty::Known(other) => {
                let what = described(other);
                let message = phrase!("this is {what}, not a list" | "这是{what}，不是列表", what);
                let help =
                    phrase!("name a field of type `[…]` here" | "这里写一个类型为 `[…]` 的字段");
                let finding = self.cx.error(codes::WRONG_TYPE, source.span, message);
                self.report(finding.help(help));
                None
            }
            Ty::Open | Ty::Bad => None,
        }
    }

    fn aggregate(
        &mut self,
        how: Aggregation,
        (list, depth): (Expr, u8),
        filter: Option<Expr>,
        value: Typed,
        [at, span]: [Span; 2],
    ) -> Typed {
        let place = self.cx.place(span);
        let (item, ty) = match (how, value.ty) {
            (_, Ty::Bad | Ty::Open) => return Typed::bad(place),
            (Aggregation::Count, _) => (None, Type::Int),
            (_, Ty::Known(item)) => match result(how, &item) {
                Some(ty) => (Some(value.expr), ty),
                None => {
                    let what = described(&item);
                    let message = match how {
                        Aggregation::Sum | Aggregation::Average => {
                            phrase!("{what} cannot be added up" | "{what}不能相加", what)
                        }
                        _ => phrase!("{what} has no order" | "{what}没有大小之分", what),
                    };
                    self.not_aggregable(at, message, how);
                    return Typed::bad(place);
                }
            },
        };
        if !matches!(how, Aggregation::Count | Aggregation::Sum) {
            self.bare.push((Absent::OfNoItems(how), span));
        }
        let aggregate = Aggregate {
            how,
            list,
            depth,
            filter,
            item,
            ty: ty.clone(),
        };
        Typed::known(ExprKind::Aggregate(Box::new(aggregate)), ty, place)
    }

    fn count_of_values(&self, written: &Comprehension) {
        let message = phrase!("`count` counts items, not values" | "`count` 数的是元素，不是值");
        let variable = &written.variable.text;
        let help = phrase!(
            "write `count({variable} for {variable} in … where …)`"
                | "写 `count({variable} for {variable} in … where …)`",
            variable
        );
        let span = written.value.span;
        let finding = self.cx.error(codes::NOT_AGGREGABLE, span, message);
        self.report(finding.help(help));
    }

    fn not_aggregable(&self, span: Span, message: Phrase, how: Aggregation) {
        let word = how.as_str();
        let help = match how {
            Aggregation::Count => phrase!(
                "write `count(lines)`, or `count(l for l in lines where …)`"
                    | "写 `count(lines)`，或者 `count(l for l in lines where …)`"
            ),
            _ => phrase!(
                "name a number, an amount or a duration of each item, such as \
                 `{word}(l.amount for l in lines)`"
                    | "写出每个元素的数字、金额或时长，例如 `{word}(l.amount for l in lines)`",
                word
            ),
        };
        let finding = self.cx.error(codes::NOT_AGGREGABLE, span, message);
        self.report(finding.help(help));
    }
}

/// The type of an aggregate over items of a type; none when it has no meaning.
fn result(how: Aggregation, item: &Type) -> Option<Type> {
    match (how, item) {
        (Aggregation::Count, _) => Some(Type::Int),
        (Aggregation::Average, Type::Int) => Some(Type::Decimal),
        (_, Type::Int | Type::Decimal | Type::Percent | Type::Money(_) | Type::Duration)
        | (Aggregation::Least | Aggregation::Greatest, Type::Date | Type::DateTime) => {
            Some(item.clone())
        }
        _ => None,
    }
}
