//! Everything that analysis has to say of a policy, in the order of its text.

use guardrails_core::policy::Policy;
use guardrails_core::{Diagnostic, Phrase, Place, phrase};

use super::work::Work;
use super::{
    chains, conflict, grants, guesses, never, regranted, shadow, style, tables, unwritten,
};
use crate::analyse::codes;
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

/// What analysis has to say of a policy.
#[derive(Debug, Clone)]
pub struct Survey {
    /// Warnings in the order of files and lines.
    pub findings: Vec<Diagnostic>,
    /// What was left out, as a sentence; none where everything was looked at. At
    /// [`Depth::Everything`] that is a finding too.
    pub left_out: Option<Phrase>,
}

/// What analysis finds in a policy. `tests` are those of the same bundle.
#[must_use]
pub fn findings(policy: &Policy, tests: &[TestCase], depth: Depth) -> Vec<Diagnostic> {
    survey(policy, tests, depth).findings
}

/// The same, and whether it looked at everything.
#[must_use]
pub fn survey(policy: &Policy, tests: &[TestCase], depth: Depth) -> Survey {
    let mut out = Vec::new();
    let mut work = Work::new(match depth {
        Depth::Mistakes => FEW_PAIRS,
        Depth::Everything => PAIRS,
    });
    never::findings(policy, &mut out);
    tables::findings(policy, depth, &mut work, &mut out);
    shadow::findings(policy, &mut work, &mut out);
    grants::clauses(policy, &mut out);
    grants::beyond_scope(policy, &mut out);
    regranted::findings(policy, &mut work, &mut out);
    unwritten::findings(policy, &mut work, &mut out);
    chains::steps(policy, &mut out);
    if depth == Depth::Everything {
        // A rule that never changes anything is told of once.
        let mut doubtful = Vec::new();
        conflict::findings(policy, &mut work, &mut doubtful);
        doubtful.retain(|finding| !out.iter().any(|have| have.place == finding.place));
        out.extend(doubtful);
        grants::unused(policy, &mut out);
        chains::unused(policy, &mut out);
        guesses::findings(policy, &mut work, &mut out);
        style::findings(policy, tests, &mut out);
        if work.is_done() {
            out.push(cut_short());
        }
    }
    out.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    Survey {
        findings: out,
        left_out: work.is_done().then(|| match depth {
            Depth::Everything => over(PAIRS),
            Depth::Mistakes => phrase!(
                "{over}; `guard lint` compares more" | "{over}；`guard lint` 比较得更多",
                over = over(FEW_PAIRS)
            ),
        }),
    }
}

fn cut_short() -> Diagnostic {
    Diagnostic::warning(codes::ANALYSIS_CUT, Place::default(), over(PAIRS)).help(phrase!(
        "give rules that belong together one condition in common, such as on a field's value"
            | "让相关的规则有一个共同的条件，例如对某个字段的取值"
    ))
}

fn over(limit: usize) -> Phrase {
    phrase!(
        "not all rules were compared: they are over the limit `analysis_pairs` of {limit}"
            | "并非所有规则都比较过：超过上限 `analysis_pairs`（{limit}）",
        limit
    )
}
