//! What came of reading policies again, for Python.

use chrono::{DateTime, Utc};
use crm_guardrails::{BeforeSwap, Error, ErrorKind, ReloadOutcome, Result};
use pyo3::prelude::*;

use crate::errors::Diagnostic;

/// What came of reading the policies again.
#[pyclass(frozen, get_all, module = "crm_guardrails")]
pub(crate) struct Reload {
    at: DateTime<Utc>,
    swapped: bool,
    bundle: Option<String>,
    message: String,
    diagnostics: Vec<Py<Diagnostic>>,
    failed_tests: Vec<String>,
}

impl Reload {
    pub(crate) fn new(py: Python<'_>, core: &crm_guardrails::Reload) -> PyResult<Self> {
        let mut reload = Self {
            at: core.at,
            swapped: true,
            bundle: core.bundle.map(|bundle| bundle.to_string()),
            message: String::new(),
            diagnostics: Vec::new(),
            failed_tests: Vec::new(),
        };
        if let ReloadOutcome::Refused {
            message,
            diagnostics,
            failed_tests,
            ..
        } = &core.outcome
        {
            let found = diagnostics.iter().map(Diagnostic::from);
            reload.swapped = false;
            reload.message.clone_from(message);
            reload.diagnostics = found
                .map(|found| Py::new(py, found))
                .collect::<PyResult<_>>()?;
            reload.failed_tests = failed_tests
                .iter()
                .map(|test| test.name.to_string())
                .collect();
        }
        Ok(reload)
    }
}

#[pymethods]
impl Reload {
    fn __repr__(&self) -> String {
        match self.swapped {
            true => "Reload(swapped)".to_owned(),
            false => format!("Reload(refused: {})", self.message),
        }
    }
}

/// What a bundle must stand, by its word.
pub(crate) fn before_swap(word: &str) -> Result<BeforeSwap> {
    match word {
        "compile" => Ok(BeforeSwap::Compile),
        "run_tests" => Ok(BeforeSwap::RunTests),
        _ => Err(
            Error::new(ErrorKind::Input, "`before_swap` is none that there is")
                .with_help("give \"compile\" or \"run_tests\""),
        ),
    }
}
