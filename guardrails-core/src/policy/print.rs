//! Conditions as text again, in the words of the language.
//!
//! What is printed is what was understood: constants stand in the place of the names they were
//! written under, and what a quantifier looks at is called `item`. Nothing of a record is in it.

use std::fmt::{self, Write};

use chrono::{DateTime, NaiveDate};
use rust_decimal::Decimal;

use super::aggregate::Aggregate;
use super::expr::{
    Arithmetic, Comparison, Expr, ExprKind, Function, Path, Quantifier, Root, TextTest,
};
use super::schema::Type;
use super::value_set::ValueSet;
use crate::value::{Name, Value, write_text};
use crate::zone::Zone;

/// Members of a list without a name that are spelled out.
const MEMBERS_SHOWN: usize = 5;
/// Numbers of so many digits are read at a glance.
const GROUPED_FROM: usize = 4;
const MICROS_PER_SECOND: i64 = 1_000_000;
/// The units of durations, largest first, in seconds.
const UNITS: [(&str, i64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

impl fmt::Display for Expr {
    /// In the words of the language: `discount > 15% and actor has SALES_REP`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = Zone::UTC;
        self.print(&mut Pen { out: f, zone }, Binding::Loosest, None)
    }
}

/// A condition as text, with its times in a zone.
struct InZone<'e>(&'e Expr, Zone);

impl fmt::Display for InZone<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pen = &mut Pen {
            out: f,
            zone: self.1,
        };
        self.0.print(pen, Binding::Loosest, None)
    }
}

/// Where to, and in which zone times are written.
struct Pen<'p, 'f> {
    out: &'p mut fmt::Formatter<'f>,
    zone: Zone,
}

impl Write for Pen<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.out.write_str(text)
    }
}

/// How tightly the operator around binds; what binds looser gets parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Loosest,
    Or,
    And,
    Not,
    Test,
    Sum,
    Product,
    Sign,
}

impl Expr {
    /// As `Display`, with times as the clocks of a zone show them.
    pub(crate) fn text_in(&self, zone: Zone) -> String {
        InZone(self, zone).to_string()
    }

    fn binding(&self) -> Binding {
        match &self.kind {
            ExprKind::Any(parts) if parts.len() > 1 => Binding::Or,
            ExprKind::All(parts) if parts.len() > 1 => Binding::And,
            ExprKind::Quantified(..) => Binding::Loosest,
            ExprKind::Not(_) => Binding::Not,
            ExprKind::Compare(..)
            | ExprKind::InSet(..)
            | ExprKind::InList(..)
            | ExprKind::Text(..)
            | ExprKind::Matches(..)
            | ExprKind::HasRole(_)
            | ExprKind::IsMissing(_)
            | ExprKind::Coalesce(..) => Binding::Test,
            ExprKind::Call(
                Function::DayOf | Function::WholeDays | Function::DaysLong,
                argument,
            ) => argument.binding(),
            ExprKind::Arithmetic(Arithmetic::Add | Arithmetic::Subtract, ..) => Binding::Sum,
            ExprKind::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide, ..) => Binding::Product,
            _ => Binding::Sign,
        }
    }

    /// `like` is the type of what stands on the other side: a bare number says nothing of its unit.
    fn print(&self, f: &mut Pen<'_, '_>, around: Binding, like: Option<&Type>) -> fmt::Result {
        // At the top nothing is around.
        if self.binding() > around || around == Binding::Loosest {
            return self.print_bare(f, like);
        }
        f.write_str("(")?;
        self.print_bare(f, like)?;
        f.write_str(")")
    }

    fn print_bare(&self, f: &mut Pen<'_, '_>, like: Option<&Type>) -> fmt::Result {
        match &self.kind {
            ExprKind::Literal(value) => write_constant(f, value, like),
            ExprKind::Moment(ty, moment) => write_moment(f, ty, *moment, f.zone),
            ExprKind::Path(path) => write_path(f, path),
            ExprKind::HasRole(role) => write!(f, "actor has {role}"),
            ExprKind::Changed(path) => {
                f.write_str("changed(")?;
                write_path(f, path)?;
                f.write_str(")")
            }
            ExprKind::IsMissing(path) => {
                write_path(f, path)?;
                f.write_str(" is missing")
            }
            ExprKind::Not(inner) => {
                f.write_str("not ")?;
                inner.print(f, Binding::And, None)
            }
            ExprKind::All(parts) => joined(f, parts, " and ", Binding::And, "true"),
            ExprKind::Any(parts) => joined(f, parts, " or ", Binding::Or, "false"),
            ExprKind::Compare(comparison, left, right) => {
                pair(f, left, comparison.as_str(), right, Binding::Test)
            }
            ExprKind::InSet(item, set) => {
                item.print(f, Binding::Test, None)?;
                f.write_str(" in ")?;
                write_set(f, set, item.ty())
            }
            ExprKind::InList(item, list) => pair(f, item, "in", list, Binding::Test),
            ExprKind::Text(test, text, part) => pair(f, text, test.as_str(), part, Binding::Test),
            ExprKind::Matches(text, regex) => {
                text.print(f, Binding::Test, None)?;
                f.write_str(" matches ")?;
                quoted(f, regex.as_str())
            }
            ExprKind::Quantified(quantifier, list, depth, test) => {
                let word = quantifier.as_str();
                write!(f, "{word} {} in ", variable(*depth))?;
                list.print(f, Binding::Test, None)?;
                f.write_str(" satisfies ")?;
                test.print(f, Binding::Loosest, None)
            }
            ExprKind::Arithmetic(operation, left, right) => {
                pair(f, left, operation.as_str(), right, self.binding())
            }
            ExprKind::Negate(inner) => {
                f.write_str("-")?;
                inner.print(f, Binding::Product, like)
            }
            ExprKind::Coalesce(first, second) => pair(f, first, "??", second, Binding::Test),
            // Put in by the checker where two types meet; nobody wrote it.
            ExprKind::Call(
                Function::DayOf | Function::WholeDays | Function::DaysLong,
                argument,
            ) => argument.print_bare(f, like),
            ExprKind::Call(function @ (Function::HourOf | Function::MinuteOfDay), argument) => {
                write!(f, "{} ", function.as_str())?;
                argument.print(f, Binding::Product, None)
            }
            ExprKind::DaysBetween(from, to) => {
                f.write_str("days between ")?;
                from.print(f, Binding::Product, to.ty())?;
                f.write_str(" and ")?;
                to.print(f, Binding::Product, from.ty())
            }
            ExprKind::Aggregate(aggregate) => write_aggregate(f, aggregate),
            ExprKind::Call(function, argument) => {
                write!(f, "{}(", function.as_str())?;
                argument.print(f, Binding::Loosest, None)?;
                f.write_str(")")
            }
        }
    }

    /// The type that a bare constant beside this has, as far as a look tells.
    pub(crate) fn ty(&self) -> Option<&Type> {
        match &self.kind {
            ExprKind::Path(path) => Some(&path.ty),
            ExprKind::Moment(ty, _) => Some(ty),
            ExprKind::Negate(inner) => inner.ty(),
            ExprKind::Arithmetic(Arithmetic::Add | Arithmetic::Subtract, a, b)
            | ExprKind::Coalesce(a, b) => a.ty().or_else(|| b.ty()),
            ExprKind::Call(Function::Lower | Function::WholeDays, of) => of.ty(),
            ExprKind::Call(Function::DayOf, _) => Some(&Type::Date),
            ExprKind::Call(Function::DaysLong, _) => Some(&Type::Duration),
            ExprKind::Aggregate(aggregate) => Some(&aggregate.ty),
            _ => None,
        }
    }
}

fn write_aggregate(f: &mut Pen<'_, '_>, aggregate: &Aggregate) -> fmt::Result {
    let variable = variable(aggregate.depth);
    write!(f, "{}(", aggregate.how.as_str())?;
    match &aggregate.item {
        Some(item) => item.print(f, Binding::Loosest, None)?,
        None => f.write_str(variable)?,
    }
    write!(f, " for {variable} in ")?;
    aggregate.list.print(f, Binding::Test, None)?;
    if let Some(filter) = &aggregate.filter {
        f.write_str(" where ")?;
        filter.print(f, Binding::Loosest, None)?;
    }
    f.write_str(")")
}

fn joined(
    f: &mut Pen<'_, '_>,
    parts: &[Expr],
    word: &str,
    binding: Binding,
    none: &str,
) -> fmt::Result {
    if parts.is_empty() {
        return f.write_str(none);
    }
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(word)?;
        }
        let around = if parts.len() > 1 {
            binding
        } else {
            Binding::Loosest
        };
        part.print(f, around, None)?;
    }
    Ok(())
}

fn pair(
    f: &mut Pen<'_, '_>,
    left: &Expr,
    word: &str,
    right: &Expr,
    binding: Binding,
) -> fmt::Result {
    // The left side may bind as tightly as the operator itself; the right side binds tighter.
    let chains = left.binding() == binding && binding > Binding::Test;
    let around = if chains { Binding::Test } else { binding };
    left.print(f, around, right.ty())?;
    write!(f, " {word} ")?;
    right.print(f, binding, left.ty())
}

fn write_path(f: &mut Pen<'_, '_>, path: &Path) -> fmt::Result {
    if let Root::Variable(depth) = path.root {
        f.write_str(variable(depth))?;
        if !path.keys.is_empty() {
            f.write_str(".")?;
        }
    }
    match (path.root, path.keys.as_slice()) {
        (Root::Data, []) => f.write_str("max_sensitivity"),
        (Root::Now, []) if path.ty == Type::Date => f.write_str("today"),
        _ => write!(f, "{path}"),
    }
}

/// What the item is called that a quantifier at this depth looks at.
pub(crate) fn variable(depth: u8) -> &'static str {
    match depth {
        0 => "item",
        1 => "part",
        2 => "piece",
        _ => "element",
    }
}

fn write_constant(f: &mut Pen<'_, '_>, value: &Value, like: Option<&Type>) -> fmt::Result {
    match (value, like) {
        (Value::Text(word), Some(Type::Enum(_))) => f.write_str(word),
        (Value::Text(text), _) => quoted(f, text),
        (Value::Number(number), ty) => write_number(f, *number, ty),
        (other, _) => {
            let mut out = String::new();
            other.write_json(&mut out);
            f.write_str(&out)
        }
    }
}

/// A number with the unit of its type.
pub(crate) fn write_number(
    f: &mut impl fmt::Write,
    number: Decimal,
    ty: Option<&Type>,
) -> fmt::Result {
    let number = grouped(number.normalize().to_string());
    match ty {
        Some(Type::Percent) => write!(f, "{number}%"),
        Some(Type::Money(currency)) => write!(f, "{number} {currency}"),
        _ => write!(f, "{number}"),
    }
}

/// Digits before the point in threes, as `5_200_000`, where there are more than four.
fn grouped(plain: String) -> String {
    let (whole, rest) = match plain.split_once('.') {
        Some((whole, rest)) => (whole, format!(".{rest}")),
        None => (plain.as_str(), String::new()),
    };
    let digits = whole.trim_start_matches('-');
    if digits.len() <= GROUPED_FROM {
        return plain;
    }
    let mut out = String::with_capacity(plain.len().saturating_add(8));
    out.push_str(
        whole
            .get(..whole.len().saturating_sub(digits.len()))
            .unwrap_or_default(),
    );
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out.push_str(&rest);
    out
}

/// A day, an instant as the clocks of a zone show it, or a length of time.
pub(crate) fn write_moment(
    f: &mut impl fmt::Write,
    ty: &Type,
    moment: i64,
    zone: Zone,
) -> fmt::Result {
    match ty {
        Type::Date => {
            let day = i32::try_from(moment).ok();
            match day.and_then(NaiveDate::from_epoch_days) {
                Some(day) => write!(f, "{day}"),
                None => write!(f, "{moment} days since 1970"),
            }
        }
        Type::DateTime => match DateTime::from_timestamp_micros(moment) {
            Some(at) => f.write_str(&zone.show(at)),
            None => write!(f, "{moment} µs"),
        },
        _ => write_duration(f, moment),
    }
}

fn write_duration(f: &mut impl fmt::Write, micros: i64) -> fmt::Result {
    let seconds = micros.checked_div(MICROS_PER_SECOND).unwrap_or_default();
    let whole = micros.checked_rem(MICROS_PER_SECOND) == Some(0);
    let unit = UNITS
        .iter()
        .filter(|_| whole)
        .find(|(_, length)| seconds.checked_rem(*length) == Some(0) && seconds != 0);
    match unit {
        Some((unit, length)) => {
            write!(
                f,
                "{}{unit}",
                seconds.checked_div(*length).unwrap_or_default()
            )
        }
        None if whole => write!(f, "{seconds}s"),
        None => {
            let exact = Decimal::from(micros).checked_div(Decimal::from(MICROS_PER_SECOND));
            write!(f, "{}s", exact.unwrap_or_default().normalize())
        }
    }
}

fn write_set(f: &mut Pen<'_, '_>, set: &ValueSet, ty: Option<&Type>) -> fmt::Result {
    if !set.name.is_empty() {
        return f.write_str(&set.name);
    }
    let mut texts: Vec<&Name> = set.texts().collect();
    texts.sort();
    let mut numbers: Vec<Decimal> = set.numbers().collect();
    numbers.sort();
    let texts = texts.into_iter().map(|text| Value::Text(text.clone()));
    let members: Vec<Value> = texts
        .chain(numbers.into_iter().map(Value::Number))
        .collect();
    f.write_str("[")?;
    for (at, member) in members.iter().take(MEMBERS_SHOWN).enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        write_constant(f, member, ty)?;
    }
    if members.len() > MEMBERS_SHOWN {
        f.write_str(", …")?;
    }
    f.write_str("]")
}

fn quoted(f: &mut Pen<'_, '_>, text: &str) -> fmt::Result {
    let mut out = String::new();
    write_text(&mut out, text);
    f.write_str(&out)
}

impl Comparison {
    /// The sign of the language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// The comparison that holds where this one does not.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
        }
    }
}

impl TextTest {
    /// The words of the language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::StartsWith => "starts with",
            Self::EndsWith => "ends with",
        }
    }
}

impl Quantifier {
    /// The word of the language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Some => "some",
            Self::Every => "every",
        }
    }
}

impl Arithmetic {
    /// The sign of the language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}

impl Function {
    /// The word of the language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Len => "len",
            Self::Lower => "lower",
            Self::HourOf => "hour of",
            Self::MinuteOfDay => "minute of day of",
            Self::DayOf => "day of",
            Self::WholeDays => "whole days of",
            Self::DaysLong => "days of",
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnostic::Place;
    use crate::policy::{Currency, EnumType};

    fn expr(kind: ExprKind) -> Box<Expr> {
        Box::new(Expr::new(kind, Place::default()))
    }

    fn field(name: &str, ty: Type) -> Box<Expr> {
        let keys = vec![name.into()];
        let root = Root::Record;
        expr(ExprKind::Path(Path { root, keys, ty }))
    }

    fn constant(value: impl Into<Value>) -> Box<Expr> {
        expr(ExprKind::Literal(value.into()))
    }

    fn compared(sign: Comparison, left: Box<Expr>, right: Box<Expr>) -> Expr {
        *expr(ExprKind::Compare(sign, left, right))
    }

    #[test]
    fn constants_have_the_unit_of_what_stands_beside_them() {
        let money = Type::Money(Currency::from_code("CNY").unwrap());
        let stage = Type::Enum(Arc::new(EnumType {
            name: "".into(),
            members: vec!["SENT".into()],
        }));
        let more = Comparison::Greater;
        let printed = |e: Expr| e.to_string();
        assert_eq!(
            printed(compared(
                more,
                field("discount", Type::Percent),
                constant(15)
            )),
            "discount > 15%"
        );
        assert_eq!(
            printed(compared(more, constant(5), field("amount", money))),
            "5 CNY > amount"
        );
        let cents = constant(Decimal::new(-120_000_050, 2));
        assert_eq!(
            printed(compared(more, field("n", Type::Decimal), cents)),
            "n > -1_200_000.5"
        );
        assert_eq!(
            printed(compared(
                Comparison::Equal,
                field("stage", stage),
                constant("SENT")
            )),
            "stage == SENT"
        );
        assert_eq!(
            printed(compared(
                Comparison::Equal,
                field("note", Type::Text),
                constant("a\"b")
            )),
            r#"note == "a\"b""#
        );
        let day = expr(ExprKind::Moment(Type::Date, 20_514));
        assert_eq!(
            printed(compared(more, field("due", Type::Date), day)),
            "due > 2026-03-02"
        );
        let long = expr(ExprKind::Moment(Type::Duration, 14_400 * MICROS_PER_SECOND));
        assert_eq!(
            printed(compared(more, field("span", Type::Duration), long)),
            "span > 4h"
        );
    }

    #[test]
    fn parentheses_stand_where_they_are_needed() {
        let role = |name: &str| *expr(ExprKind::HasRole(name.into()));
        let either = *expr(ExprKind::Any(vec![role("A"), role("B")]));
        let both = *expr(ExprKind::All(vec![either.clone(), role("C")]));
        assert_eq!(
            both.to_string(),
            "(actor has A or actor has B) and actor has C"
        );
        let neither = expr(ExprKind::Not(Box::new(either)));
        assert_eq!(neither.to_string(), "not (actor has A or actor has B)");
        let not = expr(ExprKind::Not(Box::new(role("A"))));
        assert_eq!(not.to_string(), "not actor has A");
        let (a, b, c) = (constant(1), constant(2), constant(3));
        let less = |a, b| expr(ExprKind::Arithmetic(Arithmetic::Subtract, a, b));
        assert_eq!(
            less(a.clone(), less(b.clone(), c.clone())).to_string(),
            "1 - (2 - 3)"
        );
        assert_eq!(less(less(a.clone(), b), c.clone()).to_string(), "1 - 2 - 3");
        let times = expr(ExprKind::Arithmetic(
            Arithmetic::Multiply,
            less(a, c.clone()),
            c,
        ));
        assert_eq!(times.to_string(), "(1 - 3) * 3");
    }
}
