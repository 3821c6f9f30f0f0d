//! The way from a bundle to a policy: every file is parsed, all files are checked together.

use guardrails_core::policy::Policy;
use guardrails_core::{Diagnostic, Error, Place, Result, phrase};

use crate::bundle::Bundle;
use crate::source::SourceFile;
use crate::test_case::TestCase;
use crate::{check, codes, parse};

/// Findings that are told at a time (`findings`).
const FINDINGS: usize = 1_000;

/// What compiling a bundle gives.
#[derive(Debug)]
pub struct Compilation {
    /// The policy; none when any diagnostic is an error.
    pub policy: Option<Policy>,
    /// The tests of the policy, in the order of files and lines.
    pub tests: Vec<TestCase>,
    /// Everything that was found, in the order of files and lines.
    pub diagnostics: Vec<Diagnostic>,
}

impl Compilation {
    /// The policy, or all diagnostics as one error.
    ///
    /// # Errors
    /// [`ErrorKind::Policy`](guardrails_core::ErrorKind::Policy) with the diagnostics, when any is
    /// an error.
    pub fn into_policy(self) -> Result<Policy> {
        self.policy.ok_or_else(|| Error::policy(self.diagnostics))
    }
}

/// Compiles a bundle. All mistakes of all files are found in one run.
#[must_use]
pub fn compile(bundle: &Bundle) -> Compilation {
    let mut files = Vec::new();
    let mut diagnostics = Vec::new();
    for (index, source) in (0_u32..).zip(bundle.sources()) {
        let (file, findings) = parse::file(source, index);
        files.push(file);
        diagnostics.extend(findings);
    }
    let checked = check::check(bundle, &files);
    diagnostics.extend(checked.diagnostics);
    let diagnostics = in_order(diagnostics);
    Compilation {
        policy: (!check::refused(&diagnostics)).then_some(checked.policy),
        tests: checked.tests,
        diagnostics,
    }
}

/// What is wrong with the text of one file before any name or type is looked up: for tools that look
/// at a file alone, while it is being written.
#[must_use]
pub fn syntax(file: &SourceFile) -> Vec<Diagnostic> {
    in_order(parse::file(file, 0).1)
}

/// By place, each once, and no more than people read.
fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(|a, b| {
        let key = |finding: &Diagnostic| (finding.place.clone(), finding.code, finding.severity);
        key(a).cmp(&key(b))
    });
    diagnostics.dedup();
    if diagnostics.len() > FINDINGS {
        let more = diagnostics.len() - FINDINGS;
        let refused = check::refused(diagnostics.get(FINDINGS..).unwrap_or_default());
        diagnostics.truncate(FINDINGS);
        let message = phrase!(
            "{more} more findings are over the limit `findings` of {most}"
                | "还有 {more} 条诊断，超过上限 `findings`（{most}）",
            more,
            most = FINDINGS
        );
        let last = if refused {
            Diagnostic::error(codes::TOO_MANY, Place::default(), message)
        } else {
            Diagnostic::warning(codes::TOO_MANY, Place::default(), message)
        };
        diagnostics.push(last.help(phrase!(
            "mend these first and run again" | "先改正这些，再运行一次"
        )));
    }
    diagnostics
}
