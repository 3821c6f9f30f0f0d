//! Random conditions on the slots of a world.

use std::sync::Arc;

use guardrails_core::policy::*;
use guardrails_core::{Name, Place, Value};
use rust_decimal::Decimal;

use crate::random::Random;
use crate::world::{Slot, World, words};

pub(crate) fn expr(kind: ExprKind) -> Expr {
    Expr::new(kind, Place::default())
}

fn path(root: Root, keys: &[&str], ty: Type) -> Path {
    Path {
        root,
        keys: keys.iter().map(|key| Name::from(*key)).collect(),
        ty,
    }
}

fn literal(value: impl Into<Value>) -> Expr {
    expr(ExprKind::Literal(value.into()))
}

const ALL: &[Comparison] = &[
    Comparison::Equal,
    Comparison::NotEqual,
    Comparison::Less,
    Comparison::LessOrEqual,
    Comparison::Greater,
    Comparison::GreaterOrEqual,
];

impl World {
    pub(crate) fn condition(&self, random: &mut Random, depth: usize) -> Expr {
        if depth == 0 || random.once_in(4) {
            return self.atom(random);
        }
        if random.once_in(6) {
            return expr(ExprKind::Not(Box::new(self.condition(random, depth - 1))));
        }
        let count = 1 + random.below(3);
        let parts = (0..count)
            .map(|_| self.condition(random, depth - 1))
            .collect();
        expr(if random.once_in(3) {
            ExprKind::Any(parts)
        } else {
            ExprKind::All(parts)
        })
    }

    pub(crate) fn atom(&self, random: &mut Random) -> Expr {
        match *random.pick(&self.slots) {
            Slot::Whole => number(path(Root::Record, &["i"], Type::Int), random),
            Slot::OptionalWhole => number(path(Root::Record, &["j"], Type::Int), random),
            Slot::Dense => number(path(Root::Record, &["m"], Type::Decimal), random),
            Slot::Attribute => number(path(Root::Actor, &["level"], Type::Int), random),
            Slot::Nested if random.once_in(3) => {
                let nested = path(Root::Record, &["n"], Type::Entity("N".into()));
                expr(ExprKind::IsMissing(nested))
            }
            Slot::Nested => number(path(Root::Record, &["n", "k"], Type::Int), random),
            Slot::OldWhole if random.once_in(2) => {
                expr(ExprKind::Changed(path(Root::Record, &["i"], Type::Int)))
            }
            Slot::OldWhole => number(path(Root::Old, &["i"], Type::Int), random),
            Slot::Word => text(
                path(Root::Record, &["s"], words()),
                &["A", "B", "C"],
                random,
            ),
            Slot::Text => text(path(Root::Record, &["t"], Type::Text), &["a", "b"], random),
            Slot::Context => text(
                path(Root::Ai, &["context"], Type::Text),
                &["a", "b", ""],
                random,
            ),
            Slot::Yes => {
                let read = expr(ExprKind::Path(path(Root::Record, &["b"], Type::Bool)));
                if random.once_in(2) {
                    return read;
                }
                let truth = literal(random.once_in(2));
                expr(ExprKind::Compare(
                    Comparison::Equal,
                    Box::new(read),
                    Box::new(truth),
                ))
            }
            Slot::Day => {
                let day = path(Root::Record, &["d"], Type::Date);
                if random.once_in(4) {
                    return expr(ExprKind::IsMissing(day));
                }
                // The second or the fourth of January 2026.
                let moment = expr(ExprKind::Moment(
                    Type::Date,
                    20_455 + 2 * random.below(2) as i64,
                ));
                let read = expr(ExprKind::Path(day));
                let comparison = *random.pick(ALL);
                expr(ExprKind::Compare(
                    comparison,
                    Box::new(read),
                    Box::new(moment),
                ))
            }
            Slot::RoleR => expr(ExprKind::HasRole("R".into())),
            Slot::RoleS => expr(ExprKind::HasRole("S".into())),
        }
    }
}

fn number(path: Path, random: &mut Random) -> Expr {
    let constant = |random: &mut Random| Decimal::from(random.below(3));
    let read = expr(ExprKind::Path(path.clone()));
    match random.below(8) {
        0 => expr(ExprKind::IsMissing(path)),
        1 => {
            let members = (0..random.below(3)).map(|_| Value::from(constant(random)));
            let set = ValueSet::new("", members.collect::<Vec<_>>());
            expr(ExprKind::InSet(Box::new(read), Arc::new(set)))
        }
        2 => {
            let otherwise = literal(constant(random));
            let read = expr(ExprKind::Coalesce(Box::new(read), Box::new(otherwise)));
            compare(read, constant(random), random)
        }
        3 => {
            let comparison = *random.pick(ALL);
            let bound = Box::new(literal(constant(random)));
            expr(ExprKind::Compare(comparison, bound, Box::new(read)))
        }
        _ => compare(read, constant(random), random),
    }
}

fn compare(read: Expr, constant: Decimal, random: &mut Random) -> Expr {
    let comparison = *random.pick(ALL);
    expr(ExprKind::Compare(
        comparison,
        Box::new(read),
        Box::new(literal(constant)),
    ))
}

fn text(path: Path, words: &[&str], random: &mut Random) -> Expr {
    let read = expr(ExprKind::Path(path.clone()));
    match random.below(6) {
        0 => expr(ExprKind::IsMissing(path)),
        1 => {
            let members = (0..random.below(3)).map(|_| Value::from(*random.pick(words)));
            let set = ValueSet::new("", members.collect::<Vec<_>>());
            expr(ExprKind::InSet(Box::new(read), Arc::new(set)))
        }
        other => {
            let comparison = if other == 2 {
                Comparison::NotEqual
            } else {
                Comparison::Equal
            };
            let word = literal(*random.pick(words));
            expr(ExprKind::Compare(
                comparison,
                Box::new(read),
                Box::new(word),
            ))
        }
    }
}
