//! One AI operation in progress.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crm_guardrails::policy::Aggregation;
use crm_guardrails::{Changes, Error, ErrorKind, Name, Record, Release, Result};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyType};

use crate::arguments::{Count, Text};
use crate::audit::Receipt;
use crate::closed::Slot;
use crate::decision::Decision;
use crate::errors::OrRaise;
use crate::number::to_decimal;
use crate::owned::Owned;
use crate::record::{Source, read};
use crate::show::{Shower, to_dict};

/// One AI operation, from beginning to completion; a context manager.
#[pyclass(frozen, module = "crm_guardrails")]
pub(crate) struct Operation {
    own: Owned<Own>,
    id: String,
    entity: Name,
}

struct Own {
    core: Slot<crm_guardrails::Operation>,
    /// What was released last. The lock is held for a look only.
    released: Mutex<Option<Release>>,
}

impl Own {
    fn released(&self) -> MutexGuard<'_, Option<Release>> {
        self.released.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Operation {
    pub(crate) fn new(core: crm_guardrails::Operation) -> Self {
        Self::holding(core, None)
    }

    /// An operation that a granted ticket released.
    pub(crate) fn resumed((core, release): (crm_guardrails::Operation, Release)) -> Self {
        Self::holding(core, Some(release))
    }

    fn holding(core: crm_guardrails::Operation, released: Option<Release>) -> Self {
        Self {
            id: core.id().to_string(),
            entity: core.entity().clone(),
            own: Owned::new(Own {
                core: Slot::new(core),
                released: Mutex::new(released),
            }),
        }
    }

    /// Works on the operation with the interpreter free for other threads.
    fn run<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut crm_guardrails::Operation) -> Result<T> + Send,
    ) -> PyResult<T> {
        py.detach(|| self.own.get()?.core.run(work)).or_raise(py)
    }

    fn end<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(crm_guardrails::Operation) -> Result<T> + Send,
    ) -> PyResult<T> {
        py.detach(|| self.own.get()?.core.end(work)).or_raise(py)
    }

    fn decide(&self, py: Python<'_>, changes: &Changes) -> PyResult<Decision> {
        let decision = self.run(py, |core| core.propose(changes))?;
        if let Some(release) = decision.release() {
            *self.own.get().or_raise(py)?.released() = Some(release.clone());
        }
        Ok(Decision::from(decision))
    }
}

#[pymethods]
impl Operation {
    #[getter]
    fn id(&self) -> &str {
        &self.id
    }

    #[getter]
    fn entity(&self) -> &str {
        &self.entity
    }

    fn read<'py>(
        &self,
        py: Python<'py>,
        record: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let source = read(&self.entity, record)?;
        let own = &source.record;
        let view = self.run(py, |core| core.read(own))?;
        Shower::new(py).show(&view, &source)
    }

    fn read_many<'py>(
        &self,
        py: Python<'py>,
        records: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyList>> {
        let mut sources: Vec<Source<'py>> = Vec::new();
        for record in records.try_iter()? {
            sources.push(read(&self.entity, &record?)?);
        }
        let own: Vec<Record> = sources.iter().map(|source| source.record.clone()).collect();
        let views = self.run(py, |core| core.read_many(&own))?;
        let mut shower = Shower::new(py);
        let shown = PyList::empty(py);
        // Views keep the order of the records; those out of reach are left out.
        let mut pairs = own.iter().zip(&mut sources);
        for view in &views {
            if let Some((_, source)) = pairs.find(|(own, _)| view.is_of(own)) {
                shown.append(shower.show(view, source)?)?;
            }
        }
        Ok(shown)
    }

    fn aggregate<'py>(
        &self,
        py: Python<'py>,
        records: &Bound<'py, PyAny>,
        field: Text,
        figure: Text,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut own: Vec<Record> = Vec::new();
        for record in records.try_iter()? {
            own.push(read(&self.entity, &record?)?.record);
        }
        let taken = self.run(py, |core| {
            let figure = Aggregation::from_word(&figure).ok_or_else(|| {
                Error::new(
                    ErrorKind::Input,
                    format!("there is no figure `{}`", &*figure),
                )
                .with_help("write `count`, `sum`, `avg`, `min` or `max`")
            })?;
            core.aggregate(&own, &field, figure)
        })?;
        to_decimal(py, taken.value)
    }

    fn propose(
        &self,
        py: Python<'_>,
        before: &Bound<'_, PyAny>,
        changes: &Bound<'_, PyAny>,
    ) -> PyResult<Decision> {
        let before = read(&self.entity, before)?.record;
        let changes = read(&self.entity, changes)?.record;
        let update = changes
            .fields()
            .iter()
            .fold(Changes::update(&before), |update, (name, value)| {
                update.set(name.clone(), value.clone())
            });
        self.decide(py, &update)
    }

    fn propose_create(&self, py: Python<'_>, new: &Bound<'_, PyAny>) -> PyResult<Decision> {
        let new = read(&self.entity, new)?.record;
        self.decide(py, &Changes::create(new))
    }

    fn propose_delete(&self, py: Python<'_>, before: &Bound<'_, PyAny>) -> PyResult<Decision> {
        let before = read(&self.entity, before)?.record;
        self.decide(py, &Changes::delete(&before))
    }

    #[getter]
    fn changes<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let released = self.own.get().or_raise(py)?.released().clone();
        released
            .map(|release| to_dict(py, release.fields()))
            .transpose()
    }

    fn spend_tokens(&self, py: Python<'_>, tokens: Count<u64>) -> PyResult<()> {
        self.run(py, |core| core.spend_tokens(tokens.0))
    }

    #[pyo3(signature = (answer = Text::default()), text_signature = "($self, answer='')")]
    fn complete(&self, py: Python<'_>, answer: Text) -> PyResult<Receipt> {
        self.end(py, |core| core.complete(&*answer))
            .map(Receipt::from)
    }

    fn fail(&self, py: Python<'_>, code: Text) -> PyResult<Receipt> {
        self.end(py, |core| core.fail(&*code)).map(Receipt::from)
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    /// Left by an exception, the operation has failed; left otherwise unfinished, it is recorded as
    /// what it came to.
    fn __exit__(
        &self,
        py: Python<'_>,
        kind: Option<&Bound<'_, PyType>>,
        _value: Option<&Bound<'_, PyAny>>,
        _traceback: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<bool> {
        // In a forked child the operation is the parent's to end.
        if !self.own.get().is_ok_and(|own| own.core.is_open()) {
            return Ok(false);
        }
        match kind {
            Some(kind) => {
                // The name of the class only: a message may carry a value.
                let code = kind.name()?.to_string();
                self.end(py, |core| core.abort(code).map(drop))?;
            }
            None => self.end(py, |core| {
                drop(core);
                Ok(())
            })?,
        }
        Ok(false)
    }

    fn __repr__(&self) -> String {
        format!("Operation({}, {})", self.id, self.entity)
    }
}
