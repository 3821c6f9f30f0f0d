//! Calculating with dates, points in time and durations.
//!
//! A date is a day of the calendar and a point in time is an instant: they meet only in `days
//! between`, which asks on which day of the policy's time zone an instant falls.

use guardrails_core::phrase;
use guardrails_core::policy::{Arithmetic, Expr, ExprKind, Function, Type};

use super::condition::Checker;
use super::types::{Clash, Ty, Typed, described};
use crate::ast::{self, Span};
use crate::codes;

/// Microseconds of 24 hours.
const DAY: i64 = 86_400_000_000;

/// What the sides of a calculation need before they meet, and what comes of it.
enum Meeting {
    Plain(Type),
    /// The duration on this side becomes whole days.
    DaysRight,
    DaysLeft,
    /// The days between two dates become a duration.
    Apart,
}

fn meeting(operation: Arithmetic, a: &Type, b: &Type) -> Option<Meeting> {
    use Arithmetic::{Add, Divide, Multiply, Subtract};
    use Type::{Date, DateTime, Decimal, Duration, Int};
    Some(match (operation, a, b) {
        (Add | Subtract, Duration, Duration)
        | (Subtract, DateTime, DateTime)
        | (Multiply | Divide, Duration, Int | Decimal)
        | (Multiply, Int | Decimal, Duration) => Meeting::Plain(Duration),
        (Add | Subtract, DateTime, Duration) | (Add, Duration, DateTime) => {
            Meeting::Plain(DateTime)
        }
        (Divide, Duration, Duration) => Meeting::Plain(Decimal),
        (Add | Subtract, Date, Duration) => Meeting::DaysRight,
        (Add, Duration, Date) => Meeting::DaysLeft,
        (Subtract, Date, Date) => Meeting::Apart,
        _ => return None,
    })
}

impl Checker<'_, '_> {
    /// A calculation in which a side is a date, a point in time or a duration.
    pub(super) fn in_time(
        &mut self,
        operation: Arithmetic,
        (left, left_span): (Typed, Span),
        (right, right_span): (Typed, Span),
        span: Span,
    ) -> Typed {
        let place = self.cx.place(span);
        let (Some(a), Some(b)) = (left.ty().cloned(), right.ty().cloned()) else {
            return Typed::bad(place);
        };
        let (mut left, mut right) = (left.expr, right.expr);
        let ty = match meeting(operation, &a, &b) {
            Some(Meeting::Plain(ty)) => ty,
            Some(Meeting::DaysRight) => {
                right = self.whole_days(right, right_span);
                Type::Date
            }
            Some(Meeting::DaysLeft) => {
                left = self.whole_days(left, left_span);
                Type::Date
            }
            Some(Meeting::Apart) => {
                let days = calculated(operation, left, right, place.clone());
                let kind = ExprKind::Call(Function::DaysLong, Box::new(days));
                return Typed::known(kind, Type::Duration, place);
            }
            None => {
                self.no_meeting(operation, &a, &b, [right_span, span]);
                return Typed::bad(place);
            }
        };
        Typed {
            expr: calculated(operation, left, right, place),
            ty: Ty::Known(ty),
        }
    }

    fn no_meeting(&self, operation: Arithmetic, a: &Type, b: &Type, [at, span]: [Span; 2]) {
        if let (Type::Date, Type::DateTime) | (Type::DateTime, Type::Date) = (a, b) {
            return self.clash(Clash::DateAndTime, a, b, span, at);
        }
        let sign = match operation {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
        };
        let (left, right) = (described(a), described(b));
        let message = phrase!(
            "{left} `{sign}` {right} means nothing" | "{left} `{sign}` {right}没有意义",
            left,
            sign,
            right
        );
        let finding = self.cx.error(codes::WRONG_TYPE, span, message);
        self.report(finding.help(phrase!(
            "move a date or a point in time by a duration (`due + 3d`), subtract one from another, \
             or multiply a duration by a number"
                | "日期或时间点可以加减时长（`due + 3d`），也可以相减；时长可以乘以数字"
        )));
    }

    fn whole_days(&self, duration: Expr, span: Span) -> Expr {
        if let ExprKind::Moment(_, micros) = duration.kind
            && micros % DAY != 0
        {
            let message = phrase!(
                "a date moves by whole days, and this is a part of a day"
                    | "日期只能按整天移动，而这里不是整天"
            );
            let finding = self.cx.error(codes::PART_OF_A_DAY, span, message);
            self.report(finding.help(phrase!(
                "write whole days, such as `3d`, or use a field of type `datetime`"
                    | "写整天，例如 `3d`，或者使用 `datetime` 类型的字段"
            )));
        }
        let place = duration.place.clone();
        let kind = ExprKind::Call(Function::WholeDays, Box::new(duration));
        Expr::new(kind, place)
    }

    /// `days between a and b`.
    pub(super) fn days_between(&mut self, from: &ast::Expr, to: &ast::Expr, span: Span) -> Typed {
        let place = self.cx.place(span);
        let (from, to) = (self.day(from), self.day(to));
        let (Some(from), Some(to)) = (from, to) else {
            return Typed::bad(place);
        };
        let kind = ExprKind::DaysBetween(Box::new(from), Box::new(to));
        Typed::known(kind, Type::Int, place)
    }

    /// A date, or the day of an instant; none after a report.
    fn day(&mut self, written: &ast::Expr) -> Option<Expr> {
        let value = self.value(written, None).settle(&Type::Date);
        match &value.ty {
            Ty::Known(Type::Date) => Some(value.expr),
            Ty::Known(Type::DateTime) => {
                let place = value.expr.place.clone();
                let kind = ExprKind::Call(Function::DayOf, Box::new(value.expr));
                Some(Expr::new(kind, place))
            }
            Ty::Known(other) => {
                let what = described(other);
                let message = phrase!("this is {what}, not a day" | "这是{what}，不是日期", what);
                let finding = self.cx.error(codes::WRONG_TYPE, written.span, message);
                self.report(finding.help(phrase!(
                    "name a date or a point in time, such as `days between sent and today`"
                        | "写日期或时间点，例如 `days between sent and today`"
                )));
                None
            }
            Ty::Open | Ty::Bad => None,
        }
    }

    /// `hour of x`.
    pub(super) fn hour_of(&mut self, of: &ast::Expr, span: Span) -> Typed {
        let place = self.cx.place(span);
        let value = self.value(of, None).settle(&Type::DateTime);
        match &value.ty {
            Ty::Known(Type::DateTime) => {
                let kind = ExprKind::Call(Function::HourOf, Box::new(value.expr));
                Typed::known(kind, Type::Int, place)
            }
            Ty::Known(other) => {
                let what = described(other);
                let message = phrase!("{what} has no hour" | "{what}没有小时", what);
                let finding = self.cx.error(codes::WRONG_TYPE, of.span, message);
                self.report(finding.help(phrase!(
                    "name a point in time, such as `hour of now`" | "写时间点，例如 `hour of now`"
                )));
                Typed::bad(place)
            }
            Ty::Open | Ty::Bad => Typed::bad(place),
        }
    }
}

fn calculated(
    operation: Arithmetic,
    left: Expr,
    right: Expr,
    place: guardrails_core::Place,
) -> Expr {
    let kind = ExprKind::Arithmetic(operation, Box::new(left), Box::new(right));
    Expr::new(kind, place)
}

/// Whether a value of this type is a matter of time.
pub(super) fn is_time(ty: &Type) -> bool {
    matches!(ty, Type::Date | Type::DateTime | Type::Duration)
}
