//! Rules and their effects to trees.

use super::grammar::Rule;
use super::grant::{guarded, masking};
use super::literal;
use super::small::annotations;
use super::tree::{Built, Children, Node};
use crate::ast::{self, Because, Effect, EffectKind, Script};

pub(super) fn rule(node: &Node<'_>) -> Built<ast::Rule> {
    let mut children = node.children();
    let name = children.need(Rule::name)?.ident();
    let annotations = annotations(&mut children)?;
    let on = children.need(Rule::rule_on)?;
    let mut subject = on.children();
    Ok(ast::Rule {
        name,
        annotations,
        verbs: subject.need(Rule::names)?.idents(),
        entity: subject.need(Rule::name)?.ident(),
        when: guarded(&mut children)?,
        effects: follows(children)?,
    })
}

/// All effects of all `then` and `do`, in the order written.
fn follows(children: Children<'_>) -> Built<Vec<Effect>> {
    let mut effects = Vec::new();
    for node in children.rest() {
        if node.rule() == Rule::script {
            effects.push(script(&node)?);
            continue;
        }
        for part in node.children().rest() {
            effects.push(effect(&part)?);
        }
    }
    Ok(effects)
}

fn script(node: &Node<'_>) -> Built<Effect> {
    let body = node.children().need(Rule::script_body)?;
    let script = Script {
        text: body.text().to_owned(),
        span: body.span(),
    };
    Ok(Effect {
        kind: EffectKind::Do(script),
        span: node.span(),
    })
}

/// One effect of a rule or of a level of risk.
pub(super) fn effect(node: &Node<'_>) -> Built<Effect> {
    let mut children = node.children();
    let kind = match node.rule() {
        Rule::allow => EffectKind::Allow,
        Rule::oblige => {
            let name = children.need(Rule::text)?.quoted()?;
            let terms = children.next_if(Rule::object);
            let terms = terms.map(|terms| literal::object(&terms)).transpose()?;
            EffectKind::Oblige(name, terms)
        }
        Rule::deny => {
            let code = children.need(Rule::name)?.ident();
            EffectKind::Deny(code, because(&mut children)?)
        }
        Rule::require => {
            let chain = children.need(Rule::name)?.ident();
            let code = children.next_if(Rule::name).map(|code| code.ident());
            EffectKind::Require(chain, code, because(&mut children)?)
        }
        Rule::mask_effect => EffectKind::Mask(masking(&children.need(Rule::masking)?)?),
        Rule::hide_effect => EffectKind::Hide(children.need(Rule::dotted)?.dotted()),
        Rule::add_risk => {
            let points = literal::number(&children.need(Rule::number)?)?;
            let name = children.next_if(Rule::text);
            EffectKind::Risk(points, name.map(|name| name.quoted()).transpose()?)
        }
        Rule::notify => EffectKind::Notify(children.need(Rule::text)?.quoted()?),
        _ => return Err(node.bug()),
    };
    Ok(Effect {
        kind,
        span: node.span(),
    })
}

fn because(children: &mut Children<'_>) -> Built<Option<Because>> {
    let Some(node) = children.next_if(Rule::because) else {
        return Ok(None);
    };
    let mut parts = node.children();
    let message = parts.need(Rule::text)?.quoted()?;
    let translations = parts.each(Rule::translation, |node| {
        let mut parts = node.children();
        let language = parts.need(Rule::name)?.ident();
        Ok((language, parts.need(Rule::text)?.quoted()?))
    })?;
    Ok(Some(Because {
        message,
        translations,
    }))
}
