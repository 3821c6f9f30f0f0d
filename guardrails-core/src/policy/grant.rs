//! What a role's AI may see and change of an entity.

use super::aggregable::Aggregable;
use super::expr::Expr;
use super::mask::Mask;
use crate::diagnostic::Place;
use crate::value::Name;

/// `grant ROLE on Entity …`
///
/// Within one grant the strictest clause on a field wins; across grants the most permissive. So a
/// grant can only add, and removing one never widens a view. How clauses come together is in
/// [`data`](crate::data): [`shown_in_grant`](crate::data::shown_in_grant) and its siblings.
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

impl Grant {
    /// Whether it holds in an AI context, as far as that goes.
    #[must_use]
    pub fn is_for_context(&self, context: &str) -> bool {
        self.contexts.is_empty() || self.contexts.iter().any(|name| **name == *context)
    }

    /// The clauses on the field at `path`.
    pub fn clauses_on<'g>(
        &'g self,
        path: &'g str,
    ) -> impl Iterator<Item = &'g FieldClause> + Clone {
        let clauses = self.clauses.iter();
        clauses.filter(move |clause| clause.fields.covers(path))
    }
}

impl FieldSet {
    /// Whether a clause on these fields is one on the field at `path`: a clause on a field is also one on
    /// everything inside it.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        let mut around = and_around(path);
        let named = |names: &[Name], path: &str| names.iter().any(|name| **name == *path);
        match self {
            Self::Named(names) => around.any(|path| named(names, path)),
            Self::AllExcept(except) => around.all(|path| !named(except, path)),
        }
    }

    /// The fields that are written out: those it is about, or those that it leaves out.
    #[must_use]
    pub fn names(&self) -> &[Name] {
        let (Self::Named(names) | Self::AllExcept(names)) = self;
        names
    }

    /// Whether it says something of a part of the field at `path`.
    #[must_use]
    pub fn names_inside(&self, path: &str) -> bool {
        let is_inside = |name: &Name| {
            let rest = name.strip_prefix(path);
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        self.names().iter().any(is_inside)
    }
}

/// A path and the paths around it: `a.b.c`, `a.b`, `a`.
pub(crate) fn and_around(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| {
        path.rsplit_once('.').map(|(outer, _)| outer)
    })
}

/// Whether an update of a field must leave the record in the row scope of a grant. In order: the second
/// allows what the first does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WriteScope {
    /// It must: `write owner`.
    Within,
    /// It need not: `write owner beyond scope`.
    Beyond,
}

/// What a clause lets the AI do with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    /// See it.
    Read,
    /// See and change it; where the grant masks it besides, see it masked and change it.
    Write(WriteScope),
    /// See it through a mask.
    Mask(Mask),
    /// Not see it, and not change it.
    Hide,
    /// Take these figures of it over many records; by itself it shows nothing of any of them.
    Aggregate(Aggregable),
}

impl Permission {
    /// Whether a field may be changed under it, within the row scope or beyond.
    #[must_use]
    pub fn is_write(&self) -> bool {
        matches!(self, Self::Write(_))
    }
}
