//! What keeps a failure closed: a panic inside the guard becomes a refusal, and an operation that
//! was interrupted by one is over.
//!
//! Knows nothing of Python, so that it can be tested without an interpreter.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crm_guardrails::{Error, ErrorKind, Reason, Result};

/// Does `work`; a panic in it is a refusal with the code `GUARD_PANICKED`.
pub(crate) fn closed<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // What a panic may have left half-done is dropped with `work`, or thrown away by `Slot`.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::denied(Reason::new(
            "GUARD_PANICKED",
            "the guard failed inside; nothing was released",
        )))
    })
}

/// Something that one thread at a time works on, until it has ended.
///
/// INVARIANT: the lock is held for a look only, never while work is done, so that a thread that
/// holds Python's interpreter lock never waits for one that wants it.
pub(crate) struct Slot<T>(Mutex<State<T>>);

enum State<T> {
    Idle(T),
    Busy,
    Ended,
}

impl<T> Slot<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Mutex::new(State::Idle(value)))
    }

    /// Works on it. Whoever comes meanwhile is refused; a panic ends it.
    pub(crate) fn run<R>(&self, work: impl FnOnce(&mut T) -> Result<R>) -> Result<R> {
        let mut value = self.take()?;
        // A panic drops the value, and nobody puts it back.
        let done = closed(move || {
            let result = work(&mut value);
            Ok((value, result))
        });
        match done {
            Ok((value, result)) => {
                *self.look() = State::Idle(value);
                result
            }
            Err(refused) => {
                *self.look() = State::Ended;
                Err(refused)
            }
        }
    }

    /// Ends it with one last work on it.
    pub(crate) fn end<R>(&self, work: impl FnOnce(T) -> Result<R>) -> Result<R> {
        let value = self.take()?;
        *self.look() = State::Ended;
        closed(move || work(value))
    }

    /// Whether it has not ended.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(*self.look(), State::Ended)
    }

    fn take(&self) -> Result<T> {
        let mut state = self.look();
        match std::mem::replace(&mut *state, State::Busy) {
            State::Idle(value) => Ok(value),
            State::Busy => Err(Error::new(
                ErrorKind::Conflict,
                "another thread works on this operation",
            )
            .with_help("begin one operation per thread")),
            State::Ended => {
                *state = State::Ended;
                Err(Error::denied(Reason::new(
                    "OPERATION_ENDED",
                    "the operation has ended",
                )))
            }
        }
    }

    fn look(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
