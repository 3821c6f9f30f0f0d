//! Walks the trees of a bundle and says what each name stands for.
//!
//! A name that cannot be told is left out: editors then say nothing, and the checker says what is
//! wrong.

mod values;

use guardrails_core::Name;

use super::mention::{Mentions, Symbol};
use super::schema::{Schema, Shape};
use crate::ast::{
    ApprovalItem, Because, CellKind, CellTestKind, Clause, ClauseKind, Datum, DatumKind,
    Declaration, Dotted, Effect, EffectKind, Entry, Expectation, ExpectationKind, Fields, File,
    Grant, Ident, ListSource, Masking, Overdue, Script, SkillItem, Span, Table, Test, TestItem,
    Text, TypeKind, TypeRef,
};
use crate::bundle::Bundle;
use crate::parse::{Lexer, TokenKind};

pub(super) fn mentions(files: &[File], schema: &Schema, bundle: &Bundle) -> Mentions {
    let mut walk = Walk {
        schema,
        bundle,
        out: Mentions::default(),
        entity: None,
        variables: Vec::new(),
    };
    for declaration in files.iter().flat_map(|file| &file.declarations) {
        walk.entity = None;
        walk.declaration(declaration);
    }
    walk.out
}

struct Walk<'w> {
    schema: &'w Schema,
    bundle: &'w Bundle,
    out: Mentions,
    /// Whose fields are in reach.
    entity: Option<Name>,
    /// Of quantifiers around, the innermost last.
    variables: Vec<(Name, Span, Shape)>,
}

impl Walk<'_> {
    fn declaration(&mut self, declaration: &Declaration) {
        match declaration {
            Declaration::Entity(it) => {
                self.declare(Symbol::Entity, &it.name);
                for field in &it.fields {
                    let (entity, name) = (it.name.text.clone(), field.name.text.clone());
                    self.out.add(
                        Symbol::Field(entity.clone(), name.clone()),
                        field.name.span,
                        true,
                    );
                    self.type_ref(&field.ty, &format!("{entity}.{name}").into());
                }
            }
            Declaration::Enum(it) => {
                self.declare(Symbol::Enum, &it.name);
                self.members(&it.name.text, &it.members);
            }
            Declaration::Const(it) => {
                self.declare(Symbol::Const, &it.name);
                self.datum(&it.value, &Shape::Plain);
            }
            Declaration::List(it) => {
                self.declare(Symbol::List, &it.name);
                if let ListSource::Inline(data) = &it.source {
                    data.iter()
                        .for_each(|datum| self.datum(datum, &Shape::Plain));
                }
            }
            Declaration::Grant(it) => self.grant(it),
            Declaration::Skill(it) => {
                self.out
                    .add(Symbol::Skill(it.name.joined()), it.name.span, true);
                it.items.iter().for_each(|item| self.skill_item(item));
            }
            Declaration::Rule(it) => {
                self.declare(Symbol::Rule, &it.name);
                self.about(&it.entity);
                self.optional(it.when.as_ref());
                self.effects(&it.effects);
            }
            Declaration::Risk(it) => {
                it.factors
                    .iter()
                    .for_each(|factor| self.expr(&factor.value));
                it.levels
                    .iter()
                    .for_each(|level| self.effects(&level.effects));
            }
            Declaration::Approval(it) => {
                self.declare(Symbol::Chain, &it.name);
                for item in &it.items {
                    if let ApprovalItem::Step(step) = item {
                        self.name(Symbol::Role, &step.role);
                        if let Some(Overdue::Escalate(role)) = &step.overdue {
                            self.name(Symbol::Role, role);
                        }
                    }
                }
            }
            Declaration::Table(it) => self.table(it),
            Declaration::Test(it) => self.test(it),
            _ => {}
        }
    }

    fn declare(&mut self, symbol: impl Fn(Name) -> Symbol, name: &Ident) {
        self.out.add(symbol(name.text.clone()), name.span, true);
    }

    fn name(&mut self, symbol: impl Fn(Name) -> Symbol, name: &Ident) {
        self.out.add(symbol(name.text.clone()), name.span, false);
    }

    fn about(&mut self, entity: &Ident) {
        self.entity = Some(entity.text.clone());
        self.name(Symbol::Entity, entity);
    }

    fn members(&mut self, holder: &Name, members: &[Ident]) {
        for member in members {
            self.out.add(
                Symbol::Member(holder.clone(), member.text.clone()),
                member.span,
                true,
            );
        }
    }

    fn type_ref(&mut self, ty: &TypeRef, place: &Name) {
        match &ty.kind {
            TypeKind::Named(name, _) if self.schema.entities.contains_key(&name.text) => {
                self.name(Symbol::Entity, name);
            }
            TypeKind::Named(name, _) if self.schema.enums.contains_key(&name.text) => {
                self.name(Symbol::Enum, name);
            }
            TypeKind::Named(..) => {}
            TypeKind::List(item) => self.type_ref(item, place),
            TypeKind::Enum(members) => self.members(place, members),
        }
    }

    fn grant(&mut self, grant: &Grant) {
        grant
            .roles
            .iter()
            .for_each(|role| self.name(Symbol::Role, role));
        self.about(&grant.entity);
        self.optional(grant.scope.as_ref());
        grant.clauses.iter().for_each(|clause| self.clause(clause));
    }

    fn clause(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Read(fields) | ClauseKind::Write(fields) | ClauseKind::Hide(fields) => {
                self.fields(fields);
            }
            ClauseKind::Mask(maskings) => maskings.iter().for_each(|masking| self.masking(masking)),
            _ => {}
        }
        self.optional(clause.when.as_ref());
    }

    fn fields(&mut self, fields: &Fields) {
        let (Fields::Named(paths) | Fields::AllExcept(paths, _)) = fields;
        paths.iter().for_each(|path| self.field_path(&path.parts));
    }

    fn masking(&mut self, masking: &Masking) {
        self.fields(&masking.fields);
        if let Some(mask) = &masking.mask {
            self.name(Symbol::Mask, &mask.name);
        }
    }

    fn skill_item(&mut self, item: &SkillItem) {
        match item {
            SkillItem::Does { entities, .. } => {
                entities
                    .iter()
                    .for_each(|entity| self.name(Symbol::Entity, entity));
            }
            SkillItem::Allow(roles) => roles.iter().for_each(|role| self.name(Symbol::Role, role)),
            _ => {}
        }
    }

    fn effects(&mut self, effects: &[Effect]) {
        for effect in effects {
            match &effect.kind {
                EffectKind::Deny(_, because) => self.because(because.as_ref()),
                EffectKind::Require(chain, _, because) => {
                    self.name(Symbol::Chain, chain);
                    self.because(because.as_ref());
                }
                EffectKind::Mask(masking) => self.masking(masking),
                EffectKind::Hide(path) => self.field_path(&path.parts),
                EffectKind::Do(script) => self.script(script),
                _ => {}
            }
        }
    }

    fn because(&mut self, because: Option<&Because>) {
        let Some(because) = because else { return };
        self.message(&because.message);
        because
            .translations
            .iter()
            .for_each(|(_, text)| self.message(text));
    }

    /// The paths in a message's braces.
    fn message(&mut self, text: &Text) {
        let sources = self.bundle.sources();
        let Some(source) = sources.get(text.span.file as usize) else {
            return;
        };
        let written = source.slice(text.span.start, text.span.end);
        let mut from = 0;
        while let Some(open) = written.get(from..).and_then(|rest| rest.find('{')) {
            let start = from + open + 1;
            let rest = written.get(start..).unwrap_or("");
            if rest.starts_with('{') {
                from = start + 1;
                continue;
            }
            let length = rest.find('}').unwrap_or(rest.len());
            let inside = rest.get(..length).unwrap_or("");
            self.names_in(inside, text.span, start);
            from = start + length;
        }
    }

    fn names_in(&mut self, path: &str, text: Span, start: usize) {
        let mut at = start;
        let mut idents = Vec::new();
        for part in path.split('.') {
            let begin = text.start + u32::try_from(at).unwrap_or(u32::MAX);
            let span = Span {
                start: begin,
                end: begin + u32::try_from(part.len()).unwrap_or(0),
                ..text
            };
            idents.push(Ident {
                text: part.into(),
                span,
            });
            at += part.len() + 1;
        }
        self.value_path(&idents);
    }

    /// Fields that a script reads; its own names are its own business.
    fn script(&mut self, script: &Script) {
        let Some(entity) = self.entity.clone() else {
            return;
        };
        let mut lexer = Lexer::new(&script.text, 0);
        let mut before = String::new();
        let mut owner = String::new();
        while let Some(token) = lexer.next() {
            let text = script.text.get(token.range.clone()).unwrap_or("");
            let reached = before != "." || matches!(&*owner, "old" | "new");
            if token.kind == TokenKind::Word
                && reached
                && self.schema.field(&entity, text).is_some()
            {
                let offset = |at: usize| script.span.start + u32::try_from(at).unwrap_or(u32::MAX);
                let span = Span {
                    start: offset(token.range.start),
                    end: offset(token.range.end),
                    ..script.span
                };
                // Spans of scripts cover the text itself; anything else is left alone.
                if self.written(span) == text {
                    self.out
                        .add(Symbol::Field(entity.clone(), text.into()), span, false);
                }
            }
            owner = std::mem::replace(&mut before, text.to_owned());
        }
    }

    fn written(&self, span: Span) -> &str {
        let source = self.bundle.sources().get(span.file as usize);
        source.map_or("", |source| source.slice(span.start, span.end))
    }

    fn table(&mut self, table: &Table) {
        self.declare(Symbol::Rule, &table.name);
        self.about(&table.entity);
        for column in &table.columns {
            self.value_path(&column.parts);
        }
        for row in &table.rows {
            for (cell, column) in row.cells.iter().zip(&table.columns) {
                let shape = self.shape_of(&column.parts).unwrap_or(Shape::Plain);
                match &cell.kind {
                    CellKind::Any => {}
                    CellKind::Value(value) => self.compared(value, &shape),
                    CellKind::Range(low, high) => [low, high]
                        .into_iter()
                        .for_each(|it| self.compared(it, &shape)),
                    CellKind::Tests(tests) => tests.iter().for_each(|test| match &test.kind {
                        CellTestKind::Operator(_, value) => self.compared(value, &shape),
                        CellTestKind::Between(low, high) => {
                            self.compared(low, &shape);
                            self.compared(high, &shape);
                        }
                        CellTestKind::Matches(_) | CellTestKind::Presence(_) => {}
                    }),
                }
            }
            self.effects(&row.effects);
        }
    }

    fn test(&mut self, test: &Test) {
        let given = test.items.iter().find_map(|item| match item {
            TestItem::Given { entity, .. } => Some(entity.text.clone()),
            _ => None,
        });
        self.entity = given;
        for item in &test.items {
            match item {
                TestItem::Actor(entries, _) => entries.iter().for_each(|entry| self.actor(entry)),
                TestItem::Skill { name, .. } => {
                    self.out.add(Symbol::Skill(name.joined()), name.span, false)
                }
                TestItem::Given { entity, fields } => {
                    self.name(Symbol::Entity, entity);
                    self.entries(fields);
                }
                TestItem::Change(fields, _) | TestItem::Create(fields, _) => self.entries(fields),
                TestItem::Expect(expected) => expected.iter().for_each(|it| self.expectation(it)),
                _ => {}
            }
        }
    }

    fn actor(&mut self, entry: &Entry) {
        if &*entry.name.text != "roles" {
            return;
        }
        if let DatumKind::List(items) = &entry.datum.kind {
            for item in items {
                if let DatumKind::Word(Dotted { parts, .. }) = &item.kind {
                    parts
                        .iter()
                        .take(1)
                        .for_each(|role| self.name(Symbol::Role, role));
                }
            }
        }
    }

    fn expectation(&mut self, expected: &Expectation) {
        match &expected.kind {
            ExpectationKind::Approval(chain) => self.name(Symbol::Chain, chain),
            ExpectationKind::Rule(rule) if self.schema.rules.contains(&rule.text) => {
                self.name(Symbol::Rule, rule)
            }
            ExpectationKind::View(fields) => {
                for (name, datum) in fields {
                    self.entry(name, datum);
                }
            }
            _ => {}
        }
    }

    fn entries(&mut self, entries: &[Entry]) {
        entries
            .iter()
            .for_each(|entry| self.entry(&entry.name, &entry.datum));
    }

    fn entry(&mut self, name: &Ident, datum: &Datum) {
        let Some(entity) = self.entity.clone() else {
            return;
        };
        let Some(field) = self.schema.field(&entity, &name.text) else {
            return;
        };
        let shape = field.shape.clone();
        self.out
            .add(Symbol::Field(entity, name.text.clone()), name.span, false);
        self.datum(datum, &shape);
    }
}
