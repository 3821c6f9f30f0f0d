//! What the guard shows, as Python objects.
//!
//! A value that is shown as it is stays the caller's own object, and the caller's order stays too. Lists
//! and mappings are copied at each depth, so that whoever has the view cannot change the record by it.

use std::sync::Arc;

use crm_guardrails::data::{FieldTable, View, ViewNote};
use crm_guardrails::{Fields, Value};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyList, PyString, PyTuple, PyType};

use crate::number;
use crate::record::Source;

/// A value the guard made: numbers as `int` where whole, else `Decimal`.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(value) => PyBool::new(py, *value).to_owned().into_any(),
        Value::Number(number) => number::to_python(py, *number)?,
        Value::Text(text) => PyString::new(py, text).into_any(),
        Value::List(items) => {
            let items = items.iter().map(|item| to_python(py, item));
            PyList::new(py, items.collect::<PyResult<Vec<_>>>()?)?.into_any()
        }
        Value::Object(fields) => to_dict(py, fields)?.into_any(),
    })
}

/// Fields as a `dict`.
pub(crate) fn to_dict<'py>(py: Python<'py>, fields: &Fields) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in fields {
        dict.set_item(&**name, to_python(py, value)?)?;
    }
    Ok(dict)
}

/// Makes Python views, and keeps what those of one table have in common.
pub(crate) struct Shower<'py> {
    py: Python<'py>,
    last: Option<Remarks<'py>>,
}

/// What the views of one table say about themselves.
struct Remarks<'py> {
    table: Arc<FieldTable>,
    hidden: Bound<'py, PyTuple>,
    notes: Bound<'py, PyTuple>,
}

impl<'py> Shower<'py> {
    pub(crate) fn new(py: Python<'py>) -> Self {
        Self { py, last: None }
    }

    /// `view`, made from `source`, as a `crm_guardrails.View`.
    pub(crate) fn show(
        &mut self,
        view: &View<'_>,
        source: &Source<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let shown = view_type(self.py)?.call0()?;
        fill(shown.cast::<PyDict>()?, view, source)?;
        let (hidden, notes) = self.remarks(view)?;
        shown.setattr(pyo3::intern!(self.py, "hidden"), hidden)?;
        shown.setattr(pyo3::intern!(self.py, "notes"), notes)?;
        Ok(shown)
    }

    fn remarks(&mut self, view: &View<'_>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyTuple>)> {
        let undeclared = view
            .notes()
            .any(|note| matches!(note, ViewNote::Undeclared { .. }));
        if let Some(last) = &self.last
            && Arc::ptr_eq(&last.table, view.table())
            && !undeclared
        {
            return Ok((last.hidden.clone(), last.notes.clone()));
        }
        let hidden: Vec<&str> = view.hidden().map(|name| &**name).collect();
        let hidden = PyTuple::new(self.py, hidden)?;
        let notes: Vec<String> = view.notes().map(|note| note.to_string()).collect();
        let notes = PyTuple::new(self.py, notes)?;
        if !undeclared {
            self.last = Some(Remarks {
                table: view.table().clone(),
                hidden: hidden.clone(),
                notes: notes.clone(),
            });
        }
        Ok((hidden, notes))
    }
}

/// Walks view, record and source side by side; all three are in name order.
fn fill<'py>(dict: &Bound<'py, PyDict>, view: &View<'_>, source: &Source<'py>) -> PyResult<()> {
    let py = dict.py();
    let mut order: Vec<Option<(&Bound<'py, PyAny>, Bound<'py, PyAny>)>> = Vec::new();
    order.resize_with(source.objects.len(), || None);
    let mut members = source.record.fields().iter().zip(&source.objects);
    for (name, shown) in view.iter() {
        let Some(((_, own), object)) = members.find(|((field, _), _)| *field == name) else {
            continue;
        };
        let value = if std::ptr::eq(own, shown) {
            detached(&object.value, own)?
        } else {
            to_python(py, shown)?
        };
        if let Some(slot) = order.get_mut(object.place) {
            *slot = Some((&object.key, value));
        }
    }
    for (key, value) in order.into_iter().flatten() {
        dict.set_item(key, value)?;
    }
    Ok(())
}

/// The same value without the caller's lists and mappings: a copy of each, with the caller's own leaves.
fn detached<'py>(object: &Bound<'py, PyAny>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    let py = object.py();
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => Ok(object.clone()),
        Value::List(items) => {
            let copies = |objects: Vec<Bound<'py, PyAny>>| {
                let both = objects.iter().zip(items.iter());
                let copies = both.map(|(object, item)| detached(object, item));
                copies.collect::<PyResult<Vec<_>>>()
            };
            if let Ok(list) = object.cast_exact::<PyList>() {
                Ok(PyList::new(py, copies(list.iter().collect())?)?.into_any())
            } else if let Ok(tuple) = object.cast_exact::<PyTuple>() {
                Ok(PyTuple::new(py, copies(tuple.iter().collect())?)?.into_any())
            } else {
                to_python(py, value)
            }
        }
        Value::Object(fields) => {
            let Ok(mapping) = object.cast_exact::<PyDict>() else {
                return to_python(py, value);
            };
            let copy = PyDict::new(py);
            for (key, object) in mapping.iter() {
                // What came into the mapping since it was read is not shown.
                if let Some(value) = fields.value(&key.cast::<PyString>()?.to_cow()?) {
                    copy.set_item(&key, detached(&object, value)?)?;
                }
            }
            Ok(copy.into_any())
        }
    }
}

fn view_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    TYPE.import(py, "crm_guardrails.view", "View")
}
