//! Lists that two policies have in common: equal ones become one and the same, so that conditions on
//! them are seen to be equal.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use guardrails_core::policy::{Expr, ExprKind, Policy, ValueSet};

/// The lists met so far, each once.
#[derive(Default)]
pub(super) struct Lists {
    by_content: HashMap<u64, Vec<Arc<ValueSet>>>,
    /// What stands for a list, by where that one is kept.
    known: HashMap<*const ValueSet, Arc<ValueSet>>,
}

impl Lists {
    /// The policy with its lists exchanged for equal ones that were met before.
    pub(super) fn shared(&mut self, policy: &Policy) -> Policy {
        let mut shared = policy.clone();
        for rule in &mut shared.rules {
            if rule.when.as_ref().is_some_and(has_list) {
                let rule = Arc::make_mut(rule);
                rule.when.iter_mut().for_each(|when| self.share(when));
            }
        }
        for grant in &mut shared.grants {
            let grant = Arc::make_mut(grant);
            let whens = grant.clauses.iter_mut().filter_map(|c| c.when.as_mut());
            grant
                .scope
                .iter_mut()
                .chain(whens)
                .for_each(|expr| self.share(expr));
        }
        shared
    }

    fn share(&mut self, expr: &mut Expr) {
        if let ExprKind::InSet(_, set) = &mut expr.kind {
            *set = self.one_for(set);
        }
        for child in children(expr) {
            self.share(child);
        }
    }

    fn one_for(&mut self, set: &Arc<ValueSet>) -> Arc<ValueSet> {
        let kept = Arc::as_ptr(set);
        if let Some(known) = self.known.get(&kept) {
            return known.clone();
        }
        let alike = self.by_content.entry(content(set)).or_default();
        let known = alike.iter().find(|have| equal(have, set));
        let one = known.unwrap_or(set).clone();
        if known.is_none() {
            alike.push(one.clone());
        }
        self.known.insert(kept, one.clone());
        one
    }
}

/// A number that equal lists share.
fn content(set: &ValueSet) -> u64 {
    fn of(member: impl Hash) -> u64 {
        let mut hasher = DefaultHasher::new();
        member.hash(&mut hasher);
        hasher.finish()
    }
    let texts = set.texts().map(of);
    let numbers = set.numbers().map(of);
    texts.chain(numbers).fold(0, u64::wrapping_add)
}

fn has_list(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::InSet(..)) || expr.children().into_iter().any(has_list)
}

/// Whether two lists have the same members.
fn equal(a: &Arc<ValueSet>, b: &Arc<ValueSet>) -> bool {
    let same_size =
        || a.texts().count() == b.texts().count() && a.numbers().count() == b.numbers().count();
    same_size()
        && a.texts().all(|text| b.has_text(text))
        && a.numbers().all(|number| b.has_number(number))
}

fn children(expr: &mut Expr) -> Vec<&mut Expr> {
    match &mut expr.kind {
        ExprKind::Not(a)
        | ExprKind::InSet(a, _)
        | ExprKind::Matches(a, _)
        | ExprKind::Negate(a)
        | ExprKind::Call(_, a) => vec![a],
        ExprKind::All(parts) | ExprKind::Any(parts) => parts.iter_mut().collect(),
        ExprKind::Compare(_, a, b)
        | ExprKind::InList(a, b)
        | ExprKind::Text(_, a, b)
        | ExprKind::Quantified(_, a, _, b)
        | ExprKind::Arithmetic(_, a, b)
        | ExprKind::DaysBetween(a, b)
        | ExprKind::Coalesce(a, b) => vec![a, b],
        ExprKind::Aggregate(aggregate) => {
            let parts = [Some(&mut aggregate.list), aggregate.filter.as_mut()];
            let parts = parts.into_iter().chain([aggregate.item.as_mut()]);
            parts.flatten().collect()
        }
        ExprKind::Literal(_)
        | ExprKind::Moment(..)
        | ExprKind::Path(_)
        | ExprKind::HasRole(_)
        | ExprKind::Changed(_)
        | ExprKind::IsMissing(_) => Vec::new(),
    }
}
