//! What a field comes to along the way: an access, whether it may be written, and who says so.

use crate::data::access::{Access, Source, Writable, figures};
use crate::policy::Aggregable;

/// What a field comes to.
#[derive(Debug, Clone)]
pub(in crate::data) struct Level {
    pub(in crate::data) access: Access,
    pub(in crate::data) writable: Writable,
    /// Figures that may be taken, beside those that whoever reads the field can take anyway.
    pub(in crate::data) aggregable: Aggregable,
    pub(in crate::data) source: Source,
}

impl Level {
    /// Nothing, by this source.
    pub(in crate::data) fn hidden(source: Source) -> Self {
        Self {
            access: Access::Hidden,
            writable: Writable::No,
            aggregable: Aggregable::NOTHING,
            source,
        }
    }

    /// Everything, until something narrows it.
    pub(in crate::data) fn open() -> Self {
        Self {
            access: Access::Read,
            writable: Writable::BeyondScope,
            aggregable: Aggregable::NOTHING,
            source: Source::Nobody,
        }
    }

    /// The figures that may be taken, those of whoever reads the field among them.
    pub(super) fn figures(&self) -> Aggregable {
        figures(&self.access, self.aggregable)
    }

    /// The more permissive of two; where neither shows anything, the one that says why.
    pub(super) fn merged(self, other: Self) -> Self {
        let writable = self.writable.or(other.writable);
        let aggregable = self.aggregable.widened(other.aggregable);
        let explains = self.source == Source::Nobody && self.access == other.access;
        let winner = if self.access.is_stricter_than(&other.access) || explains {
            other
        } else {
            self
        };
        Self {
            writable,
            aggregable,
            ..winner
        }
    }
}
