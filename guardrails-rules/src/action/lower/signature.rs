//! What can be called, with what, and what it gives: the checker's table.

use guardrails_core::policy::Currency;
use guardrails_core::{Phrase, phrase};

use super::kind::Kind;

/// One function or effect.
#[derive(Debug)]
pub(super) struct Signature {
    /// As it is written.
    pub(super) name: &'static str,
    /// As the engine knows it.
    pub(super) native: &'static str,
    /// Its arguments.
    pub(super) takes: &'static [Takes],
    /// Its value.
    pub(super) gives: Gives,
    /// How to write it, for help.
    pub(super) usage: &'static str,
}

/// What an argument must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Number,
    Text,
    /// A text, or a list of simple values.
    Whole,
    /// What may be in the `Whole` before it.
    Part,
    /// A text or a list of anything.
    Measured,
    /// A number, a text, true or false.
    Simple,
    /// A field, by its name.
    Field,
    /// Places to round to, written out.
    Places,
    /// A text written out: a name, code or channel.
    Label,
    /// A chain that is declared, written out.
    Chain,
    /// A text without record data in it.
    Reason,
}

/// What a call gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    Truth,
    /// A number, with the currency of its first argument.
    Number,
    /// A number without currency.
    Count,
    Text,
    /// Nothing: it is an effect.
    Effect,
}

macro_rules! signatures {
    ($($name:literal $native:literal ($($takes:ident),*) $gives:ident $usage:literal;)*) => {
        /// Everything that can be called.
        pub(super) const SIGNATURES: &[Signature] = &[$(Signature {
            name: $name,
            native: $native,
            takes: &[$(Takes::$takes),*],
            gives: Gives::$gives,
            usage: $usage,
        }),*];
    };
}

signatures! {
    "min" "min" (Number, Number) Number "min(a, b)";
    "max" "max" (Number, Number) Number "max(a, b)";
    "abs" "abs" (Number) Number "abs(number)";
    "round" "round" (Number) Number "round(number)";
    "round" "round" (Number, Places) Number "round(number, 2)";
    "floor" "floor" (Number) Number "floor(number)";
    "ceil" "ceil" (Number) Number "ceil(number)";
    "len" "len" (Measured) Count "len(text)";
    "lower" "lower" (Text) Text "lower(text)";
    "upper" "upper" (Text) Text "upper(text)";
    "contains" "contains" (Whole, Part) Truth "contains(text, \"part\")";
    "starts_with" "starts_with" (Text, Text) Truth "starts_with(text, \"start\")";
    "ends_with" "ends_with" (Text, Text) Truth "ends_with(text, \"end\")";
    "to_text" "to_text" (Simple) Text "to_text(value)";
    "is_missing" "is_missing" (Field) Truth "is_missing(field)";
    "is_present" "is_present" (Field) Truth "is_present(field)";
    "risk.add" "risk_add" (Label, Number) Effect "risk.add(\"name\", 2.5)";
    "approvals.require" "approvals_require" (Chain, Reason) Effect
        "approvals.require(\"chain\", \"reason\")";
    "deny" "deny" (Label, Reason) Effect "deny(\"CODE\", \"reason\")";
    "notify" "notify" (Label) Effect "notify(\"channel\")";
}

impl Signature {
    /// The signature of this name that takes so many arguments, or one of another number.
    pub(super) fn find(name: &str, arguments: usize) -> Option<&'static Self> {
        let named = || SIGNATURES.iter().filter(|signature| signature.name == name);
        named()
            .find(|signature| signature.takes.len() == arguments)
            .or_else(|| named().next())
    }

    /// How to write it.
    pub(super) fn advice(&self) -> Phrase {
        phrase!("write `{usage}`" | "写 `{usage}`", usage = self.usage)
    }

    /// Whether `name` is the part before the dot of something that can be called.
    pub(super) fn is_namespace(name: &str) -> bool {
        matches!(name, "risk" | "approvals")
    }
}

impl Gives {
    /// The kind of the value, after a first argument with this currency.
    pub(super) fn kind(self, currency: Option<Currency>) -> Kind {
        match self {
            Self::Truth => Kind::Truth,
            Self::Number => Kind::Number(currency),
            Self::Count => Kind::Number(None),
            Self::Text => Kind::Text(None),
            Self::Effect => Kind::Nothing,
        }
    }
}
