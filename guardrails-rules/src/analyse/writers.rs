//! Who can ever write a field: for each role and AI context, whether always, and if not, in which case.
//!
//! As for who sees it, this is what the policy says: permission tables take more away, and a role is taken
//! alone.

use guardrails_core::Name;
use guardrails_core::policy::{Policy, Verb, WriteScope};

use super::answer::{Answer, ask_within};
use super::compare::declares;
use super::formula::Claim;
use super::looking::Looking;
use super::scene::Scene;
use super::sight::{Context, Viewpoint, viewpoints};

/// One role that may write a field in one AI context.
#[derive(Debug, Clone)]
pub struct Writer {
    /// The role.
    pub role: Name,
    /// The AI context.
    pub context: Context,
    /// An example, or why it cannot be told whether there is one. Never [`Answer::Never`]: who may never
    /// write the field is left out.
    pub answer: Answer,
    /// Whether it is proved that the role may write the field of every record, as declared.
    pub is_always: bool,
    /// Whether that may ever take the record out of the row scope.
    pub scope: WriteScope,
}

/// Who can write the field `field` of `entity`, on data as declared. A change replaces a field as a whole, so
/// that whatever is inside must be writable, too. Empty for an entity that no grant is about: the permission
/// tables alone govern it.
#[must_use]
pub fn who_can_write(policy: &Policy, entity: &str, field: &str) -> Vec<Writer> {
    who_can_write_within(policy, entity, field, usize::MAX)
}

/// The same with so many steps for all of it together; what is asked when they are used up cannot be told.
pub(crate) fn who_can_write_within(
    policy: &Policy,
    entity: &str,
    field: &str,
    mut steps: usize,
) -> Vec<Writer> {
    let scene = Scene {
        policy,
        entity,
        verb: Verb::Read,
    };
    let mut found = Vec::new();
    for viewpoint in viewpoints(policy, entity) {
        let paths = parts(policy, entity, field, &viewpoint);
        let parts: Vec<_> = paths.iter().map(|path| viewpoint.looking(path)).collect();
        let writable = |scope| Claim::All(parts.iter().map(|part| part.writable(scope)).collect());
        let within = writable(WriteScope::Within);
        let mut ask = |claim: Claim<'_>| {
            let claim = Claim::All(vec![viewpoint.given(), claim]);
            ask_within(&mut steps, scene, &claim)
        };
        let answer = ask(within.clone());
        if !answer.is_never() {
            let is_always = ask(within.negated()).is_never();
            let has_beyond = parts.iter().any(Looking::has_write_beyond_scope);
            let beyond = has_beyond && !ask(writable(WriteScope::Beyond)).is_never();
            found.push(Writer {
                role: viewpoint.role.clone(),
                context: viewpoint.context().clone(),
                answer,
                is_always,
                scope: match beyond {
                    true => WriteScope::Beyond,
                    false => WriteScope::Within,
                },
            });
        }
    }
    found
}

/// The field, and what is inside of it as far as grants name it; what they do not name is as what is around it.
pub(super) fn parts(
    policy: &Policy,
    entity: &str,
    field: &str,
    viewpoint: &Viewpoint<'_>,
) -> Vec<String> {
    let is_inside = |name: &&Name| {
        let rest = name.strip_prefix(field);
        rest.is_some_and(|rest| rest.starts_with('.')) && declares(policy, entity, name)
    };
    let inside = viewpoint.named().filter(is_inside);
    let mut parts = vec![field.to_owned()];
    for name in inside {
        if !parts.iter().any(|have| **have == **name) {
            parts.push(name.to_string());
        }
    }
    parts
}
