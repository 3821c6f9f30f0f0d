//! Names in conditions and in data: paths from the record, from variables, to consts and to words.

use guardrails_core::Name;

use super::Walk;
use crate::ast::{Comprehension, Datum, DatumKind, Dotted, Expr, ExprKind, Ident, Literal, Span};
use crate::service::mention::Symbol;
use crate::service::schema::{Shape, path};

impl Walk<'_> {
    pub(super) fn datum(&mut self, datum: &Datum, shape: &Shape) {
        match (&datum.kind, shape) {
            (DatumKind::Word(word), shape) => self.word(&word.parts, shape),
            // A host's own spelling of a word is a text.
            (DatumKind::Literal(Literal::Text(text)), Shape::Enum(holder)) => {
                self.quoted(text, datum.span, holder);
            }
            (DatumKind::List(items), Shape::List(item)) => {
                items.iter().for_each(|it| self.datum(it, item))
            }
            (DatumKind::List(items), _) => items.iter().for_each(|it| self.datum(it, shape)),
            (DatumKind::Object(entries), Shape::Entity(entity)) => {
                let around = self.entity.replace(entity.clone());
                self.entries(entries);
                self.entity = around;
            }
            _ => {}
        }
    }

    fn quoted(&mut self, text: &str, span: Span, holder: &Name) {
        let inside = Span {
            start: span.start + 1,
            end: span.end.saturating_sub(1),
            ..span
        };
        let members = self.schema.enums.get(holder).into_iter().flatten();
        if members.into_iter().any(|member| **member == *text) && self.written(inside) == text {
            let member = Symbol::Member(holder.clone(), text.into());
            self.out.add(member, inside, false);
        }
    }

    /// A word where a value is due: a member of the enum that is meant, or a const.
    fn word(&mut self, parts: &[Ident], shape: &Shape) {
        let [name] = parts else {
            return self.value_path(parts);
        };
        let holder = match shape {
            Shape::Enum(holder) => Some(holder),
            _ => None,
        };
        let known = |holder: &&Name| {
            let members = self.schema.enums.get(*holder);
            members.is_some_and(|members| members.contains(&name.text))
        };
        match holder.filter(known) {
            Some(holder) => {
                let member = Symbol::Member(holder.clone(), name.text.clone());
                self.out.add(member, name.span, false);
            }
            None => self.value_path(parts),
        }
    }

    pub(super) fn optional(&mut self, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Path(parts) | ExprKind::Lately(parts, _) => self.value_path(parts),
            ExprKind::List(items) | ExprKind::Logic(_, items) | ExprKind::Call(_, items) => {
                items.iter().for_each(|item| self.expr(item));
            }
            ExprKind::Comprehension(inner) => self.comprehension(inner),
            ExprKind::Prefix(_, inner)
            | ExprKind::Presence(inner, _)
            | ExprKind::Matches(inner, _)
            | ExprKind::HourOf(inner) => self.expr(inner),
            ExprKind::Has(inner, role) => {
                self.expr(inner);
                self.name(Symbol::Role, role);
            }
            ExprKind::Binary(_, left, right) => {
                let (to_left, to_right) = (self.meant(right), self.meant(left));
                self.compared(left, &to_left);
                self.compared(right, &to_right);
            }
            ExprKind::Between(value, low, high) => {
                [value, low, high].into_iter().for_each(|it| self.expr(it))
            }
            ExprKind::DaysBetween(from, to) => [from, to].into_iter().for_each(|it| self.expr(it)),
            ExprKind::Quantified {
                variable,
                source,
                body,
                ..
            } => {
                self.introduce(variable, source);
                self.met.extend(self.variables.last().cloned());
                self.expr(body);
                self.variables.pop();
            }
            ExprKind::Literal(_) => {}
        }
    }

    fn comprehension(&mut self, inner: &Comprehension) {
        let met = self.met.len();
        self.introduce(&inner.variable, &inner.source);
        self.expr(&inner.value);
        self.optional(inner.filter.as_ref());
        self.met.truncate(met);
        self.variables.pop();
    }

    fn introduce(&mut self, variable: &Ident, source: &Dotted) {
        self.value_path(&source.parts);
        let item = match self.shape_of(&source.parts) {
            Some(Shape::List(item)) => *item,
            _ => Shape::Plain,
        };
        let span = variable.span;
        self.out.add(
            Symbol::Variable(variable.text.clone(), span.file, span.start),
            span,
            true,
        );
        self.variables.push((variable.text.clone(), span, item));
    }

    /// What the other side of a comparison means by a word.
    fn meant(&self, other: &Expr) -> Shape {
        match path(other).and_then(|parts| self.shape_of(parts)) {
            Some(Shape::List(item)) => *item,
            Some(shape) => shape,
            None => Shape::Plain,
        }
    }

    pub(super) fn compared(&mut self, expr: &Expr, shape: &Shape) {
        match &expr.kind {
            ExprKind::Path(parts) => self.word(parts, shape),
            ExprKind::List(items) => items.iter().for_each(|item| self.compared(item, shape)),
            _ => self.expr(expr),
        }
    }

    /// What a path leads to, from a variable, the record, or one of its two states.
    pub(super) fn shape_of(&self, parts: &[Ident]) -> Option<Shape> {
        let (first, rest) = parts.split_first()?;
        let names = |parts: &[Ident]| {
            parts
                .iter()
                .map(|part| part.text.clone())
                .collect::<Vec<_>>()
        };
        let follow = |entity: &str, parts: &[Ident]| {
            let names = names(parts);
            self.schema.follow(entity, names.iter().map(|name| &**name))
        };
        if let Some((_, _, shape)) = self.variable(&first.text) {
            return match shape {
                Shape::Entity(entity) => follow(entity, rest),
                _ if rest.is_empty() => Some(shape.clone()),
                _ => None,
            };
        }
        let entity = self.entity.as_ref()?;
        match &*first.text {
            "old" | "new" if !rest.is_empty() => follow(entity, rest),
            _ => follow(entity, parts),
        }
    }

    fn variable(&self, name: &str) -> Option<&(Name, Span, Shape)> {
        self.variables
            .iter()
            .rev()
            .find(|(known, _, _)| &**known == name)
    }

    pub(super) fn value_path(&mut self, parts: &[Ident]) {
        let Some((first, rest)) = parts.split_first() else {
            return;
        };
        if let Some((name, span, shape)) = self.variable(&first.text).cloned() {
            self.out.add(
                Symbol::Variable(name, span.file, span.start),
                first.span,
                false,
            );
            if let Shape::Entity(entity) = shape {
                self.fields_from(&entity, rest);
            }
            return;
        }
        let own = self.entity.clone();
        if let Some(entity) = &own {
            if matches!(&*first.text, "old" | "new") && !rest.is_empty() {
                return self.fields_from(entity, rest);
            }
            if self.schema.field(entity, &first.text).is_some() {
                return self.fields_from(entity, parts);
            }
        }
        if self.schema.consts.contains(&first.text) {
            self.name(Symbol::Const, first);
        } else if self.schema.lists.contains(&first.text) {
            self.name(Symbol::List, first);
        } else if self.schema.enums.contains_key(&first.text) {
            self.name(Symbol::Enum, first);
            for member in rest.iter().take(1) {
                self.out.add(
                    Symbol::Member(first.text.clone(), member.text.clone()),
                    member.span,
                    false,
                );
            }
        } else if rest.is_empty()
            && let Some(holder) = self.schema.enum_with(&first.text)
        {
            let member = Symbol::Member(holder.clone(), first.text.clone());
            self.out.add(member, first.span, false);
        }
    }

    pub(super) fn field_path(&mut self, parts: &[Ident]) {
        if let Some(entity) = self.entity.clone() {
            self.fields_from(&entity, parts);
        }
    }

    fn fields_from(&mut self, entity: &Name, parts: &[Ident]) {
        let mut entity = entity.clone();
        for part in parts {
            let Some(field) = self.schema.field(&entity, &part.text) else {
                return;
            };
            let shape = field.shape.clone();
            self.out
                .add(Symbol::Field(entity, part.text.clone()), part.span, false);
            match shape {
                Shape::Entity(next) => entity = next,
                _ => return,
            }
        }
    }
}
