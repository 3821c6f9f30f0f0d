//! What can come out one way or another: a value, a role, or something that is only a truth.

use std::cmp::Ordering;

use guardrails_core::Name;
use guardrails_core::policy::Path;

use super::region::{Extent, Region};
use super::sample::Sample;
use super::scene::{Data, Scene};

/// What a variable stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// The value at a place.
    Value(Path),
    /// Whether the actor has a role: false, true.
    Role(Name),
    /// A truth: false, true, unknown.
    Flag,
    /// How two values stand to each other, see [`ORDERS`]; with their places, where both are read
    /// plainly.
    Order(Option<Box<[Path; 2]>>),
}

/// The places of [`What::Order`]; none where the two cannot be compared.
pub(super) const ORDERS: [Option<Ordering>; 4] = [
    Some(Ordering::Less),
    Some(Ordering::Equal),
    Some(Ordering::Greater),
    None,
];

/// One variable, and the places it can be in.
pub(super) struct Variable {
    pub(super) what: What,
    /// Regions of a value; empty for anything else.
    pub(super) regions: Vec<Region>,
    /// The places it can be in: regions, truths or orders, by number.
    pub(super) live: Vec<usize>,
}

impl Variable {
    pub(super) fn new(
        what: What,
        regions: Vec<Region>,
        scene: Scene<'_>,
        data: Data,
        certain: bool,
    ) -> Self {
        let live = match &what {
            What::Value(path) => {
                let domain = scene.domain(path, data);
                let allowed = |region: &Region| match region.extent {
                    Extent::Missing => domain.may_miss,
                    Extent::Invalid => domain.may_be_invalid,
                    _ => true,
                };
                let regions = regions.iter().enumerate();
                regions
                    .filter_map(|(at, region)| allowed(region).then_some(at))
                    .collect()
            }
            What::Role(_) => vec![0, 1],
            What::Flag => vec![0, 1, 2],
            What::Order(_) if certain => vec![0, 1, 2],
            What::Order(_) => vec![0, 1, 2, 3],
        };
        Self {
            what,
            regions,
            live,
        }
    }

    pub(super) fn extent(&self, place: usize) -> Option<&Extent> {
        self.regions.get(place).map(|region| &region.extent)
    }

    pub(super) fn is_missing(&self, place: usize) -> bool {
        self.extent(place) == Some(&Extent::Missing)
    }

    pub(super) fn is_invalid(&self, place: usize) -> bool {
        self.extent(place) == Some(&Extent::Invalid)
    }

    pub(super) fn holds_many(&self, place: usize) -> bool {
        self.regions.get(place).is_some_and(|region| region.many)
    }

    /// A value of this place: the first, or another one for another `variant`.
    pub(super) fn sample(&self, place: usize, variant: usize) -> Option<&Sample> {
        let samples = &self.regions.get(place)?.samples;
        samples.get(variant.checked_rem(samples.len())?)
    }
}
