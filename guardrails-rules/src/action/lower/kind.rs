//! What a value is, as far as it is known before the script runs.

use std::sync::Arc;

use guardrails_core::policy::{Currency, EnumType, Type};
use guardrails_core::{Phrase, phrase};

use crate::action::tree::Literal;

/// The kind of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Truth,
    /// With a currency when it is an amount of money; two currencies do not meet.
    Number(Option<Currency>),
    /// With the words it may be, when it is a member of an enum.
    Text(Option<Arc<EnumType>>),
    /// A list and the kind of its items; none for items that scripts cannot look at.
    List(Option<Box<Kind>>),
    /// Known only when the script runs: an attribute that the host brings.
    Any,
    /// No value: an effect, or an `if` without `else`.
    Nothing,
}

impl Kind {
    /// The kind of a declared type; none for a nested entity.
    pub(super) fn of(ty: &Type) -> Option<Self> {
        Some(match ty {
            Type::Bool => Self::Truth,
            Type::Int | Type::Decimal | Type::Percent | Type::Duration => Self::Number(None),
            Type::Money(currency) => Self::Number(Some(*currency)),
            Type::Text | Type::Date | Type::DateTime => Self::Text(None),
            Type::Enum(members) => Self::Text(Some(members.clone())),
            Type::List(item) => Self::List(Self::of(item).filter(Self::is_simple).map(Box::new)),
            Type::Entity(_) => return None,
        })
    }

    pub(super) fn of_literal(literal: &Literal) -> Self {
        match literal {
            Literal::Truth(_) => Self::Truth,
            Literal::Number(_) => Self::Number(None),
            Literal::Text(_) => Self::Text(None),
        }
    }

    /// How a message names it.
    pub(super) fn word(&self) -> Phrase {
        match self {
            Self::Truth => phrase!("true or false" | "真假值"),
            Self::Number(None) => phrase!("a number" | "数字"),
            Self::Number(Some(_)) => phrase!("an amount of money" | "金额"),
            Self::Text(_) => phrase!("a text" | "文本"),
            Self::List(_) => phrase!("a list" | "列表"),
            Self::Any => phrase!("a value" | "值"),
            Self::Nothing => phrase!("nothing" | "空"),
        }
    }

    pub(super) fn is_simple(&self) -> bool {
        matches!(
            self,
            Self::Truth | Self::Number(_) | Self::Text(_) | Self::Any
        )
    }

    /// Whether a value of this kind may be a number.
    pub(super) fn may_be_number(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Any)
    }

    /// Whether a value of this kind may be a text.
    pub(super) fn may_be_text(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Any)
    }

    /// Whether a value of this kind may be true or false.
    pub(super) fn may_be_truth(&self) -> bool {
        matches!(self, Self::Truth | Self::Any)
    }

    /// The kind of what is one or the other; none when they have nothing in common.
    pub(super) fn or(self, other: Self) -> Option<Self> {
        Some(match (self, other) {
            (a, b) if a == b => a,
            (Self::Nothing, _) | (_, Self::Nothing) => Self::Nothing,
            (Self::Number(_), Self::Number(_)) => Self::Number(None),
            (Self::Text(_), Self::Text(_)) => Self::Text(None),
            (Self::Any, other) | (other, Self::Any) if other.is_simple() => Self::Any,
            _ => return None,
        })
    }

    /// Two currencies that differ, when both are amounts of money.
    pub(super) fn currencies_apart(&self, other: &Self) -> Option<(Currency, Currency)> {
        match (self, other) {
            (Self::Number(Some(a)), Self::Number(Some(b))) if a != b => Some((*a, *b)),
            _ => None,
        }
    }
}
