//! What of a decision may leave the host: for the requester, the model, or whoever asks for them.
//!
//! A [`Decision`] is complete, for the host's own code. A [`DecisionView`] is what may be disclosed of
//! it. That a rule raised an alert tells what its condition read, so that the view names a rule only
//! where that follows from what the requester may see, or from the reasons.

use std::fmt;

use rust_decimal::Decimal;

use crate::decision::{Decision, Disclosed, Obligation, Outcome, TicketHandle};
use crate::digest::Digest;
use crate::outcome_kind::OutcomeKind;
use crate::reason::Reason;
use crate::risk::DisclosedRisk;
use crate::risk::RiskLevel;
use crate::value::{Fields, Name, Value};
use crate::verdict::{Holding, Verdict};

/// What may be disclosed of a decision to its requester, to a model or to an approver.
///
/// Two records that the requester cannot tell apart, decided alike for the same reasons, have the same
/// view. It holds no channel to notify and no answer of a shadow policy: these are the host's.
#[derive(Clone, PartialEq, Eq)]
pub struct DecisionView {
    outcome: OutcomeKind,
    ticket: Option<TicketHandle>,
    reasons: Vec<Reason>,
    policy: Digest,
    disclosed: Disclosed,
}

impl Decision {
    /// What may be disclosed of this decision to the requester, a model or an approver. Everything else
    /// about a decision is for the host's own code.
    ///
    /// Worked out now, from what the decision kept: it costs nothing until it is asked for.
    #[must_use]
    pub fn for_requester(&self) -> DecisionView {
        DecisionView {
            outcome: self.outcome.kind(),
            ticket: match &self.outcome {
                Outcome::NeedsApproval(ticket) => Some(ticket.clone()),
                Outcome::Allow(_) | Outcome::Deny => None,
            },
            reasons: self.reasons.clone(),
            policy: self.policy,
            disclosed: self.basis.disclosed(self),
        }
    }
}

impl DecisionView {
    /// What came of it.
    #[must_use]
    pub fn outcome(&self) -> OutcomeKind {
        self.outcome
    }

    /// The ticket to wait for, where an approval is needed.
    #[must_use]
    pub fn ticket(&self) -> Option<&TicketHandle> {
        self.ticket.as_ref()
    }

    /// Why; empty for an allow that nothing restricted.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// What rules in shadow would have said, where that may be disclosed.
    #[must_use]
    pub fn shadows(&self) -> &[Reason] {
        &self.disclosed.shadows
    }

    /// What may be disclosed of the risk.
    #[must_use]
    pub fn risk(&self) -> &DisclosedRisk {
        &self.disclosed.risk
    }

    /// The rules that are disclosed to have applied.
    #[must_use]
    pub fn verdicts(&self) -> &[Verdict] {
        &self.disclosed.verdicts
    }

    /// The duties of those rules.
    #[must_use]
    pub fn obligations(&self) -> &[Obligation] {
        &self.disclosed.obligations
    }

    /// The digest of the policy bundle that the decision was made under.
    #[must_use]
    pub fn policy_digest(&self) -> Digest {
        self.policy
    }

    /// The view as JSON. Values that the requester may see are in it.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_fields().to_json()
    }

    /// The view as data.
    #[must_use]
    pub fn to_fields(&self) -> Fields {
        let mut out = Fields::new();
        out.set("outcome", self.outcome.as_str());
        out.set("ticket", self.ticket.as_ref().map(ticket));
        out.set("policy", self.policy.to_string());
        out.set("reasons", list(&self.reasons, reason));
        out.set("shadows", list(&self.disclosed.shadows, reason));
        out.set("risk", risk(&self.disclosed.risk));
        out.set("rules", list(&self.disclosed.verdicts, verdict));
        out.set("obligations", list(&self.disclosed.obligations, obligation));
        out
    }
}

impl fmt::Display for DecisionView {
    /// `deny`, and a line for each reason.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.outcome.words())?;
        if let Some(ticket) = &self.ticket {
            write!(f, " by {}, ticket {}", ticket.chains(), ticket.id())?;
        }
        let mut reasons = self.reasons.iter();
        reasons.try_for_each(|reason| write!(f, "\n  because {reason}"))
    }
}

impl fmt::Debug for DecisionView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecisionView")
            .field("outcome", &self.outcome)
            .field("reasons", &self.reasons)
            .field("risk", &self.disclosed.risk)
            .field("verdicts", &self.disclosed.verdicts)
            .finish_non_exhaustive()
    }
}

fn list<T>(items: &[T], one: impl Fn(&T) -> Fields) -> Value {
    Value::from(items.iter().map(one).collect::<Vec<_>>())
}

fn ticket(ticket: &TicketHandle) -> Fields {
    let expires = ticket.expires();
    let mut out = Fields::new();
    out.set("id", ticket.id().to_string());
    out.set("chain", ticket.chains().to_string());
    out.set(
        "expires",
        expires.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    );
    out
}

fn reason(reason: &Reason) -> Fields {
    let mut out = Fields::new();
    out.set("code", reason.code());
    out.set("message", reason.message());
    out.set("rule", reason.rule());
    out.set("place", reason.place().to_string());
    out
}

fn risk(risk: &DisclosedRisk) -> Fields {
    let factor = |(name, share): &(Name, Option<Decimal>)| {
        let mut out = Fields::new();
        out.set("name", name.clone());
        out.set("share", *share);
        out
    };
    let mut out = Fields::new();
    out.set("score", risk.score);
    out.set("level", risk.level.map(RiskLevel::as_str));
    out.set("factors", list(&risk.factors, factor));
    out
}

fn verdict(verdict: &Verdict) -> Fields {
    let mut out = Fields::new();
    out.set("rule", verdict.rule.clone());
    out.set("place", verdict.place.to_string());
    out.set(
        "holding",
        match verdict.holding {
            Holding::Held => "held",
            Holding::Unknown => "unknown",
        },
    );
    out.set("shadow", verdict.shadow);
    out
}

fn obligation(bound: &Obligation) -> Fields {
    let mut out = Fields::new();
    out.set("name", bound.name());
    out.set("terms", bound.terms().clone());
    out.set("rule", bound.rule());
    out.set("place", bound.place().to_string());
    out
}
