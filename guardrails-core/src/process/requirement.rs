//! What approval chains ask for: as a ticket keeps it, and as the policy has it now.
//!
//! Pure. INVARIANT: votes given for less than what is asked for now never count as enough.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ticket::{StepDecision, Ticket, Vote};
use crate::policy::{ApprovalChain, ApprovalStep, Exclusion, Overdue};
use crate::value::Name;

/// The steps of all chains of a ticket, one chain after the other, with their deadlines.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ApprovalRequirement {
    /// The steps; those of one chain stand together.
    pub steps: Vec<RequiredStep>,
    /// Whether nobody may vote on two steps.
    #[serde(default)]
    pub distinct_approvers: bool,
    /// How long a ticket waits for its decisions altogether; the shortest of its chains.
    pub expires: Duration,
    /// How long a granted ticket may be used; the shortest of its chains.
    pub execute_within: Duration,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequiredStep {
    /// The chain it is of.
    pub chain: Name,
    /// Its name.
    pub name: Name,
    /// The role that decides it.
    pub role: Name,
    /// How many people must agree.
    pub quorum: u32,
    /// How long it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Duration>,
    /// The role that may decide it as well once it is overdue; none where it then denies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalates_to: Option<Name>,
}

impl ApprovalRequirement {
    /// The roles that decide a step, at once or when it is overdue.
    pub(crate) fn deciding_roles(&self) -> Vec<Name> {
        let steps = self.steps.iter();
        let roles = steps.flat_map(|step| [Some(&step.role), step.escalates_to.as_ref()]);
        roles.flatten().cloned().collect()
    }
}

impl RequiredStep {
    fn new(chain: &ApprovalChain, step: &ApprovalStep) -> Self {
        Self {
            chain: chain.origin.name.clone(),
            name: step.name.clone(),
            role: step.role.clone(),
            quorum: step.quorum,
            within: step.within,
            escalates_to: match &step.overdue {
                Overdue::Deny => None,
                Overdue::Escalate(above) => Some(above.clone()),
            },
        }
    }

    /// Whether a vote under this role counts, in time or after.
    fn accepts(&self, role: &Name) -> bool {
        self.role == *role || self.escalates_to.as_ref() == Some(role)
    }

    /// Roles that may decide it, in time or after.
    pub(crate) fn roles(&self) -> impl Iterator<Item = &Name> {
        std::iter::once(&self.role).chain(&self.escalates_to)
    }
}

impl ApprovalRequirement {
    /// What these chains ask for; none for no chain.
    pub(crate) fn of(chains: &[&ApprovalChain]) -> Option<Self> {
        let steps = chains.iter().flat_map(|chain| {
            let steps = chain.steps.iter();
            steps.map(|step| RequiredStep::new(chain, step))
        });
        Some(Self {
            steps: steps.collect(),
            distinct_approvers: chains
                .iter()
                .any(|chain| chain.never.contains(&Exclusion::SamePersonTwice)),
            expires: chains.iter().map(|chain| chain.expires).min()?,
            execute_within: chains.iter().map(|chain| chain.execute_within).min()?,
        })
    }

    pub(crate) fn at(&self, step: u32) -> Option<&RequiredStep> {
        self.steps.get(usize::try_from(step).ok()?)
    }

    /// Whether the ticket's votes, with those to come as they were asked for, are all that is asked
    /// for here. Each step must find its own among the ticket's steps of that chain, in order.
    pub(crate) fn is_covered_by(&self, ticket: &Ticket) -> bool {
        let mut asked = (0_u32..).zip(&ticket.asked.steps);
        let mut chain = None;
        let in_order = self.steps.iter().all(|step| {
            if chain != Some(&step.chain) {
                chain = Some(&step.chain);
                asked = (0_u32..).zip(&ticket.asked.steps);
            }
            asked.any(|(at, was)| was.chain == step.chain && covers(ticket, at, was, step))
        });
        in_order && (!self.distinct_approvers || votes_are_distinct(ticket))
    }
}

/// Whether what a step was asked for, and got as far as it is decided, is what `now` asks for.
fn covers(ticket: &Ticket, at: u32, was: &RequiredStep, now: &RequiredStep) -> bool {
    let counting = approvals(ticket)
        .filter(|vote| vote.step == at && now.accepts(&vote.role))
        .count();
    let counting = u32::try_from(counting).unwrap_or(u32::MAX);
    match at < ticket.step {
        true => counting >= now.quorum,
        // Every vote to come must be one that counts now.
        false => was.quorum >= now.quorum && was.roles().all(|role| now.accepts(role)),
    }
}

fn approvals(ticket: &Ticket) -> impl Iterator<Item = &StepDecision> {
    let votes = ticket.decisions.iter();
    votes.filter(|vote| vote.vote == Vote::Approve)
}

fn votes_are_distinct(ticket: &Ticket) -> bool {
    let mut voters: Vec<&Name> = approvals(ticket).map(|vote| &vote.by).collect();
    let all = voters.len();
    voters.sort();
    voters.dedup();
    let waits = ticket.asked.at(ticket.step).is_some();
    voters.len() == all && (ticket.asked.distinct_approvers || !waits)
}
