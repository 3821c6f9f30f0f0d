//! What one clause says about another on the same path: who keeps a discount at most 15% keeps it at
//! most 40% too.

use std::cmp::Ordering;

use super::super::operand;
use crate::facts::Datum;
use crate::policy::{Comparison, Expr, ExprKind, ValueSet};
use crate::truth::Truth;

/// Members of a list that are tried one by one.
const MOST_MEMBERS: usize = 64;
const ORDERINGS: [Ordering; 3] = [Ordering::Less, Ordering::Equal, Ordering::Greater];

/// A question about one value and constants.
enum Question<'a> {
    Compare(Comparison, Datum<'a>),
    InSet(&'a ValueSet),
    IsMissing,
}

impl<'a> Question<'a> {
    fn of(expr: &'a Expr) -> Option<Self> {
        Some(match &expr.kind {
            ExprKind::Compare(comparison, a, b) => match (constant(a), constant(b)) {
                (None, Some(constant)) => Self::Compare(*comparison, constant),
                (Some(constant), None) => Self::Compare(comparison.flipped(), constant),
                _ => return None,
            },
            ExprKind::InSet(_, set) => Self::InSet(set),
            ExprKind::IsMissing(_) => Self::IsMissing,
            _ => return None,
        })
    }

    fn holds_of(&self, datum: Datum<'_>) -> Truth {
        match self {
            Self::Compare(comparison, constant) => operand::compare(*comparison, datum, *constant),
            Self::InSet(set) => operand::in_set(datum, set),
            Self::IsMissing => operand::is_missing(datum),
        }
    }

    /// The only values for which it comes to `truth`, where these are few.
    fn values(&self, truth: bool) -> Option<Vec<Datum<'a>>> {
        match (self, truth) {
            (Self::Compare(Comparison::Equal, constant), true)
            | (Self::Compare(Comparison::NotEqual, constant), false) => Some(vec![*constant]),
            (Self::InSet(set), true) => {
                let texts = set.texts().map(|text| Datum::Text(text));
                let values: Vec<_> = texts.chain(set.numbers().map(Datum::Number)).collect();
                (values.len() <= MOST_MEMBERS).then_some(values)
            }
            (Self::IsMissing, true) => Some(vec![Datum::Missing]),
            _ => None,
        }
    }
}

fn constant(expr: &Expr) -> Option<Datum<'_>> {
    match &expr.kind {
        ExprKind::Literal(value) => Some(operand::literal(value)),
        ExprKind::Moment(_, moment) => Some(Datum::Moment(*moment)),
        _ => None,
    }
}

/// What `other` comes to wherever `clause` comes to `truth`; none where that does not settle it.
/// Both are about the same path.
pub(super) fn implied(clause: &Expr, truth: bool, other: &Expr) -> Option<bool> {
    let (clause, other) = (Question::of(clause)?, Question::of(other)?);
    if let Some(values) = clause.values(truth) {
        return agreed(values.into_iter().map(|value| other.holds_of(value)));
    }
    match (&clause, &other) {
        // A question that is answered is one about a value that is there.
        (_, Question::IsMissing) => Some(false),
        (Question::IsMissing, _) => None,
        (Question::Compare(comparison, at), Question::Compare(asked, other)) => {
            let relation = other.compare(*at)?;
            let mine = ORDERINGS
                .into_iter()
                .filter(|ordering| comparison.holds(*ordering) == truth);
            let theirs = mine.flat_map(|ordering| seen_from(relation, ordering));
            agreed(theirs.map(|ordering| asked.holds(*ordering).into()))
        }
        (_, Question::Compare(Comparison::Equal, value)) => {
            // Of a value that the clause rules out.
            let ruled_out = clause.holds_of(*value) == Truth::from(!truth);
            ruled_out.then_some(false)
        }
        _ => None,
    }
}

/// How a value may stand to a constant, when it stands like this to another, and the constant like
/// `relation` to that other.
fn seen_from(relation: Ordering, ordering: Ordering) -> &'static [Ordering] {
    match (relation, ordering) {
        (Ordering::Equal, Ordering::Less) => &ORDERINGS[..1],
        (Ordering::Equal, Ordering::Equal) => &ORDERINGS[1..2],
        (Ordering::Equal, Ordering::Greater) => &ORDERINGS[2..],
        // The constant is above the other: what is not above the other is below the constant.
        (Ordering::Greater, Ordering::Less | Ordering::Equal) => &ORDERINGS[..1],
        (Ordering::Less, Ordering::Greater | Ordering::Equal) => &ORDERINGS[2..],
        _ => &ORDERINGS,
    }
}

/// The answer that all agree on.
fn agreed(mut answers: impl Iterator<Item = Truth>) -> Option<bool> {
    let first = answers.next()?;
    if first == Truth::Unknown || !answers.all(|answer| answer == first) {
        return None;
    }
    Some(first == Truth::True)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::Place;
    use crate::policy::{Path, Root, Type};
    use crate::value::Value;

    fn expr(kind: ExprKind) -> Expr {
        Expr::new(kind, Place::default())
    }

    fn subject() -> Path {
        let keys = vec!["n".into()];
        let (root, ty) = (Root::Record, Type::Decimal);
        Path { root, keys, ty }
    }

    fn question() -> impl Strategy<Value = Expr> {
        let comparison = prop::sample::select(vec![
            Comparison::Equal,
            Comparison::NotEqual,
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
        ]);
        let number = || (-2_i64..=2).prop_map(Value::from);
        let path = || Box::new(expr(ExprKind::Path(subject())));
        prop_oneof![
            6 => (comparison, number(), any::<bool>()).prop_map(move |(comparison, number, turned)| {
                let constant = Box::new(expr(ExprKind::Literal(number)));
                expr(match turned {
                    false => ExprKind::Compare(comparison, path(), constant),
                    true => ExprKind::Compare(comparison.flipped(), constant, path()),
                })
            }),
            2 => prop::collection::vec(number(), 0..3).prop_map(move |numbers| {
                expr(ExprKind::InSet(path(), Arc::new(ValueSet::new("", numbers))))
            }),
            1 => Just(expr(ExprKind::IsMissing(subject()))),
        ]
    }

    proptest! {
        /// Tried on every value that could tell two such questions apart.
        #[test]
        fn what_is_implied_holds_of_every_value(a in question(), b in question(), truth: bool) {
            let halves = (-6_i64..=6).map(|half| Datum::Number(rust_decimal::Decimal::new(half * 5, 1)));
            let values = halves.chain([Datum::Missing]);
            let (asked, other) = (Question::of(&a).unwrap(), Question::of(&b).unwrap());
            let answers: Vec<Truth> = values
                .filter(|value| asked.holds_of(*value) == Truth::from(truth))
                .map(|value| other.holds_of(value))
                .collect();
            match implied(&a, truth, &b) {
                Some(answer) => prop_assert!(answers.iter().all(|have| *have == Truth::from(answer))),
                None => prop_assert!(
                    answers.is_empty() || agreed(answers.into_iter()).is_none()
                        || matches!(asked, Question::InSet(_)) || matches!(other, Question::InSet(_))
                ),
            }
        }
    }
}
