//! Text to tree. pest stands behind this door and nowhere else.
//!
//! A file is cut into declarations ([`scan`]), each declaration is parsed alone by the grammar in
//! `guard.pest`, and its pairs are built into [`crate::ast`]. What goes wrong is reported and the
//! next declaration is taken up.

mod build;
#[cfg(test)]
mod colours;
mod context;
mod error;
mod expr;
mod expr_parts;
mod grammar;
mod grant;
mod lexer;
mod literal;
#[cfg(feature = "authoring")]
mod outline;
mod rule;
mod scan;
mod skill;
mod small;
pub(crate) mod suggest;
mod table;
mod test;
mod tree;

#[cfg(feature = "authoring")]
pub(crate) use grammar::Rule;
pub(crate) use lexer::{Lexer, TokenKind};
#[cfg(feature = "authoring")]
pub(crate) use outline::{Outline, Part, outline};
#[cfg(feature = "authoring")]
pub(crate) use scan::DECLARATIONS;

use std::collections::BTreeSet;

use guardrails_core::{Diagnostic, Place};

use self::context::ParseContext;
use crate::ast::{self, Declaration, ListSource};
use crate::source::SourceFile;

impl SourceFile {
    /// What is written at a place of this file, on one line and without remarks.
    #[must_use]
    pub fn on_one_line(&self, place: &Place) -> String {
        let text = self
            .text()
            .get(place.start as usize..place.end as usize)
            .unwrap_or_default();
        let mut words = Vec::new();
        let mut rest = 0;
        let mut lexer = Lexer::new(text, 0);
        while let Some(token) = lexer.next() {
            if matches!(token.kind, TokenKind::Comment { .. }) {
                words.extend(text.get(rest..token.range.start).map(str::split_whitespace));
                rest = token.range.end;
            }
        }
        words.extend(text.get(rest..).map(str::split_whitespace));
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// The tree of a file, and what is wrong with its text.
pub(crate) fn file(source: &SourceFile, index: u32) -> (ast::File, Vec<Diagnostic>) {
    let context = ParseContext {
        source,
        file: index,
        base: 0,
    };
    let scan = scan::scan(context);
    let mut builder = build::Builder::new(scan.comments, scan.findings, scan.lost);
    for chunk in scan.chunks {
        builder.declaration(context, &chunk);
    }
    builder.finish()
}

/// Whether the first word of a file is the one that says its version, readable or not.
pub(crate) fn begins_with_version(text: &str) -> bool {
    let mut lexer = Lexer::new(text, 0);
    let tokens = std::iter::from_fn(|| lexer.next());
    let first = tokens
        .filter(|token| !matches!(token.kind, TokenKind::Comment { .. }))
        .map(|token| token.range)
        .next();
    first.and_then(|range| text.get(range)) == Some("guard")
}

/// The tree of a file, and beside each of its declarations the whole stretch it is written in.
#[cfg(feature = "authoring")]
pub(crate) fn stretches(source: &SourceFile, index: u32) -> (ast::File, Vec<ast::Span>) {
    let context = ParseContext {
        source,
        file: index,
        base: 0,
    };
    let scan = scan::scan(context);
    let mut builder = build::Builder::new(scan.comments, scan.findings, scan.lost);
    let mut stretches = Vec::new();
    for chunk in scan.chunks {
        builder.declaration(context, &chunk);
        stretches.resize(builder.declared(), context.span(chunk.range));
    }
    (builder.finish().0, stretches)
}

/// The paths of the word lists that a file names.
pub(crate) fn word_lists(source: &SourceFile) -> BTreeSet<String> {
    if !source.text().contains("from") {
        return BTreeSet::new();
    }
    let (tree, _) = file(source, 0);
    let lists = tree.declarations.iter().filter_map(|declaration| {
        if let Declaration::List(list) = declaration
            && let ListSource::File(path) = &list.source
        {
            return Some(path.text.to_string());
        }
        None
    });
    lists.collect()
}

/// Microseconds of a duration such as `10m`, when the text is one.
pub(crate) fn duration_micros(text: &str) -> Option<i64> {
    literal::micros(text)
}
