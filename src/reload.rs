//! Puts a changed bundle in force, or refuses it, and keeps what came of that.
//!
//! A bundle is read, compiled and, when asked, tested beside the live policy, and then takes its
//! place as a whole. Whatever is wrong with it must not touch the live policy. Shadow policies, which
//! are asked beside the live one, come and go in the same way.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use guardrails_core::audit::{PolicyUse, RefusedPolicy};
use guardrails_core::policy::{Digest, Policy};
use guardrails_core::{Clock, Diagnostic, Error, ErrorKind, Guard, Part, Problem, Result};
use guardrails_rules::{Bundle, Parameters, TestCase, TestResult, run_tests};

use crate::load::compiled;

/// What a bundle must stand before it is put in force.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BeforeSwap {
    /// It compiles.
    #[default]
    Compile,
    /// It compiles, and every test that it brings along passes.
    RunTests,
}

/// What came of reading the policies again.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Reload {
    /// When, by the guard's clock.
    pub at: DateTime<Utc>,
    /// The bundle that was found; none when it could not be read.
    pub bundle: Option<Digest>,
    /// Whether it is in force.
    pub outcome: ReloadOutcome,
}

/// Whether a bundle was put in force.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ReloadOutcome {
    /// It is in force for operations that begin from then on.
    Swapped,
    /// It is not; the policy before stays in force.
    #[non_exhaustive]
    Refused {
        /// Why, in a sentence.
        message: String,
        /// What the compiler found wrong with it.
        diagnostics: Vec<Diagnostic>,
        /// Its tests that failed, when tests were asked for.
        failed_tests: Vec<TestResult>,
    },
}

/// Where policies are, what the host sets of them, and what they must stand.
#[derive(Debug, Clone)]
pub(crate) struct Policies {
    pub(crate) path: PathBuf,
    pub(crate) parameters: Parameters,
    pub(crate) before_swap: BeforeSwap,
}

/// A bundle on its way into force.
struct Candidate {
    bundle: Option<Digest>,
    policy: Result<Policy>,
    failed_tests: Vec<TestResult>,
}

impl Policies {
    pub(crate) fn load(&self) -> Result<Policy> {
        self.candidate().policy
    }

    fn candidate(&self) -> Candidate {
        let read = Bundle::read(&self.path);
        let read = read.map(|bundle| bundle.with_parameters(self.parameters.clone()));
        let bundle = read.as_ref().ok().map(Bundle::digest);
        let mut failed_tests = Vec::new();
        let policy = read.and_then(|bundle| {
            let (policy, tests) = compiled(&bundle)?;
            failed_tests = self.failed(&policy, &tests);
            refuse_failed(policy, &failed_tests)
        });
        Candidate {
            bundle,
            policy,
            failed_tests,
        }
    }

    fn failed(&self, policy: &Policy, tests: &[TestCase]) -> Vec<TestResult> {
        match self.before_swap {
            BeforeSwap::Compile => Vec::new(),
            BeforeSwap::RunTests => {
                let mut results = run_tests(policy, tests).results;
                results.retain(|test| !test.passed());
                results
            }
        }
    }
}

/// Names the first test that failed; what it expected stays with the results, for an error must not
/// hold values.
fn refuse_failed(policy: Policy, failed: &[TestResult]) -> Result<Policy> {
    let Some(first) = failed.first() else {
        return Ok(policy);
    };
    let TestResult { name, place, .. } = first;
    let message = match failed.len() - 1 {
        0 => format!("the policy's test `{name}` at {place} fails"),
        more => format!("the policy's test `{name}` at {place} fails, and {more} more"),
    };
    Err(Error::new(ErrorKind::Policy, message)
        .with_help("`guard test` tells what each test expected"))
}

/// Reads policies again, for a guard and its watch, and knows what came of the last time.
pub(crate) struct Reloads {
    policies: Policies,
    for_use: PolicyUse,
    clock: Arc<dyn Clock>,
    /// One reload at a time, so that no older bundle is put in force over a newer one.
    turn: Mutex<()>,
    last: Mutex<Option<Arc<Reload>>>,
}

impl Reloads {
    pub(crate) fn of(policies: Policies, for_use: PolicyUse, clock: Arc<dyn Clock>) -> Self {
        Self {
            policies,
            for_use,
            clock,
            turn: Mutex::default(),
            last: Mutex::default(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.policies.path
    }

    pub(crate) fn last(&self) -> Option<Arc<Reload>> {
        locked(&self.last).clone()
    }

    pub(crate) fn reload(&self, guard: &Guard) -> Result<()> {
        let (found, reloaded) = {
            let _turn = locked(&self.turn);
            self.put_in_force(guard, self.policies.candidate())
        };
        // The listener may reload, too: it is called once the turn is over.
        guard.announce_problem(found);
        reloaded
    }

    /// The same for files that look changed: where they are what is in force, nothing is done.
    pub(crate) fn reload_if_changed(&self, guard: &Guard) -> Result<()> {
        let turn = locked(&self.turn);
        let candidate = self.policies.candidate();
        let refused = |last: &Reload| matches!(last.outcome, ReloadOutcome::Refused { .. });
        if self.is_in_force(guard, &candidate) && !self.last().as_deref().is_some_and(refused) {
            return Ok(());
        }
        let (found, reloaded) = self.put_in_force(guard, candidate);
        drop(turn);
        guard.announce_problem(found);
        reloaded
    }

    fn is_in_force(&self, guard: &Guard, candidate: &Candidate) -> bool {
        let in_force = match self.for_use {
            PolicyUse::InForce => Some(guard.policy_digest()),
            PolicyUse::Shadow => guard.shadow_policy_digest(),
        };
        let digest = candidate.policy.as_ref().ok().map(|policy| policy.digest);
        digest.is_some() && digest == in_force
    }

    /// What came of it, and the problem where it is a new one.
    fn put_in_force(&self, guard: &Guard, candidate: Candidate) -> (Option<Problem>, Result<()>) {
        let Candidate {
            bundle,
            policy,
            failed_tests,
        } = candidate;
        let swapped = policy.and_then(|policy| self.put(guard, policy));
        let found = match &swapped {
            Ok(()) => {
                guard.resolve_problem(self.part());
                None
            }
            Err(error) => {
                self.record_refused(guard, bundle, error);
                guard.keep_problem(self.part(), error)
            }
        };
        let outcome = match &swapped {
            Ok(()) => ReloadOutcome::Swapped,
            Err(error) => ReloadOutcome::Refused {
                message: error.to_string(),
                diagnostics: error.diagnostics().to_vec(),
                failed_tests,
            },
        };
        *locked(&self.last) = Some(Arc::new(Reload {
            at: self.clock.now(),
            bundle,
            outcome,
        }));
        (found, swapped)
    }

    fn put(&self, guard: &Guard, policy: Policy) -> Result<()> {
        match self.for_use {
            PolicyUse::InForce => guard.replace_policy(policy),
            PolicyUse::Shadow => guard.replace_shadow_policy(Some(policy)),
        }
    }

    fn part(&self) -> Part {
        match self.for_use {
            PolicyUse::InForce => Part::Policy,
            PolicyUse::Shadow => Part::ShadowPolicy,
        }
    }

    /// A store that does not answer has no place for the record either, and is no fault of the bundle.
    fn record_refused(&self, guard: &Guard, bundle: Option<Digest>, error: &Error) {
        if error.kind() != ErrorKind::Store {
            // What was refused stays out of force whether or not it can be recorded, and a journal that
            // has failed refuses the next operation.
            let _ = guard.record_refused_policy(RefusedPolicy::new(self.for_use, bundle, error));
        }
    }
}

/// What is behind these locks is replaced as a whole, so it is sound after a panic too.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
