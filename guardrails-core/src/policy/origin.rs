//! The name and place of what a policy declares.

use crate::diagnostic::Place;
use crate::value::Name;

/// A thing with a name and a place in the policy text, for reasons and the audit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// Its name, such as a rule's.
    pub name: Name,
    /// Where it is written.
    pub place: Place,
}
