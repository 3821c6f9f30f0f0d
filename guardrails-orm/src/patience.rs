//! How long to keep trying what another program stands in the way of.

use std::time::Duration;

use tokio::time::Instant;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// A stretch of time in which something may be tried again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    until: Instant,
}

impl Patience {
    pub(crate) fn of(limit: Duration) -> Self {
        let now = Instant::now();
        Self {
            until: now.checked_add(limit).unwrap_or(now),
        }
    }

    pub(crate) fn is_left(self) -> bool {
        Instant::now() < self.until
    }

    /// Waits a little. The lock of another process, or a server that is just coming up, cannot be
    /// waited on in any other way.
    #[expect(
        clippy::disallowed_methods,
        reason = "there is no condition to wait on: the other side is another process"
    )]
    pub(crate) async fn pause() {
        tokio::time::sleep(PAUSE).await;
    }
}
