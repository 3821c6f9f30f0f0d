//! Looking on while rules and grants are asked: for measuring how much of a policy its tests reach.
//!
//! An observer is shown the facts and the policy, and may ask how any condition comes out. What it
//! learns comes from the [evaluator](super::evaluate); it has no way to change a decision.

use super::evaluate;
use super::rules::in_force;
use crate::facts::Facts;
use crate::policy::{Expr, Grant, Policy, Rule, Verb};
use crate::truth::Truth;

/// Looks on while operations are decided.
pub trait Observer: Send + Sync {
    /// Called each time before grants and rules are asked: once for a record that is read, and once
    /// for a change that is proposed.
    fn observe(&self, observed: &Observed<'_>);
}

/// What grants and rules are asked with.
pub struct Observed<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) verb: Verb,
    pub(crate) entity: &'a str,
    /// The record as it is.
    pub(crate) before: Facts<'a>,
    /// The record as it will be; none where no rule is evaluated.
    pub(crate) after: Option<Facts<'a>>,
}

impl<'a> Observed<'a> {
    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> &'a Policy {
        self.policy
    }

    /// Whether a rule is evaluated: it is about the entity and the verb, and in force, and the record
    /// is in scope.
    #[must_use]
    pub fn asks(&self, rule: &Rule) -> bool {
        let after = self.after.as_ref();
        *rule.entity == *self.entity
            && rule.verbs.contains(&self.verb)
            && after.is_some_and(|after| in_force(rule, after))
    }

    /// How a rule's condition turns out; unknown where no rule is evaluated.
    pub fn rule_condition(&self, condition: &Expr) -> Truth {
        let after = self.after.as_ref();
        after.map_or(Truth::Unknown, |after| evaluate::holds(condition, after))
    }

    /// Whether a grant is asked: it is about the entity, a role of the actor and the AI context.
    #[must_use]
    pub fn gives(&self, grant: &Grant) -> bool {
        let context = |name: &crate::Name| **name == *self.before.context;
        *grant.entity == *self.entity
            && self.before.principal.has_role(&grant.role)
            && (grant.contexts.is_empty() || grant.contexts.iter().any(context))
    }

    /// How a condition of a grant comes out.
    pub fn grant_condition(&self, condition: &Expr) -> Truth {
        evaluate::holds(condition, &self.before)
    }
}

impl std::fmt::Debug for Observed<'_> {
    /// Which kind of operation; never a value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Observed")
            .field("verb", &self.verb)
            .field("entity", &self.entity)
            .finish_non_exhaustive()
    }
}
