//! Values: literals, calls, calculations and whatever else an expression may be.

use std::sync::Arc;

use guardrails_core::policy::{
    Aggregation, Arithmetic, Expr, ExprKind, Function, Pattern, PatternError, Root, Type,
};
use guardrails_core::{Phrase, Value, phrase};
use rust_decimal::Decimal;

use super::condition::{Checker, Reach};
use super::constants;
use super::moments::is_time;
use super::types::{Scale, Ty, Typed, calculated, described};
use crate::ast::{self, BinaryOp, Ident, PrefixOp, Span};
use crate::codes;
use crate::parse::suggest;

/// Functions of one argument.
const FUNCTIONS: &[&str] = &["len", "lower", "changed"];

impl Checker<'_, '_> {
    /// Checks and lowers an expression; `hint` is the type it meets, when that is known.
    pub(super) fn value(&mut self, written: &ast::Expr, hint: Option<&Type>) -> Typed {
        let span = written.span;
        let place = self.cx.place(span);
        match &written.kind {
            ast::ExprKind::Literal(literal) => {
                let (ty, kind) = constants::literal(literal);
                Typed::known(kind, ty, place)
            }
            ast::ExprKind::Path(parts) => self.path(parts, span, hint),
            ast::ExprKind::List(_) => {
                let message =
                    phrase!("a list of values stands only after `in`" | "一列值只能写在 `in` 后面");
                let help =
                    phrase!("compare with one value, or write `in`" | "与一个值比较，或者写 `in`");
                self.wrong(span, message, help);
                Typed::bad(place)
            }
            ast::ExprKind::Call(name, arguments) => self.call(name, arguments, span),
            ast::ExprKind::Comprehension(written) => self.comprehension(written, span),
            ast::ExprKind::DaysBetween(from, to) => self.days_between(from, to, span),
            ast::ExprKind::HourOf(of) => self.hour_of(of, span),
            ast::ExprKind::Lately(parts, window) => self.windowed(parts, *window, span),
            ast::ExprKind::Prefix(PrefixOp::Negate, inner) => self.negated(inner, hint, span),
            ast::ExprKind::Prefix(PrefixOp::Not, _) | ast::ExprKind::Logic(..) => Typed {
                expr: self.condition(written),
                ty: Ty::Known(Type::Bool),
            },
            ast::ExprKind::Binary(op, left, right) => self.binary(*op, left, right, span),
            ast::ExprKind::Between(value, low, high) => self.between(value, low, high, span),
            ast::ExprKind::Matches(value, pattern) => self.matches(value, pattern, span),
            ast::ExprKind::Presence(value, which) => self.presence(value, *which, span),
            ast::ExprKind::Has(value, role) => self.has_role(value, role, span),
            ast::ExprKind::Quantified {
                quantifier,
                variable,
                source,
                body,
            } => self.quantified(*quantifier, variable, source, body, span),
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, span: Span) -> Typed {
        match op {
            BinaryOp::Compare(comparison) => self.compare(comparison, left, right, span),
            BinaryOp::In => self.membership(left, right, span),
            BinaryOp::NotIn => {
                let within = self.membership(left, right, span);
                let place = within.expr.place.clone();
                Typed {
                    expr: Expr::new(ExprKind::Not(Box::new(within.expr)), place),
                    ty: within.ty,
                }
            }
            BinaryOp::Text(test) => self.text_test(test, left, right, span),
            BinaryOp::Arithmetic(operation) => self.calculation(operation, left, right, span),
            BinaryOp::Coalesce => self.coalesce(left, right, span),
        }
    }

    pub(super) fn unknown_function(&self, name: &Ident) -> Typed {
        let known = FUNCTIONS
            .iter()
            .copied()
            .chain(Aggregation::WORDS.iter().map(|(word, _)| *word));
        let kind = phrase!("function" | "函数");
        self.cx
            .unknown(codes::UNKNOWN_FUNCTION, name, kind, known, || {
                phrase!(
                    "write one of {names}" | "写 {names} 之一",
                    names = suggest::listed(FUNCTIONS)
                )
            });
        Typed::bad(self.cx.place(name.span))
    }

    fn call(&mut self, name: &Ident, arguments: &[ast::Expr], span: Span) -> Typed {
        if let Some(how) = Aggregation::from_word(&name.text) {
            return self.aggregate_call(how, name, arguments, span);
        }
        if !FUNCTIONS.contains(&&*name.text) {
            return self.unknown_function(name);
        }
        let [argument] = arguments else {
            let text = &name.text;
            let message = phrase!("`{text}` takes one value" | "`{text}` 需要一个值", text);
            let help = phrase!("give it one value in the brackets" | "在括号里写一个值");
            self.wrong(span, message, help);
            return Typed::bad(self.cx.place(span));
        };
        match &*name.text {
            "changed" => self.changed(name, argument, span),
            "lower" => {
                let Some(text) = self.text(argument) else {
                    return Typed::bad(self.cx.place(span));
                };
                let kind = ExprKind::Call(Function::Lower, Box::new(text.expr));
                Typed::known(kind, Type::Text, self.cx.place(span))
            }
            _ => self.len(argument, span),
        }
    }

    fn len(&mut self, argument: &ast::Expr, span: Span) -> Typed {
        let place = self.cx.place(span);
        let value = self.value(argument, None).settle(&Type::Text);
        match &value.ty {
            Ty::Known(Type::Text | Type::List(_)) => {
                let kind = ExprKind::Call(Function::Len, Box::new(value.expr));
                Typed::known(kind, Type::Int, place)
            }
            Ty::Known(other) => {
                let message = phrase!(
                    "{what} has no length" | "{what}没有长度",
                    what = described(other)
                );
                let help = phrase!("give `len` a text or a list" | "`len` 用于文本或列表");
                self.wrong(argument.span, message, help);
                Typed::bad(place)
            }
            Ty::Open | Ty::Bad => Typed::bad(place),
        }
    }

    fn changed(&mut self, name: &Ident, argument: &ast::Expr, span: Span) -> Typed {
        let place = self.cx.place(span);
        if self.reach != Reach::Rule {
            let message = phrase!("nothing is changed here" | "这里没有修改");
            let help = phrase!(
                "use `changed` in the condition of a rule" | "在规则的条件里使用 `changed`"
            );
            self.report(
                self.cx
                    .error(codes::OUT_OF_REACH, name.span, message)
                    .help(help),
            );
            return Typed::bad(place);
        }
        let before = self.bare.len();
        let value = self.value(argument, None);
        self.bare.truncate(before);
        match value.expr.kind {
            ExprKind::Path(path) if path.root == Root::Record => {
                Typed::known(ExprKind::Changed(path), Type::Bool, place)
            }
            _ if value.ty == Ty::Bad => Typed::bad(place),
            _ => {
                let message =
                    phrase!("only a field of the record can change" | "只有记录的字段才会改变");
                let help = phrase!(
                    "name a field, such as `changed(amount)`"
                        | "写一个字段，例如 `changed(amount)`"
                );
                self.wrong(argument.span, message, help);
                Typed::bad(place)
            }
        }
    }

    /// A text, or nothing after a report.
    pub(super) fn text(&mut self, written: &ast::Expr) -> Option<Typed> {
        let value = self.value(written, Some(&Type::Text)).settle(&Type::Text);
        match &value.ty {
            Ty::Known(Type::Text) => Some(value),
            Ty::Known(other) => {
                let message = phrase!(
                    "this is {what}, not a text" | "这是{what}，不是文本",
                    what = described(other)
                );
                self.wrong(
                    written.span,
                    message,
                    phrase!("give a text here" | "这里要写文本"),
                );
                None
            }
            Ty::Open | Ty::Bad => None,
        }
    }

    fn negated(&mut self, inner: &ast::Expr, hint: Option<&Type>, span: Span) -> Typed {
        let place = self.cx.place(span);
        let value = self.value(inner, hint).settle(&Type::Decimal);
        match value.ty {
            Ty::Known(
                ty @ (Type::Int | Type::Decimal | Type::Percent | Type::Money(_) | Type::Duration),
            ) => Typed::known(ExprKind::Negate(Box::new(value.expr)), ty, place),
            Ty::Known(other) => {
                let message = phrase!(
                    "{what} has no negative" | "{what}没有负值",
                    what = described(&other)
                );
                let help = phrase!("use the minus sign with numbers" | "负号只用于数字");
                self.wrong(inner.span, message, help);
                Typed::bad(place)
            }
            Ty::Open | Ty::Bad => Typed::bad(place),
        }
    }

    fn calculation(
        &mut self,
        operation: Arithmetic,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Typed {
        let place = self.cx.place(span);
        let (left_value, right_value) = (self.value(left, None), self.value(right, None));
        let other = |value: &Typed| value.ty().cloned().unwrap_or(Type::Decimal);
        let (a, b) = (other(&left_value), other(&right_value));
        let (left_value, right_value) = (left_value.settle(&b), right_value.settle(&a));
        let (Some(a), Some(b)) = (left_value.ty(), right_value.ty()) else {
            return Typed::bad(place);
        };
        if is_time(a) || is_time(b) {
            let (left, right) = ((left_value, left.span), (right_value, right.span));
            return self.in_time(operation, left, right, span);
        }
        match calculated(operation, a, b) {
            Ok((ty, scale)) => {
                let (left, right) = (Box::new(left_value.expr), Box::new(right_value.expr));
                let kind = ExprKind::Arithmetic(operation, left, right);
                let expr = scaled(Expr::new(kind, place), scale);
                Typed {
                    expr,
                    ty: Ty::Known(ty),
                }
            }
            Err(clash) => {
                let (a, b) = (a.clone(), b.clone());
                self.clash(clash, &a, &b, span, right.span);
                Typed::bad(place)
            }
        }
    }

    fn coalesce(&mut self, left: &ast::Expr, right: &ast::Expr, span: Span) -> Typed {
        let place = self.cx.place(span);
        let before = self.bare.len();
        let first = self.value(left, None);
        self.bare.truncate(before);
        let hint = first.ty().cloned();
        let second = self.value(right, hint.as_ref());
        let first = first.settle(second.ty().unwrap_or(&Type::Text));
        let second = second.settle(first.ty().unwrap_or(&Type::Text));
        let (Some(a), Some(b)) = (first.ty().cloned(), second.ty().cloned()) else {
            return Typed::bad(place);
        };
        if self.meet(
            &first,
            &second,
            super::types::Ordering::NotNeeded,
            right.span,
        ) {
            let ty = if a == Type::Int { b } else { a };
            let kind = ExprKind::Coalesce(Box::new(first.expr), Box::new(second.expr));
            return Typed::known(kind, ty, place);
        }
        Typed::bad(place)
    }

    fn matches(&mut self, value: &ast::Expr, pattern: &ast::Text, span: Span) -> Typed {
        let place = self.cx.place(span);
        let text = self.text(value);
        let compiled = match Pattern::new(&pattern.text, PATTERN_BYTES) {
            Ok(compiled) => Arc::new(compiled),
            Err(error) => {
                let help = phrase!(
                    "mend the pattern, with each backslash written once; for a plain text use `contains`"
                        | "改正这个模式，反斜杠只写一次；只找普通文本时用 `contains`"
                );
                self.report(
                    self.cx
                        .error(codes::BAD_PATTERN, pattern.span, bad_pattern(&error))
                        .help(help),
                );
                return Typed::bad(place);
            }
        };
        match text {
            Some(text) => {
                let kind = ExprKind::Matches(Box::new(text.expr), compiled);
                Typed::known(kind, Type::Bool, place)
            }
            None => Typed::bad(place),
        }
    }
}

/// Bytes of a compiled regular expression (`pattern_bytes`), 1 MiB.
const PATTERN_BYTES: usize = 1 << 20;

fn bad_pattern(error: &PatternError) -> Phrase {
    match error {
        PatternError::TooBig => {
            phrase!(
                "this pattern is over the limit `pattern_bytes` of {limit}"
                    | "这个模式超过上限 `pattern_bytes`（{limit}）",
                limit = PATTERN_BYTES
            )
        }
        PatternError::Syntax(reason) => phrase!(
            "this is not a regular expression: {reason}" | "这不是正则表达式：{reason}",
            reason
        ),
    }
}

/// Divides by a hundred what counts hundredths twice.
fn scaled(expr: Expr, scale: Scale) -> Expr {
    if scale == Scale::AsIs {
        return expr;
    }
    let place = expr.place.clone();
    let hundred = Expr::new(
        ExprKind::Literal(Value::from(Decimal::ONE_HUNDRED)),
        place.clone(),
    );
    let kind = ExprKind::Arithmetic(Arithmetic::Divide, Box::new(expr), Box::new(hundred));
    Expr::new(kind, place)
}
