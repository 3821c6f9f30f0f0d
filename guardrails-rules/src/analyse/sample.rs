//! One value that stands for a region of values: as data, and as a test of the language writes it.

use std::cmp::Ordering;
use std::fmt::Write as _;

use chrono::{DateTime, Days, NaiveDate};
use guardrails_core::policy::Type;
use guardrails_core::process::Datum;
use guardrails_core::{Name, Value};
use rust_decimal::Decimal;

/// 2026-01-01, in days since 1970.
const SOME_DAY: i64 = 20_454;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// A datum, owned.
#[derive(Clone, PartialEq)]
pub(super) enum Sample {
    Missing,
    /// There, and not of its declared type.
    Invalid,
    Bool(bool),
    Number(Decimal),
    Text(Name),
    /// In the unit of [`Datum::Moment`].
    Moment(i64),
    /// A list or a nested record.
    Whole(Value),
}

impl Sample {
    /// As conditions read it; none for lists and nested records, which only the oracle compares.
    pub(super) fn datum(&self) -> Option<Datum<'_>> {
        Some(match self {
            Self::Missing => Datum::Missing,
            Self::Invalid => Datum::Invalid,
            Self::Bool(value) => Datum::Bool(*value),
            Self::Number(number) => Datum::Number(*number),
            Self::Text(text) => Datum::Text(text),
            Self::Moment(moment) => Datum::Moment(*moment),
            Self::Whole(_) => return None,
        })
    }

    /// Some value of a type; none for lists and nested records.
    pub(super) fn of_type(ty: &Type) -> Option<Self> {
        Some(match ty {
            Type::Bool => Self::Bool(false),
            Type::Int | Type::Decimal | Type::Percent | Type::Money(_) => {
                Self::Number(Decimal::TEN)
            }
            Type::Text => Self::Text("u-1".into()),
            Type::Date => Self::Moment(SOME_DAY),
            Type::DateTime => Self::Moment(SOME_DAY.checked_mul(MICROS_PER_DAY)?),
            Type::Duration => Self::Moment(MICROS_PER_DAY),
            Type::Enum(words) => Self::Text(words.members.first()?.clone()),
            Type::List(_) | Type::Entity(_) => return None,
        })
    }

    /// A value that stands to this one in an order; none where that is not known.
    pub(super) fn beside(&self, order: Ordering) -> Option<Self> {
        if order.is_eq() {
            return Some(self.clone());
        }
        let up = order.is_gt();
        Some(match self {
            Self::Bool(value) if *value != up => Self::Bool(up),
            Self::Number(number) if up => Self::Number(number.checked_add(Decimal::ONE)?),
            Self::Number(number) => Self::Number(number.checked_sub(Decimal::ONE)?),
            Self::Moment(moment) if up => Self::Moment(moment.checked_add(1)?),
            Self::Moment(moment) => Self::Moment(moment.checked_sub(1)?),
            Self::Text(text) => Self::Text(neighbour(text, up)?.into()),
            _ => return None,
        })
    }

    /// As a host would send it for a field of this type; none for a moment outside of the calendar.
    pub(super) fn value(&self, ty: &Type) -> Option<Value> {
        Some(match (self, ty) {
            (Self::Missing, _) => Value::Null,
            // No type reads a list but a list, and no list reads a truth.
            (Self::Invalid, Type::List(_)) => Value::Bool(true),
            (Self::Invalid, _) => Value::List([].into()),
            (Self::Bool(value), _) => Value::Bool(*value),
            (Self::Number(number), _) => Value::Number(*number),
            (Self::Text(text), _) => Value::Text(text.clone()),
            (Self::Moment(days), Type::Date) => Value::from(day(*days)?.to_string()),
            (Self::Moment(micros), Type::Duration) => {
                Value::Number(Decimal::new(*micros, 6).normalize())
            }
            (Self::Moment(micros), _) => {
                Value::from(DateTime::from_timestamp_micros(*micros)?.to_rfc3339())
            }
            (Self::Whole(value), _) => value.clone(),
        })
    }

    /// As a test of the language writes it.
    pub(super) fn shown(&self, ty: &Type) -> String {
        match (self, ty) {
            (Self::Missing, _) => "missing".to_owned(),
            (Self::Invalid, _) => "‹not readable›".to_owned(),
            (Self::Bool(value), _) => value.to_string(),
            (Self::Number(number), Type::Percent) => format!("{}%", grouped(*number)),
            (Self::Number(number), Type::Money(currency)) => {
                format!("{} {currency}", grouped(*number))
            }
            (Self::Number(number), _) => grouped(*number),
            (Self::Text(text), Type::Enum(_)) => text.to_string(),
            (Self::Text(text), _) => quoted(text),
            (Self::Moment(days), Type::Date) => {
                day(*days).map_or_else(|| "‹a date›".to_owned(), |day| day.to_string())
            }
            (Self::Moment(micros), Type::Duration) => duration(*micros),
            (Self::Moment(micros), _) => DateTime::from_timestamp_micros(*micros)
                .map_or_else(|| "‹a time›".to_owned(), |at| at.to_rfc3339()),
            (Self::Whole(value), _) => whole(value),
        }
    }
}

fn day(days: i64) -> Option<NaiveDate> {
    let epoch = NaiveDate::default();
    match u64::try_from(days) {
        Ok(after) => epoch.checked_add_days(Days::new(after)),
        Err(_) => epoch.checked_sub_days(Days::new(days.unsigned_abs())),
    }
}

/// Digits before the point in groups of three.
fn grouped(number: Decimal) -> String {
    let text = number.normalize().to_string();
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (&*text, None),
    };
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut out = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `1d12h`, down to seconds; anything finer as seconds with a fraction.
fn duration(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    if micros % 1_000_000 != 0 || micros <= 0 {
        return format!("{}s", Decimal::new(micros, 6).normalize());
    }
    let mut out = String::new();
    let mut rest = seconds;
    for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if rest >= length {
            // INVARIANT: writing to a String cannot fail.
            let _ = write!(out, "{}{unit}", rest / length);
            rest %= length;
        }
    }
    out
}

fn whole(value: &Value) -> String {
    let parts = |texts: Vec<String>| texts.join(", ");
    match value {
        Value::Null => "missing".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => grouped(*number),
        Value::Text(text) => quoted(text),
        Value::List(items) => format!("[{}]", parts(items.iter().map(whole).collect())),
        Value::Object(fields) => {
            let shown = fields
                .iter()
                .map(|(name, value)| format!("{name}: {}", whole(value)));
            format!("{{ {} }}", parts(shown.collect()))
        }
    }
}

/// A text that comes right after another one, or before it, such as `u-2` after `u-1`.
fn neighbour(text: &str, after: bool) -> Option<String> {
    let mut chars: Vec<char> = text.chars().collect();
    let last = chars.pop();
    let next = last.and_then(|last| match (last, after) {
        ('0'..='8' | 'a'..='y' | 'A'..='Y', true) => {
            char::from_u32(u32::from(last).checked_add(1)?)
        }
        ('1'..='9' | 'b'..='z' | 'B'..='Z', false) => {
            char::from_u32(u32::from(last).checked_sub(1)?)
        }
        _ => None,
    });
    match (next, last) {
        (Some(next), _) => chars.push(next),
        (None, _) if after => return Some(format!("{text}0")),
        // What is cut off comes before the whole.
        (None, Some(_)) => {}
        (None, None) => return None,
    }
    Some(chars.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_they_are_written() {
        let number = |text: &str| Sample::Number(text.parse().unwrap_or_default());
        assert_eq!(number("1200000.50").shown(&Type::Decimal), "1_200_000.5");
        assert_eq!(number("-123").shown(&Type::Percent), "-123%");
        assert_eq!(Sample::Moment(20_454).shown(&Type::Date), "2026-01-01");
        assert_eq!(Sample::Moment(-1).shown(&Type::Date), "1969-12-31");
        let hours = Sample::Moment(36 * 3_600_000_000);
        assert_eq!(hours.shown(&Type::Duration), "1d12h");
        assert_eq!(Sample::Text("a\"b".into()).shown(&Type::Text), r#""a\"b""#);
    }

    #[test]
    fn neighbours_stand_on_their_side() {
        let samples = [
            Sample::Number(Decimal::TEN),
            Sample::Moment(0),
            Sample::Text("u-1".into()),
            Sample::Text("zz".into()),
            Sample::Text("报价".into()),
            Sample::Bool(true),
        ];
        for sample in &samples {
            for order in [Ordering::Less, Ordering::Equal, Ordering::Greater] {
                let Some(beside) = sample.beside(order) else {
                    assert_eq!(
                        (sample.datum(), order),
                        (Some(Datum::Bool(true)), Ordering::Greater)
                    );
                    continue;
                };
                let stands = beside.datum().unwrap().compare(sample.datum().unwrap());
                assert_eq!(stands, Some(order), "{}", sample.shown(&Type::Text));
            }
        }
    }
}
