//! The names a bundle declares, as far as it could be read, and what paths lead to.

use std::collections::{BTreeMap, BTreeSet};

use guardrails_core::Name;

use crate::ast::{
    self, ApprovalItem, Declaration, Expr, ExprKind, File, Ident, Overdue, SkillItem, TypeKind,
    TypeRef,
};
use crate::bundle::Bundle;

/// What a value is, as far as names depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    Entity(Name),
    /// By the enum's name, or `Entity.field` for one that is written in place.
    Enum(Name),
    List(Box<Shape>),
    Plain,
}

/// A field as declared.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: Name,
    pub(super) shape: Shape,
    /// The type as written.
    pub(super) ty: String,
    /// Annotations as written.
    pub(super) annotations: Vec<String>,
}

/// What can be named.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) entities: BTreeMap<Name, Vec<Field>>,
    pub(super) enums: BTreeMap<Name, Vec<Name>>,
    pub(super) consts: BTreeSet<Name>,
    pub(super) lists: BTreeSet<Name>,
    pub(super) rules: BTreeSet<Name>,
    pub(super) chains: BTreeSet<Name>,
    pub(super) skills: BTreeSet<Name>,
    pub(super) roles: BTreeSet<Name>,
}

impl Schema {
    pub(super) fn of(files: &[File], bundle: &Bundle) -> Self {
        let mut schema = Self::default();
        let declarations = || files.iter().flat_map(|file| &file.declarations);
        // Types come first: what a field's type is called tells what it is.
        declarations().for_each(|declaration| schema.types(declaration));
        for (file, source) in files.iter().zip(bundle.sources()) {
            for declaration in &file.declarations {
                if let Declaration::Entity(entity) = declaration {
                    schema.entity(entity, source);
                }
                schema.names(declaration);
            }
        }
        schema
    }

    fn types(&mut self, declaration: &Declaration) {
        match declaration {
            Declaration::Entity(entity) => {
                self.entities.entry(entity.name.text.clone()).or_default();
            }
            Declaration::Enum(declared) => {
                self.enums
                    .insert(declared.name.text.clone(), texts(&declared.members));
            }
            _ => {}
        }
    }

    fn entity(&mut self, entity: &ast::Entity, source: &crate::source::SourceFile) {
        let mut fields = Vec::new();
        for field in &entity.fields {
            let place: Name = format!("{}.{}", entity.name.text, field.name.text).into();
            let shape = self.shape(&field.ty, &place);
            let slice = |span: ast::Span| source.slice(span.start, span.end).trim().to_owned();
            fields.push(Field {
                name: field.name.text.clone(),
                shape,
                ty: slice(field.ty.span),
                annotations: field.annotations.iter().map(|it| slice(it.span)).collect(),
            });
        }
        self.entities.insert(entity.name.text.clone(), fields);
    }

    fn shape(&mut self, ty: &TypeRef, place: &Name) -> Shape {
        match &ty.kind {
            TypeKind::Named(name, _) if self.entities.contains_key(&name.text) => {
                Shape::Entity(name.text.clone())
            }
            TypeKind::Named(name, _) if self.enums.contains_key(&name.text) => {
                Shape::Enum(name.text.clone())
            }
            TypeKind::Named(..) => Shape::Plain,
            TypeKind::List(item) => Shape::List(Box::new(self.shape(item, place))),
            TypeKind::Enum(members) => {
                self.enums.insert(place.clone(), texts(members));
                Shape::Enum(place.clone())
            }
        }
    }

    fn names(&mut self, declaration: &Declaration) {
        match declaration {
            Declaration::Const(it) => drop(self.consts.insert(it.name.text.clone())),
            Declaration::Param(it) => drop(self.consts.insert(it.name.text.clone())),
            Declaration::List(it) => drop(self.lists.insert(it.name.text.clone())),
            Declaration::Rule(it) => drop(self.rules.insert(it.name.text.clone())),
            Declaration::Table(it) => drop(self.rules.insert(it.name.text.clone())),
            Declaration::Grant(it) => self.roles.extend(texts(&it.roles)),
            Declaration::Skill(it) => {
                self.skills.insert(it.name.joined());
                let allowed = it.items.iter().filter_map(|item| match item {
                    SkillItem::Allow(roles) => Some(texts(roles)),
                    _ => None,
                });
                self.roles.extend(allowed.flatten());
            }
            Declaration::Approval(it) => {
                self.chains.insert(it.name.text.clone());
                for item in &it.items {
                    if let ApprovalItem::Step(step) = item {
                        self.roles.insert(step.role.text.clone());
                        if let Some(Overdue::Escalate(role)) = &step.overdue {
                            self.roles.insert(role.text.clone());
                        }
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn field(&self, entity: &str, field: &str) -> Option<&Field> {
        let fields = self.entities.get(entity)?;
        fields.iter().find(|known| &*known.name == field)
    }

    /// The only enum with this member, when there is one.
    pub(super) fn enum_with(&self, member: &str) -> Option<&Name> {
        let mut holding = self
            .enums
            .iter()
            .filter(|(_, members)| members.iter().any(|it| &**it == member));
        let first = holding.next();
        first
            .filter(|_| holding.next().is_none())
            .map(|(name, _)| name)
    }

    /// What a path from an entity leads to.
    pub(super) fn follow<'n>(
        &self,
        entity: &str,
        path: impl IntoIterator<Item = &'n str>,
    ) -> Option<Shape> {
        let mut shape = Shape::Entity(entity.into());
        for name in path {
            let Shape::Entity(entity) = shape else {
                return None;
            };
            shape = self.field(&entity, name)?.shape.clone();
        }
        Some(shape)
    }
}

/// The parts of a path expression.
pub(super) fn path(expr: &Expr) -> Option<&[Ident]> {
    match &expr.kind {
        ExprKind::Path(parts) => Some(parts),
        _ => None,
    }
}

fn texts(idents: &[Ident]) -> Vec<Name> {
    idents.iter().map(|ident| ident.text.clone()).collect()
}
