//! Walks the trees of a bundle and says what each name stands for.
//!
//! A name that cannot be told is left out: editors then say nothing, and the checker says what is
//! wrong.

mod script;
mod test;
mod values;

use guardrails_core::Name;

use super::mention::{Mentions, Symbol};
use super::schema::{Schema, Shape};
use crate::ast::{
    ApprovalItem, Because, CellKind, CellTestKind, Clause, ClauseKind, Datum, DatumKind,
    Declaration, Effect, EffectKind, Fields, File, Grant, Ident, ListSource, Literal, Masking,
    Overdue, SkillItem, Span, Table, Text, TypeKind, TypeRef,
};
use crate::bundle::Bundle;

pub(super) fn mentions(files: &[File], schema: &Schema, bundle: &Bundle) -> Mentions {
    let mut walk = Walk {
        schema,
        bundle,
        out: Mentions::default(),
        entity: None,
        variables: Vec::new(),
        met: Vec::new(),
    };
    for declaration in files.iter().flat_map(|file| &file.declarations) {
        walk.entity = None;
        walk.met.clear();
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
    /// Of every quantifier of the declaration at hand, for its messages.
    met: Vec<(Name, Span, Shape)>,
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
            Declaration::Param(it) => {
                self.declare(Symbol::Const, &it.name);
                self.type_ref(&it.ty, &it.name.text);
                let bounds = it.range.iter().flat_map(|(low, high)| [low, high]);
                for datum in std::iter::once(&it.default).chain(bounds) {
                    self.datum(datum, &Shape::Plain);
                }
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
            ClauseKind::Read(fields) | ClauseKind::Write(fields, _) | ClauseKind::Hide(fields) => {
                self.fields(fields);
            }
            ClauseKind::Mask(maskings) => maskings.iter().for_each(|masking| self.masking(masking)),
            ClauseKind::Aggregate { fields, .. } => {
                fields.iter().for_each(|path| self.field_path(&path.parts));
            }
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
                EffectKind::Oblige(_, Some(terms)) => {
                    terms.iter().for_each(|term| self.term(&term.datum));
                }
                EffectKind::Oblige(_, None)
                | EffectKind::Allow
                | EffectKind::Risk(..)
                | EffectKind::Notify(_) => {}
            }
        }
    }

    /// What an obligation names: consts, and values shown in its texts.
    fn term(&mut self, datum: &Datum) {
        match &datum.kind {
            DatumKind::Literal(Literal::Text(text)) => self.message(&Text {
                text: text.as_str().into(),
                span: datum.span,
            }),
            DatumKind::Literal(_) => {}
            DatumKind::Word(word) if self.schema.consts.contains(&word.joined()) => {
                self.out.add(Symbol::Const(word.joined()), word.span, false);
            }
            DatumKind::Word(_) => {}
            DatumKind::List(items) => items.iter().for_each(|item| self.term(item)),
            DatumKind::Object(entries) => entries.iter().for_each(|it| self.term(&it.datum)),
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
        let known = self.variables.len();
        let first = idents.first().map(|first| &first.text);
        let met = self.met.iter().find(|(name, ..)| Some(name) == first);
        self.variables.extend(met.cloned());
        self.value_path(&idents);
        self.variables.truncate(known);
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
}
