//! How a guard is doing, for Python.

use chrono::{DateTime, TimeDelta, Utc};
use crm_guardrails::{PartState, TablesState};
use pyo3::prelude::*;

/// What is wrong with a part of the guard.
#[pyclass(frozen, get_all, module = "crm_guardrails")]
pub(crate) struct Problem {
    part: String,
    since: DateTime<Utc>,
    code: String,
    message: String,
    help: String,
}

impl From<&crm_guardrails::Problem> for Problem {
    fn from(core: &crm_guardrails::Problem) -> Self {
        Self {
            part: core.part.to_string(),
            since: core.since,
            code: core.code.to_string(),
            message: core.message.clone(),
            help: core.help.clone(),
        }
    }
}

#[pymethods]
impl Problem {
    fn __repr__(&self) -> String {
        format!("Problem({}: {} ({}))", self.part, self.message, self.code)
    }
}

/// How a guard is doing.
#[pyclass(frozen, get_all, module = "crm_guardrails")]
pub(crate) struct Health {
    well: bool,
    problems: Vec<Py<Problem>>,
    tables: &'static str,
    tables_last_success: DateTime<Utc>,
    findings: usize,
    policy_in_force: bool,
    store_answers: bool,
    clock_offset: Option<TimeDelta>,
}

impl Health {
    pub(crate) fn new(py: Python<'_>, core: &crm_guardrails::Health) -> PyResult<Self> {
        let problems = core
            .problems()
            .map(|problem| Py::new(py, Problem::from(problem)));
        Ok(Self {
            well: core.is_well(),
            problems: problems.collect::<PyResult<_>>()?,
            tables: match core.tables.state {
                TablesState::Current => "current",
                TablesState::Outage => "outage",
                _ => "too_old",
            },
            tables_last_success: core.tables.last_success,
            findings: core.tables.findings,
            policy_in_force: core.policy == PartState::Well,
            store_answers: core.store == PartState::Well,
            clock_offset: core.clock.offset,
        })
    }
}

#[pymethods]
impl Health {
    fn __repr__(&self) -> String {
        let well = if self.well { "well" } else { "not well" };
        format!("Health({well}, tables {})", self.tables)
    }
}
