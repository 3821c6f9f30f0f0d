//! A value read as its declared type.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::policy::Type;
use crate::value::{Fields, Value};

/// A value read as its declared type; small and borrowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Datum<'a> {
    /// Absent, or null.
    Missing,
    /// There, and not of its declared type.
    Invalid,
    /// True or false.
    Bool(bool),
    /// Integer, decimal, percent, or amount of the declared currency.
    Number(Decimal),
    /// Text or enum member.
    Text(&'a str),
    /// Days since 1970-01-01, microseconds since then in UTC, or microseconds of duration.
    Moment(i64),
    /// A list, and the type of its items.
    List(&'a [Value], &'a Type),
    /// A nested entity.
    Object(&'a Fields),
}

impl std::fmt::Debug for Datum<'_> {
    /// The shape only; never a value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Missing => "<missing>",
            Self::Invalid => "<invalid>",
            Self::Bool(_) => "<bool>",
            Self::Number(_) => "<number>",
            Self::Text(_) => "<text>",
            Self::Moment(_) => "<moment>",
            Self::List(..) => "<list>",
            Self::Object(_) => "<object>",
        })
    }
}

impl<'a> Datum<'a> {
    /// The order of two data of one type; none when either is missing, invalid, or has no order.
    #[must_use]
    pub fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(&b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Moment(a), Self::Moment(b)) => Some(a.cmp(&b)),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(&b)),
            _ => None,
        }
    }
}
