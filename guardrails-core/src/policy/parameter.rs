//! What a host may set about a policy: `param REP_LIMIT : percent = 15% in 0% .. 30%`.
//!
//! By the time there is a policy, its parameters have their values: they stand in the conditions as
//! constants. This is what is known of them, for people and tools.

use super::{Origin, Type};
use crate::value::Value;

/// A named value of the policy that the host may set.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name and place.
    pub origin: Origin,
    /// What it holds.
    pub ty: Type,
    /// What it is unless the host sets it, as a host would send it.
    pub default: Value,
    /// What it is in this policy.
    pub value: Value,
}

impl Parameter {
    /// Whether the host has set it to something else.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.value != self.default
    }
}
