//! Regions, and what each condition comes to in each of them.
//!
//! Where only the evaluator knows what a condition comes to, a region is divided further by what it
//! *might* come to, and values are looked for that show that it does. A division without such a value
//! may be empty: what depends on it is "cannot tell", never an example and never a proof.

use std::collections::HashMap;

use guardrails_core::policy::{Expr, ExprKind, Path, TextTest};
use guardrails_core::process::{Truth, holds};
use guardrails_core::{Fields, Name, Value};
use rust_decimal::Decimal;

use super::atom::{self, Depth};
use super::region::{Extent, Region, regions};
use super::sample::Sample;
use super::scene::{Domain, Scene};
use super::supposed::{Reading, Supposed};
use super::truths::Truths;

/// A condition on the value at one place.
#[derive(Clone, Copy)]
pub(super) enum Test<'e> {
    Known(&'e Expr, &'e Path, Depth),
    /// `changed(x)` where nothing changes: unknown for what cannot be read, else false.
    Unchanged,
}

/// The regions of one place, and one column of truths for each test.
pub(super) struct Partition {
    pub(super) regions: Vec<Region>,
    pub(super) tables: Vec<Vec<Truths>>,
}

/// Values of one region that are kept.
const SAMPLES: usize = 4;

pub(super) fn partition(
    scene: Scene<'_>,
    path: &Path,
    domain: &Domain,
    tests: &[Test<'_>],
) -> Partition {
    let mut constants = Vec::new();
    for test in tests {
        if let Test::Known(expr, _, Depth::Plain) = test {
            atom::constants(expr, &mut constants);
        }
    }
    let judge = Judge { scene, path, tests };
    let candidates = judge.candidates();
    let mut merged: Vec<(Region, Vec<Truth>)> = Vec::new();
    let mut known: HashMap<(u8, Vec<Truth>), usize> = HashMap::new();
    for region in regions(&path.ty, domain, &constants) {
        for (part, column) in judge.divided(region, &candidates) {
            let kind = match part.extent {
                Extent::Missing => 0,
                Extent::Invalid => 1,
                // An empty division must not borrow the values of another, nor lend its doubt.
                _ if part.samples.is_empty() => 2,
                _ => 3,
            };
            match known.get(&(kind, column.clone())).copied() {
                Some(at) => join(&mut merged, at, part),
                None => {
                    known.insert((kind, column.clone()), merged.len());
                    merged.push((part, column));
                }
            }
        }
    }
    let tables = (0..tests.len())
        .map(|test| {
            let truth = |(_, column): &(Region, Vec<Truth>)| {
                column.get(test).copied().map_or(Truths::ANY, Truths::of)
            };
            merged.iter().map(truth).collect()
        })
        .collect();
    Partition {
        regions: merged.into_iter().map(|(region, _)| region).collect(),
        tables,
    }
}

fn join(merged: &mut [(Region, Vec<Truth>)], at: usize, part: Region) {
    if let Some((have, _)) = merged.get_mut(at) {
        have.many = true;
        have.samples.extend(part.samples);
        have.samples.truncate(SAMPLES);
    }
}

struct Judge<'j, 'e> {
    scene: Scene<'j>,
    path: &'j Path,
    tests: &'j [Test<'e>],
}

impl Judge<'_, '_> {
    fn truth(&self, test: Test<'_>, sample: &Sample) -> Truth {
        match test {
            Test::Unchanged if *sample == Sample::Invalid => Truth::Unknown,
            Test::Unchanged => Truth::False,
            Test::Known(expr, _, Depth::Plain) => atom::truth(expr, sample),
            Test::Known(expr, path, Depth::Deep) => {
                let reading = Reading::Value(path.clone(), sample.clone());
                Supposed::new(self.scene, &[reading])
                    .map_or(Truth::Unknown, |supposed| holds(expr, &supposed.facts()))
            }
        }
    }

    fn column(&self, sample: &Sample) -> Vec<Truth> {
        let tests = self.tests.iter();
        tests.map(|test| self.truth(*test, sample)).collect()
    }

    /// The region as it is, or in parts where only the evaluator can tell.
    fn divided(&self, mut region: Region, candidates: &[Sample]) -> Vec<(Region, Vec<Truth>)> {
        let deep = |test: &&Test<'_>| matches!(test, Test::Known(_, _, Depth::Deep));
        let settled = matches!(
            region.extent,
            Extent::Missing | Extent::Invalid | Extent::Point
        );
        let Some(first) = region.samples.first().cloned() else {
            return Vec::new();
        };
        let column = self.column(&first);
        if settled || !self.tests.iter().any(|test| deep(&test)) {
            region.samples.truncate(SAMPLES);
            return vec![(region, column)];
        }
        let fitting = candidates
            .iter()
            .filter(|candidate| region.extent.holds(candidate, &self.path.ty));
        let samples: Vec<Sample> = region.samples.iter().chain(fitting).cloned().collect();
        let mut parts = self.possible(&column);
        for sample in samples {
            let found = self.column(&sample);
            match parts.iter_mut().find(|(column, _)| *column == found) {
                Some((_, values)) => values.push(sample),
                None => parts.push((found, vec![sample])),
            }
        }
        parts.sort_by_key(|(_, samples)| samples.is_empty());
        parts
            .into_iter()
            .map(|(column, mut samples)| {
                samples.truncate(SAMPLES);
                let part = Region {
                    extent: region.extent.clone(),
                    samples,
                    many: true,
                };
                (part, column)
            })
            .collect()
    }

    /// Every way in which the deep tests might come out, beside the plain ones of `column`.
    fn possible(&self, column: &[Truth]) -> Vec<(Vec<Truth>, Vec<Sample>)> {
        let mut ways: Vec<Vec<Truth>> = vec![Vec::new()];
        for (test, truth) in self.tests.iter().zip(column) {
            let might: &[Truth] = match test {
                Test::Known(expr, _, Depth::Deep) if self.is_certain(expr) => {
                    &[Truth::True, Truth::False]
                }
                Test::Known(_, _, Depth::Deep) => &[Truth::True, Truth::False, Truth::Unknown],
                _ => std::slice::from_ref(truth),
            };
            ways = ways
                .into_iter()
                .flat_map(|way| {
                    might.iter().map(move |truth| {
                        let mut way = way.clone();
                        way.push(*truth);
                        way
                    })
                })
                .collect();
        }
        ways.into_iter().map(|way| (way, Vec::new())).collect()
    }

    /// Whether it is known of every value that is there and can be read.
    fn is_certain(&self, expr: &Expr) -> bool {
        let read = |item: &Expr| matches!(item.kind, ExprKind::Path(_));
        let text = |item: &Expr| matches!(item.kind, ExprKind::Literal(Value::Text(_)));
        match &expr.kind {
            ExprKind::InSet(item, _) | ExprKind::Matches(item, _) => read(item),
            ExprKind::Compare(_, a, b) => read(a) && text(b) || text(a) && read(b),
            ExprKind::Text(TextTest::Contains, item, _) if matches!(item.kind, ExprKind::Path(ref path) if path.ty != guardrails_core::policy::Type::Text) => {
                false
            }
            ExprKind::Text(_, item, part) => read(item) && text(part),
            _ => false,
        }
    }

    /// Values worth asking the evaluator about, from the constants of the deep tests.
    fn candidates(&self) -> Vec<Sample> {
        let mut constants = Vec::new();
        let mut items = Vec::new();
        for test in self.tests {
            if let Test::Known(expr, _, Depth::Deep) = test {
                atom::constants(expr, &mut constants);
                lists(expr, &mut items);
            }
        }
        let texts: Vec<Name> = constants
            .iter()
            .filter_map(|constant| match constant {
                Sample::Text(text) => Some(text.clone()),
                _ => None,
            })
            .take(8)
            .collect();
        let mut found: Vec<Sample> = constants.iter().take(64).flat_map(near).collect();
        for a in &texts {
            for b in &texts {
                found.push(Sample::Text(format!("{a}{b}").into()));
                found.push(Sample::Text(format!("{a} {b}").into()));
                let three = texts.iter().take(3).map(|c| format!("{a}{c}{b}"));
                found.extend(three.map(|text| Sample::Text(text.into())));
            }
        }
        found.extend(
            items
                .into_iter()
                .map(|items| Sample::Whole(Value::List(items.into()))),
        );
        found
    }
}

/// A constant, and what is near it and around its size.
fn near(constant: &Sample) -> Vec<Sample> {
    let number = match constant {
        Sample::Number(number) => *number,
        other => return vec![other.clone()],
    };
    let mut found = vec![number];
    for factor in [
        Decimal::ONE,
        Decimal::TEN,
        Decimal::ONE_HUNDRED,
        Decimal::from(10_000),
    ] {
        found.extend(number.checked_add(factor));
        found.extend(number.checked_sub(factor));
        found.extend(number.checked_mul(factor));
        found.extend(number.checked_div(factor));
    }
    found.into_iter().map(Sample::Number).collect()
}

/// Lists that a test over items may tell apart: of the constants it names, alone and in the fields
/// that it reads.
fn lists(expr: &Expr, out: &mut Vec<Vec<Value>>) {
    let mut constants = Vec::new();
    atom::constants(expr, &mut constants);
    let mut fields: Vec<Vec<Name>> = Vec::new();
    expr.visit_paths(&mut |path| {
        let inner = matches!(path.root, guardrails_core::policy::Root::Variable(_));
        if inner && !fields.contains(&path.keys) {
            fields.push(path.keys.clone());
        }
    });
    for constant in constants.iter().take(16).flat_map(near) {
        let value = match constant {
            Sample::Number(number) => Value::Number(number),
            Sample::Text(text) => Value::Text(text),
            Sample::Bool(value) => Value::Bool(value),
            _ => continue,
        };
        out.push(vec![value.clone()]);
        for keys in &fields {
            if let [only] = keys.as_slice() {
                let item: Fields = std::iter::once((only.clone(), value.clone())).collect();
                out.push(vec![item.into()]);
            }
        }
    }
}
