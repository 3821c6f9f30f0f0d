//! Conditions as formulas over clauses: what must come out another way for the whole to.
//!
//! A clause is one question of a condition; the same question in two rules is one clause. What a
//! clause comes to is asked of the evaluator, once. A clause that reads what the asker may not see
//! comes to nothing here: whatever is worked out from formulas can be told.

use std::collections::HashMap;

use super::super::evaluate;
use super::eye::{Eye, Lists};
use crate::facts::Facts;
use crate::policy::{Expr, ExprKind, Path, Root};
use crate::truth::Truth;
use crate::value::Name;

/// What a level of risk is read from.
const SCORE: &str = "risk.score";

/// The distinct clauses of some rules, known by number.
pub(super) struct Clauses<'a> {
    eye: Eye<'a>,
    all: Vec<Known<'a>>,
    numbers: HashMap<Question<'a>, usize>,
    /// The clauses that are about one path and constants alone.
    about: HashMap<&'a Path, Vec<usize>>,
}

/// What a clause asks; clauses that ask the same are one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Question<'a> {
    /// Whether a condition holds.
    Holds(&'a Expr),
    /// Whether the risk reaches a level.
    Reaches(&'a Expr),
}

/// One clause.
pub(super) struct Known<'a> {
    pub(super) expr: &'a Expr,
    /// What it really comes to; to be told only where nothing is hidden.
    pub(super) truth: Truth,
    /// Names of what it reads and the asker may not wholly see.
    pub(super) hidden: Vec<Name>,
    pub(super) reads_risk: bool,
    /// Whether it comes to the same whatever the facts are.
    settled: bool,
}

/// A condition over clauses.
#[derive(Debug)]
pub(super) enum Formula {
    Clause(usize),
    Not(Box<Formula>),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

/// What each clause comes to, as far as it may be told.
pub(super) type Told<'t> = &'t dyn Fn(usize) -> Option<Truth>;

impl<'a> Clauses<'a> {
    pub(super) fn new(eye: Eye<'a>) -> Self {
        Self {
            eye,
            all: Vec::new(),
            numbers: HashMap::new(),
            about: HashMap::new(),
        }
    }

    /// The formula of a condition; one that always holds for none.
    pub(super) fn formula(&mut self, condition: Option<&'a Expr>) -> Formula {
        let Some(condition) = condition else {
            return Formula::All(Vec::new());
        };
        match &condition.kind {
            ExprKind::Not(inner) => Formula::Not(Box::new(self.formula(Some(inner)))),
            ExprKind::All(parts) => Formula::All(self.formulas(parts)),
            ExprKind::Any(parts) => Formula::Any(self.formulas(parts)),
            _ => Formula::Clause(self.number(Question::Holds(condition), None)),
        }
    }

    fn formulas(&mut self, parts: &'a [Expr]) -> Vec<Formula> {
        parts.iter().map(|part| self.formula(Some(part))).collect()
    }

    /// The clause that a level of risk is reached; `truth` is none where it may not be told whether.
    pub(super) fn level(&mut self, condition: &'a Expr, truth: Option<Truth>) -> usize {
        let known = match truth {
            Some(truth) => (truth, Vec::new()),
            None => (Truth::Unknown, vec![SCORE.into()]),
        };
        self.number(Question::Reaches(condition), Some(known))
    }

    fn number(&mut self, question: Question<'a>, known: Option<(Truth, Vec<Name>)>) -> usize {
        if let Some(number) = self.numbers.get(&question) {
            return *number;
        }
        let (Question::Holds(expr) | Question::Reaches(expr)) = question;
        let number = self.all.len();
        self.numbers.insert(question, number);
        if let Some(path) = subject(expr) {
            self.about.entry(path).or_default().push(number);
        }
        let mut reads = 0_usize;
        let mut reads_risk = false;
        expr.visit_paths(&mut |path| {
            reads = reads.saturating_add(1);
            reads_risk |= path.root == Root::Risk;
        });
        let (truth, hidden) = known.unwrap_or_else(|| {
            let hidden = self.eye.withheld(expr, &Lists::new());
            (evaluate::holds(expr, &self.eye.facts), hidden)
        });
        self.all.push(Known {
            expr,
            truth,
            hidden,
            reads_risk,
            settled: reads == 0 && !matches!(expr.kind, ExprKind::HasRole(_)),
        });
        number
    }

    pub(super) fn eye(&self) -> &Eye<'a> {
        &self.eye
    }

    pub(super) fn known(&self, number: usize) -> Option<&Known<'a>> {
        self.all.get(number)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// What a clause comes to, as far as it may be told.
    pub(super) fn told(&self, number: usize) -> Option<Truth> {
        let known = self.known(number)?;
        known.hidden.is_empty().then_some(known.truth)
    }

    /// What a clause would come to if the risk were scored like this, as far as it may be told.
    pub(super) fn told_at(&self, number: usize, facts: &Facts<'a>) -> Option<Truth> {
        let known = self.known(number)?;
        let told = known.hidden.is_empty();
        told.then(|| evaluate::holds(known.expr, facts))
    }

    /// Whether a clause can come out another way.
    pub(super) fn is_open(&self, number: usize) -> bool {
        self.known(number).is_some_and(|known| !known.settled)
    }

    /// The other clauses about the path that this one is about.
    pub(super) fn beside(&self, number: usize) -> impl Iterator<Item = (usize, &'a Expr)> {
        let subject = self.known(number).and_then(|known| subject(known.expr));
        let beside = subject.and_then(|path| self.about.get(path));
        let others = beside.into_iter().flatten().copied();
        others
            .filter(move |other| *other != number)
            .filter_map(|other| Some((other, self.known(other)?.expr)))
    }
}

/// The one path that a clause compares with constants.
pub(super) fn subject(expr: &Expr) -> Option<&Path> {
    let constant = |e: &Expr| matches!(e.kind, ExprKind::Literal(_) | ExprKind::Moment(..));
    match &expr.kind {
        ExprKind::Compare(_, a, b) => match (&a.kind, &b.kind) {
            (ExprKind::Path(path), _) if constant(b) => Some(path),
            (_, ExprKind::Path(path)) if constant(a) => Some(path),
            _ => None,
        },
        ExprKind::InSet(item, _) => match &item.kind {
            ExprKind::Path(path) => Some(path),
            _ => None,
        },
        ExprKind::IsMissing(path) => Some(path),
        _ => None,
    }
}

impl Formula {
    /// What it comes to, as far as it may be told.
    pub(super) fn truth(&self, told: Told<'_>) -> Option<Truth> {
        match self {
            Self::Clause(number) => told(*number),
            Self::Not(inner) => inner.truth(told).map(|truth| !truth),
            Self::All(parts) => settled(parts, told, Truth::False),
            Self::Any(parts) => settled(parts, told, Truth::True),
        }
    }

    /// How many clauses must come out another way for the whole to come out as wanted; none where
    /// no change makes it. A clause that may not be told counts as one.
    pub(super) fn distance(&self, wanted: bool, clauses: &Clauses<'_>) -> Option<usize> {
        match self {
            Self::Clause(number) if clauses.told(*number) == Some(wanted.into()) => Some(0),
            Self::Clause(number) => clauses.is_open(*number).then_some(1),
            Self::Not(inner) => inner.distance(!wanted, clauses),
            Self::All(parts) | Self::Any(parts) => {
                let each = parts.iter().map(|part| part.distance(wanted, clauses));
                if wanted == matches!(self, Self::All(_)) {
                    each.sum()
                } else {
                    each.flatten().min()
                }
            }
        }
    }

    /// The single changes that bring it nearer to coming out as wanted.
    pub(super) fn moves(&self, wanted: bool, told: Told<'_>, out: &mut Vec<(usize, bool)>) {
        if self.truth(told) == Some(wanted.into()) {
            return;
        }
        match self {
            Self::Clause(number) => out.push((*number, wanted)),
            Self::Not(inner) => inner.moves(!wanted, told, out),
            // Also where each part must come round, each is tried: one may bring others with it.
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.moves(wanted, told, out));
            }
        }
    }

    /// Calls `visit` with each clause in it.
    pub(super) fn visit(&self, visit: &mut impl FnMut(usize)) {
        match self {
            Self::Clause(number) => visit(*number),
            Self::Not(inner) => inner.visit(visit),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.visit(visit)),
        }
    }
}

/// A conjunction is settled by what is false, a disjunction by what is true.
fn settled(parts: &[Formula], told: Told<'_>, by: Truth) -> Option<Truth> {
    let mut whole = Some(!by);
    for part in parts {
        let truth = part.truth(told);
        if truth == Some(by) {
            return Some(by);
        }
        whole = match (whole, truth) {
            (Some(whole), Some(truth)) if by == Truth::False => Some(whole.and(truth)),
            (Some(whole), Some(truth)) => Some(whole.or(truth)),
            _ => None,
        };
    }
    whole
}
