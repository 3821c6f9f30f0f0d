//! Conditions compiled for one plan: names become slots, and what the plan already knows becomes a
//! constant.
//!
//! A plan is made for one tenant, role set, skill, entity and AI context, so `actor has ROLE`,
//! `ai.context`, `skill.*` and `actor.tenant` are settled here, once. What is left reads the record
//! and the person through numbered slots, each bound at most once per evaluation.

use std::cell::Cell;
use std::sync::Arc;

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::compiled_aggregate::CompiledAggregate;
use super::operand::{self, Operand};
use crate::facts::{Datum, Facts};
use crate::policy::{
    Arithmetic, Comparison, Expr, ExprKind, Function, Path, Pattern, Quantifier, Root, Skill,
    TextTest, Type, ValueSet,
};
use crate::truth::Truth;
use crate::value::{Name, Value};

/// What a plan knows before it sees a record.
pub(crate) struct PlanConstants<'p> {
    pub(crate) roles: &'p [Name],
    pub(crate) tenant: &'p str,
    pub(crate) context: &'p str,
    pub(crate) skill: &'p Skill,
}

/// The paths that a plan's predicates read, each once.
#[derive(Debug, Default, Clone)]
pub(crate) struct Slots(Vec<Path>);

impl Slots {
    fn of(&mut self, path: &Path) -> usize {
        if let Some(at) = self.0.iter().position(|have| have == path) {
            return at;
        }
        self.0.push(path.clone());
        self.0.len() - 1
    }
}

/// The slots of one evaluation, bound as they are asked for.
pub(crate) struct Frame<'f, 'a> {
    facts: &'f Facts<'a>,
    slots: &'a Slots,
    bound: SmallVec<[Cell<Option<Datum<'a>>>; 12]>,
}

impl<'f, 'a> Frame<'f, 'a> {
    pub(crate) fn new(facts: &'f Facts<'a>, slots: &'a Slots) -> Self {
        let mut bound = SmallVec::new();
        bound.resize_with(slots.0.len(), || Cell::new(None));
        Self {
            facts,
            slots,
            bound,
        }
    }

    pub(crate) fn slot(&self, slot: usize) -> Datum<'a> {
        let (Some(cell), Some(path)) = (self.bound.get(slot), self.slots.0.get(slot)) else {
            return Datum::Missing;
        };
        if let Some(datum) = cell.get() {
            return datum;
        }
        let datum = self.facts.read(path);
        cell.set(Some(datum));
        datum
    }
}

/// A condition of one plan.
#[derive(Debug, Clone)]
pub(crate) enum Predicate {
    Always(Truth),
    Not(Box<Predicate>),
    All(Box<[Predicate]>),
    Any(Box<[Predicate]>),
    /// A slot against a constant: by far the most frequent shape.
    Test(usize, Comparison, Constant),
    Member(usize, Arc<ValueSet>),
    Compare(Comparison, Source, Source),
    InSet(Source, Arc<ValueSet>),
    InList(Source, Source),
    Text(TextTest, Source, Source),
    Matches(Source, Arc<Pattern>),
    IsMissing(Source),
    Changed(Path),
    Quantified(Quantifier, Source, Box<Predicate>),
    Holds(Source),
}

/// A constant of a policy.
#[derive(Debug, Clone)]
pub(crate) enum Constant {
    Missing,
    Invalid,
    Bool(bool),
    Number(Decimal),
    Text(Name),
    Moment(i64),
}

impl Constant {
    pub(crate) fn datum(&self) -> Datum<'_> {
        match self {
            Self::Missing => Datum::Missing,
            Self::Invalid => Datum::Invalid,
            Self::Bool(value) => Datum::Bool(*value),
            Self::Number(number) => Datum::Number(*number),
            Self::Text(text) => Datum::Text(text),
            Self::Moment(moment) => Datum::Moment(*moment),
        }
    }

    fn of(datum: Datum<'_>) -> Self {
        match datum {
            Datum::Missing => Self::Missing,
            Datum::Bool(value) => Self::Bool(value),
            Datum::Number(number) => Self::Number(number),
            Datum::Text(text) => Self::Text(text.into()),
            Datum::Moment(moment) => Self::Moment(moment),
            Datum::Invalid | Datum::List(..) | Datum::Object(_) => Self::Invalid,
        }
    }
}

/// Where a predicate finds a datum.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Slot(usize),
    Constant(Constant),
    Item(u8, Box<[Name]>, Type),
    Calculate(Arithmetic, Box<Source>, Box<Source>),
    Negate(Box<Source>),
    Coalesce(Box<Source>, Box<Source>),
    Call(Function, Box<Source>),
    DaysBetween(Box<Source>, Box<Source>),
    AggregateEval(Box<CompiledAggregate>),
    Truth(Box<Predicate>),
}

/// Turns conditions into predicates over shared slots.
pub(crate) struct Compiler<'p> {
    pub(crate) constants: PlanConstants<'p>,
    pub(crate) slots: Slots,
}

impl Compiler<'_> {
    pub(crate) fn predicate(&mut self, expr: &Expr) -> Predicate {
        match &expr.kind {
            ExprKind::Not(inner) => match self.predicate(inner) {
                Predicate::Always(truth) => Predicate::Always(!truth),
                inner => Predicate::Not(Box::new(inner)),
            },
            ExprKind::All(parts) => self.all(parts),
            ExprKind::Any(parts) => self.any(parts),
            ExprKind::Compare(comparison, left, right) => {
                let (left, right) = (self.source(left), self.source(right));
                compare(*comparison, left, right)
            }
            ExprKind::InSet(item, set) => match self.source(item) {
                Source::Slot(slot) => Predicate::Member(slot, set.clone()),
                Source::Constant(constant) => {
                    Predicate::Always(operand::in_set(constant.datum(), set))
                }
                source => Predicate::InSet(source, set.clone()),
            },
            ExprKind::InList(item, list) => Predicate::InList(self.source(item), self.source(list)),
            ExprKind::Text(test, text, part) => {
                Predicate::Text(*test, self.source(text), self.source(part))
            }
            ExprKind::Matches(text, regex) => Predicate::Matches(self.source(text), regex.clone()),
            ExprKind::HasRole(role) => {
                Predicate::Always(self.constants.roles.binary_search(role).is_ok().into())
            }
            ExprKind::IsMissing(path) => match self.path(path) {
                Source::Constant(constant) => {
                    Predicate::Always(operand::is_missing(constant.datum()))
                }
                source => Predicate::IsMissing(source),
            },
            ExprKind::Changed(path) => Predicate::Changed(path.clone()),
            ExprKind::Quantified(quantifier, list, _, test) => Predicate::Quantified(
                *quantifier,
                self.source(list),
                Box::new(self.predicate(test)),
            ),
            _ => match self.source(expr) {
                Source::Constant(Constant::Bool(value)) => Predicate::Always(value.into()),
                Source::Constant(_) => Predicate::Always(Truth::Unknown),
                source => Predicate::Holds(source),
            },
        }
    }

    fn all(&mut self, parts: &[Expr]) -> Predicate {
        let mut left = Vec::with_capacity(parts.len());
        for part in parts {
            match self.predicate(part) {
                Predicate::Always(Truth::True) => {}
                Predicate::Always(Truth::False) => return Predicate::Always(Truth::False),
                Predicate::All(inner) => left.extend(inner),
                part => left.push(part),
            }
        }
        match left.len() {
            0 => Predicate::Always(Truth::True),
            1 => left.remove(0),
            _ => Predicate::All(left.into()),
        }
    }

    fn any(&mut self, parts: &[Expr]) -> Predicate {
        let mut left = Vec::with_capacity(parts.len());
        for part in parts {
            match self.predicate(part) {
                Predicate::Always(Truth::False) => {}
                Predicate::Always(Truth::True) => return Predicate::Always(Truth::True),
                Predicate::Any(inner) => left.extend(inner),
                part => left.push(part),
            }
        }
        match left.len() {
            0 => Predicate::Always(Truth::False),
            1 => left.remove(0),
            _ => Predicate::Any(left.into()),
        }
    }

    pub(crate) fn source(&mut self, expr: &Expr) -> Source {
        match &expr.kind {
            ExprKind::Literal(value) => Source::Constant(Constant::of(operand::literal(value))),
            ExprKind::Moment(_, moment) => Source::Constant(Constant::Moment(*moment)),
            ExprKind::Path(path) => self.path(path),
            ExprKind::Arithmetic(operation, left, right) => {
                match (self.source(left), self.source(right)) {
                    (Source::Constant(a), Source::Constant(b)) => Source::Constant(Constant::of(
                        operand::calculate(*operation, a.datum(), b.datum()),
                    )),
                    (a, b) => Source::Calculate(*operation, Box::new(a), Box::new(b)),
                }
            }
            ExprKind::Negate(inner) => match self.source(inner) {
                Source::Constant(inner) => {
                    Source::Constant(Constant::of(operand::negate(inner.datum())))
                }
                inner => Source::Negate(Box::new(inner)),
            },
            ExprKind::Coalesce(first, second) => {
                Source::Coalesce(Box::new(self.source(first)), Box::new(self.source(second)))
            }
            ExprKind::Call(function, argument) => {
                Source::Call(*function, Box::new(self.source(argument)))
            }
            ExprKind::DaysBetween(from, to) => {
                Source::DaysBetween(Box::new(self.source(from)), Box::new(self.source(to)))
            }
            ExprKind::Aggregate(aggregate) => {
                Source::AggregateEval(Box::new(self.compiled_aggregate(aggregate)))
            }
            _ => Source::Truth(Box::new(self.predicate(expr))),
        }
    }

    fn path(&mut self, path: &Path) -> Source {
        let text = |text: &str| {
            Source::Constant(if text.is_empty() {
                Constant::Missing
            } else {
                Constant::Text(text.into())
            })
        };
        let key = path.keys.first().map_or("", |key| key);
        match (path.root, key) {
            (Root::Variable(depth), _) => {
                Source::Item(depth, path.keys.clone().into(), path.ty.clone())
            }
            (Root::Ai, "context") => text(self.constants.context),
            (Root::Actor, "tenant") => {
                Source::Constant(Constant::Text(self.constants.tenant.into()))
            }
            (Root::Skill, "name") => text(&self.constants.skill.origin.name),
            (Root::Skill, "impact") => {
                Source::Constant(Constant::Number(self.constants.skill.impact.into()))
            }
            _ => Source::Slot(self.slots.of(path)),
        }
    }
}

fn compare(comparison: Comparison, left: Source, right: Source) -> Predicate {
    match (left, right) {
        (Source::Slot(slot), Source::Constant(constant)) => {
            Predicate::Test(slot, comparison, constant)
        }
        (Source::Constant(constant), Source::Slot(slot)) => {
            Predicate::Test(slot, comparison.flipped(), constant)
        }
        (Source::Constant(a), Source::Constant(b)) => {
            Predicate::Always(operand::compare(comparison, a.datum(), b.datum()))
        }
        (left, right) => Predicate::Compare(comparison, left, right),
    }
}

/// The items that enclosing quantifiers are looking at, outermost first.
pub(super) type Items<'a> = SmallVec<[(&'a Value, &'a Type); 2]>;

impl Predicate {
    /// Whether it holds in this frame.
    pub(crate) fn holds<'a>(&'a self, frame: &Frame<'_, 'a>) -> Truth {
        self.truth(frame, &Items::new())
    }

    pub(super) fn truth<'a>(&'a self, frame: &Frame<'_, 'a>, items: &Items<'a>) -> Truth {
        let find = |source: &'a Source| source.operand(frame, items);
        match self {
            Self::Always(truth) => *truth,
            Self::Test(slot, comparison, constant) => {
                operand::compare(*comparison, frame.slot(*slot), constant.datum())
            }
            Self::Member(slot, set) => operand::in_set(frame.slot(*slot), set),
            Self::Not(inner) => !inner.truth(frame, items),
            Self::All(parts) => {
                let mut truth = Truth::True;
                for part in parts {
                    truth = truth.and(part.truth(frame, items));
                    if truth == Truth::False {
                        break;
                    }
                }
                truth
            }
            Self::Any(parts) => {
                let mut truth = Truth::False;
                for part in parts {
                    truth = truth.or(part.truth(frame, items));
                    if truth == Truth::True {
                        break;
                    }
                }
                truth
            }
            Self::Compare(comparison, left, right) => {
                operand::compare(*comparison, find(left).datum(), find(right).datum())
            }
            Self::InSet(item, set) => operand::in_set(find(item).datum(), set),
            Self::InList(item, list) => {
                operand::in_list(find(item).datum(), find(list).datum(), frame.facts.zone)
            }
            Self::Text(test, text, part) => operand::text_test(
                *test,
                find(text).datum(),
                find(part).datum(),
                frame.facts.zone,
            ),
            Self::Matches(text, regex) => match find(text).datum() {
                Datum::Text(text) => regex.is_match(text).into(),
                _ => Truth::Unknown,
            },
            Self::IsMissing(source) => operand::is_missing(find(source).datum()),
            Self::Changed(path) if frame.facts.has_old => {
                operand::changed(frame.facts.old(path), frame.facts.read(path))
            }
            Self::Changed(_) => Truth::True,
            Self::Quantified(quantifier, list, test) => {
                quantified(*quantifier, list.datum(frame, items), test, frame, items)
            }
            Self::Holds(source) => match find(source).datum() {
                Datum::Bool(value) => value.into(),
                _ => Truth::Unknown,
            },
        }
    }
}

fn quantified<'a>(
    quantifier: Quantifier,
    list: Datum<'a>,
    test: &'a Predicate,
    frame: &Frame<'_, 'a>,
    items: &Items<'a>,
) -> Truth {
    let Datum::List(values, ty) = list else {
        return Truth::Unknown;
    };
    let mut inner = items.clone();
    let mut truth = match quantifier {
        Quantifier::Some => Truth::False,
        Quantifier::Every => Truth::True,
    };
    for value in values {
        inner.truncate(items.len());
        inner.push((value, ty));
        let holds = test.truth(frame, &inner);
        truth = match quantifier {
            Quantifier::Some => truth.or(holds),
            Quantifier::Every => truth.and(holds),
        };
    }
    truth
}

impl Source {
    /// The datum, where no text has to be made for it.
    pub(super) fn datum<'a>(&'a self, frame: &Frame<'_, 'a>, items: &Items<'a>) -> Datum<'a> {
        match self {
            Self::Slot(slot) => frame.slot(*slot),
            Self::Item(depth, keys, ty) => items
                .get(usize::from(*depth))
                .map_or(Datum::Missing, |item| {
                    operand::read_item(*item, keys, ty, frame.facts.zone)
                }),
            _ => Datum::Invalid,
        }
    }

    pub(crate) fn operand<'a>(&'a self, frame: &Frame<'_, 'a>, items: &Items<'a>) -> Operand<'a> {
        let datum = match self {
            Self::Slot(_) | Self::Item(..) => self.datum(frame, items),
            Self::Constant(constant) => constant.datum(),
            Self::Calculate(operation, left, right) => operand::calculate(
                *operation,
                left.operand(frame, items).datum(),
                right.operand(frame, items).datum(),
            ),
            Self::Negate(inner) => operand::negate(inner.operand(frame, items).datum()),
            Self::Coalesce(first, second) => {
                let first = first.operand(frame, items);
                if first.datum() != Datum::Missing {
                    return first;
                }
                return second.operand(frame, items);
            }
            Self::Call(function, argument) => {
                let argument = argument.operand(frame, items);
                return operand::call(*function, argument, frame.facts.zone);
            }
            Self::DaysBetween(from, to) => operand::days_between(
                from.operand(frame, items).datum(),
                to.operand(frame, items).datum(),
            ),
            Self::AggregateEval(tallied) => tallied.datum(frame, items),
            Self::Truth(predicate) => match predicate.truth(frame, items) {
                Truth::True => Datum::Bool(true),
                Truth::False => Datum::Bool(false),
                Truth::Unknown => Datum::Invalid,
            },
        };
        Operand::Datum(datum)
    }

    /// The number it comes to in this frame; none when it cannot be known.
    pub(crate) fn number<'a>(&'a self, frame: &Frame<'_, 'a>) -> Option<Decimal> {
        match self.operand(frame, &Items::new()).datum() {
            Datum::Number(number) => Some(number),
            _ => None,
        }
    }
}
