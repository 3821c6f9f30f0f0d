//! Finds the rules whose condition may hold, so that cost follows the rules that can match and not
//! the rules that exist.
//!
//! Each rule is filed under one top-level clause of its condition that compares a slot with a
//! constant: equality and membership in a table, numeric ranges in sorted order. A rule without
//! such a clause is always a candidate. Filing is a filter only: a candidate's whole condition is
//! evaluated afterwards.
//!
//! INVARIANT: a rule that is not among the candidates is false. A slot that cannot be read makes
//! its clause unknown, so then every rule filed under that slot is a candidate.

use std::collections::HashMap;

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::compiled::{Constant, Frame, Predicate};
use crate::facts::Datum;
use crate::policy::Comparison;
use crate::value::Name;

/// Positions of rules.
pub(crate) type Candidates = SmallVec<[u32; 32]>;

/// Rules filed by the clause that rules them out.
#[derive(Debug, Default)]
pub(crate) struct Index {
    always: Vec<u32>,
    by_slot: Vec<(usize, Files)>,
}

/// Rules filed under one slot.
#[derive(Debug, Default)]
struct Files {
    all: Vec<u32>,
    texts: HashMap<Name, Vec<u32>>,
    numbers: HashMap<Decimal, Vec<u32>>,
    /// `slot > n` and `slot >= n`, by rising bound.
    above: Vec<Bound>,
    /// `slot < n` and `slot <= n`, by falling bound.
    below: Vec<Bound>,
}

#[derive(Debug)]
struct Bound {
    at: Decimal,
    comparison: Comparison,
    rule: u32,
}

impl Index {
    /// Files each rule's predicate.
    pub(crate) fn new<'p>(predicates: impl IntoIterator<Item = &'p Predicate>) -> Self {
        let mut index = Self::default();
        for (rule, predicate) in (0_u32..).zip(predicates) {
            index.file(rule, predicate);
        }
        for (_, files) in &mut index.by_slot {
            files.above.sort_by_key(|bound| bound.at);
            files.below.sort_by_key(|bound| std::cmp::Reverse(bound.at));
        }
        index
    }

    fn file(&mut self, rule: u32, predicate: &Predicate) {
        let clauses = match predicate {
            Predicate::All(parts) => &**parts,
            single => std::slice::from_ref(single),
        };
        let best = clauses.iter().filter_map(Key::of).max_by_key(Key::worth);
        match best {
            Some(key) => self.files(key.slot()).file(rule, key),
            None => self.always.push(rule),
        }
    }

    fn files(&mut self, slot: usize) -> &mut Files {
        let at = match self.by_slot.binary_search_by_key(&slot, |(slot, _)| *slot) {
            Ok(at) => at,
            Err(at) => {
                self.by_slot.insert(at, (slot, Files::default()));
                at
            }
        };
        // INVARIANT: `at` was just found or inserted.
        #[expect(
            clippy::indexing_slicing,
            reason = "the position was just found or inserted"
        )]
        &mut self.by_slot[at].1
    }

    /// The rules whose condition may be true or unknown in this frame, in no order.
    pub(crate) fn candidates(&self, frame: &Frame<'_, '_>, found: &mut Candidates) {
        found.extend_from_slice(&self.always);
        for (slot, files) in &self.by_slot {
            files.candidates(frame.slot(*slot), found);
        }
    }
}

impl Files {
    fn file(&mut self, rule: u32, key: Key<'_>) {
        self.all.push(rule);
        match key {
            Key::Texts(_, texts) => {
                for text in texts {
                    self.texts.entry(text.clone()).or_default().push(rule);
                }
            }
            Key::Numbers(_, numbers) => {
                for number in numbers {
                    self.numbers
                        .entry(number.normalize())
                        .or_default()
                        .push(rule);
                }
            }
            Key::Range(_, comparison, at) => {
                let side = match comparison {
                    Comparison::Greater | Comparison::GreaterOrEqual => &mut self.above,
                    _ => &mut self.below,
                };
                side.push(Bound {
                    at,
                    comparison,
                    rule,
                });
            }
        }
    }

    fn candidates(&self, datum: Datum<'_>, found: &mut Candidates) {
        match datum {
            Datum::Text(text) => {
                if let Some(rules) = self.texts.get(text) {
                    found.extend_from_slice(rules);
                }
            }
            Datum::Number(number) => {
                if !self.numbers.is_empty()
                    && let Some(rules) = self.numbers.get(&number.normalize())
                {
                    found.extend_from_slice(rules);
                }
                ranges(&self.above, number, found);
                ranges(&self.below, number, found);
            }
            _ => found.extend_from_slice(&self.all),
        }
    }
}

/// The bounds that `number` passes stand at the front, so that the walk ends at the first one that it
/// does not; `=` at the bound itself decides each alone.
fn ranges(bounds: &[Bound], number: Decimal, found: &mut Candidates) {
    for bound in bounds {
        let order = number.cmp(&bound.at);
        if bound.comparison.holds(order) {
            found.push(bound.rule);
        } else if order.is_ne() {
            return;
        }
    }
}

/// A clause that a rule can be filed under.
enum Key<'p> {
    Texts(usize, Vec<&'p Name>),
    Numbers(usize, Vec<Decimal>),
    Range(usize, Comparison, Decimal),
}

/// Larger sets are not worth a table entry per member.
const MOST_MEMBERS: usize = 64;

impl<'p> Key<'p> {
    fn of(clause: &'p Predicate) -> Option<Self> {
        match clause {
            Predicate::Test(slot, Comparison::Equal, Constant::Text(text)) => {
                Some(Self::Texts(*slot, vec![text]))
            }
            Predicate::Test(slot, Comparison::Equal, Constant::Number(number)) => {
                Some(Self::Numbers(*slot, vec![*number]))
            }
            Predicate::Test(slot, comparison, Constant::Number(number))
                if *comparison != Comparison::NotEqual =>
            {
                Some(Self::Range(*slot, *comparison, *number))
            }
            Predicate::Member(slot, set) => {
                let texts: Vec<_> = set.texts().collect();
                let numbers: Vec<_> = set.numbers().collect();
                match (texts.len(), numbers.len()) {
                    (1..=MOST_MEMBERS, 0) => Some(Self::Texts(*slot, texts)),
                    (0, 1..=MOST_MEMBERS) => Some(Self::Numbers(*slot, numbers)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn slot(&self) -> usize {
        match self {
            Self::Texts(slot, _) | Self::Numbers(slot, _) | Self::Range(slot, ..) => *slot,
        }
    }

    /// How much a clause rules out, by rule of thumb: equality before membership before ranges.
    fn worth(&self) -> usize {
        match self {
            Self::Texts(_, members) => 1_000 - members.len(),
            Self::Numbers(_, members) => 1_000 - members.len(),
            Self::Range(..) => 1,
        }
    }
}
