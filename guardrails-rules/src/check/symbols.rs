//! What can be named in a bundle: one space of names for all files.
//!
//! Collecting looks at declarations only; conditions come later and find everything here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use guardrails_core::policy::{Entity, EnumType, ExprKind, Parameter, Type, ValueSet};
use guardrails_core::{Diagnostic, Name, Phrase, Zone, phrase};

use super::packages::Packages;
use crate::ast::{ApprovalItem, Declaration, Ident, Overdue, SkillItem, Span};
use crate::bundle::Bundle;
use crate::codes;

#[derive(Default)]
pub(super) struct Symbols {
    /// In which days and hours are meant.
    pub(super) zone: Zone,
    pub(super) enums: BTreeMap<Name, Arc<EnumType>>,
    pub(super) entities: BTreeMap<Name, Arc<Entity>>,
    pub(super) consts: BTreeMap<Name, Constant>,
    pub(super) lists: BTreeMap<Name, ConstList>,
    pub(super) parameters: BTreeMap<Name, Parameter>,
    pub(super) skills: BTreeMap<Name, Span>,
    pub(super) rules: BTreeMap<Name, Span>,
    pub(super) chains: BTreeMap<Name, Span>,
    /// Roles, and how often a grant, skill or step names them.
    pub(super) roles: BTreeMap<Name, usize>,
    pub(super) packages: Packages,
    /// What declarations that could not be read seem to declare.
    pub(super) lost: BTreeSet<Name>,
    pub(super) findings: Vec<Diagnostic>,
}

/// A named constant, ready to stand in a condition.
pub(super) struct Constant {
    pub(super) ty: Type,
    pub(super) kind: ExprKind,
    pub(super) span: Span,
}

/// A named list, ready to be searched.
pub(super) struct ConstList {
    pub(super) item: Type,
    pub(super) set: Arc<ValueSet>,
    pub(super) span: Span,
}

/// The name of a row's rule: `delivery_terms#2`.
pub(super) fn row_name(table: &str, number: u32) -> Name {
    format!("{table}#{number}").into()
}

/// Kinds of names that must differ among themselves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Space {
    Type,
    Value,
    Skill,
    Rule,
    Chain,
    Test,
}

pub(super) struct Collector<'b> {
    pub(super) bundle: &'b Bundle,
    pub(super) symbols: Symbols,
    pub(super) taken: BTreeMap<(Space, Name), Span>,
}

impl Collector<'_> {
    pub(super) fn report(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<Phrase>,
        help: impl Into<Phrase>,
    ) {
        let place = self.bundle.place(span);
        self.symbols
            .findings
            .push(Diagnostic::error(code, place, message).help(help));
    }

    pub(super) fn name(&mut self, declaration: &Declaration) {
        match declaration {
            Declaration::Entity(entity) => self.take(Space::Type, &entity.name),
            Declaration::Enum(declared) => self.take(Space::Type, &declared.name),
            Declaration::Const(constant) => self.take(Space::Value, &constant.name),
            Declaration::Param(param) => self.take(Space::Value, &param.name),
            Declaration::List(list) => self.take(Space::Value, &list.name),
            Declaration::Rule(rule) => {
                self.take(Space::Rule, &rule.name);
                let (name, span) = (rule.name.text.clone(), rule.name.span);
                self.symbols.rules.entry(name).or_insert(span);
            }
            Declaration::Approval(chain) => {
                self.take(Space::Chain, &chain.name);
                let (name, span) = (chain.name.text.clone(), chain.name.span);
                self.symbols.chains.entry(name).or_insert(span);
            }
            Declaration::Skill(skill) => {
                let name = Ident {
                    text: skill.name.joined(),
                    span: skill.name.span,
                };
                self.take(Space::Skill, &name);
                self.symbols.skills.entry(name.text).or_insert(name.span);
            }
            Declaration::Test(test) => {
                let name = Ident {
                    text: test.name.text.clone(),
                    span: test.name.span,
                };
                self.take(Space::Test, &name);
            }
            Declaration::Table(table) => {
                self.take(Space::Rule, &table.name);
                let rows = (1..).zip(&table.rows);
                let rows = rows.map(|(number, row)| (row_name(&table.name.text, number), row.span));
                let whole = (table.name.text.clone(), table.name.span);
                for (name, span) in std::iter::once(whole).chain(rows) {
                    self.symbols.rules.entry(name).or_insert(span);
                }
            }
            Declaration::Zone(_)
            | Declaration::Use(_)
            | Declaration::Grant(_)
            | Declaration::Risk(_) => {}
        }
    }

    fn take(&mut self, space: Space, name: &Ident) {
        let key = (space, name.text.clone());
        let Some(first) = self.taken.insert(key.clone(), name.span) else {
            return;
        };
        self.taken.insert(key, first);
        let text = &name.text;
        let finding = Diagnostic::error(
            codes::DUPLICATE,
            self.bundle.place(name.span),
            phrase!("`{text}` is declared twice" | "`{text}` 重复声明", text),
        );
        let finding = finding
            .note(
                self.bundle.place(first),
                phrase!("it is declared here already" | "这里已经声明过"),
            )
            .help(phrase!(
                "give one of them another name" | "给其中一个换个名称"
            ));
        self.symbols.findings.push(finding);
    }

    pub(super) fn roles(&mut self, declaration: &Declaration) {
        match declaration {
            Declaration::Grant(grant) => grant.roles.iter().for_each(|role| self.role(role)),
            Declaration::Skill(skill) => {
                for item in &skill.items {
                    if let SkillItem::Allow(roles) = item {
                        roles.iter().for_each(|role| self.role(role));
                    }
                }
            }
            Declaration::Approval(chain) => {
                for item in &chain.items {
                    if let ApprovalItem::Step(step) = item {
                        self.role(&step.role);
                        if let Some(Overdue::Escalate(role)) = &step.overdue {
                            self.role(role);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn role(&mut self, role: &Ident) {
        *self.symbols.roles.entry(role.text.clone()).or_insert(0) += 1;
    }
}
