//! Pairs of the grammar as nodes that know their file, and a cursor over a node's children.
//!
//! The grammar guarantees what a node holds; where the builder and the grammar disagree all the
//! same, that is a diagnostic and not a panic.

use std::collections::VecDeque;
use std::sync::Arc;

use guardrails_core::{Diagnostic, Phrase, Place, phrase};
use pest::iterators::Pair;

use super::context::ParseContext;
use super::grammar::{Rule, is_token};
use crate::ast::{Dotted, Ident, Span, Text};
use crate::codes;

/// A built part of the tree, or why it cannot be built.
pub(super) type Built<T> = Result<T, Box<Diagnostic>>;

/// One pair and the text it came from.
#[derive(Clone)]
pub(super) struct Node<'s> {
    pair: Pair<'s, Rule>,
    context: ParseContext<'s>,
}

impl<'s> Node<'s> {
    pub(super) fn new(pair: Pair<'s, Rule>, context: ParseContext<'s>) -> Self {
        Self { pair, context }
    }

    pub(super) fn rule(&self) -> Rule {
        self.pair.as_rule()
    }

    pub(super) fn text(&self) -> &'s str {
        self.pair.as_str()
    }

    pub(super) fn span(&self) -> Span {
        let span = self.pair.as_span();
        self.context.span(span.start()..span.end())
    }

    pub(super) fn place(&self) -> Place {
        self.context.locate(self.span())
    }

    pub(super) fn context(&self) -> ParseContext<'s> {
        self.context
    }

    /// The pair itself, for the Pratt parser.
    pub(super) fn into_pair(self) -> Pair<'s, Rule> {
        self.pair
    }

    /// The children that mean something: without words and punctuation.
    pub(super) fn children(&self) -> Children<'s> {
        let context = self.context;
        let meaningful = self.pair.clone().into_inner();
        Children {
            nodes: meaningful
                .filter(|pair| !is_token(pair.as_rule()))
                .map(|pair| Node { pair, context })
                .collect(),
            parent: self.clone(),
        }
    }

    /// A diagnostic about this node.
    pub(super) fn fault(&self, code: &'static str, message: impl Into<Phrase>) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(code, self.place(), message))
    }

    pub(super) fn ident(&self) -> Ident {
        Ident {
            text: Arc::from(self.text()),
            span: self.span(),
        }
    }

    /// The names of a `dotted`, `names` or `paths`, each as one name.
    pub(super) fn dotted(&self) -> Dotted {
        let parts = self.children().nodes;
        Dotted {
            parts: parts.iter().map(Node::ident).collect(),
            span: self.span(),
        }
    }

    pub(super) fn idents(&self) -> Vec<Ident> {
        self.dotted().parts
    }

    pub(super) fn quoted(&self) -> Built<Text> {
        Ok(Text {
            text: super::literal::unescape(self)?.into(),
            span: self.span(),
        })
    }

    /// Builder and grammar disagree about this node.
    pub(super) fn bug(&self) -> Box<Diagnostic> {
        let rule = format!("{:?}", self.rule());
        let message = phrase!(
            "the parser cannot read this as `{rule}`" | "解析器无法把这里读作 `{rule}`",
            rule
        );
        let mut fault = self.fault(codes::INTERNAL, message);
        fault.help = phrase!("please report this text to the makers" | "请把这段文本报告给开发者");
        fault
    }
}

/// A node's children, taken from the front.
pub(super) struct Children<'s> {
    nodes: VecDeque<Node<'s>>,
    parent: Node<'s>,
}

impl<'s> Children<'s> {
    /// The next child, whatever it is.
    pub(super) fn next(&mut self) -> Built<Node<'s>> {
        self.nodes.pop_front().ok_or_else(|| self.parent.bug())
    }

    /// The next child, which must be a `rule`.
    pub(super) fn need(&mut self, rule: Rule) -> Built<Node<'s>> {
        self.next_if(rule).ok_or_else(|| self.parent.bug())
    }

    /// The next child, when it is a `rule`.
    pub(super) fn next_if(&mut self, rule: Rule) -> Option<Node<'s>> {
        let same = self.nodes.front().is_some_and(|node| node.rule() == rule);
        if same { self.nodes.pop_front() } else { None }
    }

    /// The following children that are a `rule`, each built with `build`.
    pub(super) fn each<T>(
        &mut self,
        rule: Rule,
        build: impl Fn(&Node<'s>) -> Built<T>,
    ) -> Built<Vec<T>> {
        let mut built = Vec::new();
        while let Some(node) = self.next_if(rule) {
            built.push(build(&node)?);
        }
        Ok(built)
    }

    /// All that is left.
    pub(super) fn rest(self) -> impl Iterator<Item = Node<'s>> {
        self.nodes.into_iter()
    }
}
