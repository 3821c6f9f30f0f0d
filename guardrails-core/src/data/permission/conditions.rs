//! The distinct conditions of some grants: each is evaluated once per record, however many grants
//! and clauses share it.

use crate::policy::Expr;

/// Conditions, each once, known by their place here.
#[derive(Debug, Default)]
pub(super) struct Conditions(Vec<Expr>);

impl Conditions {
    /// The place of a condition, which is added when no equal one is there.
    pub(super) fn place_of(&mut self, condition: &Expr) -> usize {
        let known = self.0.iter().position(|have| have == condition);
        known.unwrap_or_else(|| {
            self.0.push(condition.clone());
            self.0.len() - 1
        })
    }

    pub(super) fn into_vec(self) -> Vec<Expr> {
        self.0
    }
}
