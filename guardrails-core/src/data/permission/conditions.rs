//! The distinct conditions of some grants: each is evaluated once per record, however many grants
//! and clauses share it.

use crate::policy::{Expr, ExprKind, Path};

/// Conditions, each once, known by their place here.
#[derive(Debug, Default)]
pub(super) struct Conditions(Vec<Expr>);

impl Conditions {
    /// The place of a condition, which is added when no equal one is there.
    pub(super) fn place_of(&mut self, condition: &Expr) -> usize {
        let known = self.0.iter().position(|have| same(have, condition));
        known.unwrap_or_else(|| {
            self.0.push(condition.clone());
            self.0.len() - 1
        })
    }

    pub(super) fn into_vec(self) -> Vec<Expr> {
        self.0
    }
}

/// Whether two conditions always come to the same. Places do not matter; what is not understood
/// here counts as different, which only costs an evaluation.
fn same(a: &Expr, b: &Expr) -> bool {
    use ExprKind as E;
    match (&a.kind, &b.kind) {
        (E::Literal(a), E::Literal(b)) => a == b,
        (E::Moment(ty, a), E::Moment(other, b)) => a == b && ty == other,
        (E::Path(a), E::Path(b))
        | (E::Changed(a), E::Changed(b))
        | (E::IsMissing(a), E::IsMissing(b)) => same_path(a, b),
        (E::HasRole(a), E::HasRole(b)) => a == b,
        (E::Not(a), E::Not(b)) | (E::Negate(a), E::Negate(b)) => same(a, b),
        (E::All(a), E::All(b)) | (E::Any(a), E::Any(b)) => same_all(a, b),
        (E::Compare(op, a, c), E::Compare(other, b, d)) => op == other && same(a, b) && same(c, d),
        (E::Text(op, a, c), E::Text(other, b, d)) => op == other && same(a, b) && same(c, d),
        (E::Arithmetic(op, a, c), E::Arithmetic(other, b, d)) => {
            op == other && same(a, b) && same(c, d)
        }
        (E::InList(a, c), E::InList(b, d)) | (E::Coalesce(a, c), E::Coalesce(b, d)) => {
            same(a, b) && same(c, d)
        }
        (E::InSet(a, set), E::InSet(b, other)) => std::sync::Arc::ptr_eq(set, other) && same(a, b),
        (E::Matches(a, regex), E::Matches(b, other)) => {
            regex.as_str() == other.as_str() && same(a, b)
        }
        (E::Quantified(q, a, depth, c), E::Quantified(other, b, level, d)) => {
            q == other && depth == level && same(a, b) && same(c, d)
        }
        (E::Call(function, a), E::Call(other, b)) => function == other && same(a, b),
        _ => false,
    }
}

fn same_path(a: &Path, b: &Path) -> bool {
    a == b
}

fn same_all(a: &[Expr], b: &[Expr]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}
