//! The tree against the published vectors of Certificate Transparency and against `ct-merkle`.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use guardrails_core::audit::{
    Tree, consistency_proof, inclusion_proof, leaf_hash, root_of, verify_consistency,
    verify_inclusion,
};
use guardrails_core::policy::Digest;
use proptest::prelude::*;
use sha2::Sha256;

/// Leaves and roots of the reference implementation of RFC 6962 (`merkle_tree_test`).
const VECTORS: [(&str, &str); 8] = [
    (
        "",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    ),
    (
        "00",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    ),
    (
        "10",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    ),
    (
        "2021",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (
        "3031",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    ),
    (
        "40414243",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    ),
    (
        "5051525354555657",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    ),
    (
        "606162636465666768696a6b6c6d6e6f",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ),
];

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2)
        .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
        .collect()
}

fn leaves(count: usize) -> Vec<Digest> {
    (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

#[test]
fn the_published_roots_come_out() {
    let mut tree = Tree::new();
    assert_eq!(
        tree.root().to_string(),
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    for (leaf, root) in VECTORS {
        tree.push(leaf_hash(&bytes(leaf)));
        assert_eq!(tree.root().to_string(), format!("sha256:{root}"));
    }
}

/// The proofs that RFC 6962 §2.1.3 spells out for its tree of seven leaves.
#[test]
fn the_proofs_of_rfc_6962_come_out() {
    let d = leaves(7);
    let of = |range: std::ops::Range<usize>| root_of(&d[range]);
    let (h, i, j) = (of(2..4), of(4..6), of(6..7));
    let (g, k, l) = (of(0..2), of(0..4), of(4..7));
    assert_eq!(inclusion_proof(&d, 0).unwrap(), [d[1], h, l]);
    assert_eq!(inclusion_proof(&d, 3).unwrap(), [d[2], g, l]);
    assert_eq!(inclusion_proof(&d, 4).unwrap(), [d[5], j, k]);
    assert_eq!(inclusion_proof(&d, 6).unwrap(), [i, k]);
    assert_eq!(consistency_proof(&d, 3).unwrap(), [d[2], d[3], g, l]);
    assert_eq!(consistency_proof(&d, 4).unwrap(), [l]);
    assert_eq!(consistency_proof(&d, 6).unwrap(), [i, j, k]);
}

#[test]
fn a_proof_of_something_else_proves_nothing() {
    let d = leaves(7);
    let root = root_of(&d);
    let proof = inclusion_proof(&d, 3).unwrap();
    assert!(verify_inclusion(d[3], 3, 7, &proof, root).is_ok());
    assert!(verify_inclusion(d[2], 3, 7, &proof, root).is_err());
    assert!(verify_inclusion(d[3], 2, 7, &proof, root).is_err());
    assert!(verify_inclusion(d[3], 7, 7, &proof, root).is_err());
    assert!(verify_inclusion(d[3], 3, 7, &proof[1..], root).is_err());
    assert!(verify_inclusion(d[3], 3, 7, &[proof.as_slice(), &[root]].concat(), root).is_err());

    let old = (3, root_of(&d[..3]));
    let proof = consistency_proof(&d, 3).unwrap();
    assert!(verify_consistency(old, (7, root), &proof).is_ok());
    assert!(verify_consistency((3, root_of(&d[1..4])), (7, root), &proof).is_err());
    assert!(verify_consistency((4, old.1), (7, root), &proof).is_err());
    assert!(verify_consistency(old, (7, root), &proof[..1]).is_err());
    assert!(verify_consistency(old, (7, root), &[]).is_err());
    assert!(verify_consistency((7, root), old, &proof).is_err());
    assert!(verify_consistency((7, root), (7, old.1), &[]).is_err());
    assert!(verify_consistency((0, root_of(&[])), (7, root), &[]).is_ok());
    assert!(verify_consistency((0, root), (7, root), &[]).is_err());
    assert!(inclusion_proof(&d, 7).is_none());
    assert!(consistency_proof(&d, 8).is_none());
}

proptest! {
    #[test]
    fn roots_and_proofs_are_ct_merkles(
        payloads in proptest::collection::vec(any::<Vec<u8>>(), 1..70),
        pick in any::<prop::sample::Index>(),
    ) {
        let mut peer = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        let mut tree = Tree::new();
        for payload in &payloads {
            peer.push(payload.clone());
            tree.push(leaf_hash(payload));
            let theirs = peer.root();
            prop_assert_eq!(tree.root().0.to_vec(), theirs.as_bytes().to_vec());
        }
        let leaves: Vec<_> = payloads.iter().map(|payload| leaf_hash(payload)).collect();
        let (at, size) = (pick.index(leaves.len()), leaves.len() as u64);
        let joined = |proof: &[Digest]| proof.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>();

        let proof = inclusion_proof(&leaves, at).unwrap();
        prop_assert_eq!(joined(&proof), peer.prove_inclusion(at).as_bytes().to_vec());
        verify_inclusion(leaves[at], at as u64, size, &proof, tree.root()).unwrap();

        let proof = consistency_proof(&leaves, at + 1).unwrap();
        if at + 1 < leaves.len() {
            let added = leaves.len() - at - 1;
            prop_assert_eq!(joined(&proof), peer.prove_consistency(added).as_bytes().to_vec());
        }
        let old = (at as u64 + 1, root_of(&leaves[..=at]));
        verify_consistency(old, (size, tree.root()), &proof).unwrap();
    }
}
