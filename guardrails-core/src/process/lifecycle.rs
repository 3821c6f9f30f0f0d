//! How a ticket moves from state to state. Pure: time and people come in, the next version comes
//! out; storing it is a compare-and-swap elsewhere.
//!
//! INVARIANT: only `approved` releases, and only once; time never approves. Whether a ticket's time
//! is over is worked out in [`Ticket::over`] and nowhere else.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::ticket::{Settlement, StepDecision, Ticket, Vote};
use crate::error::{Error, ErrorKind, Result};
use crate::identifier::OperationId;
use crate::reason::Reason;
use crate::ticket_state::TicketState;
use crate::value::{Fields, Name};

/// Who decides a ticket, as the guard knows them.
pub(crate) struct Approver<'a> {
    pub(crate) user: &'a Name,
    /// Assigned and inherited.
    pub(crate) roles: &'a [Name],
}

fn refused(code: &str, message: &str) -> Error {
    Error::denied(Reason::new(code, message))
}

fn later(from: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    chrono::Duration::from_std(by)
        .ok()
        .and_then(|by| from.checked_add_signed(by))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl Ticket {
    /// The state that time has brought it to, where that is another than the stored one.
    #[must_use]
    pub fn over(&self, now: DateTime<Utc>) -> Option<TicketState> {
        let is_past = |until: Option<DateTime<Utc>>| until.is_none_or(|until| now >= until);
        match self.state {
            TicketState::Pending if now >= self.expires => Some(TicketState::Expired),
            TicketState::Approved if is_past(self.execute_by) => Some(TicketState::ExpiredUnused),
            TicketState::Reserved if is_past(self.reserved_until) => Some(TicketState::Unknown),
            _ => None,
        }
    }

    /// The state that counts at this time.
    #[must_use]
    pub fn state_at(&self, now: DateTime<Utc>) -> TicketState {
        self.over(now).unwrap_or(self.state)
    }

    /// The roles that have something to decide: those of the waiting step, or of every step once
    /// only a person can tell what became of the release.
    #[must_use]
    pub fn deciding_roles(&self) -> Vec<Name> {
        let steps = self.asked.steps.iter();
        let mut roles: Vec<Name> = match self.state {
            TicketState::Pending => {
                let waiting = self.asked.at(self.step).into_iter();
                waiting.flat_map(|step| step.roles()).cloned().collect()
            }
            TicketState::Reserved | TicketState::Unknown => {
                steps.flat_map(|step| step.roles()).cloned().collect()
            }
            _ => Vec::new(),
        };
        roles.sort();
        roles.dedup();
        roles
    }

    /// The next version in another state.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] where the state machine has no such way.
    pub(crate) fn moved(&self, state: TicketState) -> Result<Self> {
        if !self.state.can_become(state) {
            return Err(not_open(self.state));
        }
        let mut next = Self {
            state,
            version: self.version.saturating_add(1),
            event: None,
            mac: None,
            ..self.clone()
        };
        if state.is_terminal() {
            // What was kept of the record was for cards and for the release; both are over.
            next.before = Fields::new();
            next.set = Fields::new();
            next.reads.clear();
            next.open_key = None;
        }
        if state != TicketState::Reserved {
            next.reserved_until = None;
        }
        Ok(next)
    }

    /// When a pending ticket expires as it stands: its own time, or that of a waiting step which
    /// denies when it is overdue.
    pub(crate) fn deadline(&self) -> DateTime<Utc> {
        let own = later(self.created, self.asked.expires);
        let step = self.asked.at(self.step);
        let step = step.filter(|step| step.escalates_to.is_none());
        match step.and_then(|step| step.within) {
            Some(within) => own.min(later(self.step_began(), within)),
            None => own,
        }
    }

    /// Takes one approver's vote.
    pub(crate) fn decide(
        &self,
        approver: &Approver<'_>,
        vote: Vote,
        comment: &str,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let role = self.eligible(approver, now)?;
        let decision = StepDecision {
            step: self.step,
            by: approver.user.clone(),
            role,
            vote,
            at: now,
            comment: comment.to_owned(),
        };
        let mut next = self.moved(match vote {
            Vote::Reject => TicketState::Rejected,
            Vote::Approve if self.is_last_vote() => TicketState::Approved,
            Vote::Approve => TicketState::Pending,
        })?;
        next.decisions.push(decision);
        if vote == Vote::Approve && self.completes_step() {
            next.step = self.step.saturating_add(1);
        }
        match next.state {
            TicketState::Pending => next.expires = next.deadline(),
            TicketState::Approved => {
                next.execute_by = Some(later(now, self.asked.execute_within));
            }
            _ => {}
        }
        Ok(next)
    }

    /// Whether one more vote completes the waiting step.
    fn completes_step(&self) -> bool {
        let agreed = self.decisions.iter();
        let agreed = agreed.filter(|vote| vote.step == self.step && vote.vote == Vote::Approve);
        let agreed = u32::try_from(agreed.count()).unwrap_or(u32::MAX);
        let quorum = self
            .asked
            .at(self.step)
            .map_or(u32::MAX, |step| step.quorum);
        agreed.saturating_add(1) >= quorum
    }

    fn is_last_vote(&self) -> bool {
        self.completes_step() && self.asked.at(self.step.saturating_add(1)).is_none()
    }

    /// The role that lets this person decide the waiting step.
    pub(crate) fn eligible(&self, approver: &Approver<'_>, now: DateTime<Utc>) -> Result<Name> {
        let state = self.state_at(now);
        if state != TicketState::Pending {
            return Err(not_open(state));
        }
        if *approver.user == self.requester {
            return Err(refused(
                "APPROVER_IS_REQUESTER",
                "nobody approves what their own AI asked for",
            ));
        }
        let decided = |decision: &&StepDecision| decision.by == *approver.user;
        let twice = self.decisions.iter().filter(decided);
        let distinct = self.asked.distinct_approvers;
        if { twice }.any(|decision| distinct || decision.step == self.step) {
            return Err(refused(
                "APPROVER_DECIDED_ALREADY",
                "one person counts once on this ticket",
            ));
        }
        let step = self
            .asked
            .at(self.step)
            .ok_or_else(|| refused("TICKET_STALE", "the approval chain has changed"))?;
        let has = |role: &Name| approver.roles.contains(role).then(|| role.clone());
        let is_overdue = step
            .within
            .is_some_and(|within| now >= later(self.step_began(), within));
        let above = step.escalates_to.as_ref().filter(|_| is_overdue);
        has(&step.role)
            .or_else(|| above.and_then(has))
            .ok_or_else(|| {
                refused(
                    "APPROVER_NOT_ELIGIBLE",
                    &format!("the step `{}` is decided by `{}`", step.name, step.role),
                )
            })
    }

    fn step_began(&self) -> DateTime<Utc> {
        self.decisions
            .iter()
            .filter(|decision| decision.step < self.step)
            .map(|decision| decision.at)
            .max()
            .unwrap_or(self.created)
    }

    /// Withdraws it; only its requester may.
    pub(crate) fn cancel(&self, user: &Name, now: DateTime<Utc>) -> Result<Self> {
        if *user != self.requester {
            return Err(refused(
                "NOT_THE_REQUESTER",
                "only its requester withdraws a ticket",
            ));
        }
        match self.over(now) {
            Some(state) => Err(not_open(state)),
            None => self.moved(TicketState::Cancelled),
        }
    }

    /// Reserves it for one operation, once.
    pub(crate) fn reserve(&self, operation: OperationId, now: DateTime<Utc>) -> Result<Self> {
        self.can_release(now)?;
        let mut next = self.moved(TicketState::Reserved)?;
        next.spent_by = Some(operation);
        next.reserved_until = self.execute_by;
        Ok(next)
    }

    /// Whether it releases at this time.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] with the code of its state.
    pub(crate) fn can_release(&self, now: DateTime<Utc>) -> Result<()> {
        match self.state_at(now) {
            TicketState::Approved => Ok(()),
            TicketState::Pending => {
                Err(refused("TICKET_PENDING", "the ticket is not approved yet"))
            }
            state => Err(not_open(state)),
        }
    }

    /// Ends a reservation whose holder applied the action.
    pub(crate) fn consume(&self) -> Result<Self> {
        self.moved(TicketState::Consumed)
    }

    /// Ends a reservation whose holder did not apply the action: it releases again.
    pub(crate) fn give_back(&self) -> Result<Self> {
        let mut next = self.moved(TicketState::Approved)?;
        next.spent_by = None;
        Ok(next)
    }

    /// Puts on record what became of a release that nobody knew of.
    pub(crate) fn settle(&self, settlement: Settlement) -> Result<Self> {
        if self.state != TicketState::Unknown {
            return Err(not_open(self.state));
        }
        self.moved(match settlement {
            Settlement::Applied => TicketState::Consumed,
            Settlement::NotApplied => TicketState::ExpiredUnused,
        })
    }
}

/// Why a ticket in this state does not do what it was called for.
pub(crate) fn not_open(state: TicketState) -> Error {
    let (code, message) = match state {
        TicketState::Consumed => ("TICKET_SPENT", "the ticket was used already"),
        TicketState::Rejected => ("TICKET_REJECTED", "the ticket was rejected"),
        TicketState::Cancelled => ("TICKET_CANCELLED", "the ticket was withdrawn"),
        TicketState::Stale => ("TICKET_STALE", "the policy or the record changed since"),
        TicketState::Approved => ("TICKET_DECIDED", "the ticket is approved already"),
        TicketState::Reserved => (
            "TICKET_RESERVED",
            "another operation holds the ticket and has not ended",
        ),
        TicketState::Unknown => (
            "TICKET_UNKNOWN",
            "the action was released and its outcome is unknown; an approver settles it",
        ),
        TicketState::Pending => ("TICKET_PENDING", "the ticket is not approved yet"),
        TicketState::Expired | TicketState::ExpiredUnused => {
            ("TICKET_EXPIRED", "the ticket has expired")
        }
    };
    refused(code, message)
}

/// No ticket of this tenant has this identifier.
pub(crate) fn no_such_ticket() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "no ticket of this tenant has this identifier",
    )
    .with_help("check the identifier, and that the ticket is yours to see")
}
