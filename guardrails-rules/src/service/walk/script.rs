//! Names in the scripts of `do { … }`: fields, chains, roles, and texts that are words of an enum.

use super::Walk;
use crate::action::Named;
use crate::ast::{Script, Span};
use crate::service::mention::Symbol;
use crate::service::schema::Shape;

impl Walk<'_> {
    pub(super) fn script(&mut self, script: &Script) {
        for (named, range) in crate::action::mentions(&script.text) {
            let offset = |at: usize| script.span.start + u32::try_from(at).unwrap_or(u32::MAX);
            let span = Span {
                start: offset(range.start),
                end: offset(range.end),
                ..script.span
            };
            // Spans of scripts cover the text itself; anything else is left alone.
            if script.text.get(range) == Some(self.written(span))
                && let Some(symbol) = self.named(named)
            {
                self.out.add(symbol, span, false);
            }
        }
    }

    fn named(&self, named: Named) -> Option<Symbol> {
        let entity = self.entity.as_ref()?;
        match named {
            Named::Field(name) => {
                self.schema.field(entity, &name)?;
                Some(Symbol::Field(entity.clone(), name.into()))
            }
            Named::Chain(name) => Some(Symbol::Chain(name.into())),
            Named::Role(name) => Some(Symbol::Role(name.into())),
            Named::Word { field, text } => match &self.schema.field(entity, &field)?.shape {
                Shape::Enum(holder) => Some(Symbol::Member(holder.clone(), text.into())),
                _ => None,
            },
        }
    }

    pub(super) fn written(&self, span: Span) -> &str {
        let source = self.bundle.sources().get(span.file as usize);
        source.map_or("", |source| source.slice(span.start, span.end))
    }
}
