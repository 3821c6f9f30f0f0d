//! Python numbers to exact decimals: held exactly or refused, never rounded.

use crm_guardrails::{Error, ErrorKind, Value};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyFloat, PyInt, PyType};
use rust_decimal::Decimal;

use crate::errors::raise;

/// Significant decimal digits that every binary float carries unharmed (IEEE 754 binary64).
const FLOAT_DIGITS: usize = 15;

pub(crate) fn integer(name: &str, number: &Bound<'_, PyInt>) -> PyResult<Value> {
    if let Ok(small) = number.extract::<i64>() {
        return Ok(Value::from(small));
    }
    // Python itself refuses to write integers of thousands of digits.
    let text = number.str().map_err(|_| too_long(number.py(), name))?;
    Decimal::from_str_exact(&text.to_cow()?)
        .map(Value::Number)
        .map_err(|_| too_long(number.py(), name))
}

pub(crate) fn decimal(name: &str, number: &Bound<'_, PyAny>) -> PyResult<Value> {
    let text = number.str()?;
    exact(&text.to_cow()?)
        .map(Value::Number)
        .ok_or_else(|| too_long(number.py(), name))
}

pub(crate) fn float(name: &str, number: &Bound<'_, PyFloat>) -> PyResult<Value> {
    let text = number.repr()?;
    let text = text.to_cow()?;
    let held = (significant_digits(&text) <= FLOAT_DIGITS).then(|| exact(&text));
    held.flatten().map(Value::Number).ok_or_else(|| {
        let message = format!("the field `{name}` has a float that is not exact");
        let error = Error::new(ErrorKind::Input, message);
        raise(
            number.py(),
            error.with_help("send a Decimal, or the number as text"),
        )
    })
}

/// `1.5`, `-3` or `1.5E+3` as the very number it says; none when that is out of reach.
fn exact(text: &str) -> Option<Decimal> {
    match text.split_once(['e', 'E']) {
        None => Decimal::from_str_exact(text).ok(),
        Some((digits, _)) => {
            // Reading the exponent form alone would round a mantissa that is too long.
            Decimal::from_str_exact(digits).ok()?;
            let text = text.replacen("E+", "E", 1).replacen("e+", "e", 1);
            Decimal::from_scientific(&text).ok()
        }
    }
}

fn significant_digits(text: &str) -> usize {
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    // `repr` writes 1.0 for 1: that zero says nothing.
    let mantissa = mantissa.strip_suffix(".0").unwrap_or(mantissa);
    let digits = mantissa.bytes().filter(u8::is_ascii_digit);
    digits.skip_while(|digit| *digit == b'0').count()
}

fn too_long(py: Python<'_>, name: &str) -> PyErr {
    let message = format!("the field `{name}` has a number that cannot be held exactly");
    let error = Error::new(ErrorKind::Input, message);
    raise(
        py,
        error.with_help("send a finite number of at most 28 digits"),
    )
}

/// A number the guard made: `int` where whole, else `decimal.Decimal`.
pub(crate) fn to_python(py: Python<'_>, number: Decimal) -> PyResult<Bound<'_, PyAny>> {
    match i64::try_from(number) {
        Ok(whole) if number.scale() == 0 => Ok(whole.into_pyobject(py)?.into_any()),
        _ => to_decimal(py, number),
    }
}

/// A number the guard made, as `decimal.Decimal`.
pub(crate) fn to_decimal(py: Python<'_>, number: Decimal) -> PyResult<Bound<'_, PyAny>> {
    decimal_type(py)?.call1((number.to_string(),))
}

pub(crate) fn decimal_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    TYPE.import(py, "decimal", "Decimal")
}

/// A number that is no field of a record, such as a risk score.
pub(crate) fn scalar(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Decimal> {
    let value = if object.is_instance(decimal_type(object.py())?)? {
        decimal(name, object)?
    } else if let Ok(number) = object.cast::<PyFloat>() {
        float(name, number)?
    } else {
        integer(name, object.cast::<PyInt>()?)?
    };
    Ok(value.as_number().unwrap_or_default())
}
