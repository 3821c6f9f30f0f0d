//! Who asks.

use crm_guardrails::{Activity, Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arguments::Text;
use crate::errors::raise;
use crate::number::scalar;
use crate::record::fields;

/// An authenticated person and the AI acting for them.
#[pyclass(frozen, module = "crm_guardrails")]
pub(crate) struct Principal {
    pub(crate) core: crm_guardrails::Principal,
}

#[pymethods]
impl Principal {
    #[new]
    #[expect(
        clippy::too_many_arguments,
        reason = "all but two are named in Python, and have a default"
    )]
    #[pyo3(signature = (tenant, user, *, roles = Vec::new(), attributes = None, agent = Text::default(), model = Text::default(), language = Text::default(), risk_score = None, behaviour = None),
        text_signature = "(tenant, user, *, roles=..., attributes=None, agent='', model='', language='', risk_score=None, behaviour=None)")]
    fn new(
        tenant: Text,
        user: Text,
        roles: Vec<Text>,
        attributes: Option<&Bound<'_, PyDict>>,
        agent: Text,
        model: Text,
        language: Text,
        risk_score: Option<&Bound<'_, PyAny>>,
        behaviour: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let mut core = crm_guardrails::Principal::user(&*tenant, &*user)
            .agent(&*agent)
            .model(&*model)
            .language(&*language);
        if let Some(score) = risk_score {
            core = core.risk_score(scalar("risk_score", score)?);
        }
        for role in roles {
            core = core.role(&*role);
        }
        if let Some(attributes) = attributes {
            for (name, value) in &fields(attributes)? {
                core = core.attribute(name.clone(), value.clone());
            }
        }
        if let Some(behaviour) = behaviour {
            core = observed(core, behaviour)?;
        }
        Ok(Self { core })
    }

    #[getter]
    fn tenant(&self) -> &str {
        self.core.tenant()
    }

    #[getter]
    fn user(&self) -> &str {
        self.core.id()
    }

    #[getter]
    fn roles(&self) -> Vec<String> {
        self.core.roles().iter().map(ToString::to_string).collect()
    }

    fn __repr__(&self) -> String {
        format!(
            "Principal({:?}, {:?}, roles={:?})",
            &**self.core.tenant(),
            &**self.core.id(),
            self.core.roles()
        )
    }
}

/// `{"calls_10m": 120}`: what the host counted, and in which window.
fn observed(
    core: crm_guardrails::Principal,
    behaviour: &Bound<'_, PyDict>,
) -> PyResult<crm_guardrails::Principal> {
    let mut core = core;
    for (key, count) in &fields(behaviour)? {
        let count = count.as_number().filter(|count| count.fract().is_zero());
        let count = count.and_then(|count| u64::try_from(count).ok());
        let (Some((what, window)), Some(count)) = (Activity::from_key(key), count) else {
            let message = format!("`behaviour` cannot hold `{key}` with this value");
            let error = Error::new(ErrorKind::Input, message).with_help(
                "send whole numbers under `calls_10m`, `denials_1h`, `fields_1d` and so on",
            );
            return Err(raise(behaviour.py(), error));
        };
        core = core.observed(what, window, count);
    }
    Ok(core)
}
