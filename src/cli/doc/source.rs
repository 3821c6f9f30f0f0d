//! Stretches of policy text as their author wrote them, cut into pieces that a page may colour.
//!
//! The cutting is for the eye only: a piece that is taken for something else looks different and
//! reads the same.

use guardrails_rules::Bundle;
use serde::Serialize;

use crate::Place;

/// Words that join or test.
const KEYWORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "between",
    "contains",
    "starts",
    "ends",
    "with",
    "matches",
    "is",
    "missing",
    "present",
    "some",
    "every",
    "satisfies",
    "has",
    "changed",
    "if",
    "else",
    "let",
    "switch",
    "for",
    "where",
    "of",
    "days",
    "hour",
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "len",
    "lower",
    "true",
    "false",
];

/// Text in pieces.
#[derive(Debug, Default, Serialize, Clone, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) pieces: Vec<Piece>,
}

/// Text of one kind: `keyword`, `text`, `number`, `remark`, or empty for all else.
#[derive(Debug, Serialize, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: &'static str,
    pub(super) text: String,
}

impl Code {
    /// Cuts a text.
    pub(super) fn of(text: &str) -> Self {
        let mut code = Self::default();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (kind, end) = piece(rest, first);
            let (head, tail) = rest.split_at(end);
            code.push(kind, head);
            rest = tail;
        }
        code
    }

    fn push(&mut self, kind: &'static str, text: &str) {
        match self.pieces.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(text),
            _ => self.pieces.push(Piece {
                kind,
                text: text.to_owned(),
            }),
        }
    }
}

/// What the text begins with, and how long that is.
fn piece(text: &str, first: char) -> (&'static str, usize) {
    let until = |end: &dyn Fn(char) -> bool| text.find(end).unwrap_or(text.len());
    match first {
        '"' => ("text", quoted(text)),
        '/' if text.starts_with("//") => ("remark", until(&|c| c == '\n')),
        '0'..='9' => {
            let in_number = |c: char| c.is_alphanumeric() || "_.%:".contains(c);
            ("number", until(&|c| !in_number(c)))
        }
        _ if first.is_alphabetic() || first == '_' => {
            let end = until(&|c| !(c.is_alphanumeric() || c == '_'));
            let word = text.get(..end).unwrap_or_default();
            (
                if KEYWORDS.contains(&word) {
                    "keyword"
                } else {
                    ""
                },
                end,
            )
        }
        _ => ("", first.len_utf8()),
    }
}

fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The policy's text at a place, with the indentation that its lines share taken away.
pub(super) fn text_at(bundle: &Bundle, place: &Place) -> String {
    let range = place.start as usize..place.end as usize;
    let file = bundle.file(&place.file);
    let text = file
        .and_then(|file| file.text().get(range))
        .unwrap_or_default();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let shared = lines.map(indent).min().unwrap_or(0);
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let line = if number == 0 {
            Some(line)
        } else {
            line.get(shared..)
        };
        out.push_str(line.unwrap_or_default().trim_end());
    }
    out
}

/// The same, cut.
pub(super) fn code_at(bundle: &Bundle, place: &Place) -> Code {
    Code::of(&text_at(bundle, place))
}

/// `file:line`.
pub(super) fn at(place: &Place) -> String {
    place.to_string()
}
