//! Whether a record would stay in the row scope of some grant if clauses came out another way.
//!
//! What the scopes come to together is asked of [`Permissions`], as in every admission. A change of a
//! field that may be written beyond scope counts here as little as there.

use std::collections::BTreeMap;

use super::super::evaluate;
use super::eye::{Eye, Lists};
use super::formula::{Clauses, Formula, Told};
use super::world::Flips;
use crate::data::Permissions;
use crate::plan::Plan;
use crate::policy::{Expr, Root, Verb};
use crate::truth::Truth;
use crate::value::Fields;

/// The row scopes that a change is held to.
pub(super) struct RowScope<'a> {
    permissions: &'a Permissions,
    /// By place among the conditions of the permissions.
    scopes: BTreeMap<usize, Formula>,
    /// The clauses that read a field which may be written beyond scope, and what they come to without
    /// its change, as far as it may be told.
    unchanged: BTreeMap<usize, Option<Truth>>,
}

impl<'a> RowScope<'a> {
    /// The row scopes of a plan.
    pub(super) fn new(plan: &'a Plan, clauses: &mut Clauses<'a>) -> Self {
        let permissions = plan.permissions();
        let conditions = permissions.conditions();
        let scopes: BTreeMap<usize, Formula> = permissions
            .scopes()
            .filter_map(|at| Some((at, clauses.formula(Some(conditions.get(at)?)))))
            .collect();
        let unchanged = match plan.skill.verb {
            Verb::Update => unchanged(&scopes, clauses),
            _ => BTreeMap::new(),
        };
        Self {
            permissions,
            scopes,
            unchanged,
        }
    }

    /// Whether the record may leave every scope, where `flips` are the clauses that come out another way
    /// and `told` says what each comes to. Where none does it stays: admission found it in scope.
    pub(super) fn may_be_left(&self, flips: &Flips, told: Told<'_>) -> bool {
        let mut changes = false;
        for scope in self.scopes.values() {
            scope.visit(&mut |number| {
                changes |= flips.contains_key(&number) && !self.unchanged.contains_key(&number);
            });
        }
        let told = |number| match self.unchanged.get(&number) {
            Some(truth) => *truth,
            None => told(number),
        };
        let truth = |at: usize| {
            let truth = self.scopes.get(&at).and_then(|scope| scope.truth(&told));
            truth.unwrap_or(Truth::Unknown)
        };
        changes && !self.permissions.is_in_scope(truth)
    }
}

fn unchanged(
    scopes: &BTreeMap<usize, Formula>,
    clauses: &Clauses<'_>,
) -> BTreeMap<usize, Option<Truth>> {
    let eye = clauses.eye();
    let is_beyond = |name: &str| eye.table.is_writable_beyond_scope(name);
    let set = eye.facts.set.into_iter().flat_map(Fields::iter);
    let within = set.filter(|(name, _)| !is_beyond(name));
    let within: Fields = within
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut facts = eye.facts;
    facts.set = Some(&within);
    let before = Eye {
        table: eye.table,
        facts,
        score: eye.score,
    };
    let mut unchanged = BTreeMap::new();
    for scope in scopes.values() {
        scope.visit(&mut |number| {
            let reads = clauses.known(number).map(|known| known.expr);
            if let Some(clause) = reads.filter(|clause| reads_record(clause, &is_beyond)) {
                let is_told = before.withheld(clause, &Lists::new()).is_empty();
                let truth = is_told.then(|| evaluate::holds(clause, &before.facts));
                unchanged.insert(number, truth);
            }
        });
    }
    unchanged
}

fn reads_record(clause: &Expr, is_wanted: &dyn Fn(&str) -> bool) -> bool {
    let mut reads = false;
    clause.visit_paths(&mut |path| {
        let first = path.keys.first().map_or("", |name| name);
        reads |= path.root == Root::Record && is_wanted(first);
    });
    reads
}
