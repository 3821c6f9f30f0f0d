//! A ticket: an approval in progress, bound to exactly the action it will release.
//!
//! ```text
//! pending ──► approved ──► reserved ──► consumed          complete: applied
//!    │           │  ▲          ├──────► approved          fail: not applied
//!    │           │  └──────────┘   └──► unknown           the operation was dropped, or its lease is over
//!    │           ├──► expired_unused    not used in time
//!    ├───────────┼──► stale             the record, the policy or the form is another
//!    ├───────────┴──► cancelled         withdrawn by its requester
//!    ├──► rejected                      by an approver
//!    └──► expired                       not decided in time, or a step with `else deny` is overdue
//! unknown ──► consumed | expired_unused settled by a person of an approver's role, on record
//! ```
//!
//! INVARIANT: only `approved` becomes `reserved`, and only that releases; terminal states and
//! `unknown` never do. The lease of a reservation is what is left of `execute within`. Each
//! transition is one compare-and-swap on [`Ticket::version`], announced by an audit event before.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::requirement::ApprovalRequirement;
use super::template::Template;
use crate::approval_chains::ApprovalChains;
use crate::audit::KeyedDigest;
use crate::digest::Digest;
use crate::identifier::{LogId, OperationId, TicketId};
use crate::policy::Verb;
use crate::ticket_state::TicketState;
use crate::value::{Fields, Name};

/// One ticket as a store keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its identifier.
    pub id: TicketId,
    /// The tenant it belongs to.
    pub tenant: Name,
    /// Grows by one with each transition, from 1.
    pub version: i64,
    /// Where it is.
    pub state: TicketState,
    /// The operation that asked.
    pub operation: OperationId,
    /// The user whose AI asked; never among those who decide.
    pub requester: Name,
    /// The skill.
    pub skill: Name,
    /// The AI context.
    pub context: Name,
    /// The entity.
    pub entity: Name,
    /// The record's identifier; empty on create. Once the ticket has ended, a pseudonym where that is
    /// personal.
    pub record: Name,
    /// What would be done.
    pub verb: Verb,
    /// Of the record as it was, the fields that a card needs, absent ones as null; empty once the
    /// ticket has ended.
    pub before: Fields,
    /// The fields that would get a new value; empty once the ticket has ended.
    pub set: Fields,
    /// What was read of the record when the ticket was made: path and keyed digest of the value
    /// there; empty once the ticket has ended.
    pub reads: BTreeMap<Name, KeyedDigest>,
    /// Keyed digest over the canonical form of exactly this action.
    pub action: KeyedDigest,
    /// Keyed digest of who asked for what, while the ticket is open: no two open tickets share one.
    pub open_key: Option<KeyedDigest>,
    /// The digest of the policy it was made under.
    pub policy: Digest,
    /// The approval chains.
    pub chains: ApprovalChains,
    /// What those chains asked for when the ticket was made.
    pub asked: ApprovalRequirement,
    /// The step that is waiting, from 0.
    pub step: u32,
    /// Decisions so far, oldest first.
    pub decisions: Vec<StepDecision>,
    /// Why an approval is needed: templates without a record's value, filled for each reader.
    pub because: Vec<Template>,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// When it expires as it stands: the ticket's own time, or that of a waiting step which denies
    /// when it is overdue.
    pub expires: DateTime<Utc>,
    /// Once approved: until when it may be used.
    pub execute_by: Option<DateTime<Utc>>,
    /// Once reserved: the operation that holds or held it.
    pub spent_by: Option<OperationId>,
    /// While reserved: when the lease is over.
    pub reserved_until: Option<DateTime<Utc>>,
    /// The audit event that announced the last transition; none for a ticket of the old form.
    pub event: Option<EventPosition>,
    /// Keyed MAC over all of the above; none for a ticket of the old form.
    pub mac: Option<KeyedDigest>,
}

impl Ticket {
    /// Its place in a list of tickets.
    #[must_use]
    pub fn cursor(&self) -> TicketCursor {
        TicketCursor {
            created: self.created,
            id: self.id,
        }
    }
}

/// A place in a list of tickets, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TicketCursor {
    /// When the ticket was made.
    pub created: DateTime<Utc>,
    /// Its identifier.
    pub id: TicketId,
}

/// Where an event stands in the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPosition {
    /// The log.
    pub log: LogId,
    /// The position in it, from 0.
    pub seq: u64,
}

impl std::fmt::Debug for Ticket {
    /// Without the record's values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticket")
            .field("id", &self.id)
            .field("state", &self.state)
            .field("version", &self.version)
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

/// One approver's vote on one step.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StepDecision {
    /// The step, from 0.
    pub step: u32,
    /// Who decided; taken from the authenticated principal.
    pub by: Name,
    /// The role that the vote was given under.
    pub role: Name,
    /// The vote.
    pub vote: Vote,
    /// When.
    pub at: DateTime<Utc>,
    /// What they wrote.
    pub comment: String,
}

impl std::fmt::Debug for StepDecision {
    /// Without the comment: people write values of the record into it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StepDecision")
            .field("step", &self.step)
            .field("by", &self.by)
            .field("role", &self.role)
            .field("vote", &self.vote)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vote {
    /// Yes.
    Approve,
    /// No.
    Reject,
}

/// What became of a release whose outcome was unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Settlement {
    /// The action was applied: the ticket counts as used.
    Applied,
    /// The action was not applied: the ticket counts as never used, and does not release any more.
    NotApplied,
}
