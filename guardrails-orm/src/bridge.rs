//! The bridge from synchronous callers to the asynchronous driver.
//!
//! The store has a small tokio runtime of its own. A call is spawned on it, and the caller waits on
//! a standard channel, so that it works from any thread: also from inside somebody else's runtime,
//! where `block_on` would panic. It must not be called from its own runtime.

use std::future::Future;
use std::sync::mpsc;
use std::time::Duration;

use guardrails_core::{Error, ErrorKind, Result};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::process::OpeningProcess;

/// One waits for the database, the other lets timers and a second call go on meanwhile.
const WORKERS: usize = 2;

/// Runs futures for threads that cannot.
pub(crate) struct Bridge {
    runtime: Option<Runtime>,
    /// A forked child has none of the threads, so it would wait for ever.
    process: OpeningProcess,
    /// The longest a call may take if nothing else is said.
    limit: Duration,
}

impl Bridge {
    pub(crate) fn start(limit: Duration) -> Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("guard-store")
            .enable_all()
            .build()
            .map_err(|error| {
                Error::new(ErrorKind::Setup, "the store's threads could not be started")
                    .with_help("raise the limit of threads of this process")
                    .with_source(error)
            })?;
        Ok(Self {
            runtime: Some(runtime),
            process: OpeningProcess::current(),
            limit,
        })
    }

    /// Runs `future` to its end, or until the usual limit.
    pub(crate) fn run<T, F>(&self, doing: &str, future: F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        self.run_within(self.limit, doing, future)
    }

    /// Runs `future` to its end, or until `limit`.
    pub(crate) fn run_within<T, F>(&self, limit: Duration, doing: &str, future: F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        self.process.expect_current()?;
        let (answer, answered) = mpsc::sync_channel(1);
        self.handle()?.spawn(async move {
            // The caller may have gone; then nobody needs the answer.
            let _ = answer.send(tokio::time::timeout(limit, future).await.ok());
        });
        match answered.recv() {
            Ok(Some(result)) => result,
            Ok(None) => Err(Error::new(
                ErrorKind::Store,
                format!("could not {doing}: no answer within {} s", limit.as_secs()),
            )
            .with_help("check that the database server is reachable and not overloaded")),
            Err(mpsc::RecvError) => Err(Error::new(
                ErrorKind::Store,
                format!("could not {doing}: the store has been shut down"),
            )),
        }
    }

    /// Whether it was started here, and not before a fork.
    pub(crate) fn is_of_this_process(&self) -> bool {
        self.process.is_current()
    }

    pub(crate) fn handle(&self) -> Result<&Handle> {
        self.runtime
            .as_ref()
            .map(Runtime::handle)
            .ok_or_else(|| Error::new(ErrorKind::Store, "the store has been shut down"))
    }
}

impl Drop for Bridge {
    /// Without waiting: waiting panics when the last owner is dropped inside another runtime.
    fn drop(&mut self) {
        match self.runtime.take() {
            // None of its threads is in this process, and its locks may be held for ever.
            Some(runtime) if !self.process.is_current() => std::mem::forget(runtime),
            Some(runtime) => runtime.shutdown_background(),
            None => {}
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn works_inside_another_runtime() {
        let other = Builder::new_current_thread().build().unwrap();
        other.block_on(async {
            let bridge = Bridge::start(Duration::from_secs(5)).unwrap();
            assert_eq!(bridge.run("count", async { Ok(41 + 1) }).unwrap(), 42);
        });
    }

    #[test]
    fn a_call_that_does_not_end_is_an_error() {
        let bridge = Bridge::start(Duration::from_millis(10)).unwrap();
        let error = bridge
            .run("wait", std::future::pending::<Result<()>>())
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
        assert!(error.to_string().contains("no answer"), "{error}");
    }
}
