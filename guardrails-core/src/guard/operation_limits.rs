//! How much one operation may do.

use std::time::Duration;

/// How much one operation may do. A skill's limits count operations; without these, one operation
/// would be as good as many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationLimits {
    /// How long after its beginning an operation may still read and propose; 1 hour unless set.
    pub max_age: Duration,
    /// How many changes it may propose; 100 unless set.
    pub max_proposals: u32,
    /// How many records it may be handed for reading and for figures, shown or not; 10,000 unless set.
    pub max_rows: u64,
}

impl Default for OperationLimits {
    fn default() -> Self {
        Self {
            max_age: Duration::from_secs(3_600),
            max_proposals: 100,
            max_rows: 10_000,
        }
    }
}
