//! Names to numbers, and maps keyed by the numbers: what keeps the index small and quick.
//!
//! Names come from outside and are hashed with the standard library's keyed hash. Identifiers are
//! our own small numbers, for which one multiplication is hash enough.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::value::Name;

/// The tenant that stands for "every tenant": lines with domain `*`.
pub(super) const SHARED: u32 = 0;

/// A map keyed by a tenant and a role.
pub(super) type PairMap<T> = HashMap<Pair, T, BuildHasherDefault<IdHasher>>;

/// A role in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pair(u64);

impl Pair {
    pub(super) fn new(tenant: u32, role: u32) -> Self {
        Self(u64::from(tenant) << 32 | u64::from(role))
    }

    pub(super) fn tenant(self) -> u32 {
        u32::try_from(self.0 >> 32).unwrap_or(SHARED)
    }

    pub(super) fn role(self) -> u32 {
        u32::try_from(self.0 & u64::from(u32::MAX)).unwrap_or(u32::MAX)
    }
}

/// Names by number, from zero, in the order first seen.
#[derive(Debug, Default)]
pub(super) struct Interner {
    ids: HashMap<Name, u32>,
    names: Vec<Name>,
}

impl Interner {
    /// The number of `name`, a new one if it has none.
    pub(super) fn intern(&mut self, name: &str) -> u32 {
        if let Some(id) = self.id(name) {
            return id;
        }
        // The cap on lines keeps the count far below 2^32.
        let id = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let name = Name::from(name);
        self.names.push(name.clone());
        self.ids.insert(name, id);
        id
    }

    pub(super) fn id(&self, name: &str) -> Option<u32> {
        self.ids.get(name).copied()
    }

    pub(super) fn name(&self, id: u32) -> Option<&Name> {
        self.names.get(usize::try_from(id).ok()?)
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }
}

/// Fibonacci hashing (Knuth, TAOCP 6.4) of one number, folded so that both ends of the word vary.
#[derive(Debug, Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0 ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
