//! Comparisons, membership and tests of text: which types meet, and what is said when they do not.

use std::sync::Arc;

use guardrails_core::policy::{Comparison, EnumType, Expr, ExprKind, TextTest, Type, ValueSet};
use guardrails_core::{Name, Value, phrase};

use super::condition::{Checker, is_read};
use super::types::{Clash, Ordering, Ty, Typed, comparable, described};
use crate::ast::{self, Ident, Span};
use crate::codes;

impl Checker<'_, '_> {
    pub(super) fn compare(
        &mut self,
        comparison: Comparison,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Typed {
        let place = self.cx.place(span);
        let (first, second) = self.pair(left, right);
        let ordering = match comparison {
            Comparison::Equal | Comparison::NotEqual => Ordering::NotNeeded,
            _ => Ordering::Needed,
        };
        if !self.meet(&first, &second, ordering, right.span) {
            return Typed::bad(place);
        }
        if first.ty() == Some(&Type::Bool) && !(plain(&first) && plain(&second)) {
            let message =
                phrase!("a condition is not compared with another" | "条件不能与另一个条件比较");
            let help = phrase!(
                "join conditions with `and`, `or` and `not`" | "用 `and`、`or` 和 `not` 连接条件"
            );
            self.wrong(span, message, help);
            return Typed::bad(place);
        }
        let (first, second) = (Box::new(first.expr), Box::new(second.expr));
        let kind = ExprKind::Compare(comparison, first, second);
        Typed::known(kind, Type::Bool, place)
    }

    /// Two values that meet: a lone word takes its meaning from the other side.
    fn pair(&mut self, left: &ast::Expr, right: &ast::Expr) -> (Typed, Typed) {
        let (first, second) = if self.is_bare(left) {
            let second = self.value(right, None);
            let hint = second.ty().cloned();
            (self.value(left, hint.as_ref()), second)
        } else {
            let first = self.value(left, None);
            let hint = first.ty().cloned();
            let second = self.value(right, hint.as_ref());
            (first, second)
        };
        let first = first.settle(second.ty().unwrap_or(&Type::Text));
        let second = second.settle(first.ty().unwrap_or(&Type::Text));
        (first, second)
    }

    fn is_bare(&self, written: &ast::Expr) -> bool {
        matches!(&written.kind, ast::ExprKind::Path(parts) if self.is_bare_word(parts))
    }

    /// Whether two values can be compared; reports when not.
    pub(super) fn meet(&self, a: &Typed, b: &Typed, ordering: Ordering, span: Span) -> bool {
        let (Some(left), Some(right)) = (a.ty(), b.ty()) else {
            return false;
        };
        match comparable(left, right, ordering) {
            Ok(()) => self.members_fit(a, b, span) && self.members_fit(b, a, span),
            Err(Clash::PercentAndNumber) => {
                self.clash(Clash::PercentAndNumber, left, right, span, span);
                true
            }
            Err(clash) => {
                self.clash(clash, left, right, span, span);
                false
            }
        }
    }

    /// A constant text that meets an enum must be one of its words.
    fn members_fit(&self, value: &Typed, constant: &Typed, span: Span) -> bool {
        let (Some(Type::Enum(members)), Some(text)) = (value.ty(), constant.is_literal_text())
        else {
            return true;
        };
        self.is_member(members, text, span)
    }

    fn is_member(&self, members: &Arc<EnumType>, text: &str, span: Span) -> bool {
        let known = members.members.iter().any(|member| **member == *text);
        if !known {
            let word = Ident {
                text: Name::from(text),
                span,
            };
            self.unknown_member(&word, members);
        }
        known
    }

    /// Says why two types do not meet.
    pub(super) fn clash(&self, clash: Clash, a: &Type, b: &Type, whole: Span, at: Span) {
        let (left, right) = (described(a), described(b));
        let meets = phrase!("{left} meets {right}" | "{left}与{right}混用", left, right);
        let finding = match clash {
            Clash::MoneyAndNumber => {
                let currency = [a, b].into_iter().find_map(|ty| match ty {
                    Type::Money(currency) => Some(currency.to_string()),
                    _ => None,
                });
                let currency = currency.unwrap_or_default();
                self.cx
                    .error(codes::MONEY_AND_NUMBER, at, meets)
                    .help(phrase!(
                        "write the currency, such as `100 {currency}`"
                            | "写上币种，例如 `100 {currency}`",
                        currency
                    ))
            }
            Clash::Currencies => self
                .cx
                .error(codes::TWO_CURRENCIES, at, meets)
                .help(phrase!(
                    "compare amounts of one currency" | "用同一种币种的金额比较"
                )),
            Clash::PercentAndNumber => {
                self.cx
                    .warning(codes::PERCENT_AND_NUMBER, at, meets)
                    .help(phrase!(
                        "write a percent, such as `15%`" | "写百分比，例如 `15%`"
                    ))
            }
            Clash::DateAndTime => self.cx.error(codes::DATE_AND_TIME, at, meets).help(phrase!(
                "count days with `days between a and b`, or compare with `now`"
                    | "用 `days between a and b` 数天数，或者与 `now` 比较"
            )),
            Clash::NoOrder => self
                .cx
                .error(
                    codes::WRONG_TYPE,
                    at,
                    phrase!("{left} has no order" | "{left}没有大小之分", left),
                )
                .help(phrase!(
                    "compare it with `==`, `!=` or `in`" | "用 `==`、`!=` 或 `in` 比较"
                )),
            Clash::Types => self
                .cx
                .error(
                    codes::WRONG_TYPE,
                    whole,
                    phrase!(
                        "{left} does not go with {right}" | "{left}不能与{right}放在一起",
                        left,
                        right
                    ),
                )
                .help(phrase!("use values of one type" | "用同一种类型的值")),
        };
        self.report(finding);
    }

    pub(super) fn between(
        &mut self,
        value: &ast::Expr,
        low: &ast::Expr,
        high: &ast::Expr,
        span: Span,
    ) -> Typed {
        let place = self.cx.place(span);
        let from = self.compare(Comparison::GreaterOrEqual, value, low, span);
        if from.ty == Ty::Bad {
            return from;
        }
        let to = self.compare(Comparison::LessOrEqual, value, high, span);
        let kind = ExprKind::All(vec![from.expr, to.expr]);
        Typed {
            expr: Expr::new(kind, place),
            ty: to.ty,
        }
    }

    /// `x in …`: a list written in place, a named list, or a list of the record.
    pub(super) fn membership(&mut self, item: &ast::Expr, list: &ast::Expr, span: Span) -> Typed {
        match &list.kind {
            ast::ExprKind::List(entries) => self.in_entries(item, entries, list.span, span),
            ast::ExprKind::Path(parts) => match parts.as_slice() {
                [only] if self.is_bare_word(parts) => self.in_named(item, only, span),
                _ => self.in_field(item, list, span),
            },
            _ => self.in_field(item, list, span),
        }
    }

    fn in_entries(
        &mut self,
        item: &ast::Expr,
        entries: &[ast::Expr],
        list: Span,
        span: Span,
    ) -> Typed {
        let place = self.cx.place(span);
        let item_value = self.value(item, None);
        let hint = item_value.ty().cloned();
        let entries: Vec<(Typed, Span)> = entries
            .iter()
            .map(|entry| (self.value(entry, hint.as_ref()), entry.span))
            .collect();
        let Some((first, _)) = entries.first() else {
            self.report(
                self.cx
                    .error(
                        codes::INCOMPLETE,
                        list,
                        phrase!("this list is empty" | "这个列表是空的"),
                    )
                    .help(phrase!(
                        "give it an entry: nothing is ever in an empty list"
                            | "写上至少一项：空列表里永远没有任何值"
                    )),
            );
            return Typed::bad(place);
        };
        let item_value = item_value.settle(first.ty().unwrap_or(&Type::Text));
        let item_type = item_value.ty().cloned().unwrap_or(Type::Text);
        let entries: Vec<(Typed, Span)> = entries
            .into_iter()
            .map(|(entry, at)| (entry.settle(&item_type), at))
            .collect();
        let fit = entries.iter().fold(true, |fit, (entry, at)| {
            self.meet(&item_value, entry, Ordering::NotNeeded, *at) && fit
        });
        if !fit {
            return Typed::bad(place);
        }
        let entries = entries.into_iter().map(|(entry, _)| entry.expr).collect();
        Typed {
            expr: one_of(item_value.expr, entries, place),
            ty: Ty::Known(Type::Bool),
        }
    }

    fn in_named(&mut self, item: &ast::Expr, name: &Ident, span: Span) -> Typed {
        let place = self.cx.place(span);
        let value = self.value(item, None);
        let Some(list) = self.cx.symbols.lists.get(&name.text) else {
            let lists = self.cx.symbols.lists.keys().map(|name| &**name);
            let fields = self.entity.iter().flat_map(|entity| &entity.fields);
            let known: Vec<&str> = lists.chain(fields.map(|field| &*field.name)).collect();
            let kind = phrase!("list called" | "列表");
            self.cx.unknown(codes::UNKNOWN_NAME, name, kind, known, || {
                phrase!(
                    "declare it with `list {text} = [ … ]`" | "用 `list {text} = [ … ]` 声明它",
                    text = &name.text
                )
            });
            return Typed::bad(place);
        };
        self.cx.mark_used(&name.text, name.span);
        let value = value.settle(&list.item);
        let Some(ty) = value.ty() else {
            return Typed::bad(place);
        };
        if let Err(clash) = comparable(ty, &list.item, Ordering::NotNeeded) {
            self.clash(clash, ty, &list.item, span, name.span);
            return Typed::bad(place);
        }
        if let Type::Enum(members) = ty {
            let words = list.set.texts();
            let strange = words.filter(|word| !members.members.contains(word)).min();
            if let Some(strange) = strange
                && !self.is_member(members, strange, name.span)
            {
                return Typed::bad(place);
            }
        }
        let kind = ExprKind::InSet(Box::new(value.expr), list.set.clone());
        Typed::known(kind, Type::Bool, place)
    }

    fn in_field(&mut self, item: &ast::Expr, list: &ast::Expr, span: Span) -> Typed {
        let place = self.cx.place(span);
        let value = self.value(list, None);
        let hint = match value.ty() {
            Some(Type::List(of)) => Some((**of).clone()),
            _ => None,
        };
        let item_value = self.value(item, hint.as_ref());
        let item_value = item_value.settle(&hint.unwrap_or(Type::Text));
        let item_type = item_value.ty().cloned().unwrap_or(Type::Text);
        let value = value.settle(&Type::List(Arc::new(item_type.clone())));
        match (&value.ty, &item_value.ty) {
            (Ty::Known(Type::List(of)), Ty::Known(ty)) => {
                if let Err(clash) = comparable(ty, of, Ordering::NotNeeded) {
                    self.clash(clash, ty, of, span, list.span);
                    return Typed::bad(place);
                }
                let (item, list) = (Box::new(item_value.expr), Box::new(value.expr));
                Typed::known(ExprKind::InList(item, list), Type::Bool, place)
            }
            (Ty::Known(other), Ty::Known(_)) => {
                let message = phrase!(
                    "this is {what}, not a list" | "这是{what}，不是列表",
                    what = described(other)
                );
                let help = phrase!(
                    "name a list after `in`; for a part of a text write `contains`"
                        | "在 `in` 后面写一个列表；找文本的一部分用 `contains`"
                );
                self.wrong(list.span, message, help);
                Typed::bad(place)
            }
            _ => Typed::bad(place),
        }
    }

    /// `a contains b` and its kin; for a list, `contains` asks for an item.
    pub(super) fn text_test(
        &mut self,
        test: TextTest,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Typed {
        let place = self.cx.place(span);
        let before = self.bare.len();
        let value = self.value(left, None);
        if test == TextTest::Contains && matches!(value.ty(), Some(Type::List(_))) {
            // Looked up once more as the list of `in`, so that it is told once.
            self.bare.truncate(before);
            return self.in_field(right, left, span);
        }
        let value = value.settle(&Type::Text);
        let part = self.text(right);
        match (&value.ty, part) {
            (Ty::Known(Type::Text), Some(part)) => {
                let (text, part) = (Box::new(value.expr), Box::new(part.expr));
                Typed::known(ExprKind::Text(test, text, part), Type::Bool, place)
            }
            (Ty::Known(Type::Text), None) | (Ty::Open | Ty::Bad, _) => Typed::bad(place),
            (Ty::Known(other), _) => {
                let message = phrase!(
                    "this is {what}, not a text" | "这是{what}，不是文本",
                    what = described(other)
                );
                let help = phrase!("ask this of a text" | "这个运算符只用于文本");
                self.wrong(left.span, message, help);
                Typed::bad(place)
            }
        }
    }
}

/// Whether a yes-or-no value is data or a constant, and so can be compared.
fn plain(value: &Typed) -> bool {
    is_read(&value.expr) || matches!(value.expr.kind, ExprKind::Literal(_))
}

/// Membership in constants is one look-up; among other values it is a chain of comparisons.
fn one_of(item: Expr, entries: Vec<Expr>, place: guardrails_core::Place) -> Expr {
    let constant = |entry: &Expr| match &entry.kind {
        ExprKind::Literal(value @ (Value::Text(_) | Value::Number(_))) => Some(value.clone()),
        _ => None,
    };
    let constants: Option<Vec<Value>> = entries.iter().map(constant).collect();
    if let Some(values) = constants {
        let set = Arc::new(ValueSet::new("", values));
        return Expr::new(ExprKind::InSet(Box::new(item), set), place);
    }
    let compared = entries.into_iter().map(|entry| {
        let at = entry.place.clone();
        let (item, entry) = (Box::new(item.clone()), Box::new(entry));
        Expr::new(ExprKind::Compare(Comparison::Equal, item, entry), at)
    });
    Expr::new(ExprKind::Any(compared.collect()), place)
}
