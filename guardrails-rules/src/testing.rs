//! Runs a policy's own tests against a real guard: memory for a store, a clock that stands still.
//!
//! Each test has a guard of its own, so that no counter or ticket of one reaches another. It begins
//! the operation, reads the given record (unless it creates one), proposes the change, and compares
//! what came of it with what was expected. A mismatch says what happened instead, in the values of
//! the test itself.

use std::fmt;
use std::sync::Arc;

use guardrails_core::audit::Keys;
use guardrails_core::data::Access;
use guardrails_core::policy::{Policy, Type, Verb};
use guardrails_core::process::Observer;
use guardrails_core::{
    ApprovalChains, Changes, CountingEntropy, Error, ErrorKind, Fields, FrozenClock, Guard, LogId,
    MemoryStore, Name, Operation, OutcomeKind, Place, Principal, Reason, Record, Request, Result,
    Value,
};

use crate::happening::Happening;
use crate::test_case::{TestCase, TestChange};

/// The audit log of a test; it is gone with the test.
const LOG: &str = "00000000-0000-0000-0000-000000000000";

/// What came of a bundle's tests.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct TestReport {
    /// One result per test, in the order of the tests.
    pub results: Vec<TestResult>,
}

impl TestReport {
    /// How many tests held.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.results.iter().filter(|test| test.passed()).count()
    }

    /// How many did not.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.results.len() - self.passed()
    }
}

/// What came of one test.
#[derive(Debug, Clone)]
pub struct TestResult {
    /// The test's name.
    pub name: Name,
    /// Where it is written.
    pub place: Place,
    /// What did not hold; none for a test that passed.
    pub failures: Vec<Failure>,
}

impl TestResult {
    /// Whether everything expected came true.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// One expectation that did not come true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where it is written.
    pub place: Place,
    /// What was expected, and what happened.
    pub message: String,
}

impl fmt::Display for Failure {
    /// `file:line: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// What came of a test, whatever was expected of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedOutcome {
    /// What came of it.
    pub outcome: OutcomeKind,
    /// The chains that must agree; none for the other outcomes.
    pub chains: ApprovalChains,
    /// What was seen of the record; none when it was not read.
    pub view: Option<Fields>,
    /// How each field is seen, by path; empty when the record was not read.
    pub accesses: Vec<(Name, Access)>,
}

/// What comes of a test under a policy, which need not be the one that it was written for.
///
/// # Errors
/// Whatever keeps the test from running, such as a field that this policy does not know.
pub fn observed_outcome(policy: &Policy, test: &TestCase) -> Result<ObservedOutcome> {
    let keys = Arc::new(Keys::from_seed([1; 32]));
    happening(policy, test, &keys, None).map(Happening::into_observed)
}

/// Runs the tests of a policy.
pub fn run_tests(policy: &Policy, tests: &[TestCase]) -> TestReport {
    run(policy, tests, None)
}

/// Runs the tests, each on a guard that shows `observer` what it decides on.
pub(crate) fn run(
    policy: &Policy,
    tests: &[TestCase],
    observer: Option<&Arc<dyn Observer>>,
) -> TestReport {
    // Nobody verifies the audit of a test, so the key need not be secret.
    let keys = Arc::new(Keys::from_seed([1; 32]));
    let results = tests.iter().map(|test| TestResult {
        name: test.name.clone(),
        place: test.place.clone(),
        failures: match happening(policy, test, &keys, observer) {
            Ok(happening) => test
                .expectations
                .iter()
                .filter_map(|expected| happening.against(expected))
                .collect(),
            Err(error) => vec![Failure {
                place: test.place.clone(),
                message: format!("the test cannot run: {error:#}"),
            }],
        },
    });
    TestReport {
        results: results.collect(),
    }
}

/// Begins, reads and proposes. A refusal is something that happens; only what is wrong with the
/// test or the guard itself is an error.
fn happening(
    policy: &Policy,
    test: &TestCase,
    keys: &Arc<Keys>,
    observer: Option<&Arc<dyn Observer>>,
) -> Result<Happening> {
    let guard = open(policy, test, keys, observer)?;
    let principal = principal(policy, test);
    let request = Request::new(&principal, test.skill.clone())
        .entity(test.entity.clone())
        .context(test.context.clone())
        .purpose(format!("test {}", test.name));
    let mut operation = match guard.begin(request) {
        Ok(operation) => operation,
        Err(error) => return refused(error),
    };
    let record = Record::new(test.entity.clone(), given(policy, test));
    let mut happening = match test.change.as_ref().map(|change| change.verb) {
        Some(Verb::Create) => Happening::default(),
        _ => look(&mut operation, &record)?,
    };
    if let Some(change) = &test.change {
        let decision = operation.propose(&changes(change, &record))?;
        happening.decided(&decision);
    }
    Ok(happening)
}

fn open(
    policy: &Policy,
    test: &TestCase,
    keys: &Arc<Keys>,
    observer: Option<&Arc<dyn Observer>>,
) -> Result<Guard> {
    let store = MemoryStore::new(keys.clone(), LOG.parse::<LogId>()?);
    let builder = Guard::builder();
    let builder = match observer {
        Some(observer) => builder.observer(observer.clone()),
        None => builder,
    };
    builder
        .policy(policy.clone())
        .store(Arc::new(store))
        .clock(Arc::new(FrozenClock::at(test.at)))
        .entropy(Arc::new(CountingEntropy::default()))
        .keys(keys.clone())
        .open()
}

/// The actor of the test. One that names no model runs on the first that the skill allows: a test
/// about something else need not repeat the skill's list.
fn principal(policy: &Policy, test: &TestCase) -> Principal {
    let actor = &test.actor;
    let allowed = policy
        .skills
        .get(&test.skill)
        .and_then(|skill| skill.models.first());
    let model = match allowed {
        Some(first) if actor.model.is_empty() => first,
        _ => &actor.model,
    };
    // A model acts as an agent; which one, a test need not say.
    let agent = match actor.agent.is_empty() && !model.is_empty() {
        true => Name::from("test"),
        false => actor.agent.clone(),
    };
    let principal = Principal::user(actor.tenant.clone(), actor.id.clone())
        .agent(agent)
        .model(model.clone())
        .risk_score(actor.risk_score);
    let principal = actor
        .observed
        .iter()
        .fold(principal, |principal, (what, window, count)| {
            principal.observed(*what, *window, *count)
        });
    let roles = actor.roles.iter().cloned();
    let principal = roles.fold(principal, Principal::role);
    actor
        .attributes
        .iter()
        .fold(principal, |principal, (name, value)| {
            principal.attribute(name.clone(), value.clone())
        })
}

/// The record of the test. The guard needs an identifier; a test that does not care has one given.
fn given(policy: &Policy, test: &TestCase) -> Fields {
    let mut fields = test.given.clone();
    if fields.value("id").is_none() {
        let entity = policy.entities.get(&test.entity);
        let field = entity.and_then(|entity| entity.field("id"));
        let id = match field.map(|field| &field.ty) {
            Some(Type::Int | Type::Decimal) => Value::from(1),
            _ => Value::from("test"),
        };
        fields.set("id", id);
    }
    fields
}

fn changes(change: &TestChange, record: &Record) -> Changes {
    let set =
        |changes: Changes, (name, value): (&Name, &Value)| changes.set(name.clone(), value.clone());
    match change.verb {
        Verb::Create => {
            Changes::create(Record::new(record.entity().clone(), change.fields.clone()))
        }
        Verb::Delete => Changes::delete(record),
        Verb::Update | Verb::Read => change.fields.iter().fold(Changes::update(record), set),
    }
}

/// Reads the record, as an agent would before it proposes anything.
fn look(operation: &mut Operation, record: &Record) -> Result<Happening> {
    match operation.read(record) {
        Ok(view) => Ok(Happening::saw(view.to_fields(), view.table().accesses())),
        Err(error) => refused(error),
    }
}

fn refused(error: Error) -> Result<Happening> {
    let reasons = match error.kind() {
        ErrorKind::Denied | ErrorKind::LimitReached => error.reasons().to_vec(),
        // The guard tells no difference between hidden and absent; a test may know.
        ErrorKind::NotFound => vec![Reason::new("OUT_OF_SCOPE", error.to_string())],
        _ => return Err(error),
    };
    Ok(Happening::refused(reasons))
}
