//! The fields of an entity and those inside of them, as dotted paths.

use std::collections::BTreeSet;

use guardrails_core::policy::Policy;

use crate::analyse::looking::inside;

/// Levels of nesting that are looked into.
const DEPTH: usize = 4;
/// Fields of one entity that are compared (`diff_fields`).
pub(super) const FIELDS: usize = 2_000;

/// The paths of an entity in one policy or the other, a field before what is inside of it, and whether
/// that is all of them.
pub(super) fn paths(policies: [&Policy; 2], entity: &str) -> (Vec<String>, bool) {
    let mut found = BTreeSet::new();
    for policy in policies {
        walk(policy, entity, "", DEPTH, &mut found);
    }
    let whole = found.len() <= FIELDS;
    (found.into_iter().take(FIELDS).collect(), whole)
}

fn walk(policy: &Policy, entity: &str, around: &str, depth: usize, out: &mut BTreeSet<String>) {
    let Some(declared) = policy.entities.get(entity) else {
        return;
    };
    for field in &declared.fields {
        if out.len() > FIELDS {
            return;
        }
        let path = match around {
            "" => field.name.to_string(),
            around => format!("{around}.{}", field.name),
        };
        let deeper = depth.checked_sub(1).filter(|depth| *depth > 0);
        if let (Some(inner), Some(depth)) = (inside(&field.ty), deeper) {
            walk(policy, inner, &path, depth, out);
        }
        out.insert(path);
    }
}

/// Whether a policy declares the path.
pub(in crate::analyse) fn declares(policy: &Policy, entity: &str, path: &str) -> bool {
    let (head, rest) = match path.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (path, None),
    };
    let Some(field) = policy.entities.get(entity).and_then(|e| e.field(head)) else {
        return false;
    };
    match rest {
        None => true,
        Some(rest) => inside(&field.ty).is_some_and(|inner| declares(policy, inner, rest)),
    }
}
