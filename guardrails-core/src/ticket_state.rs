//! Where a ticket is in its life, and how far the record of a transition has come.

use serde::{Deserialize, Serialize};

/// Where a ticket is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TicketState {
    /// Waiting for decisions.
    Pending,
    /// Granted; may be used once.
    Approved,
    /// Used by an operation that has not ended.
    Reserved,
    /// Released, and nobody knows whether it was applied.
    Unknown,
    /// Used.
    Consumed,
    /// Refused by an approver.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// Withdrawn by its requester.
    Cancelled,
    /// Granted and not used in time.
    ExpiredUnused,
    /// The policy now asks for more, the record is another, or the ticket is of the old form.
    Stale,
}

impl TicketState {
    /// All states.
    pub const ALL: [Self; 10] = [
        Self::Pending,
        Self::Approved,
        Self::Reserved,
        Self::Unknown,
        Self::Consumed,
        Self::Rejected,
        Self::Expired,
        Self::Cancelled,
        Self::ExpiredUnused,
        Self::Stale,
    ];

    /// The lower-case word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Reserved => "reserved",
            Self::Unknown => "unknown",
            Self::Consumed => "consumed",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::ExpiredUnused => "expired_unused",
            Self::Stale => "stale",
        }
    }

    /// The state written as `word`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether nothing can follow.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        Self::ALL.into_iter().all(|next| !self.can_become(next))
    }

    /// Whether a ticket may go from this state to `next`: the whole state machine.
    #[must_use]
    pub fn can_become(self, next: Self) -> bool {
        match self {
            Self::Pending => matches!(
                next,
                Self::Pending
                    | Self::Approved
                    | Self::Rejected
                    | Self::Expired
                    | Self::Cancelled
                    | Self::Stale
            ),
            Self::Approved => matches!(
                next,
                Self::Reserved | Self::ExpiredUnused | Self::Cancelled | Self::Stale
            ),
            Self::Reserved => matches!(next, Self::Consumed | Self::Approved | Self::Unknown),
            Self::Unknown => matches!(next, Self::Consumed | Self::ExpiredUnused),
            Self::Consumed
            | Self::Rejected
            | Self::Expired
            | Self::Cancelled
            | Self::ExpiredUnused
            | Self::Stale => false,
        }
    }
}

/// What an event says of a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TicketPhase {
    /// It is about to be written.
    Announced,
    /// It was written.
    Stored,
    /// Somebody else was first, and it was not written.
    Lost,
    /// No transition: something was refused.
    Noted,
}

impl TicketPhase {
    /// The word of the audit.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Stored => "stored",
            Self::Lost => "lost",
            Self::Noted => "noted",
        }
    }
}
