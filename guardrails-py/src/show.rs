//! What the guard shows, as Python objects.
//!
//! A value that is shown as it is stays the caller's own object, and the caller's order stays too, at each
//! depth and beside what is withheld. Lists and mappings are copied, so that whoever has the view cannot
//! change the record by it.

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
    let mut order: Vec<Option<(&Bound<'py, PyAny>, Bound<'py, PyAny>)>> = Vec::new();
    order.resize_with(source.objects.len(), || None);
    let mut members = source.record.fields().iter().zip(&source.objects);
    for (name, shown) in view.iter() {
        let Some(((_, own), object)) = members.find(|((field, _), _)| *field == name) else {
            continue;
        };
        let value = beside(&object.value, own, shown)?;
        if let Some(slot) = order.get_mut(object.place) {
            *slot = Some((&object.key, value));
        }
    }
    for (key, value) in order.into_iter().flatten() {
        dict.set_item(key, value)?;
    }
    Ok(())
}

/// What is shown of a caller's object that reads as `own`: copies of its lists and mappings, in the caller's
/// order, with the caller's own leaves where they are shown as they are.
///
/// INVARIANT: order and types are those of the caller's object whether or not something inside is withheld,
/// so that they do not tell that something is.
fn beside<'py>(
    object: &Bound<'py, PyAny>,
    own: &Value,
    shown: &Value,
) -> PyResult<Bound<'py, PyAny>> {
    let py = object.py();
    match (own, shown) {
        (Value::Object(own), Value::Object(fields)) => match object.cast_exact::<PyDict>() {
            Ok(mapping) => Ok(members(mapping, own, fields)?.into_any()),
            Err(_) => to_python(py, shown),
        },
        (Value::List(own), Value::List(some)) => {
            if let Ok(list) = object.cast_exact::<PyList>() {
                Ok(PyList::new(py, items(list.iter(), own, some)?)?.into_any())
            } else if let Ok(tuple) = object.cast_exact::<PyTuple>() {
                Ok(PyTuple::new(py, items(tuple.iter(), own, some)?)?.into_any())
            } else {
                to_python(py, shown)
            }
        }
        _ if std::ptr::eq(own, shown) || own == shown => Ok(object.clone()),
        _ => to_python(py, shown),
    }
}

/// The members of a mapping that are shown. What came into it since it was read is not.
fn members<'py>(
    mapping: &Bound<'py, PyDict>,
    own: &Fields,
    shown: &Fields,
) -> PyResult<Bound<'py, PyDict>> {
    let copy = PyDict::new(mapping.py());
    for (key, object) in mapping.iter() {
        let Ok(text) = key.cast::<PyString>() else {
            continue;
        };
        let name = text.to_cow()?;
        if let (Some(own), Some(shown)) = (own.value(&name), shown.value(&name)) {
            copy.set_item(&key, beside(&object, own, shown)?)?;
        }
    }
    Ok(copy)
}

/// The items of a list that are shown, each beside the caller's object that it was made from.
fn items<'py>(
    objects: impl Iterator<Item = Bound<'py, PyAny>>,
    own: &[Value],
    shown: &[Value],
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let objects: Vec<_> = objects.collect();
    let Some(first) = objects.first() else {
        return Ok(Vec::new());
    };
    let py = first.py();
    let is_whole = own.len() == shown.len();
    let mut all = objects.iter().zip(own);
    let one = |item: &Value| match all.find(|(_, own)| is_whole || is_alike(own, item)) {
        Some((object, own)) => beside(object, own, item),
        None => to_python(py, item),
    };
    shown.iter().map(one).collect()
}

/// Whether an item that is shown may have been made from `own`, where some are withheld.
fn is_alike(own: &Value, shown: &Value) -> bool {
    match (own, shown) {
        (Value::Object(_), Value::Object(_)) | (Value::List(_), Value::List(_)) => true,
        _ => own == shown,
    }
}

fn view_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    TYPE.import(py, "crm_guardrails.view", "View")
}
