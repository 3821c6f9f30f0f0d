//! Text to tree. pest stands behind this door and nowhere else.
//!
//! A file is cut into declarations ([`scan`]), each declaration is parsed alone by the grammar in
//! `guard.pest`, and its pairs are built into [`crate::ast`]. What goes wrong is reported and the
//! next declaration is taken up.

mod build;
#[cfg(test)]
mod colours;
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
use std::ops::Range;

use guardrails_core::{Diagnostic, Place};

use crate::ast::{self, Declaration, ListSource, Span};
use crate::bundle::SourceFile;

/// A file, and where in it the text at hand begins.
#[derive(Clone, Copy)]
pub(crate) struct Home<'s> {
    source: &'s SourceFile,
    file: u32,
    base: u32,
}

impl<'s> Home<'s> {
    fn text(self) -> &'s str {
        self.source.text()
    }

    /// The span of bytes `range`, counted from where the text at hand begins.
    fn span(self, range: Range<usize>) -> Span {
        let offset = |at: usize| self.base + u32::try_from(at).unwrap_or(u32::MAX);
        Span {
            file: self.file,
            start: offset(range.start),
            end: offset(range.end),
        }
    }

    fn place(self, range: Range<usize>) -> Place {
        self.locate(self.span(range))
    }

    fn locate(self, span: Span) -> Place {
        self.source.place(span.start, span.end)
    }
}

/// The tree of a file, and what is wrong with its text.
pub(crate) fn file(source: &SourceFile, index: u32) -> (ast::File, Vec<Diagnostic>) {
    let home = Home {
        source,
        file: index,
        base: 0,
    };
    let scan = scan::scan(home);
    let mut builder = build::Builder::new(scan.comments, scan.findings, scan.lost);
    for chunk in scan.chunks {
        builder.declaration(home, &chunk);
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
pub(crate) fn stretches(source: &SourceFile, index: u32) -> (ast::File, Vec<Span>) {
    let home = Home {
        source,
        file: index,
        base: 0,
    };
    let scan = scan::scan(home);
    let mut builder = build::Builder::new(scan.comments, scan.findings, scan.lost);
    let mut stretches = Vec::new();
    for chunk in scan.chunks {
        builder.declaration(home, &chunk);
        stretches.resize(builder.declared(), home.span(chunk.range));
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
