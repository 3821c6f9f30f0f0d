//! Skills: what they do, who may use them, how often.

use std::collections::BTreeMap;
use std::time::Duration;

use guardrails_core::policy::{Budget, Limit, Origin, Per, Skill, SkillStatus, Verb};
use guardrails_core::{Name, phrase};

use super::annotations::Annotations;
use super::context::Context;
use super::{grant, rule};
use crate::ast::{self, Ident, SkillItem, Span, Text};
use crate::codes;
use crate::parse::suggest;

/// Windows by their words, in seconds.
const WINDOWS: &[(&str, u64)] = &[
    ("second", 1),
    ("minute", 60),
    ("hour", 3_600),
    ("day", 86_400),
    ("week", 604_800),
];
/// The longest window of a limit, 31 days.
const LONGEST_WINDOW: u64 = 31 * 86_400;

pub(super) fn lower(cx: &Context<'_>, written: &ast::Skill) -> Skill {
    Annotations::new(cx, &written.annotations, &["doc"]).text("doc");
    let name = written.name.joined();
    let mut lowering = Lowering {
        cx,
        seen: BTreeMap::new(),
        skill: Skill {
            origin: Origin {
                name: name.clone(),
                place: cx.place(written.name.span),
            },
            title: name.to_string(),
            verb: Verb::Read,
            entities: Vec::new(),
            impact: 1,
            allow: Vec::new(),
            models: Vec::new(),
            limits: Vec::new(),
            budgets: Vec::new(),
            status: SkillStatus::Active,
        },
    };
    written.items.iter().for_each(|item| lowering.item(item));
    lowering.check_complete(written.name.span);
    lowering.skill
}

struct Lowering<'c, 'b> {
    cx: &'c Context<'b>,
    /// Clauses that stand once, and where they were met.
    seen: BTreeMap<&'static str, Span>,
    skill: Skill,
}

impl Lowering<'_, '_> {
    fn item(&mut self, item: &SkillItem) {
        match item {
            SkillItem::Title(title) => {
                self.once("title", title.span);
                self.skill.title = title.text.to_string();
            }
            SkillItem::Does { verb, entities } => self.does(verb, entities),
            SkillItem::Impact(impact, span) => self.impact(*impact, *span),
            SkillItem::Allow(roles) => {
                let roles = roles.iter().map(|role| role.text.clone());
                self.skill.allow.extend(roles);
            }
            SkillItem::Models(models) => {
                let models = models.iter().map(|model| model.text.clone());
                self.skill.models.extend(models);
            }
            SkillItem::Limit {
                calls,
                window,
                per,
                span,
            } => self.limit(*calls, window, per, *span),
            SkillItem::Budget {
                tokens,
                window,
                per,
                span,
            } => self.budget(*tokens, window, per, *span),
            SkillItem::Status(word) => self.status(word),
        }
    }

    fn once(&mut self, clause: &'static str, span: Span) {
        if let Some(first) = self.seen.get(clause) {
            self.cx
                .repeated(codes::REPEATED, format!("`{clause}`"), *first, span);
        }
        self.seen.entry(clause).or_insert(span);
    }

    fn does(&mut self, verb: &Ident, entities: &[Ident]) {
        self.once("does", verb.span);
        match rule::verbs(self.cx, std::slice::from_ref(verb)).first() {
            Some(known) => self.skill.verb = *known,
            None => return,
        }
        for name in entities {
            if let Some(entity) = grant::entity(self.cx, name) {
                self.skill.entities.push(entity.name.clone());
            }
        }
    }

    fn impact(&mut self, impact: u64, span: Span) {
        self.once("impact", span);
        match u8::try_from(impact) {
            Ok(known @ 1..=10) => self.skill.impact = known,
            _ => self.cx.report(
                self.cx
                    .error(
                        codes::BAD_IMPACT,
                        span,
                        phrase!(
                            "impact {impact} is not one of 1 to 10"
                                | "影响程度 {impact} 不在 1 到 10 之间",
                            impact
                        ),
                    )
                    .help(phrase!(
                        "write 1 for harmless up to 10 for grave" | "写 1（无害）到 10（严重）"
                    )),
            ),
        }
    }

    fn status(&mut self, word: &Ident) {
        self.once("status", word.span);
        match SkillStatus::from_word(&word.text) {
            Some(status) => self.skill.status = status,
            None => {
                let known = ["draft", "active", "suspended", "retired"];
                self.cx.unknown(
                    codes::UNKNOWN_WORD,
                    word,
                    phrase!("status" | "状态"),
                    known,
                    || {
                        phrase!(
                            "write one of {words}" | "写 {words} 之一",
                            words = suggest::listed(&known)
                        )
                    },
                );
            }
        }
    }

    fn limit(&mut self, calls: u64, window: &Text, per: &Ident, span: Span) {
        let name = self.label("limit", calls, window, per);
        if let Some((window, per)) = self.quota(calls, window, per, span) {
            self.skill.limits.push(Limit {
                calls,
                window,
                per,
                origin: self.origin(name, span),
            });
        }
    }

    fn budget(&mut self, tokens: u64, window: &Text, per: &Ident, span: Span) {
        let name = self.label("budget", tokens, window, per);
        if let Some((window, per)) = self.quota(tokens, window, per, span) {
            self.skill.budgets.push(Budget {
                tokens,
                window,
                per,
                origin: self.origin(name, span),
            });
        }
    }

    /// Stable over edits elsewhere: counters are kept under it.
    fn label(&self, kind: &str, amount: u64, window: &Text, per: &Ident) -> Name {
        let skill = &self.skill.origin.name;
        let (window, per) = (&window.text, &per.text);
        format!("{skill} {kind} {amount} per {window} per {per}").into()
    }

    fn origin(&self, name: Name, span: Span) -> Origin {
        Origin {
            name,
            place: self.cx.place(span),
        }
    }

    fn quota(
        &self,
        amount: u64,
        window: &Text,
        per: &Ident,
        span: Span,
    ) -> Option<(Duration, Per)> {
        let (window, per) = (self.window(window), self.per(per));
        if amount == 0 {
            self.cx.report(
                self.cx
                    .error(
                        codes::OUT_OF_RANGE,
                        span,
                        phrase!("a limit of 0 allows nothing" | "限额为 0 就什么都不允许"),
                    )
                    .help(phrase!(
                        "write at least 1, or `status suspended` to stop the skill"
                            | "至少写 1；要停用技能，写 `status suspended`"
                    )),
            );
        }
        Some((window?, per?))
    }

    fn window(&self, written: &Text) -> Option<Duration> {
        let word = written.text.strip_suffix('s').unwrap_or(&written.text);
        let known = WINDOWS.iter().find(|(name, _)| *name == word);
        let seconds = match known {
            Some((_, seconds)) => Some(*seconds),
            None => duration_seconds(&written.text),
        };
        match seconds {
            Some(seconds @ 1..=LONGEST_WINDOW) => Some(Duration::from_secs(seconds)),
            Some(_) => {
                let message = phrase!(
                    "a window is between one second and 31 days" | "时间窗在一秒到 31 天之间"
                );
                let help = phrase!(
                    "write such as `minute`, `day` or `10m`" | "例如写 `minute`、`day` 或 `10m`"
                );
                self.cx.report(
                    self.cx
                        .error(codes::OUT_OF_RANGE, written.span, message)
                        .help(help),
                );
                None
            }
            None => {
                let word = Ident {
                    text: written.text.clone(),
                    span: written.span,
                };
                let known: Vec<&str> = WINDOWS.iter().map(|(name, _)| *name).collect();
                let names = known.iter().copied();
                self.cx.unknown(
                    codes::UNKNOWN_WORD,
                    &word,
                    phrase!("window" | "时间窗"),
                    names,
                    || {
                        phrase!(
                            "write one of {words}" | "写 {words} 之一",
                            words = suggest::listed(&known)
                        )
                    },
                );
                None
            }
        }
    }

    fn per(&self, word: &Ident) -> Option<Per> {
        let all = [Per::User, Per::Role, Per::Tenant];
        let found = all.into_iter().find(|per| per.as_str() == &*word.text);
        if found.is_none() {
            let known = all.map(Per::as_str);
            self.cx.unknown(
                codes::UNKNOWN_WORD,
                word,
                phrase!("counting" | "计数方式"),
                known,
                || {
                    phrase!(
                        "count per {words}" | "按 {words} 计数",
                        words = suggest::listed(&known)
                    )
                },
            );
        }
        found
    }

    fn check_complete(&self, span: Span) {
        let missing = ["does", "impact"]
            .into_iter()
            .filter(|clause| !self.seen.contains_key(clause));
        for clause in missing {
            let message = phrase!(
                "the skill `{name}` has no `{clause}`" | "技能 `{name}` 没有 `{clause}`",
                name = &self.skill.origin.name,
                clause
            );
            let help = match clause {
                "does" => phrase!(
                    "say what it does, such as `does update on Quote`"
                        | "写明它做什么，例如 `does update on Quote`"
                ),
                _ => phrase!(
                    "say how grave its operation is, from `impact 1` to `impact 10`"
                        | "写明影响程度，从 `impact 1` 到 `impact 10`"
                ),
            };
            self.cx
                .report(self.cx.error(codes::INCOMPLETE, span, message).help(help));
        }
        if self.skill.allow.is_empty() {
            let message = phrase!(
                "no role may use the skill `{name}`" | "没有角色可以使用技能 `{name}`",
                name = &self.skill.origin.name
            );
            let help = phrase!("name the roles after `allow`" | "在 `allow` 后面写角色");
            self.cx.report(
                self.cx
                    .warning(codes::UNUSABLE_SKILL, span, message)
                    .help(help),
            );
        }
    }
}

/// Seconds of a duration such as `10m`, when the text is one.
fn duration_seconds(text: &str) -> Option<u64> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    crate::parse::duration_micros(text).and_then(|micros| u64::try_from(micros / 1_000_000).ok())
}
