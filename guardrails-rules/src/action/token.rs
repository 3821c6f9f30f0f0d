//! Text to tokens. Decides numbers and texts exactly, so that Rhai never reads a literal.

use guardrails_core::{Diagnostic, Phrase, phrase};
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
    pub(super) fn show(&self) -> Phrase {
        match self {
            Self::Word(word) => format!("`{word}`").into(),
            Self::Number(_) => phrase!("a number" | "数字"),
            Self::Text(_) => phrase!("a text" | "文本"),
            Self::Sign(sign) => format!("`{sign}`").into(),
            Self::End => phrase!("the end of the script" | "脚本的末尾"),
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

    fn finding(&mut self, code: &'static str, start: usize, message: Phrase, help: Phrase) {
        let place = self.source.place(Span::new(start, self.at));
        self.findings
            .push(Diagnostic::error(code, place, message).help(help));
    }

    fn block_comment(&mut self, start: usize) {
        let mut level = 0_usize;
        loop {
            let rest = self.rest();
            let Some(first) = rest.chars().next() else {
                let message = phrase!("the comment has no end" | "注释没有结束");
                let help = phrase!("close it with `*/`" | "用 `*/` 结束它");
                return self.finding(codes::SYNTAX, start, message, help);
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
                phrase!("`{whole}` is not a number" | "`{whole}` 不是数字", whole),
                phrase!(
                    "write up to 28 digits, such as `2_500_000.50`, without a unit"
                        | "最多写 28 位，例如 `2_500_000.50`，不带单位"
                ),
            ),
        }
    }

    fn text(&mut self, start: usize) {
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.rest().chars().next().filter(|c| *c != '\n') else {
                let message = phrase!("the text has no end on its line" | "文本没有在本行结束");
                let help = phrase!("close it with `\"`" | "用 `\"` 结束它");
                return self.finding(codes::SYNTAX, start, message, help);
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
                        phrase!("unknown escape in a text" | "文本里有未知的转义"),
                        phrase!(
                            "use `\\\\`, `\\\"`, `\\n`, `\\t` or `\\u4E2D`"
                                | "可用 `\\\\`、`\\\"`、`\\n`、`\\t` 或 `\\u4E2D`"
                        ),
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
                '`' => phrase!("back-ticks are not part of scripts" | "脚本里没有反引号"),
                _ => phrase!(
                    "`{sign}` is not part of scripts" | "脚本里没有 `{sign}`",
                    sign
                ),
            };
            return self.finding(codes::REFUSED, start, message, help.clone());
        }
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            self.at += sign.len();
            return self.push(TokenKind::Sign(sign), start);
        }
        self.at += first.len_utf8();
        let shown = first.escape_default().to_string();
        let message = phrase!(
            "unexpected character `{shown}`" | "意外的字符 `{shown}`",
            shown
        );
        self.finding(
            codes::SYNTAX,
            start,
            message,
            phrase!("remove it" | "删去它"),
        );
    }
}
