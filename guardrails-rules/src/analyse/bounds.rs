//! Bounds of a condition: what every case of it has in common, so that most pairs of rules need no search.
//! Bounds never rule out a pair that a search would find.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use guardrails_core::policy::{Comparison, Expr, ExprKind, Path, Root};
use guardrails_core::{Name, Value};
use rust_decimal::Decimal;

use super::never::conjuncts;

/// Larger lists count as anything.
const MEMBERS: usize = 256;

/// What the cases of a condition have in common.
#[derive(Debug, Default)]
pub(super) struct ConditionBounds {
    bounds: BTreeMap<Operand, Bound>,
    /// Everything that is read anywhere in the condition, by what it belongs to.
    mentions: BTreeMap<Subject, BTreeSet<Operand>>,
}

/// What a condition reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Operand {
    Path(Root, Vec<Name>),
    Role(Name),
}

/// What an operand belongs to: a role, or a field with its inside, as it is and as it was. What is said of
/// one operand of it may follow from what is said of another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Subject {
    Field(Root, Option<Name>),
    Role(Name),
}

impl Operand {
    fn of(path: &Path) -> Self {
        Self::Path(path.root, path.keys.clone())
    }

    fn subject(&self) -> Subject {
        match self {
            Self::Path(Root::Old, keys) => Subject::Field(Root::Record, keys.first().cloned()),
            Self::Path(root, keys) => Subject::Field(*root, keys.first().cloned()),
            Self::Role(role) => Subject::Role(role.clone()),
        }
    }
}

#[derive(Debug)]
enum Bound {
    OneOf(HashSet<Value>),
    Range(Option<Decimal>, Option<Decimal>),
    Role,
}

/// An operand and the one value that it has in every case.
pub(super) type Exactly = (Operand, Value);

impl ConditionBounds {
    pub(super) fn of(condition: Option<&Expr>) -> Self {
        let mut found = Self::default();
        let Some(condition) = condition else {
            return found;
        };
        mentions(condition, &mut found.mentions);
        let mut parts = Vec::new();
        conjuncts(condition, &mut parts);
        for part in parts {
            if let Some((operand, bound)) = bound(part) {
                found.bounds.entry(operand).or_insert(bound);
            }
        }
        found
    }

    /// Whether no case is in both.
    pub(super) fn is_apart_from(&self, other: &Self) -> bool {
        self.bounds.iter().any(|(operand, bound)| {
            let other = other.bounds.get(operand);
            other.is_some_and(|other| match (bound, other) {
                (Bound::OneOf(a), Bound::OneOf(b)) => a.is_disjoint(b),
                (Bound::Range(low, high), Bound::Range(least, most)) => {
                    let below = |a: &Option<Decimal>, b: &Option<Decimal>| {
                        matches!((a, b), (Some(a), Some(b)) if a < b)
                    };
                    below(high, least) || below(most, low)
                }
                _ => false,
            })
        })
    }

    /// Whether some case of `other` is surely outside of this one. `other` must be possible.
    pub(super) fn leaves_out(&self, other: &Self) -> bool {
        let read = |operand: &Operand| other.mentions.contains_key(&operand.subject());
        !self.bounds.keys().all(read) || self.is_apart_from(other)
    }

    /// What to file it under: something that every case has in common, and what that belongs to.
    pub(super) fn file(&self) -> Option<(Option<Exactly>, Subject)> {
        let one = self.bounds.iter().find_map(|(operand, bound)| match bound {
            Bound::OneOf(members) if members.len() == 1 => {
                let member = members.iter().next()?;
                Some((Some((operand.clone(), member.clone())), operand.subject()))
            }
            _ => None,
        });
        let any = || self.bounds.keys().next();
        one.or_else(|| any().map(|operand| (None, operand.subject())))
    }

    /// Where rules are filed that may hold in every case of this one.
    pub(super) fn files(&self) -> impl Iterator<Item = (File, &Subject)> {
        self.mentions.iter().map(|(subject, operands)| {
            let only = operands.first().filter(|_| operands.len() == 1);
            let file = match only.and_then(|only| Some((only, self.bounds.get(only)?))) {
                Some((operand, Bound::OneOf(members))) => {
                    let members = members.iter();
                    File::Exactly(members.map(|one| (operand.clone(), one.clone())).collect())
                }
                _ => File::All,
            };
            (file, subject)
        })
    }
}

/// Which of the rules that are filed under one subject.
pub(super) enum File {
    All,
    /// Those of these constants, and those of none.
    Exactly(Vec<Exactly>),
}

fn mentions(expr: &Expr, out: &mut BTreeMap<Subject, BTreeSet<Operand>>) {
    let mut mention = |operand: Operand| {
        out.entry(operand.subject()).or_default().insert(operand);
    };
    expr.walk(&mut |node| match &node.kind {
        ExprKind::HasRole(role) => mention(Operand::Role(role.clone())),
        ExprKind::Path(path) | ExprKind::IsMissing(path) => mention(Operand::of(path)),
        ExprKind::Changed(path) => {
            for root in [Root::Record, Root::Old] {
                mention(Operand::Path(root, path.keys.clone()));
            }
        }
        _ => {}
    });
}

/// What one part says of one operand.
fn bound(part: &Expr) -> Option<(Operand, Bound)> {
    match &part.kind {
        ExprKind::HasRole(role) => Some((Operand::Role(role.clone()), Bound::Role)),
        ExprKind::Compare(comparison, a, b) => match (&a.kind, &b.kind) {
            (ExprKind::Path(path), ExprKind::Literal(value)) => compared(path, *comparison, value),
            (ExprKind::Literal(value), ExprKind::Path(path)) => {
                compared(path, comparison.flipped(), value)
            }
            _ => None,
        },
        ExprKind::InSet(item, set) => {
            let ExprKind::Path(path) = &item.kind else {
                return None;
            };
            let texts = set.texts().map(|text| Value::Text(text.clone()));
            let numbers = set.numbers().map(Value::Number);
            let members: HashSet<Value> = texts.chain(numbers).take(MEMBERS + 1).collect();
            (members.len() <= MEMBERS).then(|| (Operand::of(path), Bound::OneOf(members)))
        }
        _ => None,
    }
}

fn compared(path: &Path, comparison: Comparison, value: &Value) -> Option<(Operand, Bound)> {
    let bound = match (comparison, value) {
        (Comparison::Equal, _) => Bound::OneOf(HashSet::from([value.clone()])),
        (Comparison::Less | Comparison::LessOrEqual, Value::Number(high)) => {
            Bound::Range(None, Some(*high))
        }
        (Comparison::Greater | Comparison::GreaterOrEqual, Value::Number(low)) => {
            Bound::Range(Some(*low), None)
        }
        _ => return None,
    };
    Some((Operand::of(path), bound))
}
