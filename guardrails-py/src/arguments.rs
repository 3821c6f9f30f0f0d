//! Arguments that Python can write and Rust cannot hold: text that is no Unicode, numbers and spans out
//! of range. They are bad input like any other, and raise the guard's own error. A value of another type
//! is a `TypeError`, as everywhere in Python.

use std::ops::Deref;
use std::time::Duration;

use crm_guardrails::{Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::types::{PyDelta, PyInt, PyString};

use crate::errors::raise;

/// Text.
#[derive(Default)]
pub(crate) struct Text(String);

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Text {
    /// For defaults.
    pub(crate) fn of(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Text {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyString>()?.to_cow() {
            Ok(text) => Ok(Self(text.into_owned())),
            // Without the text, which may be anything.
            Err(_) => Err(refuse(
                object.py(),
                "a text is no Unicode",
                "send a `str` that UTF-8 can hold",
            )),
        }
    }
}

/// A whole number from 0 up.
#[derive(Clone, Copy)]
pub(crate) struct Count<T>(pub(crate) T);

impl<'a, 'py, T> FromPyObject<'a, 'py> for Count<T>
where
    T: TryFrom<u64>,
{
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let number = object.cast::<PyInt>()?.extract::<u64>().ok();
        match number.and_then(|number| T::try_from(number).ok()) {
            Some(number) => Ok(Self(number)),
            None => Err(refuse(
                object.py(),
                "a number is negative or too large",
                "send a whole number from 0 up",
            )),
        }
    }
}

/// A span of time that is not negative.
#[derive(Clone, Copy)]
pub(crate) struct Span(pub(crate) Duration);

impl<'a, 'py> FromPyObject<'a, 'py> for Span {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyDelta>()?.extract::<Duration>() {
            Ok(span) => Ok(Self(span)),
            Err(_) => Err(refuse(
                object.py(),
                "a span of time is negative",
                "send a `timedelta` from 0 up",
            )),
        }
    }
}

fn refuse(py: Python<'_>, message: &str, help: &str) -> PyErr {
    raise(py, Error::new(ErrorKind::Input, message).with_help(help))
}
