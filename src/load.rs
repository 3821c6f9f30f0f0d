//! Reads policies from files and compiles them; whatever the compiler refuses is an error.

use std::path::Path;

use guardrails_core::policy::Policy;
use guardrails_core::{Diagnostic, Error, Result, Severity};
use guardrails_rules::{Bundle, Compilation, Parameters, TestCase, compile};

/// Reads and compiles a bundle: a folder of `.guard` files, or one file.
///
/// # Errors
/// [`ErrorKind::Policy`](crate::ErrorKind::Policy) with diagnostics, or the errors of [`Bundle::read`].
pub fn load_policy(path: &Path) -> Result<Policy> {
    load_policy_with(path, Parameters::new())
}

/// The same with parameters set.
///
/// # Errors
/// As [`load_policy`].
pub fn load_policy_with(path: &Path, parameters: Parameters) -> Result<Policy> {
    compiled(&Bundle::read(path)?.with_parameters(parameters)).map(|(policy, _)| policy)
}

/// The policy of a bundle, and the tests that it brings along.
pub(crate) fn compiled(bundle: &Bundle) -> Result<(Policy, Vec<TestCase>)> {
    let Compilation {
        policy,
        tests,
        diagnostics,
        ..
    } = compile(bundle);
    let policy = policy.ok_or_else(|| {
        let errors = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        Error::policy(diagnostics.into_iter().filter(errors).collect())
    })?;
    Ok((policy, tests))
}
