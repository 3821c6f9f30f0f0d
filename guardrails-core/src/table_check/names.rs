//! The names that a policy and its tables know: what a row can be about.

use std::collections::BTreeSet;

use crate::policy::{Expr, ExprKind, Policy, Root};
use crate::skills::{Line, read};
use crate::tables::AccessTables;
use crate::value::{Name, Value};

/// Known names.
#[derive(Default)]
pub(super) struct Names {
    /// Roles of the policy's grants, skills, approvals and conditions.
    pub(super) policy_roles: BTreeSet<Name>,
    /// Roles that permission rows name.
    pub(super) row_roles: BTreeSet<Name>,
    /// Roles that a role line allows something.
    pub(super) allowed_roles: BTreeSet<String>,
    /// Roles that one denies something.
    pub(super) denied_roles: BTreeSet<String>,
    /// First values of inheritances.
    pub(super) members: BTreeSet<String>,
    /// Second values of inheritances.
    pub(super) inherited: BTreeSet<String>,
    /// AI contexts of the policy.
    pub(super) contexts: BTreeSet<Name>,
    /// Entities that operations can be on, and those inside of them.
    pub(super) entities: BTreeSet<Name>,
}

impl Names {
    pub(super) fn of(policy: &Policy, tables: &AccessTables) -> Self {
        let mut names = Self::default();
        names.add_policy(policy);
        names.add_entities(policy);
        for row in &tables.field_permissions {
            let roles = row.roles.iter().map(|role| role.role.clone());
            names.row_roles.extend(roles);
        }
        for line in tables.role_lines.iter().filter_map(|line| read(line).ok()) {
            names.add_line(line);
        }
        names
    }

    fn add_policy(&mut self, policy: &Policy) {
        for grant in &policy.grants {
            self.policy_roles.insert(grant.role.clone());
            self.contexts.extend(grant.contexts.iter().cloned());
            let whens = grant
                .clauses
                .iter()
                .filter_map(|clause| clause.when.as_ref());
            for condition in grant.scope.iter().chain(whens) {
                self.add_condition(condition);
            }
        }
        let allowed = policy.skills.values().flat_map(|skill| &skill.allow);
        let chains = policy.approvals.values().flat_map(|chain| &chain.steps);
        let steps = chains.map(|step| &step.role);
        self.policy_roles.extend(allowed.chain(steps).cloned());
        for condition in policy.rules.iter().filter_map(|rule| rule.when.as_ref()) {
            self.add_condition(condition);
        }
    }

    /// Texts that a condition compares the AI context with, and roles that it asks for.
    fn add_condition(&mut self, expr: &Expr) {
        expr.walk(&mut |node| match &node.kind {
            ExprKind::HasRole(role) => {
                self.policy_roles.insert(role.clone());
            }
            ExprKind::Compare(_, a, b) if is_context(a) || is_context(b) => {
                for side in [a, b] {
                    if let ExprKind::Literal(Value::Text(text)) = &side.kind {
                        self.contexts.insert(text.clone());
                    }
                }
            }
            ExprKind::InSet(item, set) if is_context(item) => {
                self.contexts.extend(set.texts().cloned());
            }
            _ => {}
        });
    }

    fn add_entities(&mut self, policy: &Policy) {
        let skills = policy.skills.values();
        let mut waiting: Vec<Name> = skills.flat_map(|skill| skill.entities.clone()).collect();
        while let Some(name) = waiting.pop() {
            if !self.entities.insert(name.clone()) {
                continue;
            }
            if let Some(entity) = policy.entities.get(&name) {
                let inside = entity.fields.iter();
                waiting.extend(inside.filter_map(|field| field.ty.nested_entity()).cloned());
            }
        }
    }

    fn add_line(&mut self, line: Line) {
        match line {
            Line::Permission { role, effect, .. } => {
                if effect.is_allow() {
                    self.allowed_roles.insert(role);
                } else {
                    self.denied_roles.insert(role);
                }
            }
            Line::Inheritance { member, role, .. } => {
                self.members.insert(member);
                self.inherited.insert(role);
            }
        }
    }

    /// Whether the policy names this role, or a line allows it something.
    pub(super) fn is_granted(&self, role: &str) -> bool {
        self.policy_roles.contains(role) || self.allowed_roles.contains(role)
    }

    /// Whether inheritances name this role.
    pub(super) fn is_in_hierarchy(&self, role: &str) -> bool {
        self.members.contains(role) || self.inherited.contains(role)
    }

    /// The roles that the policy names, or a line allows something.
    pub(super) fn granted(&self) -> impl Iterator<Item = &str> {
        let policy = self.policy_roles.iter().map(|role| &**role);
        policy.chain(self.allowed_roles.iter().map(String::as_str))
    }
}

fn is_context(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Path(path) => {
            path.root == Root::Ai && path.keys.iter().any(|key| &**key == "context")
        }
        _ => false,
    }
}
