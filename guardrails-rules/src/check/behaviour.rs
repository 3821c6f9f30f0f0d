//! `behaviour`: how the user acted lately, as the host reports it.

use std::time::Duration;

use guardrails_core::policy::{ExprKind, Path, Root, Type};
use guardrails_core::{Activity, phrase};

use super::condition::Checker;
use super::types::Typed;
use crate::ast::{Ident, Span};
use crate::codes;

/// The longest window that is counted in, in seconds: 31 days, as for limits.
const LONGEST: u64 = 31 * 86_400;

impl Checker<'_, '_> {
    /// `behaviour.score`.
    pub(super) fn behaviour(&mut self, rest: &[Ident], span: Span) -> Typed {
        match rest {
            [only] if &*only.text == "score" => {
                self.read(Root::Behaviour, rest, Type::Decimal, span)
            }
            [only] if Activity::from_word(&only.text).is_some() => {
                let what = &only.text;
                let message = phrase!(
                    "`behaviour.{what}` does not say in which time"
                        | "`behaviour.{what}` 没有说明时间窗",
                    what
                );
                let help = phrase!(
                    "write the window in brackets, such as `behaviour.{what}(10m)`"
                        | "在括号里写时间窗，例如 `behaviour.{what}(10m)`",
                    what
                );
                let finding = self.cx.error(codes::INCOMPLETE, span, message);
                self.report(finding.help(help));
                Typed::bad(self.cx.place(span))
            }
            [only, ..] => {
                self.unknown_part("behaviour", only, &["score", "calls", "denials", "fields"])
            }
            [] => Typed::bad(self.cx.place(span)),
        }
    }

    /// `behaviour.calls(10m)`.
    pub(super) fn windowed(&mut self, parts: &[Ident], micros: i64, span: Span) -> Typed {
        let place = self.cx.place(span);
        let activity = match parts {
            [first, what] if &*first.text == "behaviour" => Activity::from_word(&what.text),
            _ => None,
        };
        let Some(activity) = activity else {
            let name = parts.last().cloned();
            let name = name.unwrap_or(Ident {
                text: "".into(),
                span,
            });
            let known = ["calls", "denials", "fields"];
            return self.unknown_part("behaviour", &name, &known);
        };
        let window = Duration::from_micros(u64::try_from(micros).unwrap_or(0));
        if window.is_zero() || window.as_secs() > LONGEST {
            let message =
                phrase!("a window is from one second to 31 days" | "时间窗在一秒到 31 天之间");
            let finding = self.cx.error(codes::OUT_OF_RANGE, span, message);
            self.report(finding.help(phrase!(
                "write such as `behaviour.calls(10m)`" | "例如写 `behaviour.calls(10m)`"
            )));
            return Typed::bad(place);
        }
        let path = Path {
            root: Root::Behaviour,
            keys: activity.keys(window),
            ty: Type::Int,
        };
        Typed::known(ExprKind::Path(path), Type::Int, place)
    }
}
