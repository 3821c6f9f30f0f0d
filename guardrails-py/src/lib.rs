//! CRM Guardrails for Python: the same nouns and verbs, thin over the Rust crate.
//!
//! Nothing is decided here. This crate turns Python objects into records and back, and errors into
//! exceptions; `python/crm_guardrails/_native.pyi` is the reference. Importing it starts nothing:
//! threads and files begin with `Guard.open`.

mod approvals;
mod arguments;
mod audit;
mod closed;
mod decision;
mod errors;
mod explanation;
mod guard;
mod health;
mod limits;
mod number;
mod operation;
mod owned;
mod policies;
mod principal;
mod reason;
mod record;
mod reload;
mod show;

use pyo3::prelude::*;

/// The extension module behind the package `crm_guardrails`.
#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::approvals::{StepDecision, Ticket};
    #[pymodule_export]
    use crate::audit::{Finding, InterruptedOperation, Receipt, ShadowTally, VerifyReport};
    #[pymodule_export]
    use crate::decision::{Decision, DecisionView, Obligation, ShadowDecision, Verdict};
    #[pymodule_export]
    use crate::errors::Diagnostic;
    #[pymodule_export]
    use crate::explanation::Explanation;
    #[pymodule_export]
    use crate::guard::Guard;
    #[pymodule_export]
    use crate::health::{Health, Problem};
    #[pymodule_export]
    use crate::limits::OperationLimits;
    #[pymodule_export]
    use crate::operation::Operation;
    #[pymodule_export]
    use crate::policies::{check, evaluate, explain, findings};
    #[pymodule_export]
    use crate::principal::Principal;
    #[pymodule_export]
    use crate::reason::Reason;
    #[pymodule_export]
    use crate::reload::Reload;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
