//! The coarse tokens that tell structure: words, texts, comments, brackets, marks.
//!
//! Not the language's grammar: just enough to know which brackets count. Inside `do { … }` the
//! rules of the action language hold, which has more kinds of quotes and comments.

use std::ops::Range;

/// One token.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) range: Range<usize>,
    /// Only blanks stand before it on its line.
    pub(crate) first_on_line: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Word,
    Text,
    /// A text whose line ends first.
    Unended,
    Comment {
        documents: bool,
    },
    Open(char),
    Close(char),
    /// Any other character.
    Mark,
}

/// Reads tokens one after the other; each byte is looked at a bounded number of times.
pub(crate) struct Lexer<'s> {
    text: &'s str,
    at: usize,
    fresh_line: bool,
    after_do: bool,
    /// Brackets that are open, and how many were when the script began.
    depth: usize,
    script: Option<usize>,
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(text: &'s str, at: usize) -> Self {
        Self {
            text,
            at,
            fresh_line: true,
            after_do: false,
            depth: 0,
            script: None,
        }
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Option<Token> {
        self.skip_blanks();
        let start = self.at;
        let first = self.rest().chars().next()?;
        let kind = self.token(first);
        let first_on_line = std::mem::replace(&mut self.fresh_line, false);
        self.follow(kind, start);
        Some(Token {
            kind,
            range: start..self.at,
            first_on_line,
        })
    }

    /// Tells that `depth` brackets are open now: at the script's own level, the script is over.
    pub(crate) fn leave_script(&mut self, depth: usize) {
        self.depth = depth;
        if self.script == Some(depth) {
            self.script = None;
        }
    }

    fn rest(&self) -> &'s str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start().len();
        if rest
            .get(..blanks)
            .is_some_and(|blanks| blanks.contains('\n'))
        {
            self.fresh_line = true;
        }
        self.at += blanks;
    }

    fn token(&mut self, first: char) -> TokenKind {
        match first {
            '/' if self.rest().starts_with("//") => self.remark(),
            '/' if self.script.is_some() && self.rest().starts_with("/*") => self.block_remark(),
            '"' => self.quoted('"'),
            '`' if self.script.is_some() => self.back_quoted(),
            '\'' if self.script.is_some() => self.quoted('\''),
            '{' | '[' | '(' => self.one(first, TokenKind::Open(first)),
            '}' | ']' | ')' => self.one(first, TokenKind::Close(first)),
            letter if letter.is_alphabetic() || letter == '_' => self.name(),
            other => self.one(other, TokenKind::Mark),
        }
    }

    /// Keeps track of scripts: `do` and then `{`.
    fn follow(&mut self, kind: TokenKind, start: usize) {
        match kind {
            TokenKind::Comment { .. } => return,
            TokenKind::Open(bracket) => {
                if self.after_do && bracket == '{' && self.script.is_none() {
                    self.script = Some(self.depth);
                }
                self.depth += 1;
            }
            _ => {}
        }
        self.after_do = kind == TokenKind::Word && self.text.get(start..self.at) == Some("do");
    }

    fn one(&mut self, first: char, kind: TokenKind) -> TokenKind {
        self.at += first.len_utf8();
        kind
    }

    fn to(&mut self, length: Option<usize>) {
        self.at += length.unwrap_or(self.rest().len());
    }

    fn name(&mut self) -> TokenKind {
        let rest = self.rest();
        self.to(rest.find(|c: char| !(c.is_alphanumeric() || c == '_')));
        TokenKind::Word
    }

    fn remark(&mut self) -> TokenKind {
        let rest = self.rest();
        self.to(rest.find('\n'));
        let documents = rest.starts_with("///") && !rest.starts_with("////");
        TokenKind::Comment { documents }
    }

    fn block_remark(&mut self) -> TokenKind {
        let end = self.rest().find("*/");
        self.to(end.map(|at| at + 2));
        TokenKind::Comment { documents: false }
    }

    fn back_quoted(&mut self) -> TokenKind {
        let inside = self.rest().get(1..).unwrap_or("");
        self.to(inside.find('`').map(|at| at + 2));
        TokenKind::Text
    }

    fn quoted(&mut self, quote: char) -> TokenKind {
        let mut escaped = false;
        for (at, c) in self.rest().char_indices().skip(1) {
            match c {
                '\n' => {
                    self.at += at;
                    return TokenKind::Unended;
                }
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote => {
                    self.at += at + 1;
                    return TokenKind::Text;
                }
                _ => {}
            }
        }
        self.to(None);
        TokenKind::Unended
    }
}
