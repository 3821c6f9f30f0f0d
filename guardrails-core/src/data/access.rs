//! What a principal's AI may do with one field, and where that comes from.

use std::cmp::Ordering;
use std::fmt;

use crate::audit::FieldAccess;
use crate::diagnostic::Place;
use crate::policy::{Aggregable, Mask, WriteScope};
use crate::value::Name;

/// What a view shows of one field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Access {
    /// The value as it is.
    Read,
    /// The value through a mask.
    Masked(Mask),
    /// Nothing; the field is absent.
    Hidden,
}

impl Access {
    /// Its place in the one order of strictness (see [`Mask::strictness`]): read 0, hide 80.
    #[must_use]
    pub fn strictness(&self) -> u8 {
        match self {
            Self::Read => 0,
            Self::Masked(mask) => mask.strictness(),
            Self::Hidden => 80,
        }
    }

    /// The word of the audit: `read`, `masked` or `hidden`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Masked(_) => "masked",
            Self::Hidden => FieldAccess::HIDDEN,
        }
    }

    /// The mask's word; empty when the field is not masked.
    #[must_use]
    pub fn mask_name(&self) -> &'static str {
        match self {
            Self::Masked(mask) => mask.name(),
            Self::Read | Self::Hidden => "",
        }
    }

    /// Which of two is the stricter. Total, so that merging knows no order of writing: masks of one
    /// strictness follow the order of [`Mask`].
    #[must_use]
    pub fn cmp_strictness(&self, other: &Self) -> Ordering {
        self.strictness()
            .cmp(&other.strictness())
            .then_with(|| self.mask().cmp(&other.mask()))
    }

    fn mask(&self) -> Option<&Mask> {
        match self {
            Self::Masked(mask) => Some(mask),
            Self::Read | Self::Hidden => None,
        }
    }

    pub(super) fn stricter(self, other: Self) -> Self {
        if other.is_stricter_than(&self) {
            other
        } else {
            self
        }
    }

    pub(super) fn is_stricter_than(&self, other: &Self) -> bool {
        self.cmp_strictness(other).is_gt()
    }
}

impl fmt::Display for Access {
    /// `read`, `masked with phone`, `hidden`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Masked(mask) => write!(f, "masked with {}", mask.name()),
            other => f.write_str(other.as_str()),
        }
    }
}

/// The figures that may be taken of a field: whoever reads each value can take every one.
pub(super) fn figures(access: &Access, granted: Aggregable) -> Aggregable {
    match access {
        Access::Read => Aggregable::every(1),
        Access::Masked(_) | Access::Hidden => granted,
    }
}

/// Whether the AI may give a field another value. In order: each allows what the one before it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Writable {
    /// It may not.
    No,
    /// It may, where the record stays in the row scope of a grant.
    Yes,
    /// It may, and an update need not leave the record in the row scope of any grant.
    BeyondScope,
}

impl Writable {
    /// What a clause that lets a field be written makes of it.
    pub(super) fn of(scope: WriteScope) -> Self {
        match scope {
            WriteScope::Within => Self::Yes,
            WriteScope::Beyond => Self::BeyondScope,
        }
    }

    /// Whether it may be written at all.
    #[must_use]
    pub fn is_allowed(self) -> bool {
        self != Self::No
    }

    /// Writable only as far as both are.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// Writable as far as either is.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }
}

/// What decided about a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A clause of a `.guard` grant.
    Grant {
        /// The role the grant is given to.
        role: Name,
        /// The clause.
        place: Place,
    },
    /// A row of the permission tables, in words.
    Table(Name),
    /// Nobody grants the field.
    Nobody,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grant { role, place } => write!(f, "grant {role} at {place}"),
            Self::Table(row) => f.write_str(row),
            Self::Nobody => f.write_str("nobody grants it"),
        }
    }
}
