//! Entities, enums, constants, lists and annotations to trees.

use super::grammar::Rule;
use super::literal;
use super::tree::{Built, Children, Node};
use crate::ast::{
    Annotation, Argument, Const, Dotted, Entity, Enum, Field, Ident, List, ListSource, Param,
    TypeKind, TypeRef,
};

/// The one name of a `package` or `use`.
pub(super) fn name_of(node: &Node<'_>) -> Built<Dotted> {
    Ok(node.children().need(Rule::dotted)?.dotted())
}

pub(super) fn annotations(children: &mut Children<'_>) -> Built<Vec<Annotation>> {
    children.each(Rule::annotation, annotation)
}

fn annotation(node: &Node<'_>) -> Built<Annotation> {
    let mut children = node.children();
    Ok(Annotation {
        name: children.need(Rule::word)?.ident(),
        arguments: children.each(Rule::argument, argument)?,
        span: node.span(),
    })
}

fn argument(node: &Node<'_>) -> Built<Argument> {
    let mut children = node.children();
    match children.next_if(Rule::dotted) {
        Some(word) => Ok(Argument::Word(word.dotted())),
        None => {
            let written = children.need(Rule::literal)?;
            Ok(Argument::Literal(literal::literal(&written)?, node.span()))
        }
    }
}

pub(super) fn entity(node: &Node<'_>, doc: String) -> Built<Entity> {
    let mut children = node.children();
    Ok(Entity {
        name: children.need(Rule::name)?.ident(),
        doc,
        annotations: annotations(&mut children)?,
        fields: children.each(Rule::field, field)?,
    })
}

fn field(node: &Node<'_>) -> Built<Field> {
    let mut children = node.children();
    Ok(Field {
        name: children.need(Rule::name)?.ident(),
        ty: type_ref(&children.need(Rule::type_ref)?)?,
        annotations: annotations(&mut children)?,
    })
}

fn type_ref(node: &Node<'_>) -> Built<TypeRef> {
    let mut children = node.children();
    let written = children.next()?;
    let mut inner = written.children();
    let kind = match written.rule() {
        Rule::list_type => TypeKind::List(Box::new(type_ref(&inner.need(Rule::type_ref)?)?)),
        Rule::enum_type => TypeKind::Enum(members(&inner.need(Rule::members)?)?),
        _ => TypeKind::Named(
            inner.need(Rule::name)?.ident(),
            inner.next_if(Rule::name).map(|name| name.ident()),
        ),
    };
    Ok(TypeRef {
        kind,
        optional: children.next_if(Rule::optional).is_some(),
        span: node.span(),
    })
}

fn members(node: &Node<'_>) -> Built<Vec<Ident>> {
    node.children().each(Rule::name, |name| Ok(name.ident()))
}

pub(super) fn enumeration(node: &Node<'_>) -> Built<Enum> {
    let mut children = node.children();
    Ok(Enum {
        name: children.need(Rule::name)?.ident(),
        members: members(&children.need(Rule::members)?)?,
    })
}

pub(super) fn constant(node: &Node<'_>) -> Built<Const> {
    let mut children = node.children();
    Ok(Const {
        name: children.need(Rule::name)?.ident(),
        value: literal::datum(&children.need(Rule::datum)?)?,
    })
}

pub(super) fn parameter(node: &Node<'_>) -> Built<Param> {
    let mut children = node.children();
    let name = children.need(Rule::name)?.ident();
    let ty = type_ref(&children.need(Rule::type_ref)?)?;
    let default = literal::datum(&children.need(Rule::datum)?)?;
    let range = match children.next_if(Rule::param_range) {
        Some(range) => {
            let mut bounds = range.children();
            let low = literal::datum(&bounds.need(Rule::datum)?)?;
            Some((low, literal::datum(&bounds.need(Rule::datum)?)?))
        }
        None => None,
    };
    Ok(Param {
        name,
        ty,
        default,
        range,
        annotations: annotations(&mut children)?,
    })
}

pub(super) fn list(node: &Node<'_>) -> Built<List> {
    let mut children = node.children();
    let name = children.need(Rule::name)?.ident();
    let source = match children.next_if(Rule::list_file) {
        Some(file) => ListSource::File(file.children().need(Rule::text)?.quoted()?),
        None => {
            let inline = children.need(Rule::list_inline)?;
            let items = inline.children().need(Rule::data_list)?;
            ListSource::Inline(items.children().each(Rule::datum, literal::datum)?)
        }
    };
    Ok(List { name, source })
}
