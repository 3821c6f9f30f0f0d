//! Where in a script, and from there where in the policy file.

use std::sync::Arc;

use guardrails_core::Place;

/// Bytes `start..end` of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// From the first byte of this to the last of `other`.
    pub(super) fn to(self, other: Self) -> Self {
        Self::new(self.start, other.end.max(self.end))
    }
}

/// A script's text and where it starts in its policy file.
#[derive(Clone)]
pub(super) struct Source {
    text: Arc<str>,
    base: Place,
}

impl Source {
    pub(super) fn new(text: &str, base: &Place) -> Self {
        Self {
            text: text.into(),
            base: base.clone(),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The place in the policy file; lines and columns count from 1, columns in code points.
    pub(super) fn place(&self, span: Span) -> Place {
        if !self.base.is_known() {
            return self.base.clone();
        }
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        let (line, column) = match before.rsplit_once('\n') {
            Some((_, tail)) => (self.base.line + newlines(before), 1 + width(tail)),
            None => (self.base.line, self.base.column + width(before)),
        };
        Place {
            file: self.base.file.clone(),
            line,
            column,
            start: self.base.start.saturating_add(to_u32(span.start)),
            end: self.base.start.saturating_add(to_u32(span.end)),
        }
    }
}

fn newlines(text: &str) -> u32 {
    to_u32(text.bytes().filter(|byte| *byte == b'\n').count())
}

fn width(text: &str) -> u32 {
    to_u32(text.chars().count())
}

fn to_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
