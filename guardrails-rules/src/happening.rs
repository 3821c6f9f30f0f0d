//! What happened in a test, and how it is held against what was expected.

use guardrails_core::data::Access;
use guardrails_core::policy::RiskLevel;
use guardrails_core::{
    ApprovalChains, Decision, Fields, Name, Outcome, OutcomeKind, Reason, Value,
};

use crate::test_case::{Expectation, ExpectationKind, Seen};
use crate::testing::{Failure, ObservedOutcome};

/// Everything about one operation that a test can ask for.
#[derive(Default)]
pub(crate) struct Happening {
    /// None where nothing was decided yet, which lets nothing through.
    outcome: Option<OutcomeKind>,
    chains: ApprovalChains,
    reasons: Vec<Reason>,
    /// What was read, when anything was.
    seen: Option<Fields>,
    /// How each field of it is seen, by path.
    accesses: Vec<(Name, Access)>,
    rules: Vec<Name>,
    risk: Option<RiskLevel>,
    notified: Vec<Name>,
    obligations: Vec<(Name, Fields)>,
}

impl Happening {
    /// The record was read, and nothing else happened yet.
    pub(crate) fn saw(seen: Fields, accesses: Vec<(Name, Access)>) -> Self {
        Self {
            outcome: Some(OutcomeKind::Allow),
            seen: Some(seen),
            accesses,
            ..Self::default()
        }
    }

    /// The operation, or its read, was refused.
    pub(crate) fn refused(reasons: Vec<Reason>) -> Self {
        Self {
            reasons,
            ..Self::default()
        }
    }

    /// Takes over what was decided about a change.
    pub(crate) fn decided(&mut self, decision: &Decision) {
        self.outcome = Some(decision.outcome().kind());
        self.chains = match decision.outcome() {
            Outcome::NeedsApproval(ticket) => ticket.chains().clone(),
            Outcome::Allow(_) | Outcome::Deny => ApprovalChains::default(),
        };
        self.reasons = decision.reasons().to_vec();
        let verdicts = decision.verdicts().iter();
        self.rules = verdicts.map(|verdict| verdict.rule.clone()).collect();
        self.risk = Some(decision.risk().level);
        self.notified = decision.notify().to_vec();
        let duties = decision.obligations().iter();
        self.obligations = duties
            .map(|duty| (duty.name().into(), duty.terms().clone()))
            .collect();
    }

    fn outcome(&self) -> OutcomeKind {
        self.outcome.unwrap_or(OutcomeKind::Deny)
    }

    /// The same for whoever compares it with another.
    pub(crate) fn into_observed(self) -> ObservedOutcome {
        ObservedOutcome {
            outcome: self.outcome(),
            chains: self.chains,
            view: self.seen,
            accesses: self.accesses,
        }
    }

    /// Why an expectation did not come true; nothing when it did.
    pub(crate) fn against(&self, expected: &Expectation) -> Option<Failure> {
        self.unlike(&expected.kind).map(|message| Failure {
            place: expected.place.clone(),
            message,
        })
    }

    fn unlike(&self, expected: &ExpectationKind) -> Option<String> {
        match expected {
            ExpectationKind::Allow => self.expect_outcome(OutcomeKind::Allow, "allow"),
            ExpectationKind::Deny(code) => self.expect_deny(code.as_ref()),
            ExpectationKind::Approval(chain) => {
                let expected = ApprovalChains::parse(chain);
                let is_it = self.outcome() == OutcomeKind::NeedsApproval && self.chains == expected;
                (!is_it).then(|| format!("expected approval `{chain}`, but {}", self.told()))
            }
            ExpectationKind::Rule(rule) => self.expect_rule(rule),
            ExpectationKind::Risk(level) => self.expect_risk(*level),
            ExpectationKind::View(fields) => self.expect_view(fields),
            ExpectationKind::Message(text) => self.expect_message(text),
            ExpectationKind::Notify(channel) => self.expect_notify(channel),
            ExpectationKind::Oblige(name, terms) => self.expect_oblige(name, terms),
            ExpectationKind::Not(unwanted) => match self.unlike(unwanted) {
                Some(_) => None,
                None => Some(format!(
                    "expected {}, but that is what happened",
                    denied(unwanted)
                )),
            },
        }
    }

    fn expect_outcome(&self, outcome: OutcomeKind, words: &str) -> Option<String> {
        (self.outcome() != outcome).then(|| format!("expected {words}, but {}", self.told()))
    }

    /// What happened, as a clause.
    fn told(&self) -> String {
        let what = match self.outcome() {
            OutcomeKind::Allow => return "it was allowed".to_owned(),
            OutcomeKind::NeedsApproval => format!("it waits for approval `{}`", self.chains),
            OutcomeKind::Deny => "it was refused".to_owned(),
        };
        let reasons: Vec<String> = self.reasons.iter().map(ToString::to_string).collect();
        if reasons.is_empty() {
            what
        } else {
            format!("{what}: {}", reasons.join("; "))
        }
    }

    fn expect_deny(&self, code: Option<&Name>) -> Option<String> {
        let Some(code) = code else {
            return self.expect_outcome(OutcomeKind::Deny, "deny");
        };
        let coded = self.reasons.iter().any(|reason| *reason.code() == **code);
        (self.outcome() != OutcomeKind::Deny || !coded)
            .then(|| format!("expected deny `{code}`, but {}", self.told()))
    }

    /// A table is expected by its own name, for any of its rows, or by a row's.
    fn expect_rule(&self, rule: &Name) -> Option<String> {
        let meant = |name: &str| {
            let rest = name.strip_prefix(&**rule);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
        };
        let held = self.rules.iter().any(|name| meant(name))
            || self.reasons.iter().any(|reason| meant(reason.rule()));
        if held {
            return None;
        }
        let rules: Vec<String> = self.rules.iter().map(|rule| format!("`{rule}`")).collect();
        let instead = match rules.as_slice() {
            [] => "no rule held".to_owned(),
            rules => format!("these held: {}", rules.join(", ")),
        };
        Some(format!("expected rule `{rule}` to hold, but {instead}"))
    }

    fn expect_risk(&self, level: RiskLevel) -> Option<String> {
        match self.risk {
            Some(risk) if risk == level => None,
            Some(risk) => Some(format!("expected risk {level}, but it is {risk}")),
            None => Some(format!(
                "expected risk {level}, but no change was proposed, so none was scored"
            )),
        }
    }

    fn expect_view(&self, fields: &[(Name, Seen)]) -> Option<String> {
        let Some(seen) = &self.seen else {
            return Some(format!(
                "expected a view, but nothing was read: {}",
                self.told()
            ));
        };
        let wrong: Vec<String> = fields
            .iter()
            .filter_map(|(name, expected)| differs(name, expected, seen.value(name)))
            .collect();
        (!wrong.is_empty()).then(|| wrong.join("; "))
    }

    fn expect_notify(&self, channel: &Name) -> Option<String> {
        (!self.notified.contains(channel)).then(|| {
            let told = listed(self.notified.iter());
            format!("expected \"{channel}\" to be told, but the channels are: {told}")
        })
    }

    /// Particulars that the test leaves out may be anything.
    fn expect_oblige(&self, name: &Name, terms: &Fields) -> Option<String> {
        let named = |(have, _): &&(Name, Fields)| have == name;
        let named: Vec<_> = self.obligations.iter().filter(named).collect();
        let holds = |have: &Fields| {
            terms
                .iter()
                .all(|(term, value)| have.value(term) == Some(value))
        };
        if named.iter().any(|(_, have)| holds(have)) {
            return None;
        }
        Some(match named.as_slice() {
            [] => {
                let have = listed(self.obligations.iter().map(|(name, _)| name));
                format!("expected the obligation \"{name}\", but the obligations are: {have}")
            }
            named => {
                let have: Vec<String> = named.iter().map(|(_, have)| have.to_json()).collect();
                let (want, have) = (terms.to_json(), have.join(", "));
                format!("expected the obligation \"{name}\" {want}, but it is {have}")
            }
        })
    }

    fn expect_message(&self, text: &str) -> Option<String> {
        let said = self.reasons.iter().any(|r| r.message().contains(text));
        (!said).then(|| format!("expected a reason with \"{text}\", but {}", self.told()))
    }
}

/// The opposite of an expectation, in words.
fn denied(expected: &ExpectationKind) -> String {
    match expected {
        ExpectationKind::Rule(rule) => format!("rule `{rule}` not to hold"),
        ExpectationKind::Message(text) => format!("no reason to say \"{text}\""),
        ExpectationKind::Notify(channel) => format!("\"{channel}\" not to be told"),
        ExpectationKind::Oblige(name, _) => format!("no obligation \"{name}\""),
        _ => "something else".to_owned(),
    }
}

/// Names in quotation marks, or that there are none.
fn listed<'n>(names: impl Iterator<Item = &'n Name>) -> String {
    let names: Vec<String> = names.map(|name| format!("\"{name}\"")).collect();
    match names.as_slice() {
        [] => "none".to_owned(),
        names => names.join(", "),
    }
}

/// The values are the test's own, so that they may be told.
fn differs(name: &Name, expected: &Seen, seen: Option<&Value>) -> Option<String> {
    let shown = |value: &Value| Fields::from_iter([(name.clone(), value.clone())]).to_json();
    match (expected, seen) {
        (Seen::Hidden, None) => None,
        (Seen::Value(expected), Some(seen)) if expected == seen => None,
        (Seen::Hidden, Some(seen)) => Some(format!(
            "expected `{name}` hidden, but it is seen: {}",
            shown(seen)
        )),
        (Seen::Value(expected), None) => Some(format!(
            "expected {}, but `{name}` is hidden or absent",
            shown(expected)
        )),
        (Seen::Value(expected), Some(seen)) => Some(format!(
            "expected {}, but seen: {}",
            shown(expected),
            shown(seen)
        )),
    }
}
