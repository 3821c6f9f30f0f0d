//! The Merkle tree of RFC 6962 §2.1 (the same in RFC 9162 §2.1) over SHA-256.
//!
//! [`Tree`] keeps the roots of the perfect subtrees only, at most 64 hashes however long the log.

use sha2::{Digest as _, Sha256};

use crate::digest::Digest;

/// Hash of a leaf: SHA-256 over `0x00` and the payload's bytes.
#[must_use]
pub fn leaf_hash(payload: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0x00]);
    hasher.update(payload);
    Digest(hasher.finalize().into())
}

/// Hash of an inner node: SHA-256 over `0x01`, the left and the right hash.
#[must_use]
pub fn node_hash(left: Digest, right: Digest) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0x01]);
    hasher.update(left.0);
    hasher.update(right.0);
    Digest(hasher.finalize().into())
}

/// A tree that only grows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    /// Roots of the perfect subtrees, one for each set bit of `size`, largest first.
    frontier: Vec<Digest>,
}

impl Tree {
    /// The empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a leaf hash.
    pub fn push(&mut self, leaf: Digest) {
        let mut node = leaf;
        // Each trailing one of the size is a full subtree that this leaf completes a pair with.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.frontier.pop() {
                node = node_hash(left, node);
            }
        }
        self.frontier.push(node);
        self.size += 1;
    }

    /// The root; of the empty tree the SHA-256 of nothing.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.frontier
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(left, right))
            .unwrap_or_else(|| Digest(Sha256::digest([]).into()))
    }

    /// How many leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl Extend<Digest> for Tree {
    fn extend<I: IntoIterator<Item = Digest>>(&mut self, leaves: I) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}

/// The root over a list of leaf hashes.
#[must_use]
pub fn root_of(leaves: &[Digest]) -> Digest {
    let mut tree = Tree::new();
    tree.extend(leaves.iter().copied());
    tree.root()
}
