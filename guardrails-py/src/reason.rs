//! Why the guard refused, or asked for an approval.

use pyo3::prelude::*;

/// Why: a stable code, a sentence, and the line of policy it came from.
#[pyclass(frozen, eq, hash, module = "crm_guardrails")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Reason {
    #[pyo3(get)]
    code: String,
    #[pyo3(get)]
    message: String,
    #[pyo3(get)]
    rule: String,
    #[pyo3(get)]
    file: String,
    #[pyo3(get)]
    line: u32,
}

#[pymethods]
impl Reason {
    #[new]
    #[pyo3(signature = (code, message, rule = "", file = "", line = 0))]
    fn new(code: String, message: String, rule: &str, file: &str, line: u32) -> Self {
        Self {
            code,
            message,
            rule: rule.to_owned(),
            file: file.to_owned(),
            line,
        }
    }

    /// So that exceptions that carry reasons can be pickled.
    fn __getnewargs__(&self) -> (String, String, String, String, u32) {
        (
            self.code.clone(),
            self.message.clone(),
            self.rule.clone(),
            self.file.clone(),
            self.line,
        )
    }

    fn __str__(&self) -> String {
        let place = match (self.rule.as_str(), self.line) {
            ("", 0) => String::new(),
            ("", line) => format!(" ({}:{line})", self.file),
            (rule, 0) => format!(" ({rule})"),
            (rule, line) => format!(" ({rule} at {}:{line})", self.file),
        };
        format!("{}: {}{place}", self.code, self.message)
    }

    fn __repr__(&self) -> String {
        // Without the sentence, which may show values of the record.
        format!("Reason({}, {})", self.code, self.rule)
    }
}

impl From<crm_guardrails::Reason> for Reason {
    fn from(reason: crm_guardrails::Reason) -> Self {
        Self {
            code: reason.code().to_owned(),
            message: reason.message().to_owned(),
            rule: reason.rule().to_owned(),
            file: reason.place().file.to_string(),
            line: reason.place().line,
        }
    }
}
