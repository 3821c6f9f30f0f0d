//! One file of a bundle: its text, and where each line begins. Does not look at what the text says.

use std::borrow::Cow;
use std::sync::Arc;

use guardrails_core::Place;

const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// One file: a path with `/` between folders, relative to the bundle, and its text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    path: Arc<str>,
    /// Without the byte order mark, so that offsets count from the first character people see.
    text: Arc<str>,
    marked: bool,
    /// Byte offset of each line's first character.
    lines: Vec<u32>,
    /// Characters before each [`STRIDE`]th byte, so that a column on a long line costs no walk.
    counts: Vec<u32>,
}

impl SourceFile {
    /// A file from its path and text. A byte order mark at the start is accepted and passed over.
    #[must_use]
    pub fn new(path: impl Into<Arc<str>>, text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        let bare = text.strip_prefix(BYTE_ORDER_MARK);
        let starts = bare.unwrap_or(text).bytes().enumerate();
        let after_breaks = starts
            .filter(|(_, byte)| *byte == b'\n')
            .map(|(at, _)| at + 1);
        Self {
            path: path.into(),
            lines: std::iter::once(0).chain(after_breaks).map(narrow).collect(),
            counts: counts(bare.unwrap_or(text)),
            marked: bare.is_some(),
            text: bare.unwrap_or(text).into(),
        }
    }

    /// The path within the bundle.
    #[must_use]
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The text, without a byte order mark.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Whether it came with a byte order mark.
    #[cfg(feature = "authoring")]
    pub(crate) fn is_marked(&self) -> bool {
        self.marked
    }

    /// The bytes as they came, for the digest.
    pub(crate) fn bytes(&self) -> Cow<'_, [u8]> {
        if self.marked {
            let mut bytes = BYTE_ORDER_MARK.to_string().into_bytes();
            bytes.extend_from_slice(self.text.as_bytes());
            Cow::Owned(bytes)
        } else {
            Cow::Borrowed(self.text.as_bytes())
        }
    }

    /// The place of a stretch of bytes.
    pub(crate) fn place(&self, start: u32, end: u32) -> Place {
        let line = self.lines.partition_point(|first| *first <= start).max(1);
        let first = self.lines.get(line - 1).copied().unwrap_or(0);
        let column = self
            .characters(start)
            .saturating_sub(self.characters(first));
        Place {
            file: self.path.clone(),
            line: narrow(line),
            column: column.saturating_add(1),
            start,
            end,
        }
    }

    /// Characters before a byte.
    fn characters(&self, at: u32) -> u32 {
        let at = at as usize;
        let mark = at / STRIDE;
        let counted = self.counts.get(mark).copied().unwrap_or(0);
        let rest = self.text.as_bytes().get(mark * STRIDE..at);
        counted + narrow(rest.map_or(0, characters))
    }

    /// The file as a whole: no line, for what is wrong with all of it.
    pub(crate) fn whole(&self) -> Place {
        Place {
            file: self.path.clone(),
            ..Place::default()
        }
    }

    /// The text between two offsets; empty when they are not character boundaries.
    pub(crate) fn slice(&self, start: u32, end: u32) -> &str {
        let range = start as usize..end as usize;
        self.text.get(range).unwrap_or_default()
    }

    /// The line numbered `line` from 1, without its break.
    pub(crate) fn line(&self, line: u32) -> Option<(u32, &str)> {
        let at = (line as usize).checked_sub(1)?;
        let start = *self.lines.get(at)?;
        let end = self
            .lines
            .get(at + 1)
            .copied()
            .unwrap_or(narrow(self.text.len()));
        Some((start, self.slice(start, end).trim_end_matches(['\n', '\r'])))
    }
}

/// Bytes between two counts of characters.
const STRIDE: usize = 256;

fn counts(text: &str) -> Vec<u32> {
    let mut total = 0;
    let blocks = text.as_bytes().chunks(STRIDE).map(|block| {
        total += characters(block);
        narrow(total)
    });
    std::iter::once(0).chain(blocks).collect()
}

/// Characters that begin in a stretch of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

/// Offsets fit: a text longer than 4 GiB is refused by its size long before.
pub(crate) fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
