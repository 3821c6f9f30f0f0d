//! Skills: the AI capabilities a company has registered.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::origin::Origin;
use super::verb::Verb;
use crate::value::Name;

/// One registered capability.
#[derive(Debug, Clone)]
pub struct Skill {
    /// Name and place.
    pub origin: Origin,
    /// What people call it.
    pub title: String,
    /// What it does.
    pub verb: Verb,
    /// Entities it may touch.
    pub entities: Vec<Name>,
    /// Impact of its operation, 1 – 10.
    pub impact: u8,
    /// Roles that may use it.
    pub allow: Vec<Name>,
    /// Models it may run on; empty for any.
    pub models: Vec<Name>,
    /// Calls per window.
    pub limits: Vec<Limit>,
    /// Tokens per window.
    pub budgets: Vec<Budget>,
    /// Where it is in its life; the store may hold a later status for a tenant.
    pub status: SkillStatus,
}

impl Skill {
    /// The entity of an operation with this skill: the one asked for, if the skill works on it; its only
    /// one, where none is asked for.
    #[must_use]
    pub fn entity_for(&self, asked: Option<&str>) -> Option<&Name> {
        match (asked, self.entities.as_slice()) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (Some(asked), entities) => entities.iter().find(|have| ***have == *asked),
        }
    }
}

/// Where a skill is in its life. Only an active skill runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SkillStatus {
    /// Not yet.
    Draft,
    /// In use.
    Active,
    /// Stopped for now.
    Suspended,
    /// Stopped for good.
    Retired,
}

impl SkillStatus {
    /// The lower-case word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Retired => "retired",
        }
    }

    /// The status written as `word`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Draft, Self::Active, Self::Suspended, Self::Retired]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}

impl fmt::Display for SkillStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whose calls count together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Per {
    /// Each user of a tenant.
    User,
    /// Each of the roles that a principal brings, apart.
    Role,
    /// All users of a tenant together.
    Tenant,
}

impl Per {
    /// The word of the language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::Tenant => "tenant",
        }
    }
}

/// `limit 120 per minute per user`
#[derive(Debug, Clone)]
pub struct Limit {
    /// Calls allowed.
    pub calls: u64,
    /// In a window that slides over this length.
    pub window: Duration,
    /// Counted for.
    pub per: Per,
    /// Name of the limit in reasons, and its place.
    pub origin: Origin,
}

/// `budget 200_000 tokens per day per tenant`
#[derive(Debug, Clone)]
pub struct Budget {
    /// Tokens allowed.
    pub tokens: u64,
    /// In a window that slides over this length.
    pub window: Duration,
    /// Counted for.
    pub per: Per,
    /// Name of the budget in reasons, and its place.
    pub origin: Origin,
}
