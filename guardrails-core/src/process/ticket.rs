//! A ticket: an approval in progress, bound to exactly the action it will release.
//!
//! States: pending → approved → consumed; pending → rejected | expired | cancelled;
//! approved → expired_unused | stale. Terminal states never release. Each transition is one
//! compare-and-swap on [`Ticket::version`].

use chrono::{DateTime, Utc};

use super::template::Template;
use crate::audit::KeyedDigest;
use crate::decision::{OperationId, TicketId};
use crate::policy::{Digest, Verb};
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
    /// The record's identifier; empty on create.
    pub record: Name,
    /// What would be done.
    pub verb: Verb,
    /// The record as it was when the ticket was made.
    pub before: Fields,
    /// The fields that would get a new value.
    pub set: Fields,
    /// Keyed digest of the canonical form of exactly this action.
    pub action: KeyedDigest,
    /// The digest of the policy it was made under.
    pub policy: Digest,
    /// The approval chain.
    pub chain: Name,
    /// The step that is waiting, from 0.
    pub step: u32,
    /// Decisions so far, oldest first.
    pub decisions: Vec<StepDecision>,
    /// Why an approval is needed: templates without a record's value, filled for each reader.
    pub because: Vec<Template>,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// When it expires undecided.
    pub expires: DateTime<Utc>,
    /// Once approved: until when it may be spent.
    pub execute_by: Option<DateTime<Utc>>,
    /// Once consumed: the operation that spent it.
    pub spent_by: Option<OperationId>,
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

/// Where a ticket is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TicketState {
    /// Waiting for decisions.
    Pending,
    /// Granted; may be spent once.
    Approved,
    /// Spent.
    Consumed,
    /// Refused by an approver.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// Withdrawn by its requester.
    Cancelled,
    /// Granted and not spent in time.
    ExpiredUnused,
    /// Granted, but the policy now asks for more, or the record is another.
    Stale,
}

impl TicketState {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("pending", Self::Pending),
        ("approved", Self::Approved),
        ("consumed", Self::Consumed),
        ("rejected", Self::Rejected),
        ("expired", Self::Expired),
        ("cancelled", Self::Cancelled),
        ("expired_unused", Self::ExpiredUnused),
        ("stale", Self::Stale),
    ];

    /// The lower-case word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS
            .iter()
            .find_map(|(word, state)| (*state == self).then_some(*word))
            .unwrap_or("stale")
    }

    /// The state written as `word`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find_map(|(have, state)| (*have == word).then_some(*state))
    }

    /// Whether nothing can follow.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        !matches!(self, Self::Pending | Self::Approved)
    }
}

/// One approver's word on one step.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StepDecision {
    /// The step, from 0.
    pub step: u32,
    /// Who decided; taken from the authenticated principal.
    pub by: Name,
    /// The role that made them eligible.
    pub role: Name,
    /// What they said.
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
