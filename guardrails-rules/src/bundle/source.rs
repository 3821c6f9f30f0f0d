//! One file of a bundle: its text, and where each line begins.

use std::borrow::Cow;
use std::sync::Arc;

use guardrails_core::{Diagnostic, Place, phrase};

use super::{FILE_BYTES, POLICY_ENDING};
use crate::codes;
use crate::parse::{Lexer, TokenKind};

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

    /// What is written at a place of this file, on one line and without remarks.
    #[must_use]
    pub fn on_one_line(&self, place: &Place) -> String {
        let text = self
            .text
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
    pub(super) fn bytes(&self) -> Cow<'_, [u8]> {
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
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// What keeps a file out of a bundle, whatever it says.
pub(super) fn fault(file: &SourceFile) -> Option<Diagnostic> {
    path_fault(file)
        .or_else(|| size_fault(file))
        .or_else(|| nul_fault(file))
}

fn path_fault(file: &SourceFile) -> Option<Diagnostic> {
    let path = &*file.path;
    let climbs = path
        .split('/')
        .any(|part| part.is_empty() || part == "." || part == "..");
    (climbs || path.contains('\\')).then(|| {
        let message = phrase!(
            "`{path}` is not a path inside the bundle" | "`{path}` 不是策略包之内的路径",
            path
        );
        let help = phrase!(
            "use a relative path with `/` between folders and without `..`"
                | "用相对路径，文件夹之间写 `/`，不写 `..`"
        );
        Diagnostic::error(codes::BAD_PATH, file.whole(), message).help(help)
    })
}

fn size_fault(file: &SourceFile) -> Option<Diagnostic> {
    let bytes = file.text.len();
    let policy = file.path.ends_with(POLICY_ENDING);
    (policy && bytes > FILE_BYTES).then(|| too_large(&file.path, bytes))
}

/// A file over the size limit, found before or after it was read.
pub(super) fn too_large(path: &Arc<str>, bytes: usize) -> Diagnostic {
    let place = Place {
        file: path.clone(),
        ..Place::default()
    };
    let message = phrase!(
        "the file has {bytes} bytes, over the limit `file_bytes` of {most}"
            | "文件有 {bytes} 字节，超过上限 `file_bytes`（{most}）",
        bytes,
        most = FILE_BYTES
    );
    let help =
        phrase!("split it into several files of one bundle" | "把它拆成同一个策略包里的几个文件");
    Diagnostic::error(codes::FILE_TOO_LARGE, place, message).help(help)
}

fn nul_fault(file: &SourceFile) -> Option<Diagnostic> {
    let at = narrow(file.text.find('\0')?);
    let place = file.place(at, at + 1);
    Some(
        Diagnostic::error(
            codes::NUL_BYTE,
            place,
            phrase!("the file holds a NUL byte" | "文件里有 NUL 字节"),
        )
        .help(phrase!(
            "save the file as plain UTF-8 text" | "把文件保存为纯 UTF-8 文本"
        )),
    )
}
