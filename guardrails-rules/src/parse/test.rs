//! Tests to trees.

use super::grammar::Rule;
use super::literal::{self, object};
use super::tree::{Built, Node};
use crate::ast::{Expectation, ExpectationKind, Test, TestItem};

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
        _ => return Err(node.bug()),
    })
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
