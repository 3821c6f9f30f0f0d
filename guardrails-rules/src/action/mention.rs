//! What a script names, and where: for editors, which follow and rename names.
//!
//! Reads the tree and decides nothing about it: whether a name is known is `lower`'s to say. A script
//! that cannot be read names nothing.

use std::ops::Range;

use guardrails_core::Place;

use super::script::LIMITS;
use super::span::{Source, Span};
use super::tree::{Binary, Block, Expr, ExprKind, Literal, Statement, StatementKind, Word};
use super::{parse, token};

/// Something that a script names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    /// A word that stands alone, or behind `old.` or `new.`: a field, unless it is a variable.
    Field(String),
    /// The chain of `approvals.require("…")`.
    Chain(String),
    /// The role of `actor.has("…")`.
    Role(String),
    /// A text that is compared with this field.
    Word { field: String, text: String },
}

/// What the script names, with the bytes it stands at, quotation marks not included.
pub(crate) fn mentions(script: &str) -> Vec<(Named, Range<usize>)> {
    let mut found = Found {
        script,
        out: Vec::new(),
    };
    let source = Source::new(script, &Place::default());
    if script.len() <= LIMITS.bytes
        && let Ok(tokens) = token::tokens(&source)
        && let Ok(block) = parse::script(&source, &tokens, LIMITS.depth)
    {
        found.block(&block);
    }
    found.out
}

struct Found<'s> {
    script: &'s str,
    out: Vec<(Named, Range<usize>)>,
}

impl Found<'_> {
    fn block(&mut self, block: &Block) {
        block.statements.iter().for_each(|it| self.statement(it));
        block.value.iter().for_each(|value| self.expr(value));
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Let(_, value)
            | StatementKind::Assign(_, _, value)
            | StatementKind::Effect(value) => self.expr(value),
            StatementKind::Block(block) => self.block(block),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        if let Some((field, span)) = field(expr) {
            let named = Named::Field(field.to_owned());
            return self.out.push((named, span.start..span.end));
        }
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Property(..) => {}
            ExprKind::Call(of, name, arguments) => self.call(of.as_deref(), name, arguments),
            ExprKind::Unary(_, inner) => self.expr(inner),
            ExprKind::Binary(operator, _, left, right) => {
                if matches!(operator, Binary::Equal | Binary::NotEqual) {
                    self.compared(left, literal(right));
                    self.compared(right, literal(left));
                }
                self.expr(left);
                self.expr(right);
            }
            ExprKind::OneOf(item, list) => {
                let words = list.iter().map(|(literal, span)| (literal, *span));
                words.for_each(|word| self.compared(item, Some(word)));
                self.expr(item);
            }
            ExprKind::If(it) => {
                self.expr(&it.condition);
                self.block(&it.then);
                it.otherwise.iter().for_each(|block| self.block(block));
            }
            ExprKind::Switch(it) => {
                self.expr(&it.subject);
                for arm in &it.arms {
                    let cases = arm.cases.iter().map(|(literal, span)| (literal, *span));
                    cases.for_each(|word| self.compared(&it.subject, Some(word)));
                    arm.guard.iter().for_each(|guard| self.expr(guard));
                    self.block(&arm.body);
                }
                it.otherwise.iter().for_each(|block| self.block(block));
            }
        }
    }

    fn call(&mut self, of: Option<&Expr>, name: &Word, arguments: &[Expr]) {
        let of_what = match of.map(|of| &of.kind) {
            Some(ExprKind::Name(word)) => word.as_str(),
            _ => "",
        };
        let named: Option<fn(String) -> Named> = match (of_what, name.text.as_str()) {
            ("approvals", "require") => Some(Named::Chain),
            ("actor", "has") => Some(Named::Role),
            _ => None,
        };
        if let (Some(named), Some(word)) = (named, arguments.first().and_then(literal)) {
            self.text(word, named);
        }
        if !matches!(of_what, "approvals" | "risk" | "actor") {
            of.iter().for_each(|of| self.expr(of));
        }
        arguments.iter().for_each(|argument| self.expr(argument));
    }

    fn compared(&mut self, with: &Expr, word: Option<(&Literal, Span)>) {
        if let (Some((field, _)), Some(word)) = (field(with), word) {
            let field = field.to_owned();
            self.text(word, |text| Named::Word { field, text });
        }
    }

    /// A text as it is written; one with escapes is left out, since it cannot be pointed into.
    fn text(&mut self, (literal, span): (&Literal, Span), named: impl FnOnce(String) -> Named) {
        let inside = span.start + 1..span.end.saturating_sub(1);
        if let Literal::Text(text) = literal
            && self.script.get(inside.clone()) == Some(text)
        {
            self.out.push((named(text.clone()), inside));
        }
    }
}

/// A word that may be a field, also behind `old.` or `new.`.
fn field(expr: &Expr) -> Option<(&str, Span)> {
    match &expr.kind {
        ExprKind::Name(name) => Some((name, expr.span)),
        ExprKind::Property(of, word) => match &of.kind {
            ExprKind::Name(root) if matches!(root.as_str(), "old" | "new") => {
                Some((&word.text, word.span))
            }
            _ => None,
        },
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<(&Literal, Span)> {
    match &expr.kind {
        ExprKind::Literal(literal) => Some((literal, expr.span)),
        _ => None,
    }
}
