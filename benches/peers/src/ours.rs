//! Our side, without the database: core and language, with the system's clock and randomness, which
//! the facade would bring along with a database driver.

use chrono::{DateTime, Utc};

pub use guardrails_core::*;
pub use guardrails_rules as rules;

pub use guardrails_core::Guard as CoreGuard;

pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<()> {
        getrandom::fill(buffer).expect("the system has random numbers");
        Ok(())
    }
}
