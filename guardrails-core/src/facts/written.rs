//! A value as people write it: `20%`, `80000 CNY`, `2026-03-02`. Equal values are written alike; no rounding,
//! no grouping, no locale.
//!
//! Whether somebody may see the value is decided elsewhere.

use chrono::{DateTime, NaiveDate};
use rust_decimal::Decimal;

use super::datum::Datum;
use crate::policy::Type;
use crate::value::Value;
use crate::zone::Zone;

/// How a value is declared: its type, and the zone that a time without an offset is in, and that times
/// are written in.
#[derive(Clone, Copy)]
pub(crate) struct Declared<'a> {
    pub(crate) ty: &'a Type,
    pub(crate) zone: Zone,
}

/// A value as it is declared; none when it does not fit its type, or has no such form.
pub(crate) fn written(value: &Value, declared: Declared<'_>) -> Option<String> {
    let Declared { ty, zone } = declared;
    datum(Datum::read(value, ty, zone), ty, zone)
}

/// A value that was read as `ty`.
pub(crate) fn datum(datum: Datum<'_>, ty: &Type, zone: Zone) -> Option<String> {
    match (datum, ty) {
        (Datum::Number(number), Type::Percent) => Some(format!("{}%", number.normalize())),
        (Datum::Number(amount), Type::Money(currency)) => {
            Some(format!("{} {}", amount.normalize(), currency.as_str()))
        }
        (Datum::Number(number), _) => Some(number.normalize().to_string()),
        (Datum::Text(text), _) => Some(text.to_owned()),
        (Datum::Bool(truth), _) => Some(truth.to_string()),
        (Datum::Moment(days), Type::Date) => {
            let day = i32::try_from(days)
                .ok()
                .and_then(NaiveDate::from_epoch_days)?;
            Some(day.to_string())
        }
        (Datum::Moment(micros), Type::DateTime) => {
            let at = DateTime::from_timestamp_micros(micros)?;
            Some(zone.show(at))
        }
        (Datum::Moment(micros), Type::Duration) => Some(duration(micros)),
        _ => None,
    }
}

/// `1d12h`, as the language writes it; seconds with their fraction.
fn duration(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let mut rest = micros.unsigned_abs();
    let mut out = String::from(sign);
    for (unit, length) in [
        ("d", 86_400_000_000),
        ("h", 3_600_000_000),
        ("m", 60_000_000),
    ] {
        if rest >= length {
            out.push_str(&format!("{}{unit}", rest / length));
            rest %= length;
        }
    }
    if rest > 0 || out.len() == sign.len() {
        let seconds = Decimal::from_i128_with_scale(rest.into(), 6).normalize();
        out.push_str(&format!("{seconds}s"));
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::policy::Currency;

    fn shown(value: impl Into<Value>, ty: &Type) -> Option<String> {
        let zone = Zone::UTC;
        written(&value.into(), Declared { ty, zone })
    }

    #[test]
    fn values_read_as_people_write_them() {
        let cny = Type::Money(Currency::from_code("CNY").unwrap());
        assert_eq!(shown(20, &Type::Percent).as_deref(), Some("20%"));
        assert_eq!(shown("12.50%", &Type::Percent).as_deref(), Some("12.5%"));
        assert_eq!(shown("80000.00", &cny).as_deref(), Some("80000 CNY"));
        assert_eq!(shown("80000 CNY", &cny).as_deref(), Some("80000 CNY"));
        assert_eq!(
            shown("2026-03-02", &Type::Date).as_deref(),
            Some("2026-03-02")
        );
        let at = shown("2026-03-02T10:00:00+08:00", &Type::DateTime);
        assert_eq!(at.as_deref(), Some("2026-03-02T02:00:00Z"));
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let ty = &Type::DateTime;
        let at = written(&"2026-03-02T02:00:00Z".into(), Declared { ty, zone });
        assert_eq!(at.as_deref(), Some("2026-03-02T10:00:00+08:00"));
        assert_eq!(shown(129_600, &Type::Duration).as_deref(), Some("1d12h"));
        assert_eq!(shown("0.5", &Type::Duration).as_deref(), Some("0.5s"));
        assert_eq!(shown(0, &Type::Duration).as_deref(), Some("0s"));
        assert_eq!(shown(true, &Type::Bool).as_deref(), Some("true"));
        assert_eq!(shown("far", &Type::Date), None);
    }
}
