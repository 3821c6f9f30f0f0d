//! What a host counts of a user's recent behaviour, and the windows it counts in.
//!
//! The guard keeps no such counters itself: who sees every call of a user, across skills and
//! processes, is the host. What the host does not say is missing, and a condition on it unknown.

use std::fmt::Write as _;
use std::time::Duration;

use crate::value::Name;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Activity {
    /// Operations that the user began.
    Calls,
    /// Operations that were refused.
    Denials,
    /// Fields that were shown.
    Fields,
}

impl Activity {
    const ALL: [Self; 3] = [Self::Calls, Self::Denials, Self::Fields];

    /// The word of the language, as in `behaviour.calls(10m)`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Denials => "denials",
            Self::Fields => "fields",
        }
    }

    /// The activity that is written as `word`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }

    /// The names under `behaviour` that stand for this in a path: `calls` and `10m`.
    #[must_use]
    pub fn keys(self, window: Duration) -> Vec<Name> {
        vec![self.as_str().into(), window_name(window)]
    }

    /// What a key such as `calls_10m` counts, and in which window: how data says what
    /// `behaviour.calls(10m)` reads.
    #[must_use]
    pub fn from_key(key: &str) -> Option<(Self, Duration)> {
        let (word, window) = key.split_once('_')?;
        Some((Self::from_word(word)?, window_of(window)?))
    }
}

const UNITS: [(char, u64); 5] = [
    ('w', 604_800),
    ('d', 86_400),
    ('h', 3_600),
    ('m', 60),
    ('s', 1),
];

/// A window in its one spelling, largest units first: 90 minutes are `1h30m`, 24 hours `1d`.
#[must_use]
pub(crate) fn window_name(window: Duration) -> Name {
    let mut left = window.as_secs();
    let mut text = String::new();
    for (unit, seconds) in UNITS {
        if left >= seconds {
            // INVARIANT: writing to a String cannot fail.
            let _ = write!(text, "{}{unit}", left / seconds);
            left %= seconds;
        }
    }
    text.into()
}

/// Reads `10m` or `1h30m`; none for anything else and for no time at all.
fn window_of(text: &str) -> Option<Duration> {
    let (mut total, mut rest) = (0_u64, text);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (count, tail) = rest.split_at(digits);
        let unit = tail.chars().next()?;
        let (_, seconds) = UNITS.into_iter().find(|(known, _)| *known == unit)?;
        let part = count.parse::<u64>().ok()?.checked_mul(seconds)?;
        total = total.checked_add(part)?;
        rest = tail.get(unit.len_utf8()..)?;
    }
    (total > 0).then(|| Duration::from_secs(total))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_one_spelling() {
        for (key, window) in [
            ("calls_10m", "10m"),
            ("calls_600s", "10m"),
            ("denials_24h", "1d"),
            ("fields_90m", "1h30m"),
            ("fields_1h30m", "1h30m"),
            ("calls_7d", "1w"),
        ] {
            let (activity, read) = Activity::from_key(key).unwrap();
            assert!(key.starts_with(activity.as_str()));
            assert_eq!(&*window_name(read), window, "{key}");
        }
        for key in [
            "calls",
            "calls_",
            "calls_0m",
            "calls_10",
            "calls_10y",
            "score_10m",
            "calls_9é",
        ] {
            assert_eq!(Activity::from_key(key), None, "{key}");
        }
    }
}
