//! Where a text that is parsed stands: its file, and the offset at which it begins.

use std::ops::Range;

use guardrails_core::Place;

use crate::ast::Span;
use crate::source::SourceFile;

/// A file, and where in it the text at hand begins.
#[derive(Clone, Copy)]
pub(super) struct ParseContext<'s> {
    pub(super) source: &'s SourceFile,
    pub(super) file: u32,
    pub(super) base: u32,
}

impl<'s> ParseContext<'s> {
    pub(super) fn text(self) -> &'s str {
        self.source.text()
    }

    /// The span of bytes `range`, counted from where the text at hand begins.
    pub(super) fn span(self, range: Range<usize>) -> Span {
        let offset = |at: usize| self.base + u32::try_from(at).unwrap_or(u32::MAX);
        Span {
            file: self.file,
            start: offset(range.start),
            end: offset(range.end),
        }
    }

    pub(super) fn place(self, range: Range<usize>) -> Place {
        self.locate(self.span(range))
    }

    pub(super) fn locate(self, span: Span) -> Place {
        self.source.place(span.start, span.end)
    }
}
