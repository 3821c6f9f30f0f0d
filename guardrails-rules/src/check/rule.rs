//! Rules: what they are about, and when they hold.

use guardrails_core::phrase;
use guardrails_core::policy::{Origin, Rule, Verb};

use super::about::About;
use super::condition::{Checker, Reach};
use super::context::Context;
use super::effect::{Effects, Stands};
use super::grant;
use crate::ast::{self, Ident};
use crate::codes;
use crate::parse::suggest;

/// The words for operations.
const VERBS: &[Verb] = &[Verb::Read, Verb::Create, Verb::Update, Verb::Delete];

pub(super) fn lower(cx: &Context<'_>, written: &ast::Rule) -> Rule {
    let entity = grant::entity(cx, &written.entity);
    let about = About::of(cx, &written.annotations);
    let verbs = verbs(cx, &written.verbs);
    let mut checker = Checker::new(cx, entity.clone(), Reach::Rule).about(&verbs);
    // Without its entity each field would be reported as unknown.
    let when = written.when.as_ref().filter(|_| entity.is_some());
    let when = when.map(|when| checker.whole_condition(when));
    let mut effects = Effects {
        cx,
        rule: &written.name,
        verbs: &verbs,
        entity: entity.as_ref(),
        checker,
        stands: Stands::InRule,
    };
    let effects = effects.lower(&written.effects);
    if written.effects.is_empty() {
        report_no_effect(cx, &written.name);
    }
    Rule {
        origin: Origin {
            name: written.name.text.clone(),
            place: cx.place(written.name.span),
        },
        entity: written.entity.text.clone(),
        when,
        effects,
        mode: about.mode,
        since: about.since,
        until: about.until,
        owner: about.owner,
        severity: about.severity,
        tags: about.tags,
        doc: about.doc,
        table: None,
        verbs,
    }
}

fn report_no_effect(cx: &Context<'_>, name: &Ident) {
    let text = &name.text;
    let message = phrase!(
        "nothing follows from the rule `{text}`" | "规则 `{text}` 没有任何效果",
        text
    );
    let help = phrase!("add `then …` or `do { … }`" | "加上 `then …` 或 `do { … }`");
    cx.report(cx.error(codes::INCOMPLETE, name.span, message).help(help));
}

/// Operations by their words, each once.
pub(super) fn verbs(cx: &Context<'_>, written: &[Ident]) -> Vec<Verb> {
    let mut verbs: Vec<Verb> = Vec::new();
    for word in written {
        let known = VERBS.iter().find(|verb| verb.as_str() == &*word.text);
        match known {
            Some(verb) if verbs.contains(verb) => {
                let verb = verb.as_str();
                let message = phrase!("`{verb}` is written twice" | "`{verb}` 写了两次", verb);
                cx.report(
                    cx.error(codes::DUPLICATE_PART, word.span, message)
                        .help(phrase!("remove one of them" | "删去其中一个")),
                );
            }
            Some(verb) => verbs.push(*verb),
            None => unknown_verb(cx, word),
        }
    }
    verbs
}

pub(super) fn unknown_verb(cx: &Context<'_>, word: &Ident) {
    let known: Vec<&str> = VERBS.iter().map(|verb| verb.as_str()).collect();
    cx.unknown(
        codes::UNKNOWN_WORD,
        word,
        phrase!("operation" | "操作"),
        known.iter().copied(),
        || {
            phrase!(
                "write one of {words}" | "写 {words} 之一",
                words = suggest::listed(&known)
            )
        },
    );
}
