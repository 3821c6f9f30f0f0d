//! Which types may meet: in comparisons, in lists, in arithmetic.
//!
//! Types were declared by the author; an attribute of the actor has none and takes the one it is
//! used with ([`Ty::Open`]). After a mistake a value is [`Ty::Bad`], and nothing more is said of it.

use guardrails_core::policy::{Arithmetic, Expr, ExprKind, Type};
use guardrails_core::{Phrase, Value, phrase};

/// What is known of a value's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ty {
    Known(Type),
    /// An attribute of the host: takes the type it is used with.
    Open,
    /// Already reported.
    Bad,
}

/// A lowered value.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub(super) expr: Expr,
    pub(super) ty: Ty,
}

impl Typed {
    pub(super) fn known(kind: ExprKind, ty: Type, place: guardrails_core::Place) -> Self {
        Self {
            expr: Expr::new(kind, place),
            ty: Ty::Known(ty),
        }
    }

    /// What stands in place of a mistake; it is never evaluated.
    pub(super) fn bad(place: guardrails_core::Place) -> Self {
        Self {
            expr: Expr::new(ExprKind::Literal(Value::Null), place),
            ty: Ty::Bad,
        }
    }

    /// Gives an open value its type; any other stays as it is.
    pub(super) fn settle(mut self, ty: &Type) -> Self {
        if self.ty == Ty::Open {
            // Membership of an enum is the field's business: an attribute is plain text.
            let ty = match ty {
                Type::Enum(_) => Type::Text,
                other => other.clone(),
            };
            if let ExprKind::Path(path) = &mut self.expr.kind {
                path.ty = ty.clone();
            }
            self.ty = Ty::Known(ty);
        }
        self
    }

    pub(super) fn ty(&self) -> Option<&Type> {
        match &self.ty {
            Ty::Known(ty) => Some(ty),
            Ty::Open | Ty::Bad => None,
        }
    }

    pub(super) fn is_literal_text(&self) -> Option<&str> {
        match &self.expr.kind {
            ExprKind::Literal(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// Why two types do not meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clash {
    Types,
    MoneyAndNumber,
    Currencies,
    /// Allowed, with a warning.
    PercentAndNumber,
    /// A day and an instant.
    DateAndTime,
    /// Equal or not, but without order.
    NoOrder,
}

/// Whether two values can be compared; `ordered` for `<` and its kin.
pub(super) fn comparable(a: &Type, b: &Type, ordering: Ordering) -> Result<(), Clash> {
    let verdict = match (a, b) {
        (Type::Int | Type::Decimal, Type::Int | Type::Decimal)
        | (Type::Percent, Type::Percent)
        | (Type::Date, Type::Date)
        | (Type::DateTime, Type::DateTime)
        | (Type::Duration, Type::Duration) => return Ok(()),
        (Type::Money(left), Type::Money(right)) if left == right => return Ok(()),
        (Type::Money(_), Type::Money(_)) => Err(Clash::Currencies),
        (Type::Money(_), Type::Int | Type::Decimal | Type::Percent)
        | (Type::Int | Type::Decimal | Type::Percent, Type::Money(_)) => Err(Clash::MoneyAndNumber),
        (Type::Percent, Type::Int | Type::Decimal) | (Type::Int | Type::Decimal, Type::Percent) => {
            Err(Clash::PercentAndNumber)
        }
        (Type::Date, Type::DateTime) | (Type::DateTime, Type::Date) => Err(Clash::DateAndTime),
        (Type::Text, Type::Text | Type::Enum(_))
        | (Type::Enum(_), Type::Text)
        | (Type::Bool, Type::Bool) => Ok(()),
        (Type::Enum(left), Type::Enum(right)) if left == right => Ok(()),
        _ => Err(Clash::Types),
    };
    match verdict {
        Ok(()) if ordering == Ordering::Needed => Err(Clash::NoOrder),
        verdict => verdict,
    }
}

/// Whether an operator needs an order among values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ordering {
    Needed,
    NotNeeded,
}

/// The type of a calculation. A percent of money is money, a percent of a number is a percent, and
/// both come out right because percents count hundredths on both sides.
pub(super) fn calculated(
    operation: Arithmetic,
    a: &Type,
    b: &Type,
) -> Result<(Type, Scale), Clash> {
    use Arithmetic::{Add, Divide, Multiply, Subtract};
    use Type::{Decimal, Int, Money, Percent};
    let plain = |ty: &Type| Ok((ty.clone(), Scale::AsIs));
    match (operation, a, b) {
        (Divide, Int | Decimal, Int | Decimal) | (Divide, Percent, Percent) => plain(&Decimal),
        (_, Int, Int) => plain(&Int),
        (_, Int | Decimal, Int | Decimal) => plain(&Decimal),
        (Add | Subtract, Percent, Percent) => plain(&Percent),
        (Multiply, Percent, Percent) => Ok((Percent, Scale::Hundredth)),
        (Multiply, Percent, Int | Decimal)
        | (Multiply, Int | Decimal, Percent)
        | (Divide, Percent, Int | Decimal) => plain(&Percent),
        (Multiply, Money(_), Percent) => Ok((a.clone(), Scale::Hundredth)),
        (Multiply, Percent, Money(_)) => Ok((b.clone(), Scale::Hundredth)),
        (Add | Subtract | Divide, Money(left), Money(right)) if left != right => {
            Err(Clash::Currencies)
        }
        (Add | Subtract, Money(_), Money(_)) => plain(a),
        (Divide, Money(_), Money(_)) => plain(&Decimal),
        (Multiply | Divide, Money(_), Int | Decimal) => plain(a),
        (Multiply, Int | Decimal, Money(_)) => plain(b),
        (Add | Subtract, Money(_), Int | Decimal) | (Add | Subtract, Int | Decimal, Money(_)) => {
            Err(Clash::MoneyAndNumber)
        }
        _ => Err(Clash::Types),
    }
}

/// Whether a product counts hundredths twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    AsIs,
    Hundredth,
}

/// The type with its article, for messages: `a percent`, `an amount of CNY`.
pub(super) fn described(ty: &Type) -> Phrase {
    match ty {
        Type::Bool => phrase!("a yes-or-no value" | "是否值"),
        Type::Int | Type::Decimal => phrase!("a number" | "数字"),
        Type::Percent => phrase!("a percent" | "百分比"),
        Type::Money(currency) => {
            let currency = currency.to_string();
            phrase!("an amount of {currency}" | "{currency} 金额", currency)
        }
        Type::Text => phrase!("a text" | "文本"),
        Type::Date => phrase!("a date" | "日期"),
        Type::DateTime => phrase!("a point in time" | "时间点"),
        Type::Duration => phrase!("a duration" | "时长"),
        Type::Enum(members) if members.name.is_empty() => {
            phrase!("a word of an enum" | "枚举成员")
        }
        Type::Enum(members) => {
            let name = &members.name;
            phrase!("a word of `{name}`" | "枚举 `{name}` 的成员", name)
        }
        Type::List(item) => {
            let item = item.to_string();
            phrase!("a list of {item}" | "{item} 列表", item)
        }
        Type::Entity(name) => phrase!("a `{name}`" | "实体 `{name}`", name),
    }
}
