//! Which of the three outcomes a decision has, without what comes with it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which of the three outcomes a decision has, from the strictest to the widest. What comes with it, such as
/// the release or the ticket, is in [`Outcome`](crate::Outcome).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// No.
    Deny,
    /// An approval must be granted first.
    NeedsApproval,
    /// Go on.
    Allow,
}

impl OutcomeKind {
    /// The stable word: `deny`, `needs_approval` or `allow`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::NeedsApproval => "needs_approval",
            Self::Allow => "allow",
        }
    }

    /// The word for people: `deny`, `needs approval` or `allow`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::NeedsApproval => "needs approval",
            Self::Allow => "allow",
        }
    }

    /// What comes of an operation that was let through, or refused with these reasons.
    pub(crate) fn of_refusals(reasons: &[crate::reason::Reason]) -> Self {
        match reasons {
            [] => Self::Allow,
            _ => Self::Deny,
        }
    }
}

impl fmt::Display for OutcomeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn stored_words_are_those_of_as_str_and_no_others_are_read() {
        for kind in [
            OutcomeKind::Deny,
            OutcomeKind::NeedsApproval,
            OutcomeKind::Allow,
        ] {
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{kind}\""));
            assert_eq!(serde_json::from_str::<OutcomeKind>(&json).unwrap(), kind);
        }
        for word in ["\"Allow\"", "\"allowed\"", "\"\"", "null"] {
            assert!(serde_json::from_str::<OutcomeKind>(word).is_err(), "{word}");
        }
    }
}
