//! How much one operation may do, for Python.

use std::time::Duration;

use pyo3::prelude::*;

use crate::arguments::{Count, Span};

/// How much one operation may do.
#[pyclass(frozen, get_all, eq, module = "crm_guardrails")]
#[derive(PartialEq)]
pub(crate) struct OperationLimits {
    max_age: Duration,
    max_proposals: u32,
    max_rows: u64,
}

impl OperationLimits {
    pub(crate) fn core(&self) -> crm_guardrails::OperationLimits {
        crm_guardrails::OperationLimits {
            max_age: self.max_age,
            max_proposals: self.max_proposals,
            max_rows: self.max_rows,
        }
    }
}

#[pymethods]
impl OperationLimits {
    #[new]
    #[pyo3(signature = (*, max_age = None, max_proposals = None, max_rows = None))]
    fn new(
        max_age: Option<Span>,
        max_proposals: Option<Count<u32>>,
        max_rows: Option<Count<u64>>,
    ) -> Self {
        let unset = crm_guardrails::OperationLimits::default();
        Self {
            max_age: max_age.map_or(unset.max_age, |Span(age)| age),
            max_proposals: max_proposals.map_or(unset.max_proposals, |Count(most)| most),
            max_rows: max_rows.map_or(unset.max_rows, |Count(most)| most),
        }
    }

    fn __repr__(&self) -> String {
        format!(
            "OperationLimits({} s, {} proposals, {} rows)",
            self.max_age.as_secs_f64(),
            self.max_proposals,
            self.max_rows
        )
    }
}
