//! Values of two places that are compared with each other, chosen so that they stand to each other as
//! supposed. A choice is only a guess: what comes of it is the evaluator's to confirm.

use std::cmp::Ordering;

use guardrails_core::Name;
use guardrails_core::policy::{Path, Type};
use rust_decimal::Decimal;

use super::sample::Sample;
use super::supposed::Reading;

/// 2026-01-01, in days, and its first microsecond.
const SOME_DAY: i64 = 20_454;
const SOME_TIME: i64 = SOME_DAY * 86_400_000_000;
/// One hour in microseconds.
const HOUR: i64 = 3_600_000_000;

/// Readings of the places that have none yet, so that the first stands in this order to the second.
pub(super) fn pair(
    [first, second]: &[Path; 2],
    order: Ordering,
    readings: &[Reading],
) -> Vec<Reading> {
    let have = |path: &Path| {
        readings.iter().find_map(|reading| match reading {
            Reading::Value(known, sample) if known == path => Some(sample),
            _ => None,
        })
    };
    let read = |path: &Path, sample: Sample| Reading::Value(path.clone(), sample);
    let beside = |sample: &Sample, path: &Path, order: Ordering| {
        let other = match order {
            Ordering::Equal => Some(sample.clone()),
            Ordering::Less => above(sample, &path.ty),
            Ordering::Greater => below(sample, &path.ty),
        };
        other.map(|other| read(path, other)).into_iter()
    };
    match (have(first), have(second)) {
        (Some(_), Some(_)) => Vec::new(),
        (Some(known), None) => beside(known, second, order).collect(),
        (None, Some(known)) => beside(known, first, order.reverse()).collect(),
        // The lower of the two is where one begins, so that there is always something above it.
        (None, None) => {
            let (low, high) = match order {
                Ordering::Greater => (second, first),
                _ => (first, second),
            };
            let Some(lowest) = some(&low.ty) else {
                return Vec::new();
            };
            let order = order.min(order.reverse());
            let other = beside(&lowest, high, order);
            other.chain([read(low, lowest.clone())]).collect()
        }
    }
}

/// A value to begin with.
fn some(ty: &Type) -> Option<Sample> {
    Some(match ty {
        Type::Bool => Sample::Bool(false),
        Type::Int | Type::Decimal | Type::Percent | Type::Money(_) => Sample::Number(Decimal::ONE),
        Type::Text => Sample::Text("x".into()),
        Type::Enum(_) => Sample::Text(members(ty).first()?.clone()),
        Type::Date => Sample::Moment(SOME_DAY),
        Type::DateTime => Sample::Moment(SOME_TIME),
        Type::Duration => Sample::Moment(HOUR),
        Type::List(_) | Type::Entity(_) => return None,
    })
}

fn above(sample: &Sample, ty: &Type) -> Option<Sample> {
    Some(match sample {
        Sample::Bool(false) => Sample::Bool(true),
        Sample::Number(number) => Sample::Number(number.checked_add(Decimal::ONE)?),
        Sample::Moment(moment) => Sample::Moment(moment.checked_add(step(ty))?),
        Sample::Text(text) if matches!(ty, Type::Enum(_)) => {
            Sample::Text(members(ty).into_iter().find(|member| member > text)?)
        }
        Sample::Text(text) => Sample::Text(format!("{text}y").into()),
        _ => return None,
    })
}

fn below(sample: &Sample, ty: &Type) -> Option<Sample> {
    Some(match sample {
        Sample::Bool(true) => Sample::Bool(false),
        Sample::Number(number) => Sample::Number(number.checked_sub(Decimal::ONE)?),
        Sample::Moment(moment) => Sample::Moment(moment.checked_sub(step(ty))?),
        Sample::Text(text) if matches!(ty, Type::Enum(_)) => {
            let members = members(ty).into_iter();
            Sample::Text(members.rev().find(|member| member < text)?)
        }
        // A text is above each of its beginnings.
        Sample::Text(text) => {
            let mut shorter = text.chars();
            shorter.next_back()?;
            Sample::Text(shorter.as_str().into())
        }
        _ => return None,
    })
}

fn step(ty: &Type) -> i64 {
    if *ty == Type::Date { 1 } else { HOUR }
}

/// The words of an enum, as texts are ordered.
fn members(ty: &Type) -> Vec<Name> {
    let mut members = match ty {
        Type::Enum(declared) => declared.members.clone(),
        _ => Vec::new(),
    };
    members.sort_unstable();
    members
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test stops at the first surprise")]
mod tests {
    use std::sync::Arc;

    use guardrails_core::policy::{EnumType, Root};

    use super::*;

    fn place(name: &str, ty: &Type) -> Path {
        Path {
            root: Root::Record,
            keys: vec![name.into()],
            ty: ty.clone(),
        }
    }

    fn order(of: &[Path; 2], readings: &[Reading]) -> Option<Ordering> {
        let read = |path: &Path| {
            readings.iter().find_map(|reading| match reading {
                Reading::Value(known, sample) if known == path => sample.datum(),
                _ => None,
            })
        };
        let [first, second] = of;
        read(first)?.compare(read(second)?)
    }

    #[test]
    fn two_places_get_values_in_the_order_that_is_supposed() {
        let words = EnumType {
            name: "".into(),
            members: ["SENT", "DRAFT"].map(Name::from).to_vec(),
        };
        let types = [
            Type::Bool,
            Type::Int,
            Type::Percent,
            Type::Text,
            Type::Enum(Arc::new(words)),
            Type::Date,
            Type::DateTime,
            Type::Duration,
        ];
        for ty in types {
            let both = [place("a", &ty), place("b", &ty)];
            for wanted in [Ordering::Less, Ordering::Equal, Ordering::Greater] {
                let free = pair(&both, wanted, &[]);
                assert_eq!(order(&both, &free), Some(wanted), "{ty}");
                // What one of them has already, stays.
                for kept in 0..2 {
                    let mut readings: Vec<Reading> = free.clone();
                    let path = both.get(kept);
                    readings.retain(|it| matches!(it, Reading::Value(of, _) if Some(of) == path));
                    readings.extend(pair(&both, wanted, &readings));
                    assert_eq!(order(&both, &readings), Some(wanted), "{ty}");
                }
            }
        }
    }
}
