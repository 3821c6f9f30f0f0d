//! Grants: clauses that change nothing, and grants and skills that have nobody to serve.

use guardrails_core::data::{Access, ClauseEffect};
use guardrails_core::policy::{
    FieldClause, FieldSet, Grant, Permission, Policy, Sensitivity, Skill, SkillStatus, Verb,
    WriteScope,
};
use guardrails_core::{Diagnostic, Name, phrase};

use super::answer::ask;
use super::formula::Claim;
use super::scene::{Data, Scene};
use super::truths::Truths;
use crate::analyse::codes;

/// Reports clauses that another clause of the same grant overrules always.
pub(super) fn clauses(policy: &Policy, out: &mut Vec<Diagnostic>) {
    let mut last = None;
    for grant in &policy.grants {
        // One declaration for several roles is one grant for each.
        if last == Some(&grant.place) {
            continue;
        }
        last = Some(&grant.place);
        for (at, clause) in grant.clauses.iter().enumerate() {
            out.extend(named(clause).iter().filter_map(|name| {
                let other = overruling(policy, grant, at, name)?;
                Some(told(name, clause, other))
            }));
        }
    }
}

/// Whether a clause of a grant is reported to make no difference to a field that it names.
pub(super) fn is_overruled(policy: &Policy, grant: &Grant, at: usize, name: &Name) -> bool {
    overruling(policy, grant, at, name).is_some()
}

/// The clause of a grant beside which another one, by its number, makes no difference to a field.
fn overruling<'g>(
    policy: &Policy,
    grant: &'g Grant,
    at: usize,
    name: &Name,
) -> Option<&'g FieldClause> {
    let clause = grant.clauses.get(at)?;
    let mut others = grant.clauses.iter().enumerate();
    let other = others.find(|(number, other)| {
        *number != at
            && named(other).contains(name)
            && overruled(policy, grant, clause, other, *number < at)
    });
    other.map(|(_, other)| other)
}

fn named(clause: &FieldClause) -> &[Name] {
    match &clause.fields {
        FieldSet::Named(names) => names,
        FieldSet::AllExcept(_) => &[],
    }
}

/// Whether a clause on a field makes no difference beside another one on it. `write` beside a mask
/// does: the field may be changed.
fn overruled(
    policy: &Policy,
    grant: &Grant,
    clause: &FieldClause,
    other: &FieldClause,
    earlier: bool,
) -> bool {
    let effect = |clause: &FieldClause| ClauseEffect::of(&clause.permission, Sensitivity::PUBLIC);
    let (own, others) = (effect(clause), effect(other));
    // Figures over many records are beside what is shown of one.
    let (Some(shown), Some(by_other)) = (own.access(), others.access()) else {
        return false;
    };
    let stricter = by_other.cmp_strictness(shown).is_gt();
    let writes = own.writes().is_some();
    // `write` beside `write … beyond scope` gives nothing of its own.
    let exceeded = writes && others.writes() > own.writes();
    let hides = *by_other == Access::Hidden;
    if !(own == others && earlier || exceeded || stricter && (!writes || hides)) {
        return false;
    }
    let scene = Scene {
        policy,
        entity: &grant.entity,
        verb: Verb::Read,
    };
    let never = |of: Truths, with: Truths| {
        let claims = vec![
            Claim::comes(clause.when.as_ref(), of),
            Claim::comes(other.when.as_ref(), with),
        ];
        ask(scene, Data::Any, &Claim::All(claims)).is_never()
    };
    // What shows must hold to count; what disguises counts where it is unknown, too.
    let gives = hides || never(Truths::TRUE, Truths::NOT_TRUE);
    let counts = match own.restricts() {
        true => Truths::APPLIES,
        false => Truths::TRUE,
    };
    gives && never(counts, Truths::FALSE) && !never(counts, Truths::ANY)
}

/// Reports `beyond scope` in grants that hold for every record, so that no update can leave their scope.
pub(super) fn beyond_scope(policy: &Policy, out: &mut Vec<Diagnostic>) {
    let mut places = Vec::new();
    let unscoped = policy.grants.iter().filter(|grant| grant.scope.is_none());
    for clause in unscoped.flat_map(|grant| &grant.clauses) {
        // One declaration for several roles is one grant for each.
        if clause.permission != Permission::Write(WriteScope::Beyond)
            || places.contains(&&clause.place)
        {
            continue;
        }
        places.push(&clause.place);
        let message = phrase!(
            "`beyond scope` changes nothing here: the grant has no `where`, so it holds for every record"
                | "`beyond scope` 在这里不起作用：该授权没有 `where`，对每条记录都成立"
        );
        out.push(
            Diagnostic::warning(codes::BEYOND_NO_SCOPE, clause.place.clone(), message).help(
                phrase!(
                    "remove `beyond scope`, or give the grant a row scope, such as `where owner == actor.id`"
                        | "去掉 `beyond scope`，或者给授权加上行范围，例如 `where owner == actor.id`"
                ),
            ),
        );
    }
}

fn told(name: &Name, clause: &FieldClause, other: &FieldClause) -> Diagnostic {
    let (message, help) = match other.permission {
        Permission::Write(WriteScope::Beyond) => (
            phrase!(
                "this clause changes nothing about `{name}`: wherever it holds, another one of the grant lets it be written as far, or further"
                    | "这一条对 `{name}` 不起作用：凡是它成立之处，同一授权的另一条允许的写入同样多或更多",
                name
            ),
            phrase!(
                "remove one of the two, or give the other one a `when`"
                    | "去掉其中一条，或者给另一条加上 `when`"
            ),
        ),
        _ => (
            phrase!(
                "this clause changes nothing about `{name}`: another one of the grant is as strict, or stricter, wherever it holds"
                    | "这一条对 `{name}` 不起作用：凡是它成立之处，同一授权的另一条同样严格或更严格",
                name
            ),
            phrase!(
                "remove one of the two, or give the stricter one a `when`"
                    | "去掉其中一条，或者给更严格的那条加上 `when`"
            ),
        ),
    };
    Diagnostic::warning(codes::CLAUSE_OVERRULED, clause.place.clone(), message)
        .note(other.place.clone(), phrase!("the other one" | "另一条"))
        .help(help)
}

/// Reports grants and skills that have nobody to serve.
pub(super) fn unused(policy: &Policy, out: &mut Vec<Diagnostic>) {
    let mut told = Vec::new();
    for grant in &policy.grants {
        let serves = |skill: &Skill| {
            skill.entities.contains(&grant.entity) && skill.status != SkillStatus::Retired
        };
        if told.contains(&&grant.place) || policy.skills.values().any(|skill| serves(skill)) {
            continue;
        }
        told.push(&grant.place);
        let message = phrase!(
            "no skill is about `{entity}`, so nothing ever uses this grant"
                | "没有技能涉及 `{entity}`，这个授权永远不会被用到",
            entity = grant.entity
        );
        out.push(
            Diagnostic::warning(codes::GRANT_UNUSED, grant.place.clone(), message).help(phrase!(
                "add a skill that does something on the entity, or remove the grant"
                    | "添加一个对该实体做事的技能，或者去掉授权"
            )),
        );
    }
    for skill in policy.skills.values() {
        for entity in &skill.entities {
            out.extend(blind(policy, skill, entity));
        }
    }
}

/// A skill none of whose roles may see anything of an entity that is granted to others.
fn blind(policy: &Policy, skill: &Skill, entity: &Name) -> Option<Diagnostic> {
    let mut about = policy
        .grants
        .iter()
        .filter(|grant| grant.entity == *entity)
        .peekable();
    about.peek()?;
    if skill.allow.is_empty() || about.any(|grant| skill.allow.contains(&grant.role)) {
        return None;
    }
    let message = phrase!(
        "`{skill}` is allowed to roles that have no grant on `{entity}` of their own"
            | "`{skill}` 允许的角色自己都没有 `{entity}` 的授权",
        skill = skill.origin.name,
        entity
    );
    Some(
        Diagnostic::warning(codes::SKILL_BLIND, skill.origin.place.clone(), message).help(phrase!(
            "grant the entity to one of the roles, unless they inherit a role that has it"
                | "把该实体授予其中一个角色，除非它们继承了有授权的角色"
        )),
    )
}
