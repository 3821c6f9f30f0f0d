//! Text to tokens. Decides numbers and texts exactly, so that Rhai never reads a literal.

use guardrails_core::Diagnostic;
use rust_decimal::Decimal;

use super::span::{Source, Span};
use super::{codes, refused};

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Word(String),
    Number(Decimal),
    Text(String),
    Sign(&'static str),
    End,
}

impl TokenKind {
    /// How a message names it.
    pub(super) fn show(&self) -> String {
        match self {
            Self::Word(word) => format!("`{word}`"),
            Self::Number(_) => "a number".to_owned(),
            Self::Text(_) => "a text".to_owned(),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "the end of the script".to_owned(),
        }
    }
}

/// Signs of the language; longest first.
const SIGNS: &[&str] = &[
    "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "&&", "||", "??", "=>", "+", "-", "*",
    "/", "%", "<", ">", "!", "=", "(", ")", "{", "}", "[", "]", ",", ";", ".", "|", ":",
];

/// The tokens of a script, the last one being [`TokenKind::End`].
pub(super) fn tokens(source: &Source) -> Result<Vec<Token>, Vec<Diagnostic>> {
    let mut lexer = Lexer {
        source,
        at: 0,
        tokens: Vec::new(),
        findings: Vec::new(),
    };
    while lexer.step() {}
    lexer.push(TokenKind::End, lexer.at);
    if lexer.findings.is_empty() {
        Ok(lexer.tokens)
    } else {
        Err(lexer.findings)
    }
}

struct Lexer<'s> {
    source: &'s Source,
    at: usize,
    tokens: Vec<Token>,
    findings: Vec<Diagnostic>,
}

impl<'s> Lexer<'s> {
    /// INVARIANT: moves on by at least one character, or returns false.
    fn step(&mut self) -> bool {
        let start = self.at;
        let Some(first) = self.rest().chars().next() else {
            return false;
        };
        if first.is_whitespace() {
            self.at += first.len_utf8();
        } else if self.rest().starts_with("//") {
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        } else if self.rest().starts_with("/*") {
            self.block_comment(start);
        } else if first.is_ascii_digit() {
            self.number(start);
        } else if first == '"' {
            self.text(start);
        } else if first.is_alphabetic() || first == '_' {
            let word = self.take(|c| c.is_alphanumeric() || c == '_').to_owned();
            self.push(TokenKind::Word(word), start);
        } else {
            self.sign(start, first);
        }
        true
    }

    fn rest(&self) -> &'s str {
        self.source.text().get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'s str {
        let rest = self.rest();
        let len = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = Span::new(start, self.at);
        self.tokens.push(Token { kind, span });
    }

    fn finding(&mut self, code: &'static str, start: usize, message: String, help: &str) {
        let place = self.source.place(Span::new(start, self.at));
        self.findings
            .push(Diagnostic::error(code, place, message).help(help));
    }

    fn block_comment(&mut self, start: usize) {
        let mut level = 0_usize;
        loop {
            let rest = self.rest();
            let Some(first) = rest.chars().next() else {
                let message = "the comment has no end".to_owned();
                return self.finding(codes::SYNTAX, start, message, "close it with `*/`");
            };
            if rest.starts_with("/*") {
                level += 1;
                self.at += 2;
            } else if rest.starts_with("*/") {
                level -= 1;
                self.at += 2;
            } else {
                self.at += first.len_utf8();
            }
            if level == 0 {
                return;
            }
        }
    }

    /// Digits with `_` between them, and a fraction. A decimal holds 28 digits; more is refused
    /// rather than rounded.
    fn number(&mut self, start: usize) {
        let is_digit = |c: char| c.is_ascii_digit() || c == '_';
        self.take(is_digit);
        let mut after_dot = self.rest().chars().skip(1);
        if self.rest().starts_with('.') && after_dot.next().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
            self.take(is_digit);
        }
        let tail = self.take(|c| c.is_alphanumeric() || c == '_');
        let whole = self.source.text().get(start..self.at).unwrap_or_default();
        let plain: String = whole.chars().filter(|c| *c != '_').collect();
        match Decimal::from_str_exact(&plain) {
            Ok(number) if tail.is_empty() => self.push(TokenKind::Number(number), start),
            _ => self.finding(
                codes::SYNTAX,
                start,
                format!("`{whole}` is not a number"),
                "write up to 28 digits, such as `2_500_000.50`, without a unit",
            ),
        }
    }

    fn text(&mut self, start: usize) {
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.rest().chars().next().filter(|c| *c != '\n') else {
                let message = "the text has no end on its line".to_owned();
                return self.finding(codes::SYNTAX, start, message, "close it with `\"`");
            };
            let from = self.at;
            self.at += c.len_utf8();
            match c {
                '"' => return self.push(TokenKind::Text(text), start),
                '\\' => match self.escape() {
                    Some(c) => text.push(c),
                    None => self.finding(
                        codes::SYNTAX,
                        from,
                        "unknown escape in a text".to_owned(),
                        "use `\\\\`, `\\\"`, `\\n`, `\\t` or `\\u4E2D`",
                    ),
                },
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        match c {
            '\\' | '"' => Some(c),
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'x' => self.code_point(2),
            'u' => self.code_point(4),
            'U' => self.code_point(8),
            _ => None,
        }
    }

    fn code_point(&mut self, digits: usize) -> Option<char> {
        let hex = self.rest().get(..digits)?;
        let plain = hex.bytes().all(|b| b.is_ascii_hexdigit());
        let c = char::from_u32(u32::from_str_radix(hex, 16).ok()?).filter(|_| plain)?;
        self.at += digits;
        Some(c)
    }

    fn sign(&mut self, start: usize, first: char) {
        let rest = self.rest();
        let refused = refused::SIGNS
            .iter()
            .find(|(sign, _)| rest.starts_with(sign));
        if let Some((sign, help)) = refused {
            self.at += sign.len();
            if matches!(first, '`' | '\'') {
                // Up to where it closes, so that what is inside is not reported as well.
                self.take(|c| c != first && c != '\n');
                self.at += usize::from(self.rest().starts_with(first));
            }
            let message = match first {
                '`' => "back-ticks are not part of scripts".to_owned(),
                _ => format!("`{sign}` is not part of scripts"),
            };
            return self.finding(codes::REFUSED, start, message, help);
        }
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            self.at += sign.len();
            return self.push(TokenKind::Sign(sign), start);
        }
        self.at += first.len_utf8();
        let message = format!("unexpected character `{}`", first.escape_default());
        self.finding(codes::SYNTAX, start, message, "remove it");
    }
}
