//! How a ticket moves from state to state. Pure: time, people and policy come in, the next version
//! comes out; storing it is a compare-and-swap elsewhere.
//!
//! INVARIANT: only `approved` releases, and only once; time never approves.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::ticket::{StepDecision, Ticket, TicketState, Vote};
use crate::decision::{OperationId, Reason};
use crate::error::{Error, ErrorKind, Result};
use crate::policy::{ApprovalChain, ApprovalStep, Exclusion, Overdue};
use crate::value::Name;

/// Joins the names of chains in [`Ticket::chain`]; no identifier of the language contains it.
pub(crate) const CHAIN_SEPARATOR: char = '+';

/// Who decides a ticket, as the guard knows them.
pub(crate) struct Approver<'a> {
    pub(crate) user: &'a Name,
    /// Assigned and inherited.
    pub(crate) roles: &'a [Name],
}

/// All steps that a ticket has to take: those of each of its chains, one chain after the other.
pub(crate) struct Steps<'p> {
    steps: Vec<&'p ApprovalStep>,
    never_twice: bool,
    pub(crate) expires: Duration,
    pub(crate) execute_within: Duration,
}

impl<'p> Steps<'p> {
    /// The steps of these chains; the shortest deadlines count.
    pub(crate) fn of(chains: &[&'p ApprovalChain]) -> Option<Self> {
        Some(Self {
            steps: chains.iter().flat_map(|chain| &chain.steps).collect(),
            never_twice: chains
                .iter()
                .any(|chain| chain.never.contains(&Exclusion::SamePersonTwice)),
            expires: chains.iter().map(|chain| chain.expires).min()?,
            execute_within: chains.iter().map(|chain| chain.execute_within).min()?,
        })
    }

    fn at(&self, step: u32) -> Option<&'p ApprovalStep> {
        self.steps.get(usize::try_from(step).ok()?).copied()
    }
}

fn refused(code: &str, message: &str) -> Error {
    Error::denied(Reason::new(code, message))
}

pub(crate) fn later(from: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    chrono::Duration::from_std(by)
        .ok()
        .and_then(|by| from.checked_add_signed(by))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl Ticket {
    /// The approval chains, in name order.
    pub fn chains(&self) -> impl Iterator<Item = &str> {
        self.chain.split(CHAIN_SEPARATOR)
    }

    fn moved(&self, state: TicketState) -> Self {
        Self {
            state,
            version: self.version.saturating_add(1),
            ..self.clone()
        }
    }

    /// The state that time alone has brought it to; none when it stands as stored.
    #[must_use]
    pub(crate) fn lapsed(&self, now: DateTime<Utc>) -> Option<Self> {
        match self.state {
            TicketState::Pending if now >= self.expires => Some(self.moved(TicketState::Expired)),
            TicketState::Approved if self.execute_by.is_none_or(|by| now >= by) => {
                Some(self.moved(TicketState::ExpiredUnused))
            }
            _ => None,
        }
    }

    /// Takes one approver's word.
    pub(crate) fn decide(
        &self,
        steps: &Steps<'_>,
        approver: &Approver<'_>,
        vote: Vote,
        comment: &str,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let role = self.eligible(steps, approver, now)?;
        let decision = StepDecision {
            step: self.step,
            by: approver.user.clone(),
            role,
            vote,
            at: now,
            comment: comment.to_owned(),
        };
        let mut next = self.moved(match vote {
            Vote::Approve => TicketState::Pending,
            Vote::Reject => TicketState::Rejected,
        });
        next.decisions.push(decision);
        if vote == Vote::Approve {
            next.advance(steps, now);
        }
        Ok(next)
    }

    fn advance(&mut self, steps: &Steps<'_>, now: DateTime<Utc>) {
        let agreed = self
            .decisions
            .iter()
            .filter(|decision| decision.step == self.step && decision.vote == Vote::Approve)
            .count();
        let quorum = steps.at(self.step).map_or(u32::MAX, |step| step.quorum);
        if u32::try_from(agreed).is_ok_and(|agreed| agreed < quorum) {
            return;
        }
        self.step = self.step.saturating_add(1);
        if steps.at(self.step).is_none() {
            self.state = TicketState::Approved;
            self.execute_by = Some(later(now, steps.execute_within));
        }
    }

    /// The role that lets this person decide the waiting step.
    pub(crate) fn eligible(
        &self,
        steps: &Steps<'_>,
        approver: &Approver<'_>,
        now: DateTime<Utc>,
    ) -> Result<Name> {
        if self.state != TicketState::Pending || now >= self.expires {
            return Err(not_open(self.state));
        }
        if *approver.user == self.requester {
            return Err(refused(
                "APPROVER_IS_REQUESTER",
                "nobody approves what their own AI asked for",
            ));
        }
        let decided = |decision: &&StepDecision| decision.by == *approver.user;
        let before = self.decisions.iter().find(decided);
        if before.is_some_and(|decision| steps.never_twice || decision.step == self.step) {
            return Err(refused(
                "APPROVER_DECIDED_ALREADY",
                "one person counts once on this ticket",
            ));
        }
        let step = steps
            .at(self.step)
            .ok_or_else(|| refused("TICKET_STALE", "the approval chain has changed"))?;
        self.role_for(step, approver, now).ok_or_else(|| {
            refused(
                "APPROVER_NOT_ELIGIBLE",
                &format!("the step `{}` is decided by `{}`", step.name, step.role),
            )
        })
    }

    fn role_for(
        &self,
        step: &ApprovalStep,
        approver: &Approver<'_>,
        now: DateTime<Utc>,
    ) -> Option<Name> {
        let has = |role: &Name| approver.roles.contains(role).then(|| role.clone());
        let overdue = step
            .within
            .is_some_and(|within| now >= later(self.step_began(), within));
        match (&step.overdue, overdue) {
            (Overdue::Deny, true) => None,
            (Overdue::Escalate(above), true) => has(&step.role).or_else(|| has(above)),
            (_, false) => has(&step.role),
        }
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
    pub(crate) fn cancel(&self, user: &Name) -> Result<Self> {
        if *user != self.requester {
            return Err(refused(
                "NOT_THE_REQUESTER",
                "only its requester withdraws a ticket",
            ));
        }
        if self.state.is_terminal() {
            return Err(not_open(self.state));
        }
        Ok(self.moved(TicketState::Cancelled))
    }

    /// Spends it, once.
    pub(crate) fn spend(&self, operation: OperationId, now: DateTime<Utc>) -> Result<Self> {
        match self.state {
            TicketState::Approved if self.lapsed(now).is_none() => {
                let mut next = self.moved(TicketState::Consumed);
                next.spent_by = Some(operation);
                Ok(next)
            }
            TicketState::Pending if now < self.expires => {
                Err(refused("TICKET_PENDING", "the ticket is not approved yet"))
            }
            state => Err(not_open(state)),
        }
    }

    /// Voids an approved ticket whose policy or record has moved on.
    pub(crate) fn staled(&self) -> Self {
        self.moved(TicketState::Stale)
    }
}

fn not_open(state: TicketState) -> Error {
    let (code, message) = match state {
        TicketState::Consumed => ("TICKET_SPENT", "the ticket was spent already"),
        TicketState::Rejected => ("TICKET_REJECTED", "the ticket was rejected"),
        TicketState::Cancelled => ("TICKET_CANCELLED", "the ticket was withdrawn"),
        TicketState::Stale => ("TICKET_STALE", "the policy or the record changed since"),
        TicketState::Approved => ("TICKET_DECIDED", "the ticket is approved already"),
        TicketState::Pending | TicketState::Expired | TicketState::ExpiredUnused => {
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
