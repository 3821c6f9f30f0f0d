//! The risk of one operation: as the host sees it, and as far as it may be disclosed.
//!
//! Plain data; `process` decides what is in it, and the policy from which score on a level is reached.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::value::Name;

/// The risk of one operation: score, level, and what each factor gave. Complete, for the host's own code:
/// a share gives back the value it is worked out from, which the requester may not see. What may leave
/// the host is a [`DisclosedRisk`](crate::DisclosedRisk).
#[derive(Clone, PartialEq, Eq)]
pub struct Risk {
    /// 0 – 10 from the factors, plus what rules added; none where nothing was evaluated.
    pub score: Option<Decimal>,
    /// The level that the score reaches.
    pub level: RiskLevel,
    /// Name and contribution of each factor, in the order of the model, and after them those of rules.
    pub factors: Vec<(Name, Decimal)>,
}

impl fmt::Debug for Risk {
    /// The level and the names of the factors: a share gives back the value it is worked out from.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let factors: Vec<&Name> = self.factors.iter().map(|(name, _)| name).collect();
        f.debug_struct("Risk")
            .field("level", &self.level)
            .field("factors", &factors)
            .finish_non_exhaustive()
    }
}

impl Risk {
    /// Of a proposal that was refused before anything of it was evaluated: LOW, without a score.
    pub(crate) fn not_evaluated() -> Self {
        Self {
            score: None,
            level: RiskLevel::Low,
            factors: Vec::new(),
        }
    }
}

/// What may be disclosed of the risk of an operation.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct DisclosedRisk {
    /// The score; none where it may turn on what the requester may not see.
    pub score: Option<Decimal>,
    /// The level that it reaches; none where neither the score nor the reasons say which.
    pub level: Option<RiskLevel>,
    /// Name and contribution of each factor, the contribution none where it turns on what the
    /// requester may not see; after them those of rules that are disclosed to have added something.
    pub factors: Vec<(Name, Option<Decimal>)>,
}

impl fmt::Debug for DisclosedRisk {
    /// The level and the names of the factors: a share gives back the value it is worked out from.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let factors: Vec<&Name> = self.factors.iter().map(|(name, _)| name).collect();
        f.debug_struct("DisclosedRisk")
            .field("level", &self.level)
            .field("factors", &factors)
            .finish_non_exhaustive()
    }
}

/// How risky an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RiskLevel {
    /// Below the lowest threshold.
    Low,
    /// From 5.0 in the standard model.
    Medium,
    /// From 8.0 in the standard model.
    High,
}

impl RiskLevel {
    /// The word of the language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
        }
    }
}

impl fmt::Display for RiskLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
