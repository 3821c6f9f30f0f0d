//! Entities and enums to their schema.

use std::collections::BTreeSet;
use std::sync::Arc;

use guardrails_core::policy::{Currency, Entity, EnumType, Field, PiiClass, Sensitivity, Type};
use guardrails_core::{Diagnostic, Name, phrase};

use super::annotations::Annotations;
use super::context::Context;
use super::symbols::{Collector, Symbols};
use crate::ast::{self, Declaration, File, Ident, TypeKind, TypeRef};
use crate::codes;
use crate::parse::suggest;

/// The types that every bundle has.
const TYPES: &[&str] = &[
    "bool", "int", "decimal", "percent", "money", "text", "date", "datetime", "duration",
];

/// Collects enums, then entities, whose fields may name both.
pub(super) fn collect(collector: &mut Collector<'_>, files: &[File]) {
    let declarations = || files.iter().flat_map(|file| &file.declarations);
    let symbols = Symbols {
        lost: collector.symbols.lost.clone(),
        ..Symbols::default()
    };
    let cx = Context::new(collector.bundle, symbols);
    for declaration in declarations() {
        if let Declaration::Enum(declared) = declaration {
            let members = members(&cx, &declared.members);
            let name = declared.name.text.clone();
            let ty = EnumType {
                name: name.clone(),
                members,
            };
            collector.symbols.enums.entry(name).or_insert(Arc::new(ty));
        }
    }
    let entities: Vec<&ast::Entity> = declarations()
        .filter_map(|declaration| match declaration {
            Declaration::Entity(entity) => Some(entity),
            _ => None,
        })
        .collect();
    let names: BTreeSet<Name> = entities.iter().map(|e| e.name.text.clone()).collect();
    let types = Types {
        cx: &cx,
        symbols: &collector.symbols,
        entities: &names,
    };
    let lowered: Vec<Entity> = entities.iter().map(|entity| types.entity(entity)).collect();
    let findings: Vec<Diagnostic> = cx.into_findings();
    for entity in lowered {
        let name = entity.name.clone();
        collector
            .symbols
            .entities
            .entry(name)
            .or_insert(Arc::new(entity));
    }
    collector.symbols.findings.extend(findings);
}

/// A type that stands outside of an entity.
pub(super) fn type_of(collector: &mut Collector<'_>, written: &TypeRef) -> Type {
    let symbols = Symbols {
        lost: collector.symbols.lost.clone(),
        ..Symbols::default()
    };
    let cx = Context::new(collector.bundle, symbols);
    let entities: BTreeSet<Name> = collector.symbols.entities.keys().cloned().collect();
    let ty = Types {
        cx: &cx,
        symbols: &collector.symbols,
        entities: &entities,
    }
    .ty(written);
    collector.symbols.findings.extend(cx.into_findings());
    ty
}

/// Members of an enum (`enum_members`).
const MEMBERS: usize = 1_000;
/// Fields of an entity (`entity_fields`).
const FIELDS: usize = 1_000;

/// The members of an enum, each once.
fn members(cx: &Context<'_>, written: &[Ident]) -> Vec<Name> {
    cx.report_repeats(written.iter(), phrase!("the member " | "成员 "));
    if let Some(beyond) = written.get(MEMBERS) {
        cx.over(
            beyond.span,
            phrase!("this enum has members" | "这个枚举的成员"),
            "enum_members",
            MEMBERS,
        );
    }
    let mut seen = BTreeSet::new();
    let first = written.iter().filter(|member| seen.insert(&member.text));
    first
        .take(MEMBERS)
        .map(|member| member.text.clone())
        .collect()
}

struct Types<'c, 'b> {
    cx: &'c Context<'b>,
    symbols: &'c Symbols,
    entities: &'c BTreeSet<Name>,
}

impl Types<'_, '_> {
    fn entity(&self, entity: &ast::Entity) -> Entity {
        Annotations::new(self.cx, &entity.annotations, &["doc"]).text("doc");
        self.cx.report_repeats(
            entity.fields.iter().map(|field| &field.name),
            phrase!("the field " | "字段 "),
        );
        if let Some(beyond) = entity.fields.get(FIELDS) {
            let span = beyond.name.span;
            self.cx.over(
                span,
                phrase!("this entity has fields" | "这个实体的字段"),
                "entity_fields",
                FIELDS,
            );
        }
        let mut seen = BTreeSet::new();
        let first = entity
            .fields
            .iter()
            .filter(|field| seen.insert(&field.name.text));
        let mut fields: Vec<Field> = first.take(FIELDS).map(|field| self.field(field)).collect();
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        Entity {
            name: entity.name.text.clone(),
            doc: entity.doc.clone(),
            fields,
            place: self.cx.place(entity.name.span),
        }
    }

    fn field(&self, field: &ast::Field) -> Field {
        let known = ["sensitivity", "pii", "doc"];
        let annotations = Annotations::new(self.cx, &field.annotations, &known);
        annotations.text("doc");
        Field {
            name: field.name.text.clone(),
            ty: self.ty(&field.ty),
            optional: field.ty.optional,
            sensitivity: self.sensitivity(&annotations),
            pii: self.pii(&annotations),
            place: self.cx.place(field.name.span),
        }
    }

    fn sensitivity(&self, annotations: &Annotations<'_, '_>) -> Sensitivity {
        let Some((level, span)) = annotations.whole("sensitivity") else {
            return Sensitivity::PUBLIC;
        };
        let known = u8::try_from(level).ok().and_then(Sensitivity::new);
        known.unwrap_or_else(|| {
            let message = phrase!(
                "sensitivity {level} is not one of 1 to 5" | "敏感级别 {level} 不在 1 到 5 之间",
                level
            );
            let help =
                phrase!("write 1 for public up to 5 for secret" | "写 1（公开）到 5（机密）");
            self.cx.report(
                self.cx
                    .error(codes::BAD_SENSITIVITY, span, message)
                    .help(help),
            );
            Sensitivity::PUBLIC
        })
    }

    fn pii(&self, annotations: &Annotations<'_, '_>) -> Option<PiiClass> {
        let word = annotations.word("pii")?;
        let class = PiiClass::from_word(&word.text);
        if class.is_none() {
            let known: Vec<&str> = PiiClass::WORDS.iter().map(|(word, _)| *word).collect();
            self.cx.unknown(
                codes::UNKNOWN_WORD,
                &word,
                phrase!("class of personal data" | "个人信息类别"),
                known.iter().copied(),
                || {
                    phrase!(
                        "write one of {words}" | "写 {words} 之一",
                        words = suggest::listed(&known)
                    )
                },
            );
        }
        class
    }

    fn ty(&self, written: &TypeRef) -> Type {
        match &written.kind {
            TypeKind::List(item) => self.list(item),
            TypeKind::Enum(members) => self.inline_enum(written, members),
            TypeKind::Named(name, argument) => self.named(name, argument.as_ref()),
        }
    }

    fn list(&self, item: &TypeRef) -> Type {
        if item.optional {
            self.cx.report(
                self.cx
                    .error(
                        codes::WRONG_TYPE,
                        item.span,
                        phrase!("the items of a list are never missing" | "列表的项不会缺失"),
                    )
                    .help(phrase!(
                        "write the `?` after the list, or remove it"
                            | "把 `?` 写在列表后面，或者删去它"
                    )),
            );
        }
        Type::List(Arc::new(self.ty(item)))
    }

    fn inline_enum(&self, written: &TypeRef, members: &[Ident]) -> Type {
        if members.is_empty() {
            self.cx.report(
                self.cx
                    .error(
                        codes::INCOMPLETE,
                        written.span,
                        phrase!("this enum has no members" | "这个枚举没有成员"),
                    )
                    .help(phrase!(
                        "name at least one, such as `enum { DRAFT, SENT }`"
                            | "至少写一个，例如 `enum { DRAFT, SENT }`"
                    )),
            );
        }
        Type::Enum(Arc::new(EnumType {
            name: Name::from(""),
            members: self::members(self.cx, members),
        }))
    }

    fn named(&self, name: &Ident, argument: Option<&Ident>) -> Type {
        if &*name.text == "money" {
            return self.money(name, argument);
        }
        if let Some(argument) = argument.filter(|_| TYPES.contains(&&*name.text)) {
            let text = &name.text;
            let message = phrase!(
                "`{text}` takes nothing in brackets" | "`{text}` 后面不写括号",
                text
            );
            let help = phrase!(
                "remove the brackets; only `money(CUR)` has them"
                    | "删去括号；只有 `money(币种)` 才写括号"
            );
            self.cx.report(
                self.cx
                    .error(codes::UNKNOWN_TYPE, argument.span, message)
                    .help(help),
            );
        }
        match &*name.text {
            "bool" => Type::Bool,
            "int" => Type::Int,
            "decimal" => Type::Decimal,
            "percent" => Type::Percent,
            "text" => Type::Text,
            "date" => Type::Date,
            "datetime" => Type::DateTime,
            "duration" => Type::Duration,
            _ => self.declared(name),
        }
    }

    fn money(&self, name: &Ident, argument: Option<&Ident>) -> Type {
        let written = argument.unwrap_or(name);
        let code = argument.map_or("", |currency| &currency.text);
        match Currency::from_code(code) {
            Some(currency) => Type::Money(currency),
            None => {
                let message = phrase!(
                    "money needs a currency of three capital letters"
                        | "金额要写币种，用三个大写字母"
                );
                let help = phrase!(
                    "write an ISO 4217 code, such as `money(CNY)`"
                        | "写 ISO 4217 代码，例如 `money(CNY)`"
                );
                self.cx.report(
                    self.cx
                        .error(codes::UNKNOWN_TYPE, written.span, message)
                        .help(help),
                );
                Type::Decimal
            }
        }
    }

    fn declared(&self, name: &Ident) -> Type {
        if let Some(members) = self.symbols.enums.get(&name.text) {
            return Type::Enum(members.clone());
        }
        if self.entities.contains(&name.text) {
            return Type::Entity(name.text.clone());
        }
        let declared = self.symbols.enums.keys().chain(self.entities);
        let known: Vec<&str> = TYPES
            .iter()
            .copied()
            .chain(declared.map(|name| &**name))
            .collect();
        let kind = phrase!("type" | "类型");
        self.cx.unknown(codes::UNKNOWN_TYPE, name, kind, known, || {
            phrase!(
                "declare it with `entity {text} {{ … }}` or `enum`"
                    | "用 `entity {text} {{ … }}` 或 `enum` 声明它",
                text = &name.text
            )
        });
        // Known for what it is, so that its values are not reported as texts in their turn.
        Type::Entity(name.text.clone())
    }
}
