//! Inclusion and consistency proofs: RFC 9162 §2.1.3 and §2.1.4.
//!
//! A proof is made from the list of leaf hashes and checked against roots alone.

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};

use super::merkle::{node_hash, root_of};

/// The hashes that lead from leaf `index` to the root; none when there is no such leaf.
#[must_use]
pub fn inclusion_proof(leaves: &[Digest], index: usize) -> Option<Vec<Digest>> {
    leaves.get(index)?;
    let mut proof = Vec::new();
    let (mut part, mut at) = (leaves, index);
    while part.len() > 1 {
        let split = largest_power_below(part.len());
        let (left, right) = part.split_at_checked(split)?;
        if at < split {
            proof.push(root_of(right));
            part = left;
        } else {
            proof.push(root_of(left));
            part = right;
            at -= split;
        }
    }
    proof.reverse();
    Some(proof)
}

/// The hashes that lead from the root over the first `first` leaves to the root over all of them;
/// none when there are fewer leaves, or `first` is 0.
#[must_use]
pub fn consistency_proof(leaves: &[Digest], first: usize) -> Option<Vec<Digest>> {
    if first == 0 || first > leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    let (mut part, mut rest, mut whole) = (leaves, first, Known::Yes);
    while rest != part.len() {
        let split = largest_power_below(part.len());
        let (left, right) = part.split_at_checked(split)?;
        if rest <= split {
            proof.push(root_of(right));
            part = left;
        } else {
            proof.push(root_of(left));
            part = right;
            rest -= split;
            whole = Known::No;
        }
    }
    if let Known::No = whole {
        proof.push(root_of(part));
    }
    proof.reverse();
    Some(proof)
}

/// Whether the verifier already knows the subtree's root: it is then the old root itself.
enum Known {
    Yes,
    No,
}

fn largest_power_below(len: usize) -> usize {
    len.next_power_of_two() / 2
}

/// Checks that `leaf` is number `index` of the tree of `size` leaves with this root.
///
/// # Errors
/// [`ErrorKind::Tampered`] when the proof does not show it.
pub fn verify_inclusion(
    leaf: Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: Digest,
) -> Result<()> {
    if index >= size {
        return Err(unproven());
    }
    let (mut at, mut last, mut node) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return Err(unproven());
        }
        if at & 1 == 1 || at == last {
            node = node_hash(*sibling, node);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            node = node_hash(node, *sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    proven(last == 0 && node == root)
}

/// Checks that the tree of `second` leaves begins with the tree of `first` leaves.
///
/// # Errors
/// [`ErrorKind::Tampered`] when the proof does not show it. The empty tree is the beginning of
/// every tree, by an empty proof.
pub fn verify_consistency(
    (first, first_root): (u64, Digest),
    (second, second_root): (u64, Digest),
    proof: &[Digest],
) -> Result<()> {
    if first == 0 || first == second {
        let roots_fit = match first {
            0 => first_root == root_of(&[]),
            _ => first_root == second_root,
        };
        return proven(first <= second && proof.is_empty() && roots_fit);
    }
    if first > second {
        return Err(unproven());
    }
    // A perfect old tree is a node of the new one, so the proof leaves its root out.
    let (start, path) = match (first.is_power_of_two(), proof.split_first()) {
        (true, _) => (first_root, proof),
        (false, Some((start, path))) => (*start, path),
        (false, None) => return Err(unproven()),
    };
    let skip = (first - 1).trailing_ones();
    let (mut at, mut last) = ((first - 1) >> skip, (second - 1) >> skip);
    let (mut old, mut new) = (start, start);
    for sibling in path {
        if last == 0 {
            return Err(unproven());
        }
        if at & 1 == 1 || at == last {
            old = node_hash(*sibling, old);
            new = node_hash(*sibling, new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(new, *sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    proven(last == 0 && old == first_root && new == second_root)
}

fn proven(holds: bool) -> Result<()> {
    if holds { Ok(()) } else { Err(unproven()) }
}

fn unproven() -> Error {
    Error::new(
        ErrorKind::Tampered,
        "the proof does not lead to the signed root",
    )
    .with_help("fetch the checkpoint and the proof again, and compare with your own copy")
}
