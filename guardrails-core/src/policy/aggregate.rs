//! Aggregates: one value of many items.

use super::expr::Expr;
use super::schema::Type;

/// What an aggregate asks of the items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aggregation {
    /// How many there are.
    Count,
    /// Their sum; nothing for no items.
    Sum,
    /// Their mean; missing for no items.
    Average,
    /// The smallest, or earliest; missing for no items.
    Least,
    /// The largest, or latest; missing for no items.
    Greatest,
}

impl Aggregation {
    /// Word of the language and meaning, in one table.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("count", Self::Count),
        ("sum", Self::Sum),
        ("avg", Self::Average),
        ("min", Self::Least),
        ("max", Self::Greatest),
    ];

    /// The aggregation written as `word`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find_map(|(have, meant)| (*have == word).then_some(*meant))
    }

    /// The word of the language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS
            .iter()
            .find_map(|(word, meant)| (*meant == self).then_some(*word))
            .unwrap_or("count")
    }
}

/// `sum(l.amount for l in lines where l.kind == "x")`.
///
/// An item whose condition or value cannot be known leaves the whole unknown: a sum that quietly
/// passed over what it could not read would be too small.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Aggregate {
    /// What is asked.
    pub how: Aggregation,
    /// The list, read from the facts.
    pub list: Expr,
    /// Where the variable is bound, from 0, counted with the quantifiers around it.
    pub depth: u8,
    /// Which items count; all, when none.
    pub filter: Option<Expr>,
    /// The value of an item; none where only the items themselves are counted.
    pub item: Option<Expr>,
    /// The type of the result.
    pub ty: Type,
}
