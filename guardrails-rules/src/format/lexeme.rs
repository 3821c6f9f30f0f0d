//! Which comment belongs to which word: above it, or behind it on its line.
//!
//! Every comment outside scripts belongs to exactly one word or mark, or to the end of the file, so
//! that whoever prints the words prints each comment once.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::parse::{Outline, Part};

/// A comment on lines of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remark {
    pub(super) text: String,
    /// An empty line stands above it.
    pub(super) apart: bool,
}

/// What stands around one word or mark.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// Comments above it.
    pub(super) above: Vec<Remark>,
    /// The comment behind it.
    pub(super) behind: Option<String>,
    /// An empty line stands between it and what is above, comments included.
    pub(super) apart: bool,
    /// It begins a line, not counting comments.
    pub(super) breaks: bool,
}

impl Around {
    /// Whether an empty line stands above it and its comments.
    pub(super) fn parted(&self) -> bool {
        self.above.first().map_or(self.apart, |first| first.apart)
    }
}

/// The surroundings of each word and mark, by where it begins; the file's end comes last.
pub(super) fn around(text: &str, outline: &Outline) -> BTreeMap<usize, Around> {
    let mut reader = Reader {
        text,
        comments: outline.comments.clone().into_iter().peekable(),
        end: 0,
        last: None,
        found: BTreeMap::new(),
    };
    for declaration in &outline.declarations {
        reader.part(declaration);
    }
    reader.word(&(text.len()..text.len()), false);
    reader.found
}

struct Reader<'s, C: Iterator<Item = Range<usize>>> {
    text: &'s str,
    comments: std::iter::Peekable<C>,
    /// Where the last word or comment ended.
    end: usize,
    /// Where the last word began.
    last: Option<usize>,
    found: BTreeMap<usize, Around>,
}

impl<C: Iterator<Item = Range<usize>>> Reader<'_, C> {
    fn part(&mut self, part: &Part) {
        if part.parts.is_empty() {
            let comma = self.text.get(part.range.clone()) == Some(",");
            self.word(&part.range, comma);
        }
        for inner in &part.parts {
            self.part(inner);
        }
    }

    fn word(&mut self, range: &Range<usize>, comma: bool) {
        let mut around = Around::default();
        let since = self.end;
        while let Some(comment) = self.comments.next_if(|next| next.start < range.start) {
            self.comment(comment, &mut around);
        }
        // Comments within a script are the script's.
        while self
            .comments
            .next_if(|next| next.start < range.end)
            .is_some()
        {}
        around.apart = self.breaks(range.start) > 1;
        around.breaks = self.lines(since..range.start) > 0;
        self.end = range.end;
        if comma && around.above.is_empty() {
            // What is said behind an item is said behind its comma.
            let before = self.last.and_then(|last| self.found.get_mut(&last));
            around.behind = before.and_then(|before| before.behind.take());
        }
        self.found.insert(range.start, around);
        self.last = Some(range.start);
    }

    fn comment(&mut self, comment: Range<usize>, around: &mut Around) {
        let text = self.text.get(comment.clone()).unwrap_or("").trim_end();
        let breaks = self.breaks(comment.start);
        let before = self.last.and_then(|last| self.found.get_mut(&last));
        self.end = comment.end;
        match before {
            Some(before) if breaks == 0 && before.behind.is_none() => {
                before.behind = Some(text.to_owned());
            }
            _ => around.above.push(Remark {
                text: text.to_owned(),
                apart: breaks > 1,
            }),
        }
    }

    fn breaks(&self, to: usize) -> usize {
        self.lines(self.end..to)
    }

    fn lines(&self, range: Range<usize>) -> usize {
        let gap = self.text.get(range).unwrap_or("");
        gap.bytes().filter(|byte| *byte == b'\n').count()
    }
}
