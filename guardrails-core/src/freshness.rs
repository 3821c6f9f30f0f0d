//! How old the permissions in force are: when the tables were last looked at with success.
//!
//! A right that was revoked must not live on because nobody can see that it was. Past the age that the
//! host allows, nothing is decided by these permissions any more.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// How old permissions may be unless the host says otherwise.
pub(crate) const MAX_AGE: Duration = Duration::from_secs(5 * 60);
/// The least time between two looks that are made because permissions are too old: a store that hangs
/// must not be waited for by each request.
const RETRY: TimeDelta = TimeDelta::seconds(1);

/// When the tables were looked at.
#[derive(Debug)]
pub(crate) struct Freshness {
    max_age: TimeDelta,
    /// The last look with success, in microseconds since 1970.
    confirmed: AtomicI64,
    attempts: Mutex<Attempts>,
}

#[derive(Debug, Default)]
struct Attempts {
    /// The last time that all rows were read, and not the revision alone.
    whole: Option<DateTime<Utc>>,
    /// The last look, if it failed.
    failed: Option<DateTime<Utc>>,
}

impl Freshness {
    /// Permissions that were read as a whole at `now`.
    pub(crate) fn new(max_age: Duration, now: DateTime<Utc>) -> Self {
        let freshness = Self {
            max_age: TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX),
            confirmed: AtomicI64::new(0),
            attempts: Mutex::default(),
        };
        freshness.confirm_whole(now);
        freshness
    }

    /// Whether the permissions may be decided by at `now`. A last look that lies ahead by more than
    /// the age says nothing: the clock was set back since.
    pub(crate) fn is_current(&self, now: DateTime<Utc>) -> bool {
        let age = now.signed_duration_since(self.last_success());
        age <= self.max_age && age >= -self.max_age
    }

    /// The last look with success.
    pub(crate) fn last_success(&self) -> DateTime<Utc> {
        let micros = self.confirmed.load(Ordering::SeqCst);
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// Whether all rows are due to be read again though the revision stands: a trigger that was
    /// dropped, a `TRUNCATE` or a restored backup does not raise it.
    pub(crate) fn is_whole_look_due(&self, now: DateTime<Utc>) -> bool {
        let since = |whole| now.signed_duration_since(whole).abs();
        let whole = self.attempts().whole;
        whole.is_none_or(|whole| since(whole) >= self.max_age / 2)
    }

    /// Whether a look made because permissions are too old has failed a moment ago.
    pub(crate) fn has_just_failed(&self, now: DateTime<Utc>) -> bool {
        let since = |failed| now.signed_duration_since(failed).abs();
        let failed = self.attempts().failed;
        failed.is_some_and(|failed| since(failed) < RETRY)
    }

    /// The revision was read, and stands.
    pub(crate) fn confirm(&self, now: DateTime<Utc>) {
        self.attempts().failed = None;
        self.confirmed
            .store(now.timestamp_micros(), Ordering::SeqCst);
    }

    /// All rows were read.
    pub(crate) fn confirm_whole(&self, now: DateTime<Utc>) {
        self.attempts().whole = Some(now);
        self.confirm(now);
    }

    /// A look has failed.
    pub(crate) fn fail(&self, now: DateTime<Utc>) {
        self.attempts().failed = Some(now);
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        // Both members are replaced as a whole, so they are sound after a panic too.
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap_or_default()
    }

    #[test]
    fn permissions_are_current_up_to_their_age() {
        let freshness = Freshness::new(MAX_AGE, at(0));
        for (seconds, current) in [
            (0, true),
            (300, true),
            (301, false),
            (-300, true),
            (-301, false),
        ] {
            assert_eq!(freshness.is_current(at(seconds)), current, "{seconds}");
        }
        freshness.confirm(at(301));
        assert!(freshness.is_current(at(600)));
        assert!(freshness.is_whole_look_due(at(600)));
    }

    #[test]
    fn a_failed_look_is_not_repeated_at_once() {
        let freshness = Freshness::new(MAX_AGE, at(0));
        assert!(!freshness.has_just_failed(at(0)));
        freshness.fail(at(400));
        assert!(freshness.has_just_failed(at(400)));
        assert!(!freshness.has_just_failed(at(401)));
        freshness.confirm(at(400));
        assert!(!freshness.has_just_failed(at(400)));
    }

    #[test]
    fn an_age_without_end_never_passes() {
        let freshness = Freshness::new(Duration::MAX, at(0));
        assert!(freshness.is_current(DateTime::<Utc>::MAX_UTC));
    }
}
