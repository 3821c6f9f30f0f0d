//! A payload read back: the same members as typed data, for verification, traces and projections.
//!
//! Reading is lenient about members it does not know (a later version may add some) and strict
//! about those it does. It does not vouch for the payload: that is what the leaf hash is for.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::de::DeserializeSeed as _;
use serde::{Deserialize, Serialize};

use crate::approval_chains::ApprovalChains;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::identifier::{LogId, OperationId, TicketId};
use crate::outcome_kind::OutcomeKind;
use crate::policy::Verb;
use crate::shadow::{Difference, ShadowOutcome, ShadowStep};
use crate::ticket_state::TicketPhase;

use super::canonical::VERSION;
use super::digest_text;
use super::keyed_digest::KeyedDigest;
use super::tag_first::DataOf;

/// One event as its payload tells it. Serializes to the payload's JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedEvent {
    /// Version of the payload.
    pub v: u64,
    /// The log it was sealed into.
    pub log: LogId,
    /// Its position there, from 0.
    pub seq: u64,
    /// When it happened, to the microsecond.
    #[serde(with = "digest_text::time")]
    pub time: DateTime<Utc>,
    /// What happened.
    #[serde(flatten)]
    pub kind: RecordedKind,
    /// The operation it is about; none for events about the log itself.
    #[serde(flatten)]
    pub about: Option<RecordedContext>,
    /// Keyed digest of what was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<KeyedDigest>,
    /// Keyed digest of what was handed back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<KeyedDigest>,
}

/// What every event has, before its context is read.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
    v: u64,
    log: LogId,
    seq: u64,
    #[serde(with = "digest_text::time")]
    time: DateTime<Utc>,
    operation: Option<OperationId>,
    input: Option<KeyedDigest>,
    output: Option<KeyedDigest>,
}

impl RecordedEvent {
    /// Reads a payload.
    ///
    /// # Errors
    /// [`ErrorKind::Tampered`] when it is not a payload of a version this build knows; the message
    /// gives line and column, never the content.
    pub fn read(payload: &str) -> Result<Self> {
        let envelope: Envelope<'_> = serde_json::from_str(payload).map_err(unreadable)?;
        if envelope.v != VERSION {
            return Err(Error::new(
                ErrorKind::Tampered,
                format!("an audit payload has version {}", envelope.v),
            )
            .with_help("read it with the release that wrote it, or a later one"));
        }
        // One pass over the text for each part: serde's `flatten` would copy every member first,
        // and would swallow a context of which a member is missing.
        let kind = DataOf(&envelope.kind)
            .deserialize(&mut serde_json::Deserializer::from_str(payload))
            .map_err(unreadable)?;
        let about = match envelope.operation {
            Some(_) => Some(serde_json::from_str(payload).map_err(unreadable)?),
            None => None,
        };
        Ok(Self {
            v: envelope.v,
            log: envelope.log,
            seq: envelope.seq,
            time: envelope.time,
            kind,
            about,
            input: envelope.input,
            output: envelope.output,
        })
    }

    /// The operation it is about.
    #[must_use]
    pub fn operation(&self) -> Option<OperationId> {
        self.about.as_ref().map(|about| about.operation)
    }
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::new(
        ErrorKind::Tampered,
        format!(
            "an audit payload cannot be read, at line {} column {}",
            error.line(),
            error.column()
        ),
    )
    .with_help("run the audit verification to see which records were changed")
}

/// Who did what with what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedContext {
    /// The operation.
    pub operation: OperationId,
    /// The tenant.
    pub tenant: String,
    /// The user on whose behalf the agent acted.
    pub user: String,
    /// The roles the host assigned.
    pub roles: Vec<String>,
    /// The agent.
    pub agent: String,
    /// The model.
    pub model: String,
    /// The skill.
    pub skill: String,
    /// What the skill does; none when it was not registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verb: Option<Verb>,
    /// The entity.
    pub entity: String,
    /// The AI context.
    pub context: String,
    /// Why, in the host's words.
    pub purpose: String,
    /// The policy in force.
    #[serde(with = "digest_text")]
    pub policy: Digest,
}

/// What happened: `kind` and `data` of the payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum RecordedKind {
    /// A process opened the log.
    LogOpened {
        /// The heads of the logs before.
        heads: Vec<RecordedHead>,
    },
    /// An operation may begin.
    Intent {},
    /// An operation was refused before it began.
    Refused {
        /// Why.
        reasons: Vec<RecordedReason>,
    },
    /// Records were shown to the model, or one that was asked for was not.
    DataAccess {
        /// The code of a refusal; empty when records were shown.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        code: String,
        /// What each field came to.
        fields: Vec<RecordedField>,
        /// Identifiers of the records shown; of the one that was not.
        records: Vec<String>,
        /// `failed` for a refusal; empty when records were shown.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        status: String,
        /// How many more were left out.
        withheld: u64,
    },
    /// A change was decided.
    Decision {
        /// Keyed digest of exactly this action, when a ticket is or would be bound to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action: Option<KeyedDigest>,
        /// Names of what the host was bound to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        obligations: Vec<String>,
        /// What came of it.
        outcome: OutcomeKind,
        /// Why.
        reasons: Vec<RecordedReason>,
        /// The record's identifier; empty on create.
        record: String,
        /// The risk; none for a decision about reading.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        risk: Option<RecordedRisk>,
        /// Names of the fields that would get a new value.
        set: Vec<String>,
        /// What each rule said.
        verdicts: Vec<RecordedVerdict>,
    },
    /// Something happened to a ticket.
    Ticket {
        /// Keyed digest of the action it releases.
        action: KeyedDigest,
        /// Who did it.
        by: String,
        /// The approval chains, joined by `+` in the payload.
        #[serde(rename = "chain")]
        chains: ApprovalChains,
        /// A code, when it was refused; else empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        code: String,
        /// How far the transition is; none in events of before there were phases.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phase: Option<TicketPhase>,
        /// The state that the transition makes.
        state: String,
        /// The ticket.
        ticket: TicketId,
        /// The version that the transition makes; 0 in events of before there were phases.
        #[serde(default, skip_serializing_if = "is_no_version")]
        version: i64,
    },
    /// An operation ended.
    Outcome {
        /// A code, when it failed; else empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        code: String,
        /// Keyed digest of what was handed back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output: Option<KeyedDigest>,
        /// How it ended.
        status: String,
    },
    /// A process ended without finishing the operation.
    Interrupted {
        /// The log in which its intent is.
        intent_log: LogId,
    },
    /// What a shadow policy answered.
    Shadow {
        /// The approval chains, joined by `+` in the payload; may be none.
        #[serde(
            default,
            rename = "chain",
            skip_serializing_if = "ApprovalChains::is_empty"
        )]
        chains: ApprovalChains,
        /// How that stands to what the policy in force answered.
        difference: Difference,
        /// Fields of which something else would be shown, and what.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<RecordedField>,
        /// What the policy in force said.
        in_force: ShadowOutcome,
        /// What the shadow policy said.
        outcome: ShadowOutcome,
        /// Why.
        reasons: Vec<RecordedReason>,
        /// Identifiers of the records it is about.
        records: Vec<String>,
        /// The risk, of a proposal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        risk: Option<RecordedRisk>,
        /// The shadow policy.
        #[serde(with = "digest_text")]
        shadow_policy: Digest,
        /// At which step it was asked.
        step: ShadowStep,
        /// What each rule said.
        verdicts: Vec<RecordedVerdict>,
        /// How many more records there are, which the policy in force does not show.
        #[serde(default, skip_serializing_if = "is_none")]
        withheld: u64,
    },
    /// Another policy came into force, or another shadow policy beside it.
    PolicyChanged {
        /// The digest before.
        #[serde(
            default,
            with = "digest_text::option",
            skip_serializing_if = "Option::is_none"
        )]
        from: Option<Digest>,
        /// The digest now.
        #[serde(
            default,
            with = "digest_text::option",
            skip_serializing_if = "Option::is_none"
        )]
        to: Option<Digest>,
        /// `policy`, `tables` or `shadow`.
        what: String,
    },
    /// A policy was found and not put in force.
    PolicyRefused {
        /// Codes of what the compiler found wrong with it.
        codes: Vec<String>,
        /// Its digest; none when it could not be read.
        #[serde(
            default,
            with = "digest_text::option",
            skip_serializing_if = "Option::is_none"
        )]
        found: Option<Digest>,
        /// Why, in a sentence.
        message: String,
        /// `policy` or `shadow`.
        what: String,
    },
}

fn is_no_version(version: &i64) -> bool {
    *version == 0
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

impl RecordedKind {
    /// The stable lower-case word.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::LogOpened { .. } => "log_opened",
            Self::Intent {} => "intent",
            Self::Refused { .. } => "refused",
            Self::DataAccess { .. } => "data_access",
            Self::Decision { .. } => "decision",
            Self::Ticket { .. } => "ticket",
            Self::Outcome { .. } => "outcome",
            Self::Interrupted { .. } => "interrupted",
            Self::Shadow { .. } => "shadow",
            Self::PolicyChanged { .. } => "policy_changed",
            Self::PolicyRefused { .. } => "policy_refused",
        }
    }
}

/// Head of an earlier log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedHead {
    /// The log.
    pub log: LogId,
    /// Its tree root.
    #[serde(with = "digest_text")]
    pub root: Digest,
    /// Its number of events.
    pub size: u64,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedReason {
    /// The stable code.
    pub code: String,
    /// File of the line of policy; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// The line, from 1; none when it came from no line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The sentence.
    pub message: String,
    /// The rule; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// Whether it was recorded only.
    pub shadow: bool,
}

/// What one field came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedField {
    /// `read`, `masked` or `hidden`.
    pub access: String,
    /// The field.
    pub field: String,
    /// The mask; empty when none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mask: String,
    /// 1 – 5.
    pub sensitivity: u8,
}

/// The risk of one proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedRisk {
    /// What each factor gave.
    pub factors: Vec<RecordedFactor>,
    /// `LOW`, `MEDIUM` or `HIGH`.
    pub level: String,
    /// The score, as decimal text; empty where a share is left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub score: String,
}

/// What one factor gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedFactor {
    /// Its name.
    pub name: String,
    /// Its contribution, as decimal text; empty where it is worked out from what the principal may
    /// not see.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub score: String,
}

/// What one rule said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedVerdict {
    /// File of the rule; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// `held` or `unknown`.
    pub holding: String,
    /// Its line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The rule.
    pub rule: String,
    /// Whether it was recorded only.
    pub shadow: bool,
}
