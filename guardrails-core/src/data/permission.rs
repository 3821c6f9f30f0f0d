//! Field permission: what one principal may see and change of an entity, from the policy's grants
//! and the permission tables.
//!
//! Everything that does not depend on the record is resolved once, when a plan is made. What is
//! left per record is the truth of the grants' and the rows' conditions; [`Permissions::table`] turns one pattern
//! of truths into a [`FieldTable`]. This file must not evaluate conditions, and nothing here widens:
//! a truth that is unknown grants nothing, and a table row only takes away.
//!
//! An entity that no grant in the policy is about, for whatever role, is governed by the tables
//! alone; it has no row scope.

pub(crate) mod aggregation_type;
mod conditions;
mod identifier;
pub(super) mod level;
pub(super) mod limit;
mod node;
mod planner;
pub(crate) mod row_condition;
pub(super) mod rows;

use std::fmt;
use std::sync::Arc;

use self::conditions::Conditions;
use self::node::Node;
use self::planner::{Clause, Given, Planner};
use self::rows::TableRows;
use super::grant_algebra::{ClauseEffect, Condition as _};
use super::shape::Shapes;
use super::table::{FieldTable, Reach};
use crate::policy::{Expr, Grant, Policy};
use crate::process::Truth;
use crate::stored_rows::{FieldPermission, UnreadableRow};
use crate::value::Name;

/// Whose permissions are asked for, and on what.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The policy in force.
    pub policy: &'a Policy,
    /// Rows of the permission tables; those of other tenants are passed over, those of `*` are not.
    pub rows: &'a [FieldPermission],
    /// The principal's tenant.
    pub tenant: &'a str,
    /// The roles that the host assigned.
    pub roles: &'a [Name],
    /// The roles that those inherit; they may be named here again or not.
    pub inherited: &'a [Name],
    /// The entity.
    pub entity: &'a str,
    /// The AI context; may be empty.
    pub context: &'a str,
}

/// Permissions on one entity, resolved but for the truth of the grants' conditions.
pub struct Permissions {
    entity: Name,
    conditions: Vec<Expr>,
    governed: Governed,
    nodes: Vec<Node>,
    shapes: Arc<Shapes>,
    has_personal_ids: bool,
}

/// What gives access.
enum Governed {
    /// Grants, each with the place of its scope among the conditions; none for every record.
    ByGrants(Vec<Option<usize>>),
    ByTables,
}

impl Permissions {
    /// Resolves what `asked` says. The result depends on nothing else, so it may be kept as long as
    /// policy, tables and roles stay as they are.
    #[must_use]
    pub fn resolve(asked: &Asked<'_>) -> Self {
        Self::closing(asked, &[])
    }

    /// The same, with what rows that could not be read may have closed.
    #[must_use]
    pub(crate) fn closing(asked: &Asked<'_>, unreadable: &[UnreadableRow]) -> Self {
        let mut conditions = Conditions::default();
        let rows = TableRows::new(asked, unreadable, all_roles(asked), &mut conditions);
        let about: Vec<&Arc<Grant>> = asked
            .policy
            .grants
            .iter()
            .filter(|grant| &*grant.entity == asked.entity)
            .collect();
        let given = if about.is_empty() {
            Given::Rows
        } else {
            let applying = about
                .into_iter()
                .filter(|grant| applies(grant, &rows, asked));
            Given::Grants(
                applying
                    .map(|grant| resolved(grant, &mut conditions))
                    .collect(),
            )
        };
        let governed = match &given {
            Given::Rows => Governed::ByTables,
            Given::Grants(grants) => {
                Governed::ByGrants(grants.iter().map(|grant| grant.scope).collect())
            }
        };
        let planner = Planner::new(asked, &rows, given);
        Self {
            entity: asked.entity.into(),
            conditions: conditions.into_vec(),
            governed,
            nodes: planner.nodes(),
            shapes: planner.shapes(),
            has_personal_ids: identifier::has_personal_ids(asked, unreadable),
        }
    }

    /// The entity.
    #[must_use]
    pub fn entity(&self) -> &Name {
        &self.entity
    }

    /// The distinct scopes and `when` conditions of the grants that apply to this principal, and the
    /// conditions of the tables' rows, to be evaluated for each record.
    #[must_use]
    pub fn conditions(&self) -> &[Expr] {
        &self.conditions
    }

    /// The table for records where the conditions have these truths, in the order of
    /// [`Permissions::conditions`]; one that is left out counts as unknown.
    #[must_use]
    pub fn table(&self, truths: &[Truth]) -> FieldTable {
        self.table_with(Truths::Known(truths))
    }

    /// The table for conditions that all turn out in the principal's favour: what no record whatever
    /// lets it write is not writable here.
    pub(crate) fn most_permissive(&self) -> FieldTable {
        self.table_with(Truths::Favourable)
    }

    /// Whether a record is in the row scope of some grant, where `truth` gives the truth of the condition
    /// at a place among [`Permissions::conditions`]; unknown counts as not holding. Tables alone have no
    /// row scope.
    pub(crate) fn is_in_scope(&self, truth: impl Fn(usize) -> Truth) -> bool {
        match &self.governed {
            Governed::ByTables => true,
            Governed::ByGrants(scopes) => {
                scopes.contains(&None)
                    || scopes.iter().flatten().any(|at| truth(*at) == Truth::True)
            }
        }
    }

    /// The places of the row scopes among [`Permissions::conditions`]; none where every record is in scope.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = usize> {
        let scopes = match &self.governed {
            Governed::ByGrants(scopes) if !scopes.contains(&None) => scopes.as_slice(),
            Governed::ByGrants(_) | Governed::ByTables => &[],
        };
        scopes.iter().flatten().copied()
    }

    fn table_with(&self, truths: Truths<'_>) -> FieldTable {
        let holding: Vec<bool> = match &self.governed {
            Governed::ByTables => Vec::new(),
            Governed::ByGrants(scopes) => scopes
                .iter()
                .map(|scope| scope.is_none_or(|at| truths.of_scope(at).holds()))
                .collect(),
        };
        let reach = match self.is_in_scope(|at| truths.of_scope(at)) {
            true => Reach::InScope,
            false => Reach::OutOfScope,
        };
        let rows = self
            .nodes
            .iter()
            .map(|node| node.row(&holding, truths, &self.shapes))
            .collect();
        FieldTable::new(self.entity.clone(), rows, reach, self.shapes.clone())
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permissions")
            .field("entity", &self.entity)
            .field("conditions", &self.conditions.len())
            .field("fields", &self.nodes.len())
            .finish_non_exhaustive()
    }
}

/// Assigned and inherited, each once.
fn all_roles(asked: &Asked<'_>) -> Vec<Name> {
    let mut roles = [asked.roles, asked.inherited].concat();
    roles.sort_unstable();
    roles.dedup();
    roles
}

fn applies(grant: &Grant, rows: &TableRows<'_>, asked: &Asked<'_>) -> bool {
    rows.roles().binary_search(&grant.role).is_ok() && grant.is_for_context(asked.context)
}

/// A grant with its conditions by place.
struct Resolved {
    role: Name,
    scope: Option<usize>,
    clauses: Vec<Clause>,
}

fn resolved(grant: &Arc<Grant>, conditions: &mut Conditions) -> Resolved {
    let scope = grant.scope.as_ref().map(|scope| conditions.place_of(scope));
    let clauses = grant.clauses.iter().map(|clause| Clause {
        fields: clause.fields.clone(),
        permission: clause.permission.clone(),
        when: clause.when.as_ref().map(|when| conditions.place_of(when)),
        place: clause.place.clone(),
    });
    Resolved {
        role: grant.role.clone(),
        scope,
        clauses: clauses.collect(),
    }
}

/// How the conditions of the grants turn out.
#[derive(Clone, Copy)]
enum Truths<'a> {
    /// By place; one that is left out is unknown.
    Known(&'a [Truth]),
    /// Each as is best for the principal.
    Favourable,
}

fn truth_at(truths: &[Truth], at: usize) -> Truth {
    truths.get(at).copied().unwrap_or(Truth::Unknown)
}

impl<'a> Truths<'a> {
    fn known(self) -> Option<&'a [Truth]> {
        match self {
            Self::Known(truths) => Some(truths),
            Self::Favourable => None,
        }
    }

    /// The condition of a clause with this effect.
    fn of(self, at: usize, effect: &ClauseEffect) -> Truth {
        match self {
            Self::Known(truths) => truth_at(truths, at),
            Self::Favourable => Truth::from(!effect.restricts()),
        }
    }

    fn of_scope(self, at: usize) -> Truth {
        match self {
            Self::Known(truths) => truth_at(truths, at),
            Self::Favourable => Truth::True,
        }
    }
}
