//! Looks for changed tables and changed policy files, and puts them in force; now and then sweeps
//! tickets whose time is over.
//!
//! It asks rather than waits to be told: a revision row and the files' lengths and times are cheap
//! to read, and are right on network folders, container mounts and three databases alike, where
//! notifications are not. What a look fails for is kept in `Guard::health` and given to the host's log.

#[cfg(feature = "cli")]
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use guardrails_core::{Error, ErrorKind, Guard, Result};
use guardrails_orm::OpeningProcess;

use crate::fingerprint::Fingerprint;
use crate::reload::Reloads;

/// How long between two looks; a change is in force within a second, with room for a slow database.
const PACE: Duration = Duration::from_millis(200);

/// After how many looks tickets whose time is over are written so: every ten seconds.
const LOOKS_PER_SWEEP: u32 = 50;

/// A thread that looks for changes until it is dropped.
pub(crate) struct Watch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    process: OpeningProcess,
}

impl Watch {
    pub(crate) fn start(guard: Guard, mut bundles: Vec<Watched>) -> Result<Self> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new()
            .name("guard-watch".to_owned())
            .spawn(move || look(&guard, &mut bundles, &stopped))
            .map_err(|error| {
                Error::new(ErrorKind::Setup, "the watching thread could not be started")
                    .with_source(error)
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
            process: OpeningProcess::current(),
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let (stop, thread) = (self.stop.take(), self.thread.take());
        if !self.process.is_current() {
            std::mem::forget((stop, thread));
            return;
        }
        drop(stop);
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
        {
            // A panic in the thread has nobody to go to; the guard goes on with what it has.
            let _ = thread.join();
        }
    }
}

/// Changes of a policy's files, for whoever has nothing else to do than wait for the next.
#[cfg(feature = "cli")]
pub(crate) struct Changes {
    path: PathBuf,
    seen: Fingerprint,
}

#[cfg(feature = "cli")]
impl Changes {
    /// Changes from now on.
    pub(crate) fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            seen: Fingerprint::of(path),
        }
    }

    /// Returns once something has changed since the last time.
    pub(crate) fn wait(&mut self) {
        loop {
            let now = Fingerprint::of(&self.path);
            if now != self.seen {
                self.seen = now;
                return;
            }
            // Nobody unparks; a wake-up without cause only looks once more.
            std::thread::park_timeout(PACE);
        }
    }
}

/// A bundle, and what was seen of it before it was last read.
pub(crate) struct Watched {
    reloads: Arc<Reloads>,
    seen: Fingerprint,
}

impl Watched {
    /// A bundle that was read after `seen` was taken: a change made while it was read differs.
    pub(crate) fn since(reloads: Arc<Reloads>, seen: Fingerprint) -> Self {
        Self { reloads, seen }
    }

    fn look(&mut self, guard: &Guard) {
        let now = Fingerprint::of(self.reloads.path());
        if self.seen == now {
            return;
        }
        let put_in_force = self.reloads.reload_if_changed(guard);
        // A broken bundle is not tried again until it changes; a store that is down is.
        let down = |error: &Error| error.kind() == ErrorKind::Store;
        if !put_in_force.as_ref().is_err_and(down) {
            self.seen = now;
        }
    }
}

fn look(guard: &Guard, bundles: &mut [Watched], stopped: &Receiver<()>) {
    let mut looks = 0_u32;
    while stopped.recv_timeout(PACE) == Err(RecvTimeoutError::Timeout) {
        looks = looks.wrapping_add(1);
        if looks.is_multiple_of(LOOKS_PER_SWEEP) {
            // What cannot be written now is overdue at the next sweep too, and treated so until then.
            let _ = guard.approvals().sweep();
        }
        // A store that does not answer, or a bundle that is refused, leaves what was in force in force;
        // the guard keeps the error, and the next look tries again.
        let _ = guard.refresh();
        bundles.iter_mut().for_each(|bundle| bundle.look(guard));
    }
}
