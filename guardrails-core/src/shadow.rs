//! What a shadow policy answers: a whole policy that is asked beside the one in force and has no
//! effect, so that its authors see what it would have done before it does it.
//!
//! Decides how two answers compare. It must not touch an operation's course, a limit or a ticket.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::approval_chains::ApprovalChains;
use crate::audit::FieldAccess;
use crate::digest::Digest;
use crate::outcome_kind::OutcomeKind;
use crate::policy::Policy;
use crate::reason::Reason;
use crate::risk::DisclosedRisk;
use crate::value::Name;
use crate::verdict::Verdict;

/// How the answer of a shadow policy stands to that of the policy in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Difference {
    /// The same comes of both.
    #[default]
    Same,
    /// The shadow policy would let more through, or show more.
    Wider,
    /// It would let less through, or show less.
    Narrower,
    /// Neither: another approval chain, another mask, or more of one and less of another.
    Otherwise,
}

impl Difference {
    /// The lower-case word of the audit.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Wider => "wider",
            Self::Narrower => "narrower",
            Self::Otherwise => "otherwise",
        }
    }

    /// What two differences come to together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Same, other) => other,
            (one, Self::Same) => one,
            (one, other) if one == other => one,
            _ => Self::Otherwise,
        }
    }
}

impl From<Ordering> for Difference {
    /// Of how much comes through under the shadow policy, compared with the policy in force.
    fn from(order: Ordering) -> Self {
        match order {
            Ordering::Less => Self::Narrower,
            Ordering::Equal => Self::Same,
            Ordering::Greater => Self::Wider,
        }
    }
}

/// What a policy answers to a step of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShadowOutcome {
    /// Go on.
    Allow,
    /// An approval must be granted first.
    NeedsApproval,
    /// No.
    Deny,
    /// The record is out of scope.
    #[serde(rename = "out_of_reach")]
    OutOfScope,
}

impl ShadowOutcome {
    /// The lower-case word of the audit.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => OutcomeKind::Allow.as_str(),
            Self::NeedsApproval => OutcomeKind::NeedsApproval.as_str(),
            Self::Deny => OutcomeKind::Deny.as_str(),
            Self::OutOfScope => "out_of_reach",
        }
    }
}

impl From<OutcomeKind> for ShadowOutcome {
    fn from(kind: OutcomeKind) -> Self {
        match kind {
            OutcomeKind::Allow => Self::Allow,
            OutcomeKind::NeedsApproval => Self::NeedsApproval,
            OutcomeKind::Deny => Self::Deny,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ShadowStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ShadowOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a shadow policy would have decided about a proposal.
///
/// INVARIANT: its reasons show no value that the policy *in force* hides from the principal.
#[derive(Clone, PartialEq, Eq)]
pub struct ShadowDecision {
    pub(crate) policy: Digest,
    pub(crate) verdict: ProposalVerdict,
    pub(crate) reasons: Arc<[Reason]>,
    pub(crate) difference: Difference,
}

impl ShadowDecision {
    /// Which outcome it would have had. Nothing waits and no ticket is made for it.
    #[must_use]
    pub fn outcome(&self) -> OutcomeKind {
        self.verdict.outcome
    }

    /// The approval chains it would have asked; none unless it needs an approval.
    #[must_use]
    pub fn chains(&self) -> &ApprovalChains {
        &self.verdict.chains
    }

    /// Why.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// How that stands to what the policy in force says. A ticket at hand is left out of account:
    /// compared is what the two policies ask for.
    #[must_use]
    pub fn difference(&self) -> Difference {
        self.difference
    }

    /// The digest of the shadow policy.
    #[must_use]
    pub fn policy_digest(&self) -> Digest {
        self.policy
    }
}

impl fmt::Debug for ShadowDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShadowDecision")
            .field("outcome", &self.outcome())
            .field("reasons", &self.reasons)
            .field("difference", &self.difference)
            .finish_non_exhaustive()
    }
}

/// At which step of an operation a shadow policy was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShadowStep {
    /// May it begin.
    Begin,
    /// What is shown of records.
    Read,
    /// May a figure be taken.
    Aggregate,
    /// May a change be made.
    Propose,
}

impl ShadowStep {
    /// The lower-case word of the audit.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Read => "read",
            Self::Aggregate => "aggregate",
            Self::Propose => "propose",
        }
    }
}

/// What a shadow policy answered, as the audit keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct ShadowAnswer {
    /// The shadow policy.
    pub policy: Digest,
    /// At which step.
    pub step: ShadowStep,
    /// How that stands to what the policy in force answered.
    pub difference: Difference,
    /// What the policy in force said, before any ticket was looked at.
    pub in_force: ShadowOutcome,
    /// What the shadow policy said.
    pub outcome: ShadowOutcome,
    /// The approval chains; may be none.
    pub chains: ApprovalChains,
    /// The records it is about, as far as the policy in force shows them.
    pub records: Vec<Name>,
    /// How many more there are, which the policy in force does not show.
    pub withheld: u64,
    /// Fields of which something else would be shown, and what.
    pub fields: Vec<FieldAccess>,
    /// Why.
    pub reasons: Arc<[Reason]>,
    /// What each rule said.
    pub verdicts: Vec<Verdict>,
    /// The risk of a proposal, without what is worked out from what the requester may not see.
    pub risk: Option<DisclosedRisk>,
}

impl ShadowAnswer {
    /// An answer in which nothing differs: `outcome` is what the policy in force says too.
    pub(crate) fn new(policy: Digest, step: ShadowStep, outcome: ShadowOutcome) -> Self {
        Self {
            policy,
            step,
            difference: Difference::Same,
            in_force: outcome,
            outcome,
            chains: ApprovalChains::default(),
            records: Vec::new(),
            withheld: 0,
            fields: Vec::new(),
            reasons: Arc::default(),
            verdicts: Vec::new(),
            risk: None,
        }
    }

    /// Whether it is the same answer, though about another record.
    pub(crate) fn is_alike(&self, other: &Self) -> bool {
        self.step == other.step
            && self.difference == other.difference
            && self.in_force == other.in_force
            && self.outcome == other.outcome
            && self.fields == other.fields
            && self.reasons == other.reasons
            && self.verdicts == other.verdicts
    }
}

/// What a policy says of a proposal: an outcome, and the chains that must agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProposalVerdict {
    pub(crate) outcome: OutcomeKind,
    pub(crate) chains: ApprovalChains,
}

impl ProposalVerdict {
    /// The outcome of these refusals and of approvals needed by these chains, before any ticket is looked at.
    pub(crate) fn of(refusals: &[Reason], needed: Vec<Name>) -> Self {
        let (outcome, chains) = match refusals {
            [] if needed.is_empty() => (OutcomeKind::Allow, ApprovalChains::default()),
            [] => (OutcomeKind::NeedsApproval, needed.into_iter().collect()),
            _ => (OutcomeKind::Deny, ApprovalChains::default()),
        };
        Self { outcome, chains }
    }

    /// How this, said by `policy`, stands to what was said by the policy in force.
    pub(crate) fn against(
        &self,
        policy: &Policy,
        in_force: &Self,
        policy_in_force: &Policy,
    ) -> Difference {
        match self.outcome.cmp(&in_force.outcome) {
            Ordering::Equal => {}
            order => return order.into(),
        }
        let agrees = |chain: &Name, others: &[Name]| {
            others.contains(chain)
                && match (
                    policy.approvals.get(chain),
                    policy_in_force.approvals.get(chain),
                ) {
                    (Some(one), Some(other)) => one.asks_the_same_as(other),
                    (None, None) => true,
                    _ => false,
                }
        };
        let all = |chains: &ApprovalChains, others: &ApprovalChains| {
            let mut names = chains.names().iter();
            names.all(|chain| agrees(chain, others.names()))
        };
        let more = all(&self.chains, &in_force.chains);
        let less = all(&in_force.chains, &self.chains);
        match (more, less) {
            (true, true) => Difference::Same,
            (true, false) => Difference::Wider,
            (false, true) => Difference::Narrower,
            (false, false) => Difference::Otherwise,
        }
    }
}
