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
pub(super) mod identifier;
pub(super) mod level;
pub(super) mod limit;
mod node;
mod planner;
mod query;
pub(crate) mod row_condition;
pub(super) mod rows;
mod truths;

use std::fmt;
use std::sync::Arc;

use self::conditions::Conditions;
use self::identifier::has_personal_ids;
use self::node::Node;
use self::planner::{Clause, Given, Planner, Resolved};
pub use self::query::PermissionQuery;
use self::rows::TableRows;
use self::truths::Truths;
use super::access::Access;
use super::grant_algebra::Condition as _;
use super::shape::Shapes;
use super::table::{FieldTable, Reach};
use crate::policy::{Expr, Grant};
use crate::record::ID_FIELD;
use crate::stored_rows::UnreadableRow;
use crate::truth::Truth;
use crate::value::Name;

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
    pub fn resolve(asked: &PermissionQuery<'_>) -> Self {
        Self::closing(asked, &[])
    }

    /// The same, with what rows that could not be read may have closed.
    #[must_use]
    pub(crate) fn closing(asked: &PermissionQuery<'_>, unreadable: &[UnreadableRow]) -> Self {
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
            has_personal_ids: has_personal_ids(asked, unreadable),
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

impl Permissions {
    /// Whether identifiers of the entity are personal data, by the policy or by the tables.
    pub(crate) fn has_personal_ids(&self) -> bool {
        self.has_personal_ids
    }

    /// Whether the principal sees the identifier in clear of each record that it reaches, whatever the
    /// conditions come to. One that nobody declares is a key and no data.
    pub(crate) fn always_shows_ids(&self) -> bool {
        let Some(node) = self.nodes.iter().find(|node| *node.name == *ID_FIELD) else {
            return true;
        };
        let shows = |holding: &[bool]| {
            let row = node.row(holding, Truths::Known(&[]), &self.shapes);
            *row.access() == Access::Read
        };
        match &self.governed {
            Governed::ByTables => shows(&[]),
            Governed::ByGrants(grants) => {
                let count = grants.len();
                let alone = |at| (0..count).map(|grant| grant == at).collect::<Vec<_>>();
                count > 0 && (0..count).all(|at| shows(&alone(at)))
            }
        }
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
fn all_roles(asked: &PermissionQuery<'_>) -> Vec<Name> {
    let mut roles = [asked.roles, asked.inherited].concat();
    roles.sort_unstable();
    roles.dedup();
    roles
}

fn applies(grant: &Grant, rows: &TableRows<'_>, asked: &PermissionQuery<'_>) -> bool {
    rows.roles().binary_search(&grant.role).is_ok() && grant.is_for_context(asked.context)
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
