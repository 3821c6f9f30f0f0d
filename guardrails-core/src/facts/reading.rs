//! What a host sent, read as its declared type: the one place where data gets its meaning.
//!
//! Exact or invalid: nothing is rounded to fit, no spelling is guessed at. The language reference
//! has the table of what is read as what; a test holds it to this file.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;

use super::datum::Datum;
use crate::policy::Type;
use crate::value::{Value, exact_number};
use crate::zone::Zone;

/// From here on a number is milliseconds since 1970, below it seconds: the year 5138 in the one, a
/// day of March 1973 in the other.
const MILLISECONDS_FROM: Decimal = Decimal::from_parts(1_215_752_192, 23, 0, false, 0);

impl<'a> Datum<'a> {
    /// Reads what a host sent as `ty`; a time of no offset is one of `zone`.
    #[must_use]
    pub fn read(value: &'a Value, ty: &'a Type, zone: Zone) -> Self {
        match (value, ty) {
            (Value::Null, _) => Self::Missing,
            (Value::Bool(value), Type::Bool) => Self::Bool(*value),
            (Value::Number(number), _) => Self::read_number(*number, ty),
            (Value::Text(text), Type::Text) => Self::Text(text),
            (Value::Text(text), Type::Enum(members)) => {
                if members.members.iter().any(|member| member == text) {
                    Self::Text(text)
                } else {
                    Self::Invalid
                }
            }
            (Value::Text(text), _) => read_text(text, ty, zone).unwrap_or(Self::Invalid),
            (Value::List(items), Type::List(item)) => Self::List(items, item),
            (Value::Object(fields), Type::Entity(_)) => Self::Object(fields),
            _ => Self::Invalid,
        }
    }

    fn read_number(number: Decimal, ty: &Type) -> Self {
        match ty {
            Type::Int if !number.fract().is_zero() => Self::Invalid,
            Type::Int | Type::Decimal | Type::Percent | Type::Money(_) => Self::Number(number),
            Type::Duration => micros(number, 1_000_000).unwrap_or(Self::Invalid),
            Type::DateTime => since_1970(number).unwrap_or(Self::Invalid),
            _ => Self::Invalid,
        }
    }
}

fn read_text(text: &str, ty: &Type, zone: Zone) -> Option<Datum<'static>> {
    match ty {
        Type::Bool => match text {
            "true" => Some(Datum::Bool(true)),
            "false" => Some(Datum::Bool(false)),
            _ => None,
        },
        Type::Decimal | Type::Int => Some(Datum::read_number(exact_number(text)?, ty)),
        Type::Percent => with_unit(text, "%"),
        Type::Money(currency) => with_unit(text, currency.as_str()),
        Type::Date => day(text).map(|day| Datum::Moment(i64::from(day.to_epoch_days()))),
        Type::DateTime => match exact_number(text) {
            Some(number) => since_1970(number),
            None => instant(text, zone),
        },
        Type::Duration => match exact_number(text) {
            Some(seconds) => micros(seconds, 1_000_000),
            None => iso_duration(text).map(Datum::Moment),
        },
        Type::Text | Type::Enum(_) | Type::List(_) | Type::Entity(_) => None,
    }
}

/// A number that may say its unit after it, with or without one space.
fn with_unit(text: &str, unit: &str) -> Option<Datum<'static>> {
    let number = match text.strip_suffix(unit) {
        Some(number) => number.strip_suffix(' ').unwrap_or(number),
        None => text,
    };
    exact_number(number).map(Datum::Number)
}

fn since_1970(number: Decimal) -> Option<Datum<'static>> {
    let unit = if number.abs() >= MILLISECONDS_FROM {
        1_000
    } else {
        1_000_000
    };
    micros(number, unit)
}

/// A number of units as microseconds; what is finer than one is cut, as in texts.
fn micros(number: Decimal, unit: i64) -> Option<Datum<'static>> {
    let micros = number.checked_mul(Decimal::from(unit))?;
    i64::try_from(micros.trunc()).ok().map(Datum::Moment)
}

/// `2026-03-02`, with exactly these digits.
fn day(text: &str) -> Option<NaiveDate> {
    let shape = text.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    (text.len() == 10 && shape)
        .then(|| text.parse().ok())
        .flatten()
}

/// Spellings of an instant beside RFC 3339's: without seconds, and with `+0800` for `+08:00`.
const INSTANTS: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%z"];
/// The same without an offset.
const LOCALS: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
/// Longer than any of these.
const INSTANT_BYTES: usize = 40;

fn instant(text: &str, zone: Zone) -> Option<Datum<'static>> {
    let (date, time) = text.split_at_checked(10)?;
    let time = time.strip_prefix(['T', 't', ' '])?;
    let plain = time
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b":.+-Zz".contains(&byte));
    if day(date).is_none() || !plain || text.len() > INSTANT_BYTES {
        return None;
    }
    let at = if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        at.to_utc()
    } else {
        let text = format!("{date}T{}", time.replace(['Z', 'z'], "+00:00"));
        let offset = INSTANTS
            .iter()
            .find_map(|format| DateTime::parse_from_str(&text, format).ok());
        match offset {
            Some(at) => at.to_utc(),
            None => zone.instant(
                LOCALS
                    .iter()
                    .find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok())?,
            )?,
        }
    };
    Some(Datum::Moment(at.timestamp_micros()))
}

/// ISO 8601 `P2W`, `P1DT2H`, `PT1.5S`, `-PT5M`, a day being 24 hours. Years and months have no
/// length of their own and are none.
fn iso_duration(text: &str) -> Option<i64> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let (days, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((_, "")) => return None,
        Some((days, time)) => (days, time),
        None => (text.strip_prefix('P')?, ""),
    };
    if days.is_empty() && time.is_empty() {
        return None;
    }
    let days = parts(days, &[('W', 604_800), ('D', 86_400)])?;
    let total = days.checked_add(parts(time, &[('H', 3_600), ('M', 60), ('S', 1)])?)?;
    let micros = i64::try_from(total.checked_mul(Decimal::from(1_000_000))?.trunc()).ok()?;
    Some(if negative { -micros } else { micros })
}

/// Seconds of `1D` or `2H30M`, each unit at most once and in this order.
fn parts(mut text: &str, units: &[(char, i64)]) -> Option<Decimal> {
    let mut total = Decimal::ZERO;
    for (unit, seconds) in units {
        let Some((count, rest)) = text.split_once(*unit) else {
            continue;
        };
        if !count.starts_with(|c: char| c.is_ascii_digit()) || (*unit != 'S' && count.contains('.'))
        {
            return None;
        }
        let part = exact_number(count)?.checked_mul(Decimal::from(*seconds))?;
        total = total.checked_add(part)?;
        text = rest;
    }
    text.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_border_of_milliseconds_is_a_hundred_billion() {
        assert_eq!(MILLISECONDS_FROM, Decimal::from(100_000_000_000_u64));
    }
}
