//! The truths of the conditions of grants, by their place among the conditions.

use crate::data::grant_algebra::ClauseEffect;
use crate::truth::Truth;

/// How the conditions of the grants turn out.
#[derive(Clone, Copy)]
pub(super) enum Truths<'a> {
    /// By place; one that is left out is unknown.
    Known(&'a [Truth]),
    /// Each as is best for the principal.
    Favourable,
}

pub(super) fn truth_at(truths: &[Truth], at: usize) -> Truth {
    truths.get(at).copied().unwrap_or(Truth::Unknown)
}

impl<'a> Truths<'a> {
    pub(super) fn known(self) -> Option<&'a [Truth]> {
        match self {
            Self::Known(truths) => Some(truths),
            Self::Favourable => None,
        }
    }

    /// The condition of a clause with this effect.
    pub(super) fn of(self, at: usize, effect: &ClauseEffect) -> Truth {
        match self {
            Self::Known(truths) => truth_at(truths, at),
            Self::Favourable => Truth::from(!effect.restricts()),
        }
    }

    pub(super) fn of_scope(self, at: usize) -> Truth {
        match self {
            Self::Known(truths) => truth_at(truths, at),
            Self::Favourable => Truth::True,
        }
    }
}
