//! The tree of one condition: each part with its text, how it came out, what it read, and whether
//! the whole came out as it did because of it.
//!
//! What a single question comes to is asked of the evaluator, so that it means here what it means in
//! every decision; how parts come together is Kleene's logic again, over what may be told.

use super::super::evaluate::{self, Items};
use super::eye::{Eye, Lists, seen};
use crate::explanation::{Clause, ClauseKind, Reading};
use crate::policy::{Expr, ExprKind, Path, Quantifier, Root, Type};
use crate::truth::Truth;
use crate::value::{Name, Value};

/// Parts of one condition that are told.
const MOST_CLAUSES: usize = 120;
/// Items of a list that are told.
const MOST_ITEMS: usize = 3;

/// The tree of `condition`, which the decision says came out as `said`; none where it says nothing.
pub(super) fn tree<'a>(condition: &'a Expr, eye: &Eye<'a>, said: Option<Truth>) -> Clause {
    let mut grower = Grower {
        eye,
        room: MOST_CLAUSES,
    };
    let mut clause = grower.clause(condition, &Lists::new(), &Items::new());
    decide(&mut clause, said);
    clause
}

struct Grower<'e, 'a> {
    eye: &'e Eye<'a>,
    /// How many more clauses may be told.
    room: usize,
}

impl<'a> Grower<'_, 'a> {
    fn clause(&mut self, expr: &'a Expr, lists: &Lists<'a>, items: &Items<'a>) -> Clause {
        self.room = self.room.saturating_sub(1);
        match &expr.kind {
            ExprKind::Not(inner) => {
                let part = self.clause(inner, lists, items);
                let truth = part.truth.map(|truth| !truth);
                compound(expr, ClauseKind::Not, truth, vec![part])
            }
            ExprKind::All(parts) => {
                let parts = self.clauses(parts, lists, items);
                compound(expr, ClauseKind::All, all(&parts), parts)
            }
            ExprKind::Any(parts) => {
                let parts = self.clauses(parts, lists, items);
                compound(expr, ClauseKind::Any, any(&parts), parts)
            }
            ExprKind::Quantified(quantifier, list, _, test) => {
                let mut clause = self.test(expr, lists, items);
                if clause.hidden.is_empty() {
                    clause.kind = ClauseKind::Items;
                    self.add_items(&mut clause, (*quantifier, list, test), lists, items);
                }
                clause
            }
            _ => self.test(expr, lists, items),
        }
    }

    fn clauses(&mut self, parts: &'a [Expr], lists: &Lists<'a>, items: &Items<'a>) -> Vec<Clause> {
        parts
            .iter()
            .map(|part| self.clause(part, lists, items))
            .collect()
    }

    /// One question: what it came to, and what it read.
    fn test(&self, expr: &'a Expr, lists: &Lists<'a>, items: &Items<'a>) -> Clause {
        let eye = self.eye;
        let hidden = eye.withheld(expr, lists);
        let told = hidden.is_empty();
        Clause {
            kind: ClauseKind::Test,
            text: if told {
                expr.text_in(eye.facts.zone)
            } else {
                String::new()
            },
            place: expr.place.clone(),
            truth: told.then(|| evaluate::holds_among(expr, &eye.facts, items)),
            decides: false,
            readings: readings(expr, eye, lists, items),
            hidden,
            parts: Vec::new(),
            left_out: 0,
        }
    }

    /// The items that a question about a list turned on.
    fn add_items(
        &mut self,
        clause: &mut Clause,
        (quantifier, list, test): (Quantifier, &'a Expr, &'a Expr),
        lists: &Lists<'a>,
        items: &Items<'a>,
    ) {
        let ExprKind::Path(path) = &list.kind else {
            return;
        };
        let facts = &self.eye.facts;
        let crate::facts::Datum::List(values, ty) = evaluate::read_among(path, facts, items) else {
            return;
        };
        let mut inside = lists.clone();
        inside.push(path);
        let each = |value: &'a Value| {
            let mut items = items.clone();
            items.push((value, ty));
            items
        };
        // What settles a `some` is an item that holds, and what settles an `every` one that does not.
        let settles = match quantifier {
            Quantifier::Some => Truth::True,
            Quantifier::Every => Truth::False,
        };
        let mut told = 0_usize;
        for (at, value) in values.iter().enumerate() {
            let items = each(value);
            let truth = evaluate::holds_among(test, facts, &items);
            if clause.truth != Some(truth) {
                continue;
            }
            if told == MOST_ITEMS || self.room == 0 {
                clause.left_out = clause.left_out.saturating_add(1);
                continue;
            }
            let part = self.clause(test, &inside, &items);
            clause.parts.push(Clause {
                kind: ClauseKind::Item,
                text: format!("{path}[{at}]"),
                ..compound(test, ClauseKind::Item, part.truth, vec![part])
            });
            told = told.saturating_add(1);
            if truth == settles {
                return;
            }
        }
    }
}

fn compound(expr: &Expr, kind: ClauseKind, truth: Option<Truth>, parts: Vec<Clause>) -> Clause {
    Clause {
        kind,
        text: String::new(),
        place: expr.place.clone(),
        truth,
        decides: false,
        readings: Vec::new(),
        hidden: Vec::new(),
        parts,
        left_out: 0,
    }
}

/// Both, as far as it may be told: one part that surely fails settles it, whatever the others are.
fn all(parts: &[Clause]) -> Option<Truth> {
    if parts.iter().any(|part| part.truth == Some(Truth::False)) {
        return Some(Truth::False);
    }
    parts
        .iter()
        .try_fold(Truth::True, |truth, part| Some(truth.and(part.truth?)))
}

/// At least one, as far as it may be told.
fn any(parts: &[Clause]) -> Option<Truth> {
    if parts.iter().any(|part| part.truth == Some(Truth::True)) {
        return Some(Truth::True);
    }
    parts
        .iter()
        .try_fold(Truth::False, |truth, part| Some(truth.or(part.truth?)))
}

/// Marks what the clause came out by: the parts that came out like the whole. Where the whole turns
/// on what may not be told, the parts that may not be told are among them.
fn decide(clause: &mut Clause, said: Option<Truth>) {
    clause.decides = true;
    let truth = clause.truth.or(said);
    let alike = match clause.kind {
        ClauseKind::Not => truth.map(|truth| !truth),
        _ => truth,
    };
    let open = clause.truth.is_none();
    for part in &mut clause.parts {
        if part.truth == alike {
            decide(part, None);
        } else if open && part.truth.is_none() {
            decide(part, alike);
        }
    }
}

/// What an expression reads, each once, as the asker may see it. What is inside a quantifier is told
/// with its items.
///
/// INVARIANT: where the expression reads something hidden, only fields of the record are listed, each
/// as a read of the record shows it. The result of a calculation, a constant or an attribute beside a
/// hidden field is a bound on its value.
pub(super) fn readings<'a>(
    expr: &'a Expr,
    eye: &Eye<'a>,
    lists: &Lists<'a>,
    items: &Items<'a>,
) -> Vec<Reading> {
    let is_open = eye.withheld(expr, lists).is_empty();
    let mut readings: Vec<Reading> = match is_open {
        true => calculated(expr, eye, items),
        false => Vec::new(),
    };
    let sums = !readings.is_empty();
    let bound = lists.len();
    expr.visit_paths(&mut |path: &'a Path| {
        if matches!(path.root, Root::Variable(depth) if usize::from(depth) >= bound) {
            return;
        }
        if !is_open && !path.root.is_record() {
            return;
        }
        // What is made of the items says more than how many there are.
        if sums && matches!(path.ty, Type::List(_)) {
            return;
        }
        let mut add = |reading: Reading| {
            if !readings.iter().any(|have| have.name == reading.name) {
                readings.push(reading);
            }
        };
        if matches!(&expr.kind, ExprKind::Changed(_)) {
            add(eye.reading_of_old(path));
        }
        add(eye.reading(path, lists, items));
    });
    readings
}

/// The values of the calculated sides of a comparison that reads nothing hidden.
fn calculated<'a>(expr: &'a Expr, eye: &Eye<'a>, items: &Items<'a>) -> Vec<Reading> {
    let ExprKind::Compare(_, left, right) = &expr.kind else {
        return Vec::new();
    };
    let is_calculated = |side: &&&Expr| {
        !matches!(
            side.kind,
            ExprKind::Path(_) | ExprKind::Literal(_) | ExprKind::Moment(..)
        )
    };
    let sides = [&**left, &**right];
    let calculated = sides.iter().filter(is_calculated).map(|side| {
        let operand = evaluate::operand_among(side, &eye.facts, items);
        let ty = side.ty().unwrap_or(&Type::Decimal);
        Reading {
            name: side.text_in(eye.facts.zone),
            seen: seen(operand.datum(), ty, eye.facts.zone),
        }
    });
    calculated.collect()
}

/// The names of some readings that cannot be told.
pub(super) fn names(hidden: &[Name]) -> String {
    let names: Vec<String> = hidden.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
