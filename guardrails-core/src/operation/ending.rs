//! How an operation ends: well, as failed, or dropped unfinished; and what becomes of the ticket that
//! it holds.

use super::{Operation, Stage};
use crate::audit::{Digests, EventKind, KeyedDigest, OutcomeStatus, Receipt};
use crate::error::Result;
use crate::naming::expect_name_or_none;
use crate::process::Ending;
use crate::value::Name;

/// Stands on record for a code of the host's that is no name.
const FAILURE_CODE_INVALID: &str = "FAILURE_CODE_INVALID";

impl Operation {
    /// Ends the operation well. `answer` is what the AI hands back; only its keyed MAC is kept.
    /// Returns once the outcome is durable.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied) when the last proposal was not allowed: it is then recorded as what it
    /// came to. An operation that holds a ticket was released before, and completes all the same: what became of
    /// that release is what this says. With `TICKET_UNKNOWN` when the time to use its ticket was over before, which
    /// leaves the outcome on record and the ticket to be settled.
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the outcome could not be made durable.
    pub fn complete(mut self, answer: impl AsRef<[u8]>) -> Result<Receipt> {
        match (self.stage, &self.reserved) {
            (Stage::Denied, Some(_)) => {}
            _ => self.expect_open()?,
        }
        let output = Some(self.output(answer.as_ref()));
        let used = self.end_reservation(Ending::Applied);
        let receipt = self.end(OutcomeStatus::Completed, Name::default(), output)?;
        used.map(|()| receipt)
    }

    /// Ends the operation as failed, with a code of the host's: what it proposed was *not applied*. A
    /// ticket that it holds is free again, as long as its time to be used lasts; after that it is `unknown`.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied) with `TICKET_UNKNOWN` when the time to use its ticket was
    /// over before, which leaves the outcome on record and the ticket to be settled.
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the outcome could not be made durable.
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a code that is no name: longer than 255 bytes, or
    /// with a character that does not show. The operation has ended as failed all the same, with the code
    /// `FAILURE_CODE_INVALID`.
    pub fn fail(self, code: impl Into<Name>) -> Result<Receipt> {
        self.end_failed(code.into(), Ending::NotApplied)
    }

    /// Ends the operation as failed, with a code of the host's, where nobody knows whether what it
    /// proposed was applied: an exception went through the host's code. A ticket that it holds is
    /// `unknown` from then on, and releases nothing until a person settles it.
    ///
    /// # Errors
    /// As [`Operation::fail`].
    pub fn abort(self, code: impl Into<Name>) -> Result<Receipt> {
        self.end_failed(code.into(), Ending::Unknown)
    }

    fn end_failed(mut self, code: Name, ending: Ending) -> Result<Receipt> {
        let is_name = expect_name_or_none("the code of the failure", &code);
        let code = match is_name {
            Ok(()) => code,
            Err(_) => FAILURE_CODE_INVALID.into(),
        };
        let left = self.end_reservation(ending);
        let receipt = self.end(OutcomeStatus::Failed, code, None)?;
        left.and(is_name).map(|()| receipt)
    }

    /// Says what became of the action that a ticket released; nothing where none is held.
    fn end_reservation(&mut self, ending: Ending) -> Result<()> {
        match self.reserved.take() {
            Some(held) => self.guard.approvals().finish(self, &held, ending),
            None => Ok(()),
        }
    }

    fn end(
        &mut self,
        status: OutcomeStatus,
        code: Name,
        output: Option<KeyedDigest>,
    ) -> Result<Receipt> {
        self.stage = Stage::Ended;
        let outcome = EventKind::Outcome {
            status,
            code,
            output,
        };
        let event = self.event(self.now(), outcome, self.last_output(output, status));
        self.guard.inner.store.commit(event)
    }

    /// The digest of an ending without an answer: of what was handed back last, or of the word for how
    /// it ended where nothing was.
    fn last_output(&self, answer: Option<KeyedDigest>, status: OutcomeStatus) -> Digests {
        let word = || self.output(status.as_str().as_bytes()).into();
        let last = || self.handed_back.clone().unwrap_or_else(word);
        Digests {
            input: None,
            output: answer.is_none().then(last),
        }
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        let status = match self.stage {
            Stage::Ended => return,
            Stage::Open => OutcomeStatus::Abandoned,
            Stage::Denied => OutcomeStatus::Denied,
            Stage::Waiting => OutcomeStatus::Waiting,
        };
        self.stage = Stage::Ended;
        // Should this fail, the lease runs out and comes to the same.
        let _ = self.end_reservation(Ending::Unknown);
        // A drop has nobody to tell. A journal that has failed refuses the next `begin`, and an
        // intent without an outcome is found at the next start.
        let outcome = EventKind::Outcome {
            status,
            code: Name::default(),
            output: None,
        };
        let digests = self.last_output(None, status);
        let _ = self.record_with(self.now(), outcome, digests);
    }
}
