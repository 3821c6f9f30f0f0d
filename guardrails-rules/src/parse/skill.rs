//! Skills, the risk model and approval chains to trees.

use super::expr::expr;
use super::grammar::Rule;
use super::literal;
use super::rule::effect;
use super::small::annotations;
use super::tree::{Built, Node};
use crate::ast::{
    Approval, ApprovalItem, Factor, Level, Overdue, Risk, Skill, SkillItem, Step, Text,
};

pub(super) fn skill(node: &Node<'_>) -> Built<Skill> {
    let mut children = node.children();
    let name = children.need(Rule::dotted)?.dotted();
    let annotations = annotations(&mut children)?;
    let items = children.rest().map(|item| skill_item(&item));
    Ok(Skill {
        name,
        annotations,
        items: items.collect::<Built<_>>()?,
    })
}

fn skill_item(node: &Node<'_>) -> Built<SkillItem> {
    let mut children = node.children();
    Ok(match node.rule() {
        Rule::skill_title => SkillItem::Title(children.need(Rule::text)?.quoted()?),
        Rule::skill_does => SkillItem::Does {
            verb: children.need(Rule::name)?.ident(),
            entities: children.need(Rule::names)?.idents(),
        },
        Rule::skill_impact => {
            let number = children.need(Rule::integer)?;
            SkillItem::Impact(literal::whole(&number)?, number.span())
        }
        Rule::skill_allow => SkillItem::Allow(children.need(Rule::names)?.idents()),
        Rule::skill_models => SkillItem::Models(children.each(Rule::text, Node::quoted)?),
        Rule::skill_status => SkillItem::Status(children.need(Rule::name)?.ident()),
        Rule::skill_limit => SkillItem::Limit {
            calls: literal::whole(&children.need(Rule::integer)?)?,
            window: window(&children.need(Rule::window)?),
            per: children.need(Rule::name)?.ident(),
            span: node.span(),
        },
        Rule::skill_budget => SkillItem::Budget {
            tokens: literal::whole(&children.need(Rule::integer)?)?,
            window: window(&children.need(Rule::window)?),
            per: children.need(Rule::name)?.ident(),
            span: node.span(),
        },
        _ => return Err(node.bug()),
    })
}

fn window(node: &Node<'_>) -> Text {
    Text {
        text: node.text().into(),
        span: node.span(),
    }
}

pub(super) fn risk(node: &Node<'_>) -> Built<Risk> {
    let (mut factors, mut levels) = (Vec::new(), Vec::new());
    for item in node.children().rest() {
        match item.rule() {
            Rule::factor => factors.push(factor(&item)?),
            Rule::level => levels.push(level(&item)?),
            _ => return Err(item.bug()),
        }
    }
    let mut head = node.span();
    head.end = head.start.saturating_add(4);
    Ok(Risk {
        factors,
        levels,
        span: head,
    })
}

fn factor(node: &Node<'_>) -> Built<Factor> {
    let mut children = node.children();
    let name = children.need(Rule::name)?.ident();
    let weight = children.need(Rule::number)?;
    Ok(Factor {
        name,
        weight: (literal::number(&weight)?, weight.span()),
        value: expr(&children.need(Rule::expr)?)?,
    })
}

fn level(node: &Node<'_>) -> Built<Level> {
    let mut children = node.children();
    let name = children.need(Rule::name)?.ident();
    let at = children.need(Rule::number)?;
    let effects = children.rest().map(|node| effect(&node));
    Ok(Level {
        name,
        at: (literal::number(&at)?, at.span()),
        effects: effects.collect::<Built<_>>()?,
    })
}

pub(super) fn approval(node: &Node<'_>) -> Built<Approval> {
    let mut children = node.children();
    let name = children.need(Rule::name)?.ident();
    let annotations = annotations(&mut children)?;
    let items = children.rest().map(|item| approval_item(&item));
    Ok(Approval {
        name,
        annotations,
        items: items.collect::<Built<_>>()?,
    })
}

fn approval_item(node: &Node<'_>) -> Built<ApprovalItem> {
    let mut children = node.children();
    Ok(match node.rule() {
        Rule::step => ApprovalItem::Step(step(node)?),
        Rule::never => ApprovalItem::Never(children.need(Rule::names)?.idents()),
        Rule::expires => {
            let time = children.need(Rule::duration)?;
            ApprovalItem::Expires(literal::duration(&time)?, time.span())
        }
        Rule::execute => {
            let time = children.need(Rule::duration)?;
            ApprovalItem::Execute(literal::duration(&time)?, time.span())
        }
        _ => return Err(node.bug()),
    })
}

fn step(node: &Node<'_>) -> Built<Step> {
    let mut children = node.children();
    let name = children.need(Rule::name)?.ident();
    let quorum = children.need(Rule::integer)?;
    let role = children.need(Rule::name)?.ident();
    let within = match children.next_if(Rule::duration) {
        Some(time) => Some((literal::duration(&time)?, time.span())),
        None => None,
    };
    let overdue = match children.next_if(Rule::overdue) {
        Some(node) => Some(overdue(&node)?),
        None => None,
    };
    Ok(Step {
        name,
        quorum: (literal::whole(&quorum)?, quorum.span()),
        role,
        within,
        overdue,
        span: node.span(),
    })
}

fn overdue(node: &Node<'_>) -> Built<Overdue> {
    let written = node.children().next()?;
    Ok(match written.rule() {
        Rule::escalate => Overdue::Escalate(written.children().need(Rule::name)?.ident()),
        _ => Overdue::Deny,
    })
}
