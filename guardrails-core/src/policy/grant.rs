//! What a role's AI may see and change of an entity.

use super::aggregable::Aggregable;
use super::expr::Expr;
use crate::data::Mask;
use crate::diagnostic::Place;
use crate::value::Name;

/// `grant ROLE on Entity …`
///
/// Within one grant the strictest clause on a field wins; across grants the most permissive. So a
/// grant can only add, and removing one never widens a view.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The role it is given to, and every role that inherits it.
    pub role: Name,
    /// The entity it is about.
    pub entity: Name,
    /// AI contexts it holds in; empty for all.
    pub contexts: Vec<Name>,
    /// Row scope: the grant holds only for records where this is true.
    pub scope: Option<Expr>,
    /// Clauses, in the order written.
    pub clauses: Vec<FieldClause>,
    /// Where it is written.
    pub place: Place,
}

/// One clause of a grant.
#[derive(Debug, Clone)]
pub struct FieldClause {
    /// Which fields.
    pub fields: FieldSet,
    /// What may be done with them.
    pub permission: Permission,
    /// The clause holds only where this is true.
    pub when: Option<Expr>,
    /// Where it is written.
    pub place: Place,
}

/// Which fields a clause is about. Paths through nested entities are joined with dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldSet {
    /// These.
    Named(Vec<Name>),
    /// `*`: every declared field, except these.
    AllExcept(Vec<Name>),
}

impl FieldSet {
    /// Whether `field` is among them.
    #[must_use]
    pub fn covers(&self, field: &str) -> bool {
        match self {
            Self::Named(names) => names.iter().any(|name| &**name == field),
            Self::AllExcept(names) => names.iter().all(|name| &**name != field),
        }
    }
}

/// What a clause lets the AI do with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    /// See it.
    Read,
    /// See and change it.
    Write,
    /// See it through a mask.
    Mask(Mask),
    /// Not see it.
    Hide,
    /// Take these figures of it over many records; by itself it shows nothing of any of them.
    Aggregate(Aggregable),
}
