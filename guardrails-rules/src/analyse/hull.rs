//! A rough outline of a condition, so that most pairs of rules need no search: what every case of it
//! has in common. An outline never rules out a pair that a search would find.

use std::collections::{BTreeMap, BTreeSet};

use guardrails_core::policy::{Comparison, Expr, ExprKind, Path, Root};
use guardrails_core::{Name, Value};
use rust_decimal::Decimal;

use super::never::conjuncts;

/// Larger lists are outlined as anything.
const MEMBERS: usize = 256;

/// What the cases of a condition have in common.
#[derive(Debug, Default)]
pub(super) struct Hull {
    bounds: BTreeMap<Spot, Bound>,
    /// Everything that is read anywhere in the condition, by what it belongs to.
    mentions: BTreeMap<String, BTreeSet<String>>,
}

/// A place that a condition reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    place: String,
    /// What it belongs to: a role, or a field with its inside, as it is and as it was. What is said of
    /// one place of it may follow from what is said of another.
    whole: String,
}

#[derive(Debug)]
enum Bound {
    OneOf(BTreeSet<String>),
    Range(Option<Decimal>, Option<Decimal>),
    Role,
}

impl Hull {
    pub(super) fn of(condition: Option<&Expr>) -> Self {
        let mut hull = Self::default();
        let Some(condition) = condition else {
            return hull;
        };
        mentions(condition, &mut hull.mentions);
        let mut parts = Vec::new();
        conjuncts(condition, &mut parts);
        for part in parts {
            if let Some((place, bound)) = bound(part) {
                hull.bounds.entry(place).or_insert(bound);
            }
        }
        hull
    }

    /// Whether no case is in both.
    pub(super) fn is_apart_from(&self, other: &Self) -> bool {
        self.bounds.iter().any(|(place, bound)| {
            let other = other.bounds.get(place);
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
        let read = |spot: &Spot| other.mentions.contains_key(&spot.whole);
        !self.bounds.keys().all(read) || self.is_apart_from(other)
    }

    /// What to file it under: something that every case has in common, and what that belongs to.
    pub(super) fn file(&self) -> Option<(Option<String>, String)> {
        let one = self.bounds.iter().find_map(|(spot, bound)| match bound {
            Bound::OneOf(members) if members.len() == 1 => members
                .first()
                .map(|member| (Some(exactly(&spot.place, member)), spot.whole.clone())),
            _ => None,
        });
        let any = || {
            self.bounds
                .keys()
                .next()
                .map(|spot| (None, spot.whole.clone()))
        };
        one.or_else(any)
    }

    /// Where rules are filed that may hold in every case of this one.
    pub(super) fn files(&self) -> impl Iterator<Item = (File, &str)> {
        self.mentions.iter().map(|(whole, places)| {
            let spot = |place: &String| Spot {
                place: place.clone(),
                whole: whole.clone(),
            };
            let tied = match places.first().filter(|_| places.len() == 1) {
                Some(place) => match self.bounds.get(&spot(place)) {
                    Some(Bound::OneOf(members)) => Some(
                        members
                            .iter()
                            .map(|member| exactly(place, member))
                            .collect(),
                    ),
                    _ => None,
                },
                None => None,
            };
            (tied.map_or(File::All, File::Exactly), whole.as_str())
        })
    }
}

/// Which of the rules that are filed under one thing.
pub(super) enum File {
    All,
    /// Those of these constants, and those of none.
    Exactly(Vec<String>),
}

fn exactly(place: &str, member: &str) -> String {
    format!("{place} = {member}")
}

fn spot(path: &Path) -> Spot {
    let root = match path.root {
        Root::Old => Root::Record,
        root => root,
    };
    Spot {
        place: format!("{:?} {}", path.root, path.keys.join(".")),
        whole: format!("{root:?} {}", path.keys.first().map_or("", |key| key)),
    }
}

fn role(role: &Name) -> Spot {
    Spot {
        place: format!("role {role}"),
        whole: format!("role {role}"),
    }
}

fn mentions(expr: &Expr, out: &mut BTreeMap<String, BTreeSet<String>>) {
    let mut mention = |spot: Spot| {
        out.entry(spot.whole).or_default().insert(spot.place);
    };
    match &expr.kind {
        ExprKind::HasRole(name) => mention(role(name)),
        ExprKind::Path(path) | ExprKind::IsMissing(path) => mention(spot(path)),
        ExprKind::Changed(path) => {
            for root in [Root::Record, Root::Old] {
                mention(spot(&Path {
                    root,
                    ..path.clone()
                }));
            }
        }
        _ => expr
            .children()
            .into_iter()
            .for_each(|child| mentions(child, out)),
    }
}

/// What one part says of one place.
fn bound(part: &Expr) -> Option<(Spot, Bound)> {
    match &part.kind {
        ExprKind::HasRole(name) => Some((role(name), Bound::Role)),
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
            let texts = set.texts().map(|text| shown(&Value::Text(text.clone())));
            let numbers = set.numbers().map(|number| shown(&Value::Number(number)));
            let members: BTreeSet<String> = texts.chain(numbers).take(MEMBERS + 1).collect();
            (members.len() <= MEMBERS).then(|| (spot(path), Bound::OneOf(members)))
        }
        _ => None,
    }
}

fn compared(path: &Path, comparison: Comparison, value: &Value) -> Option<(Spot, Bound)> {
    let bound = match (comparison, value) {
        (Comparison::Equal, _) => Bound::OneOf(BTreeSet::from([shown(value)])),
        (Comparison::Less | Comparison::LessOrEqual, Value::Number(high)) => {
            Bound::Range(None, Some(*high))
        }
        (Comparison::Greater | Comparison::GreaterOrEqual, Value::Number(low)) => {
            Bound::Range(Some(*low), None)
        }
        _ => return None,
    };
    Some((spot(path), bound))
}

fn shown(value: &Value) -> String {
    let mut out = String::new();
    value.write_json(&mut out);
    out
}
