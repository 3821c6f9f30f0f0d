//! Which figures may be taken of a field over many records, and over how many at least.

use std::fmt;

use super::aggregate::Aggregation;

/// For each figure the smallest group it may be taken of; none where it may not be taken at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Aggregable {
    count: Option<u32>,
    sum: Option<u32>,
    average: Option<u32>,
    least: Option<u32>,
    greatest: Option<u32>,
}

impl Aggregable {
    /// The smallest group where the policy names none: a figure over fewer people says too much about
    /// each of them.
    pub const GROUP: u32 = 5;

    /// No figure.
    pub const NOTHING: Self = Self {
        count: None,
        sum: None,
        average: None,
        least: None,
        greatest: None,
    };

    /// These figures, over groups of at least `group` records.
    #[must_use]
    pub fn by(figures: &[Aggregation], group: u32) -> Self {
        figures.iter().fold(Self::NOTHING, |so_far, figure| {
            so_far.with(*figure, Some(group))
        })
    }

    /// Every figure, over groups of at least `group` records.
    #[must_use]
    pub fn every(group: u32) -> Self {
        Self::NOTHING.map(|_, _| Some(group))
    }

    /// The smallest group that a figure may be taken of; none where it may not.
    #[must_use]
    pub fn smallest_group(&self, figure: Aggregation) -> Option<u32> {
        match figure {
            Aggregation::Count => self.count,
            Aggregation::Sum => self.sum,
            Aggregation::Average => self.average,
            Aggregation::Least => self.least,
            Aggregation::Greatest => self.greatest,
        }
    }

    /// Whether no figure may be taken.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::NOTHING
    }

    /// Across grants: each figure that either gives, over the smaller group where both do.
    pub(crate) fn widened(self, other: Self) -> Self {
        self.map(
            |figure, group| match (group, other.smallest_group(figure)) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
        )
    }

    /// The figures that both give, over the larger group.
    pub(crate) fn narrowed(self, other: Self) -> Self {
        self.map(|figure, group| Some(group?.max(other.smallest_group(figure)?)))
    }

    /// The same figures, over groups of at least `least`.
    pub(crate) fn over_at_least(self, least: u32) -> Self {
        self.map(|_, group| group.map(|group| group.max(least)))
    }

    fn map(self, change: impl Fn(Aggregation, Option<u32>) -> Option<u32>) -> Self {
        Aggregation::WORDS.iter().fold(self, |so_far, (_, figure)| {
            so_far.with(*figure, change(*figure, self.smallest_group(*figure)))
        })
    }

    fn with(mut self, figure: Aggregation, group: Option<u32>) -> Self {
        let place = match figure {
            Aggregation::Count => &mut self.count,
            Aggregation::Sum => &mut self.sum,
            Aggregation::Average => &mut self.average,
            Aggregation::Least => &mut self.least,
            Aggregation::Greatest => &mut self.greatest,
        };
        *place = group;
        self
    }
}

impl fmt::Display for Aggregable {
    /// `sum over 5, avg over 5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = Aggregation::WORDS
            .iter()
            .filter_map(|(word, figure)| Some((word, self.smallest_group(*figure)?)));
        for (at, (word, group)) in figures.enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            write!(f, "{comma}{word} over {group}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_come_together() {
        let sums = Aggregable::by(&[Aggregation::Sum, Aggregation::Average], 5);
        let more = Aggregable::by(&[Aggregation::Sum, Aggregation::Count], 9);
        assert_eq!(
            sums.widened(more).to_string(),
            "count over 9, sum over 5, avg over 5"
        );
        assert_eq!(sums.narrowed(more).to_string(), "sum over 9");
        assert!(sums.narrowed(Aggregable::NOTHING).is_nothing());
        assert_eq!(sums.over_at_least(7).to_string(), "sum over 7, avg over 7");
        assert_eq!(sums.smallest_group(Aggregation::Least), None);
        assert!(Aggregable::NOTHING.over_at_least(1).is_nothing());
    }
}
