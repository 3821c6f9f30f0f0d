//! What was shown of one field, as the audit records it.

use crate::value::Name;

/// What one field came to in a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldAccess {
    /// The field.
    pub field: Name,
    /// `read`, `masked` or [`HIDDEN`](Self::HIDDEN).
    pub access: &'static str,
    /// The mask's name, when masked; else empty.
    pub mask: &'static str,
    /// Its sensitivity, 1 – 5.
    pub sensitivity: u8,
}

impl FieldAccess {
    /// The word for a field of which nothing was shown.
    pub const HIDDEN: &'static str = "hidden";
}
