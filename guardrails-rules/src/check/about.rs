//! What annotations say of a rule or of a table.

use chrono::NaiveDate;
use guardrails_core::policy::{Gravity, Mode};
use guardrails_core::{Name, phrase};

use super::annotations::Annotations;
use super::context::Context;
use crate::ast::Annotation;
use crate::codes;

const ANNOTATIONS: &[&str] = &[
    "owner", "since", "until", "shadow", "severity", "tags", "doc",
];
const GRAVITIES: [Gravity; 4] = [
    Gravity::Low,
    Gravity::Medium,
    Gravity::High,
    Gravity::Critical,
];

pub(super) struct About {
    pub(super) mode: Mode,
    pub(super) since: Option<NaiveDate>,
    pub(super) until: Option<NaiveDate>,
    pub(super) owner: Name,
    pub(super) severity: Option<Gravity>,
    pub(super) tags: Vec<Name>,
    pub(super) doc: Name,
}

impl About {
    pub(super) fn of(cx: &Context<'_>, written: &[Annotation]) -> Self {
        let annotations = Annotations::new(cx, written, ANNOTATIONS);
        let (since, until) = dates(cx, &annotations);
        let text = |name| annotations.text(name).unwrap_or_else(|| Name::from(""));
        Self {
            mode: if annotations.flag("shadow") {
                Mode::Shadow
            } else {
                Mode::Enforced
            },
            since,
            until,
            owner: text("owner"),
            severity: gravity(cx, &annotations),
            tags: annotations.words("tags"),
            doc: text("doc"),
        }
    }
}

fn gravity(cx: &Context<'_>, annotations: &Annotations<'_, '_>) -> Option<Gravity> {
    let word = annotations.word("severity")?;
    let found = GRAVITIES
        .into_iter()
        .find(|gravity| gravity.as_str() == &*word.text);
    if found.is_none() {
        let known = GRAVITIES.map(Gravity::as_str);
        let kind = phrase!("severity" | "严重程度");
        cx.unknown(codes::UNKNOWN_WORD, &word, kind, known, || {
            phrase!(
                "write `low`, `medium`, `high` or `critical`"
                    | "写 `low`、`medium`、`high` 或 `critical`"
            )
        });
    }
    found
}

fn dates(
    cx: &Context<'_>,
    annotations: &Annotations<'_, '_>,
) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let (since, until) = (annotations.day("since"), annotations.day("until"));
    if let (Some((first, _)), Some((last, span))) = (since, until)
        && first > last
    {
        let message = phrase!(
            "the rule ends on {last}, before it begins on {first}"
                | "规则在 {last} 结束，早于开始的 {first}",
            last,
            first
        );
        let help =
            phrase!("exchange the dates, or remove the rule" | "交换这两个日期，或者删去这条规则");
        cx.report(cx.error(codes::NEVER_IN_FORCE, span, message).help(help));
    }
    (since.map(|(day, _)| day), until.map(|(day, _)| day))
}
