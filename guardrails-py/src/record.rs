//! Python objects to records.
//!
//! Exact or refused: nothing is rounded, cut or guessed. Dates, times and UUIDs become their text,
//! enums their value. The limits are those of JSON records, so that both ways in take the same.

use crm_guardrails::{Error, ErrorKind, Fields, JsonLimits, Name, Record, Value};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyDate, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType,
};

use crate::errors::raise;
use crate::number::{decimal, decimal_type, float, integer};

/// A mapping as fields.
pub(crate) fn fields(mapping: &Bound<'_, PyDict>) -> PyResult<Fields> {
    let mut room = Room::default();
    let entries = room.entries(mapping, JsonLimits::default().depth)?;
    Ok(entries
        .into_iter()
        .map(|entry| (entry.name, entry.value))
        .collect())
}

/// A `dict`, or what `dict` makes of another mapping: of anything with `keys`, as it does itself. None of
/// what is no mapping.
pub(crate) fn mapping<'py>(object: &Bound<'py, PyAny>) -> Option<PyResult<Bound<'py, PyDict>>> {
    if let Ok(dict) = object.cast::<PyDict>() {
        return Some(Ok(dict.clone()));
    }
    let py = object.py();
    let is_mapping = |name| object.hasattr(name).unwrap_or(false);
    (is_mapping("keys") && is_mapping("__getitem__")).then(|| {
        let dict = py.get_type::<PyDict>().call1((object,))?;
        Ok(dict.cast_into::<PyDict>()?)
    })
}

/// A record, and the objects it was read from.
pub(crate) struct Source<'py> {
    pub(crate) record: Record,
    /// In the order of the record's fields. Kept from the reading on: the mapping itself may be
    /// another by the time the guard has decided.
    pub(crate) objects: Vec<Object<'py>>,
}

/// One member of the caller's mapping.
pub(crate) struct Object<'py> {
    pub(crate) key: Bound<'py, PyAny>,
    pub(crate) value: Bound<'py, PyAny>,
    /// Its place in the caller's mapping.
    pub(crate) place: usize,
}

/// A mapping as a record of `entity`.
///
/// # Errors
/// `TypeError` for what is no mapping.
pub(crate) fn read<'py>(entity: &Name, object: &Bound<'py, PyAny>) -> PyResult<Source<'py>> {
    let mut room = Room::default();
    let mapping = mapping(object).unwrap_or_else(|| Ok(object.cast::<PyDict>()?.clone()))?;
    let entries = room.entries(&mapping, JsonLimits::default().depth)?;
    let mut fields = Fields::with_capacity(entries.len());
    let mut objects = Vec::with_capacity(entries.len());
    for entry in entries {
        fields.set(entry.name, entry.value);
        objects.push(entry.object);
    }
    Ok(Source {
        record: Record::new(entity.clone(), fields),
        objects,
    })
}

/// What may still be read before a limit is reached.
struct Room {
    bytes: usize,
    items: usize,
}

impl Default for Room {
    fn default() -> Self {
        let JsonLimits { bytes, items, .. } = JsonLimits::default();
        Self { bytes, items }
    }
}

/// One field read.
struct Entry<'py> {
    name: Name,
    value: Value,
    object: Object<'py>,
}

impl Room {
    /// The members of a mapping in name order.
    fn entries<'py>(
        &mut self,
        mapping: &Bound<'py, PyDict>,
        depth: usize,
    ) -> PyResult<Vec<Entry<'py>>> {
        let py = mapping.py();
        self.take_items(py, mapping.len())?;
        // Copied first: reading a value may run Python code, which may change the mapping.
        let members: Vec<_> = mapping.iter().collect();
        let mut entries = Vec::with_capacity(members.len());
        for (place, (key, value)) in members.into_iter().enumerate() {
            let name = self.name(&key)?;
            let read = self.value(&name, &value, depth)?;
            entries.push(Entry {
                name,
                value: read,
                object: Object { key, value, place },
            });
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        if entries
            .windows(2)
            .any(|two| matches!(two, [a, b] if a.name == b.name))
        {
            return Err(refuse(py, "two keys of a record read the same"));
        }
        Ok(entries)
    }

    fn name(&mut self, key: &Bound<'_, PyAny>) -> PyResult<Name> {
        match key.cast::<PyString>() {
            Ok(name) => self.text("a key", name, |text| Name::from(text)),
            Err(_) => Err(refuse(key.py(), "the keys of a record must be `str`")),
        }
    }

    fn text<T>(
        &mut self,
        what: &str,
        text: &Bound<'_, PyString>,
        make: impl FnOnce(&str) -> T,
    ) -> PyResult<T> {
        let py = text.py();
        let Ok(text) = text.to_cow() else {
            return Err(refuse(py, &format!("{what} has text that is no Unicode")));
        };
        self.bytes = self
            .bytes
            .checked_sub(text.len())
            .ok_or_else(|| over(py, "record_bytes"))?;
        Ok(make(&text))
    }

    fn take_items(&mut self, py: Python<'_>, count: usize) -> PyResult<()> {
        self.items = self
            .items
            .checked_sub(count)
            .ok_or_else(|| over(py, "record_items"))?;
        Ok(())
    }

    fn value(&mut self, name: &str, object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
        if object.is_none() {
            return Ok(Value::Null);
        }
        if let Ok(text) = object.cast_exact::<PyString>() {
            return self.text_value(name, text);
        }
        if let Ok(value) = object.cast::<PyBool>() {
            return Ok(Value::Bool(value.is_true()));
        }
        if let Ok(number) = object.cast_exact::<PyInt>() {
            return integer(name, number);
        }
        if object.is_instance(decimal_type(object.py())?)? {
            return decimal(name, object);
        }
        if let Ok(number) = object.cast::<PyFloat>() {
            return float(name, number);
        }
        match self.nested(name, object, depth)? {
            Some(value) => Ok(value),
            None => self.rich(name, object, depth),
        }
    }

    fn text_value(&mut self, name: &str, text: &Bound<'_, PyString>) -> PyResult<Value> {
        self.text(&format!("the field `{name}`"), text, |text| {
            Value::from(text)
        })
    }

    fn nested(
        &mut self,
        name: &str,
        object: &Bound<'_, PyAny>,
        depth: usize,
    ) -> PyResult<Option<Value>> {
        let py = object.py();
        let inner = || depth.checked_sub(1).ok_or_else(|| over(py, "record_depth"));
        if let Ok(mapping) = object.cast::<PyDict>() {
            return self.object(mapping, inner()?).map(Some);
        }
        let items: Vec<_> = if let Ok(list) = object.cast::<PyList>() {
            list.iter().collect()
        } else if let Ok(tuple) = object.cast::<PyTuple>() {
            tuple.iter().collect()
        } else {
            return Ok(None);
        };
        let depth = inner()?;
        self.take_items(py, items.len())?;
        let items = items.iter().map(|item| self.value(name, item, depth));
        Ok(Some(Value::List(items.collect::<PyResult<_>>()?)))
    }

    fn object(&mut self, mapping: &Bound<'_, PyDict>, depth: usize) -> PyResult<Value> {
        let entries = self.entries(mapping, depth)?;
        let fields = entries.into_iter().map(|entry| (entry.name, entry.value));
        Ok(Value::from(Fields::from_iter(fields)))
    }

    /// What is not JSON's own: moments, enums, UUIDs, and subclasses of `str` and `int`.
    fn rich(&mut self, name: &str, object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
        let py = object.py();
        if object.cast::<PyDateTime>().is_ok() || object.cast::<PyDate>().is_ok() {
            return self.text_value(name, object.call_method0("isoformat")?.cast::<PyString>()?);
        }
        if object.is_instance(enum_type(py)?)? {
            let depth = depth
                .checked_sub(1)
                .ok_or_else(|| over(py, "record_depth"))?;
            return self.value(name, &object.getattr("value")?, depth);
        }
        if let Ok(text) = object.cast::<PyString>() {
            return self.text_value(name, text);
        }
        if let Ok(number) = object.cast::<PyInt>() {
            return integer(name, number);
        }
        if object.is_instance(uuid_type(py)?)? {
            return self.text_value(name, &object.str()?);
        }
        if let Some(mapping) = mapping(object) {
            let depth = depth
                .checked_sub(1)
                .ok_or_else(|| over(py, "record_depth"))?;
            return self.object(&mapping?, depth);
        }
        let kind = object.get_type().name()?.to_string();
        let message = format!("the field `{name}` has the type `{kind}`, which no record holds");
        let error = Error::new(ErrorKind::Input, message);
        Err(raise(
            py,
            error.with_help(
                "send None, bool, int, Decimal, float, str, date, datetime, UUID, Enum, list, \
                 tuple or dict",
            ),
        ))
    }
}

fn over(py: Python<'_>, limit: &str) -> PyErr {
    let JsonLimits {
        bytes,
        depth,
        items,
    } = JsonLimits::default();
    let size = match limit {
        "record_bytes" => format!("{bytes} bytes of text"),
        "record_depth" => format!("{depth} levels"),
        _ => format!("{items} keys and items"),
    };
    let message = format!("the record is over the limit `{limit}` of {size}");
    let error = Error::new(ErrorKind::Input, message);
    raise(py, error.with_help("send fewer and smaller fields"))
}

fn refuse(py: Python<'_>, message: &str) -> PyErr {
    raise(py, Error::new(ErrorKind::Input, message))
}

fn enum_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    TYPE.import(py, "enum", "Enum")
}

fn uuid_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    TYPE.import(py, "uuid", "UUID")
}
