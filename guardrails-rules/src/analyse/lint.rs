//! Everything that analysis has to say of a policy, in the order of its text.

use guardrails_core::policy::Policy;
use guardrails_core::{Diagnostic, Place, phrase};

use super::work::Work;
use super::{chains, conflict, grants, never, regranted, shadow, style, tables};
use crate::codes;
use crate::test_case::TestCase;

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What is surely a mistake: `guard check`.
    Mistakes,
    /// What deserves a second look as well: `guard lint`.
    Everything,
}

/// Pairs of rules or rows that `guard check` compares.
const FEW_PAIRS: usize = 5_000;
/// Pairs of rules or rows that `guard lint` compares (`analysis_pairs`).
const PAIRS: usize = 100_000;

/// What analysis finds in a policy, as warnings in the order of files and lines. `tests` are those of
/// the same bundle.
#[must_use]
pub fn findings(policy: &Policy, tests: &[TestCase], depth: Depth) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let mut work = Work::new(match depth {
        Depth::Mistakes => FEW_PAIRS,
        Depth::Everything => PAIRS,
    });
    never::findings(policy, &mut out);
    tables::findings(policy, depth, &mut work, &mut out);
    shadow::findings(policy, &mut work, &mut out);
    grants::clauses(policy, &mut out);
    regranted::findings(policy, &mut work, &mut out);
    chains::steps(policy, &mut out);
    if depth == Depth::Everything {
        // A rule that never changes anything is told of once.
        let mut doubtful = Vec::new();
        conflict::findings(policy, &mut work, &mut doubtful);
        doubtful.retain(|finding| !out.iter().any(|have| have.place == finding.place));
        out.extend(doubtful);
        grants::unused(policy, &mut out);
        chains::unused(policy, &mut out);
        style::findings(policy, tests, &mut out);
        if work.is_done() {
            out.push(cut_short());
        }
    }
    out.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    out
}

fn cut_short() -> Diagnostic {
    let message = phrase!(
        "not all rules were compared: they are over the limit `analysis_pairs` of {limit}"
            | "并非所有规则都比较过：超过上限 `analysis_pairs`（{limit}）",
        limit = PAIRS
    );
    Diagnostic::warning(codes::ANALYSIS_CUT, Place::default(), message).help(phrase!(
        "give rules that belong together one condition in common, such as on a field's value"
            | "让相关的规则有一个共同的条件，例如对某个字段的取值"
    ))
}
