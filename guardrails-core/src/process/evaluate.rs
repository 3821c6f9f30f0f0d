//! The evaluator: walks a condition's tree and looks each name up where it stands.
//!
//! It is the definition of what a condition means. Explanations, messages and observers use it as it is;
//! plans answer with [compiled conditions](super::compiled) and an [index](super::index), and property
//! tests hold the two equal. Nothing here folds, caches, indexes or reorders.

use smallvec::SmallVec;

use super::aggregate_eval::AggregateEval;
use super::dependency::{Dependency, Lists, Use, visit_uses};
use super::operand::{self, Operand};
use crate::facts::{Datum, Facts};
use crate::policy::{Aggregate, Expr, ExprKind, Path, Quantifier, Root, Type};
use crate::truth::Truth;
use crate::value::Value;

/// The items that enclosing quantifiers are looking at, outermost first.
pub(crate) type Items<'a> = SmallVec<[(&'a Value, &'a Type); 2]>;

/// Whether a condition holds of the facts.
pub fn holds<'a>(condition: &'a Expr, facts: &Facts<'a>) -> Truth {
    Evaluator {
        facts,
        items: Items::new(),
    }
    .truth(condition)
}

/// Whether a condition inside quantifiers holds, while they look at these items.
pub(crate) fn holds_among<'a>(condition: &'a Expr, facts: &Facts<'a>, items: &Items<'a>) -> Truth {
    let items = items.clone();
    Evaluator { facts, items }.truth(condition)
}

/// What an operand inside quantifiers comes to, while they look at these items.
pub(crate) fn operand_among<'a>(
    expr: &'a Expr,
    facts: &Facts<'a>,
    items: &Items<'a>,
) -> Operand<'a> {
    let items = items.clone();
    Evaluator { facts, items }.operand(expr)
}

/// What stands at a path inside quantifiers, while they look at these items.
pub(crate) fn read_among<'a>(path: &'a Path, facts: &Facts<'a>, items: &Items<'a>) -> Datum<'a> {
    let items = items.clone();
    Evaluator { facts, items }.path(path)
}

/// The number an expression comes to; none when it cannot be known.
#[cfg(test)]
pub(crate) fn number<'a>(expr: &'a Expr, facts: &Facts<'a>) -> Option<rust_decimal::Decimal> {
    let evaluator = Evaluator {
        facts,
        items: Items::new(),
    };
    match evaluator.operand(expr).datum() {
        Datum::Number(number) => Some(number),
        _ => None,
    }
}

struct Evaluator<'f, 'a> {
    facts: &'f Facts<'a>,
    items: Items<'a>,
}

impl<'a> Evaluator<'_, 'a> {
    fn truth(&self, expr: &'a Expr) -> Truth {
        match &expr.kind {
            ExprKind::Not(inner) => !self.truth(inner),
            ExprKind::All(parts) => parts
                .iter()
                .fold(Truth::True, |truth, part| truth.and(self.truth(part))),
            ExprKind::Any(parts) => parts
                .iter()
                .fold(Truth::False, |truth, part| truth.or(self.truth(part))),
            ExprKind::Compare(comparison, left, right) => operand::compare(
                *comparison,
                self.operand(left).datum(),
                self.operand(right).datum(),
            ),
            ExprKind::InSet(item, set) => operand::in_set(self.operand(item).datum(), set),
            ExprKind::InList(item, list) => operand::in_list(
                self.operand(item).datum(),
                self.operand(list).datum(),
                self.facts.zone,
            ),
            ExprKind::Text(test, text, part) => operand::text_test(
                *test,
                self.operand(text).datum(),
                self.operand(part).datum(),
                self.facts.zone,
            ),
            ExprKind::Matches(text, regex) => match self.operand(text).datum() {
                Datum::Text(text) => regex.is_match(text).into(),
                _ => Truth::Unknown,
            },
            ExprKind::HasRole(role) => self.facts.principal.has_role(role).into(),
            ExprKind::IsMissing(path) => operand::is_missing(self.path(path)),
            ExprKind::Changed(path) => self.changed(path),
            ExprKind::Quantified(quantifier, list, _, test) => {
                self.quantified(*quantifier, list, test)
            }
            _ => match self.operand(expr).datum() {
                Datum::Bool(value) => value.into(),
                _ => Truth::Unknown,
            },
        }
    }

    fn quantified(&self, quantifier: Quantifier, list: &'a Expr, test: &'a Expr) -> Truth {
        let Datum::List(items, ty) = self.path_of(list) else {
            return Truth::Unknown;
        };
        let each = |item| self.at((item, ty)).truth(test);
        match quantifier {
            Quantifier::Some => items
                .iter()
                .fold(Truth::False, |truth, item| truth.or(each(item))),
            Quantifier::Every => items
                .iter()
                .fold(Truth::True, |truth, item| truth.and(each(item))),
        }
    }

    /// The same, looking at one more item.
    fn at(&self, item: (&'a Value, &'a Type)) -> Self {
        let mut items = self.items.clone();
        items.push(item);
        Self {
            facts: self.facts,
            items,
        }
    }

    fn aggregate(&self, aggregate: &'a Aggregate) -> Datum<'a> {
        let list = self.path_of(&aggregate.list);
        let Datum::List(items, ty) = list else {
            return AggregateEval::without(list);
        };
        let mut eval = AggregateEval::new(aggregate.how, &aggregate.ty);
        for item in items {
            let evaluator = self.at((item, ty));
            let filter = aggregate.filter.as_ref();
            let counts = filter.map_or(Truth::True, |filter| evaluator.truth(filter));
            let value = aggregate.item.as_ref().map(|item| evaluator.operand(item));
            eval.take(counts, value.as_ref().map(Operand::datum));
        }
        eval.finish()
    }

    fn changed(&self, path: &'a Path) -> Truth {
        if !self.facts.has_old {
            return Truth::True;
        }
        operand::changed(self.facts.old(path), self.facts.read(path))
    }

    fn path_of(&self, expr: &'a Expr) -> Datum<'a> {
        match &expr.kind {
            ExprKind::Path(path) => self.path(path),
            _ => Datum::Invalid,
        }
    }

    fn path(&self, path: &'a Path) -> Datum<'a> {
        match path.root {
            Root::Variable(depth) => self
                .items
                .get(usize::from(depth))
                .map_or(Datum::Missing, |item| {
                    operand::read_item(*item, &path.keys, &path.ty, self.facts.zone)
                }),
            _ => self.facts.read(path),
        }
    }

    fn operand(&self, expr: &'a Expr) -> Operand<'a> {
        let datum = match &expr.kind {
            ExprKind::Literal(value) => operand::literal(value),
            ExprKind::Moment(_, moment) => Datum::Moment(*moment),
            ExprKind::Path(path) => self.path(path),
            ExprKind::Arithmetic(operation, left, right) => operand::calculate(
                *operation,
                self.operand(left).datum(),
                self.operand(right).datum(),
            ),
            ExprKind::Negate(inner) => operand::negate(self.operand(inner).datum()),
            ExprKind::Coalesce(first, second) => {
                let first = self.operand(first);
                if first.datum() != Datum::Missing {
                    return first;
                }
                return self.operand(second);
            }
            ExprKind::Call(function, argument) => {
                return operand::call(*function, self.operand(argument), self.facts.zone);
            }
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate),
            ExprKind::DaysBetween(from, to) => {
                operand::days_between(self.operand(from).datum(), self.operand(to).datum())
            }
            _ => match self.truth(expr) {
                Truth::True => Datum::Bool(true),
                Truth::False => Datum::Bool(false),
                Truth::Unknown => Datum::Invalid,
            },
        };
        Operand::Datum(datum)
    }
}

/// Names of what a condition reads and could not: missing, or not of the declared type. For
/// reasons; never the values.
pub(crate) fn unknowns<'a>(condition: &'a Expr, facts: &Facts<'a>) -> Vec<String> {
    let mut names = Vec::new();
    condition.visit_paths(&mut |path| {
        if matches!(path.root, Root::Variable(_)) {
            return;
        }
        if matches!(facts.read(path), Datum::Missing | Datum::Invalid) {
            name_once(&mut names, path);
        }
    });
    let evaluator = Evaluator {
        facts,
        items: Items::new(),
    };
    evaluator.unknown_items(condition, &mut names);
    names
}

fn name_once(names: &mut Vec<String>, path: &Path) {
    let name = path.to_string();
    if !names.contains(&name) {
        names.push(name);
    }
}

/// The item of a list that decides a quantifier.
pub(crate) struct Witness<'a> {
    pub(crate) list: &'a Path,
    /// Which of the list's items; none where no item decides this time.
    pub(crate) index: Option<usize>,
    /// What the choice depended on, that there is none included: who may not see all of it may not
    /// be shown the item.
    pub(crate) chosen_by: Vec<Dependency>,
}

/// For each quantifier of a condition, in reading order, the first item that is a reason for the whole
/// to hold; none where no single item ever is. Quantifiers inside of aggregates are not counted. For
/// messages that name the item.
pub(crate) fn witnesses<'a>(condition: &'a Expr, facts: &Facts<'a>) -> Vec<Option<Witness<'a>>> {
    let mut search = WitnessSearch {
        has_old: facts.has_old,
        lists: Lists::new(),
        chosen_by: Vec::new(),
        found: Vec::new(),
    };
    let evaluator = Evaluator {
        facts,
        items: Items::new(),
    };
    search.visit(condition, Some(&evaluator), Some(Sought::Holding));
    search.found
}

/// Which items of a list are a reason.
#[derive(Clone, Copy)]
enum Sought {
    /// Those for which the test holds, or may.
    Holding,
    /// Under a `not`: those for which it does not, or may not.
    Failing,
}

impl<'a> Evaluator<'_, 'a> {
    /// Names the lists that are there, with items that leave the answer open.
    fn unknown_items(&self, expr: &'a Expr, names: &mut Vec<String>) {
        let (list, open) = match &expr.kind {
            ExprKind::Aggregate(aggregate) => {
                (&aggregate.list, self.aggregate(aggregate) == Datum::Invalid)
            }
            ExprKind::Quantified(_, list, ..) => (&**list, self.truth(expr) == Truth::Unknown),
            _ => {
                expr.for_each_child(|child| self.unknown_items(child, names));
                return;
            }
        };
        if let (true, ExprKind::Path(path)) = (open, &list.kind) {
            name_once(names, path);
        }
    }

    /// The first item that is sought, and the evaluator that looks at it.
    fn first(&self, list: &'a Path, test: &'a Expr, sought: Sought) -> Option<(usize, Self)> {
        let Datum::List(items, ty) = self.path(list) else {
            return None;
        };
        let looking = items.iter().map(|item| self.at((item, ty))).enumerate();
        let mut sought = looking.filter(|(_, inner)| match sought {
            Sought::Holding => inner.truth(test).restricts(),
            Sought::Failing => (!inner.truth(test)).restricts(),
        });
        sought.next()
    }
}

/// Walks a condition and notes the witness of each quantifier. Which quantifiers have one, and what
/// its choice depends on, is read from the condition alone.
struct WitnessSearch<'a> {
    has_old: bool,
    lists: Lists<'a>,
    /// What the choice of the items around depended on.
    chosen_by: Vec<Dependency>,
    found: Vec<Option<Witness<'a>>>,
}

impl<'a> WitnessSearch<'a> {
    /// `evaluator` looks at the items chosen so far; there is none where one of them was not found.
    fn visit(
        &mut self,
        expr: &'a Expr,
        evaluator: Option<&Evaluator<'_, 'a>>,
        sought: Option<Sought>,
    ) {
        match &expr.kind {
            // An item of an aggregate is one of many; none of them is the reason.
            ExprKind::Aggregate(_) => {}
            ExprKind::Not(inner) => self.visit(inner, evaluator, sought.map(Sought::other)),
            ExprKind::All(_) | ExprKind::Any(_) => {
                expr.for_each_child(|child| self.visit(child, evaluator, sought));
            }
            ExprKind::Quantified(quantifier, list, _, test) => {
                let sought = sought.filter(|sought| sought.alone_in(*quantifier));
                match (&list.kind, sought) {
                    (ExprKind::Path(path), Some(sought)) => {
                        self.choose(expr, (path, test), evaluator, sought);
                    }
                    _ => {
                        self.found.push(None);
                        self.visit(test, None, None);
                    }
                }
            }
            _ => {
                expr.for_each_child(|child| self.visit(child, None, None));
            }
        }
    }

    fn choose(
        &mut self,
        quantified: &'a Expr,
        (list, test): (&'a Path, &'a Expr),
        evaluator: Option<&Evaluator<'_, 'a>>,
        sought: Sought,
    ) {
        let around = self.chosen_by.len();
        self.depend_on(quantified);
        let first = evaluator.and_then(|evaluator| evaluator.first(list, test, sought));
        self.found.push(Some(Witness {
            list,
            index: first.as_ref().map(|(index, _)| *index),
            chosen_by: self.chosen_by.clone(),
        }));
        self.lists.push(list);
        let inner = first.as_ref().map(|(_, inner)| inner);
        self.visit(test, inner, Some(sought));
        self.lists.pop();
        self.chosen_by.truncate(around);
    }

    fn depend_on(&mut self, quantified: &'a Expr) {
        let (has_old, chosen_by) = (self.has_old, &mut self.chosen_by);
        visit_uses(quantified, &mut self.lists, &mut |how, path, lists| {
            // All fields of a new record change.
            if how == Use::Change && !has_old {
                return;
            }
            let dependency = Dependency::of(how, path, lists);
            chosen_by.extend(dependency.filter(|one| !chosen_by.contains(one)));
        });
    }
}

impl Sought {
    fn other(self) -> Self {
        match self {
            Self::Holding => Self::Failing,
            Self::Failing => Self::Holding,
        }
    }

    /// Whether one such item decides: a `some` holds by one, an `every` fails by one.
    fn alone_in(self, quantifier: Quantifier) -> bool {
        matches!(
            (self, quantifier),
            (Self::Holding, Quantifier::Some) | (Self::Failing, Quantifier::Every)
        )
    }
}
