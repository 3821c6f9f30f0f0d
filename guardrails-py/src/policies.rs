//! What is asked of policies without a guard: decided, explained and checked in memory.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::arguments::Text;
use crate::errors::Diagnostic;
use crate::explanation::{Explanation, language_of};
use crate::guard::{call, set};
use crate::record::fields;
use crate::show::to_dict;

/// Decides one request in memory, as `guard eval` does.
#[pyfunction]
#[pyo3(signature = (request, *, policies, parameters = None))]
pub(crate) fn evaluate<'py>(
    py: Python<'py>,
    request: &Bound<'py, PyAny>,
    policies: PathBuf,
    parameters: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyDict>> {
    let parameters = set(parameters)?;
    let request = text_of(request)?;
    let answer = call(py, || {
        let policy = crm_guardrails::load_policy_with(&policies, parameters)?;
        crm_guardrails::evaluate(policy, &request)
    })?;
    to_dict(py, &answer.to_fields())
}

/// Explains one request in memory, as `guard why` does.
#[pyfunction]
#[pyo3(signature = (request, *, policies))]
pub(crate) fn explain(
    py: Python<'_>,
    request: &Bound<'_, PyAny>,
    policies: PathBuf,
) -> PyResult<Explanation> {
    let request = text_of(request)?;
    let answer = call(py, || {
        crm_guardrails::explain(crm_guardrails::load_policy(&policies)?, &request)
    })?;
    Ok(answer.into())
}

/// A request, given as text or as a `dict`.
fn text_of(request: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(match request.cast::<PyString>() {
        Ok(text) => text.extract::<Text>()?.into_string(),
        Err(_) => fields(request.cast::<PyDict>()?)?.to_json(),
    })
}

/// The findings of the checker, rendered; empty when there are none.
#[pyfunction]
#[pyo3(signature = (policies, *, parameters = None, language = Text::of("en")),
    text_signature = "(policies, *, parameters=None, language='en')")]
pub(crate) fn check(
    py: Python<'_>,
    policies: PathBuf,
    parameters: Option<&Bound<'_, PyDict>>,
    language: Text,
) -> PyResult<String> {
    use crm_guardrails::rules::{Bundle, Style, compile, render};
    let parameters = set(parameters)?;
    call(py, || {
        let language = language_of(&language)?;
        let bundle = Bundle::read(&policies)?.with_parameters(parameters);
        let found = compile(&bundle).diagnostics;
        Ok(render(&found, &bundle, Style::Plain, language))
    })
}

/// The findings of the checker, as data.
#[pyfunction]
#[pyo3(signature = (policies, *, parameters = None, language = Text::of("en")),
    text_signature = "(policies, *, parameters=None, language='en')")]
pub(crate) fn findings(
    py: Python<'_>,
    policies: PathBuf,
    parameters: Option<&Bound<'_, PyDict>>,
    language: Text,
) -> PyResult<Vec<Diagnostic>> {
    use crm_guardrails::rules::{Bundle, compile};
    let parameters = set(parameters)?;
    call(py, || {
        let language = language_of(&language)?;
        let found = compile(&Bundle::read(&policies)?.with_parameters(parameters)).diagnostics;
        let said = found.iter().map(|found| found.in_language(language));
        Ok(said.map(|found| Diagnostic::from(&found)).collect())
    })
}
