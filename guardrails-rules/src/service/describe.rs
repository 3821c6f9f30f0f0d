//! A name in words: what it is, what its author says of it, and who sees it.
//!
//! Who sees a field is read off the grants as they are written; tables and rules narrow that at run
//! time, and the text says so.

use guardrails_core::Name;

use super::Service;
use super::mention::Symbol;
use crate::ast::{ClauseKind, Declaration, Entity, Fields, Grant, Span};

pub(super) fn describe(service: &Service, symbol: &Symbol) -> Option<String> {
    Some(match symbol {
        Symbol::Field(entity, field) => describe_field(service, entity, field)?,
        Symbol::Entity(name) => {
            let fields = service.schema.entities.get(name)?.len();
            let doc = entity(service, name).map(|entity| entity.doc.clone());
            with_doc(
                &format!("entity {name}"),
                doc.as_deref(),
                &format!("{fields} fields"),
            )
        }
        Symbol::Enum(name) => {
            let members = service.schema.enums.get(name)?;
            code(&format!("enum {name} {{ {} }}", members.join(", ")))
        }
        Symbol::Member(holder, name) => code(&format!("{name}: a word of {holder}")),
        Symbol::Const(_)
        | Symbol::List(_)
        | Symbol::Rule(_)
        | Symbol::Chain(_)
        | Symbol::Skill(_) => {
            let (line, doc) = declaration(service, symbol)?;
            with_doc(&line, Some(&doc), "")
        }
        Symbol::Role(name) => {
            let grants =
                grants(service).filter(|grant| grant.roles.iter().any(|role| role.text == *name));
            let entities: Vec<String> = grants
                .map(|grant| format!("`{}`", grant.entity.text))
                .collect();
            let grants = match entities.as_slice() {
                [] => "No grant names it.".to_owned(),
                _ => format!("Grants on {}.", entities.join(", ")),
            };
            format!("{}\n\n{grants}", code(&format!("role {name}")))
        }
        Symbol::Mask(name) => code(&format!("mask {name}")),
        Symbol::Variable(name, ..) => code(&format!("{name}: an item of the list")),
    })
}

fn code(text: &str) -> String {
    format!("```guard\n{text}\n```")
}

fn with_doc(line: &str, doc: Option<&str>, more: &str) -> String {
    let parts = [
        code(line),
        doc.unwrap_or_default().to_owned(),
        more.to_owned(),
    ];
    let said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    said.join("\n\n")
}

fn describe_field(service: &Service, holder: &Name, name: &Name) -> Option<String> {
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
    Some(with_doc(
        line.trim_end(),
        Some(&doc),
        &who_sees(service, holder, name),
    ))
}

/// What each grant gives of a field: the strictest of its clauses.
fn who_sees(service: &Service, entity: &Name, field: &Name) -> String {
    let mut lines = Vec::new();
    for grant in grants(service).filter(|grant| grant.entity.text == *entity) {
        if let Some(seen) = seen(service, grant, field) {
            let roles: Vec<String> = grant
                .roles
                .iter()
                .map(|role| format!("`{}`", role.text))
                .collect();
            let mut line = format!("- {}: {seen}", roles.join(", "));
            if !grant.contexts.is_empty() {
                let contexts: Vec<&str> = grant.contexts.iter().map(|text| &*text.text).collect();
                line.push_str(&format!(", for ai {}", contexts.join(", ")));
            }
            if let Some(scope) = &grant.scope {
                line.push_str(&format!(", where `{}`", slice(service, scope.span)));
            }
            lines.push(line);
        }
    }
    match lines.as_slice() {
        [] => "No grant shows it: nobody's AI sees it.".to_owned(),
        _ => format!(
            "Who can see this, before tables and rules narrow it:\n{}",
            lines.join("\n")
        ),
    }
}

fn seen(service: &Service, grant: &Grant, field: &Name) -> Option<String> {
    let mut best: Option<(u8, String)> = None;
    for clause in &grant.clauses {
        let found = match &clause.kind {
            ClauseKind::Hide(fields) if covers(fields, field) => Some((3, "hidden".to_owned())),
            ClauseKind::Mask(maskings) => {
                let at = maskings
                    .iter()
                    .position(|masking| covers(&masking.fields, field));
                // A field without a mask of its own shares the next one's.
                at.map(|at| {
                    let mask = maskings
                        .iter()
                        .skip(at)
                        .find_map(|masking| masking.mask.as_ref());
                    let mask = mask.map_or("default", |mask| &*mask.name.text);
                    (2, format!("masked with {mask}"))
                })
            }
            ClauseKind::Write(fields) if covers(fields, field) => {
                Some((1, "reads and writes".to_owned()))
            }
            ClauseKind::Read(fields) if covers(fields, field) => Some((0, "reads".to_owned())),
            _ => None,
        };
        let Some((rank, mut said)) = found else {
            continue;
        };
        if let Some(when) = &clause.when {
            said.push_str(&format!(" when `{}`", slice(service, when.span)));
        }
        if best.as_ref().is_none_or(|(known, _)| rank >= *known) {
            best = Some((rank, said));
        }
    }
    best.map(|(_, said)| said)
}

fn covers(fields: &Fields, field: &Name) -> bool {
    match fields {
        Fields::Named(paths) => paths
            .iter()
            .any(|path| path.parts.first().is_some_and(|part| part.text == *field)),
        Fields::AllExcept(paths, _) => !paths.iter().any(|path| path.joined() == *field),
    }
}

fn grants(service: &Service) -> impl Iterator<Item = &Grant> {
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

fn slice(service: &Service, span: Span) -> &str {
    let source = service.bundle.sources().get(span.file as usize);
    source.map_or("", |source| source.slice(span.start, span.end).trim())
}
