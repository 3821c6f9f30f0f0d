//! Rules and what follows from them.

use std::sync::Arc;

use guardrails_core::Name;
use guardrails_core::policy::{Effect, EffectKind, Entity, Mode, Origin, Rule, Verb};

use super::annotations::Annotations;
use super::condition::{Checker, Reach};
use super::context::Context;
use super::{grant, mask, script};
use crate::ast::{self, Because, Ident, Span};
use crate::codes;
use crate::parse::suggest;

const ANNOTATIONS: &[&str] = &[
    "owner", "since", "until", "shadow", "severity", "tags", "doc",
];
/// Effects of one rule (`rule_effects`).
const EFFECTS: usize = 10_000;
/// The words for operations.
const VERBS: &[Verb] = &[Verb::Read, Verb::Create, Verb::Update, Verb::Delete];

pub(super) fn lower(cx: &Context<'_>, written: &ast::Rule) -> Rule {
    let entity = grant::entity(cx, &written.entity);
    let annotations = Annotations::new(cx, &written.annotations, ANNOTATIONS);
    let verbs = verbs(cx, &written.verbs);
    let mut checker = Checker::new(cx, entity.clone(), Reach::Rule);
    // Without its entity each field would be reported as unknown.
    let when = written.when.as_ref().filter(|_| entity.is_some());
    let when = when.map(|when| checker.whole_condition(when));
    let mut lowering = Lowering {
        cx,
        rule: &written.name,
        verbs: &verbs,
        entity: entity.as_ref(),
        checker,
    };
    let lowered = written
        .effects
        .iter()
        .flat_map(|effect| lowering.effect(effect));
    let effects: Vec<Effect> = lowered.take(EFFECTS + 1).collect();
    if effects.len() > EFFECTS {
        cx.over(
            written.name.span,
            "this rule has effects",
            "rule_effects",
            EFFECTS,
        );
    }
    if written.effects.is_empty() {
        report_no_effect(cx, &written.name);
    }
    let (since, until) = dates(cx, &annotations);
    annotations.words("severity");
    annotations.words("tags");
    annotations.text("doc");
    Rule {
        origin: Origin {
            name: written.name.text.clone(),
            place: cx.place(written.name.span),
        },
        entity: written.entity.text.clone(),
        when,
        effects,
        mode: if annotations.flag("shadow") {
            Mode::Shadow
        } else {
            Mode::Enforced
        },
        since,
        until,
        owner: annotations.text("owner").unwrap_or_else(|| Name::from("")),
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

fn dates(
    cx: &Context<'_>,
    annotations: &Annotations<'_, '_>,
) -> (Option<chrono::NaiveDate>, Option<chrono::NaiveDate>) {
    let (since, until) = (annotations.day("since"), annotations.day("until"));
    if let (Some((first, _)), Some((last, span))) = (since, until)
        && first > last
    {
        let message = format!("the rule ends on {last}, before it begins on {first}");
        cx.report(
            cx.error(codes::NEVER_IN_FORCE, span, message)
                .help("exchange the dates, or remove the rule"),
        );
    }
    (since.map(|(day, _)| day), until.map(|(day, _)| day))
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

struct Lowering<'c, 'b> {
    cx: &'c Context<'b>,
    rule: &'c Ident,
    verbs: &'c [Verb],
    entity: Option<&'c Arc<Entity>>,
    checker: Checker<'c, 'b>,
}

impl Lowering<'_, '_> {
    fn effect(&mut self, effect: &ast::Effect) -> Vec<Effect> {
        let kinds = match &effect.kind {
            ast::EffectKind::Deny(code, because) => {
                vec![EffectKind::Deny(code.text.clone(), self.because(because))]
            }
            ast::EffectKind::Require(chain, because) => {
                self.cx.check_chain(chain);
                let message = self.because(because);
                vec![EffectKind::RequireApproval(chain.text.clone(), message)]
            }
            ast::EffectKind::Mask(masking) => {
                self.check_reads("mask", effect.span);
                self.mask(masking)
            }
            ast::EffectKind::Hide(path) => {
                self.check_reads("hide", effect.span);
                let entity = self.entity;
                let named = entity.and_then(|entity| mask::field(self.cx, entity, path));
                named
                    .into_iter()
                    .map(|named| EffectKind::Hide(named.name))
                    .collect()
            }
            ast::EffectKind::Risk(points, name) => {
                self.check_before_risk(effect.span);
                let name = name.as_ref().map_or(&self.rule.text, |name| &name.text);
                vec![EffectKind::Risk(*points, name.clone())]
            }
            ast::EffectKind::Notify(channel) => vec![EffectKind::Notify(channel.text.clone())],
            ast::EffectKind::Do(script) => self.script(script),
            ast::EffectKind::Allow => {
                self.report_unavailable(
                    effect.span,
                    "`allow`",
                    "remove the rule: what no rule restricts is allowed by its grant",
                );
                Vec::new()
            }
            ast::EffectKind::Oblige => {
                self.report_unavailable(effect.span, "`oblige`", "use `notify`");
                Vec::new()
            }
        };
        let place = self.cx.place(effect.span);
        kinds
            .into_iter()
            .map(|kind| Effect {
                kind,
                place: place.clone(),
            })
            .collect()
    }

    fn report_unavailable(&self, span: Span, what: &str, help: &str) {
        self.cx.report(self.cx.unavailable(span, what).help(help));
    }

    fn because(&mut self, because: &Option<Because>) -> guardrails_core::policy::Message {
        let Some(because) = because else {
            return guardrails_core::policy::Message::default();
        };
        for (language, text) in &because.translations {
            let message = format!(
                "the text for `{}` is not shown in this version",
                language.text
            );
            self.cx.report(
                self.cx
                    .warning(codes::TRANSLATION_UNUSED, text.span, message)
                    .help("write both languages into the first text"),
            );
        }
        if self.entity.is_none() {
            return guardrails_core::policy::Message::default();
        }
        self.checker.message(&because.message)
    }

    fn mask(&self, masking: &ast::Masking) -> Vec<EffectKind> {
        let Some(entity) = self.entity else {
            return Vec::new();
        };
        let word = masking.mask.as_ref();
        match &masking.fields {
            ast::Fields::Named(paths) => paths
                .iter()
                .filter_map(|path| {
                    let named = mask::field(self.cx, entity, path)?;
                    let mask = mask::mask(self.cx, word, named.field, path.span)?;
                    Some(EffectKind::Mask(named.name, mask))
                })
                .collect(),
            ast::Fields::AllExcept(except, star) => {
                let except: Vec<Name> = except
                    .iter()
                    .filter_map(|path| mask::field(self.cx, entity, path))
                    .map(|named| named.name)
                    .collect();
                let fields = entity.fields.iter();
                fields
                    .filter(|field| !except.contains(&field.name))
                    .filter_map(|field| {
                        let mask = mask::mask(self.cx, word, field, *star)?;
                        Some(EffectKind::Mask(field.name.clone(), mask))
                    })
                    .collect()
            }
        }
    }

    fn script(&self, script: &ast::Script) -> Vec<EffectKind> {
        let Some(entity) = self.entity else {
            return Vec::new();
        };
        match script::compile(self.cx, script, entity) {
            Ok(action) => vec![EffectKind::Do(action)],
            Err(findings) => {
                findings
                    .into_iter()
                    .for_each(|finding| self.cx.report(finding));
                Vec::new()
            }
        }
    }

    /// `mask` and `hide` change what is read, before any risk is known.
    fn check_reads(&self, word: &str, span: Span) {
        self.check_before_risk(span);
        if self.verbs.contains(&Verb::Read) || self.verbs.is_empty() {
            return;
        }
        let message = format!("`{word}` changes what is read, and this rule is not about `read`");
        self.cx.report(
            self.cx
                .error(codes::MISPLACED_EFFECT, span, message)
                .help("write `on read of …`"),
        );
    }

    fn check_before_risk(&self, span: Span) {
        if self.checker.reads_risk {
            let message = "this comes before the risk is scored, and the condition reads the score";
            self.cx.report(
                self.cx
                    .error(codes::MISPLACED_EFFECT, span, message)
                    .help("from `risk.score` only `deny`, `require approval` and `notify` follow"),
            );
        }
    }
}
