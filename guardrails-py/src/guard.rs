//! The guard.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crm_guardrails::audit::ShadowReport;
use crm_guardrails::process::{RecordKey, Settlement};
use crm_guardrails::rules::Parameters;
use crm_guardrails::{Error, ErrorKind, KeySource, Record, Refreshed, Request, Result, TicketId};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyType};

use crate::approvals::Ticket;
use crate::arguments::{Count, Span, Text};
use crate::audit::{InterruptedOperation, ShadowTally, VerifyReport};
use crate::closed::closed;
use crate::errors::{Diagnostic, OrRaise, raise};
use crate::health::{self, Health};
use crate::limits::OperationLimits;
use crate::operation::Operation;
use crate::owned::Owned;
use crate::principal::Principal;
use crate::record::{fields, mapping};
use crate::reload::{self, Reload};

/// Compiled policies plus stores.
#[pyclass(frozen, module = "crm_guardrails")]
pub(crate) struct Guard {
    /// None once it is closed. The lock is held for a look only.
    core: Owned<Mutex<Option<crm_guardrails::Guard>>>,
}

/// Does `work` with the interpreter free for other threads, and closed against panics.
pub(crate) fn call<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T> + Send,
) -> PyResult<T> {
    py.detach(|| closed(work)).or_raise(py)
}

/// The answers of a shadow policy, where none may be missing: in Python they are a plain list.
fn expect_all_read(report: ShadowReport) -> Result<ShadowReport> {
    match report.unreadable {
        0 => Ok(report),
        events => Err(Error::new(
            ErrorKind::Tampered,
            format!("{events} audit events cannot be read"),
        )
        .with_help("run the audit verification to see which records were changed")),
    }
}

impl Guard {
    fn open_core(&self) -> Result<crm_guardrails::Guard> {
        let core = self.core.get()?;
        let core = core.lock().unwrap_or_else(PoisonError::into_inner);
        core.clone().ok_or_else(|| {
            Error::new(ErrorKind::Setup, "the guard is closed").with_help("open another one")
        })
    }

    fn ask<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&crm_guardrails::Guard) -> Result<T> + Send,
    ) -> PyResult<T> {
        call(py, || work(&self.open_core()?))
    }
}

#[pymethods]
impl Guard {
    #[staticmethod]
    #[pyo3(signature = (
        *, policies, store, audit_key = None, parameters = None, shadow_policies = None,
        before_swap = Text::of("compile"), permissions_max_age = None, table_prefix = Text::of("guard_"),
        max_open_tickets = None, operation_limits = None, on_problem = None
    ), text_signature = "(*, policies, store, audit_key=None, parameters=None, shadow_policies=None, \
        before_swap='compile', permissions_max_age=None, table_prefix='guard_', \
        max_open_tickets=None, operation_limits=None, on_problem=None)")]
    #[expect(clippy::too_many_arguments, reason = "keyword-only in Python")]
    fn open(
        py: Python<'_>,
        policies: PathBuf,
        store: Text,
        audit_key: Option<&Bound<'_, PyAny>>,
        parameters: Option<&Bound<'_, PyDict>>,
        shadow_policies: Option<PathBuf>,
        before_swap: Text,
        permissions_max_age: Option<Span>,
        table_prefix: Text,
        max_open_tickets: Option<Count<usize>>,
        operation_limits: Option<PyRef<'_, OperationLimits>>,
        on_problem: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let mut builder = crm_guardrails::Guard::builder()
            .policies(policies)
            .store(store.into_string())
            .table_prefix(&*table_prefix)
            .before_swap(reload::before_swap(&before_swap).or_raise(py)?);
        if let Some(Count(most)) = max_open_tickets {
            builder = builder.max_open_tickets(most);
        }
        if let Some(limits) = operation_limits {
            builder = builder.operation_limits(limits.core());
        }
        if let Some(function) = on_problem {
            builder = builder.on_problem(health::listener(function)?.or_raise(py)?);
        }
        if let Some(path) = shadow_policies {
            builder = builder.shadow_policies(path);
        }
        if let Some(Span(age)) = permissions_max_age {
            builder = builder.permissions_max_age(age);
        }
        if let Some(key) = audit_key {
            builder = builder.audit_key(key_source(key)?);
        }
        for (name, value) in set(parameters)? {
            builder = builder.parameter(name, value);
        }
        let core = call(py, || builder.open())?;
        Ok(Self {
            core: Owned::new(Mutex::new(Some(core))),
        })
    }

    #[pyo3(signature = (
        principal, *, skill, entity = None, context = Text::default(), purpose = Text::default(),
        ticket = None
    ), text_signature = "($self, principal, *, skill, entity=None, context='', purpose='', ticket=None)")]
    #[expect(clippy::too_many_arguments, reason = "keyword-only in Python")]
    fn operation(
        &self,
        py: Python<'_>,
        principal: &Principal,
        skill: Text,
        entity: Option<Text>,
        context: Text,
        purpose: Text,
        ticket: Option<Text>,
    ) -> PyResult<Operation> {
        let mut request = Request::new(&principal.core, &*skill)
            .context(&*context)
            .purpose(&*purpose);
        if let Some(entity) = entity {
            request = request.entity(&*entity);
        }
        if let Some(ticket) = ticket {
            request = request.ticket(ticket.parse::<TicketId>().or_raise(py)?);
        }
        self.ask(py, |core| core.begin(request)).map(Operation::new)
    }

    #[pyo3(signature = (ticket, principal, record = None))]
    fn resume(
        &self,
        py: Python<'_>,
        ticket: Text,
        principal: &Principal,
        record: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Operation> {
        let id: TicketId = ticket.parse().or_raise(py)?;
        let given = record.map(|record| record.clone().unbind());
        let mut failed = None;
        let resumed = self.ask(py, |core| {
            core.resume(id, &principal.core, |key: &RecordKey| {
                Python::attach(|py| present(py, key, given.as_ref())).map_err(|error| {
                    failed = Some(error);
                    Error::new(ErrorKind::Input, "the present record could not be loaded")
                })
            })
        });
        match failed {
            Some(error) => Err(error),
            None => resumed.map(Operation::resumed),
        }
    }

    #[pyo3(signature = (principal, *, after = None, limit = Count(1_000)),
        text_signature = "($self, principal, *, after=None, limit=1000)")]
    fn tickets(
        &self,
        py: Python<'_>,
        principal: &Principal,
        after: Option<&Ticket>,
        limit: Count<usize>,
    ) -> PyResult<Vec<Ticket>> {
        let after = after.map(Ticket::cursor);
        let page = self.ask(py, |core| {
            core.approvals().page(&principal.core, after, limit.0)
        })?;
        Ok(page.tickets.into_iter().map(Ticket::from).collect())
    }

    fn ticket(&self, py: Python<'_>, ticket: Text, principal: &Principal) -> PyResult<Ticket> {
        let card = self.ask(py, |core| {
            core.approvals().show(ticket.parse()?, &principal.core)
        });
        card.map(Ticket::from)
    }

    #[pyo3(signature = (ticket, principal, *, comment = Text::default()),
        text_signature = "($self, ticket, principal, *, comment='')")]
    fn approve(
        &self,
        py: Python<'_>,
        ticket: Text,
        principal: &Principal,
        comment: Text,
    ) -> PyResult<Ticket> {
        let card = self.ask(py, |core| {
            core.approvals()
                .approve(ticket.parse()?, &principal.core, &comment)
        });
        card.map(Ticket::from)
    }

    #[pyo3(signature = (ticket, principal, *, comment = Text::default()),
        text_signature = "($self, ticket, principal, *, comment='')")]
    fn reject(
        &self,
        py: Python<'_>,
        ticket: Text,
        principal: &Principal,
        comment: Text,
    ) -> PyResult<Ticket> {
        let card = self.ask(py, |core| {
            core.approvals()
                .reject(ticket.parse()?, &principal.core, &comment)
        });
        card.map(Ticket::from)
    }

    fn settle(
        &self,
        py: Python<'_>,
        ticket: Text,
        principal: &Principal,
        outcome: Text,
    ) -> PyResult<Ticket> {
        let settlement = match &*outcome {
            "applied" => Ok(Settlement::Applied),
            "not_applied" => Ok(Settlement::NotApplied),
            _ => Err(Error::new(
                ErrorKind::Input,
                "a ticket is settled as `applied` or `not_applied`",
            )),
        };
        let card = self.ask(py, |core| {
            core.approvals()
                .settle(ticket.parse()?, &principal.core, settlement?)
        });
        card.map(Ticket::from)
    }

    fn sweep(&self, py: Python<'_>) -> PyResult<usize> {
        self.ask(py, |core| core.approvals().sweep())
    }

    fn cancel(&self, py: Python<'_>, ticket: Text, principal: &Principal) -> PyResult<()> {
        self.ask(py, |core| {
            core.approvals().cancel(ticket.parse()?, &principal.core)
        })
    }

    fn refresh(&self, py: Python<'_>) -> PyResult<bool> {
        let refreshed = self.ask(py, |core| core.refresh())?;
        Ok(refreshed == Refreshed::Changed)
    }

    fn reload(&self, py: Python<'_>) -> PyResult<()> {
        self.ask(py, crm_guardrails::Guard::reload)
    }

    fn reload_shadow(&self, py: Python<'_>) -> PyResult<()> {
        self.ask(py, crm_guardrails::Guard::reload_shadow)
    }

    #[getter]
    fn last_reload(&self, py: Python<'_>) -> PyResult<Option<Reload>> {
        let last = self.ask(py, |core| Ok(core.last_reload()))?;
        last.map(|last| Reload::new(py, &last)).transpose()
    }

    #[getter]
    fn last_shadow_reload(&self, py: Python<'_>) -> PyResult<Option<Reload>> {
        let last = self.ask(py, |core| Ok(core.last_shadow_reload()))?;
        last.map(|last| Reload::new(py, &last)).transpose()
    }

    #[pyo3(signature = (*, against = None))]
    fn verify(&self, py: Python<'_>, against: Option<Text>) -> PyResult<VerifyReport> {
        self.ask(py, |core| match &against {
            Some(kept) => core.audit().verify_against(kept),
            None => core.audit().verify(),
        })
        .map(VerifyReport::from)
    }

    fn checkpoints(&self, py: Python<'_>) -> PyResult<String> {
        self.ask(py, |core| core.audit().checkpoints())
    }

    fn trace(&self, py: Python<'_>, operation: Text, principal: &Principal) -> PyResult<String> {
        self.ask(py, |core| {
            principal.core.check()?;
            let tenant = principal.core.tenant();
            Ok(core.audit().trace(tenant, operation.parse()?)?.to_string())
        })
    }

    fn trace_for_requester(
        &self,
        py: Python<'_>,
        operation: Text,
        principal: &Principal,
    ) -> PyResult<String> {
        self.ask(py, |core| {
            principal.core.check()?;
            let tenant = principal.core.tenant();
            let trace = core.audit().trace(tenant, operation.parse()?)?;
            Ok(trace.for_requester(&principal.core)?.to_string())
        })
    }

    fn interrupted(&self, py: Python<'_>) -> PyResult<Vec<InterruptedOperation>> {
        self.ask(py, |core| {
            let found = core.interrupted();
            Ok(found.iter().map(InterruptedOperation::from).collect())
        })
    }

    fn health(&self, py: Python<'_>) -> PyResult<Health> {
        let health = self.ask(py, |core| Ok(core.health()))?;
        Health::new(py, &health)
    }

    fn diagnostics(&self, py: Python<'_>) -> PyResult<Vec<Diagnostic>> {
        self.ask(py, |core| {
            Ok(core.diagnostics().iter().map(Diagnostic::from).collect())
        })
    }

    fn shadow_report(
        &self,
        py: Python<'_>,
        principal: &Principal,
    ) -> PyResult<Vec<Py<ShadowTally>>> {
        let tenant = principal.core.tenant();
        let report = self.ask(py, |core| {
            principal.core.check()?;
            expect_all_read(core.audit().shadow_report(tenant)?)
        })?;
        let tallies = report.answers.into_iter().map(ShadowTally::from);
        tallies.map(|tally| Py::new(py, tally)).collect()
    }

    #[getter]
    fn policy_digest(&self, py: Python<'_>) -> PyResult<String> {
        self.ask(py, |core| Ok(core.policy_digest().to_string()))
    }

    #[getter]
    fn shadow_policy_digest(&self, py: Python<'_>) -> PyResult<Option<String>> {
        self.ask(py, |core| {
            Ok(core.shadow_policy_digest().map(|digest| digest.to_string()))
        })
    }

    fn close(&self, py: Python<'_>) {
        // What the parent opened is the parent's to close.
        if let Ok(core) = self.core.get() {
            let core = core.lock().unwrap_or_else(PoisonError::into_inner).take();
            py.detach(|| drop(core));
        }
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __exit__(
        &self,
        py: Python<'_>,
        _kind: Option<&Bound<'_, PyType>>,
        _value: Option<&Bound<'_, PyAny>>,
        _traceback: Option<&Bound<'_, PyAny>>,
    ) -> bool {
        self.close(py);
        false
    }

    fn __repr__(&self) -> String {
        match self.open_core() {
            Ok(core) => format!("Guard({})", core.policy_digest()),
            Err(_) => "Guard(closed)".to_owned(),
        }
    }
}

/// The present record of a ticket: as it is given, or as a function loads it by its identifier.
fn present(
    py: Python<'_>,
    key: &RecordKey,
    record: Option<&Py<PyAny>>,
) -> PyResult<Option<Record>> {
    let Some(given) = record else {
        return Ok(None);
    };
    let given = given.bind(py);
    let given = match given.is_callable() {
        true => given.call1((&**key.id(),))?,
        false => given.clone(),
    };
    if given.is_none() {
        return Ok(None);
    }
    let own = mapping(&given).ok_or_else(|| {
        let error = Error::new(ErrorKind::Input, "the present record is no mapping");
        raise(
            py,
            error.with_help("give a `dict` or another mapping, or a function that returns one"),
        )
    })?;
    let own = fields(&own?)?;
    Ok(Some(Record::new(key.entity().clone(), own)))
}

/// A path to a key file, the secret's 32 bytes, or a list of such secrets, the one in force first.
fn key_source(key: &Bound<'_, PyAny>) -> PyResult<KeySource> {
    if let Ok(secret) = key.cast::<PyBytes>() {
        return Ok(KeySource::Seed(seed(secret)?));
    }
    if let Ok(secrets) = key.cast::<PyList>() {
        let seeds = secrets.iter().map(|secret| seed(secret.cast()?));
        return Ok(KeySource::Seeds(seeds.collect::<PyResult<_>>()?));
    }
    Ok(KeySource::File(key.extract()?))
}

fn seed(secret: &Bound<'_, PyBytes>) -> PyResult<[u8; 32]> {
    secret.as_bytes().try_into().map_err(|_| {
        let error = Error::new(ErrorKind::Setup, "the audit's secret is not 32 bytes long");
        raise(
            secret.py(),
            error.with_help("give 32 random bytes, or the path of a key file"),
        )
    })
}

/// What the host sets of the policies' parameters.
pub(crate) fn set(parameters: Option<&Bound<'_, PyDict>>) -> PyResult<Parameters> {
    let Some(parameters) = parameters else {
        return Ok(Parameters::new());
    };
    let set = fields(parameters)?;
    Ok(set
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect())
}
