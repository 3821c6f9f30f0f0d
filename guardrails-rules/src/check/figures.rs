//! `aggregate amount by sum, avg min_group 5`: which figures of which fields, over how many records.

use guardrails_core::policy::{Aggregable, Aggregation, Entity, Permission, Type};
use guardrails_core::{Name, phrase};

use super::context::Context;
use super::mask;
use super::types::described;
use crate::ast::{Dotted, Ident, Span};
use crate::codes;
use crate::parse::suggest;

/// The largest smallest group (`min_group`).
const LARGEST_GROUP: u64 = 1_000_000;

pub(super) fn permission(
    cx: &Context<'_>,
    figures: &[Ident],
    group: Option<(u64, Span)>,
) -> Permission {
    cx.report_repeats(figures.iter(), phrase!("the figure " | "统计方式 "));
    let known: Vec<Aggregation> = figures.iter().filter_map(|word| figure(cx, word)).collect();
    Permission::Aggregate(Aggregable::by(&known, smallest(cx, group)))
}

fn figure(cx: &Context<'_>, word: &Ident) -> Option<Aggregation> {
    let found = Aggregation::from_word(&word.text);
    if found.is_none() {
        let known: Vec<&str> = Aggregation::WORDS.iter().map(|(word, _)| *word).collect();
        let kind = phrase!("figure" | "统计方式");
        cx.unknown(
            codes::UNKNOWN_WORD,
            word,
            kind,
            known.iter().copied(),
            || {
                phrase!(
                    "write one of {words}" | "写 {words} 之一",
                    words = suggest::listed(&known)
                )
            },
        );
    }
    found
}

/// A group of one would be the record itself.
fn smallest(cx: &Context<'_>, group: Option<(u64, Span)>) -> u32 {
    let Some((number, span)) = group else {
        return Aggregable::GROUP;
    };
    match u32::try_from(number) {
        Ok(group) if (2..=LARGEST_GROUP).contains(&number) => group,
        _ => {
            let message = phrase!(
                "a smallest group has 2 to {most} records" | "最小分组为 2 到 {most} 条记录",
                most = LARGEST_GROUP
            );
            cx.report(cx.error(codes::OUT_OF_RANGE, span, message).help(phrase!(
                "grant `read` where a single value may be seen"
                    | "可以看到单个值的字段，用 `read` 授权"
            )));
            Aggregable::GROUP
        }
    }
}

/// The fields, which are numbers unless they are only counted.
pub(super) fn fields(
    cx: &Context<'_>,
    entity: &std::sync::Arc<Entity>,
    written: &[Dotted],
    figures: &[Ident],
) -> Vec<Name> {
    let counts = figures.iter().all(|word| &*word.text == "count");
    let mut names = Vec::new();
    for path in written {
        let Some(named) = mask::field(cx, entity, path) else {
            continue;
        };
        let number = matches!(
            named.field.ty,
            Type::Int | Type::Decimal | Type::Percent | Type::Money(_)
        );
        if !number && !counts {
            let message = phrase!(
                "`{name}` is {what}, not a number" | "`{name}` 是{what}，不是数字",
                name = &named.name,
                what = described(&named.field.ty)
            );
            cx.report(
                cx.error(codes::WRONG_TYPE, path.span, message)
                    .help(phrase!(
                        "aggregate it by `count`, or leave it out"
                            | "用 `count` 统计它，或者去掉它"
                    )),
            );
        }
        names.push(named.name);
    }
    names
}
