//! What a rule binds the host to: `oblige "retain" { days: 30 }`.

use super::message::Message;
use crate::value::{Fields, Name, Value};

/// Something that the host must do when it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// What, by a name that the host knows.
    pub name: Name,
    /// The particulars.
    pub terms: Vec<(Name, Term)>,
}

/// One particular of a duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// A constant.
    Value(Value),
    /// A text with places for values, filled as the requester may see them.
    Text(Message),
    /// A list of particulars.
    List(Vec<Term>),
    /// Particulars by name.
    Object(Vec<(Name, Term)>),
}

impl Duty {
    /// The particulars as data, each text filled with `fill`.
    pub(crate) fn filled(&self, fill: &dyn Fn(&Message) -> String) -> Fields {
        fields(&self.terms, fill)
    }
}

fn fields(terms: &[(Name, Term)], fill: &dyn Fn(&Message) -> String) -> Fields {
    terms
        .iter()
        .map(|(name, term)| (name.clone(), value(term, fill)))
        .collect()
}

fn value(term: &Term, fill: &dyn Fn(&Message) -> String) -> Value {
    match term {
        Term::Value(value) => value.clone(),
        Term::Text(message) => Value::from(fill(message)),
        Term::List(items) => items
            .iter()
            .map(|item| value(item, fill))
            .collect::<Vec<_>>()
            .into(),
        Term::Object(terms) => fields(terms, fill).into(),
    }
}
