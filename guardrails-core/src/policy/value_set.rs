//! Constant lists of a policy, as sets: who is a member, and when two lists are the same.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use rust_decimal::Decimal;

use crate::value::{Name, Value};

/// A constant set of texts or numbers, with constant-time membership.
///
/// Two sets are equal when they have the same members, whatever they are called.
#[derive(Debug, Clone, Default)]
pub struct ValueSet {
    /// The name it was declared under; empty for one written in place.
    pub name: Name,
    texts: HashSet<Name>,
    numbers: HashSet<Decimal>,
    /// Sum of the members' hashes, which no order of the members changes.
    fingerprint: u64,
}

impl PartialEq for ValueSet {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
            && self.texts == other.texts
            && self.numbers == other.numbers
    }
}

impl Eq for ValueSet {}

impl Hash for ValueSet {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fingerprint.hash(state);
    }
}

fn hash_of(member: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    member.hash(&mut hasher);
    hasher.finish()
}

impl ValueSet {
    /// The set of `values`; values other than text and number are left out, since the type checker
    /// lets none through.
    #[must_use]
    pub fn new(name: impl Into<Name>, values: impl IntoIterator<Item = Value>) -> Self {
        let mut set = Self {
            name: name.into(),
            ..Self::default()
        };
        for value in values {
            match value {
                Value::Text(text) => {
                    set.texts.insert(text);
                }
                Value::Number(number) => {
                    set.numbers.insert(number.normalize());
                }
                Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => {}
            }
        }
        let texts = set.texts.iter().map(hash_of);
        let numbers = set.numbers.iter().map(hash_of);
        set.fingerprint = texts.chain(numbers).fold(0, u64::wrapping_add);
        set
    }

    /// Whether the text is a member.
    #[must_use]
    pub fn has_text(&self, text: &str) -> bool {
        self.texts.contains(text)
    }

    /// Whether the number is a member.
    #[must_use]
    pub fn has_number(&self, number: Decimal) -> bool {
        self.numbers.contains(&number)
    }

    /// The texts, in no order.
    pub fn texts(&self) -> impl Iterator<Item = &Name> {
        self.texts.iter()
    }

    /// The numbers, in no order.
    pub fn numbers(&self) -> impl Iterator<Item = Decimal> {
        self.numbers.iter().copied()
    }
}
