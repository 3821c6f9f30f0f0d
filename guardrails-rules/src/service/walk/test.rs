//! Names in tests: in their data, their expectations, and the columns and rows of their cases.

use super::Walk;
use crate::ast::{
    CaseCell, Cases, Datum, DatumKind, Dotted, Entry, Expectation, ExpectationKind, Ident, Span,
    Test, TestItem,
};
use crate::service::mention::Symbol;

impl Walk<'_> {
    pub(super) fn test(&mut self, test: &Test) {
        let given = test.items.iter().find_map(|item| match item {
            TestItem::Given { entity, .. } => Some(entity.text.clone()),
            _ => None,
        });
        self.entity = given;
        for item in &test.items {
            match item {
                TestItem::Actor(entries, _) => {
                    let roles = entries.iter().filter(|entry| &*entry.name.text == "roles");
                    roles.for_each(|entry| self.actor_roles(&entry.datum));
                }
                TestItem::Skill { name, .. } => self.skill(name),
                TestItem::Given { entity, fields } => {
                    self.name(Symbol::Entity, entity);
                    self.entries(fields);
                }
                TestItem::Change(fields, _) | TestItem::Create(fields, _) => self.entries(fields),
                TestItem::Expect(expected) => expected.iter().for_each(|it| self.expectation(it)),
                TestItem::Cases(cases) => self.cases(cases),
                TestItem::At(..) | TestItem::Delete(_) => {}
            }
        }
    }

    fn skill(&mut self, name: &Dotted) {
        self.out.add(Symbol::Skill(name.joined()), name.span, false);
    }

    fn actor_roles(&mut self, roles: &Datum) {
        let DatumKind::List(items) = &roles.kind else {
            return;
        };
        for item in items {
            if let DatumKind::Word(Dotted { parts, .. }) = &item.kind {
                let role = parts.first();
                role.into_iter().for_each(|it| self.name(Symbol::Role, it));
            }
        }
    }

    fn expectation(&mut self, expected: &Expectation) {
        match &expected.kind {
            ExpectationKind::Approval(chain) => self.name(Symbol::Chain, chain),
            ExpectationKind::Rule(rule) => self.rule(rule),
            ExpectationKind::View(fields) => {
                for (name, datum) in fields {
                    self.entry(name, datum);
                }
            }
            ExpectationKind::Not(inner) => self.expectation(inner),
            ExpectationKind::Allow
            | ExpectationKind::Deny(_)
            | ExpectationKind::Risk(_)
            | ExpectationKind::Message(_)
            | ExpectationKind::Notify(_)
            | ExpectationKind::Oblige(..) => {}
        }
    }

    /// A rule, or a table and the number of one of its rows: `terms#2`.
    fn rule(&mut self, rule: &Ident) {
        let name = rule.text.split('#').next().unwrap_or_default();
        if self.schema.rules.contains(name) {
            let length = u32::try_from(name.len()).unwrap_or(0);
            let span = Span {
                end: rule.span.start + length,
                ..rule.span
            };
            self.out.add(Symbol::Rule(name.into()), span, false);
        }
    }

    fn cases(&mut self, cases: &Cases) {
        for column in &cases.columns {
            self.value_path(&column.parts);
        }
        for row in &cases.rows {
            for (column, cell) in cases.columns.iter().zip(&row.cells) {
                if let CaseCell::Datum(datum) = cell {
                    self.cell(column, datum);
                }
            }
            row.expectations.iter().for_each(|it| self.expectation(it));
        }
    }

    /// A cell holds what its column is: a field's value, the actor's roles, or a skill.
    fn cell(&mut self, column: &Dotted, datum: &Datum) {
        if let Some(shape) = self.shape_of(&column.parts) {
            return self.datum(datum, &shape);
        }
        match (&*column.joined(), &datum.kind) {
            ("actor.roles", _) => self.actor_roles(datum),
            ("skill", DatumKind::Word(name)) => self.skill(name),
            _ => {}
        }
    }

    pub(super) fn entries(&mut self, entries: &[Entry]) {
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
