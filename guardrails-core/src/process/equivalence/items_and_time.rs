//! Random dates, instants, durations and aggregates.

use proptest::prelude::*;

use super::{calculated, comparison, expr, list, path, small_number};
use crate::policy::*;

fn duration() -> BoxedStrategy<Expr> {
    let constant = prop_oneof![
        4 => (-3_i64..=3).prop_map(|days| days * 86_400_000_000),
        2 => -5_000_000_i64..=5_000_000,
        1 => prop::sample::select(vec![i64::MAX, i64::MIN]),
    ];
    prop_oneof![
        3 => constant.prop_map(|micros| expr(ExprKind::Moment(Type::Duration, micros))),
        2 => Just(expr(ExprKind::Path(path(Root::Record, "span", Type::Duration)))),
    ]
    .boxed()
}

/// Durations, and what is calculated with them.
pub(super) fn long() -> impl Strategy<Value = Expr> {
    let sign = prop::sample::select(vec![Arithmetic::Add, Arithmetic::Subtract]);
    let scale = prop::sample::select(vec![Arithmetic::Multiply, Arithmetic::Divide]);
    prop_oneof![
        duration(),
        (sign, duration(), duration()).prop_map(|(op, a, b)| calculated(op, a, b)),
        (scale, duration(), small_number()).prop_map(|(op, a, n)| calculated(
            op,
            a,
            expr(ExprKind::Literal(n.into()))
        )),
        (date(), date()).prop_map(|(a, b)| {
            let days = calculated(Arithmetic::Subtract, a, b);
            expr(ExprKind::Call(Function::DaysLong, Box::new(days)))
        }),
        duration().prop_map(|a| expr(ExprKind::Negate(Box::new(a)))),
    ]
}

pub(super) fn instant() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        Just(expr(ExprKind::Path(path(
            Root::Record,
            "t",
            Type::DateTime
        )))),
        Just(expr(ExprKind::Path(Path {
            root: Root::Now,
            keys: Vec::new(),
            ty: Type::DateTime
        }))),
        prop::sample::select(vec![0, 1_800_000_000_000_000, i64::MAX])
            .prop_map(|micros| expr(ExprKind::Moment(Type::DateTime, micros))),
    ];
    let sign = prop::sample::select(vec![Arithmetic::Add, Arithmetic::Subtract]);
    prop_oneof![
        2 => leaf.clone(),
        1 => (sign, leaf, duration()).prop_map(|(op, a, b)| calculated(op, a, b)),
    ]
}

pub(super) fn date() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        Just(expr(ExprKind::Path(path(Root::Record, "u", Type::Date)))),
        Just(expr(ExprKind::Path(Path {
            root: Root::Now,
            keys: Vec::new(),
            ty: Type::Date
        }))),
        (20_000_i64..20_900).prop_map(|days| expr(ExprKind::Moment(Type::Date, days))),
        instant().prop_map(|at| expr(ExprKind::Call(Function::DayOf, Box::new(at)))),
    ];
    prop_oneof![
        2 => leaf.clone(),
        1 => (leaf, duration()).prop_map(|(a, b)| {
            let days = expr(ExprKind::Call(Function::WholeDays, Box::new(b)));
            calculated(Arithmetic::Add, a, days)
        }),
    ]
}

/// The item of the innermost list, as it is or times two.
fn item(ty: Type) -> Expr {
    expr(ExprKind::Path(Path {
        root: Root::Variable(0),
        keys: Vec::new(),
        ty,
    }))
}

pub(super) fn aggregate() -> impl Strategy<Value = Expr> {
    let how = prop::sample::select(Aggregation::WORDS.to_vec());
    let bound = prop::option::of((comparison(), small_number()));
    (how, bound, prop::bool::ANY).prop_map(|((_, how), bound, twice)| {
        let filter = bound.map(|(comparison, n)| {
            let n = Box::new(expr(ExprKind::Literal(n.into())));
            expr(ExprKind::Compare(
                comparison,
                Box::new(item(Type::Decimal)),
                n,
            ))
        });
        let value = if twice {
            let two = expr(ExprKind::Literal(2.into()));
            calculated(Arithmetic::Multiply, item(Type::Decimal), two)
        } else {
            item(Type::Decimal)
        };
        expr(ExprKind::Aggregate(Box::new(Aggregate {
            how,
            list: list(),
            depth: 0,
            filter,
            item: (how != Aggregation::Count).then_some(value),
            ty: Type::Decimal,
        })))
    })
}
