//! What a forked child may not use: whatever belongs to the process that opened it.

use std::sync::Arc;

use crm_guardrails::Result;
use crm_guardrails::stores::OpeningProcess;

/// What belongs to the process that opened it. In a forked child it neither works nor is dropped: its
/// threads are not there, and its locks may be held for ever.
pub(crate) struct Owned<T> {
    process: OpeningProcess,
    value: Arc<T>,
}

impl<T> Owned<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            process: OpeningProcess::current(),
            value: Arc::new(value),
        }
    }

    /// The way to it; there is no other.
    ///
    /// # Errors
    /// [`ErrorKind::Setup`] in a forked child.
    pub(crate) fn get(&self) -> Result<&T> {
        self.process.expect_current()?;
        Ok(&self.value)
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if !self.process.is_current() {
            std::mem::forget(Arc::clone(&self.value));
        }
    }
}
