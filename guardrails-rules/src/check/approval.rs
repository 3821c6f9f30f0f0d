//! Approval chains.

use std::collections::BTreeMap;
use std::time::Duration;

use guardrails_core::phrase;
use guardrails_core::policy::{ApprovalChain, ApprovalStep, Exclusion, Origin, Overdue};

use super::annotations::Annotations;
use super::context::Context;
use crate::ast::{self, ApprovalItem, Ident, Span, Step};
use crate::codes;
use crate::parse::suggest;

/// How long a ticket waits when the chain does not say: three days.
const EXPIRES: Duration = Duration::from_secs(3 * 86_400);
/// How long a granted ticket may be spent when the chain does not say: one hour.
const EXECUTE: Duration = Duration::from_secs(3_600);
/// The longest of these times, one year.
const LONGEST_MICROS: i64 = 366 * 86_400 * 1_000_000;
/// People of one step.
const LARGEST_QUORUM: u64 = 100;

pub(super) fn lower(cx: &Context<'_>, written: &ast::Approval) -> ApprovalChain {
    Annotations::new(cx, &written.annotations, &["owner", "doc"]).text("doc");
    let mut chain = ApprovalChain {
        origin: Origin {
            name: written.name.text.clone(),
            place: cx.place(written.name.span),
        },
        steps: Vec::new(),
        never: vec![Exclusion::Requester],
        expires: EXPIRES,
        execute_within: EXECUTE,
    };
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut once = |clause: &'static str, span: Span| {
        if let Some(first) = seen.insert(clause, span) {
            cx.repeated(codes::REPEATED, format!("`{clause}`"), first, span);
        }
    };
    for item in &written.items {
        match item {
            ApprovalItem::Step(written) => chain.steps.push(step(cx, written)),
            ApprovalItem::Never(words) => words.iter().for_each(|word| {
                chain.never.extend(exclusion(cx, word));
            }),
            ApprovalItem::Expires(micros, span) => {
                once("expires", *span);
                chain.expires = time(cx, *micros, *span).unwrap_or(EXPIRES);
            }
            ApprovalItem::Execute(micros, span) => {
                once("execute within", *span);
                chain.execute_within = time(cx, *micros, *span).unwrap_or(EXECUTE);
            }
        }
    }
    chain.never.sort_by_key(|exclusion| *exclusion as u8);
    chain.never.dedup();
    check_steps(cx, written, &chain);
    chain
}

fn check_steps(cx: &Context<'_>, written: &ast::Approval, chain: &ApprovalChain) {
    if chain.steps.is_empty() {
        let name = &written.name.text;
        let message = phrase!(
            "the chain `{name}` has no step" | "审批链 `{name}` 没有步骤",
            name
        );
        let help = phrase!("add `step NAME 1 of ROLE`" | "加上 `step 步骤名 1 of 角色`");
        cx.report(
            cx.error(codes::NO_STEPS, written.name.span, message)
                .help(help),
        );
    }
    let steps = written.items.iter().filter_map(|item| match item {
        ApprovalItem::Step(step) => Some(&step.name),
        _ => None,
    });
    cx.report_repeats(steps, phrase!("the step " | "步骤 "));
}

fn step(cx: &Context<'_>, written: &Step) -> ApprovalStep {
    let (quorum, span) = written.quorum;
    if !(1..=LARGEST_QUORUM).contains(&quorum) {
        let message = phrase!(
            "a step cannot need {quorum} people" | "一个步骤不能要 {quorum} 个人",
            quorum
        );
        let help = phrase!(
            "write a number of 1 to {most}" | "写 1 到 {most} 之间的数字",
            most = LARGEST_QUORUM
        );
        cx.report(cx.error(codes::BAD_QUORUM, span, message).help(help));
    }
    let overdue = match &written.overdue {
        Some(ast::Overdue::Escalate(role)) => Overdue::Escalate(role.text.clone()),
        Some(ast::Overdue::Deny) | None => Overdue::Deny,
    };
    let within = written.within;
    if let (None, Some(_)) = (within, &written.overdue) {
        let message = phrase!("`else` has no time to wait for" | "`else` 没有等待的时限");
        let help = phrase!(
            "say how long the step waits, such as `within 4h`"
                | "写明这个步骤等多久，例如 `within 4h`"
        );
        cx.report(
            cx.error(codes::INCOMPLETE, written.span, message)
                .help(help),
        );
    }
    ApprovalStep {
        name: written.name.text.clone(),
        quorum: u32::try_from(quorum).unwrap_or(u32::MAX),
        role: written.role.text.clone(),
        within: within.and_then(|(micros, span)| time(cx, micros, span)),
        overdue,
        place: cx.place(written.span),
    }
}

fn exclusion(cx: &Context<'_>, word: &Ident) -> Option<Exclusion> {
    match &*word.text {
        "requester" => Some(Exclusion::Requester),
        "same_person_twice" => Some(Exclusion::SamePersonTwice),
        _ => {
            let known = ["requester", "same_person_twice"];
            let kind = phrase!("exclusion" | "排除条件");
            cx.unknown(codes::UNKNOWN_WORD, word, kind, known, || {
                phrase!(
                    "write {words}" | "写 {words}",
                    words = suggest::listed(&known)
                )
            });
            None
        }
    }
}

fn time(cx: &Context<'_>, micros: i64, span: Span) -> Option<Duration> {
    if (1..=LONGEST_MICROS).contains(&micros) {
        return u64::try_from(micros).ok().map(Duration::from_micros);
    }
    cx.report(
        cx.error(
            codes::OUT_OF_RANGE,
            span,
            phrase!(
                "this time is not between one second and one year" | "这个时长不在一秒到一年之间"
            ),
        )
        .help(phrase!(
            "write such as `4h` or `3d`" | "例如写 `4h` 或 `3d`"
        )),
    );
    None
}
