//! The audit journal: one queue, one writer thread, one log per open store.
//!
//! Callers hand over events and, where they must, wait until these are durable. The writer takes
//! all that wait at once (group commit), seals them, and writes them in one transaction. Which rows
//! that makes is decided in `batch` and `projection`.
//!
//! INVARIANT: an event is acknowledged after its transaction's commit has returned, and never
//! otherwise. A commit that failed may or may not have reached the disk, so it is not tried again:
//! the journal ends, and every later call is an error.

pub(crate) mod batch;
mod facade;
pub(crate) mod log;
mod open;
pub(crate) mod projection;
mod thread;

use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use guardrails_core::audit::{Event, Receipt};
use guardrails_core::{Error, ErrorKind, LogId, Result};
use tokio::runtime::Handle;

use crate::connection::DatabaseConnection;
use crate::process::OpeningProcess;
use crate::recovery::InterruptedOperation;
use crate::shared::Shared;

/// What callers ask of the writer.
enum Message {
    Record(Event),
    Commit(Event, SyncSender<Result<Receipt>>),
    Recover(LogId, SyncSender<Result<Vec<InterruptedOperation>>>),
}

/// The callers' end of the journal.
pub(crate) struct Writer {
    queue: Option<SyncSender<Message>>,
    thread: Option<JoinHandle<()>>,
    ending: Arc<Ending>,
    process: OpeningProcess,
}

/// Why the journal takes no more events, once it does not.
#[derive(Default)]
struct Ending(OnceLock<String>);

impl Ending {
    fn set(&self, error: &Error) {
        // The first reason is the one that matters.
        let _ = self.0.set(error.to_string());
    }

    fn check(&self) -> Result<()> {
        match self.0.get() {
            None => Ok(()),
            Some(_) => Err(self.error()),
        }
    }

    fn error(&self) -> Error {
        let why = self.0.get().map_or("its writer has ended", String::as_str);
        Error::new(
            ErrorKind::Store,
            format!("the audit journal takes no more events: {why}"),
        )
        .with_help(
            "put the cause right and start the process again; until then nothing is released",
        )
    }
}

impl Writer {
    /// Starts the writer on a pool of one connection.
    pub(crate) fn start(
        shared: Arc<Shared>,
        pool: DatabaseConnection,
        handle: Handle,
    ) -> Result<Self> {
        let (queue, messages) = mpsc::sync_channel(shared.options.queue.max(1));
        let ending = Arc::new(Ending::default());
        let work = thread::Thread::new(shared, pool, handle, messages, Arc::clone(&ending));
        let thread = std::thread::Builder::new()
            .name("guard-journal".to_owned())
            .spawn(move || work.run())
            .map_err(|error| {
                Error::new(
                    ErrorKind::Setup,
                    "the journal's thread could not be started",
                )
                .with_help("raise the limit of threads of this process")
                .with_source(error)
            })?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            ending,
            process: OpeningProcess::current(),
        })
    }

    fn send(&self, message: Message) -> Result<()> {
        // In a forked child nobody would read the queue.
        self.process.expect_current()?;
        let queue = self.queue.as_ref().ok_or_else(|| self.ending.error())?;
        queue.send(message).map_err(|_| self.ending.error())
    }

    fn record(&self, event: Event) -> Result<()> {
        self.send(Message::Record(event))
    }

    fn commit(&self, event: Event) -> Result<Receipt> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.send(Message::Commit(event, answer))?;
        answered.recv().map_err(|_| self.ending.error())?
    }

    /// Marks a dead process's log as recovered and records its unfinished operations as
    /// interrupted, in one transaction; answers those.
    pub(crate) fn recover(&self, log: LogId) -> Result<Vec<InterruptedOperation>> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.send(Message::Recover(log, answer))?;
        answered.recv().map_err(|_| self.ending.error())?
    }
}

impl Drop for Writer {
    /// Waits until all events are written and the log is closed.
    fn drop(&mut self) {
        let (queue, thread) = (self.queue.take(), self.thread.take());
        if !self.process.is_current() {
            std::mem::forget((queue, thread));
            return;
        }
        drop(queue);
        if let Some(thread) = thread {
            // A writer that panicked has nothing left to say.
            let _ = thread.join();
        }
    }
}
