//! The values at one place, cut into regions by the constants they are compared with. Every condition
//! of the analysis comes out the same throughout a region, so one value may stand for all of it.

use guardrails_core::Name;
use guardrails_core::policy::Type;
use rust_decimal::Decimal;

use super::sample::Sample;
use super::scene::Domain;

/// Values that no constant tells apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Extent {
    Missing,
    Invalid,
    /// One value.
    Point,
    /// What lies between two numbers or moments, neither counted.
    Between(Option<Decimal>, Option<Decimal>),
    /// Texts other than these, in order.
    Other(Vec<Name>),
    /// Lists, or nested records.
    Whole,
}

/// A region, and values in it.
#[derive(Clone)]
pub(super) struct Region {
    pub(super) extent: Extent,
    /// Values in it, the plainest first; empty where it is not known whether there are any.
    pub(super) samples: Vec<Sample>,
    /// Whether it holds more than one value.
    pub(super) many: bool,
}

/// The regions of a type, in the order in which examples prefer them.
pub(super) fn regions(ty: &Type, domain: &Domain, constants: &[Sample]) -> Vec<Region> {
    let mut found = match ty {
        Type::Bool => vec![point(Sample::Bool(true)), point(Sample::Bool(false))],
        Type::Enum(members) => {
            let members = members.members.iter().cloned();
            members.map(|member| point(Sample::Text(member))).collect()
        }
        Type::Text => texts(domain, constants),
        Type::List(_) => vec![whole(guardrails_core::Value::List([].into()))],
        Type::Entity(_) => vec![whole(guardrails_core::Fields::new().into())],
        _ => Line { ty, domain }.regions(constants),
    };
    found.push(single(Extent::Missing, Sample::Missing));
    found.push(Region {
        many: true,
        ..single(Extent::Invalid, Sample::Invalid)
    });
    found
}

fn single(extent: Extent, sample: Sample) -> Region {
    Region {
        extent,
        samples: vec![sample],
        many: false,
    }
}

fn point(sample: Sample) -> Region {
    single(Extent::Point, sample)
}

fn whole(value: guardrails_core::Value) -> Region {
    Region {
        many: true,
        ..single(Extent::Whole, Sample::Whole(value))
    }
}

fn texts(domain: &Domain, constants: &[Sample]) -> Vec<Region> {
    let mut named: Vec<Name> = constants
        .iter()
        .filter_map(|constant| match constant {
            Sample::Text(text) if !(domain.never_empty && text.is_empty()) => Some(text.clone()),
            _ => None,
        })
        .collect();
    named.sort_unstable();
    named.dedup();
    let mut found: Vec<Region> = named
        .iter()
        .map(|text| point(Sample::Text(text.clone())))
        .collect();
    let others = ["x", "y", "another", "something else"];
    let fresh = (0..).map(|number| Name::from(format!("text {number}")));
    let samples = others
        .into_iter()
        .map(Name::from)
        .chain(fresh)
        .filter(|text| named.binary_search(text).is_err())
        .take(2)
        .map(Sample::Text)
        .collect();
    found.push(Region {
        extent: Extent::Other(named),
        samples,
        many: true,
    });
    found
}

/// Numbers or moments, which have an order.
struct Line<'a> {
    ty: &'a Type,
    domain: &'a Domain,
}

impl Line<'_> {
    fn regions(&self, constants: &[Sample]) -> Vec<Region> {
        let mut cuts: Vec<Decimal> = constants
            .iter()
            .filter_map(|constant| match constant {
                Sample::Number(number) if !self.is_moment() => Some(*number),
                Sample::Moment(moment) if self.is_moment() => Some(Decimal::from(*moment)),
                _ => None,
            })
            .collect();
        cuts.extend(
            self.domain
                .bounds
                .iter()
                .flat_map(|(low, high)| [*low, *high]),
        );
        cuts.sort_unstable();
        cuts.dedup();
        let mut found = Vec::new();
        let mut below = None;
        for cut in cuts {
            found.extend(self.between(below, Some(cut)));
            if self.is_on_grid(cut) && self.is_within(cut, cut) {
                found.extend(self.sample(cut).map(point));
            }
            below = Some(cut);
        }
        found.extend(self.between(below, None));
        found
    }

    fn is_moment(&self) -> bool {
        matches!(self.ty, Type::Date | Type::DateTime | Type::Duration)
    }

    /// Whole numbers, days and microseconds have gaps between them.
    fn has_gaps(&self) -> bool {
        self.is_moment() || *self.ty == Type::Int
    }

    fn is_on_grid(&self, number: Decimal) -> bool {
        !self.has_gaps() || number.fract().is_zero()
    }

    fn is_within(&self, low: Decimal, high: Decimal) -> bool {
        let inside = |(least, most): &(Decimal, Decimal)| *least <= low && high <= *most;
        self.domain.bounds.as_ref().is_none_or(inside)
    }

    fn sample(&self, number: Decimal) -> Option<Sample> {
        if self.is_moment() {
            return i64::try_from(number).ok().map(Sample::Moment);
        }
        Some(Sample::Number(number))
    }

    /// The region between two numbers, when there is anything in it.
    fn between(&self, low: Option<Decimal>, high: Option<Decimal>) -> Option<Region> {
        if self.domain.bounds.is_some() {
            let (Some(low), Some(high)) = (low, high) else {
                return None;
            };
            if !self.is_within(low, high) {
                return None;
            }
        }
        let mut numbers: Vec<Decimal> = Vec::new();
        for number in self.inside(low, high) {
            let inside =
                low.is_none_or(|low| low < number) && high.is_none_or(|high| number < high);
            if inside && self.is_on_grid(number) && !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        let samples: Vec<Sample> = numbers.into_iter().filter_map(|n| self.sample(n)).collect();
        (!samples.is_empty()).then(|| Region {
            extent: Extent::Between(low, high),
            many: samples.len() > 1,
            samples,
        })
    }

    /// Numbers that may lie between: near both ends, in the middle, and far out. When there are any in
    /// between, some of these are.
    fn inside(&self, low: Option<Decimal>, high: Option<Decimal>) -> Vec<Decimal> {
        let mut found = Vec::new();
        let steps: &[i64] = match self.ty {
            Type::DateTime => &[3_600_000_000, 1],
            Type::Duration => &[60_000_000, 1],
            _ => &[1, 100],
        };
        if low.is_none() && high.is_none() {
            found.extend([Decimal::ZERO, Decimal::ONE]);
        }
        for step in steps.iter().copied().map(Decimal::from) {
            found.extend(low.and_then(|low| low.floor().checked_add(step)));
            found.extend(high.and_then(|high| high.ceil().checked_sub(step)));
        }
        if let (Some(low), Some(high)) = (low, high) {
            let half = high.checked_sub(low).map(|length| length / Decimal::TWO);
            let middle = half.and_then(|half| low.checked_add(half));
            found.extend(middle.map(|middle| {
                if self.has_gaps() {
                    middle.floor()
                } else {
                    middle
                }
            }));
        }
        found
    }
}

impl Extent {
    /// Whether a candidate lies in here; points, and what is no value, stand for themselves.
    pub(super) fn holds(&self, candidate: &Sample, ty: &Type) -> bool {
        match (self, candidate) {
            (Self::Between(low, high), Sample::Number(number)) => {
                low.is_none_or(|low| low < *number)
                    && high.is_none_or(|high| *number < high)
                    && (*ty != Type::Int || number.fract().is_zero())
            }
            (Self::Between(low, high), Sample::Moment(moment)) => {
                let moment = Decimal::from(*moment);
                low.is_none_or(|low| low < moment) && high.is_none_or(|high| moment < high)
            }
            (Self::Other(named), Sample::Text(text)) => named.binary_search(text).is_err(),
            (Self::Whole, Sample::Whole(_)) => true,
            _ => false,
        }
    }
}
