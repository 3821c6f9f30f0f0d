//! Masks by their word, and the fields that clauses name.

use guardrails_core::data::Mask;
use guardrails_core::policy::{Entity, Field, Type};
use guardrails_core::{Name, phrase};

use super::context::{Context, declare_field, field_of};
use super::types::described;
use crate::ast::{Dotted, MaskWord, Span};
use crate::codes;
use crate::parse::suggest;

/// A field that a clause names, and its full name with dots.
pub(super) struct Named<'e> {
    pub(super) name: Name,
    pub(super) field: &'e Field,
}

/// Looks up a field by its path through nested entities; reports what is not there.
pub(super) fn field<'e>(
    cx: &'e Context<'_>,
    entity: &'e Entity,
    path: &Dotted,
) -> Option<Named<'e>> {
    let mut owner = entity;
    let (last, init) = path.parts.split_last()?;
    for part in init {
        let found = known_field(cx, owner, part)?;
        let Type::Entity(name) = &found.ty else {
            let text = &part.text;
            let message = phrase!(
                "`{text}` is {what}: it has no parts here" | "`{text}` 是{what}，这里没有下级字段",
                text,
                what = described(&found.ty)
            );
            let help = phrase!("name `{text}` as a whole" | "写整个 `{text}`", text);
            cx.report(cx.error(codes::WRONG_TYPE, part.span, message).help(help));
            return None;
        };
        owner = cx.symbols.entities.get(name)?;
    }
    Some(Named {
        name: path.joined(),
        field: known_field(cx, owner, last)?,
    })
}

fn known_field<'e>(
    cx: &Context<'_>,
    entity: &'e Entity,
    part: &crate::ast::Ident,
) -> Option<&'e Field> {
    let found = entity.field(&part.text);
    if found.is_none() {
        let known = entity.fields.iter().map(|field| &*field.name);
        let kind = field_of(&entity.name);
        cx.unknown(codes::UNKNOWN_FIELD, part, kind, known, || {
            declare_field(&entity.name)
        });
    }
    found
}

/// The mask that a word means for a field; none after a report.
pub(super) fn mask(
    cx: &Context<'_>,
    word: Option<&MaskWord>,
    field: &Field,
    at: Span,
) -> Option<Mask> {
    let Some(word) = word else {
        return Some(Mask::Default(field.sensitivity));
    };
    let name = &word.name;
    if &*name.text == "partial" {
        return partial(cx, word);
    }
    let Some(mask) = Mask::from_word(&name.text) else {
        let known = Mask::WORDS.iter().copied();
        let kind = phrase!("mask" | "脱敏方式");
        cx.unknown(codes::UNKNOWN_MASK, name, kind, known, || {
            phrase!(
                "write one of {words}" | "写 {words} 之一",
                words = suggest::listed(Mask::WORDS)
            )
        });
        return None;
    };
    if let Some((_, span)) = word.arguments.first() {
        let text = &name.text;
        let message = phrase!(
            "the mask `{text}` takes nothing in brackets" | "脱敏方式 `{text}` 后面不写括号",
            text
        );
        cx.report(
            cx.error(codes::BAD_ARGUMENT, *span, message)
                .help(phrase!("remove the brackets" | "删去括号")),
        );
        return None;
    }
    match mask {
        Mask::Default(_) => Some(Mask::Default(field.sensitivity)),
        Mask::Redact => Some(mask),
        textual => fits(cx, field, &name.text, at).then_some(textual),
    }
}

/// Masks that look into a text need one.
fn fits(cx: &Context<'_>, field: &Field, mask: &str, at: Span) -> bool {
    let text = field.ty == Type::Text || cx.is_unknown(&field.ty);
    if !text {
        let name = &field.name;
        let message = phrase!(
            "the mask `{mask}` is for texts, and `{name}` is {what}"
                | "脱敏方式 `{mask}` 用于文本，而 `{name}` 是{what}",
            mask,
            name,
            what = described(&field.ty)
        );
        cx.report(cx.error(codes::WRONG_TYPE, at, message).help(phrase!(
            "use `default` or `redact`" | "用 `default` 或 `redact`"
        )));
    }
    text
}

/// `partial(head, tail)`: at most 16 characters at each end.
fn partial(cx: &Context<'_>, word: &MaskWord) -> Option<Mask> {
    let ends: Vec<u8> = word
        .arguments
        .iter()
        .filter_map(|(count, _)| u8::try_from(*count).ok())
        .filter(|count| *count <= 16)
        .collect();
    if let ([head, tail], 2) = (ends.as_slice(), word.arguments.len()) {
        return Some(Mask::Partial(*head, *tail));
    }
    let message = phrase!(
        "the mask `partial` takes two numbers of 0 to 16"
            | "脱敏方式 `partial` 需要两个 0 到 16 的数字"
    );
    let help = phrase!(
        "write how many characters stay at both ends, such as `partial(3, 4)`"
            | "写明两端各保留几个字符，例如 `partial(3, 4)`"
    );
    cx.report(
        cx.error(codes::BAD_ARGUMENT, word.name.span, message)
            .help(help),
    );
    None
}
