//! Compiles the rules that Casbin holds into an [`AccessIndex`].
//!
//! For each role that has lines or inherits in a tenant, everything it may use and everything it
//! is denied is worked out once, inheritance and shared lines included. Roles that come out the
//! same share one entry, so that 100,000 members of one role cost 100,000 numbers.
//!
//! INVARIANT: the lines passed the screening: no circles, at most
//! [`MAX_INHERITANCE`](super::MAX_INHERITANCE) steps. The recursion below goes no deeper.

use std::collections::HashMap;
use std::sync::Arc;

use super::codes;
use super::ids::{Interner, Pair, PairMap, SHARED};
use super::index::{AccessIndex, Coverage, Entry};
use super::lines::{ANY, Effect};
use super::screen::{self, Closure};
use crate::diagnostic::Diagnostic;
use crate::error::{Error, Result};
use crate::phrase;

/// How many skills may be joined, over all roles and what they inherit, while compiling: about a
/// second of work, and the bound on the index's size (4 bytes each).
const MAX_JOINED: usize = 16_000_000;

/// Everything one role may use and is denied, in identifiers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Reach {
    allow: Skills,
    deny: Skills,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Skills {
    every: bool,
    some: Vec<u32>,
}

/// Compiles the index from `p` and `g` lines and from what is closed to every role.
pub(super) fn compile<'a>(
    permissions: impl Iterator<Item = &'a [String]>,
    inheritances: impl Iterator<Item = &'a [String]>,
    closures: impl Iterator<Item = &'a Closure>,
) -> Result<AccessIndex> {
    compile_within(MAX_JOINED, permissions, inheritances, closures)
}

fn compile_within<'a>(
    room: usize,
    permissions: impl Iterator<Item = &'a [String]>,
    inheritances: impl Iterator<Item = &'a [String]>,
    closures: impl Iterator<Item = &'a Closure>,
) -> Result<AccessIndex> {
    let mut compiler = Compiler::new(room);
    permissions.for_each(|values| compiler.permission(values));
    inheritances.for_each(|values| compiler.inheritance(values));
    compiler.reach_all()?;
    closures.for_each(|closure| compiler.closure(closure));
    Ok(compiler.finish())
}

struct Compiler {
    tenants: Interner,
    roles: Interner,
    skills: Interner,
    own: PairMap<Reach>,
    above: PairMap<Vec<u32>>,
    /// Position in `entries` of each pair worked out.
    reached: PairMap<u32>,
    entries: Vec<Arc<Reach>>,
    numbers: HashMap<Arc<Reach>, u32>,
    closed: HashMap<u32, Skills>,
    /// How many more skills may be joined.
    room: usize,
}

impl Compiler {
    fn new(room: usize) -> Self {
        let mut tenants = Interner::default();
        // Takes the number `SHARED`; no other line can name this tenant.
        tenants.intern(ANY);
        Self {
            tenants,
            roles: Interner::default(),
            skills: Interner::default(),
            own: PairMap::default(),
            above: PairMap::default(),
            reached: PairMap::default(),
            entries: Vec::new(),
            numbers: HashMap::new(),
            closed: HashMap::new(),
            room,
        }
    }

    fn permission(&mut self, values: &[String]) {
        let [role, tenant, skill, _, effect] = values else {
            return;
        };
        let pair = Pair::new(self.tenants.intern(tenant), self.roles.intern(role));
        let reach = self.own.entry(pair).or_default();
        let skills = if effect == Effect::Allow.as_str() {
            &mut reach.allow
        } else {
            &mut reach.deny
        };
        skills.add(skill, &mut self.skills);
    }

    fn inheritance(&mut self, values: &[String]) {
        let [member, role, tenant] = values else {
            return;
        };
        let tenant = self.tenants.intern(tenant);
        let (member, role) = (self.roles.intern(member), self.roles.intern(role));
        let above = self.above.entry(Pair::new(tenant, member)).or_default();
        above.push(role);
    }

    fn closure(&mut self, closure: &Closure) {
        let tenant = closure.tenant.as_deref().unwrap_or(ANY);
        let skills = self.closed.entry(self.tenants.intern(tenant)).or_default();
        skills.add(closure.skill.as_deref().unwrap_or(ANY), &mut self.skills);
    }

    fn reach_all(&mut self) -> Result<()> {
        let pairs: Vec<Pair> = self.own.keys().chain(self.above.keys()).copied().collect();
        for pair in pairs {
            self.reach(pair)?;
        }
        Ok(())
    }

    /// The entry of a role in a tenant, with what it inherits there and what it has everywhere.
    fn reach(&mut self, pair: Pair) -> Result<Option<u32>> {
        if let Some(&known) = self.reached.get(&pair) {
            return Ok(Some(known));
        }
        let shared = Pair::new(SHARED, pair.role());
        let own = self.own.get(&pair).cloned();
        let above = self.above.get(&pair).cloned().unwrap_or_default();
        let mut parts = Vec::with_capacity(above.len() + 1);
        if pair != shared {
            parts.extend(self.reach(shared)?);
        } else if own.is_none() {
            return Ok(None);
        }
        if own.is_none() && above.is_empty() {
            return Ok(parts.pop());
        }
        for role in above {
            parts.extend(self.reach(Pair::new(pair.tenant(), role))?);
        }
        let number = self.join(own, parts)?;
        self.reached.insert(pair, number);
        Ok(Some(number))
    }

    /// The number of the union of entries; one alone is taken as it is.
    fn join(&mut self, own: Option<Reach>, mut parts: Vec<u32>) -> Result<u32> {
        parts.sort_unstable();
        parts.dedup();
        if let (None, [only]) = (&own, parts.as_slice()) {
            return Ok(*only);
        }
        let mut union = own.unwrap_or_default();
        for part in parts {
            if let Some(part) = self.entries.get(index(part)) {
                let joined = part.allow.some.len() + part.deny.some.len();
                self.room = self.room.checked_sub(joined).ok_or_else(too_large)?;
                union.allow.join(&part.allow);
                union.deny.join(&part.deny);
            }
        }
        union.allow.settle();
        union.deny.settle();
        Ok(self.number(union))
    }

    fn number(&mut self, reach: Reach) -> u32 {
        if let Some(&known) = self.numbers.get(&reach) {
            return known;
        }
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let reach = Arc::new(reach);
        self.entries.push(reach.clone());
        self.numbers.insert(reach, number);
        number
    }

    fn finish(self) -> AccessIndex {
        let skills = self.skills.len();
        let entries = self.entries.iter().map(|reach| Entry {
            allow: reach.allow.coverage(skills),
            deny: reach.deny.coverage(skills),
        });
        let closed = self.closed.into_iter().map(|(tenant, mut closed)| {
            closed.settle();
            (tenant, closed.coverage(skills))
        });
        let above = self.above.into_iter();
        AccessIndex {
            entries: entries.collect(),
            closed: closed.collect(),
            above: above.map(|(pair, up)| (pair, up.into())).collect(),
            reached: self.reached,
            tenants: self.tenants,
            roles: self.roles,
            skills: self.skills,
        }
    }
}

impl Skills {
    fn add(&mut self, skill: &str, ids: &mut Interner) {
        if skill == ANY {
            self.every = true;
        } else {
            self.some.push(ids.intern(skill));
        }
    }

    fn join(&mut self, other: &Self) {
        self.every |= other.every;
        self.some.extend(&other.some);
    }

    /// In order and each once, as comparing, hashing and searching need it.
    fn settle(&mut self) {
        self.some.sort_unstable();
        self.some.dedup();
    }

    fn coverage(&self, skills: usize) -> Coverage {
        Coverage::new(self.every, &self.some, skills)
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn too_large() -> Error {
    let message = phrase!(
        "roles inherit more than {most} permissions from each other"
            | "角色之间继承的权限超过 {most} 条",
        most = MAX_JOINED
    );
    let help = phrase!(
        "let fewer roles inherit from roles with very many skills, or allow `*`"
            | "减少继承大量技能的角色，或者允许 `*`"
    );
    let finding = Diagnostic::error(codes::LARGE, screen::table(), message).help(help);
    Error::policy(vec![finding])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn rows(texts: &[&str]) -> Vec<Vec<String>> {
        let row = |text: &&str| text.split(' ').map(str::to_owned).collect();
        texts.iter().map(row).collect()
    }

    #[test]
    fn roles_that_inherit_too_much_are_no_index() {
        let p = rows(&[
            "A t s1 use allow",
            "A t s2 use allow",
            "B t s3 use deny",
            "M t s1 use allow",
        ]);
        let g = rows(&["M A t", "M B t"]);
        let compile = |room| {
            let (p, g) = (p.iter().map(Vec::as_slice), g.iter().map(Vec::as_slice));
            compile_within(room, p, g, std::iter::empty())
        };
        assert!(compile(3).is_ok());
        assert_eq!(compile(2).unwrap_err().code(), "G0711");
    }

    #[test]
    fn members_of_one_role_share_its_entry() {
        let p = rows(&["A t s1 use allow"]);
        let members: Vec<String> = (0..1_000).map(|n| format!("M{n} A t")).collect();
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        let g = rows(&members);
        let (p, g) = (p.iter().map(Vec::as_slice), g.iter().map(Vec::as_slice));
        let index = compile(p, g, std::iter::empty()).unwrap();
        assert_eq!(index.entries.len(), 1);
        assert_eq!(index.reached.len(), 1_001);
    }
}
