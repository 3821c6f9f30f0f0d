//! What the guard answers, and why.

use crm_guardrails::{Holding, Outcome};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::explanation::Explanation;
use crate::number::to_decimal;
use crate::reason::Reason;
use crate::show::to_dict;

/// One decision about one proposed change.
#[pyclass(frozen, module = "crm_guardrails")]
pub(crate) struct Decision {
    core: crm_guardrails::Decision,
}

impl From<crm_guardrails::Decision> for Decision {
    fn from(core: crm_guardrails::Decision) -> Self {
        Self { core }
    }
}

#[pymethods]
impl Decision {
    #[getter]
    fn outcome(&self) -> &'static str {
        self.core.outcome().as_str()
    }

    #[getter]
    fn allowed(&self) -> bool {
        self.core.release().is_some()
    }

    /// True for an allow alone: `if decision:` lets through what may be applied, and nothing else.
    fn __bool__(&self) -> bool {
        self.allowed()
    }

    /// What to apply; a new `dict` each time.
    #[getter]
    fn changes<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let release = self.core.release();
        release
            .map(|release| to_dict(py, release.fields()))
            .transpose()
    }

    #[getter]
    fn code(&self) -> &str {
        self.core.code()
    }

    #[getter]
    fn ticket(&self) -> Option<String> {
        match self.core.outcome() {
            Outcome::NeedsApproval(ticket) => Some(ticket.id().to_string()),
            Outcome::Allow(_) | Outcome::Deny => None,
        }
    }

    #[getter]
    fn chain(&self) -> Option<String> {
        match self.core.outcome() {
            Outcome::NeedsApproval(ticket) => Some(ticket.chains().to_string()),
            Outcome::Allow(_) | Outcome::Deny => None,
        }
    }

    #[getter]
    fn reasons(&self) -> Vec<Reason> {
        self.core
            .reasons()
            .iter()
            .cloned()
            .map(Reason::from)
            .collect()
    }

    #[getter]
    fn shadows(&self) -> Vec<Reason> {
        self.core
            .shadows()
            .iter()
            .cloned()
            .map(Reason::from)
            .collect()
    }

    #[getter]
    fn shadow_policy(&self) -> Option<ShadowDecision> {
        self.core.shadow_policy().cloned().map(ShadowDecision::from)
    }

    #[getter]
    fn risk_level(&self) -> &'static str {
        self.core.risk().level.as_str()
    }

    #[getter]
    fn risk_score<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let score = self.core.risk().score;
        score
            .map(|score| to_decimal(py, score.normalize()))
            .transpose()
    }

    #[getter]
    fn risk_factors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, share) in &self.core.risk().factors {
            dict.set_item(&**name, to_decimal(py, share.normalize())?)?;
        }
        Ok(dict)
    }

    #[getter]
    fn verdicts(&self) -> Vec<Verdict> {
        self.core.verdicts().iter().map(Verdict::from).collect()
    }

    #[getter]
    fn notify(&self) -> Vec<String> {
        self.core.notify().iter().map(ToString::to_string).collect()
    }

    #[getter]
    fn obligations(&self) -> Vec<Obligation> {
        let bound = self.core.obligations().iter();
        bound.cloned().map(|core| Obligation { core }).collect()
    }

    #[getter]
    fn policy_digest(&self) -> String {
        self.core.policy_digest().to_string()
    }

    /// With the interpreter free for other threads: a policy may have many rules.
    fn explain(&self, py: Python<'_>) -> Explanation {
        py.detach(|| self.core.explain()).into()
    }

    fn for_requester(&self, py: Python<'_>) -> DecisionView {
        let core = py.detach(|| self.core.for_requester());
        DecisionView { core }
    }

    fn __repr__(&self) -> String {
        format!("Decision({}, {:?})", self.outcome(), self.core.reasons())
    }
}

/// What may be disclosed of a decision.
#[pyclass(frozen, module = "crm_guardrails")]
pub(crate) struct DecisionView {
    core: crm_guardrails::DecisionView,
}

#[pymethods]
impl DecisionView {
    #[getter]
    fn outcome(&self) -> &'static str {
        self.core.outcome().as_str()
    }

    #[getter]
    fn ticket(&self) -> Option<String> {
        self.core.ticket().map(|ticket| ticket.id().to_string())
    }

    #[getter]
    fn chain(&self) -> Option<String> {
        self.core.ticket().map(|ticket| ticket.chains().to_string())
    }

    #[getter]
    fn reasons(&self) -> Vec<Reason> {
        let reasons = self.core.reasons().iter();
        reasons.cloned().map(Reason::from).collect()
    }

    #[getter]
    fn shadows(&self) -> Vec<Reason> {
        let reasons = self.core.shadows().iter();
        reasons.cloned().map(Reason::from).collect()
    }

    #[getter]
    fn risk_level(&self) -> Option<&'static str> {
        self.core.risk().level.map(|level| level.as_str())
    }

    #[getter]
    fn risk_score<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let score = self.core.risk().score;
        score
            .map(|score| to_decimal(py, score.normalize()))
            .transpose()
    }

    #[getter]
    fn verdicts(&self) -> Vec<Verdict> {
        self.core.verdicts().iter().map(Verdict::from).collect()
    }

    #[getter]
    fn obligations(&self) -> Vec<Obligation> {
        let bound = self.core.obligations().iter();
        bound.cloned().map(|core| Obligation { core }).collect()
    }

    #[getter]
    fn policy_digest(&self) -> String {
        self.core.policy_digest().to_string()
    }

    fn as_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        to_dict(py, &self.core.to_fields())
    }

    fn to_json(&self) -> String {
        self.core.to_json()
    }

    fn __str__(&self) -> String {
        self.core.to_string()
    }

    /// The outcome only: a `repr` ends up in logs.
    fn __repr__(&self) -> String {
        format!("DecisionView({})", self.core.outcome())
    }
}

/// What a shadow policy would have decided.
#[pyclass(frozen, module = "crm_guardrails")]
pub(crate) struct ShadowDecision {
    core: crm_guardrails::ShadowDecision,
}

impl From<crm_guardrails::ShadowDecision> for ShadowDecision {
    fn from(core: crm_guardrails::ShadowDecision) -> Self {
        Self { core }
    }
}

#[pymethods]
impl ShadowDecision {
    #[getter]
    fn outcome(&self) -> &'static str {
        self.core.outcome().as_str()
    }

    #[getter]
    fn chain(&self) -> Option<String> {
        let chains = self.core.chains();
        (!chains.is_empty()).then(|| chains.to_string())
    }

    #[getter]
    fn reasons(&self) -> Vec<Reason> {
        let reasons = self.core.reasons().iter();
        reasons.cloned().map(Reason::from).collect()
    }

    #[getter]
    fn difference(&self) -> &'static str {
        self.core.difference().as_str()
    }

    #[getter]
    fn policy_digest(&self) -> String {
        self.core.policy_digest().to_string()
    }

    fn __repr__(&self) -> String {
        format!("ShadowDecision({}, {})", self.outcome(), self.difference())
    }
}

/// Something that the policy binds the host to.
#[pyclass(frozen, module = "crm_guardrails")]
pub(crate) struct Obligation {
    core: crm_guardrails::Obligation,
}

#[pymethods]
impl Obligation {
    #[getter]
    fn name(&self) -> &str {
        self.core.name()
    }

    #[getter]
    fn terms<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        to_dict(py, self.core.terms())
    }

    #[getter]
    fn rule(&self) -> &str {
        self.core.rule()
    }

    #[getter]
    fn file(&self) -> &str {
        &self.core.place().file
    }

    #[getter]
    fn line(&self) -> u32 {
        self.core.place().line
    }

    fn __repr__(&self) -> String {
        format!("Obligation({}, {})", self.core.name(), self.core.rule())
    }
}

/// What one rule said of one proposal.
#[pyclass(frozen, get_all, module = "crm_guardrails")]
pub(crate) struct Verdict {
    rule: String,
    file: String,
    line: u32,
    holding: &'static str,
    shadow: bool,
}

impl From<&crm_guardrails::Verdict> for Verdict {
    fn from(core: &crm_guardrails::Verdict) -> Self {
        Self {
            rule: core.rule.to_string(),
            file: core.place.file.to_string(),
            line: core.place.line,
            holding: match core.holding {
                Holding::Held => "held",
                Holding::Unknown => "unknown",
            },
            shadow: core.shadow,
        }
    }
}

#[pymethods]
impl Verdict {
    fn __repr__(&self) -> String {
        format!("Verdict({} {})", self.rule, self.holding)
    }
}
