//! What the guard needs from outside itself: the time, and randomness.
//!
//! Core reads no clock and draws no random number of its own, so that a decision can be replayed
//! and a test can stand still in time. The facade crate brings the operating system's; tests bring
//! [`FrozenClock`] and [`CountingEntropy`].

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, TimeZone, Utc};
use uuid::Uuid;

/// Tells the time, in UTC.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// Gives random bytes fit for identifiers and keys.
pub trait Entropy: Send + Sync {
    /// Fills `buffer`; an error means that no randomness is to be had, and the call fails closed.
    ///
    /// # Errors
    /// Whatever the source of randomness reports, as [`ErrorKind::Setup`](crate::ErrorKind::Setup).
    fn fill(&self, buffer: &mut [u8]) -> crate::Result<()>;
}

/// A time-ordered identifier (UUID version 7, RFC 9562 §5.7) from the injected clock and entropy.
pub(crate) fn new_id(now: DateTime<Utc>, entropy: &dyn Entropy) -> crate::Result<Uuid> {
    let mut random = [0_u8; 10];
    entropy.fill(&mut random)?;
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct FrozenClock(AtomicI64);

impl FrozenClock {
    /// Stands at `time`, cut to microseconds.
    #[must_use]
    pub fn at(time: DateTime<Utc>) -> Self {
        Self(AtomicI64::new(time.timestamp_micros()))
    }

    /// Moves forward.
    pub fn advance(&self, by: chrono::Duration) {
        self.0
            .fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> DateTime<Utc> {
        let micros = self.0.load(Ordering::SeqCst);
        Utc.timestamp_micros(micros).single().unwrap_or_default()
    }
}

/// Entropy for tests: a counter, so that identifiers repeat from run to run. Never for keys.
#[derive(Debug, Default)]
pub struct CountingEntropy(AtomicU64);

impl Entropy for CountingEntropy {
    fn fill(&self, buffer: &mut [u8]) -> crate::Result<()> {
        let count = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (i, byte) in buffer.iter_mut().rev().enumerate() {
            *byte = count.get(7_usize.wrapping_sub(i)).copied().unwrap_or(0);
        }
        Ok(())
    }
}
