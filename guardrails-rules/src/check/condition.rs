//! Conditions: what may stand after `when`, `where` and `satisfies`.
//!
//! [`Checker`] knows where it is: which entity's fields are in reach, which variables are bound,
//! and what has a value in this place. The other rooms of expressions are `impl`s of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use guardrails_core::policy::{
    Aggregation, Comparison, Entity, Expr, ExprKind, Path, Quantifier, Type, Verb,
};
use guardrails_core::{Diagnostic, Name, Phrase, Place, Value, phrase};

use super::context::Context;
use super::presence::{Outcome, there_when};
use super::types::{Ty, Typed, described};
use crate::ast::{self, Dotted, Ident, LogicOp, PrefixOp, Presence, Span};
use crate::codes;

/// What has a value in the place of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// In a grant: the record, without a change.
    Grant,
    /// In a rule: everything.
    Rule,
    /// In the risk model: who and what, but no record.
    RiskModel,
}

/// What may be missing where it is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Absent {
    /// An optional field, as it is written.
    Field(String),
    /// A field of the record as it was, in a rule that creating one falls under.
    Before(String),
    /// This aggregate, of a list that may be empty.
    OfNoItems(Aggregation),
}

/// Checks expressions of one declaration.
pub(super) struct Checker<'c, 'b> {
    pub(super) cx: &'c Context<'b>,
    pub(super) entity: Option<Arc<Entity>>,
    pub(super) reach: Reach,
    /// Bound variables, outermost first.
    pub(super) variables: Vec<(Name, Type)>,
    /// Variables of every quantifier met, in reading order, for messages.
    pub(super) met: Vec<(Name, Type)>,
    /// Optional fields read where they may be missing.
    pub(super) bare: Vec<(Absent, Span)>,
    /// What is surely there where we are.
    pub(super) known: Vec<Path>,
    pub(super) reads_risk: bool,
    /// The operations that a rule is about; none elsewhere.
    pub(super) verbs: Vec<Verb>,
}

impl<'c, 'b> Checker<'c, 'b> {
    pub(super) fn new(cx: &'c Context<'b>, entity: Option<Arc<Entity>>, reach: Reach) -> Self {
        Self {
            cx,
            entity,
            reach,
            variables: Vec::new(),
            met: Vec::new(),
            bare: Vec::new(),
            known: Vec::new(),
            reads_risk: false,
            verbs: Vec::new(),
        }
    }

    /// The same in a rule about these operations: what has no value in one of them is told of.
    pub(super) fn about(self, verbs: &[Verb]) -> Self {
        Self {
            verbs: verbs.to_vec(),
            ..self
        }
    }

    /// A whole condition: lowered, with a warning for each optional field read bare.
    pub(super) fn whole_condition(&mut self, written: &ast::Expr) -> Expr {
        let lowered = self.condition(written);
        let mut told = BTreeSet::new();
        for (what, span) in std::mem::take(&mut self.bare) {
            if told.insert(what.clone()) {
                self.warn_bare(&what, span);
            }
        }
        lowered
    }

    fn warn_bare(&self, what: &Absent, span: Span) {
        let then = match self.reach {
            Reach::Grant => phrase!("the grant does not hold" | "授权不成立"),
            _ => phrase!("the rule applies" | "规则就会生效"),
        };
        let (message, help) = match what {
            Absent::Field(name) => (
                phrase!(
                    "`{name}` may be missing here, and then {then}"
                        | "`{name}` 在这里可能缺失，那时{then}",
                    name,
                    then
                ),
                phrase!(
                    "say what a missing value means: ask `{name} is present` before it, or give a \
                     value after `??`"
                        | "写明缺失时的含义：在它前面先问 `{name} is present`，或者在 `??` 后面给出替代值",
                    name
                ),
            ),
            Absent::Before(name) => (
                phrase!(
                    "`{name}` is missing where a record is created, and then {then}"
                        | "新建记录时没有 `{name}`，那时{then}",
                    name,
                    then
                ),
                phrase!(
                    "take `create` out of the rule, or ask `{name} is present` before it"
                        | "从规则中去掉 `create`，或者在它前面先问 `{name} is present`",
                    name
                ),
            ),
            Absent::OfNoItems(how) => {
                let word = how.as_str();
                (
                    phrase!(
                        "`{word}` of an empty list is missing, and then {then}"
                            | "空列表的 `{word}` 是缺失的，那时{then}",
                        word,
                        then
                    ),
                    phrase!(
                        "say what an empty list means: give a value after `??`"
                            | "写明列表为空时的含义：在 `??` 后面给出替代值"
                    ),
                )
            }
        };
        let finding = self.cx.warning(codes::MAY_BE_MISSING, span, message);
        self.cx.report(finding.help(help));
    }

    /// Something that is true, false or unknown.
    pub(super) fn condition(&mut self, written: &ast::Expr) -> Expr {
        let place = self.cx.place(written.span);
        match &written.kind {
            ast::ExprKind::Logic(word, parts) => {
                let kind = match word {
                    LogicOp::And => ExprKind::All(self.in_turn(parts, Outcome::Holds)),
                    LogicOp::Or => ExprKind::Any(self.in_turn(parts, Outcome::Fails)),
                };
                Expr::new(kind, place)
            }
            ast::ExprKind::Prefix(PrefixOp::Not, inner) => {
                let inner = self.condition(inner);
                Expr::new(ExprKind::Not(Box::new(inner)), place)
            }
            _ => self.truth(written, place),
        }
    }

    /// The parts of a chain; each knows what it means that those before it came out so.
    fn in_turn(&mut self, parts: &[ast::Expr], outcome: Outcome) -> Vec<Expr> {
        let known = self.known.len();
        let mut lowered = Vec::with_capacity(parts.len());
        for part in parts {
            let part = self.condition(part);
            self.known.extend(there_when(&part, outcome));
            lowered.push(part);
        }
        self.known.truncate(known);
        lowered
    }

    /// A value in the place of a condition: a yes-or-no value is asked whether it is yes.
    fn truth(&mut self, written: &ast::Expr, place: Place) -> Expr {
        let value = self.value(written, Some(&Type::Bool)).settle(&Type::Bool);
        match &value.ty {
            Ty::Known(Type::Bool) if is_read(&value.expr) => {
                let yes = Expr::new(ExprKind::Literal(Value::from(true)), place.clone());
                let (read, yes) = (Box::new(value.expr), Box::new(yes));
                Expr::new(ExprKind::Compare(Comparison::Equal, read, yes), place)
            }
            Ty::Known(Type::Bool) | Ty::Bad | Ty::Open => value.expr,
            Ty::Known(other) => {
                let message = phrase!(
                    "this is {what}, not a condition" | "这是{what}，不是条件",
                    what = described(other)
                );
                self.wrong(
                    written.span,
                    message,
                    phrase!(
                        "compare it with something, such as `x > 0`"
                            | "把它与某个值比较，例如 `x > 0`"
                    ),
                );
                value.expr
            }
        }
    }

    pub(super) fn wrong(&self, span: Span, message: impl Into<Phrase>, help: impl Into<Phrase>) {
        self.cx
            .report(self.cx.error(codes::WRONG_TYPE, span, message).help(help));
    }

    pub(super) fn report(&self, finding: Diagnostic) {
        self.cx.report(finding);
    }

    pub(super) fn presence(&mut self, operand: &ast::Expr, which: Presence, span: Span) -> Typed {
        let place = self.cx.place(span);
        let before = self.bare.len();
        let value = self.value(operand, None).settle(&Type::Text);
        self.bare.truncate(before);
        let path = match value.expr.kind {
            ExprKind::Path(path) => path,
            _ if value.ty == Ty::Bad => return Typed::bad(place),
            _ => {
                let message =
                    phrase!("only what is read can be missing" | "只有读取的字段才会缺失");
                let help =
                    phrase!("name a field before `is missing`" | "在 `is missing` 前面写一个字段");
                self.wrong(operand.span, message, help);
                return Typed::bad(place);
            }
        };
        let missing = ExprKind::IsMissing(path);
        let kind = match which {
            Presence::Missing => missing,
            Presence::Present => ExprKind::Not(Box::new(Expr::new(missing, place.clone()))),
        };
        Typed::known(kind, Type::Bool, place)
    }

    pub(super) fn has_role(&mut self, operand: &ast::Expr, role: &Ident, span: Span) -> Typed {
        let actor = matches!(&operand.kind, ast::ExprKind::Path(parts)
            if parts.len() == 1 && parts.iter().all(|part| &*part.text == "actor"));
        if !actor {
            let message = phrase!("only the actor has roles" | "只有操作者才有角色");
            let help = phrase!("write `actor has ROLE`" | "写 `actor has ROLE`");
            self.wrong(operand.span, message, help);
        }
        self.cx.check_role(role);
        let kind = ExprKind::HasRole(role.text.clone());
        Typed::known(kind, Type::Bool, self.cx.place(span))
    }

    pub(super) fn quantified(
        &mut self,
        quantifier: Quantifier,
        variable: &Ident,
        source: &Dotted,
        body: &ast::Expr,
        span: Span,
    ) -> Typed {
        let place = self.cx.place(span);
        let Some((list, item)) = self.items(source) else {
            return Typed::bad(place);
        };
        let depth = self.depth();
        self.variables.push((variable.text.clone(), item.clone()));
        self.met.push((variable.text.clone(), item));
        let test = self.condition(body);
        self.variables.pop();
        let (list, test) = (Box::new(list), Box::new(test));
        Typed::known(
            ExprKind::Quantified(quantifier, list, depth, test),
            Type::Bool,
            place,
        )
    }
}

/// Whether a yes-or-no value is data, not itself a condition.
pub(super) fn is_read(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Path(_) | ExprKind::Coalesce(..))
}
