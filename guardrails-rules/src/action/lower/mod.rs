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
use guardrails_core::{Diagnostic, Name, Phrase, phrase};

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

    fn finding(&mut self, code: &'static str, span: Span, message: Phrase, help: Phrase) -> Value {
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
            let text = &name.text;
            let message = phrase!(
                "`{text}` is already {taken}" | "`{text}` 已经是{taken}",
                text,
                taken
            );
            let help = phrase!("choose another name" | "换一个名称");
            self.finding(codes::VARIABLE, name.span, message, help);
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
                let message = phrase!(
                    "`{text}` is {have} and cannot become {new}"
                        | "`{text}` 是{have}，不能变成{new}",
                    text = &name.text,
                    have = have.word(),
                    new = new.kind.word()
                );
                let help = phrase!("declare another variable" | "另外声明一个变量");
                self.finding(codes::TYPE, value.span, message, help);
            }
        }
        self.glue(";");
    }

    fn not_assignable(&mut self, name: &Word) {
        let text = &name.text;
        match self.names.taken(text) {
            Some(taken) => {
                let message = phrase!(
                    "`{text}` is {taken} and cannot be changed" | "`{text}` 是{taken}，不能修改",
                    text,
                    taken
                );
                let help = phrase!(
                    "keep the value in a variable of its own: `let x = …;`"
                        | "把值存进自己的变量：`let x = …;`"
                );
                self.finding(codes::VARIABLE, name.span, message, help)
            }
            None => {
                let message = phrase!("unknown variable `{text}`" | "未知的变量 `{text}`", text);
                let help = phrase!(
                    "declare it first: `let {text} = …;`" | "先声明它：`let {text} = …;`",
                    text
                );
                self.finding(codes::UNKNOWN, name.span, message, help)
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
        let message =
            phrase!("the value of this expression is not used" | "这个表达式的值没有被使用");
        let help = phrase!(
            "assign it, or call an effect such as `deny(\"CODE\", \"reason\")`"
                | "把它赋给变量，或者调用某个效果，例如 `deny(\"代码\", \"理由\")`"
        );
        self.finding(codes::NO_EFFECT, span, message, help);
    }

    /// An expression that must have a value.
    fn value(&mut self, expr: &Expr) -> Value {
        let value = self.expression(expr);
        if value.kind == Kind::Nothing {
            let message = phrase!("this gives no value" | "这里没有值");
            let help = phrase!(
                "give each branch a value, with `else` or `_ =>` for the rest"
                    | "每个分支都给出值，其余情况写 `else` 或 `_ =>`"
            );
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
                let message = phrase!(
                    "one branch gives {first}, another {second}"
                        | "一个分支给出{first}，另一个给出{second}",
                    first = words.0,
                    second = words.1
                );
                let help = phrase!(
                    "give each branch a value of the same type" | "让每个分支给出同一类型的值"
                );
                self.finding(codes::TYPE, span, message, help)
            }
        }
    }
}
