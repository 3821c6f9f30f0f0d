//! The process that opened something. A forked child has its memory and none of its threads, so that it
//! neither uses nor closes what its parent opened.

use guardrails_core::{Error, ErrorKind, Result};

/// The process that opened a store, or something that works on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpeningProcess(u32);

impl OpeningProcess {
    /// This process.
    #[must_use]
    pub fn current() -> Self {
        Self(std::process::id())
    }

    /// Whether it is the process that asks. In a forked child of it nothing may be dropped that has
    /// threads, connections or locks: it is left as it is until the child ends.
    #[must_use]
    pub fn is_current(self) -> bool {
        self == Self::current()
    }

    /// Refuses to go on in a forked child.
    ///
    /// # Errors
    /// [`ErrorKind::Setup`] in another process.
    pub fn expect_current(self) -> Result<()> {
        if self.is_current() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Setup,
            "the store was opened by another process, before a fork",
        )
        .with_help("open the store after forking"))
    }
}
