//! Expressions: flat pairs to a tree by precedence, never deeper than [`DEPTH`].
//!
//! Loosest first: `or`, `and`, `not`, comparisons and the tests that end an operand (`in`,
//! `between`, `is missing`, …), `??`, `+ -`, `* /`, the minus sign.

use std::sync::LazyLock;

use guardrails_core::phrase;
use guardrails_core::policy::{Arithmetic, Comparison, TextTest};
use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::expr_parts::{postfix, primary};
use super::grammar::{Rule, is_token};
use super::tree::{Built, Node};
use crate::ast::{BinaryOp, Expr, ExprKind, LogicOp, PrefixOp};
use crate::codes;

/// Operators on top of each other (`expression_depth`). Chains of `and` and of `or` count once.
const DEPTH: u16 = 128;

static PRECEDENCE: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::either))
        .op(left(Rule::both))
        .op(Op::prefix(Rule::invert))
        .op(left(Rule::equal)
            | left(Rule::not_equal)
            | left(Rule::less)
            | left(Rule::less_or_equal)
            | left(Rule::greater)
            | left(Rule::greater_or_equal)
            | left(Rule::within_list)
            | left(Rule::not_in)
            | left(Rule::contains)
            | left(Rule::starts_with)
            | left(Rule::ends_with)
            | Op::postfix(Rule::presence)
            | Op::postfix(Rule::has_role)
            | Op::postfix(Rule::between)
            | Op::postfix(Rule::matches))
        .op(left(Rule::coalesce))
        .op(left(Rule::add) | left(Rule::subtract))
        .op(left(Rule::multiply) | left(Rule::divide))
        .op(Op::prefix(Rule::minus))
});

/// An `expr` or a `sum`.
pub(super) fn expr(node: &Node<'_>) -> Built<Expr> {
    let context = node.context();
    let pairs = node.children().rest().map(Node::into_pair);
    PRECEDENCE
        .map_primary(|pair| primary(&Node::new(pair, context)))
        .map_prefix(|op, operand| prefix(&Node::new(op, context), operand?))
        .map_postfix(|operand, op| postfix(operand?, &Node::new(op, context)))
        .map_infix(|left, op, right| infix(left?, &Node::new(op, context), right?))
        .parse(pairs.filter(|pair| !is_token(pair.as_rule())))
}

/// A node over operands; refused when it would be too deep.
pub(super) fn over(
    kind: ExprKind,
    span: crate::ast::Span,
    deepest: u16,
    node: &Node<'_>,
) -> Built<Expr> {
    if deepest >= DEPTH {
        let message = phrase!(
            "this has more operators than the limit `expression_depth` of {most}"
                | "这里的运算符超过上限 `expression_depth`（{most}）",
            most = DEPTH
        );
        let mut fault = node.fault(codes::EXPRESSION_TOO_DEEP, message);
        fault.help =
            phrase!("use a list with `in`, or split the rule" | "用 `in` 和列表，或者拆成几条规则");
        return Err(fault);
    }
    Ok(Expr {
        kind,
        span,
        depth: deepest + 1,
    })
}

fn prefix(op: &Node<'_>, operand: Expr) -> Built<Expr> {
    let which = match op.rule() {
        Rule::invert => PrefixOp::Not,
        _ => PrefixOp::Negate,
    };
    let (span, depth) = (op.span().to(operand.span), operand.depth);
    over(ExprKind::Prefix(which, Box::new(operand)), span, depth, op)
}

fn infix(left: Expr, op: &Node<'_>, right: Expr) -> Built<Expr> {
    match op.rule() {
        Rule::both => logic(LogicOp::And, left, op, right),
        Rule::either => logic(LogicOp::Or, left, op, right),
        rule => {
            let operator = binary(rule).ok_or_else(|| op.bug())?;
            let span = left.span.to(right.span);
            let depth = left.depth.max(right.depth);
            let kind = ExprKind::Binary(operator, Box::new(left), Box::new(right));
            over(kind, span, depth, op)
        }
    }
}

/// Chains of one word are one node, however long.
fn logic(word: LogicOp, left: Expr, op: &Node<'_>, right: Expr) -> Built<Expr> {
    let span = left.span.to(right.span);
    let deeper = left.depth.max(right.depth.saturating_add(1));
    match left.kind {
        ExprKind::Logic(have, mut operands) if have == word => {
            operands.push(right);
            over(ExprKind::Logic(word, operands), span, deeper - 1, op)
        }
        _ => {
            let depth = left.depth.max(right.depth);
            over(ExprKind::Logic(word, vec![left, right]), span, depth, op)
        }
    }
}

/// The operator that a rule of the grammar stands for.
pub(super) fn binary(rule: Rule) -> Option<BinaryOp> {
    Some(match rule {
        Rule::equal => BinaryOp::Compare(Comparison::Equal),
        Rule::not_equal => BinaryOp::Compare(Comparison::NotEqual),
        Rule::less => BinaryOp::Compare(Comparison::Less),
        Rule::less_or_equal => BinaryOp::Compare(Comparison::LessOrEqual),
        Rule::greater => BinaryOp::Compare(Comparison::Greater),
        Rule::greater_or_equal => BinaryOp::Compare(Comparison::GreaterOrEqual),
        Rule::within_list => BinaryOp::In,
        Rule::not_in => BinaryOp::NotIn,
        Rule::contains => BinaryOp::Text(TextTest::Contains),
        Rule::starts_with => BinaryOp::Text(TextTest::StartsWith),
        Rule::ends_with => BinaryOp::Text(TextTest::EndsWith),
        Rule::coalesce => BinaryOp::Coalesce,
        Rule::add => BinaryOp::Arithmetic(Arithmetic::Add),
        Rule::subtract => BinaryOp::Arithmetic(Arithmetic::Subtract),
        Rule::multiply => BinaryOp::Arithmetic(Arithmetic::Multiply),
        Rule::divide => BinaryOp::Arithmetic(Arithmetic::Divide),
        _ => return None,
    })
}
