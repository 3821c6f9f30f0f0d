//! Who asks.

use pyo3::prelude::*;
use pyo3::types::PyDict;

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
    #[pyo3(signature = (tenant, user, *, roles = Vec::new(), attributes = None, agent = "", model = "", language = "", risk_score = None))]
    fn new(
        tenant: &str,
        user: &str,
        roles: Vec<String>,
        attributes: Option<&Bound<'_, PyDict>>,
        agent: &str,
        model: &str,
        language: &str,
        risk_score: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let mut core = crm_guardrails::Principal::user(tenant, user)
            .agent(agent)
            .model(model)
            .language(language);
        if let Some(score) = risk_score {
            core = core.risk_score(scalar("risk_score", score)?);
        }
        for role in roles {
            core = core.role(role);
        }
        if let Some(attributes) = attributes {
            for (name, value) in &fields(attributes)? {
                core = core.attribute(name.clone(), value.clone());
            }
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
