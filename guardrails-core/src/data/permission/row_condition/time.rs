//! `"time"`: hours of the day, and points in time before and after which a row holds.
//!
//! `from` counts and `to` does not; from 22:00 to 06:00 goes over midnight. Both are of the policy's
//! time zone, as is a date, which stands for the day's beginning.

use chrono::NaiveDate;

use super::{node, path, unknown_key};
use crate::diagnostic::Phrase;
use crate::facts::Datum;
use crate::phrase;
use crate::policy::{Comparison, Expr, ExprKind, Function, Root, Type};
use crate::value::{Fields, Value};
use crate::zone::Zone;

pub(super) fn conditions(members: &Fields, zone: Zone) -> Result<Vec<Expr>, Phrase> {
    let (mut from, mut to) = (None, None);
    let mut parts = Vec::new();
    for (key, value) in members {
        match &**key {
            "from" => from = Some(minute(key, value)?),
            "to" => to = Some(minute(key, value)?),
            "after" => parts.push(now(Comparison::GreaterOrEqual, instant(key, value, zone)?)),
            "before" => parts.push(now(Comparison::Less, instant(key, value, zone)?)),
            _ => return Err(unknown_key(key)),
        }
    }
    parts.extend(hours(from, to)?);
    Ok(parts)
}

fn hours(from: Option<u32>, to: Option<u32>) -> Result<Option<Expr>, Phrase> {
    let since = |from| minute_of_now(Comparison::GreaterOrEqual, from);
    let until = |to| minute_of_now(Comparison::Less, to);
    Ok(match (from, to) {
        (None, None) => None,
        (Some(from), None) => Some(since(from)),
        (None, Some(to)) => Some(until(to)),
        (Some(from), Some(to)) if from < to => {
            Some(node(ExprKind::All(vec![since(from), until(to)])))
        }
        (Some(from), Some(to)) if from > to => {
            Some(node(ExprKind::Any(vec![since(from), until(to)])))
        }
        // No time at all, or the whole day: nobody can tell which was meant.
        (Some(_), Some(_)) => {
            return Err(phrase!(
                "`from` and `to` are the same time" | "`from` 和 `to` 是同一个时间"
            ));
        }
    })
}

fn minute_of_now(comparison: Comparison, minute: u32) -> Expr {
    let now = node(ExprKind::Path(path(Root::Now, Vec::new(), Type::DateTime)));
    let minute_of = node(ExprKind::Call(Function::MinuteOfDay, Box::new(now)));
    let literal = node(ExprKind::Literal(i64::from(minute).into()));
    node(ExprKind::Compare(
        comparison,
        Box::new(minute_of),
        Box::new(literal),
    ))
}

fn now(comparison: Comparison, instant: i64) -> Expr {
    let now = node(ExprKind::Path(path(Root::Now, Vec::new(), Type::DateTime)));
    let instant = node(ExprKind::Moment(Type::DateTime, instant));
    node(ExprKind::Compare(
        comparison,
        Box::new(now),
        Box::new(instant),
    ))
}

/// `09:30`, and `24:00` for the end of the day.
fn minute(key: &str, value: &Value) -> Result<u32, Phrase> {
    let read = |text: &str| {
        let (hour, minute) = text.split_once(':')?;
        let two_digits = |part: &str| {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse::<u32>().ok()).flatten()
        };
        let (hour, minute) = (two_digits(hour)?, two_digits(minute)?);
        let of_day = hour * 60 + minute;
        (minute < 60 && of_day <= 24 * 60).then_some(of_day)
    };
    value.as_text().and_then(read).ok_or_else(|| {
        phrase!(
            "`{key}` is no time of the day such as `09:00`" | "`{key}` 不是 `09:00` 这样的时刻",
            key
        )
    })
}

/// Microseconds since 1970 of a point in time, or of a day's beginning.
fn instant(key: &str, value: &Value, zone: Zone) -> Result<i64, Phrase> {
    let read = match Datum::read(value, &Type::Date, zone) {
        Datum::Moment(days) => i32::try_from(days)
            .ok()
            .and_then(NaiveDate::from_epoch_days)
            .and_then(|day| zone.begin_of(day))
            .map(|begin| begin.timestamp_micros()),
        _ => match Datum::read(value, &Type::DateTime, zone) {
            Datum::Moment(instant) => Some(instant),
            _ => None,
        },
    };
    read.ok_or_else(|| {
        phrase!(
            "`{key}` is neither a date nor a point in time" | "`{key}` 既不是日期也不是时间点",
            key
        )
    })
}
