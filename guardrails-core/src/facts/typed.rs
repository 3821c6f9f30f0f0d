//! Values in the form of their declared type.
//!
//! A host may send `"40.0"` one day and `40` the next. What is evaluated, shown on a card, bound by an
//! action digest and released is this one form. INVARIANT: reading it gives the same datum, and typing
//! it again changes nothing. INVARIANT: a number of it has no zeros at the end of its fraction, so that
//! it is the same to the last digit before a ticket stores it and after.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat};
use rust_decimal::Decimal;

use super::datum::Datum;
use crate::policy::{Entity, Type};
use crate::value::{Fields, Name, Value};
use crate::zone::Zone;

/// What types are read with: the entities that may nest, and the zone of times without an offset.
#[derive(Clone, Copy)]
pub(crate) struct Types<'a> {
    pub(crate) entities: &'a BTreeMap<Name, Arc<Entity>>,
    pub(crate) zone: Zone,
}

/// A value of a type without an inside, in the form of that type; none when it is not of that type, or
/// when it has no such form, as an instant of the year 10000.
pub(crate) fn scalar(value: &Value, ty: &Type, zone: Zone) -> Option<Value> {
    match (Datum::read(value, ty, zone), ty) {
        (Datum::Missing, _) => Some(Value::Null),
        (Datum::Bool(truth), _) => Some(Value::Bool(truth)),
        (Datum::Number(number), _) => Some(Value::Number(number.normalize())),
        (Datum::Text(_), _) => Some(value.clone()),
        (Datum::Moment(days), Type::Date) => day(days),
        (Datum::Moment(micros), Type::DateTime) => instant(micros),
        (Datum::Moment(micros), _) => Some(Value::Number(seconds(micros))),
        (Datum::Invalid | Datum::List(..) | Datum::Object(_), _) => None,
    }
}

/// A value in the form of its declared type as far as it is of it, inside too. What is not of its type
/// stays as it is, and so does what has no declared type: its numbers alone take their one form.
pub(crate) fn as_declared(value: &Value, ty: Option<&Type>, types: Types<'_>) -> Value {
    match value {
        Value::Object(fields) => {
            let entity = match ty {
                Some(Type::Entity(name)) => types.entities.get(name),
                _ => None,
            };
            let read = fields.iter().map(|(name, value)| {
                let field = entity.and_then(|entity| entity.field(name));
                let ty = field.map(|field| &field.ty);
                (name.clone(), as_declared(value, ty, types))
            });
            Value::from(read.collect::<Fields>())
        }
        Value::List(items) => {
            let ty = match ty {
                Some(Type::List(item)) => Some(&**item),
                _ => None,
            };
            let items = items.iter();
            Value::List(items.map(|item| as_declared(item, ty, types)).collect())
        }
        plain => {
            let typed = ty.and_then(|ty| scalar(plain, ty, types.zone));
            typed.unwrap_or_else(|| match plain {
                Value::Number(number) => Value::Number(number.normalize()),
                plain => plain.clone(),
            })
        }
    }
}

fn day(days: i64) -> Option<Value> {
    let day = NaiveDate::from_epoch_days(i32::try_from(days).ok()?)?;
    Some(Value::from(day.to_string()))
}

/// RFC 3339 has years of four digits.
fn instant(micros: i64) -> Option<Value> {
    let at = DateTime::from_timestamp_micros(micros)?;
    let text = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    (0..=9_999).contains(&at.year()).then(|| Value::from(text))
}

fn seconds(micros: i64) -> Decimal {
    Decimal::from_i128_with_scale(micros.into(), 6).normalize()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::policy::Currency;
    use crate::{JsonLimits, parse_fields};

    fn typed(json: &str, ty: &Type) -> Option<String> {
        let read = parse_fields(&format!(r#"{{"x":{json}}}"#), JsonLimits::default()).unwrap();
        let typed = scalar(read.value("x").unwrap(), ty, Zone::named("+08:00").unwrap())?;
        // The invariant, for every case there is.
        let zone = Zone::UTC;
        assert_eq!(scalar(&typed, ty, zone).as_ref(), Some(&typed), "{json}");
        let mut out = String::new();
        typed.write_json(&mut out);
        Some(out)
    }

    #[test]
    fn values_take_the_form_of_their_type() {
        let cny = Type::Money(Currency::from_code("CNY").unwrap());
        for (ty, json, form) in [
            (&Type::Decimal, r#""1200.50""#, "1200.5"),
            (&Type::Decimal, "1200.5", "1200.5"),
            (&Type::Int, r#""007""#, "7"),
            (&Type::Percent, r#""20 %""#, "20"),
            (&cny, r#""80000.00 CNY""#, "80000"),
            (&Type::Bool, r#""true""#, "true"),
            (&Type::Text, r#""true""#, r#""true""#),
            (&Type::Date, r#""2026-03-02""#, r#""2026-03-02""#),
            (
                &Type::DateTime,
                r#""2026-03-02T10:00""#,
                r#""2026-03-02T02:00:00Z""#,
            ),
            (
                &Type::DateTime,
                r#""2026-03-02 10:00:00.25+0100""#,
                r#""2026-03-02T09:00:00.250Z""#,
            ),
            (&Type::DateTime, "0", r#""1970-01-01T00:00:00Z""#),
            (&Type::Duration, r#""P1DT1.5S""#, "86401.5"),
            (&Type::Duration, "60", "60"),
            (&Type::Decimal, "null", "null"),
        ] {
            assert_eq!(typed(json, ty).as_deref(), Some(form), "{ty} {json}");
        }
    }

    #[test]
    fn what_is_not_of_a_type_has_no_form_of_it() {
        for (ty, json) in [
            (&Type::Int, "1.5"),
            (&Type::Decimal, r#""1,200""#),
            (&Type::Date, r#""2026-02-30""#),
            (&Type::Text, "1"),
            (&Type::Bool, "1"),
            // An instant of the year 10000, which no RFC 3339 text says.
            (&Type::DateTime, "253402300800000"),
            (&Type::Decimal, "[1]"),
            (&Type::Decimal, "{}"),
        ] {
            assert_eq!(typed(json, ty), None, "{ty} {json}");
        }
    }
}
