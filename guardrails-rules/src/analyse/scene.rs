//! What a condition is about, and which data may come: the declared types, and no more.
//!
//! This is where the analysis learns what the guard's facts can be: which values a host may leave out,
//! and which numbers have bounds of their own.

use guardrails_core::Name;
use guardrails_core::policy::{Path, Policy, Root, Type, Verb};
use rust_decimal::Decimal;

/// The operation that a condition is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'p> {
    /// The policy.
    pub policy: &'p Policy,
    /// The entity of the record.
    pub entity: &'p str,
    /// What is done; [`Verb::Read`] for the conditions of grants.
    pub verb: Verb,
}

/// Which data are supposed to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Data {
    /// Every field holds a value of its type, and only fields of a type `T?` may be missing.
    AsDeclared,
    /// Whatever a host may send: any field may be missing or hold what its type does not read.
    Any,
}

/// What can stand at a path beside ordinary values of its type.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Domain {
    pub(super) may_miss: bool,
    pub(super) may_be_invalid: bool,
    pub(super) bounds: Option<(Decimal, Decimal)>,
    /// An empty text there counts as missing.
    pub(super) never_empty: bool,
}

impl Scene<'_> {
    pub(super) fn domain(&self, path: &Path, data: Data) -> Domain {
        let any = data == Data::Any;
        let always = Domain {
            may_miss: false,
            may_be_invalid: false,
            bounds: None,
            never_empty: false,
        };
        let between = |low: i64, high: Decimal| Domain {
            bounds: Some((Decimal::from(low), high)),
            ..always.clone()
        };
        match (path.root, path.keys.as_slice()) {
            (Root::Record | Root::Old, keys) => Domain {
                may_miss: any || self.is_optional(keys, 0),
                may_be_invalid: any,
                ..always
            },
            (Root::Actor, [only]) if matches!(&**only, "id" | "tenant") => always,
            (Root::Ai, _) => Domain {
                may_miss: true,
                never_empty: true,
                ..always
            },
            (Root::Skill, [only]) if &**only == "impact" => between(1, Decimal::TEN),
            (Root::Behaviour, [_]) | (Root::Risk, _) => between(0, Decimal::TEN),
            (Root::Data, _) => between(0, Decimal::from(5)),
            (Root::Skill | Root::Now, _) => always,
            (Root::Behaviour, _) => Domain {
                may_miss: true,
                ..between(0, Decimal::MAX)
            },
            // A host's attribute, or something newer than this analysis.
            _ => Domain {
                may_miss: true,
                may_be_invalid: any,
                ..always
            },
        }
    }

    /// Whether a path may end in nothing although its first `from` names do not.
    pub(super) fn is_optional(&self, keys: &[Name], from: usize) -> bool {
        let mut at: Option<Name> = Some(self.entity.into());
        for (depth, key) in keys.iter().enumerate() {
            let entity = at.and_then(|name| self.policy.entities.get(&name));
            let Some(field) = entity.and_then(|entity| entity.field(key)) else {
                return true;
            };
            if depth >= from && field.optional {
                return true;
            }
            at = match &field.ty {
                Type::Entity(name) => Some(name.clone()),
                _ => None,
            };
        }
        false
    }
}
