//! Why a decision came out as it did.

use crm_guardrails::process::Marks;
use crm_guardrails::{Error, ErrorKind, Language, Result};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arguments::Text;
use crate::errors::OrRaise;
use crate::show::to_dict;

/// Why a decision came out as it did, and what would have to change.
#[pyclass(frozen, module = "crm_guardrails")]
pub(crate) struct Explanation {
    core: crm_guardrails::Explanation,
}

impl From<crm_guardrails::Explanation> for Explanation {
    fn from(core: crm_guardrails::Explanation) -> Self {
        Self { core }
    }
}

/// A language that the guard speaks, by its tag.
pub(crate) fn language_of(tag: &str) -> Result<Language> {
    Language::from_tag(tag).ok_or_else(|| {
        Error::new(ErrorKind::Input, "nothing is told in this language")
            .with_help("give `en` or `zh`")
    })
}

#[pymethods]
impl Explanation {
    #[getter]
    fn outcome(&self) -> &'static str {
        self.core.outcome.as_str()
    }

    #[getter]
    fn text(&self) -> String {
        self.core.to_string()
    }

    #[pyo3(signature = (*, language = Text::of("en"), words = false),
        text_signature = "($self, *, language='en', words=False)")]
    fn to_text(&self, py: Python<'_>, language: Text, words: bool) -> PyResult<String> {
        let language = language_of(&language).or_raise(py)?;
        let marks = if words { Marks::Words } else { Marks::Symbols };
        Ok(self.core.to_text(language, marks))
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
        format!("Explanation({})", self.core.outcome)
    }
}
