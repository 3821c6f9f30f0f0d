//! The answer to "may these roles use this skill": three words, and the role that decided.

use crate::value::Name;

/// Whether a skill may be used. There is no default: who asks must look.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Access {
    /// Yes.
    Allowed {
        /// The asker's own role that carries the permission, itself or by inheritance.
        role: Name,
    },
    /// No: a line denies it, whatever other lines allow.
    Denied {
        /// The asker's own role that carries the denial, itself or by inheritance.
        role: Name,
    },
    /// No: no line allows it.
    NotPermitted,
}
