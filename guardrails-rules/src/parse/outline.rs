//! A right file as the grammar divides it: every word and mark with its place, nothing dropped.
//!
//! The tree in [`crate::ast`] holds what a text means; this holds how it is written, for whoever puts
//! the text together anew. Files with mistakes have no outline.

use std::ops::Range;

use pest::Parser as _;
use pest::iterators::Pair;

use super::build::entry;
use super::context::ParseContext;
use super::grammar::{Grammar, Rule};
use super::scan::scan;
use crate::source::SourceFile;

/// One part of the text. A part without parts of its own is a word, a mark or a literal.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) rule: Rule,
    pub(crate) range: Range<usize>,
    pub(crate) parts: Vec<Part>,
}

impl Part {
    /// The part of the first word or mark.
    pub(crate) fn first(&self) -> &Self {
        self.parts.first().map_or(self, Self::first)
    }

    /// The part of the last word or mark.
    pub(crate) fn last(&self) -> &Self {
        self.parts.last().map_or(self, Self::last)
    }
}

/// What a file is made of: its declarations, and the stretches that are comments.
#[derive(Debug)]
pub(crate) struct Outline {
    pub(crate) declarations: Vec<Part>,
    pub(crate) comments: Vec<Range<usize>>,
}

/// The outline of a file; none when the grammar does not take all of it.
pub(crate) fn outline(source: &SourceFile) -> Option<Outline> {
    let context = ParseContext {
        source,
        file: 0,
        base: 0,
    };
    let scan = scan(context);
    if !scan.findings.is_empty() {
        return None;
    }
    let declarations = scan.chunks.iter().map(|chunk| {
        let text = source.text().get(chunk.range.clone())?;
        let pair = Grammar::parse(entry(chunk.keyword), text).ok()?.next()?;
        Some(part(pair, chunk.range.start))
    });
    let spans = scan.comments.iter().map(|comment| comment.span);
    Some(Outline {
        declarations: declarations.collect::<Option<_>>()?,
        comments: spans
            .map(|span| span.start as usize..span.end as usize)
            .collect(),
    })
}

fn part(pair: Pair<'_, Rule>, base: usize) -> Part {
    let (rule, text) = (pair.as_rule(), pair.as_str());
    let start = base + pair.as_span().start();
    let inside = pair.into_inner();
    let parts: Vec<Part> = match rule {
        // A literal keeps the form it is written in, and a script is not ours to read.
        Rule::literal | Rule::negative => Vec::new(),
        Rule::script => script(inside.map(|pair| part(pair, base)).collect()),
        _ => inside
            .filter(|pair| pair.as_rule() != Rule::EOI)
            .map(|pair| part(pair, base))
            .collect(),
    };
    let length = if parts.is_empty() {
        length(rule, text)
    } else {
        text.len()
    };
    Part {
        rule,
        range: start..start + length,
        parts,
    }
}

/// Bytes of a word or mark: pest counts blanks and comments in where a mark looks ahead.
fn length(rule: Rule, text: &str) -> usize {
    match rule {
        Rule::literal | Rule::negative | Rule::text => text.trim_end().len(),
        _ => text.find(char::is_whitespace).unwrap_or(text.len()),
    }
}

/// `do`, and the braces with all between them as one piece.
fn script(parts: Vec<Part>) -> Vec<Part> {
    let mut parts = parts.into_iter();
    let word = parts.next();
    let body = match (parts.next(), parts.last()) {
        (Some(open), Some(close)) => Some(Part {
            rule: Rule::script_body,
            range: open.range.start..close.range.end,
            parts: Vec::new(),
        }),
        _ => None,
    };
    word.into_iter().chain(body).collect()
}
