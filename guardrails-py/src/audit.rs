//! What the audit answers.

use chrono::{DateTime, Utc};
use pyo3::prelude::*;

/// Where a durable event is.
#[pyclass(frozen, get_all, module = "crm_guardrails")]
pub(crate) struct Receipt {
    log: String,
    seq: u64,
}

impl From<crm_guardrails::audit::Receipt> for Receipt {
    fn from(receipt: crm_guardrails::audit::Receipt) -> Self {
        Self {
            log: receipt.log.to_string(),
            seq: receipt.seq,
        }
    }
}

#[pymethods]
impl Receipt {
    fn __repr__(&self) -> String {
        format!("Receipt({}, {})", self.log, self.seq)
    }
}

/// What a verification of the audit found.
#[pyclass(frozen, module = "crm_guardrails")]
pub(crate) struct VerifyReport {
    core: crm_guardrails::audit::VerifyReport,
}

impl From<crm_guardrails::audit::VerifyReport> for VerifyReport {
    fn from(core: crm_guardrails::audit::VerifyReport) -> Self {
        Self { core }
    }
}

#[pymethods]
impl VerifyReport {
    #[getter]
    fn findings(&self) -> Vec<Finding> {
        self.core.findings.iter().map(Finding::from).collect()
    }

    #[getter]
    fn unproven(&self) -> Vec<String> {
        self.core.unproven.clone()
    }

    #[getter]
    fn conclusion(&self) -> &'static str {
        self.core.conclusion().as_str()
    }

    #[getter]
    fn compared_with(&self) -> u64 {
        self.core.compared_with
    }

    #[getter]
    fn out_of_sight(&self) -> Vec<&'static str> {
        self.core.out_of_sight.clone()
    }

    #[getter]
    fn logs(&self) -> Vec<String> {
        self.core
            .logs
            .iter()
            .map(|log| log.log.to_string())
            .collect()
    }

    #[getter]
    fn events(&self) -> u64 {
        self.core.logs.iter().map(|log| log.events).sum()
    }

    fn __str__(&self) -> String {
        self.core.to_string()
    }

    fn __repr__(&self) -> String {
        format!("VerifyReport({} findings)", self.core.findings.len())
    }
}

/// One thing that is wrong with the audit.
#[pyclass(frozen, get_all, module = "crm_guardrails")]
pub(crate) struct Finding {
    kind: &'static str,
    sentence: String,
    log: Option<String>,
    seq: Option<u64>,
    through: Option<u64>,
    operation: Option<String>,
}

impl From<&crm_guardrails::audit::Finding> for Finding {
    fn from(finding: &crm_guardrails::audit::Finding) -> Self {
        Self {
            kind: finding.kind.as_str(),
            sentence: finding.sentence.clone(),
            log: finding.log.map(|log| log.to_string()),
            seq: finding.seq,
            through: finding.through,
            operation: finding.operation.map(|operation| operation.to_string()),
        }
    }
}

#[pymethods]
impl Finding {
    fn __str__(&self) -> String {
        format!("{}: {}", self.kind, self.sentence)
    }

    fn __repr__(&self) -> String {
        format!("Finding({})", self.__str__())
    }
}

/// One kind of answer of a shadow policy, and how often it was given.
#[pyclass(frozen, get_all, module = "crm_guardrails")]
pub(crate) struct ShadowTally {
    shadow_policy: String,
    skill: String,
    entity: String,
    step: String,
    in_force: String,
    outcome: String,
    difference: String,
    times: u64,
    last: String,
}

impl From<crm_guardrails::audit::ShadowTally> for ShadowTally {
    fn from(tally: crm_guardrails::audit::ShadowTally) -> Self {
        let kind = tally.kind;
        Self {
            shadow_policy: kind.shadow_policy.to_string(),
            skill: kind.skill,
            entity: kind.entity,
            step: kind.step.to_string(),
            in_force: kind.in_force.to_string(),
            outcome: kind.outcome.to_string(),
            difference: kind.difference.to_string(),
            times: tally.times,
            last: tally.last.to_string(),
        }
    }
}

#[pymethods]
impl ShadowTally {
    fn __repr__(&self) -> String {
        let Self {
            step,
            skill,
            in_force,
            outcome,
            difference,
            times,
            ..
        } = self;
        format!("ShadowTally({step} by {skill}, {in_force} -> {outcome}, {difference}, {times})")
    }
}

/// An operation that a process before began and did not finish.
#[pyclass(frozen, get_all, module = "crm_guardrails")]
pub(crate) struct InterruptedOperation {
    operation: String,
    tenant: String,
    user: String,
    skill: String,
    entity: String,
    begun: DateTime<Utc>,
}

impl From<&crm_guardrails::InterruptedOperation> for InterruptedOperation {
    fn from(core: &crm_guardrails::InterruptedOperation) -> Self {
        Self {
            operation: core.operation.to_string(),
            tenant: core.tenant.clone(),
            user: core.user.clone(),
            skill: core.skill.clone(),
            entity: core.entity.clone(),
            begun: core.begun,
        }
    }
}

#[pymethods]
impl InterruptedOperation {
    fn __repr__(&self) -> String {
        format!(
            "InterruptedOperation({}, {} by {})",
            self.operation, self.skill, self.user
        )
    }
}
