//! What the audit records: one typed event per thing that happened. Never a record's value.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::approval_chains::ApprovalChains;
use crate::digest::Digest;
use crate::error::Error;
use crate::identifier::{LogId, OperationId, TicketId};
use crate::outcome_kind::OutcomeKind;
use crate::policy::Verb;
use crate::reason::Reason;
use crate::risk::DisclosedRisk;
use crate::shadow::ShadowAnswer;
use crate::value::Name;
use crate::verdict::Verdict;

use super::event_digest::EventDigest;
use super::field_access::FieldAccess;
use super::keyed_digest::KeyedDigest;

/// One event, before it is sealed into a log.
#[derive(Debug, Clone)]
pub struct Event {
    /// When it happened.
    pub time: DateTime<Utc>,
    /// What happened.
    pub kind: EventKind,
    /// The operation it is about; none for events about the log itself.
    pub about: Option<Arc<OperationContext>>,
    /// Keyed digests of what was asked and of what was handed back.
    pub digests: Digests,
}

/// Keyed digests of what was asked and of what was handed back with one event. The values themselves
/// are nowhere in the audit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digests {
    /// Of the request, the identifiers read, or the change proposed.
    pub input: Option<EventDigest>,
    /// Of the views, the figure, the decision, or the codes of a refusal.
    pub output: Option<EventDigest>,
}

/// Who did what with what, shared by all events of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationContext {
    /// The operation.
    pub operation: OperationId,
    /// The tenant.
    pub tenant: Name,
    /// The user on whose behalf the agent acts.
    pub user: Name,
    /// The roles the host assigned.
    pub roles: Arc<[Name]>,
    /// The agent.
    pub agent: Name,
    /// The model.
    pub model: Name,
    /// The skill.
    pub skill: Name,
    /// What the skill does; none when the skill is not registered.
    pub verb: Option<Verb>,
    /// The entity.
    pub entity: Name,
    /// The AI context.
    pub context: Name,
    /// Why, in the host's words.
    pub purpose: String,
    /// The policy in force.
    pub policy: Digest,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum EventKind {
    /// A process opened this log. It names the heads of the logs before, so that cutting one of
    /// them back shows.
    LogOpened {
        /// Log, number of events, and tree root, of each earlier log.
        heads: Vec<(LogId, u64, Digest)>,
    },
    /// An operation may begin; durable before anything is released.
    Intent,
    /// An operation was refused before it began.
    Refused {
        /// Why.
        reasons: Vec<Reason>,
    },
    /// Records were shown to the model, or one that was asked for was not.
    DataAccess {
        /// Identifiers of the records shown; of the one that was not.
        records: Arc<[Name]>,
        /// How many more were out of reach and left out.
        withheld: u64,
        /// What each field of them came to.
        fields: Arc<[FieldAccess]>,
        /// The code of the refusal of a single record; empty when records were shown.
        failure: Name,
    },
    /// A change was proposed, and decided.
    Decision {
        /// The record's identifier; empty on create.
        record: Name,
        /// Names of the fields that would get a new value.
        fields: Arc<[Name]>,
        /// Keyed digest of exactly this action, when a ticket is or would be bound to it.
        action: Option<KeyedDigest>,
        /// What came of it.
        outcome: OutcomeKind,
        /// Why.
        reasons: Arc<[Reason]>,
        /// What each rule said.
        verdicts: Arc<[Verdict]>,
        /// The risk, without what is worked out from what the requester may not see; none for a decision
        /// about reading.
        risk: Option<Arc<DisclosedRisk>>,
        /// Names of what the host is bound to.
        obligations: Arc<[Name]>,
    },
    /// Something happened to a ticket.
    Ticket(Box<TicketEvent>),
    /// An operation ended.
    Outcome {
        /// How.
        status: OutcomeStatus,
        /// A code, when it failed; may be empty.
        code: Name,
        /// Keyed digest of what was handed back, when something was.
        output: Option<KeyedDigest>,
    },
    /// A process ended without finishing this operation; found when another one started.
    Interrupted {
        /// The log in which its intent is.
        log: LogId,
    },
    /// What a shadow policy answered to what the policy in force was asked as well.
    Shadow(Box<ShadowAnswer>),
    /// Another policy, permission, role or skill status came into force, or another shadow policy
    /// beside it.
    PolicyChanged {
        /// The digest before; none where there was no shadow policy.
        from: Option<Digest>,
        /// The digest now; none where there is no shadow policy any more.
        to: Option<Digest>,
        /// What was changed: `policy`, `tables` or `shadow`.
        what: &'static str,
    },
    /// A policy was found and not put in force.
    PolicyRefused(RefusedPolicy),
}

/// What a policy was to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyUse {
    /// The one in force.
    InForce,
    /// The shadow policy.
    Shadow,
}

impl PolicyUse {
    /// The word of the audit: `policy` or `shadow`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InForce => "policy",
            Self::Shadow => "shadow",
        }
    }
}

/// A policy that was not put in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedPolicy {
    /// What it was to be.
    pub what: PolicyUse,
    /// Its digest; none when it could not be read.
    pub found: Option<Digest>,
    /// Why, in a sentence.
    pub message: String,
    /// Codes of what the compiler found wrong with it, each once.
    pub codes: Vec<Name>,
}

impl RefusedPolicy {
    /// What there is to say of a policy that led to `error`.
    #[must_use]
    pub fn new(what: PolicyUse, found: Option<Digest>, error: &Error) -> Self {
        let diagnostics = error.diagnostics().iter();
        let codes: BTreeSet<&str> = diagnostics.map(|found| found.code).collect();
        Self {
            what,
            found,
            message: error.to_string(),
            codes: codes.into_iter().map(Name::from).collect(),
        }
    }
}

/// A transition of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketEvent {
    /// The ticket.
    pub ticket: TicketId,
    /// Whether the transition is announced, stored or lost, or there is none.
    pub phase: crate::ticket_state::TicketPhase,
    /// The version that the transition makes.
    pub version: i64,
    /// The state that it makes; of what is only noted, the state that it is in.
    pub state: crate::ticket_state::TicketState,
    /// The approval chains.
    pub chains: ApprovalChains,
    /// Keyed digest of the action it releases.
    pub action: KeyedDigest,
    /// Who did it.
    pub by: Name,
    /// A code, when it was refused; may be empty.
    pub code: Name,
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutcomeStatus {
    /// It was completed.
    Completed,
    /// The host reported that it failed.
    Failed,
    /// The guard refused it.
    Denied,
    /// It waits for an approval.
    Waiting,
    /// It was dropped unfinished.
    Abandoned,
}

impl OutcomeStatus {
    /// The lower-case word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Denied => "denied",
            Self::Waiting => "waiting",
            Self::Abandoned => "abandoned",
        }
    }
}

impl EventKind {
    /// The stable lower-case word.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::LogOpened { .. } => "log_opened",
            Self::Intent => "intent",
            Self::Refused { .. } => "refused",
            Self::DataAccess { .. } => "data_access",
            Self::Decision { .. } => "decision",
            Self::Ticket(_) => "ticket",
            Self::Outcome { .. } => "outcome",
            Self::Interrupted { .. } => "interrupted",
            Self::Shadow(_) => "shadow",
            Self::PolicyChanged { .. } => "policy_changed",
            Self::PolicyRefused(_) => "policy_refused",
        }
    }
}
