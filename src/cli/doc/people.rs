//! Who and what with: roles at a glance, and the skills that agents may use.

use std::collections::BTreeMap;

use guardrails_rules::Outline;

use super::page::{Limit, Link, Role, Skill};
use super::rules::{link, verb_key};
use super::source::at;
use super::words::{Words, length};
use crate::Name;
use crate::policy::{self, ExprKind, Overdue, Per, Policy};

/// Every role that the policy names, in name order.
pub(super) fn roles(policy: &Policy) -> Vec<Role> {
    let mut roles: BTreeMap<Name, Role> = BTreeMap::new();
    for grant in &policy.grants {
        let role = entry(&mut roles, &grant.role);
        insert(&mut role.entities, grant.entity.to_string());
        for context in &grant.contexts {
            insert(&mut role.contexts, context.to_string());
        }
        role.any_context |= grant.contexts.is_empty();
    }
    for skill in policy.skills.values() {
        for name in &skill.allow {
            insert(
                &mut entry(&mut roles, name).skills,
                skill.origin.name.to_string(),
            );
        }
    }
    for chain in policy.approvals.values() {
        let chain_name = &chain.origin.name;
        for step in &chain.steps {
            let late = match &step.overdue {
                Overdue::Escalate(role) => Some(role),
                Overdue::Deny => None,
            };
            for role in std::iter::once(&step.role).chain(late) {
                let decides = Link {
                    to: format!("chain-{chain_name}"),
                    text: format!("{chain_name} · {}", step.name),
                };
                insert(&mut entry(&mut roles, role).decides, decides);
            }
        }
    }
    for rule in &policy.rules {
        for name in rule.when.iter().flat_map(asked_for) {
            insert(&mut entry(&mut roles, name).rules, link(rule));
        }
    }
    roles.into_values().collect()
}

fn entry<'r>(roles: &'r mut BTreeMap<Name, Role>, name: &Name) -> &'r mut Role {
    roles.entry(name.clone()).or_insert_with(|| Role {
        name: name.to_string(),
        entities: Vec::new(),
        contexts: Vec::new(),
        any_context: false,
        skills: Vec::new(),
        decides: Vec::new(),
        rules: Vec::new(),
    })
}

fn insert<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// The roles that a condition asks for.
fn asked_for(when: &policy::Expr) -> Vec<&Name> {
    let mut roles = Vec::new();
    when.walk(&mut |node| {
        if let ExprKind::HasRole(role) = &node.kind {
            roles.push(role);
        }
    });
    roles
}

/// Every skill, in name order.
pub(super) fn skills(policy: &Policy, outline: &Outline, words: &Words) -> Vec<Skill> {
    let skill = |skill: &policy::Skill| Skill {
        name: skill.origin.name.to_string(),
        title: skill.title.clone(),
        doc: super::written::remarks(outline, "skill", &skill.origin.name),
        verb: verb_key(skill.verb),
        entities: names(&skill.entities),
        impact: skill.impact,
        roles: names(&skill.allow),
        models: names(&skill.models),
        limits: limits(skill, words),
        status: skill.status.as_str(),
        status_word: words.or_same(skill.status.as_str()),
        place: at(&skill.origin.place),
    };
    policy.skills.values().map(|one| skill(one)).collect()
}

fn names(names: &[Name]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn limits(skill: &policy::Skill, words: &Words) -> Vec<Limit> {
    let limit = |number: u64, tokens, window, per: Per| Limit {
        number: grouped(number),
        tokens,
        window: match length(window).as_str() {
            "1s" => words.or_same("second"),
            "1m" => words.or_same("minute"),
            "1h" => words.or_same("hour"),
            "1d" => words.or_same("day"),
            "7d" => words.or_same("week"),
            other => other.to_owned(),
        },
        per: words.or_same(match per {
            Per::Role => "per_role",
            Per::User | Per::Tenant => per.as_str(),
        }),
    };
    let calls = skill
        .limits
        .iter()
        .map(|one| limit(one.calls, false, one.window, one.per));
    let tokens = skill
        .budgets
        .iter()
        .map(|one| limit(one.tokens, true, one.window, one.per));
    calls.chain(tokens).collect()
}

/// `200,000`
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
