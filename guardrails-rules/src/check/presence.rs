//! What is surely there: how a condition that has been asked makes the rest of it safe.
//!
//! `x is present and x > 3` reads `x` only where it is there. Read from left to right: the rest of
//! an `and` knows what the parts before it say when true, the rest of an `or` what they say when
//! false, the value of an aggregate what its `where` says.

use guardrails_core::policy::{Expr, ExprKind, Path};

/// How a condition came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Holds,
    Fails,
}

impl Outcome {
    fn reversed(self) -> Self {
        match self {
            Self::Holds => Self::Fails,
            Self::Fails => Self::Holds,
        }
    }
}

/// The paths that are surely there when `condition` came out so.
pub(super) fn there_when(condition: &Expr, outcome: Outcome) -> Vec<Path> {
    match (&condition.kind, outcome) {
        (ExprKind::IsMissing(path), Outcome::Fails) => vec![path.clone()],
        (ExprKind::Not(inner), _) => there_when(inner, outcome.reversed()),
        (ExprKind::All(parts), Outcome::Holds) | (ExprKind::Any(parts), Outcome::Fails) => parts
            .iter()
            .flat_map(|part| there_when(part, outcome))
            .collect(),
        (ExprKind::All(parts), Outcome::Fails) | (ExprKind::Any(parts), Outcome::Holds) => {
            in_each(parts, outcome)
        }
        _ => Vec::new(),
    }
}

fn in_each(parts: &[Expr], outcome: Outcome) -> Vec<Path> {
    let mut parts = parts.iter();
    let mut common = parts
        .next()
        .map_or_else(Vec::new, |first| there_when(first, outcome));
    for part in parts {
        if common.is_empty() {
            break;
        }
        let here = there_when(part, outcome);
        common.retain(|path| here.contains(path));
    }
    common
}

/// Whether what is known to be there makes each of the first `optional` names of `path` so.
pub(super) fn is_there(known: &[Path], path: &Path, optional: &[usize]) -> bool {
    optional.iter().all(|length| {
        let part = path.keys.get(..*length);
        known
            .iter()
            .any(|have| have.root == path.root && have.keys.get(..*length) == part)
    })
}
