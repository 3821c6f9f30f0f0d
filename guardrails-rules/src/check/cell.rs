//! One cell of a decision table, as the condition that it stands for.

use guardrails_core::phrase;
use guardrails_core::policy::Comparison;

use super::context::Context;
use crate::ast::{
    BinaryOp, Cell, CellKind, CellTest, CellTestKind, Dotted, Expr, ExprKind, Ident, LogicOp,
    PrefixOp, Span,
};
use crate::codes;

/// Whether a column is `actor.role`, whose cells name roles.
pub(super) fn is_role(column: &Dotted) -> bool {
    &*column.joined() == "actor.role"
}

/// The condition of a cell; none for `-`, and none after a report.
pub(super) fn condition(cx: &Context<'_>, column: &Dotted, cell: &Cell) -> Option<Expr> {
    if is_role(column) {
        let condition = Roles { cx, column }.cell(cell)?;
        // Whoever shows the condition shows the whole cell, `not in` included.
        return Some(Expr {
            span: cell.span,
            ..condition
        });
    }
    let read = || Box::new(expr(ExprKind::Path(column.parts.clone()), column.span, &[]));
    match &cell.kind {
        CellKind::Any => None,
        CellKind::Value(value) => Some(compared(Comparison::Equal, read(), value, cell.span)),
        CellKind::Range(low, high) => {
            let parts = [low, high].map(|bound| bound.depth);
            let (low, high) = (Box::new(low.clone()), Box::new(high.clone()));
            let kind = ExprKind::Between(read(), low, high);
            Some(expr(kind, cell.span, &parts))
        }
        CellKind::Tests(tests) => {
            let tests = tests.iter().map(|test| tested(read(), test));
            Some(all(tests.collect(), cell.span))
        }
    }
}

fn expr(kind: ExprKind, span: Span, parts: &[u16]) -> Expr {
    let deepest = parts.iter().copied().max().unwrap_or(0);
    Expr {
        kind,
        span,
        depth: deepest.saturating_add(1),
    }
}

fn compared(comparison: Comparison, read: Box<Expr>, value: &Expr, span: Span) -> Expr {
    let operator = BinaryOp::Compare(comparison);
    let kind = ExprKind::Binary(operator, read, Box::new(value.clone()));
    expr(kind, span, &[value.depth])
}

fn tested(read: Box<Expr>, test: &CellTest) -> Expr {
    let span = test.span;
    match &test.kind {
        CellTestKind::Operator(operator, value) => {
            let kind = ExprKind::Binary(*operator, read, Box::new(value.clone()));
            expr(kind, span, &[value.depth])
        }
        CellTestKind::Between(low, high) => {
            let parts = [low.depth, high.depth];
            let (low, high) = (Box::new(low.clone()), Box::new(high.clone()));
            expr(ExprKind::Between(read, low, high), span, &parts)
        }
        CellTestKind::Matches(pattern) => expr(ExprKind::Matches(read, pattern.clone()), span, &[]),
        CellTestKind::Presence(which) => expr(ExprKind::Presence(read, *which), span, &[]),
    }
}

fn all(mut parts: Vec<Expr>, span: Span) -> Expr {
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return only;
    }
    let depths: Vec<u16> = parts.iter().map(|part| part.depth).collect();
    expr(ExprKind::Logic(LogicOp::And, parts), span, &depths)
}

/// Cells of `actor.role`: `SALES_REP`, `in [SALES_REP, FINANCE]`, and their opposites.
struct Roles<'c, 'b> {
    cx: &'c Context<'b>,
    column: &'c Dotted,
}

impl Roles<'_, '_> {
    fn cell(&self, cell: &Cell) -> Option<Expr> {
        match &cell.kind {
            CellKind::Any => None,
            CellKind::Value(role) => self.has(role),
            CellKind::Range(..) => self.refuse(cell.span),
            CellKind::Tests(tests) => {
                let tests: Option<Vec<Expr>> = tests.iter().map(|test| self.test(test)).collect();
                Some(all(tests?, cell.span))
            }
        }
    }

    fn test(&self, test: &CellTest) -> Option<Expr> {
        let CellTestKind::Operator(operator, value) = &test.kind else {
            return self.refuse(test.span);
        };
        match operator {
            BinaryOp::Compare(Comparison::Equal) => self.has(value),
            BinaryOp::Compare(Comparison::NotEqual) => Some(not(self.has(value)?)),
            BinaryOp::In => self.has_one(value),
            BinaryOp::NotIn => Some(not(self.has_one(value)?)),
            _ => self.refuse(test.span),
        }
    }

    fn has(&self, role: &Expr) -> Option<Expr> {
        let ExprKind::Path(parts) = &role.kind else {
            return self.refuse(role.span);
        };
        let [name] = parts.as_slice() else {
            return self.refuse(role.span);
        };
        let actor = Ident {
            text: "actor".into(),
            span: self.column.span,
        };
        let actor = expr(ExprKind::Path(vec![actor]), self.column.span, &[]);
        let kind = ExprKind::Has(Box::new(actor), name.clone());
        Some(expr(kind, role.span, &[1]))
    }

    fn has_one(&self, list: &Expr) -> Option<Expr> {
        let ExprKind::List(roles) = &list.kind else {
            return self.refuse(list.span);
        };
        let mut any: Vec<Expr> = roles
            .iter()
            .map(|role| self.has(role))
            .collect::<Option<_>>()?;
        match any.len() {
            0 => self.refuse(list.span),
            1 => any.pop(),
            _ => Some(expr(ExprKind::Logic(LogicOp::Or, any), list.span, &[2])),
        }
    }

    fn refuse(&self, span: Span) -> Option<Expr> {
        let message =
            phrase!("a cell of `actor.role` names roles" | "`actor.role` 的单元格只写角色");
        self.cx.report(
            self.cx
                .error(codes::WRONG_TYPE, span, message)
                .help(phrase!(
                    "write a role, `in [A, B]`, `not in [A, B]`, or `-`"
                        | "写一个角色、`in [A, B]`、`not in [A, B]` 或 `-`"
                )),
        );
        None
    }
}

fn not(inner: Expr) -> Expr {
    let (span, depth) = (inner.span, inner.depth);
    expr(
        ExprKind::Prefix(PrefixOp::Not, Box::new(inner)),
        span,
        &[depth],
    )
}
