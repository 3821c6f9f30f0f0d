//! What a shadow policy answers: a whole policy that is asked beside the one in force and has no
//! effect, so that its authors see what it would have done before it does it.
//!
//! Decides how two answers compare. It must not touch an operation's course, a limit or a ticket.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::audit::FieldAccess;
use crate::digest::Digest;
use crate::policy::Policy;
use crate::reason::Reason;
use crate::risk::DisclosedRisk;
use crate::value::Name;
use crate::verdict::Verdict;

/// How the answer of a shadow policy stands to that of the policy in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
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

/// What a shadow policy would have decided about a proposal.
///
/// INVARIANT: its reasons show no value that the policy *in force* hides from the principal.
#[derive(Clone, PartialEq, Eq)]
pub struct ShadowDecision {
    pub(crate) policy: Digest,
    pub(crate) said: Said,
    pub(crate) reasons: Arc<[Reason]>,
    pub(crate) difference: Difference,
}

impl ShadowDecision {
    /// `allow`, `needs_approval` or `deny`. Nothing waits and no ticket is made for it.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        self.said.outcome
    }

    /// The approval chains it would have asked, joined by `+`; empty unless it needs an approval.
    #[must_use]
    pub fn chain(&self) -> &str {
        &self.said.chain
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// What the policy in force said, in the words of `outcome`; before any ticket was looked at.
    pub in_force: &'static str,
    /// `allow`, `needs_approval`, `deny`, or of records `out_of_reach`.
    pub outcome: &'static str,
    /// The approval chains, joined by `+`; may be empty.
    pub chain: Name,
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
    pub(crate) fn new(policy: Digest, step: ShadowStep, outcome: &'static str) -> Self {
        Self {
            policy,
            step,
            difference: Difference::Same,
            in_force: outcome,
            outcome,
            chain: Name::default(),
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
pub(crate) struct Said {
    pub(crate) outcome: &'static str,
    pub(crate) chain: Name,
    chains: Vec<Name>,
}

impl Said {
    /// The outcome of these refusals and of approvals needed by these chains, before any ticket is looked at.
    pub(crate) fn of(refusals: &[Reason], needed: Vec<Name>) -> Self {
        let (outcome, chains) = match refusals {
            [] if needed.is_empty() => ("allow", needed),
            [] => ("needs_approval", needed),
            _ => ("deny", Vec::new()),
        };
        Self {
            outcome,
            chain: chains.join("+").into(),
            chains,
        }
    }

    fn width(&self) -> u8 {
        match self.outcome {
            "allow" => 2,
            "needs_approval" => 1,
            _ => 0,
        }
    }

    /// How this, said by `policy`, stands to what was said by the policy in force.
    pub(crate) fn against(
        &self,
        policy: &Policy,
        in_force: &Self,
        policy_in_force: &Policy,
    ) -> Difference {
        match self.width().cmp(&in_force.width()) {
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
        let more = self
            .chains
            .iter()
            .all(|chain| agrees(chain, &in_force.chains));
        let less = in_force
            .chains
            .iter()
            .all(|chain| agrees(chain, &self.chains));
        match (more, less) {
            (true, true) => Difference::Same,
            (true, false) => Difference::Wider,
            (false, true) => Difference::Narrower,
            (false, false) => Difference::Otherwise,
        }
    }
}
