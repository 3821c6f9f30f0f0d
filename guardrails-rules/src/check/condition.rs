//! Conditions: what may stand after `when`, `where` and `satisfies`.
//!
//! [`Checker`] knows where it is: which entity's fields are in reach, which variables are bound,
//! and what has a value in this place. The other rooms of expressions are `impl`s of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use guardrails_core::policy::{Comparison, Entity, Expr, ExprKind, Quantifier, Type};
use guardrails_core::{Diagnostic, Name, Phrase, Place, Value, phrase};

use super::context::Context;
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

/// Checks expressions of one declaration.
pub(super) struct Checker<'c, 'b> {
    pub(super) cx: &'c Context<'b>,
    pub(super) entity: Option<Arc<Entity>>,
    pub(super) reach: Reach,
    /// Bound variables, outermost first.
    pub(super) variables: Vec<(Name, Type)>,
    /// Variables of every quantifier met, with their depth, for messages.
    pub(super) met: Vec<(Name, Type, u8)>,
    /// Optional fields read bare, and those whose absence is handled.
    pub(super) bare: Vec<(String, Span)>,
    pub(super) handled: BTreeSet<String>,
    pub(super) reads_risk: bool,
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
            handled: BTreeSet::new(),
            reads_risk: false,
        }
    }

    /// A whole condition: lowered, with a warning for each optional field read bare.
    pub(super) fn whole_condition(&mut self, written: &ast::Expr) -> Expr {
        let lowered = self.condition(written);
        let mut told = std::mem::take(&mut self.handled);
        for (name, span) in std::mem::take(&mut self.bare) {
            if told.insert(name.clone()) {
                self.warn_bare(&name, span);
            }
        }
        lowered
    }

    fn warn_bare(&self, name: &str, span: Span) {
        let (then, counts) = match self.reach {
            Reach::Grant => (
                phrase!("the grant does not hold" | "授权不成立"),
                phrase!("false" | "不成立"),
            ),
            _ => (
                phrase!("the rule applies" | "规则照样适用"),
                phrase!("true" | "成立"),
            ),
        };
        let message = phrase!(
            "`{name}` may be missing, and then {then}" | "`{name}` 可能缺失，这时{then}",
            name,
            then
        );
        let help = phrase!(
            "say what a missing value means: add `{name} is present`, or a value after `??`; as it \
             stands the condition counts as {counts}"
                | "写明缺失时怎么办：加上 `{name} is present`，或者在 `??` 后面给出替代值；\
                   照现在的写法，条件算{counts}",
            name,
            counts
        );
        self.cx.report(
            self.cx
                .warning(codes::MAY_BE_MISSING, span, message)
                .help(help),
        );
    }

    /// Something that is true, false or unknown.
    pub(super) fn condition(&mut self, written: &ast::Expr) -> Expr {
        let place = self.cx.place(written.span);
        match &written.kind {
            ast::ExprKind::Logic(word, parts) => {
                let parts = parts.iter().map(|part| self.condition(part)).collect();
                let kind = match word {
                    LogicOp::And => ExprKind::All(parts),
                    LogicOp::Or => ExprKind::Any(parts),
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
        for (name, _) in self.bare.drain(before..) {
            self.handled.insert(name);
        }
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
        let list = self.path(&source.parts, source.span, None);
        let list = list.settle(&Type::List(Arc::new(Type::Text)));
        let item = match &list.ty {
            Ty::Known(Type::List(item)) => (**item).clone(),
            Ty::Known(other) => {
                let message = phrase!(
                    "this is {what}, not a list" | "这是{what}，不是列表",
                    what = described(other)
                );
                let help = phrase!(
                    "name a field of type `[…]` after `in`"
                        | "在 `in` 后面写一个类型为 `[…]` 的字段"
                );
                self.wrong(source.span, message, help);
                return Typed::bad(place);
            }
            Ty::Open | Ty::Bad => return Typed::bad(place),
        };
        let depth = u8::try_from(self.variables.len()).unwrap_or(u8::MAX);
        self.variables.push((variable.text.clone(), item.clone()));
        self.met.push((variable.text.clone(), item, depth));
        let test = self.condition(body);
        self.variables.pop();
        let (list, test) = (Box::new(list.expr), Box::new(test));
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
