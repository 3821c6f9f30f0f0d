//! How a guard is doing, for Python, and who hears of its problems.

use std::sync::mpsc;
use std::thread;

use chrono::{DateTime, TimeDelta, Utc};
use crm_guardrails::{Error, ErrorKind, PartState, Result, TablesState};
use pyo3::exceptions::PyTypeError;
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

/// A listener for the guard that calls a Python function, from a thread of its own.
///
/// INVARIANT: no thread of the guard waits for the interpreter, nor is the function called under a lock of
/// the guard, so that it may ask the guard for anything.
pub(crate) fn listener(
    function: &Bound<'_, PyAny>,
) -> PyResult<Result<impl Fn(&crm_guardrails::Problem) + Send + Sync + 'static + use<>>> {
    if !function.is_callable() {
        return Err(PyTypeError::new_err("`on_problem` is not callable"));
    }
    let function = function.clone().unbind();
    let (sender, problems) = mpsc::channel::<crm_guardrails::Problem>();
    // It ends when the guard does, which holds the sender.
    let thread = thread::Builder::new().name("guard-problems".to_owned());
    let started = thread.spawn(move || {
        problems
            .iter()
            .for_each(|problem| call(&function, &problem));
    });
    let listener = move |problem: &crm_guardrails::Problem| {
        // A thread that has ended hears nothing, and the guard goes on.
        let _ = sender.send(problem.clone());
    };
    Ok(started.map(|_| listener).map_err(|error| {
        Error::new(ErrorKind::Setup, "no thread could be started").with_source(error)
    }))
}

/// Calls the function, unless the interpreter is ending. An exception has no caller to go to, so Python's
/// `sys.unraisablehook` gets it.
fn call(function: &Py<PyAny>, problem: &crm_guardrails::Problem) {
    Python::try_attach(|py| {
        let function = function.bind(py);
        let called =
            Py::new(py, Problem::from(problem)).and_then(|problem| function.call1((problem,)));
        if let Err(error) = called {
            error.write_unraisable(py, Some(function));
        }
    });
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
