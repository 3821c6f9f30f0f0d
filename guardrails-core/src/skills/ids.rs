//! Names to numbers, and maps keyed by the numbers: what keeps the index small and quick.
//!
//! Three or four names are hashed for each question, which with the standard library's hash is
//! most of its cost. Names in the map are an administrator's, and the hash is seeded per map, so a
//! stranger who asks can neither fill a bucket nor find out how. Identifiers are our own small
//! numbers, for which one multiplication is hash enough.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

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
    ids: HashMap<Name, u32, NameHash>,
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

/// A seed for hashing names.
#[derive(Debug, Clone)]
pub(super) struct NameHash(u64);

impl Default for NameHash {
    fn default() -> Self {
        Self(RandomState::new().hash_one(MULTIPLIER))
    }
}

impl BuildHasher for NameHash {
    type Hasher = NameHasher;

    fn build_hasher(&self) -> NameHasher {
        NameHasher(self.0)
    }
}

/// Eight bytes at a time, multiplied to 128 bits and folded (as wyhash does).
#[derive(Debug)]
pub(super) struct NameHasher(u64);

impl NameHasher {
    fn word(&mut self, word: u64) {
        let wide = u128::from(self.0 ^ word).wrapping_mul(u128::from(MULTIPLIER));
        let (low, high) = (wide & u128::from(u64::MAX), wide >> 64);
        // Both halves fit; the fallback is never taken.
        self.0 = u64::try_from(low ^ high).unwrap_or_default() ^ self.0.rotate_left(23);
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        // The length tells `a` from `a\0`.
        self.0 ^= u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        match (rest, bytes.last_chunk::<8>()) {
            ([], _) => {}
            // Some bytes twice: one load, where the rest alone takes one for each byte.
            (_, Some(end)) => self.word(u64::from_le_bytes(*end)),
            (short, None) => {
                self.word(
                    short
                        .iter()
                        .fold(0, |word, byte| word << 8 | u64::from(*byte)),
                );
            }
        }
    }

    /// What the standard library puts behind a text; the length has said it already.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

/// 2^64 divided by the golden ratio, odd.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

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
        let mixed = number.wrapping_mul(MULTIPLIER);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_that_differ_hash_apart() {
        let hash = NameHash::default();
        let numbered = (0..50_000).map(|n| format!("{n}"));
        let long = (0..50_000).map(|n| format!("tenant/region/{n}/role"));
        let near = [
            "",
            "a",
            "a\0",
            "\0a",
            "aa",
            "abcdefgh",
            "abcdefgh\0",
            "habcdefg",
        ];
        let names: Vec<String> = numbered
            .chain(long)
            .chain(near.map(str::to_owned))
            .collect();
        let full: HashSet<u64> = names.iter().map(|n| hash.hash_one(n.as_str())).collect();
        assert_eq!(full.len(), names.len());
        // A map uses the low bits as place and the high seven as tag: both must vary.
        for part in [|h: &u64| h & 0xff, |h: &u64| h >> 57] {
            let parts: HashSet<u64> = full.iter().map(part).collect();
            assert!(parts.len() >= 128);
        }
    }

    #[test]
    fn a_name_keeps_its_number() {
        let mut names = Interner::default();
        assert_eq!(
            (names.intern("a"), names.intern("b"), names.intern("a")),
            (0, 1, 0)
        );
        assert_eq!((names.id("b"), names.id("c")), (Some(1), None));
        assert_eq!(
            (names.name(1).map(|n| &**n), names.name(2)),
            (Some("b"), None)
        );
        assert_eq!(names.len(), 2);
    }

    #[test]
    fn a_pair_gives_back_both_halves() {
        let pair = Pair::new(7, u32::MAX);
        assert_eq!((pair.tenant(), pair.role()), (7, u32::MAX));
        assert_ne!(Pair::new(1, 0), Pair::new(0, 1));
    }
}
