//! Named values, kept sorted by name so that plans can walk them side by side.

use std::fmt;
use std::sync::Arc;

use super::{Name, Value, by_name};

/// Named values in name order, each name once.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Fields(Vec<(Name, Value)>);

impl Fields {
    /// No fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Room for `capacity` fields.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// Sets `name`, replacing what was there.
    pub fn set(&mut self, name: impl Into<Name>, value: impl Into<Value>) {
        self.replace(name.into(), value.into());
    }

    /// Sets `name` and returns what was there.
    pub(crate) fn replace(&mut self, name: Name, value: Value) -> Option<Value> {
        // Hosts mostly send fields in order already; then this is a push.
        if self.0.last().is_none_or(|(last, _)| **last < *name) {
            self.0.push((name, value));
            return None;
        }
        match self.position(&name) {
            Ok(at) => self
                .0
                .get_mut(at)
                .map(|slot| std::mem::replace(&mut slot.1, value)),
            Err(at) => {
                self.0.insert(at, (name, value));
                None
            }
        }
    }

    /// The value of `name`, when present.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        by_name(&self.0, name, |(have, _)| have).map(|(_, value)| value)
    }

    /// The value at a path of names through nested objects.
    #[must_use]
    pub fn at<'a>(&'a self, path: &[Name]) -> Option<&'a Value> {
        let (first, rest) = path.split_first()?;
        let value = self.value(first)?;
        if rest.is_empty() {
            return Some(value);
        }
        value.as_object()?.at(rest)
    }

    /// Name and value of each field, in name order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Name, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// How many fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(have, _)| (**have).cmp(name))
    }
}

impl Drop for Fields {
    /// Lets go of nested values one by one: a host may have built them deeper than its stack is.
    fn drop(&mut self) {
        if self.0.iter().any(|(_, value)| value.is_nested()) {
            release(std::mem::take(&mut self.0));
        }
    }
}

fn release(fields: Vec<(Name, Value)>) {
    let values = |fields: Vec<(Name, Value)>| fields.into_iter().map(|(_, value)| value);
    let mut waiting: Vec<Value> = values(fields).filter(Value::is_nested).collect();
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(mut fields) = Arc::into_inner(fields) {
                    let inside = std::mem::take(&mut fields.0);
                    waiting.extend(values(inside).filter(Value::is_nested));
                }
            }
            Value::List(mut items) => {
                let nested = Arc::get_mut(&mut items).unwrap_or_default().iter_mut();
                let nested = nested.filter(|item| item.is_nested());
                waiting.extend(nested.map(|item| std::mem::replace(item, Value::Null)));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
        }
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<N: Into<Name>, V: Into<Value>> FromIterator<(N, V)> for Fields {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut fields = Self::new();
        for (name, value) in pairs {
            fields.set(name, value);
        }
        fields
    }
}

impl<'a> IntoIterator for &'a Fields {
    type Item = (&'a Name, &'a Value);
    type IntoIter = std::iter::Map<
        std::slice::Iter<'a, (Name, Value)>,
        fn(&'a (Name, Value)) -> (&'a Name, &'a Value),
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(name, value)| (name, value))
    }
}
