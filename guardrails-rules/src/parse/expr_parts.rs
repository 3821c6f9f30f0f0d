//! The parts of an expression that do not depend on precedence: primaries, and what ends an operand.

use guardrails_core::policy::Quantifier;

use super::expr::{expr, over};
use super::grammar::Rule;
use super::literal;
use super::tree::{Built, Children, Node};
use crate::ast::{Comprehension, Expr, ExprKind, Ident, Presence, Text};

pub(super) fn primary(node: &Node<'_>) -> Built<Expr> {
    match node.rule() {
        Rule::group => group(node),
        Rule::list => list(node),
        Rule::quantified => quantified(node),
        Rule::days_between => days_between(node),
        Rule::hour_of => hour_of(node),
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
        return path(name, children, node);
    };
    let mut inside = arguments.children();
    let given = inside.each(Rule::expr, expr)?;
    if let Some(written) = inside.next_if(Rule::comprehension) {
        return comprehension(name, given, &written, node);
    }
    let depth = deepest(&given);
    over(ExprKind::Call(name, given), node.span(), depth, node)
}

/// Names joined by dots, and the window that may follow in brackets.
fn path(name: Ident, mut rest: Children<'_>, node: &Node<'_>) -> Built<Expr> {
    let mut parts = vec![name];
    while let Some(part) = rest.next_if(Rule::word) {
        parts.push(part.ident());
    }
    let kind = match rest.next_if(Rule::lately) {
        Some(lately) => {
            let window = lately.children().need(Rule::duration)?;
            ExprKind::Lately(parts, literal::duration(&window)?)
        }
        None => ExprKind::Path(parts),
    };
    over(kind, node.span(), 0, node)
}

fn comprehension(
    function: Ident,
    given: Vec<Expr>,
    written: &Node<'_>,
    node: &Node<'_>,
) -> Built<Expr> {
    let value = given.into_iter().next().ok_or_else(|| node.bug())?;
    let mut children = written.children();
    let variable = children.need(Rule::name)?.ident();
    let source = children.need(Rule::dotted)?.dotted();
    let filter = match children.next_if(Rule::expr) {
        Some(filter) => Some(expr(&filter)?),
        None => None,
    };
    let depth = filter.as_ref().map_or(0, |filter| filter.depth);
    let depth = depth.max(value.depth);
    let kind = ExprKind::Comprehension(Box::new(Comprehension {
        function,
        value,
        variable,
        source,
        filter,
    }));
    over(kind, node.span(), depth, node)
}

fn days_between(node: &Node<'_>) -> Built<Expr> {
    let mut children = node.children();
    let from = expr(&children.need(Rule::sum)?)?;
    let to = expr(&children.need(Rule::sum)?)?;
    let depth = from.depth.max(to.depth);
    let kind = ExprKind::DaysBetween(Box::new(from), Box::new(to));
    over(kind, node.span(), depth, node)
}

fn hour_of(node: &Node<'_>) -> Built<Expr> {
    let of = primary(&node.children().next()?)?;
    let depth = of.depth;
    over(ExprKind::HourOf(Box::new(of)), node.span(), depth, node)
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
