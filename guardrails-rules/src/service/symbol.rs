//! What a file declares, for an editor's outline.

use std::ops::Range;

use super::range;
use crate::ast::{Declaration, File, Span};
use crate::source::SourceFile;

/// A declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Its name, as an outline shows it.
    pub name: String,
    /// What it is.
    pub kind: DeclaredKind,
    /// Where its name is written.
    pub range: Range<usize>,
    /// The fields of an entity, the members of an enum.
    pub parts: Vec<Declared>,
}

/// What a declaration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is the language's own word")]
pub enum DeclaredKind {
    Entity,
    Field,
    Enum,
    Member,
    Const,
    List,
    Grant,
    Skill,
    Rule,
    Table,
    Risk,
    Approval,
    Test,
}

pub(super) fn declared(file: &File, source: &SourceFile) -> Vec<Declared> {
    let declarations = file.declarations.iter();
    declarations.filter_map(|it| one(it, source)).collect()
}

fn one(declaration: &Declaration, source: &SourceFile) -> Option<Declared> {
    let plain = |kind, span: Span| Declared {
        name: source.slice(span.start, span.end).to_owned(),
        kind,
        range: range(span),
        parts: Vec::new(),
    };
    let names = |kind, spans: Vec<Span>| spans.into_iter().map(|span| plain(kind, span)).collect();
    Some(match declaration {
        Declaration::Entity(it) => Declared {
            parts: names(
                DeclaredKind::Field,
                it.fields.iter().map(|field| field.name.span).collect(),
            ),
            ..plain(DeclaredKind::Entity, it.name.span)
        },
        Declaration::Enum(it) => Declared {
            parts: names(
                DeclaredKind::Member,
                it.members.iter().map(|member| member.span).collect(),
            ),
            ..plain(DeclaredKind::Enum, it.name.span)
        },
        Declaration::Const(it) => plain(DeclaredKind::Const, it.name.span),
        Declaration::List(it) => plain(DeclaredKind::List, it.name.span),
        Declaration::Grant(it) => {
            let roles: Vec<&str> = it.roles.iter().map(|role| &*role.text).collect();
            Declared {
                name: format!("{} on {}", roles.join(", "), it.entity.text),
                ..plain(
                    DeclaredKind::Grant,
                    it.roles.first()?.span.to(it.entity.span),
                )
            }
        }
        Declaration::Skill(it) => plain(DeclaredKind::Skill, it.name.span),
        Declaration::Rule(it) => plain(DeclaredKind::Rule, it.name.span),
        Declaration::Table(it) => plain(DeclaredKind::Table, it.name.span),
        Declaration::Risk(it) => Declared {
            name: "risk".to_owned(),
            ..plain(DeclaredKind::Risk, it.span.head())
        },
        Declaration::Approval(it) => plain(DeclaredKind::Approval, it.name.span),
        Declaration::Test(it) => plain(DeclaredKind::Test, it.name.span),
        _ => return None,
    })
}
