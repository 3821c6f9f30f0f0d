//! The CRM's data as the guard holds it: exact, ordered, cheap to share.
//!
//! A [`Value`] is what a host sent, not yet what the policy's schema says it is: a money amount may
//! arrive as the number `1200.5` or the text `"1200.50"`. Reading it as its declared type happens
//! in [`crate::process`] and [`crate::data`], through [`Type`](crate::policy::Type). There are no
//! binary floats in here.

mod by_name;
mod fields;
mod hex;
mod json;
mod measure;
mod name;
mod number;

use std::fmt;
use std::sync::Arc;

use rust_decimal::Decimal;

pub(crate) use by_name::by_name;
pub use fields::Fields;
pub(crate) use hex::from_hex;
pub(crate) use json::write_text;
pub use json::{JsonLimits, parse_fields};
pub(crate) use measure::{expect_field_names, within};
pub use name::Name;
pub(crate) use number::exact_number;

/// One value of a record.
///
/// `Debug` names the shape and hides the content, so that a stray `{:?}` leaks nothing.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// JSON `null`; treated as missing.
    Null,
    /// True or false.
    Bool(bool),
    /// An exact number: integer, decimal, percent or money amount.
    Number(Decimal),
    /// Text; also dates, times and enum members until a schema says so.
    Text(Arc<str>),
    /// A list.
    List(Arc<[Value]>),
    /// A nested object.
    Object(Arc<Fields>),
}

impl Value {
    /// The word for this value's shape, for messages.
    #[must_use]
    pub fn shape(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::Text(_) => "text",
            Self::List(_) => "list",
            Self::Object(_) => "object",
        }
    }

    /// The text, when this is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when this is one.
    #[must_use]
    pub fn as_number(&self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The nested object's fields, when this is one.
    #[must_use]
    pub fn as_object(&self) -> Option<&Fields> {
        match self {
            Self::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// Whether there are values inside.
    pub(crate) fn is_nested(&self) -> bool {
        matches!(self, Self::List(_) | Self::Object(_))
    }

    /// Whether this is JSON `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.shape())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Name> for Value {
    fn from(text: Name) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

macro_rules! from_integer {
    ($($int:ty),*) => {$(
        impl From<$int> for Value {
            fn from(number: $int) -> Self {
                Self::Number(Decimal::from(number))
            }
        }
    )*};
}
from_integer!(i32, u32, i64, u64);

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl From<Fields> for Value {
    fn from(fields: Fields) -> Self {
        Self::Object(Arc::new(fields))
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
