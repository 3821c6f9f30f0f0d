//! Conditions of a policy with the names of its enums left out: another policy may give the same words
//! another name, and mean the same.

use std::sync::Arc;

use guardrails_core::policy::{Expr, ExprKind, Policy};

use crate::analyse::atom::unnamed;

/// The policy, its conditions with types that are told apart by what they hold alone.
pub(super) fn with_unnamed_enums(policy: &Policy) -> Policy {
    let mut changed = policy.clone();
    for rule in &mut changed.rules {
        if rule.when.as_ref().is_some_and(names_enum) {
            let rule = Arc::make_mut(rule);
            rule.when.iter_mut().for_each(leave_out);
        }
    }
    for grant in &mut changed.grants {
        let grant = Arc::make_mut(grant);
        let whens = grant.clauses.iter_mut().filter_map(|c| c.when.as_mut());
        grant.scope.iter_mut().chain(whens).for_each(leave_out);
    }
    changed
}

fn names_enum(expr: &Expr) -> bool {
    expr.contains(|node| match &node.kind {
        ExprKind::Path(path) | ExprKind::Changed(path) | ExprKind::IsMissing(path) => {
            unnamed(&path.ty) != path.ty
        }
        ExprKind::Aggregate(aggregate) => unnamed(&aggregate.ty) != aggregate.ty,
        _ => false,
    })
}

fn leave_out(expr: &mut Expr) {
    expr.walk_mut(&mut |node| match &mut node.kind {
        ExprKind::Path(path) | ExprKind::Changed(path) | ExprKind::IsMissing(path) => {
            path.ty = unnamed(&path.ty);
        }
        ExprKind::Aggregate(aggregate) => aggregate.ty = unnamed(&aggregate.ty),
        _ => {}
    });
}
