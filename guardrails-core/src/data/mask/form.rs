//! What kind of value a field holds, as far as masks go by it.
//!
//! A mask that keeps a part of a text keeps nearly all of a short or typed value: two letters of `WON`
//! name the stage, two digits of `0.5` the discount. So only text is masked by parts, and a typed value
//! shows nothing under a mask that is not made for it.

use crate::policy::{Mask, Type};

/// The kind of value that a field is declared to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::data) enum Form {
    /// Text, or a field that nobody declared.
    Text,
    /// A whole number: a telephone, card or identity number may be kept as one.
    Whole,
    /// Anything else that has a type: amounts, words of an enum, dates, truths.
    Typed,
}

impl Form {
    pub(in crate::data) fn of(ty: &Type) -> Self {
        match ty {
            Type::Text | Type::Entity(_) => Self::Text,
            Type::Int => Self::Whole,
            Type::List(item) => Self::of(item),
            Type::Bool
            | Type::Decimal
            | Type::Percent
            | Type::Money(_)
            | Type::Date
            | Type::DateTime
            | Type::Duration
            | Type::Enum(_) => Self::Typed,
        }
    }

    /// Whether the mask shows a part of a value of this form that is written as text.
    pub(super) fn lets(self, mask: &Mask) -> bool {
        match self {
            Self::Text => true,
            Self::Whole => is_for_numbers(mask),
            Self::Typed => false,
        }
    }
}

/// Whether the mask is made for numbers that name something: it shows a part of nothing else.
pub(super) fn is_for_numbers(mask: &Mask) -> bool {
    matches!(mask, Mask::Phone | Mask::Id | Mask::BankCard | Mask::Scrub)
}
