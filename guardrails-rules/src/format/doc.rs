//! What may be printed in more than one way: pieces of text, and where lines may or must end.
//!
//! It knows nothing of the language; `layout` chooses between the ways.

use unicode_width::UnicodeWidthStr as _;

use super::lexeme::Remark;

/// A piece of the text to be.
#[derive(Debug)]
pub(super) enum Doc {
    Nothing,
    Text(String),
    /// Lines that stay as they are.
    Verbatim(String),
    /// Blanks, unless the line ends here.
    Space(usize),
    /// A blank, or the end of a line.
    Line,
    /// The end of a line.
    Hard,
    /// Comments on lines of their own.
    Above(Vec<Remark>),
    /// A comment that ends its line, and the blanks before it.
    Behind(usize, String),
    Concat(Vec<Doc>),
    /// Pieces and separators by turns; each separator ends the line only if what follows has no
    /// room.
    Fill(Vec<Doc>),
    /// All its lines end or none; `true` when they must.
    Group(Box<Doc>, Lines),
    /// Further lines begin so many blanks to the right.
    Indent(usize, Box<Doc>),
    /// Further lines begin where this begins.
    Align(Box<Doc>),
}

/// How the lines of a group are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// On one line if there is room.
    IfRoom,
    /// Each on its own.
    Broken,
}

/// Columns a text takes on a screen: Chinese characters take two.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

impl Doc {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn indent(self, by: usize) -> Self {
        Self::Indent(by, Box::new(self))
    }

    pub(super) fn align(self) -> Self {
        Self::Align(Box::new(self))
    }

    /// A group; what must end a line inside of it ends all its lines.
    pub(super) fn group(self, lines: Lines) -> Self {
        let lines = if self.ends_lines() {
            Lines::Broken
        } else {
            lines
        };
        Self::Group(Box::new(self), lines)
    }

    /// Whether a line must end before this does.
    fn ends_lines(&self) -> bool {
        match self {
            Self::Hard | Self::Above(_) | Self::Group(_, Lines::Broken) => true,
            Self::Concat(docs) | Self::Fill(docs) => {
                let commented = |doc: &Self| doc.is_commented();
                docs.iter().any(Self::ends_lines) || docs.iter().rev().skip(1).any(commented)
            }
            Self::Group(doc, Lines::IfRoom) | Self::Indent(_, doc) | Self::Align(doc) => {
                doc.ends_lines()
            }
            Self::Nothing
            | Self::Text(_)
            | Self::Verbatim(_)
            | Self::Space(_)
            | Self::Line
            | Self::Behind(..) => false,
        }
    }

    /// Whether it closes with a comment that ends the line.
    fn is_commented(&self) -> bool {
        match self {
            Self::Behind(..) => true,
            Self::Concat(docs) | Self::Fill(docs) => docs.last().is_some_and(Self::is_commented),
            Self::Group(doc, _) | Self::Indent(_, doc) | Self::Align(doc) => doc.is_commented(),
            _ => false,
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Concat(docs) | Self::Fill(docs) => docs.iter().all(Self::is_nothing),
            _ => false,
        }
    }

    /// Its columns on one line; none when it does not stand on one.
    pub(super) fn width(&self) -> Option<usize> {
        match self {
            Self::Nothing => Some(0),
            Self::Text(text) => Some(columns(text)),
            Self::Verbatim(text) => (!text.contains('\n')).then(|| columns(text)),
            Self::Space(blanks) => Some(*blanks),
            Self::Line => Some(1),
            Self::Hard | Self::Above(_) | Self::Behind(..) | Self::Group(_, Lines::Broken) => None,
            Self::Concat(docs) | Self::Fill(docs) => docs.iter().map(Self::width).sum(),
            Self::Group(doc, Lines::IfRoom) | Self::Indent(_, doc) | Self::Align(doc) => {
                doc.width()
            }
        }
    }
}
