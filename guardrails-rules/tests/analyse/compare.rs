//! What is told of two policies: held to what both come to in every operation there can be.
//!
//! The new policy is mostly the old one with something changed, so that differences are small, and
//! sometimes none at all.

mod decisions;
mod views;

use std::collections::BTreeSet;

use guardrails_rules::analyse::{Change, Direction, Subject};

/// Pairs of policies that are tried, of rules and of grants.
pub(crate) const PAIRS: u64 = 2_500;

/// Something that turned into something else: in words, for whom, and in which direction.
pub(crate) type Told = BTreeSet<(String, String, String, Direction)>;

pub(crate) fn told(
    changes: &[Change],
    subject: Subject,
    whose: impl Fn(&Change) -> Vec<String>,
) -> Told {
    let about = changes.iter().filter(|change| change.subject == subject);
    let each = about.flat_map(|change| {
        let (old, new) = (change.old.to_string(), change.new.to_string());
        let one = move |whose| (whose, old.clone(), new.clone(), change.direction);
        whose(change).into_iter().map(one)
    });
    each.collect()
}
