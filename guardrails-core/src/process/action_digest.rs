//! What an approval is bound to: one keyed digest over everything that would run.
//!
//! Keyed, since the digest leaves the guard on cards and in the audit, and what it is made of may have
//! few possible values.
//!
//! Canonical and decimal-exact (`40.0` and `40` are one number), length-free JSON with sorted keys,
//! so that the same action gives the same bytes on every platform and in every binding. The policy
//! digest is left out on purpose: an edit of an unrelated rule must not void every ticket, and the
//! decision is made again before anything is released. So are the requester's roles, since it is made
//! under those of then. So is the record as it was: what was read of it is kept as digests of its own
//! (`footprint.rs`).
//!
//! Form 2 had the roles. A ticket of that form is still found and released for a requester whose roles
//! are the same.

use crate::audit::{KeyedDigest, Keys, MacCheck};
use crate::change::Changes;
use crate::policy::Skill;
use crate::principal::Principal;
use crate::value::{Value, write_text};

/// Everything that identifies one action.
pub(crate) struct Action<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) skill: &'a Skill,
    pub(crate) context: &'a str,
    /// As they were judged: each value in the form of its type.
    pub(crate) changes: &'a Changes,
}

/// The scope of an action's keyed digest.
const SCOPE: &str = "action";
/// The scope of the digest that no two open tickets share.
const OPEN_SCOPE: &str = "open-action";

/// The canonical form of an action. It holds values: only its digest leaves the guard.
pub(crate) struct CanonicalAction {
    text: String,
    /// The same in form 2, for tickets that were made in it.
    form_2: String,
}

impl CanonicalAction {
    /// Another digest, of who asks for this: two open tickets never share it. User and tenant are
    /// part of the action.
    pub(crate) fn open_key(&self, keys: &Keys) -> KeyedDigest {
        keys.value_mac(OPEN_SCOPE, self.text.as_bytes())
    }

    /// The same under every key, the one in force first: a ticket that was open when the keys were
    /// rotated is still the ticket for this.
    pub(crate) fn open_keys<'k>(
        &'k self,
        keys: &'k Keys,
    ) -> impl Iterator<Item = KeyedDigest> + 'k {
        let forms = [&self.text, &self.form_2].into_iter();
        forms.flat_map(|text| keys.value_macs(OPEN_SCOPE, text.as_bytes()))
    }

    pub(crate) fn digest(&self, keys: &Keys) -> KeyedDigest {
        keys.value_mac(SCOPE, self.text.as_bytes())
    }

    /// Whether `digest` is of this action, under any key that is still known.
    pub(crate) fn is(&self, digest: &KeyedDigest, keys: &Keys) -> bool {
        let mut forms = [&self.text, &self.form_2].into_iter();
        forms.any(|text| keys.verify_mac(SCOPE, text.as_bytes(), digest) == MacCheck::Valid)
    }
}

/// Writes an action in its canonical form.
pub(crate) fn canonical_action(action: &Action<'_>) -> CanonicalAction {
    CanonicalAction {
        text: written(action, Form::Current),
        form_2: written(action, Form::Second),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Current,
    /// With the requester's roles.
    Second,
}

fn written(action: &Action<'_>, form: Form) -> String {
    let Action {
        principal,
        skill,
        context,
        changes,
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
    member("context", &quoted(context));
    member("entity", &quoted(changes.entity()));
    member(
        "form",
        match form {
            Form::Current => "3",
            Form::Second => "2",
        },
    );
    member(
        "record",
        &quoted(&changes.before().id().unwrap_or_default()),
    );
    if form == Form::Second {
        member("roles", &list(principal.roles()));
    }
    member("set", &changes.fields().to_json());
    member("skill", &quoted(&skill.origin.name));
    member("skill_impact", &skill.impact.to_string());
    member("tenant", &quoted(principal.tenant()));
    member("user", &quoted(principal.id()));
    member("verb", &quoted(changes.verb().as_str()));
    text.push('}');
    text
}
