//! Steps 1 – 3 of `begin`: the skill is in use, the principal may use it, the model and the entity
//! are ones it names. Pure: same registry, index and principal, same answer.
//!
//! The order matters to who asks: nothing about a skill's models or entities is told to a
//! principal who may not use it.

use std::sync::Arc;

use super::access::Access;
use super::index::AccessIndex;
use super::quoted::{self, Quoted};
use super::registry::Registry;
use crate::policy::Skill;
use crate::principal::Principal;
use crate::reason::Reason;
use crate::value::Name;

/// What was admitted, with all that the rest of the operation needs to know of it.
#[derive(Debug, Clone)]
pub struct Admission {
    /// The skill.
    pub skill: Arc<Skill>,
    /// The entity: the one asked for, or the only one that the skill names.
    pub entity: Name,
    /// The principal's role that carries the permission.
    pub role: Name,
    /// The principal's roles and all that they inherit in the tenant, in name order.
    pub roles: Vec<Name>,
}

/// Admits `principal` to `skill` on `entity`.
///
/// # Errors
/// The reason why not, with the skill's place in the policy: those of [`Registry::find`],
/// `SKILL_DENIED`, `SKILL_NOT_PERMITTED`, `MODEL_NOT_ALLOWED`, `SKILL_NEEDS_ENTITY` or
/// `ENTITY_NOT_OF_SKILL`.
pub fn admit(
    registry: &Registry,
    index: &AccessIndex,
    principal: &Principal,
    skill: &str,
    entity: Option<&str>,
) -> Result<Admission, Reason> {
    let tenant = principal.tenant();
    let skill = registry.find(tenant, skill)?;
    let role = permitted(index, principal, &skill)?;
    model_allowed(&skill, principal)?;
    Ok(Admission {
        entity: chosen_entity(&skill, entity)?.clone(),
        roles: index.closure(tenant, principal.roles()),
        skill,
        role,
    })
}

fn permitted(index: &AccessIndex, principal: &Principal, skill: &Skill) -> Result<Name, Reason> {
    let (tenant, roles) = (principal.tenant(), principal.roles());
    let name = &skill.origin.name;
    match index.access(tenant, roles, name) {
        Access::Allowed { role } => Ok(role),
        Access::Denied { .. } if index.closed_by_bad_line(tenant, name).is_some() => {
            let message = format!(
                "skill {} is closed because a stored role line cannot be read; \
                 ask your administrator",
                Quoted(name),
            );
            Err(reason(skill, "SKILL_DENIED", message))
        }
        Access::Denied { role } => {
            let message = format!(
                "role {} is denied skill {} in tenant {}",
                Quoted(&role),
                Quoted(name),
                Quoted(tenant),
            );
            Err(reason(skill, "SKILL_DENIED", message))
        }
        Access::NotPermitted => {
            let message = not_permitted(tenant, roles, name);
            Err(reason(skill, "SKILL_NOT_PERMITTED", message))
        }
    }
}

fn not_permitted(tenant: &str, roles: &[Name], skill: &str) -> String {
    let (skill, tenant) = (Quoted(skill), Quoted(tenant));
    let names = quoted::list(roles.iter().map(|role| &**role));
    match roles.len() {
        0 => format!("skill {skill} needs a role, and this user has none in tenant {tenant}"),
        1 => format!("role {names} may not use skill {skill} in tenant {tenant}"),
        _ => format!("none of the roles {names} may use skill {skill} in tenant {tenant}"),
    }
}

/// Whether `skill` may run on the principal's model. A principal that names no model is refused
/// where the skill names any.
///
/// # Errors
/// `MODEL_NOT_ALLOWED`.
pub fn model_allowed(skill: &Skill, principal: &Principal) -> Result<(), Reason> {
    let model = principal.model_name();
    if skill.models.is_empty() || (!model.is_empty() && skill.models.contains(model)) {
        return Ok(());
    }
    let allowed = quoted::list(skill.models.iter().map(|model| &**model));
    let name = Quoted(&skill.origin.name);
    let message = if model.is_empty() {
        format!("skill {name} runs on {allowed} only, and the request names no model")
    } else {
        format!(
            "skill {name} runs on {allowed} only, not on {}",
            Quoted(model)
        )
    };
    Err(reason(skill, "MODEL_NOT_ALLOWED", message))
}

fn chosen_entity<'s>(skill: &'s Skill, asked: Option<&str>) -> Result<&'s Name, Reason> {
    skill.entity_for(asked).ok_or_else(|| match asked {
        Some(asked) => not_of_skill(skill, asked),
        None => {
            let name = Quoted(&skill.origin.name);
            let message = if skill.entities.is_empty() {
                format!("skill {name} works on no entity, so that nothing can be done with it")
            } else {
                let entities = quoted::list(skill.entities.iter().map(|entity| &**entity));
                format!("skill {name} works on {entities}; say on which")
            };
            reason(skill, "SKILL_NEEDS_ENTITY", message)
        }
    })
}

fn not_of_skill(skill: &Skill, asked: &str) -> Reason {
    let (name, asked) = (Quoted(&skill.origin.name), Quoted(asked));
    let message = if skill.entities.is_empty() {
        format!("skill {name} works on no entity, and {asked} was asked for")
    } else {
        let entities = quoted::list(skill.entities.iter().map(|entity| &**entity));
        format!("skill {name} works on {entities}, not on {asked}")
    };
    reason(skill, "ENTITY_NOT_OF_SKILL", message)
}

fn reason(skill: &Skill, code: &str, message: String) -> Reason {
    let origin = &skill.origin;
    Reason::new(code, message).from_policy(origin.name.clone(), origin.place.clone())
}
