//! Looks for changed tables and changed policy files, and puts them in force.
//!
//! It asks rather than waits to be told: a revision row and the files' lengths and times are cheap
//! to read, and are right on network folders, container mounts and three databases alike, where
//! notifications are not.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use guardrails_core::{Error, ErrorKind, Guard, Result};

use crate::reload::Reloads;

/// How long between two looks; a change is in force within a second, with room for a slow database.
const PACE: Duration = Duration::from_millis(200);

/// A thread that looks for changes until it is dropped.
pub(crate) struct Watch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    pub(crate) fn start(guard: Guard, reloads: Vec<Arc<Reloads>>) -> Result<Self> {
        let (stop, stopped) = channel();
        // Taken here, so that a change made right after `open` is seen as one.
        let mut bundles: Vec<Watched> = reloads.into_iter().map(Watched::new).collect();
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
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take()
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
            seen: fingerprint(path),
        }
    }

    /// Returns once something has changed since the last time.
    pub(crate) fn wait(&mut self) {
        loop {
            let now = fingerprint(&self.path);
            if now != self.seen {
                self.seen = now;
                return;
            }
            // Nobody unparks; a wake-up without cause only looks once more.
            std::thread::park_timeout(PACE);
        }
    }
}

/// What is seen of the policies from outside: each file's path, length and time.
type Fingerprint = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// A bundle, and what was seen of it when it was last read.
struct Watched {
    reloads: Arc<Reloads>,
    seen: Fingerprint,
}

impl Watched {
    fn new(reloads: Arc<Reloads>) -> Self {
        let seen = fingerprint(reloads.path());
        Self { reloads, seen }
    }

    fn look(&mut self, guard: &Guard) {
        let now = fingerprint(self.reloads.path());
        if self.seen == now {
            return;
        }
        let put_in_force = self.reloads.reload(guard);
        // A broken bundle is not tried again until it changes; a store that is down is.
        let down = |error: &Error| error.kind() == ErrorKind::Store;
        if !put_in_force.as_ref().is_err_and(down) {
            self.seen = now;
        }
    }
}

fn look(guard: &Guard, bundles: &mut [Watched], stopped: &Receiver<()>) {
    while stopped.recv_timeout(PACE) == Err(RecvTimeoutError::Timeout) {
        // A store that does not answer, or a bundle that is refused, leaves what was in force
        // in force; the next look tries again.
        let _ = guard.refresh();
        bundles.iter_mut().for_each(|bundle| bundle.look(guard));
    }
}

fn fingerprint(path: &Path) -> Fingerprint {
    let mut files = Vec::new();
    collect(path, 0, &mut files);
    files.sort();
    files
}

/// Deeper folders than this hold no policies.
const DEPTH: usize = 16;

fn collect(path: &Path, depth: usize, files: &mut Fingerprint) {
    let Ok(about) = fs::metadata(path) else {
        return;
    };
    if about.is_dir() && depth < DEPTH {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            collect(&entry.path(), depth + 1, files);
        }
    } else if about.is_file() {
        files.push((path.to_owned(), about.len(), about.modified().ok()));
    }
}
