//! Where each step of an operation begins: it is decided by the policy and the tables that are in force
//! then, and an operation is no longer, and takes in no more, than its limits say.
//!
//! A step that is refused here is on record like any other refusal.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Operation, Shadow};
use crate::audit::{EventKind, OperationContext};
use crate::error::{Error, ErrorKind, Result};
use crate::guard::OperationLimits;
use crate::outcome_kind::OutcomeKind;
use crate::reason::Reason;
use crate::request::Request;
use crate::value::Name;

/// What an operation has used of its limits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    began: DateTime<Utc>,
    proposals: u32,
    rows: u64,
}

impl Usage {
    pub(super) fn from(began: DateTime<Utc>) -> Self {
        Self {
            began,
            proposals: 0,
            rows: 0,
        }
    }

    fn is_too_old(&self, now: DateTime<Utc>, limits: &OperationLimits) -> bool {
        let age = now.signed_duration_since(self.began).to_std();
        // A clock that was put back makes no operation older.
        age.is_ok_and(|age| age >= limits.max_age)
    }
}

impl Operation {
    /// Begins a step that looks at so many records.
    ///
    /// # Errors
    /// [`ErrorKind::LimitReached`] with `OPERATION_TOO_OLD` or `OPERATION_ROWS_REACHED`;
    /// [`ErrorKind::Denied`] where the policy and the tables of now would not let the operation begin.
    pub(super) fn begin_reading(&mut self, records: usize, now: DateTime<Utc>) -> Result<()> {
        self.expect_open()?;
        let rows = u64::try_from(records).unwrap_or(u64::MAX);
        let rows = self.usage.rows.saturating_add(rows);
        let most = self.guard.inner.operation_limits.max_rows;
        let within = match rows > most {
            true => Err(over(
                "OPERATION_ROWS_REACHED",
                format!("one operation is handed at most {most} records"),
            )),
            false => self.follow(now),
        };
        within.map_err(|error| self.step_refused(now, error))?;
        self.usage.rows = rows;
        Ok(())
    }

    /// Begins the step of a proposal.
    ///
    /// # Errors
    /// As [`Operation::begin_reading`], with `OPERATION_PROPOSALS_REACHED`. A denial is not on record yet.
    pub(super) fn begin_proposal(&mut self, now: DateTime<Utc>) -> Result<()> {
        let most = self.guard.inner.operation_limits.max_proposals;
        let within = match self.usage.proposals >= most {
            true => Err(over(
                "OPERATION_PROPOSALS_REACHED",
                format!("one operation proposes at most {most} changes"),
            )),
            false => self.follow(now),
        };
        match within {
            Ok(()) => {
                self.usage.proposals = self.usage.proposals.saturating_add(1);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::Denied => Err(error),
            Err(error) => Err(self.step_refused(now, error)),
        }
    }

    /// Goes on under the policy and the tables in force now, if they still let the operation be.
    fn follow(&mut self, now: DateTime<Utc>) -> Result<()> {
        let limits = self.guard.inner.operation_limits;
        if self.usage.is_too_old(now, &limits) {
            let most = limits.max_age.as_secs();
            let text = format!("an operation reads and proposes for at most {most} seconds");
            return Err(over("OPERATION_TOO_OLD", text));
        }
        if self.guard.is_in_force(&self.snapshot, now)? {
            return Ok(());
        }
        let current = self.guard.snapshot_in_force(now)?;
        let request = Request {
            principal: Cow::Borrowed(&*self.principal),
            skill: self.about.skill.clone(),
            entity: Some(self.plan.entity.clone()),
            context: self.context.clone(),
            purpose: String::new(),
            ticket: self.ticket,
        };
        let admitted = current.admit(&request).map_err(Error::denied);
        let shadow = Shadow::beside(&current, &request);
        let verb = admitted.as_ref().map(|plan| plan.skill.verb);
        // The refusal names the policy that refuses, too.
        self.about = Arc::new(OperationContext {
            policy: current.digest(),
            verb: verb.map_or(self.about.verb, Some),
            ..OperationContext::clone(&self.about)
        });
        self.plan = admitted?;
        self.snapshot = current;
        let touched = self.shadow.as_ref().map_or(0, Shadow::touched);
        self.shadow = shadow.map(|shadow| shadow.having_touched(touched));
        Ok(())
    }

    /// Puts a refused step on record. Where that cannot be done, the error is that one.
    fn step_refused(&self, now: DateTime<Utc>, error: Error) -> Error {
        if error.reasons().is_empty() {
            return error;
        }
        let decision = EventKind::Decision {
            record: Name::default(),
            fields: Arc::default(),
            action: None,
            outcome: OutcomeKind::Deny,
            reasons: error.reasons().into(),
            verdicts: Arc::default(),
            risk: None,
            obligations: Arc::default(),
        };
        self.record(now, decision).err().unwrap_or(error)
    }
}

fn over(code: &str, text: String) -> Error {
    Error::refused(ErrorKind::LimitReached, vec![Reason::new(code, text)])
}
