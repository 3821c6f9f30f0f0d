//! How far the permission tables narrow what is given of a field, and how that depends on records:
//! a row may hold under a condition.
//!
//! The rows of one role on one field are a [`Group`]: of those that hold the strictest counts, and where
//! none holds the field is hidden. A row of which it cannot be known whether it holds restricts like one
//! that does, and gives nothing, like one that does not.

use std::cmp::Ordering;

use smallvec::SmallVec;

use super::aggregation_type;
use super::level::Level;
use super::truths::truth_at;
use crate::data::access::{Access, Source, Writable};
use crate::policy::{Aggregable, Mask, Sensitivity};
use crate::truth::Truth;

/// How far the tables let one role's access to a field go.
#[derive(Debug, Clone)]
pub(in crate::data) struct Limit {
    kind: LimitKind,
    /// The figures that [`LimitKind::Aggregated`] leaves.
    figures: Aggregable,
    source: Source,
}

/// In order of strictness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum LimitKind {
    Write,
    Read,
    Masked,
    Aggregated,
    Hidden,
}

impl Limit {
    /// The strictest of some; none of none.
    pub(in crate::data) fn strictest(limits: impl IntoIterator<Item = Self>) -> Option<Self> {
        limits.into_iter().reduce(|a, b| match b.kind.cmp(&a.kind) {
            Ordering::Greater => b,
            Ordering::Equal => Self {
                figures: a.figures.narrowed(b.figures),
                ..a
            },
            Ordering::Less => a,
        })
    }

    /// What a limit leaves of a field. A mask of the policy's own is kept where the tables ask for
    /// one, since it knows the field better than the default mask does.
    pub(super) fn narrow(limit: Option<&Self>, level: Level, sensitivity: Sensitivity) -> Level {
        let Some(limit) = limit else {
            return level;
        };
        match (limit.kind, &level.access) {
            (LimitKind::Write, _) => level,
            (LimitKind::Hidden, _) => Level::hidden(limit.source.clone()),
            (LimitKind::Aggregated, _) => Level {
                aggregable: level
                    .figures()
                    .narrowed(limit.figures)
                    .over_at_least(Aggregable::GROUP),
                ..Level::hidden(limit.source.clone())
            },
            (LimitKind::Masked, Access::Read) => Level {
                aggregable: level.aggregable,
                ..limit.masked(sensitivity)
            },
            (LimitKind::Masked | LimitKind::Read, _) => Level {
                writable: Writable::No,
                ..level
            },
        }
    }

    /// [`Limit::narrow`] for a limit on a nested entity's own field: the stricter of two masks holds,
    /// since the policy's was chosen for the outer field and may not know the inner one.
    pub(in crate::data) fn narrow_inside(
        limit: Option<&Self>,
        level: Level,
        sensitivity: Sensitivity,
    ) -> Level {
        if let Some(limit) = limit.filter(|limit| limit.kind == LimitKind::Masked) {
            let masked = limit.masked(sensitivity);
            if masked.access.is_stricter_than(&level.access) {
                return masked;
            }
        }
        Self::narrow(limit, level, sensitivity)
    }

    fn masked(&self, sensitivity: Sensitivity) -> Level {
        Level {
            access: Access::Masked(Mask::Default(sensitivity)),
            writable: Writable::No,
            aggregable: Aggregable::NOTHING,
            source: self.source.clone(),
        }
    }

    /// Nothing is left.
    pub(super) fn hidden(source: Source) -> Self {
        Self {
            kind: LimitKind::Hidden,
            figures: Aggregable::NOTHING,
            source,
        }
    }

    /// What a row's access word leaves. AGGREGATED is for figures over many records; of a single one
    /// nothing is shown. A word that is none hides, and one that is no figure leaves none.
    pub(super) fn of_row(access: &str, aggregation: Option<&str>, source: Source) -> Self {
        Self {
            kind: limit_kind(access),
            figures: aggregation_type::read(aggregation).unwrap_or_default(),
            source,
        }
    }

    /// The limit on a field, as it counts for the field that holds it.
    pub(super) fn outside(self) -> Self {
        let kind = match self.kind {
            LimitKind::Masked | LimitKind::Aggregated => LimitKind::Hidden,
            other => other,
        };
        Self { kind, ..self }
    }
}

/// Whether a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holding {
    /// For every record.
    Holds,
    /// For none, in this AI context.
    Fails,
    /// Where the condition at this place holds.
    When(usize),
    /// Nobody can know here: the condition is about another record than the one at hand.
    Unknown,
    /// What it says is not understood, so it closes.
    Closed,
}

impl Holding {
    /// How that comes out.
    fn truth(self, truths: &[Truth]) -> Truth {
        match self {
            Self::Holds | Self::Closed => Truth::True,
            Self::Fails => Truth::False,
            Self::When(at) => truth_at(truths, at),
            Self::Unknown => Truth::Unknown,
        }
    }

    fn is_open(self) -> bool {
        matches!(self, Self::When(_))
    }
}

/// One role's rows of one tenant on a field; at least one.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) rows: SmallVec<[(Holding, Limit); 1]>,
    /// Who says so where none of them holds.
    pub(super) none_holds: Source,
}

impl Group {
    fn at(&self, truths: &[Truth]) -> Limit {
        let mut gives = false;
        let mut limits: SmallVec<[Limit; 2]> = SmallVec::new();
        for (holding, limit) in &self.rows {
            match holding.truth(truths) {
                Truth::False => continue,
                Truth::Unknown => {}
                Truth::True => gives = true,
            }
            limits.push(limit.clone());
        }
        if !gives {
            limits.push(Limit::hidden(self.none_holds.clone()));
        }
        let strictest = Limit::strictest(limits);
        strictest.unwrap_or_else(|| Limit::hidden(self.none_holds.clone()))
    }
}

/// All limits on one access.
#[derive(Debug, Clone, Default)]
pub(super) struct Limits {
    /// What holds for every record.
    settled: Option<Limit>,
    /// What depends on the record.
    open: Vec<Group>,
}

impl Limits {
    pub(super) fn of(groups: impl IntoIterator<Item = Group>) -> Self {
        let mut limits = Self::default();
        for group in groups {
            if group.rows.iter().any(|(holding, _)| holding.is_open()) {
                limits.open.push(group);
            } else {
                limits.settled =
                    Limit::strictest(limits.settled.into_iter().chain([group.at(&[])]));
            }
        }
        limits
    }

    /// The strictest, where the conditions have these truths; one that is left out counts as unknown.
    pub(super) fn at(&self, truths: &[Truth]) -> Option<Limit> {
        let open = self.open.iter().map(|group| group.at(truths));
        Limit::strictest(self.settled.iter().cloned().chain(open))
    }
}

/// Rows that keep a field from AI altogether, whatever else is granted.
#[derive(Debug, Clone, Default)]
pub(super) struct Closings(SmallVec<[(Holding, Source); 1]>);

impl Closings {
    pub(super) fn of(rows: impl IntoIterator<Item = (Holding, Source)>) -> Self {
        let rows = rows.into_iter();
        Self(
            rows.filter(|(holding, _)| *holding != Holding::Fails)
                .collect(),
        )
    }

    /// Those of a field and of the fields around it.
    pub(super) fn all(each: impl IntoIterator<Item = Self>) -> Self {
        Self(each.into_iter().flat_map(|closings| closings.0).collect())
    }

    /// The first that holds, or may.
    pub(super) fn at(&self, truths: &[Truth]) -> Option<&Source> {
        let mut closing = self.0.iter();
        let first = closing.find(|(holding, _)| holding.truth(truths).restricts());
        first.map(|(_, source)| source)
    }
}

fn limit_kind(access: &str) -> LimitKind {
    match access {
        "WRITE" => LimitKind::Write,
        "READ" => LimitKind::Read,
        "MASKED" => LimitKind::Masked,
        "AGGREGATED" => LimitKind::Aggregated,
        _ => LimitKind::Hidden,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_words_are_exact() {
        assert_eq!(limit_kind("READ"), LimitKind::Read);
        assert_eq!(limit_kind("AGGREGATED"), LimitKind::Aggregated);
        for word in ["read", "aggregated", "HIDDEN", "", "ALL"] {
            assert_eq!(limit_kind(word), LimitKind::Hidden, "{word}");
        }
    }

    #[test]
    fn unknown_restricts_and_gives_nothing() {
        let group = |rows: &[(Holding, &str)]| {
            let rows = rows
                .iter()
                .map(|(holding, word)| (*holding, Limit::of_row(word, None, Source::Nobody)));
            let group = Group {
                rows: rows.collect(),
                none_holds: Source::Nobody,
            };
            Limits::of([group])
        };
        let when = Holding::When(0);
        let kind = |limits: &Limits, truth| limits.at(&[truth]).map(|limit| limit.kind);
        let alone = group(&[(when, "READ")]);
        assert_eq!(kind(&alone, Truth::True), Some(LimitKind::Read));
        for truth in [Truth::False, Truth::Unknown] {
            assert_eq!(kind(&alone, truth), Some(LimitKind::Hidden), "{truth:?}");
        }
        let beside = group(&[(Holding::Holds, "WRITE"), (when, "MASKED")]);
        assert_eq!(kind(&beside, Truth::False), Some(LimitKind::Write));
        for truth in [Truth::True, Truth::Unknown] {
            assert_eq!(kind(&beside, truth), Some(LimitKind::Masked), "{truth:?}");
        }
    }
}
