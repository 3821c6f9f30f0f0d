//! Checks a script and writes it down again for the engine.
//!
//! The reduced text keeps the script's operators and control flow; names and literals have become
//! slots, and each piece that can fail at run time starts a new line, so that the line an error of
//! the engine names leads back to the script. Statements are here, the rest in the files beside.

mod expression;
mod invocation;
mod kind;
mod names;
mod signature;

use guardrails_core::policy::Entity;
use guardrails_core::{Diagnostic, Name};

use super::codes;
use super::slots::Slots;
use super::span::{Source, Span};
use super::tree::{
    Binary, Block, Expr, ExprKind, If, Literal, Statement, StatementKind, Switch, Word,
};
use kind::Kind;
use names::Names;

/// A checked script as the engine gets it.
pub(super) struct Lowered {
    pub(super) text: String,
    /// Where each line of `text` comes from, from its second line on.
    pub(super) spans: Vec<Span>,
    pub(super) slots: Slots,
    /// The chains the script may require, each once.
    pub(super) chains: Vec<Name>,
}

/// Checks `script` against what it may name.
pub(super) fn lower(
    script: &Block,
    source: &Source,
    entity: &Entity,
    chains: &[Name],
) -> Result<Lowered, Vec<Diagnostic>> {
    let mut lower = Lower {
        source,
        names: Names::new(entity),
        declared_chains: chains,
        findings: Vec::new(),
        out: Lowered {
            text: String::new(),
            spans: Vec::new(),
            slots: Slots::default(),
            chains: Vec::new(),
        },
    };
    lower.statements(script);
    if let Some(value) = &script.value {
        lower.effect(value);
    }
    if lower.findings.is_empty() {
        Ok(lower.out)
    } else {
        Err(lower.findings)
    }
}

/// What is known of a value before the script runs.
#[derive(Debug, Clone)]
struct Value {
    kind: Kind,
    /// Whether record data went into it.
    data: bool,
}

impl Value {
    fn fixed(kind: Kind) -> Self {
        Self { kind, data: false }
    }

    fn data(kind: Kind) -> Self {
        Self { kind, data: true }
    }

    /// After a finding: fits everywhere, so that one mistake is reported once.
    fn broken() -> Self {
        Self::fixed(Kind::Any)
    }
}

struct Lower<'s> {
    source: &'s Source,
    names: Names<'s>,
    declared_chains: &'s [Name],
    findings: Vec<Diagnostic>,
    out: Lowered,
}

impl Lower<'_> {
    /// Writes a piece that can fail, on a line of its own.
    fn put(&mut self, span: Span, piece: &str) {
        self.out.text.push('\n');
        self.out.text.push_str(piece);
        self.out.spans.push(span);
    }

    /// Writes a piece that cannot fail.
    fn glue(&mut self, piece: &str) {
        self.out.text.push_str(piece);
    }

    fn finding(&mut self, code: &'static str, span: Span, message: String, help: &str) -> Value {
        let place = self.source.place(span);
        self.findings
            .push(Diagnostic::error(code, place, message).help(help));
        Value::broken()
    }

    fn statements(&mut self, block: &Block) {
        for statement in &block.statements {
            self.statement(statement);
        }
    }

    /// A block with braces, and the value it ends with.
    fn block(&mut self, block: &Block) -> Value {
        let depth = self.names.depth();
        self.glue("{");
        self.statements(block);
        let value = match &block.value {
            Some(value) => self.bare(value),
            None => Value::fixed(Kind::Nothing),
        };
        self.glue("}");
        self.names.leave(depth);
        value
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Let(name, value) => self.declaration(name, value),
            StatementKind::Assign(name, operator, value) => self.assignment(name, *operator, value),
            StatementKind::Effect(expr) => self.effect(expr),
            StatementKind::Block(block) => {
                let value = self.block(block);
                if value.kind != Kind::Nothing {
                    self.unused(statement.span);
                }
            }
        }
    }

    fn declaration(&mut self, name: &Word, value: &Expr) {
        if let Some(taken) = self.names.taken(&name.text) {
            let message = format!("`{}` is already {taken}", name.text);
            self.finding(codes::VARIABLE, name.span, message, "choose another name");
        }
        let at = self.out.text.len();
        let value = self.value(value);
        let slot = self.names.declare(&name.text, value.kind, value.data);
        self.out.text.insert_str(at, &format!("let {slot}="));
        self.glue(";");
    }

    fn assignment(&mut self, name: &Word, operator: Option<(Binary, Span)>, value: &Expr) {
        let Some(local) = self.names.local(&name.text) else {
            self.not_assignable(name);
            return;
        };
        let (slot, have) = (local.slot.clone(), local.kind.clone());
        self.put(name.span, &slot);
        match operator {
            Some((operator, span)) => self.put(span, &format!("{}=", operator.sign())),
            None => self.glue("="),
        }
        let mut new = self.value(value);
        if let Some((operator, span)) = operator {
            new.kind = self.arithmetic(operator, span, &have, &new.kind);
        }
        match have.clone().or(new.kind.clone()) {
            Some(kind) => {
                if let Some(local) = self.names.local_mut(&name.text) {
                    local.kind = kind;
                    local.data |= new.data;
                }
            }
            None => {
                let message = format!(
                    "`{}` is {} and cannot become {}",
                    name.text,
                    have.word(),
                    new.kind.word()
                );
                self.finding(codes::TYPE, value.span, message, "declare another variable");
            }
        }
        self.glue(";");
    }

    fn not_assignable(&mut self, name: &Word) {
        let text = &name.text;
        match self.names.taken(text) {
            Some(taken) => {
                let message = format!("`{text}` is {taken} and cannot be changed");
                let help = "keep the value in a variable of its own: `let x = …;`";
                self.finding(codes::VARIABLE, name.span, message, help)
            }
            None => {
                let message = format!("unknown variable `{text}`");
                let help = format!("declare it first: `let {text} = …;`");
                self.finding(codes::UNKNOWN, name.span, message, &help)
            }
        };
    }

    /// An expression in the place of a statement.
    fn effect(&mut self, expr: &Expr) {
        let findings = self.findings.len();
        let value = self.bare(expr);
        let branches = matches!(expr.kind, ExprKind::If(_) | ExprKind::Switch(_));
        let sound = self.findings.len() == findings;
        if value.kind != Kind::Nothing && !branches && sound {
            self.unused(expr.span);
        }
        self.glue(";");
    }

    fn unused(&mut self, span: Span) {
        let message = "the value of this expression is not used".to_owned();
        let help = "assign it, or call an effect such as `deny(\"CODE\", \"reason\")`";
        self.finding(codes::NO_EFFECT, span, message, help);
    }

    /// An expression that must have a value.
    fn value(&mut self, expr: &Expr) -> Value {
        let value = self.expression(expr);
        if value.kind == Kind::Nothing {
            let message = "this gives no value".to_owned();
            let help = "give each branch a value, with `else` or `_ =>` for the rest";
            return self.finding(codes::TYPE, expr.span, message, help);
        }
        value
    }

    /// An expression where a statement may stand: branches need no parentheses.
    fn bare(&mut self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::If(conditional) => self.conditional(conditional, expr.span),
            ExprKind::Switch(switch) => self.switch(switch, expr.span),
            _ => self.expression(expr),
        }
    }

    fn conditional(&mut self, conditional: &If, span: Span) -> Value {
        self.put(span, "if ");
        self.condition(&conditional.condition);
        let then = self.block(&conditional.then);
        let Some(otherwise) = &conditional.otherwise else {
            return Value::fixed(Kind::Nothing);
        };
        self.glue("else ");
        // `else if` stays one, since a block around it would nest deeper.
        let chained = match (&otherwise.value, otherwise.statements.is_empty()) {
            (Some(value), true) => Some(value).filter(|v| matches!(v.kind, ExprKind::If(_))),
            _ => None,
        };
        let otherwise = match chained {
            Some(chained) => self.bare(chained),
            None => self.block(otherwise),
        };
        self.either(then, otherwise, span)
    }

    /// A switch over the position of the subject among the cases; see `pick` in the engine.
    fn switch(&mut self, switch: &Switch, span: Span) -> Value {
        let mut cases: Vec<Literal> = Vec::new();
        for (case, _) in switch.arms.iter().flat_map(|arm| &arm.cases) {
            if !cases.contains(case) {
                cases.push(case.clone());
            }
        }
        let table = self.out.slots.table(cases.iter().cloned());
        self.put(span, "switch ");
        self.put(switch.subject.span, "pick(");
        self.glue(&table);
        self.glue(",");
        let subject = self.value(&switch.subject);
        self.glue("){");
        let mut value = match &switch.otherwise {
            Some(_) => None,
            None => Some(Value::fixed(Kind::Nothing)),
        };
        for arm in &switch.arms {
            self.cases_fit(&subject, &arm.cases);
            let positions = arm.cases.iter().filter_map(|(case, _)| {
                let at = cases.iter().position(|have| have == case);
                at.map(|at| at.to_string())
            });
            let positions: Vec<String> = positions.collect();
            self.glue(&positions.join("|"));
            if let Some(guard) = &arm.guard {
                self.glue(" if ");
                self.condition(guard);
            }
            self.glue("=>");
            let body = self.block(&arm.body);
            value = Some(self.either_or(value, body, span));
            self.glue(",");
        }
        if let Some(otherwise) = &switch.otherwise {
            self.glue("_=>");
            let body = self.block(otherwise);
            value = Some(self.either_or(value, body, span));
        }
        self.glue("}");
        value.unwrap_or(Value::fixed(Kind::Nothing))
    }

    fn either_or(&mut self, before: Option<Value>, value: Value, span: Span) -> Value {
        match before {
            Some(before) => self.either(before, value, span),
            None => value,
        }
    }

    /// The value of one branch or the other.
    fn either(&mut self, a: Value, b: Value, span: Span) -> Value {
        let data = a.data || b.data;
        let words = (a.kind.word(), b.kind.word());
        match a.kind.or(b.kind) {
            Some(kind) => Value { kind, data },
            None => {
                let message = format!("one branch gives {}, another {}", words.0, words.1);
                let help = "give each branch a value of the same type";
                self.finding(codes::TYPE, span, message, help)
            }
        }
    }
}
