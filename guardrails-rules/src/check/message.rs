//! Messages: texts with places for values.

use std::collections::BTreeSet;

use guardrails_core::policy::{ExprKind, Message, MessagePart, Root, Translation, Type};
use guardrails_core::{Value, phrase};

use super::condition::Checker;
use super::types::{Ty, Typed};
use crate::ast::{Because, Ident, Span, Text};
use crate::codes;

impl Checker<'_, '_> {
    /// A message and its translations, which show the same values.
    pub(super) fn because(&mut self, because: &Because) -> Message {
        self.cx.report_repeats(
            because.translations.iter().map(|(language, _)| language),
            phrase!("the language " | "语言 "),
        );
        let mut message = self.message(&because.message);
        for (language, text) in &because.translations {
            self.check_language(language);
            let parts = self.message(text).parts;
            self.check_same_values(&message.parts, &parts, text);
            message.translations.push(Translation {
                language: language.text.clone(),
                parts,
            });
        }
        message
    }

    /// Nobody asks for a language that no tag names.
    fn check_language(&self, language: &Ident) {
        let tag = &*language.text;
        let primary = (2..=3).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_lowercase());
        if primary {
            return;
        }
        let message = phrase!(
            "`{tag}` is not the tag of a language" | "`{tag}` 不是语言标签",
            tag
        );
        self.report(
            self.cx
                .warning(codes::NOT_A_LANGUAGE, language.span, message)
                .help(phrase!(
                    "write its two or three letters of BCP 47, such as `en` or `zh`"
                        | "写 BCP 47 的两三个字母，例如 `en` 或 `zh`"
                )),
        );
    }

    fn check_same_values(&self, first: &[MessagePart], other: &[MessagePart], text: &Text) {
        let missing = |from: &[MessagePart], there: &[MessagePart]| {
            let there = values(there);
            values(from)
                .into_iter()
                .find(|value| !there.contains(value))
                .map(|(value, _)| value)
        };
        let finding = if let Some(value) = missing(first, other) {
            phrase!(
                "this translation does not show `{{{value}}}`" | "此译文没有显示 `{{{value}}}`",
                value
            )
        } else if let Some(value) = missing(other, first) {
            phrase!(
                "this translation shows `{{{value}}}`, and the first text does not"
                    | "此译文显示了 `{{{value}}}`，而第一段文字没有",
                value
            )
        } else {
            return;
        };
        self.report(
            self.cx
                .error(codes::TRANSLATION_DIFFERS, text.span, finding)
                .help(phrase!(
                    "show the same values in each language" | "各语言显示相同的值"
                )),
        );
    }

    /// A percent is shown as `15%`: a sign after it would be a second one.
    fn check_sign(&self, plain: &str, message: &Message, rest: &str, span: Span) {
        let percent = match message.parts.last() {
            Some(MessagePart::Value(path)) if plain.is_empty() => path.ty == Type::Percent,
            _ => plain.ends_with('%'),
        };
        if percent && rest.starts_with('%') {
            let finding = phrase!(
                "a percent is shown with its sign, and another stands behind it"
                    | "百分比显示时自带 `%`，其后又写了一个"
            );
            self.report(
                self.cx
                    .warning(codes::SECOND_SIGN, span, finding)
                    .help(phrase!(
                        "remove the `%` behind the brace" | "删去花括号后的 `%`"
                    )),
            );
        }
    }

    /// Reads `discount is {discount}`; `{{` and `}}` stand for braces.
    pub(super) fn message(&mut self, text: &Text) -> Message {
        let mut message = Message::default();
        let mut plain = String::new();
        let mut rest: &str = &text.text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, tail) = rest.split_at(at);
            plain.push_str(before);
            let offset = text.text.len() - tail.len();
            let doubled = tail.starts_with("{{") || tail.starts_with("}}");
            let end = tail.find('}');
            rest = match end {
                _ if doubled => {
                    plain.push_str(tail.get(..1).unwrap_or(""));
                    tail.get(2..).unwrap_or("")
                }
                Some(end) if end > 0 => {
                    let inside = tail.get(1..end).unwrap_or("");
                    let span = within(text, offset, end + 1);
                    self.placeholder(inside, span, &mut plain, &mut message);
                    let after = tail.get(end + 1..).unwrap_or("");
                    self.check_sign(&plain, &message, after, span);
                    after
                }
                _ => {
                    self.bad_placeholder(within(text, offset, 1));
                    tail.get(1..).unwrap_or("")
                }
            };
        }
        plain.push_str(rest);
        flush(&mut plain, &mut message);
        message
    }

    fn bad_placeholder(&self, span: Span) {
        self.report(
            self.cx
                .error(
                    codes::BAD_PLACEHOLDER,
                    span,
                    phrase!("this placeholder cannot be read" | "无法读取这个占位符"),
                )
                .help(phrase!(
                    "write a field between the braces, or `{{` and `}}` for braces"
                        | "在花括号里写字段；要写花括号本身，写 `{{` 和 `}}`"
                )),
        );
    }

    fn placeholder(&mut self, inside: &str, span: Span, plain: &mut String, message: &mut Message) {
        let parts: Vec<Ident> = inside
            .trim()
            .split('.')
            .map(|part| Ident {
                text: part.into(),
                span,
            })
            .collect();
        if !parts.iter().all(|part| is_name(&part.text)) {
            return self.bad_placeholder(span);
        }
        // A message may well show a field that is missing.
        let before = self.bare.len();
        let value = match self.met_variable(&parts, span) {
            Some(value) => value,
            None => self.path(&parts, span, None),
        };
        self.bare.truncate(before);
        match constant(&value) {
            Some(text) => plain.push_str(&text),
            None => {
                flush(plain, message);
                self.show(value, span, message);
            }
        }
    }

    fn show(&self, value: Typed, span: Span, message: &mut Message) {
        match (value.expr.kind, value.ty) {
            (_, Ty::Bad) => {}
            (ExprKind::Path(path), Ty::Open) => message.parts.push(MessagePart::Value(path)),
            (ExprKind::Path(path), Ty::Known(ty))
                if !matches!(ty, Type::List(_) | Type::Entity(_)) =>
            {
                message.parts.push(MessagePart::Value(path));
            }
            _ => self.wrong(
                span,
                phrase!(
                    "a list or an entity cannot be shown in a text" | "列表或实体不能显示在消息里"
                ),
                phrase!("name a single value" | "写一个单独的值"),
            ),
        }
    }
}

/// What a text shows, by its paths; items of one list and of another are not the same.
fn values(parts: &[MessagePart]) -> BTreeSet<(String, Option<u8>)> {
    let shown = parts.iter().filter_map(|part| match part {
        MessagePart::Value(path) => Some(match path.root {
            Root::Variable(number) => (path.to_string(), Some(number)),
            _ => (path.to_string(), None),
        }),
        MessagePart::Text(_) => None,
    });
    shown.collect()
}

fn is_name(part: &str) -> bool {
    let mut letters = part.chars();
    let first = letters
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_');
    first && letters.all(|c| c.is_alphanumeric() || c == '_')
}

/// A const is written into the text when the policy is compiled.
fn constant(value: &Typed) -> Option<String> {
    let ExprKind::Literal(literal) = &value.expr.kind else {
        return None;
    };
    match (literal, &value.ty) {
        (Value::Number(number), Ty::Known(Type::Percent)) => Some(format!("{number}%")),
        (Value::Number(number), Ty::Known(Type::Money(currency))) => {
            Some(format!("{number} {currency}"))
        }
        (Value::Number(number), _) => Some(number.to_string()),
        (Value::Text(text), _) => Some(text.to_string()),
        (Value::Bool(truth), _) => Some(truth.to_string()),
        _ => None,
    }
}

fn flush(plain: &mut String, message: &mut Message) {
    if !plain.is_empty() {
        let text = std::mem::take(plain);
        message.parts.push(MessagePart::Text(text));
    }
}

/// The span of a part of a text; of all of it when escapes have moved the bytes.
fn within(text: &Text, offset: usize, length: usize) -> Span {
    let written = text.span.end.saturating_sub(text.span.start) as usize;
    if written != text.text.len() + 2 {
        return text.span;
    }
    let start = text.span.start + 1 + u32::try_from(offset).unwrap_or(0);
    Span {
        start,
        end: start + u32::try_from(length).unwrap_or(0),
        ..text.span
    }
}
