//! A name in words: what it is, and what its author says of it. Who sees a field is `sees`' to say.

use guardrails_core::{Language, Name, Phrase, phrase};

use super::mention::Symbol;
use super::{Service, sees};
use crate::ast::{Declaration, Entity, Grant, Span};

pub(super) fn describe(service: &Service, symbol: &Symbol) -> Option<Phrase> {
    Some(match symbol {
        Symbol::Field(entity, field) => describe_field(service, entity, field)?,
        Symbol::Entity(name) => {
            let fields = service.schema.entities.get(name)?.len();
            let doc = entity(service, name).map(|entity| entity.doc.clone());
            let fields = phrase!("{fields} fields" | "{fields} 个字段", fields);
            paragraphs([
                code(&format!("entity {name}")),
                doc.unwrap_or_default().into(),
                fields,
            ])
        }
        Symbol::Enum(name) => {
            let members = service.schema.enums.get(name)?;
            code(&format!("enum {name} {{ {} }}", members.join(", ")))
        }
        Symbol::Member(holder, name) => code(&format!("{holder}: {name}")),
        Symbol::Const(_)
        | Symbol::List(_)
        | Symbol::Rule(_)
        | Symbol::Chain(_)
        | Symbol::Skill(_) => {
            let (line, doc) = declaration(service, symbol)?;
            paragraphs([code(&line), doc.into()])
        }
        Symbol::Role(name) => {
            let grants =
                grants(service).filter(|grant| grant.roles.iter().any(|role| role.text == *name));
            let entities: Vec<String> = grants
                .map(|grant| format!("`{}`", grant.entity.text))
                .collect();
            let grants = match entities.as_slice() {
                [] => phrase!("No grant names it." | "没有授权提到它。"),
                _ => Phrase::both(
                    format!("Grants on {}.", entities.join(", ")),
                    format!("有 {} 的授权。", entities.join("、")),
                ),
            };
            paragraphs([code(&format!("role {name}")), grants])
        }
        Symbol::Mask(name) => code(&format!("mask {name}")),
        Symbol::Variable(name, ..) => paragraphs([
            code(name),
            phrase!("An item of the list." | "列表中的一个元素。"),
        ]),
    })
}

fn code(text: &str) -> Phrase {
    format!("```guard\n{text}\n```").into()
}

fn paragraphs<const N: usize>(parts: [Phrase; N]) -> Phrase {
    let parts: Vec<Phrase> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    joined(&parts, "\n\n")
}

/// Phrases with something between them.
pub(super) fn joined(parts: &[Phrase], between: &str) -> Phrase {
    let [en, zh] = [Language::English, Language::Chinese].map(|language| {
        let texts: Vec<&str> = parts.iter().map(|part| part.text(language)).collect();
        texts.join(between)
    });
    Phrase::both(en, zh)
}

fn describe_field(service: &Service, holder: &Name, name: &Name) -> Option<Phrase> {
    let field = service.schema.field(holder, name)?;
    let annotations = field.annotations.join(" ");
    let line = format!("{holder}.{name} : {}  {annotations}", field.ty);
    let declared = entity(service, holder)?;
    let span = declared
        .fields
        .iter()
        .find(|field| field.name.text == *name)?
        .name
        .span;
    let doc = documentation(service, span);
    let doc = if doc.is_empty() {
        declared.doc.clone()
    } else {
        doc
    };
    Some(paragraphs([
        code(line.trim_end()),
        doc.into(),
        class(service, holder, name),
        sees::who_sees(service, holder, name),
    ]))
}

/// How sensitive a field is, and which personal data is in it.
fn class(service: &Service, entity: &Name, field: &Name) -> Phrase {
    let policy = service.policy.as_ref();
    let entity = policy.and_then(|policy| policy.entities.get(entity));
    let Some(field) = entity.and_then(|entity| entity.field(field)) else {
        return Phrase::default();
    };
    let level = field.sensitivity.level();
    match field.pii {
        Some(class) => phrase!(
            "Sensitivity {level} of 5, personal data (`{class}`)."
                | "敏感级别 {level}（最高 5），个人信息（`{class}`）。",
            level,
            class = class.as_str()
        ),
        None => phrase!(
            "Sensitivity {level} of 5, no personal data."
                | "敏感级别 {level}（最高 5），不是个人信息。",
            level
        ),
    }
}

pub(super) fn grants(service: &Service) -> impl Iterator<Item = &Grant> {
    declarations(service).filter_map(|declaration| match declaration {
        Declaration::Grant(grant) => Some(grant),
        _ => None,
    })
}

fn declarations(service: &Service) -> impl Iterator<Item = &Declaration> {
    service.files.iter().flat_map(|file| &file.declarations)
}

fn entity<'s>(service: &'s Service, name: &Name) -> Option<&'s Entity> {
    declarations(service).find_map(|declaration| match declaration {
        Declaration::Entity(entity) if entity.name.text == *name => Some(entity),
        _ => None,
    })
}

/// The line that declares a symbol, and the `///` lines above it.
fn declaration(service: &Service, symbol: &Symbol) -> Option<(String, String)> {
    let mention = service
        .mentions
        .of(symbol)
        .find(|mention| mention.declares)?;
    let source = service.bundle.sources().get(mention.span.file as usize)?;
    let (_, line) = source.line(source.place(mention.span.start, mention.span.end).line)?;
    let line = line.trim().trim_end_matches('{').trim_end();
    Some((line.to_owned(), documentation(service, mention.span)))
}

/// The `///` lines above the line a name stands on.
fn documentation(service: &Service, span: Span) -> String {
    let Some(source) = service.bundle.sources().get(span.file as usize) else {
        return String::new();
    };
    let own = source.place(span.start, span.end).line;
    let above = (1..own).rev().map_while(|line| source.line(line));
    let texts = above.map_while(|(_, line)| line.trim().strip_prefix("///"));
    let mut lines: Vec<&str> = texts.map(str::trim).collect();
    lines.reverse();
    lines.join("\n")
}

pub(super) fn slice(service: &Service, span: Span) -> &str {
    let source = service.bundle.sources().get(span.file as usize);
    source.map_or("", |source| source.slice(span.start, span.end).trim())
}
