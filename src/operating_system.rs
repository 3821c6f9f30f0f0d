//! The operating system's clock and randomness, for core, which has none of its own.

use chrono::{DateTime, Utc};
use guardrails_core::{Clock, Entropy, Error, ErrorKind, Result};

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// The operating system's random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<()> {
        getrandom::fill(buffer).map_err(|error| {
            Error::new(
                ErrorKind::Setup,
                "the operating system gives no random numbers",
            )
            .with_source(error)
        })
    }
}
