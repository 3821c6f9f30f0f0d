//! The parts of an expression that do not depend on precedence: primaries, and what ends an operand.

use guardrails_core::policy::Quantifier;

use super::expr::{expr, over};
use super::grammar::Rule;
use super::literal;
use super::tree::{Built, Node};
use crate::ast::{Expr, ExprKind, Presence, Text};

pub(super) fn primary(node: &Node<'_>) -> Built<Expr> {
    match node.rule() {
        Rule::group => group(node),
        Rule::list => list(node),
        Rule::quantified => quantified(node),
        Rule::days_between => over(ExprKind::DaysBetween, node.span(), 0, node),
        Rule::hour_of => over(ExprKind::HourOf, node.span(), 0, node),
        Rule::literal => {
            let kind = ExprKind::Literal(literal::literal(node)?);
            over(kind, node.span(), 0, node)
        }
        Rule::reference => reference(node),
        _ => Err(node.bug()),
    }
}

/// Brackets leave no node behind, only the span that includes them. A chain inside brackets stays
/// a chain of its own, which changes nothing in its meaning.
fn group(node: &Node<'_>) -> Built<Expr> {
    let inner = expr(&node.children().need(Rule::expr)?)?;
    Ok(Expr {
        span: node.span(),
        ..inner
    })
}

fn list(node: &Node<'_>) -> Built<Expr> {
    let items = node.children().each(Rule::expr, expr)?;
    let depth = deepest(&items);
    over(ExprKind::List(items), node.span(), depth, node)
}

fn deepest(items: &[Expr]) -> u16 {
    items.iter().map(|item| item.depth).max().unwrap_or(0)
}

fn quantified(node: &Node<'_>) -> Built<Expr> {
    let mut children = node.children();
    let quantifier = match children.next()?.rule() {
        Rule::some => Quantifier::Some,
        _ => Quantifier::Every,
    };
    let variable = children.need(Rule::name)?.ident();
    let source = children.need(Rule::dotted)?.dotted();
    let body = expr(&children.need(Rule::expr)?)?;
    let depth = body.depth;
    let kind = ExprKind::Quantified {
        quantifier,
        variable,
        source,
        body: Box::new(body),
    };
    over(kind, node.span(), depth, node)
}

fn reference(node: &Node<'_>) -> Built<Expr> {
    let mut children = node.children();
    let name = children.need(Rule::name)?.ident();
    let Some(arguments) = children.next_if(Rule::arguments) else {
        let mut parts = vec![name];
        parts.extend(children.rest().map(|part| part.ident()));
        return over(ExprKind::Path(parts), node.span(), 0, node);
    };
    let mut inside = arguments.children();
    let given = inside.each(Rule::expr, expr)?;
    if inside.next_if(Rule::comprehension).is_some() {
        return over(ExprKind::Comprehension(name), node.span(), 0, node);
    }
    let depth = deepest(&given);
    over(ExprKind::Call(name, given), node.span(), depth, node)
}

/// `is missing`, `has ROLE`, `between a and b`, `matches "…"`.
pub(super) fn postfix(operand: Expr, op: &Node<'_>) -> Built<Expr> {
    let span = operand.span.to(op.span());
    let depth = operand.depth;
    let operand = Box::new(operand);
    let mut children = op.children();
    match op.rule() {
        Rule::presence => {
            let kind = ExprKind::Presence(operand, presence(op)?);
            over(kind, span, depth, op)
        }
        Rule::has_role => {
            let role = children.need(Rule::name)?.ident();
            over(ExprKind::Has(operand, role), span, depth, op)
        }
        Rule::matches => {
            let written = children.need(Rule::text)?;
            let pattern = Text {
                text: literal::pattern(&written).into(),
                span: written.span(),
            };
            over(ExprKind::Matches(operand, pattern), span, depth, op)
        }
        Rule::between => {
            let low = expr(&children.need(Rule::sum)?)?;
            let high = expr(&children.need(Rule::sum)?)?;
            let depth = depth.max(low.depth).max(high.depth);
            let kind = ExprKind::Between(operand, Box::new(low), Box::new(high));
            over(kind, span, depth, op)
        }
        _ => Err(op.bug()),
    }
}

pub(super) fn presence(op: &Node<'_>) -> Built<Presence> {
    let mut children = op.children();
    let negated = children.next_if(Rule::negated).is_some();
    let missing = children.next()?.rule() == Rule::is_missing;
    Ok(if missing == negated {
        Presence::Present
    } else {
        Presence::Missing
    })
}
