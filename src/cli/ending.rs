//! How a command came out, and the exit code for it.

/// How a command came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Fine,
    Findings,
    NotProven,
    Denied,
    NeedsApproval,
}

impl Ending {
    /// The exit code.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::NotProven => 3,
            Self::Denied => 10,
            Self::NeedsApproval => 12,
        }
    }
}
