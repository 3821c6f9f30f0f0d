//! The names that policies and data share.

use std::sync::Arc;

/// A name of the policy or the data: entity, field, role, skill. Cheap to clone.
pub type Name = Arc<str>;
