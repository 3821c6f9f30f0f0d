//! Grants and masks to trees.

use guardrails_core::policy::WriteScope;

use super::expr::expr;
use super::grammar::Rule;
use super::literal;
use super::tree::{Built, Children, Node};
use crate::ast::{Clause, ClauseKind, Dotted, Expr, Fields, Grant, MaskWord, Masking};

pub(super) fn grant(node: &Node<'_>) -> Built<Grant> {
    let mut children = node.children();
    let roles = children.need(Rule::names)?.idents();
    let entity = children.need(Rule::name)?.ident();
    let contexts = match children.next_if(Rule::audience) {
        Some(audience) => audience.children().each(Rule::text, Node::quoted)?,
        None => Vec::new(),
    };
    let scope = match children.next_if(Rule::scope) {
        Some(scope) => Some(expr(&scope.children().need(Rule::expr)?)?),
        None => None,
    };
    let clauses = children.rest().map(|node| clause(&node));
    Ok(Grant {
        roles,
        entity: entity.clone(),
        contexts,
        scope,
        clauses: clauses.collect::<Built<_>>()?,
        span: node.span().head().to(entity.span),
    })
}

fn clause(node: &Node<'_>) -> Built<Clause> {
    let mut children = node.children();
    let kind = match node.rule() {
        Rule::read_clause => ClauseKind::Read(fields(&children.need(Rule::fields)?)?),
        Rule::write_clause => {
            let fields = fields(&children.need(Rule::fields)?)?;
            let scope = match children.next_if(Rule::beyond_scope) {
                Some(_) => WriteScope::Beyond,
                None => WriteScope::Within,
            };
            ClauseKind::Write(fields, scope)
        }
        Rule::hide_clause => ClauseKind::Hide(fields(&children.need(Rule::fields)?)?),
        Rule::mask_clause => ClauseKind::Mask(children.each(Rule::masking, masking)?),
        Rule::aggregate_clause => {
            let fields = paths(&children.need(Rule::paths)?)?;
            let figures = children.need(Rule::names)?.idents();
            let group = match children.next_if(Rule::integer) {
                Some(number) => Some((literal::whole(&number)?, number.span())),
                None => None,
            };
            ClauseKind::Aggregate {
                fields,
                figures,
                group,
            }
        }
        _ => return Err(node.bug()),
    };
    Ok(Clause {
        kind,
        when: guarded(&mut children)?,
        span: node.span(),
    })
}

/// `when …`, where it may stand.
pub(super) fn guarded(children: &mut Children<'_>) -> Built<Option<Expr>> {
    match children.next_if(Rule::guarded) {
        Some(guarded) => expr(&guarded.children().need(Rule::expr)?).map(Some),
        None => Ok(None),
    }
}

fn fields(node: &Node<'_>) -> Built<Fields> {
    let mut children = node.children();
    match children.next_if(Rule::paths) {
        Some(named) => Ok(Fields::Named(paths(&named)?)),
        None => all_fields(&children.need(Rule::all_fields)?),
    }
}

fn all_fields(node: &Node<'_>) -> Built<Fields> {
    let mut children = node.children();
    let star = children.need(Rule::star)?.span();
    let except = match children.next_if(Rule::paths) {
        Some(named) => paths(&named)?,
        None => Vec::new(),
    };
    Ok(Fields::AllExcept(except, star))
}

fn paths(node: &Node<'_>) -> Built<Vec<Dotted>> {
    node.children().each(Rule::dotted, |path| Ok(path.dotted()))
}

pub(super) fn masking(node: &Node<'_>) -> Built<Masking> {
    let mut children = node.children();
    let fields = match children.next_if(Rule::dotted) {
        Some(path) => Fields::Named(vec![path.dotted()]),
        None => all_fields(&children.need(Rule::all_fields)?)?,
    };
    let mask = match children.next_if(Rule::mask) {
        Some(mask) => Some(mask_word(&mask)?),
        None => None,
    };
    Ok(Masking { fields, mask })
}

fn mask_word(node: &Node<'_>) -> Built<MaskWord> {
    let mut children = node.children();
    Ok(MaskWord {
        name: children.need(Rule::word)?.ident(),
        arguments: children.each(Rule::integer, |number| {
            Ok((literal::whole(number)?, number.span()))
        })?,
    })
}
