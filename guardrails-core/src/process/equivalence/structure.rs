//! Equality and hash of random conditions: by structure, whatever the places.

use std::hash::{DefaultHasher, Hash, Hasher};

use proptest::prelude::*;

use super::condition;
use crate::policy::{Expr, ExprKind};
use crate::value::Value;

fn hash_of(expr: &Expr) -> u64 {
    let mut hasher = DefaultHasher::new();
    expr.hash(&mut hasher);
    hasher.finish()
}

fn nodes(expr: &Expr) -> usize {
    let mut count = 0;
    expr.walk(&mut |_| count += 1);
    count
}

proptest! {
    #[test]
    fn places_do_not_count(condition in condition(), by in 1_u32..1_000) {
        let mut moved = condition.clone();
        let mut visited = 0;
        moved.walk_mut(&mut |node| {
            node.place.start = node.place.start.wrapping_add(by);
            visited += 1;
        });
        prop_assert_eq!(visited, nodes(&condition));
        prop_assert_eq!(&moved, &condition);
        prop_assert_eq!(hash_of(&moved), hash_of(&condition));
    }

    #[test]
    fn each_node_counts(condition in condition(), which in any::<prop::sample::Index>()) {
        let which = which.index(nodes(&condition));
        let mut changed = condition.clone();
        let mut at = 0;
        changed.walk_mut(&mut |node| {
            if at == which {
                // No condition of the strategy has this constant.
                node.kind = ExprKind::Literal(Value::from("a constant of its own"));
            }
            at += 1;
        });
        prop_assert_ne!(&changed, &condition);
    }

    #[test]
    fn equal_conditions_hash_and_print_alike(a in condition(), b in condition()) {
        if a == b {
            prop_assert_eq!(hash_of(&a), hash_of(&b));
            prop_assert_eq!(a.to_string(), b.to_string());
        }
    }
}
