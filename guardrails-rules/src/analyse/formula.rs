//! A question in the form the search reads: truths of atoms under `not`, `and` and `or`.

use guardrails_core::policy::Expr;
use guardrails_core::process::{Facts, Truth, holds};

use super::truths::Truths;

/// A yes-or-no question about one operation, made of conditions and how they come out.
#[derive(Debug, Clone)]
pub(super) enum Claim<'e> {
    /// The condition comes out as one of these.
    Comes(&'e Expr, Truths),
    Not(Box<Claim<'e>>),
    All(Vec<Claim<'e>>),
    Any(Vec<Claim<'e>>),
}

impl<'e> Claim<'e> {
    pub(super) const TRUE: Self = Self::All(Vec::new());

    /// A condition that may be absent, and then holds.
    pub(super) fn comes(condition: Option<&'e Expr>, truths: Truths) -> Self {
        match condition {
            Some(condition) => Self::Comes(condition, truths),
            None if truths.meets(Truths::TRUE) => Self::TRUE,
            None => Self::Any(Vec::new()),
        }
    }

    pub(super) fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Calls `visit` with each condition, as often as it occurs.
    pub(super) fn visit(&self, visit: &mut impl FnMut(&'e Expr)) {
        match self {
            Self::Comes(condition, _) => visit(condition),
            Self::Not(claim) => claim.visit(visit),
            Self::All(claims) | Self::Any(claims) => {
                claims.iter().for_each(|claim| claim.visit(visit));
            }
        }
    }

    /// The answer for these facts, by the evaluator.
    pub(super) fn is_true<'a>(&'a self, facts: &Facts<'a>) -> bool {
        match self {
            Self::Comes(condition, truths) => truths.meets(Truths::of(holds(condition, facts))),
            Self::Not(claim) => !claim.is_true(facts),
            Self::All(claims) => claims.iter().all(|claim| claim.is_true(facts)),
            Self::Any(claims) => claims.iter().any(|claim| claim.is_true(facts)),
        }
    }
}

/// The same over atoms.
#[derive(Debug, Clone)]
pub(super) enum Formula {
    Known(Truth),
    /// By its number among the atoms.
    Atom(usize),
    Not(Box<Formula>),
    All(Vec<Formula>),
    Any(Vec<Formula>),
    /// True when it comes out as one of these, else false; never unknown.
    Is(Box<Formula>, Truths),
}
