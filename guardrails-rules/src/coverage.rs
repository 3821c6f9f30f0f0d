//! How much of a policy its tests reach: which rules held, and how each clause of a condition came out.
//!
//! Counted by looking on while the tests run ([`Observer`]): every condition is worked out by core's
//! oracle over the very facts that were decided on. Nothing here decides.

use std::sync::{Arc, Mutex, PoisonError};

use guardrails_core::policy::{Expr, ExprKind, Grant, Hit, Policy, Rule, Table};
use guardrails_core::process::{Observed, Observer, Truth};
use guardrails_core::{Name, Place};

use crate::test_case::TestCase;
use crate::testing::{TestReport, run};

/// Runs the tests of a policy, and counts how much of it they reach.
pub fn cover(policy: &Policy, tests: &[TestCase]) -> (TestReport, Coverage) {
    let watch = Arc::new(Watch::new(policy));
    let observer: Arc<dyn Observer> = watch.clone();
    let report = run(policy, tests, Some(&observer));
    (report, watch.coverage())
}

/// How much of a policy was reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct Coverage {
    /// Each rule, and each row of a table, in the order of the policy.
    pub rules: Vec<Covered>,
    /// Each condition of a grant: its `where`, and each `when` of its clauses.
    pub grants: Vec<Covered>,
}

/// How often something with a condition was asked, and how it came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// The rule's name, or the grant's role and entity.
    pub name: Name,
    /// Where it is written.
    pub place: Place,
    /// How often it took effect: it held or, for what restricts, could not be known.
    pub held: usize,
    /// How often it did not.
    pub failed: usize,
    /// The clauses of its condition that `and`, `or` and `not` join; a quantifier is one.
    pub clauses: Vec<CoveredClause>,
}

/// How one clause of a condition came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredClause {
    /// Where it is written.
    pub place: Place,
    /// Whether it was ever true.
    pub seen_true: bool,
    /// Whether it was ever false.
    pub seen_false: bool,
}

impl Covered {
    /// Whether it was asked at all.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.held + self.failed > 0
    }
}

impl CoveredClause {
    /// Whether it was seen both true and false.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        self.seen_true && self.seen_false
    }
}

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The part.
    pub covered: usize,
    /// The whole.
    pub total: usize,
}

impl Share {
    fn of(parts: impl Iterator<Item = bool>) -> Self {
        parts.fold(
            Self {
                covered: 0,
                total: 0,
            },
            |share, covered| Self {
                covered: share.covered + usize::from(covered),
                total: share.total + 1,
            },
        )
    }

    /// In whole percent, rounded down: 100 only when nothing is left, and for nothing at all.
    #[must_use]
    pub fn percent(self) -> usize {
        let hundredfold = self.covered.saturating_mul(100);
        hundredfold.checked_div(self.total).unwrap_or(100)
    }
}

impl Coverage {
    /// Rules that held at least once.
    #[must_use]
    pub fn rules_held(&self) -> Share {
        Share::of(self.rules.iter().map(|rule| rule.held > 0))
    }

    /// Clauses, of rules and grants, that were seen both true and false.
    #[must_use]
    pub fn clauses_seen(&self) -> Share {
        let parts = self.rules.iter().chain(&self.grants);
        Share::of(
            parts
                .flat_map(|part| &part.clauses)
                .map(CoveredClause::is_covered),
        )
    }
}

/// Counts while tests run.
struct Watch(Mutex<Coverage>);

impl Watch {
    fn new(policy: &Policy) -> Self {
        let rules = policy.rules.iter().map(|rule| {
            let origin = &rule.origin;
            fresh(&origin.name, &origin.place, rule.when.as_ref())
        });
        let grants = policy.grants.iter().flat_map(|grant| {
            let name: Name = format!("{} on {}", grant.role, grant.entity).into();
            conditions(grant).map(move |condition| fresh(&name, &condition.place, Some(condition)))
        });
        Self(Mutex::new(Coverage {
            rules: rules.collect(),
            grants: grants.collect(),
        }))
    }

    fn coverage(&self) -> Coverage {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn fresh(name: &Name, place: &Place, condition: Option<&Expr>) -> Covered {
    let mut clauses = Vec::new();
    if let Some(condition) = condition {
        parts(condition, &mut clauses);
    }
    let clauses = clauses.into_iter().map(|clause| CoveredClause {
        place: clause.place.clone(),
        seen_true: false,
        seen_false: false,
    });
    Covered {
        name: name.clone(),
        place: place.clone(),
        held: 0,
        failed: 0,
        clauses: clauses.collect(),
    }
}

/// The conditions of a grant, in the order written.
fn conditions(grant: &Grant) -> impl Iterator<Item = &Expr> {
    let clauses = grant.clauses.iter();
    grant
        .scope
        .iter()
        .chain(clauses.filter_map(|clause| clause.when.as_ref()))
}

/// What `and`, `or` and `not` join.
fn parts<'e>(condition: &'e Expr, out: &mut Vec<&'e Expr>) {
    let children = condition.children();
    // `between` is one clause, though two comparisons are made of it.
    let whole = !children.is_empty() && children.iter().all(|child| child.place == condition.place);
    match &condition.kind {
        ExprKind::Not(_) | ExprKind::All(_) | ExprKind::Any(_) if !whole => {
            for child in children {
                parts(child, out);
            }
        }
        _ => out.push(condition),
    }
}

impl Observer for Watch {
    fn observe(&self, observed: &Observed<'_>) {
        let mut coverage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let policy = observed.policy();
        let mut closed = Vec::new();
        for (covered, rule) in coverage.rules.iter_mut().zip(&policy.rules) {
            if observed.asks(rule) {
                ask(covered, rule, observed, &mut closed);
            }
        }
        let asked = policy.grants.iter();
        let asked = asked.flat_map(|grant| conditions(grant).map(move |when| (grant, when)));
        for (covered, (grant, condition)) in coverage.grants.iter_mut().zip(asked) {
            if observed.gives(grant) {
                let truth = |expr: &Expr| observed.grant_condition(expr);
                count(covered, truth(condition).grants());
                see(covered, condition, &truth);
            }
        }
    }
}

/// A row below the one that ended the search of its table is not asked.
fn ask(
    covered: &mut Covered,
    rule: &Rule,
    observed: &Observed<'_>,
    closed: &mut Vec<*const Table>,
) {
    let table = rule.table.as_ref().map(|row| &row.table);
    let first = table.filter(|table| table.hit == Hit::First);
    if first.is_some_and(|table| closed.contains(&std::sync::Arc::as_ptr(table))) {
        return;
    }
    let truth = |expr: &Expr| observed.rule_condition(expr);
    let held = rule.when.as_ref().map_or(Truth::True, truth);
    if let (Some(table), Truth::True) = (first, held) {
        closed.push(std::sync::Arc::as_ptr(table));
    }
    count(covered, held.restricts());
    if let Some(condition) = &rule.when {
        see(covered, condition, &truth);
    }
}

fn count(covered: &mut Covered, held: bool) {
    if held {
        covered.held += 1;
    } else {
        covered.failed += 1;
    }
}

fn see(covered: &mut Covered, condition: &Expr, truth: &dyn Fn(&Expr) -> Truth) {
    let mut clauses = Vec::new();
    parts(condition, &mut clauses);
    for (clause, expr) in covered.clauses.iter_mut().zip(clauses) {
        match truth(expr) {
            Truth::True => clause.seen_true = true,
            Truth::False => clause.seen_false = true,
            Truth::Unknown => {}
        }
    }
}
