//! Counters of limits in memory: exact sliding windows.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{MemoryStore, lock};
use crate::error::Result;
use crate::store::{LimitStore, Take, Taken};

/// What was taken from one counter and has not left its window, oldest first.
#[derive(Debug, Default)]
pub(super) struct Window {
    taken: VecDeque<(DateTime<Utc>, u64)>,
    sum: u64,
}

impl Window {
    fn take(&mut self, take: &Take<'_>, now: DateTime<Utc>) -> Taken {
        self.forget(now, take.window);
        let free = take.most.saturating_sub(self.sum);
        if take.amount <= free {
            if take.amount > 0 {
                let after = self.taken.partition_point(|(at, _)| *at <= now);
                self.taken.insert(after, (now, take.amount));
                self.sum += take.amount;
            }
            return Taken::Granted;
        }
        self.pull_back(now);
        let retry_after = self.wait(take, take.amount - free, now);
        Taken::Exceeded { retry_after }
    }

    /// Dates what was taken by a clock that was ahead to now.
    fn pull_back(&mut self, now: DateTime<Utc>) {
        let ahead = self.taken.iter_mut().rev();
        ahead
            .take_while(|(at, _)| *at > now)
            .for_each(|(at, _)| *at = now);
    }

    fn forget(&mut self, now: DateTime<Utc>, window: Duration) {
        while let Some((at, amount)) = self.taken.front()
            && elapsed(*at, now) >= window
        {
            self.sum = self.sum.saturating_sub(*amount);
            self.taken.pop_front();
        }
    }

    /// Time until `missing` has left the window; the whole window for what will never fit.
    fn wait(&self, take: &Take<'_>, missing: u64, now: DateTime<Utc>) -> Duration {
        let mut leaving = 0_u64;
        for (at, amount) in &self.taken {
            leaving = leaving.saturating_add(*amount);
            if leaving >= missing {
                return take.window.saturating_sub(elapsed(*at, now));
            }
        }
        take.window
    }
}

fn elapsed(from: DateTime<Utc>, to: DateTime<Utc>) -> Duration {
    (to - from).to_std().unwrap_or(Duration::ZERO)
}

impl LimitStore for MemoryStore {
    fn take(&self, take: &Take<'_>, now: DateTime<Utc>) -> Result<Taken> {
        take.check()?;
        if take.amount > take.most {
            let retry_after = take.window;
            return Ok(Taken::Exceeded { retry_after });
        }
        let mut limits = lock(&self.limits)?;
        if let Some(window) = limits.get_mut(take.key) {
            return Ok(window.take(take, now));
        }
        let window = limits.entry(take.key.to_owned()).or_default();
        Ok(window.take(take, now))
    }
}
