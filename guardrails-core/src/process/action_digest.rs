//! What an approval is bound to: one digest over everything that would run.
//!
//! Canonical and decimal-exact (`40.0` and `40` are one number), length-free JSON with sorted keys,
//! so that the same action gives the same bytes on every platform and in every binding. The policy
//! digest is left out on purpose: an edit of an unrelated rule must not void every ticket, and the
//! decision is made again before anything is released.

use sha2::{Digest as _, Sha256};

use super::facts::Datum;
use crate::change::Changes;
use crate::policy::{Digest, Entity, Skill};
use crate::principal::Principal;
use crate::value::{Fields, Value, write_text};
use crate::zone::Zone;

/// Everything that identifies one action.
pub(crate) struct Action<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) skill: &'a Skill,
    pub(crate) context: &'a str,
    pub(crate) changes: &'a Changes,
    /// What the entity declares; none where nobody declared it.
    pub(crate) entity: Option<&'a Entity>,
}

/// SHA-256 over the canonical form of an action.
pub(crate) fn action_digest(action: &Action<'_>) -> Digest {
    let Action {
        principal,
        skill,
        context,
        changes,
        entity,
    } = action;
    let mut text = String::with_capacity(512);
    let mut member = |name: &str, value: &str| {
        text.push(if text.is_empty() { '{' } else { ',' });
        write_text(&mut text, name);
        text.push(':');
        text.push_str(value);
    };
    let quoted = |text: &str| {
        let mut out = String::with_capacity(text.len() + 2);
        write_text(&mut out, text);
        out
    };
    let list = |names: &[crate::value::Name]| {
        let mut out = String::new();
        Value::from(names.iter().map(|name| &**name).collect::<Vec<_>>()).write_json(&mut out);
        out
    };
    member("before", &as_declared(changes.before().fields(), *entity));
    member("context", &quoted(context));
    member("entity", &quoted(changes.entity()));
    member("form", "1");
    member("roles", &list(principal.roles()));
    member("set", &as_declared(changes.fields(), *entity));
    member("skill", &quoted(&skill.origin.name));
    member("skill_impact", &skill.impact.to_string());
    member("tenant", &quoted(principal.tenant()));
    member("user", &quoted(principal.id()));
    member("verb", &quoted(changes.verb().as_str()));
    text.push('}');
    Digest(Sha256::digest(text.as_bytes()).into())
}

/// The fields as canonical JSON, numbers of declared fields as numbers however they were written: a
/// host may send `"40.0"` one day and `40` the next.
fn as_declared(fields: &Fields, entity: Option<&Entity>) -> String {
    let number = |name: &str, value: &Value| {
        let field = entity?.field(name)?;
        // Only numbers are of interest, and they mean the same in every zone.
        match Datum::read(value, &field.ty, Zone::UTC) {
            Datum::Number(number) => Some(Value::Number(number)),
            _ => None,
        }
    };
    let read = fields.iter().map(|(name, value)| {
        let value = number(name, value).unwrap_or_else(|| value.clone());
        (name.clone(), value)
    });
    read.collect::<Fields>().to_json()
}
