//! Approval chains: who must agree, in what order, by when.

use std::time::Duration;

use super::origin::Origin;
use crate::diagnostic::Place;
use crate::value::Name;

/// One chain.
#[derive(Debug, Clone)]
pub struct ApprovalChain {
    /// Name and place.
    pub origin: Origin,
    /// Steps, one after the other; never empty.
    pub steps: Vec<ApprovalStep>,
    /// Who may not decide.
    pub never: Vec<Exclusion>,
    /// How long a ticket waits for its decisions altogether.
    pub expires: Duration,
    /// How long a granted ticket may be spent.
    pub execute_within: Duration,
}

impl ApprovalChain {
    /// Whether both ask the same of the same people in the same time, wherever they are written.
    #[must_use]
    pub fn asks_the_same_as(&self, other: &Self) -> bool {
        let named = |chain: &Self, exclusion| chain.never.contains(&exclusion);
        let twice = Exclusion::SamePersonTwice;
        self.expires == other.expires
            && self.execute_within == other.execute_within
            && named(self, twice) == named(other, twice)
            && self.steps.len() == other.steps.len()
            && self
                .steps
                .iter()
                .zip(&other.steps)
                .all(|(one, other)| one.asks_the_same_as(other))
    }
}

impl ApprovalStep {
    fn asks_the_same_as(&self, other: &Self) -> bool {
        self.quorum == other.quorum
            && self.role == other.role
            && self.within == other.within
            && self.overdue == other.overdue
    }
}

/// One step of a chain.
#[derive(Debug, Clone)]
pub struct ApprovalStep {
    /// Its name.
    pub name: Name,
    /// How many people must agree.
    pub quorum: u32,
    /// The role they have.
    pub role: Name,
    /// How long the step waits.
    pub within: Option<Duration>,
    /// What happens then.
    pub overdue: Overdue,
    /// Where it is written.
    pub place: Place,
}

/// What happens to a step nobody decided in time. Never approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overdue {
    /// The ticket expires.
    Deny,
    /// This role may decide as well.
    Escalate(Name),
}

/// Who may not decide a ticket. `Requester` always holds, written or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exclusion {
    /// The user whose AI asked.
    Requester,
    /// A person who already decided another step.
    SamePersonTwice,
}
