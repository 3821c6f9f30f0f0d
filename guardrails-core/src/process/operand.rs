//! What both evaluators share: how two data are compared, tested and calculated with.
//!
//! Kept apart from them on purpose. The evaluator and compiled conditions differ in *how they find* data;
//! what an operator means on the data found is decided here, once.

use chrono::DateTime;
use rust_decimal::Decimal;

use crate::facts::Datum;
use crate::policy::{Arithmetic, Comparison, Function, TextTest, Type, ValueSet};
use crate::truth::Truth;
use crate::value::{Name, Value};
use crate::zone::Zone;

/// A datum, or a text that had to be made.
pub(crate) enum Operand<'a> {
    Datum(Datum<'a>),
    Made(String),
}

impl Operand<'_> {
    pub(crate) fn datum(&self) -> Datum<'_> {
        match self {
            Self::Datum(datum) => *datum,
            Self::Made(text) => Datum::Text(text),
        }
    }
}

pub(crate) fn literal<'a>(value: &'a Value) -> Datum<'a> {
    match value {
        Value::Bool(value) => Datum::Bool(*value),
        Value::Number(number) => Datum::Number(*number),
        Value::Text(text) => Datum::Text(text),
        Value::Null => Datum::Missing,
        Value::List(_) | Value::Object(_) => Datum::Invalid,
    }
}

pub(crate) fn compare(comparison: Comparison, left: Datum<'_>, right: Datum<'_>) -> Truth {
    left.compare(right)
        .map(|ordering| comparison.holds(ordering))
        .into()
}

pub(crate) fn in_set(item: Datum<'_>, set: &ValueSet) -> Truth {
    match item {
        Datum::Text(text) => set.has_text(text).into(),
        Datum::Number(number) => set.has_number(number.normalize()).into(),
        _ => Truth::Unknown,
    }
}

/// Membership in a list that the record brings: an item of the wrong type leaves the answer
/// unknown, unless another item settles it.
pub(crate) fn in_list(item: Datum<'_>, list: Datum<'_>, zone: Zone) -> Truth {
    let Datum::List(items, ty) = list else {
        return Truth::Unknown;
    };
    items.iter().fold(Truth::False, |truth, have| {
        let have = Datum::read(have, ty, zone);
        truth.or(compare(Comparison::Equal, item, have))
    })
}

pub(crate) fn text_test(test: TextTest, text: Datum<'_>, part: Datum<'_>, zone: Zone) -> Truth {
    let (Datum::Text(text), Datum::Text(part)) = (text, part) else {
        return match (test, text) {
            (TextTest::Contains, Datum::List(..)) => in_list(part, text, zone),
            _ => Truth::Unknown,
        };
    };
    match test {
        TextTest::Contains => text.contains(part),
        TextTest::StartsWith => text.starts_with(part),
        TextTest::EndsWith => text.ends_with(part),
    }
    .into()
}

pub(crate) fn is_missing(datum: Datum<'_>) -> Truth {
    (datum == Datum::Missing).into()
}

/// Whether a change gives another value. A value that cannot be read counts as unknown.
pub(crate) fn changed(old: Datum<'_>, new: Datum<'_>) -> Truth {
    match (old, new) {
        (Datum::Invalid, _) | (_, Datum::Invalid) => Truth::Unknown,
        (old, new) => (old != new).into(),
    }
}

pub(crate) fn calculate<'a>(operation: Arithmetic, left: Datum<'_>, right: Datum<'_>) -> Datum<'a> {
    match (left, right) {
        (Datum::Number(a), Datum::Number(b)) => number(match operation {
            Arithmetic::Add => a.checked_add(b),
            Arithmetic::Subtract => a.checked_sub(b),
            Arithmetic::Multiply => a.checked_mul(b),
            Arithmetic::Divide => a.checked_div(b),
        }),
        (Datum::Moment(a), Datum::Moment(b)) => match operation {
            Arithmetic::Add => a.checked_add(b),
            Arithmetic::Subtract => a.checked_sub(b),
            // Of all moments only durations are divided by each other.
            Arithmetic::Divide => return number(Decimal::from(a).checked_div(Decimal::from(b))),
            Arithmetic::Multiply => None,
        }
        .map_or(Datum::Invalid, Datum::Moment),
        (Datum::Moment(a), Datum::Number(b)) => match operation {
            Arithmetic::Multiply => whole(Decimal::from(a).checked_mul(b)),
            Arithmetic::Divide => whole(Decimal::from(a).checked_div(b)),
            Arithmetic::Add | Arithmetic::Subtract => Datum::Invalid,
        },
        (Datum::Number(a), Datum::Moment(b)) if operation == Arithmetic::Multiply => {
            whole(a.checked_mul(Decimal::from(b)))
        }
        (Datum::Missing, _) | (_, Datum::Missing) => Datum::Missing,
        _ => Datum::Invalid,
    }
}

pub(crate) fn negate<'a>(datum: Datum<'_>) -> Datum<'a> {
    match datum {
        Datum::Number(value) => Datum::Number(-value),
        Datum::Moment(value) => value.checked_neg().map_or(Datum::Invalid, Datum::Moment),
        Datum::Missing => Datum::Missing,
        _ => Datum::Invalid,
    }
}

pub(crate) fn call<'a>(function: Function, argument: Operand<'a>, zone: Zone) -> Operand<'a> {
    let made = match (function, argument.datum()) {
        (_, Datum::Missing) => Datum::Missing,
        (Function::Len, Datum::Text(text)) => length(text.chars().count()),
        (Function::Len, Datum::List(items, _)) => length(items.len()),
        (Function::Lower, Datum::Text(text)) => return Operand::Made(text.to_lowercase()),
        (Function::HourOf, Datum::Moment(at)) => number(
            DateTime::from_timestamp_micros(at)
                .and_then(|at| zone.hour(at))
                .map(Decimal::from),
        ),
        (Function::MinuteOfDay, Datum::Moment(at)) => number(
            DateTime::from_timestamp_micros(at)
                .and_then(|at| zone.minute_of_day(at))
                .map(Decimal::from),
        ),
        (Function::DayOf, Datum::Moment(at)) => DateTime::from_timestamp_micros(at)
            .and_then(|at| zone.day(at))
            .map_or(Datum::Invalid, |day| {
                Datum::Moment(day.to_epoch_days().into())
            }),
        (Function::WholeDays, Datum::Moment(micros)) if micros % DAY == 0 => {
            Datum::Moment(micros / DAY)
        }
        (Function::DaysLong, Datum::Moment(days)) => {
            days.checked_mul(DAY).map_or(Datum::Invalid, Datum::Moment)
        }
        _ => Datum::Invalid,
    };
    Operand::Datum(made)
}

/// Microseconds of 24 hours.
const DAY: i64 = 86_400_000_000;

/// How many days the second date comes after the first.
pub(crate) fn days_between<'a>(from: Datum<'_>, to: Datum<'_>) -> Datum<'a> {
    match calculate(Arithmetic::Subtract, to, from) {
        Datum::Moment(days) => Datum::Number(days.into()),
        Datum::Missing => Datum::Missing,
        _ => Datum::Invalid,
    }
}

/// A duration of whole microseconds; what is finer is cut.
fn whole<'a>(micros: Option<Decimal>) -> Datum<'a> {
    micros
        .and_then(|micros| i64::try_from(micros.trunc()).ok())
        .map_or(Datum::Invalid, Datum::Moment)
}

fn length<'a>(count: usize) -> Datum<'a> {
    number(u64::try_from(count).ok().map(Decimal::from))
}

fn number<'a>(value: Option<Decimal>) -> Datum<'a> {
    value.map_or(Datum::Invalid, Datum::Number)
}

/// Reads a path that starts at a quantifier's variable, whose item is `item`.
pub(crate) fn read_item<'a>(
    item: (&'a Value, &'a Type),
    keys: &[Name],
    ty: &'a Type,
    zone: Zone,
) -> Datum<'a> {
    let (value, item_type) = item;
    if keys.is_empty() {
        return Datum::read(value, item_type, zone);
    }
    match value {
        Value::Object(fields) => fields
            .at(keys)
            .map_or(Datum::Missing, |value| Datum::read(value, ty, zone)),
        Value::Null => Datum::Missing,
        _ => Datum::Invalid,
    }
}
