//! Rules: what they are about, and when they hold.

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
    let mut checker = Checker::new(cx, entity.clone(), Reach::Rule);
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
    let message = format!("nothing follows from the rule `{}`", name.text);
    cx.report(
        cx.error(codes::INCOMPLETE, name.span, message)
            .help("add `then …` or `do { … }`"),
    );
}

/// Operations by their words, each once.
pub(super) fn verbs(cx: &Context<'_>, written: &[Ident]) -> Vec<Verb> {
    let mut verbs: Vec<Verb> = Vec::new();
    for word in written {
        let known = VERBS.iter().find(|verb| verb.as_str() == &*word.text);
        match known {
            Some(verb) if verbs.contains(verb) => {
                let message = format!("`{verb}` is written twice");
                cx.report(
                    cx.error(codes::DUPLICATE_PART, word.span, message)
                        .help("remove one of them"),
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
        "operation",
        known.iter().copied(),
        || format!("operations are {}", suggest::listed(&known)),
    );
}
