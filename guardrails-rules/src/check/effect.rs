//! What follows from a rule or from a row of a table.

use std::sync::Arc;

use guardrails_core::policy::{Effect, EffectKind, Entity, Message, Requirement, Verb};
use guardrails_core::{Name, phrase};

use super::condition::Checker;
use super::context::Context;
use super::{mask, obligation, script};
use crate::ast::{self, Because, Ident, Span};
use crate::codes;

/// Effects of one rule (`rule_effects`).
const EFFECTS: usize = 10_000;

/// Where effects stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    InRule,
    /// In a row of a table, where `allow` says that nothing follows.
    InTable,
}

/// Lowers the effects of one rule, or of one row of a table.
pub(super) struct Effects<'c, 'b> {
    pub(super) cx: &'c Context<'b>,
    /// The rule or the table; a risk without a name has this one.
    pub(super) rule: &'c Ident,
    pub(super) verbs: &'c [Verb],
    pub(super) entity: Option<&'c Arc<Entity>>,
    /// Knows the variables that the condition met.
    pub(super) checker: Checker<'c, 'b>,
    pub(super) stands: Stands,
}

impl Effects<'_, '_> {
    pub(super) fn lower(&mut self, written: &[ast::Effect]) -> Vec<Effect> {
        self.check_allow(written);
        let lowered = written.iter().flat_map(|effect| self.effect(effect));
        let effects: Vec<Effect> = lowered.take(EFFECTS + 1).collect();
        if effects.len() > EFFECTS {
            self.cx.over(
                self.rule.span,
                phrase!("this rule has effects" | "这条规则的效果"),
                "rule_effects",
                EFFECTS,
            );
        }
        effects
    }

    /// `allow` stands in a row of a table, and by itself.
    fn check_allow(&self, written: &[ast::Effect]) {
        let allow = |effect: &&ast::Effect| matches!(effect.kind, ast::EffectKind::Allow);
        let Some(span) = written.iter().find(allow).map(|effect| effect.span) else {
            return;
        };
        let finding = match self.stands {
            Stands::InRule => {
                let message = phrase!(
                    "a rule restricts, and `allow` restricts nothing"
                        | "规则只作限制，而 `allow` 不作任何限制"
                );
                self.cx
                    .error(codes::MISPLACED_EFFECT, span, message)
                    .help(phrase!(
                        "remove it: what no rule restricts is allowed by its grant"
                            | "删去它：没有规则限制的操作，由授权允许"
                    ))
            }
            Stands::InTable if written.len() > 1 => {
                let message =
                    phrase!("`allow` stands beside another effect" | "`allow` 与其他效果并列");
                self.cx
                    .error(codes::ALLOW_NOT_ALONE, span, message)
                    .help(phrase!(
                        "write `allow` by itself, or remove it" | "单独写 `allow`，或删去它"
                    ))
            }
            Stands::InTable => return,
        };
        self.cx.report(finding);
    }

    fn effect(&mut self, effect: &ast::Effect) -> Vec<Effect> {
        let kinds = match &effect.kind {
            ast::EffectKind::Deny(code, because) => {
                vec![EffectKind::Deny(code.text.clone(), self.because(because))]
            }
            ast::EffectKind::Require(chain, code, because) => {
                self.cx.check_chain(chain);
                let code = code.as_ref().map(|code| code.text.clone());
                vec![EffectKind::RequireApproval(Requirement {
                    chain: chain.text.clone(),
                    code: code.unwrap_or_else(|| Requirement::CODE.into()),
                    because: self.because(because),
                })]
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
            ast::EffectKind::Allow => Vec::new(),
            ast::EffectKind::Oblige(name, terms) => {
                self.check_binds(effect.span);
                let terms = terms.as_deref().unwrap_or_default();
                let duty = obligation::lower(&mut self.checker, name, terms);
                vec![EffectKind::Oblige(Arc::new(duty))]
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

    fn because(&mut self, because: &Option<Because>) -> Message {
        match because {
            Some(because) if self.entity.is_some() => self.checker.because(because),
            _ => Message::default(),
        }
    }

    /// A view says nothing of what the host must do, so nobody would be bound.
    fn check_binds(&self, span: Span) {
        if !self.verbs.contains(&Verb::Read) {
            return;
        }
        let message = phrase!(
            "`oblige` binds the host for a change, and this rule is about `read`"
                | "`oblige` 约束的是变更，而此规则涉及 `read`"
        );
        self.cx.report(
            self.cx
                .error(codes::MISPLACED_EFFECT, span, message)
                .help(phrase!(
                    "write a rule on `create`, `update` or `delete` for it"
                        | "为 `create`、`update` 或 `delete` 单独写一条规则"
                )),
        );
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
        let message = phrase!(
            "`{word}` changes what is read, and this rule is not about `read`"
                | "`{word}` 改变读到的内容，而这条规则不针对 `read`",
            word
        );
        self.cx.report(
            self.cx
                .error(codes::MISPLACED_EFFECT, span, message)
                .help(phrase!("write `on read of …`" | "写 `on read of …`")),
        );
    }

    fn check_before_risk(&self, span: Span) {
        if self.checker.reads_risk {
            let message = phrase!(
                "this comes before the risk is scored, and the condition reads the score"
                    | "这个效果在算出风险分之前生效，而条件读取了风险分"
            );
            let help = phrase!(
                "take `deny`, `require approval` or `notify`, or leave `risk.score` out of the condition"
                    | "改用 `deny`、`require approval` 或 `notify`，或者不在条件里读取 `risk.score`"
            );
            self.cx.report(
                self.cx
                    .error(codes::MISPLACED_EFFECT, span, message)
                    .help(help),
            );
        }
    }
}
