//! Answers "may one of these roles use this skill in this tenant" in a fraction of a microsecond,
//! whether there are ten lines or 100,000.
//!
//! A question costs one lookup each for tenant and skill, and two or three small ones per role;
//! nothing is walked or interpreted. INVARIANT: the answers are those of
//! [`Rbac::enforce`](super::Rbac::enforce) for a user who has been given the roles.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use super::access::Access;
use super::ids::{Interner, Pair, PairMap, SHARED};
use crate::value::Name;

/// The rules of all tenants, compiled; immutable, made by [`Rbac::index`](super::Rbac::index).
pub struct AccessIndex {
    pub(super) tenants: Interner,
    pub(super) roles: Interner,
    pub(super) skills: Interner,
    /// The entry of each role, per tenant where it has more there than everywhere.
    pub(super) reached: PairMap<u32>,
    pub(super) entries: Box<[Entry]>,
    /// The roles directly above a role in a tenant.
    pub(super) above: PairMap<Box<[u32]>>,
    /// What no role may use, because a line could not be read.
    pub(super) closed: HashMap<u32, Coverage>,
}

/// What one role may use and is denied, with all that it inherits.
pub(super) struct Entry {
    pub(super) allow: Coverage,
    pub(super) deny: Coverage,
}

/// A set of skills.
pub(super) struct Coverage {
    /// `*`: also skills that no line names.
    every: bool,
    some: SkillSet,
}

/// Whichever takes less room.
enum SkillSet {
    /// In order.
    List(Box<[u32]>),
    /// One bit per skill.
    Bits(Box<[u64]>),
}

impl AccessIndex {
    /// Whether one of `roles`, with what they inherit in `tenant`, may use `skill` there, and none
    /// of them is denied it.
    pub fn access(&self, tenant: &str, roles: &[Name], skill: &str) -> Access {
        let tenant = self.tenants.id(tenant).unwrap_or(SHARED);
        let skill = self.skills.id(skill);
        if let Some(role) = roles.first().filter(|_| self.is_closed(tenant, skill)) {
            return Access::Denied { role: role.clone() };
        }
        let mut allowed = None;
        for role in roles {
            let Some(entry) = self.entry(tenant, role) else {
                continue;
            };
            if entry.deny.covers(skill) {
                return Access::Denied { role: role.clone() };
            }
            if allowed.is_none() && entry.allow.covers(skill) {
                allowed = Some(role);
            }
        }
        allowed.map_or(Access::NotPermitted, |role| Access::Allowed {
            role: role.clone(),
        })
    }

    fn entry(&self, tenant: u32, role: &str) -> Option<&Entry> {
        let role = self.roles.id(role)?;
        let own = self.reached.get(&Pair::new(tenant, role));
        let number = own.or_else(|| self.reached.get(&Pair::new(SHARED, role)))?;
        self.entries.get(usize::try_from(*number).ok()?)
    }

    fn is_closed(&self, tenant: u32, skill: Option<u32>) -> bool {
        let closed = |tenant| self.closed.get(&tenant).is_some_and(|c| c.covers(skill));
        !self.closed.is_empty() && (closed(tenant) || closed(SHARED))
    }

    /// `roles` and all roles that they inherit in `tenant`, in name order, each once.
    #[must_use]
    pub fn closure(&self, tenant: &str, roles: &[Name]) -> Vec<Name> {
        let mut all: BTreeSet<Name> = roles.iter().cloned().collect();
        let Some(tenant) = self.tenants.id(tenant) else {
            return all.into_iter().collect();
        };
        let mut open: Vec<u32> = roles.iter().filter_map(|r| self.roles.id(r)).collect();
        while let Some(role) = open.pop() {
            let above = self.above.get(&Pair::new(tenant, role));
            for &up in above.into_iter().flatten() {
                if let Some(name) = self.roles.name(up)
                    && all.insert(name.clone())
                {
                    open.push(up);
                }
            }
        }
        all.into_iter().collect()
    }

    /// Whether `skill` is refused to every role of `tenant` because a stored line could not be
    /// read; an administrator must correct it.
    #[must_use]
    pub(crate) fn closed_by_bad_line(&self, tenant: &str, skill: &str) -> Option<Closed> {
        let tenant = self.tenants.id(tenant).unwrap_or(SHARED);
        let skill = self.skills.id(skill);
        self.is_closed(tenant, skill).then_some(Closed)
    }
}

/// A skill is closed to every role.
pub(crate) struct Closed;

impl Coverage {
    /// `some` is in order; `skills` is how many there are in all.
    pub(super) fn new(every: bool, some: &[u32], skills: usize) -> Self {
        let words = skills.div_ceil(64);
        let some = if words * 2 < some.len() {
            SkillSet::Bits(bits(some, words))
        } else {
            SkillSet::List(some.into())
        };
        Self { every, some }
    }

    /// `None` is a skill that no line names.
    fn covers(&self, skill: Option<u32>) -> bool {
        self.every || skill.is_some_and(|skill| self.some.contains(skill))
    }
}

impl SkillSet {
    fn contains(&self, skill: u32) -> bool {
        match self {
            Self::List(list) => list.binary_search(&skill).is_ok(),
            Self::Bits(bits) => {
                let (word, bit) = place(skill);
                bits.get(word).is_some_and(|word| word & bit != 0)
            }
        }
    }
}

fn bits(some: &[u32], words: usize) -> Box<[u64]> {
    let mut bits = vec![0_u64; words];
    for &skill in some {
        let (word, bit) = place(skill);
        if let Some(word) = bits.get_mut(word) {
            *word |= bit;
        }
    }
    bits.into()
}

fn place(skill: u32) -> (usize, u64) {
    let word = usize::try_from(skill / 64).unwrap_or(usize::MAX);
    (word, 1 << (skill % 64))
}

impl fmt::Debug for AccessIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessIndex")
            .field("tenants", &self.tenants.len().saturating_sub(1))
            .field("roles", &self.roles.len())
            .field("skills", &self.skills.len())
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}
