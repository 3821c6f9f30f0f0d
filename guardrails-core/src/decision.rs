//! What the guard answers: an outcome, why, and what it rests on.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::approval_chains::ApprovalChains;
use crate::diagnostic::Place;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::explanation::Explanation;
use crate::identifier::TicketId;
use crate::outcome_kind::OutcomeKind;
use crate::reason::Reason;
use crate::release::Release;
use crate::risk::{DisclosedRisk, Risk};
use crate::shadow::ShadowDecision;
use crate::ticket_state::TicketState;
use crate::value::{Fields, Name};
use crate::verdict::Verdict;

/// What may happen now.
#[must_use = "an outcome says whether the change may be made; match on all three"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Go on: apply the release, and nothing else.
    Allow(Release),
    /// Wait: this ticket must be granted first.
    NeedsApproval(TicketHandle),
    /// No.
    Deny,
}

impl Outcome {
    /// A stable word: `allow`, `needs_approval` or `deny`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        self.kind().as_str()
    }

    /// Which of the three it is, without what comes with it.
    #[must_use]
    pub fn kind(&self) -> OutcomeKind {
        match self {
            Self::Allow(_) => OutcomeKind::Allow,
            Self::NeedsApproval(_) => OutcomeKind::NeedsApproval,
            Self::Deny => OutcomeKind::Deny,
        }
    }
}

/// What a requester knows of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketHandle {
    pub(crate) id: TicketId,
    pub(crate) chains: ApprovalChains,
    pub(crate) expires: DateTime<Utc>,
    pub(crate) state: TicketState,
}

impl TicketHandle {
    /// The ticket's identifier.
    #[must_use]
    pub fn id(&self) -> TicketId {
        self.id
    }

    /// The approval chains, all of which must agree; `Display` writes them joined by `+`.
    #[must_use]
    pub fn chains(&self) -> &ApprovalChains {
        &self.chains
    }

    /// Where the ticket is. The same proposal finds the ticket that is open for it: one that is
    /// approved is resumed, not proposed again.
    #[must_use]
    pub fn state(&self) -> TicketState {
        self.state
    }

    /// When the ticket expires undecided.
    #[must_use]
    pub fn expires(&self) -> DateTime<Utc> {
        self.expires
    }
}

/// One decision about one proposed change: complete, for the host's own code. What may go to the
/// requester, a model or an approver is [`Decision::for_requester`] and [`Decision::explain`]: a channel to
/// notify, a duty, a verdict or a level of risk tells what the condition behind it read.
///
/// A refusal has the shape of every other one: reasons, each with a code. [`Decision::into_release`] turns
/// it into the very error that `begin`, `resume` and `aggregate` refuse with.
#[must_use = "a decision says whether the change may be made; look at its outcome before anything is applied"]
#[derive(Clone)]
pub struct Decision {
    pub(crate) outcome: Outcome,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) shadows: Vec<Reason>,
    pub(crate) shadow_policy: Option<Arc<ShadowDecision>>,
    pub(crate) risk: Arc<Risk>,
    pub(crate) notify: Vec<Name>,
    pub(crate) obligations: Vec<Obligation>,
    pub(crate) policy: Digest,
    pub(crate) verdicts: Arc<[Verdict]>,
    /// What it was made from, for whoever asks why.
    pub(crate) basis: Arc<dyn Explain>,
}

/// What a decision was made from: explains the decision when asked.
pub(crate) trait Explain: Send + Sync {
    /// Why `decision` came out as it did, as far as the one who asked may know.
    fn explain(&self, decision: &Decision) -> Explanation;

    /// What of `decision` may be disclosed to the one who asked.
    fn disclosed(&self, decision: &Decision) -> Disclosed;

    /// For tests that look at what is kept.
    #[cfg(test)]
    fn as_any(&self) -> &dyn std::any::Any;
}

/// What may be disclosed of a decision beside its outcome and its reasons. The default discloses nothing.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Disclosed {
    pub(crate) risk: DisclosedRisk,
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) obligations: Vec<Obligation>,
    pub(crate) shadows: Vec<Reason>,
}

/// Something that the policy binds the host to when it goes on (`oblige`).
///
/// INVARIANT: its particulars show no value that the principal may not see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    pub(crate) name: Name,
    pub(crate) terms: Fields,
    pub(crate) rule: Name,
    pub(crate) place: Place,
}

impl Obligation {
    /// What is to be done, by the name that the policy gives it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The particulars.
    #[must_use]
    pub fn terms(&self) -> &Fields {
        &self.terms
    }

    /// The rule that says so.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The line of policy.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }
}

impl Decision {
    /// What may happen now.
    #[must_use = "an outcome says whether the change may be made; match on all three"]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// What the host may apply; none unless the outcome is an allow.
    #[must_use = "a release is what the host applies to the CRM"]
    pub fn release(&self) -> Option<&Release> {
        match &self.outcome {
            Outcome::Allow(release) => Some(release),
            Outcome::NeedsApproval(_) | Outcome::Deny => None,
        }
    }

    /// What the host may apply, or why it may not: for hosts that go on with `?`.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] with the decision's reasons, when it is refused or waits for an approval. Look
    /// at [`Decision::outcome`] for the ticket.
    pub fn into_release(self) -> Result<Release> {
        match self.outcome {
            Outcome::Allow(release) => Ok(release),
            Outcome::NeedsApproval(_) | Outcome::Deny => {
                Err(Error::refused(ErrorKind::Denied, self.reasons))
            }
        }
    }

    /// The code of the first reason; empty for an allow that nothing restricted. The same as
    /// [`Error::code`] of a refusal.
    #[must_use]
    pub fn code(&self) -> &str {
        self.reasons.first().map_or("", Reason::code)
    }

    /// Why; empty for an allow that nothing restricted.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// What shadow rules would have said; it changed nothing. Complete: for the host's own code.
    #[must_use]
    pub fn shadows(&self) -> &[Reason] {
        &self.shadows
    }

    /// What the shadow policy, if the guard has one, would have decided; it changed nothing.
    #[must_use]
    pub fn shadow_policy(&self) -> Option<&ShadowDecision> {
        self.shadow_policy.as_deref()
    }

    /// The risk and its factors. Complete: for the host's own code, since shares and points tell what was
    /// read. LOW and without a score where the proposal was refused before anything of
    /// it was evaluated.
    #[must_use]
    pub fn risk(&self) -> &Risk {
        &self.risk
    }

    /// Channels that the policy wants told; the host tells them. Complete: for the host's own code.
    #[must_use]
    pub fn notify(&self) -> &[Name] {
        &self.notify
    }

    /// What the host must do, whatever the outcome: the policy does not do it, and goes on believing
    /// that it was done. Complete: for the host's own code.
    #[must_use]
    pub fn obligations(&self) -> &[Obligation] {
        &self.obligations
    }

    /// What each rule that held, or could not be known, said. Complete: for the host's own code.
    #[must_use]
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// Why it came out like this, which rules nearly mattered, and what would have to change; as far
    /// as the one who asked may know. Like [`Decision::for_requester`] it may leave the host: a rule that
    /// only notifies, adds risk or obliges is in it only where its visible clauses settle that it applied.
    ///
    /// Worked out now, from what the decision kept: it costs nothing until it is asked for, and
    /// changes nothing.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        self.basis.explain(self)
    }

    /// The digest of the policy bundle it was made under.
    #[must_use]
    pub fn policy_digest(&self) -> Digest {
        self.policy
    }
}

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("outcome", &self.outcome)
            .field("reasons", &self.reasons)
            .field("risk", &self.risk)
            .finish_non_exhaustive()
    }
}
