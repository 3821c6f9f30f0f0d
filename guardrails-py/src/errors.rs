//! The guard's errors as Python exceptions.
//!
//! The classes live in `crm_guardrails.errors`, where they can be read, subclassed and pickled; this
//! file only picks the one that fits the kind.

use crm_guardrails::{Error, ErrorKind, Place, Severity};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::reason::Reason;

/// The class of each kind.
fn class(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Denied => "Denied",
        ErrorKind::LimitReached => "LimitReached",
        ErrorKind::Policy => "PolicyError",
        ErrorKind::Input => "InputError",
        ErrorKind::NotFound => "NotFound",
        ErrorKind::Conflict => "Conflict",
        ErrorKind::Store => "StoreUnavailable",
        ErrorKind::Tampered => "AuditTampered",
        ErrorKind::Setup => "SetupError",
        _ => "GuardError",
    }
}

/// `error` as the exception of its kind.
pub(crate) fn raise(py: Python<'_>, error: Error) -> PyErr {
    exception(py, &error).unwrap_or_else(|failure| failure)
}

fn exception(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let module = py.import("crm_guardrails.errors")?;
    let class = module.getattr(class(error.kind()))?;
    let place = error
        .diagnostics()
        .first()
        .map_or_else(Place::default, |diagnostic| diagnostic.place.clone());
    let reasons = error.reasons().iter().cloned().map(Reason::from);
    let reasons: PyResult<Vec<_>> = reasons.map(|reason| Py::new(py, reason)).collect();
    let diagnostics = error.diagnostics().iter().map(Diagnostic::from);
    let diagnostics: PyResult<Vec<_>> = diagnostics.map(|found| Py::new(py, found)).collect();
    let members = PyDict::new(py);
    members.set_item("code", error.code())?;
    members.set_item("help", error.help())?;
    members.set_item("file", &*place.file)?;
    members.set_item("line", place.line)?;
    members.set_item("column", place.column)?;
    members.set_item("reasons", PyList::new(py, reasons?)?)?;
    members.set_item("diagnostics", PyList::new(py, diagnostics?)?)?;
    let value = class.call((error.to_string(),), Some(&members))?;
    Ok(PyErr::from_value(value))
}

/// Turns a guard's result into Python's.
pub(crate) trait OrRaise<T> {
    /// The value, or the exception of the error's kind.
    fn or_raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T> OrRaise<T> for crm_guardrails::Result<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| raise(py, error))
    }
}

/// One finding about a policy text or a table row.
#[pyclass(frozen, eq, hash, get_all, module = "crm_guardrails")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Diagnostic {
    code: String,
    severity: String,
    message: String,
    help: String,
    file: String,
    line: u32,
    column: u32,
}

impl From<&crm_guardrails::Diagnostic> for Diagnostic {
    fn from(found: &crm_guardrails::Diagnostic) -> Self {
        let severity = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        Self {
            code: found.code.to_owned(),
            severity: severity.to_owned(),
            message: found.message.to_string(),
            help: found.help.to_string(),
            file: found.place.file.to_string(),
            line: found.place.line,
            column: found.place.column,
        }
    }
}

#[pymethods]
impl Diagnostic {
    #[new]
    #[pyo3(signature = (code, severity, message, help = "", file = "", line = 0, column = 0))]
    fn new(
        code: String,
        severity: String,
        message: String,
        help: &str,
        file: &str,
        line: u32,
        column: u32,
    ) -> Self {
        Self {
            code,
            severity,
            message,
            help: help.to_owned(),
            file: file.to_owned(),
            line,
            column,
        }
    }

    /// So that exceptions that carry findings can be pickled.
    fn __getnewargs__(&self) -> (&str, &str, &str, &str, &str, u32, u32) {
        (
            &self.code,
            &self.severity,
            &self.message,
            &self.help,
            &self.file,
            self.line,
            self.column,
        )
    }

    fn __str__(&self) -> String {
        let Self {
            code,
            severity,
            message,
            file,
            line,
            column,
            ..
        } = self;
        let place = match (file.as_str(), line) {
            ("", _) => String::new(),
            (_, 0) => format!("{file}: "),
            _ => format!("{file}:{line}:{column}: "),
        };
        format!("{place}{severity}[{code}]: {message}")
    }

    fn __repr__(&self) -> String {
        format!("Diagnostic({})", self.__str__())
    }
}
