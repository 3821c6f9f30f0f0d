//! The time zone in which a policy means its days and hours.
//!
//! The IANA zones are compiled in: the same build gives the same day everywhere, and the zone of the
//! computer is never asked. Reads no clock.

use std::fmt;

use chrono::{
    DateTime, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, SecondsFormat,
    TimeDelta, TimeZone, Timelike, Utc,
};
use chrono_tz::{TZ_VARIANTS, Tz};

/// A time zone: UTC, an offset from it, or a zone of the IANA database.
///
/// ```
/// use guardrails_core::Zone;
///
/// assert_eq!(Zone::named("Asia/Shanghai").unwrap().to_string(), "Asia/Shanghai");
/// assert_eq!(Zone::named("+08:00").unwrap().to_string(), "+08:00");
/// assert!(Zone::named("Asia/Shangai").is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Zone(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    Utc,
    Offset(FixedOffset),
    Iana(Tz),
}

/// The largest offset that is in use anywhere, in seconds.
const WIDEST: i32 = 14 * 3_600;

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Kind::Utc);

    /// The zone of this name: `UTC`, an offset such as `+08:00`, or an IANA name such as
    /// `Asia/Shanghai`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name == "UTC" {
            return Some(Self::UTC);
        }
        let kind = match offset(name) {
            Some(offset) => Kind::Offset(offset),
            None => Kind::Iana(name.parse().ok()?),
        };
        Some(Self(kind))
    }

    /// The names of the IANA database, for suggestions.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TZ_VARIANTS.iter().map(|zone| zone.name())
    }

    /// What the clock on the wall shows at an instant; none at the ends of the calendar.
    fn local(self, at: DateTime<Utc>) -> Option<NaiveDateTime> {
        let naive = at.naive_utc();
        let offset = match self.0 {
            Kind::Utc => return Some(naive),
            Kind::Offset(offset) => offset,
            Kind::Iana(zone) => zone.offset_from_utc_datetime(&naive).fix(),
        };
        naive.checked_add_offset(offset)
    }

    /// The calendar day of an instant; none at the ends of the calendar.
    #[must_use]
    pub fn day(self, at: DateTime<Utc>) -> Option<NaiveDate> {
        self.local(at).map(|local| local.date())
    }

    /// The hour of an instant, 0 to 23; none at the ends of the calendar.
    #[must_use]
    pub fn hour(self, at: DateTime<Utc>) -> Option<u32> {
        self.local(at).map(|local| local.hour())
    }

    /// The minute of the day of an instant, 0 to 1439; none at the ends of the calendar.
    #[must_use]
    pub fn minute_of_day(self, at: DateTime<Utc>) -> Option<u32> {
        self.local(at)
            .map(|local| local.hour() * 60 + local.minute())
    }

    /// The first instant of a calendar day; none at the ends of the calendar. Where a change of the
    /// clocks skips midnight the day begins when they show something again.
    #[must_use]
    pub fn begin_of(self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let midnight = day.and_time(NaiveTime::MIN);
        let Kind::Iana(zone) = self.0 else {
            return self.instant(midnight);
        };
        let begins = |local: NaiveDateTime| {
            let offset = zone.offset_from_local_datetime(&local).earliest()?;
            local.checked_sub_offset(offset.fix())
        };
        let later = || midnight.checked_add_signed(TimeDelta::hours(1));
        let begin = begins(midnight).or_else(|| begins(later()?));
        begin.map(|naive| naive.and_utc())
    }

    /// An instant as the clock on the wall shows it, with its offset: `2026-03-02T10:00:00+08:00`.
    #[must_use]
    pub fn show(self, at: DateTime<Utc>) -> String {
        let shown = match self.0 {
            Kind::Utc => None,
            Kind::Offset(offset) => Some(offset),
            Kind::Iana(zone) => Some(zone.offset_from_utc_datetime(&at.naive_utc()).fix()),
        };
        match shown.filter(|_| self.local(at).is_some()) {
            Some(offset) => at
                .with_timezone(&offset)
                .to_rfc3339_opts(SecondsFormat::AutoSi, false),
            None => at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        }
    }

    /// The one instant at which the clock on the wall shows `local`; none for an hour that a change
    /// of the clocks skips or repeats.
    #[must_use]
    pub fn instant(self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let offset = match self.0 {
            Kind::Utc => return Some(local.and_utc()),
            Kind::Offset(offset) => offset,
            Kind::Iana(zone) => match zone.offset_from_local_datetime(&local) {
                LocalResult::Single(offset) => offset.fix(),
                _ => return None,
            },
        };
        local
            .checked_sub_offset(offset)
            .map(|naive| naive.and_utc())
    }
}

impl fmt::Display for Zone {
    /// As it is written in a policy.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Utc => f.write_str("UTC"),
            Kind::Offset(offset) => fmt::Display::fmt(&offset, f),
            Kind::Iana(zone) => f.write_str(zone.name()),
        }
    }
}

/// Reads `+08:00`; other spellings of an offset are none.
fn offset(text: &str) -> Option<FixedOffset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let two = |digits: &str| -> Option<i32> {
        let plain = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse().ok())?
    };
    let (hours, minutes) = (two(hours)?, two(minutes).filter(|minutes| *minutes < 60)?);
    let seconds = sign * (hours * 3_600 + minutes * 60);
    (seconds.abs() <= WIDEST)
        .then(|| FixedOffset::east_opt(seconds))
        .flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn local(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn days_and_hours_are_those_of_the_zone() {
        for (name, instant, day, hour) in [
            ("UTC", "2026-03-02T17:30:00Z", "2026-03-02", 17),
            ("Asia/Shanghai", "2026-03-02T17:30:00Z", "2026-03-03", 1),
            ("+08:00", "2026-03-02T17:30:00Z", "2026-03-03", 1),
            ("-05:30", "2026-03-02T02:00:00Z", "2026-03-01", 20),
            // Berlin's clocks go forward at 01:00 UTC on this day.
            ("Europe/Berlin", "2026-03-29T00:59:00Z", "2026-03-29", 1),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29", 3),
        ] {
            let zone = Zone::named(name).unwrap();
            let instant = at(instant);
            assert_eq!(zone.day(instant).unwrap().to_string(), day, "{name}");
            assert_eq!(zone.hour(instant).unwrap(), hour, "{name}");
        }
    }

    #[test]
    fn an_hour_that_is_skipped_or_repeated_is_no_instant() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        assert_eq!(berlin.instant(local("2026-03-29T02:30:00")), None);
        assert_eq!(berlin.instant(local("2026-10-25T02:30:00")), None);
        let plain = berlin.instant(local("2026-07-01T12:00:00"));
        assert_eq!(plain, Some(at("2026-07-01T10:00:00Z")));
    }

    #[test]
    fn a_day_begins_and_an_instant_is_shown_as_on_the_wall() {
        let begin = |zone: &str, day: &str| {
            let begin = Zone::named(zone).unwrap().begin_of(day.parse().unwrap());
            begin.unwrap().to_rfc3339()
        };
        for (zone, day, instant) in [
            ("UTC", "2026-03-02", "2026-03-02T00:00:00+00:00"),
            ("+08:00", "2026-03-02", "2026-03-01T16:00:00+00:00"),
            ("Asia/Shanghai", "2026-03-02", "2026-03-01T16:00:00+00:00"),
            // Cairo's clocks skip the first hour of this day.
            ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00+00:00"),
        ] {
            assert_eq!(begin(zone, day), instant, "{zone}");
        }
        let show = |zone: &str| Zone::named(zone).unwrap().show(at("2026-03-02T02:00:00Z"));
        assert_eq!(show("UTC"), "2026-03-02T02:00:00Z");
        assert_eq!(show("Asia/Shanghai"), "2026-03-02T10:00:00+08:00");
        assert_eq!(show("-03:30"), "2026-03-01T22:30:00-03:30");
        let east = Zone::named("+14:00").unwrap();
        assert!(east.show(DateTime::<Utc>::MAX_UTC).ends_with('Z'));
    }

    #[test]
    fn only_names_and_full_offsets_are_zones() {
        for name in [
            "",
            "+8",
            "+0800",
            "+15:00",
            "+08:60",
            "８",
            "CST6",
            "Mars/Base",
            "utc",
        ] {
            assert_eq!(Zone::named(name), None, "{name}");
        }
        for name in ["UTC", "+08:00", "-03:30", "America/New_York"] {
            assert_eq!(Zone::named(name).unwrap().to_string(), name);
        }
    }

    #[test]
    fn the_ends_of_the_calendar_have_no_local_day() {
        let east = Zone::named("+14:00").unwrap();
        assert_eq!(east.day(DateTime::<Utc>::MAX_UTC), None);
    }
}
