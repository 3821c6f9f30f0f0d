//! Tests to trees.

use super::grammar::Rule;
use super::literal::{self, object};
use super::table;
use super::tree::{Built, Node};
use crate::ast::{Case, CaseCell, Cases, Expectation, ExpectationKind, Test, TestItem};

pub(super) fn test(node: &Node<'_>) -> Built<Test> {
    let mut children = node.children();
    let name = children.need(Rule::text)?.quoted()?;
    super::small::annotations(&mut children)?;
    let items = children.rest().map(|item| test_item(&item));
    Ok(Test {
        span: name.span,
        name,
        items: items.collect::<Built<_>>()?,
    })
}

fn test_item(node: &Node<'_>) -> Built<TestItem> {
    let mut children = node.children();
    let span = node.span();
    Ok(match node.rule() {
        Rule::test_at => TestItem::At(literal::moment(&children.next()?)?, span),
        Rule::test_actor => TestItem::Actor(object(&children.need(Rule::object)?)?, span),
        Rule::test_skill => TestItem::Skill {
            name: children.need(Rule::dotted)?.dotted(),
            context: match children.next_if(Rule::text) {
                Some(context) => Some(context.quoted()?),
                None => None,
            },
        },
        Rule::test_given => TestItem::Given {
            entity: children.need(Rule::name)?.ident(),
            fields: object(&children.need(Rule::object)?)?,
        },
        Rule::test_change => TestItem::Change(object(&children.need(Rule::object)?)?, span),
        Rule::test_create => TestItem::Create(object(&children.need(Rule::object)?)?, span),
        Rule::test_delete => TestItem::Delete(span),
        Rule::test_expect => {
            let expectations = children.rest().map(|node| expectation(&node));
            TestItem::Expect(expectations.collect::<Built<_>>()?)
        }
        Rule::test_cases => TestItem::Cases(cases(node)?),
        _ => return Err(node.bug()),
    })
}

fn cases(node: &Node<'_>) -> Built<Cases> {
    let mut children = node.children();
    let head = children.need(Rule::cases_head)?;
    Ok(Cases {
        columns: head
            .children()
            .each(Rule::dotted, |node| Ok(table::column(node)))?,
        rows: children.each(Rule::cases_row, case)?,
        span: node.span(),
    })
}

fn case(node: &Node<'_>) -> Built<Case> {
    let mut children = node.children();
    let cells = children.each(Rule::cases_cell, cell)?;
    let expectations = children.rest().map(|node| expectation(&node));
    Ok(Case {
        cells,
        expectations: expectations.collect::<Built<_>>()?,
        span: node.span(),
    })
}

fn cell(node: &Node<'_>) -> Built<CaseCell> {
    let mut children = node.children();
    if children.next_if(Rule::any_value).is_some() {
        return Ok(CaseCell::Kept);
    }
    Ok(CaseCell::Datum(literal::datum(
        &children.need(Rule::datum)?,
    )?))
}

fn expectation(node: &Node<'_>) -> Built<Expectation> {
    let mut children = node.children();
    let kind = match node.rule() {
        Rule::expect_allow => ExpectationKind::Allow,
        Rule::expect_deny => {
            ExpectationKind::Deny(children.next_if(Rule::name).map(|code| code.ident()))
        }
        Rule::expect_approval => ExpectationKind::Approval(children.need(Rule::name)?.ident()),
        Rule::expect_rule => ExpectationKind::Rule(children.need(Rule::rule_name)?.ident()),
        Rule::expect_risk => ExpectationKind::Risk(children.need(Rule::name)?.ident()),
        Rule::expect_message => ExpectationKind::Message(children.need(Rule::text)?.quoted()?),
        Rule::expect_notify => ExpectationKind::Notify(children.need(Rule::text)?.quoted()?),
        Rule::expect_oblige => {
            let name = children.need(Rule::text)?.quoted()?;
            let terms = match children.next_if(Rule::object) {
                Some(terms) => Some(object(&terms)?),
                None => None,
            };
            ExpectationKind::Oblige(name, terms)
        }
        Rule::expect_not => ExpectationKind::Not(Box::new(expectation(&children.next()?)?)),
        Rule::expect_view => {
            let entries = object(&children.need(Rule::object)?)?;
            ExpectationKind::View(
                entries
                    .into_iter()
                    .map(|entry| (entry.name, entry.datum))
                    .collect(),
            )
        }
        _ => return Err(node.bug()),
    };
    Ok(Expectation {
        kind,
        span: node.span(),
    })
}
