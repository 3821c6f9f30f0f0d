//! Decision tables to trees: everything that is written, cell by cell.

use super::expr::{binary, expr};
use super::expr_parts::{presence, primary};
use super::grammar::Rule;
use super::literal;
use super::rule::effect;
use super::small::annotations;
use super::tree::{Built, Node};
use crate::ast::{BinaryOp, Cell, CellKind, CellTest, CellTestKind, Dotted, Row, Table, Text};

pub(super) fn table(node: &Node<'_>) -> Built<Table> {
    let mut children = node.children();
    let name = children.need(Rule::name)?.ident();
    let annotations = annotations(&mut children)?;
    let mut subject = children.need(Rule::rule_on)?.children();
    let hit = match children.next_if(Rule::table_hit) {
        Some(hit) => Some(hit.children().need(Rule::name)?.ident()),
        None => None,
    };
    let head = children.need(Rule::table_head)?;
    Ok(Table {
        name,
        annotations,
        verbs: subject.need(Rule::names)?.idents(),
        entity: subject.need(Rule::name)?.ident(),
        hit,
        columns: head
            .children()
            .each(Rule::dotted, |node| Ok(column(node)))?,
        rows: children.each(Rule::table_row, row)?,
    })
}

/// A column's path, without the blanks before the next bar.
pub(super) fn column(node: &Node<'_>) -> Dotted {
    let path = node.dotted();
    let ends = path.parts.first().zip(path.parts.last());
    let span = ends.map_or(path.span, |(first, last)| first.span.to(last.span));
    Dotted { span, ..path }
}

fn row(node: &Node<'_>) -> Built<Row> {
    let mut children = node.children();
    let cells = children.each(Rule::cell, cell)?;
    let effects = children.rest().map(|node| effect(&node));
    let effects: Vec<_> = effects.collect::<Built<_>>()?;
    Ok(Row {
        cells,
        effects,
        span: node.span(),
    })
}

fn cell(node: &Node<'_>) -> Built<Cell> {
    let written = node.children().next()?;
    let kind = match written.rule() {
        Rule::any_value => CellKind::Any,
        Rule::cell_value => {
            let mut bounds = written.children();
            let value = expr(&bounds.need(Rule::sum)?)?;
            match bounds.next_if(Rule::sum) {
                Some(high) => CellKind::Range(value, expr(&high)?),
                None => CellKind::Value(value),
            }
        }
        Rule::cell_tests => {
            let tests = written.children().rest().map(|node| test(&node));
            CellKind::Tests(tests.collect::<Built<_>>()?)
        }
        _ => return Err(written.bug()),
    };
    Ok(Cell {
        kind,
        span: node.span(),
    })
}

fn test(node: &Node<'_>) -> Built<CellTest> {
    let mut children = node.children();
    let kind = match node.rule() {
        Rule::presence => CellTestKind::Presence(presence(node)?),
        Rule::between => {
            let low = expr(&children.need(Rule::sum)?)?;
            CellTestKind::Between(low, expr(&children.need(Rule::sum)?)?)
        }
        Rule::matches => {
            let written = children.need(Rule::text)?;
            CellTestKind::Matches(Text {
                text: literal::pattern(&written).into(),
                span: written.span(),
            })
        }
        Rule::cell_order | Rule::cell_text => {
            let operator = operator(&children.next()?)?;
            CellTestKind::Operator(operator, expr(&children.need(Rule::sum)?)?)
        }
        Rule::cell_within => {
            let operator = operator(&children.next()?)?;
            CellTestKind::Operator(operator, primary(&children.next()?)?)
        }
        _ => return Err(node.bug()),
    };
    Ok(CellTest {
        kind,
        span: node.span(),
    })
}

fn operator(node: &Node<'_>) -> Built<BinaryOp> {
    binary(node.rule()).ok_or_else(|| node.bug())
}
