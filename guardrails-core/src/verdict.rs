//! What one rule said of one operation.

use crate::diagnostic::Place;
use crate::value::Name;

/// What one rule said of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The rule.
    pub rule: Name,
    /// Its place.
    pub place: Place,
    /// Whether its condition held, or could not be known.
    pub holding: Holding,
    /// Whether it was recorded only.
    pub shadow: bool,
}

/// How a condition came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holding {
    /// It held; or which of the two it was turns on what the principal may not see.
    Held,
    /// It could not be known: something was missing, of another type, or overflowed. A restriction
    /// applies all the same.
    Unknown,
}
