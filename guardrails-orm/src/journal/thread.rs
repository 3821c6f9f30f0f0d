//! The writer's thread: gathers what waits, commits it, renews the lease when idle, closes the log.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use guardrails_core::audit::{Event, Receipt};
use guardrails_core::{LogId, Result};
use tokio::runtime::Handle;

use super::log::Log;
use super::{Ending, Message};
use crate::connection::DatabaseConnection;
use crate::liveness::RENEWAL;
use crate::recovery::InterruptedOperation;
use crate::shared::Shared;

/// Events in one transaction. More would make those who wait for the first wait for the last.
const MOST: usize = 2_048;
/// How long events that nobody waits for may gather; one disk flush each would slow down the next
/// one who does wait.
const GATHER: Duration = Duration::from_millis(10);

/// The writer, on its own thread.
pub(super) struct Thread {
    log: Log,
    handle: Handle,
    messages: Receiver<Message>,
    ending: Arc<Ending>,
}

/// Events that will be committed together, and who waits for which.
#[derive(Default)]
struct Group {
    events: Vec<Event>,
    waiting: Vec<(usize, SyncSender<Result<Receipt>>)>,
    recover: Option<(LogId, SyncSender<Result<Vec<InterruptedOperation>>>)>,
}

impl Group {
    fn add(&mut self, message: Message) {
        match message {
            Message::Record(event) => self.events.push(event),
            Message::Commit(event, answer) => {
                self.waiting.push((self.events.len(), answer));
                self.events.push(event);
            }
            Message::Recover(log, answer) => self.recover = Some((log, answer)),
        }
    }

    fn is_full(&self) -> bool {
        self.events.len() >= MOST || self.recover.is_some()
    }
}

impl Thread {
    pub(super) fn new(
        shared: Arc<Shared>,
        pool: DatabaseConnection,
        handle: Handle,
        messages: Receiver<Message>,
        ending: Arc<Ending>,
    ) -> Self {
        Self {
            log: Log::new(shared, pool),
            handle,
            messages,
            ending,
        }
    }

    /// Runs until the callers' end is gone, or the journal has failed.
    pub(super) fn run(mut self) {
        let done = self.serve();
        let done = done.and_then(|()| self.handle.block_on(self.log.close()));
        if let Err(error) = done {
            self.ending.set(&error);
        }
        self.handle.block_on(self.log.disconnect());
    }

    fn serve(&mut self) -> Result<()> {
        loop {
            match self.messages.recv_timeout(RENEWAL) {
                Ok(message) => {
                    let group = self.gather(message);
                    self.commit(group)?;
                }
                Err(RecvTimeoutError::Timeout) => self.handle.block_on(self.log.renew())?,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    fn gather(&self, first: Message) -> Group {
        let mut group = Group::default();
        group.add(first);
        let until = Instant::now() + GATHER;
        while !group.is_full() {
            let patience = match group.waiting.is_empty() {
                true => until.saturating_duration_since(Instant::now()),
                false => Duration::ZERO,
            };
            match self.messages.recv_timeout(patience) {
                Ok(message) => group.add(message),
                Err(_) => break,
            }
        }
        group
    }

    /// On failure everyone who waits hears of it, and the journal ends.
    fn commit(&mut self, group: Group) -> Result<()> {
        let first = match group.events.is_empty() {
            true => Ok(None),
            false => self
                .handle
                .block_on(self.log.append(&group.events))
                .map(Some),
        };
        match first {
            Ok(Some(first)) => acknowledge(group.waiting, first),
            Ok(None) => {}
            Err(error) => return Err(self.fail(error, group.waiting)),
        }
        if let Some((log, answer)) = group.recover {
            let found = self.handle.block_on(self.log.recover(log));
            if let Err(error) = &found
                && self.log.is_broken()
            {
                self.ending.set(error);
            }
            // Whoever asked may have given up.
            let _ = answer.send(found);
        }
        match self.log.is_broken() {
            true => Err(self.ending.error()),
            false => Ok(()),
        }
    }

    fn fail(
        &self,
        error: guardrails_core::Error,
        waiting: Vec<(usize, SyncSender<Result<Receipt>>)>,
    ) -> guardrails_core::Error {
        self.ending.set(&error);
        for (_, answer) in waiting {
            let _ = answer.send(Err(self.ending.error()));
        }
        error
    }
}

fn acknowledge(waiting: Vec<(usize, SyncSender<Result<Receipt>>)>, first: Receipt) {
    for (at, answer) in waiting {
        let at = u64::try_from(at).unwrap_or(u64::MAX);
        // Whoever asked may have given up; the event is kept all the same.
        let _ = answer.send(Ok(Receipt {
            log: first.log,
            seq: first.seq.saturating_add(at),
        }));
    }
}
