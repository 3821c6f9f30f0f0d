//! What the clauses of grants come to on one field: what is shown of it, whether it may be written, which
//! figures may be taken.
//!
//! The one definition of how clauses combine. The guard computes it with the truths of one record, the
//! analysis of policies with formulas over conditions, the page about a policy with what holds for every
//! record: each gives the algebra its own [`Condition`]. Permission tables and rules on reading narrow the
//! result elsewhere; nothing here evaluates a condition.
//!
//! - A clause that gives (`read`, `write`, `aggregate`) counts where its condition is true. One that restricts
//!   (`mask`, `hide`) counts where its condition may hold, and `mask` gives where it is true.
//! - Within a grant the strictest access counts, if some clause gives one.
//! - A grant lets a field be written where one of its `write` clauses counts and none of its `hide` clauses
//!   does. A mask changes what is shown, and takes no writing away.
//! - How far it may be written, within the row scope or beyond, is the furthest of the `write` clauses that
//!   count.
//! - Across grants that hold, the most permissive counts, of each of the three by itself.

use super::access::{Access, Writable};
use crate::policy::{Aggregable, Aggregation, Expr, Permission, Sensitivity, WriteScope};
use crate::truth::Truth;

/// What one clause says of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClauseEffect {
    /// Shows it so, or hides it.
    Shows(Access),
    /// Shows it, and lets it be written so far.
    Writes(WriteScope),
    /// Gives these figures of it over many records, and shows nothing of any of them.
    Counts(Aggregable),
}

impl ClauseEffect {
    /// What a clause with this permission says of a field of this sensitivity.
    #[must_use]
    pub fn of(permission: &Permission, sensitivity: Sensitivity) -> Self {
        match permission {
            Permission::Read => Self::Shows(Access::Read),
            Permission::Write(scope) => Self::Writes(*scope),
            Permission::Mask(mask) => Self::Shows(Access::Masked(mask.on(sensitivity))),
            Permission::Hide => Self::Shows(Access::Hidden),
            Permission::Aggregate(figures) => Self::Counts(*figures),
        }
    }

    /// What it makes of the view of one record; none where that is not what it is about.
    #[must_use]
    pub fn access(&self) -> Option<&Access> {
        match self {
            Self::Shows(access) => Some(access),
            Self::Writes(_) => Some(&Access::Read),
            Self::Counts(_) => None,
        }
    }

    /// How far it lets the field be written; none where it does not.
    #[must_use]
    pub fn writes(&self) -> Option<WriteScope> {
        match self {
            Self::Writes(scope) => Some(*scope),
            Self::Shows(_) | Self::Counts(_) => None,
        }
    }

    /// Whether it takes something away, so that it counts even where its condition is unknown.
    #[must_use]
    pub fn restricts(&self) -> bool {
        matches!(self.access(), Some(Access::Masked(_) | Access::Hidden))
    }

    fn hides(&self) -> bool {
        self.access() == Some(&Access::Hidden)
    }

    fn smallest_group(&self, figure: Aggregation) -> Option<u32> {
        match self {
            Self::Counts(figures) => figures.smallest_group(figure),
            Self::Shows(_) | Self::Writes(_) => None,
        }
    }

    /// Where the clause counts.
    pub fn counts<C: Condition>(&self, when: C) -> C::Claim {
        match self.restricts() {
            true => when.may_hold(),
            false => when.holds(),
        }
    }
}

/// The condition of a clause or a grant, in whatever way it is known.
pub trait Condition: Copy {
    /// What is known of a yes-or-no question about conditions.
    type Claim;

    /// It is true.
    fn holds(self) -> Self::Claim;
    /// It is true or unknown.
    fn may_hold(self) -> Self::Claim;
    /// The opposite.
    fn not(claim: Self::Claim) -> Self::Claim;
    /// All of them; true of none.
    fn all(claims: impl Iterator<Item = Self::Claim>) -> Self::Claim;
    /// At least one of them; false of none.
    fn any(claims: impl Iterator<Item = Self::Claim>) -> Self::Claim;
}

impl Condition for Truth {
    type Claim = bool;

    fn holds(self) -> bool {
        self.grants()
    }

    fn may_hold(self) -> bool {
        self.restricts()
    }

    fn not(claim: bool) -> bool {
        !claim
    }

    fn all(mut claims: impl Iterator<Item = bool>) -> bool {
        claims.all(|claim| claim)
    }

    fn any(mut claims: impl Iterator<Item = bool>) -> bool {
        claims.any(|claim| claim)
    }
}

/// What is known of a condition before there is a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaticTruth {
    /// It holds for every record.
    Always,
    /// It holds for none.
    Never,
    /// It depends on the record, or cannot be told.
    Depends,
}

impl StaticTruth {
    /// Of a condition that may be absent, of which nothing else is known.
    #[must_use]
    pub fn of(condition: Option<&Expr>) -> Self {
        condition.map_or(Self::Always, |_| Self::Depends)
    }
}

/// A claim is true where it is so for every record, and false where it is so for none.
impl Condition for StaticTruth {
    type Claim = Truth;

    fn holds(self) -> Truth {
        match self {
            Self::Always => Truth::True,
            Self::Never => Truth::False,
            Self::Depends => Truth::Unknown,
        }
    }

    fn may_hold(self) -> Truth {
        self.holds()
    }

    fn not(claim: Truth) -> Truth {
        !claim
    }

    fn all(claims: impl Iterator<Item = Truth>) -> Truth {
        claims.fold(Truth::True, Truth::and)
    }

    fn any(claims: impl Iterator<Item = Truth>) -> Truth {
        claims.fold(Truth::False, Truth::or)
    }
}

/// The clauses of one grant on one field, each with its condition.
pub trait Clauses<'c, C>: Iterator<Item = (&'c ClauseEffect, C)> + Clone {}

impl<'c, C, I: Iterator<Item = (&'c ClauseEffect, C)> + Clone> Clauses<'c, C> for I {}

/// What one grant shows of the field passes the test, which must hold of whatever is less strict than what it
/// holds of. Nothing passes by being hidden.
pub fn shown_in_grant<'c, C: Condition>(
    clauses: impl Clauses<'c, C>,
    passes: impl Fn(&Access) -> bool,
) -> C::Claim {
    let passes = |access: &Access| *access != Access::Hidden && passes(access);
    let about = clauses.filter_map(|(effect, when)| Some((effect, effect.access()?, when)));
    let given = about.clone().filter(|(_, access, _)| passes(access));
    let stricter = about.filter(|(_, access, _)| !passes(access));
    let given = C::any(given.map(|(_, _, when)| when.holds()));
    let stricter = C::any(stricter.map(|(effect, _, when)| effect.counts(when)));
    C::all([given, C::not(stricter)].into_iter())
}

/// One grant lets the field be written, at least as far as `scope`.
pub fn writable_in_grant<'c, C: Condition>(
    clauses: impl Clauses<'c, C>,
    scope: WriteScope,
) -> C::Claim {
    let writes = clauses.clone();
    let writes = writes.filter(|(effect, _)| effect.writes() >= Some(scope));
    let writes = C::any(writes.map(|(effect, when)| effect.counts(when)));
    C::all([writes, C::not(hidden_in_grant(clauses))].into_iter())
}

/// One grant gives the figure over so many records: none of its clauses asks for more, and it does not hide
/// the field.
pub fn figure_in_grant<'c, C: Condition>(
    clauses: impl Clauses<'c, C>,
    figure: Aggregation,
    group: u32,
) -> C::Claim {
    let hidden = hidden_in_grant(clauses.clone());
    let about = clauses.filter_map(|(effect, when)| Some((effect.smallest_group(figure)?, when)));
    let given = about.clone().filter(|(least, _)| *least <= group);
    let asks_more = about.filter(|(least, _)| *least > group);
    let given = C::any(given.map(|(_, when)| when.holds()));
    let asks_more = C::any(asks_more.map(|(_, when)| when.holds()));
    C::all([given, C::not(asks_more), C::not(hidden)].into_iter())
}

/// One grant hides the field, whatever else it says.
fn hidden_in_grant<'c, C: Condition>(clauses: impl Clauses<'c, C>) -> C::Claim {
    let hides = clauses.filter(|(effect, _)| effect.hides());
    C::any(hides.map(|(effect, when)| effect.counts(when)))
}

/// Some grant that holds says so; `grants` are the scopes, each with what its grant says.
pub fn across_grants<C: Condition>(grants: impl Iterator<Item = (C, C::Claim)>) -> C::Claim {
    C::any(grants.map(|(scope, says)| C::all([scope.holds(), says].into_iter())))
}

/// What one grant shows of a field: the least strict access that it comes to.
pub(crate) fn access_in_grant<'c>(clauses: impl Clauses<'c, Truth>) -> Access {
    let accesses = clauses.clone().filter_map(|(effect, _)| effect.access());
    let not_stricter = |most: &Access| {
        shown_in_grant(clauses.clone(), |access| {
            access.cmp_strictness(most).is_le()
        })
    };
    let shown = accesses.filter(|access| not_stricter(access));
    let least = shown.min_by(|a, b| a.cmp_strictness(b));
    least.cloned().unwrap_or(Access::Hidden)
}

/// How far one grant lets a field be written.
pub(crate) fn extent_in_grant<'c>(clauses: impl Clauses<'c, Truth>) -> Writable {
    let scopes = [WriteScope::Beyond, WriteScope::Within].into_iter();
    let mut scopes = scopes.filter(|scope| writable_in_grant(clauses.clone(), *scope));
    scopes.next().map_or(Writable::No, Writable::of)
}

/// The figures that one grant gives of a field.
pub(crate) fn figures_in_grant<'c>(clauses: impl Clauses<'c, Truth>) -> Aggregable {
    let mut figures = Aggregable::NOTHING;
    for (_, figure) in Aggregation::WORDS {
        let groups = clauses.clone();
        let groups = groups.filter_map(|(effect, _)| effect.smallest_group(*figure));
        let given = groups.filter(|group| figure_in_grant(clauses.clone(), *figure, *group));
        if let Some(group) = given.min() {
            figures = figures.widened(Aggregable::by(&[*figure], group));
        }
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Mask;

    const TRUTHS: [Truth; 3] = [Truth::True, Truth::Unknown, Truth::False];

    fn effects() -> Vec<ClauseEffect> {
        let counts = |group| ClauseEffect::Counts(Aggregable::by(&[Aggregation::Sum], group));
        vec![
            ClauseEffect::Shows(Access::Read),
            ClauseEffect::Writes(WriteScope::Within),
            ClauseEffect::Writes(WriteScope::Beyond),
            ClauseEffect::Shows(Access::Masked(Mask::Phone)),
            ClauseEffect::Shows(Access::Masked(Mask::Redact)),
            ClauseEffect::Shows(Access::Hidden),
            counts(5),
            counts(9),
        ]
    }

    /// Every list of up to three clauses.
    fn grants() -> Vec<Vec<ClauseEffect>> {
        let mut all = vec![Vec::new()];
        let mut longest = all.clone();
        for _ in 0..3 {
            let longer = |grant: &Vec<ClauseEffect>| {
                let grant = grant.clone();
                effects().into_iter().map(move |effect| {
                    let mut grant = grant.clone();
                    grant.push(effect);
                    grant
                })
            };
            longest = longest.iter().flat_map(longer).collect();
            all.extend(longest.clone());
        }
        all
    }

    /// Every way in which so many conditions come out.
    fn outcomes(conditions: usize) -> Vec<Vec<Truth>> {
        let each = |so_far: Vec<Vec<Truth>>, _| {
            let more = so_far.into_iter().flat_map(|truths: Vec<Truth>| {
                TRUTHS.map(|truth| [truths.as_slice(), &[truth]].concat())
            });
            more.collect()
        };
        (0..conditions).fold(vec![Vec::new()], each)
    }

    fn with<'c, C: Copy>(grant: &'c [ClauseEffect], whens: &'c [C]) -> impl Clauses<'c, C> {
        grant.iter().zip(whens.iter().copied())
    }

    /// The rules of the language's description, word by word.
    fn described(grant: &[ClauseEffect], truths: &[Truth]) -> (Access, Writable, Aggregable) {
        let clauses = || grant.iter().zip(truths);
        let counts = |effect: &ClauseEffect, truth: Truth| match effect {
            ClauseEffect::Shows(Access::Masked(_) | Access::Hidden) => truth != Truth::False,
            _ => truth == Truth::True,
        };
        let counting = || clauses().filter(|(effect, truth)| counts(effect, **truth));
        let is = |of: &ClauseEffect| counting().any(|(effect, _)| effect == of);
        let hidden = is(&ClauseEffect::Shows(Access::Hidden));
        let is_written = |scope| is(&ClauseEffect::Writes(scope));
        let gives =
            clauses().any(|(effect, truth)| effect.access().is_some() && *truth == Truth::True);
        let strictest = counting()
            .filter_map(|(effect, _)| effect.access())
            .max_by(|a, b| a.cmp_strictness(b));
        let access = strictest.filter(|_| gives).cloned();
        let figures = counting().filter_map(|(effect, _)| effect.smallest_group(Aggregation::Sum));
        let figures = figures.max().filter(|_| !hidden);
        (
            access.unwrap_or(Access::Hidden),
            match (
                hidden,
                is_written(WriteScope::Beyond),
                is_written(WriteScope::Within),
            ) {
                (true, ..) | (_, false, false) => Writable::No,
                (_, true, _) => Writable::BeyondScope,
                (_, false, true) => Writable::Yes,
            },
            figures.map_or(Aggregable::NOTHING, |group| {
                Aggregable::by(&[Aggregation::Sum], group)
            }),
        )
    }

    #[test]
    fn a_grant_comes_to_what_the_language_says() {
        for grant in grants() {
            for truths in outcomes(grant.len()) {
                let clauses = || with(&grant, &truths);
                let found = (
                    access_in_grant(clauses()),
                    extent_in_grant(clauses()),
                    figures_in_grant(clauses()),
                );
                assert_eq!(found, described(&grant, &truths), "{grant:?} {truths:?}");
            }
        }
    }

    #[test]
    fn what_is_known_before_there_is_a_record_is_so_for_each() {
        let levels = [
            Access::Read,
            Access::Masked(Mask::Phone),
            Access::Masked(Mask::Redact),
        ];
        for grant in grants() {
            // Which conditions depend on the record, the others always hold.
            for depends in 0..1_usize << grant.len() {
                let is_open = |at: usize| depends >> at & 1 == 1;
                let known: Vec<StaticTruth> = (0..grant.len())
                    .map(|at| match is_open(at) {
                        true => StaticTruth::Depends,
                        false => StaticTruth::Always,
                    })
                    .collect();
                let records = outcomes(grant.len());
                let mut records: Vec<&Vec<Truth>> = records.iter().collect();
                records.retain(|truths| {
                    let mut each = truths.iter().enumerate();
                    each.all(|(at, truth)| is_open(at) || *truth == Truth::True)
                });
                let agree = |claim: Truth, so: &dyn Fn(&[Truth]) -> bool| {
                    let so = |truths: &&Vec<Truth>| so(truths);
                    match claim {
                        Truth::True => assert!(records.iter().all(so), "{grant:?} {known:?}"),
                        Truth::False => assert!(!records.iter().any(so), "{grant:?} {known:?}"),
                        Truth::Unknown => assert!(depends > 0, "{grant:?}"),
                    }
                };
                for most in &levels {
                    let passes = |access: &Access| access.cmp_strictness(most).is_le();
                    agree(shown_in_grant(with(&grant, &known), passes), &|truths| {
                        shown_in_grant(with(&grant, truths), passes)
                    });
                }
                for scope in [WriteScope::Within, WriteScope::Beyond] {
                    agree(writable_in_grant(with(&grant, &known), scope), &|truths| {
                        writable_in_grant(with(&grant, truths), scope)
                    });
                }
            }
        }
    }
}
