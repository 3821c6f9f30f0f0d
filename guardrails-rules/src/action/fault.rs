//! Why a run failed. INVARIANT: carries names, operators and limits, never a value.

use rhai::{Dynamic, EvalAltResult, Position};

/// Bytes of a text that a script makes (`action_text`).
pub(super) const TEXT_LIMIT: usize = 4 * 1024;
/// Effects of one run (`action_effects`).
pub(super) const EFFECT_LIMIT: usize = 64;

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// A result too large for a decimal, at this operator.
    Overflow(&'static str),
    /// A divisor of zero.
    DivisionByZero,
    /// A text over [`TEXT_LIMIT`].
    TextTooLong,
    /// More effects than [`EFFECT_LIMIT`].
    TooManyEffects,
    /// A fact that is not there.
    Absent(Absent),
    /// A value of another type than this.
    Wants(&'static str),
    /// The engine panicked; whatever it held was thrown away.
    Panic,
    /// The engine failed in another way.
    Engine,
}

/// Stands in the slot of a fact that is not there, and fails whatever uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Absent {
    pub(super) slot: usize,
    pub(super) why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Missing,
    Invalid,
}

/// What a function of the engine gives.
pub(super) type Native<T> = Result<T, Box<EvalAltResult>>;

impl From<Fault> for Box<EvalAltResult> {
    fn from(fault: Fault) -> Self {
        Box::new(EvalAltResult::ErrorRuntime(
            Dynamic::from(fault),
            Position::NONE,
        ))
    }
}

impl Fault {
    /// What went wrong in the engine, and in which line of the reduced script.
    pub(super) fn from_engine(mut error: EvalAltResult) -> (Self, Option<usize>) {
        let line = error.take_position().line();
        let fault = match error {
            EvalAltResult::ErrorRuntime(token, _) => token.try_cast().unwrap_or(Self::Engine),
            EvalAltResult::ErrorMismatchDataType(..) | EvalAltResult::ErrorFunctionNotFound(..) => {
                Self::Wants("a value of another type")
            }
            _ => Self::Engine,
        };
        (fault, line)
    }

    /// The message; `name` gives the name of the fact in a slot.
    pub(super) fn message(&self, name: impl Fn(usize) -> String) -> String {
        match self {
            Self::Overflow(sign) => format!("the result of `{sign}` is too large"),
            Self::DivisionByZero => "division by zero".to_owned(),
            Self::TextTooLong => {
                format!("a text is over the limit `action_text` of {TEXT_LIMIT} bytes")
            }
            Self::TooManyEffects => {
                format!("the script is over the limit `action_effects` of {EFFECT_LIMIT} effects")
            }
            Self::Absent(absent) => match absent.why {
                Why::Missing => format!("`{}` is missing", name(absent.slot)),
                Why::Invalid => format!("`{}` is not of its declared type", name(absent.slot)),
            },
            Self::Wants(what) => format!("expected {what}"),
            Self::Panic => "the script engine panicked".to_owned(),
            Self::Engine => "the script engine failed".to_owned(),
        }
    }
}
