//! Tokens to statements. Recovers at the end of a statement, so that one mistake does not hide the
//! others; goes no deeper than the nesting limit. Expressions are in [`super::expression`].

use guardrails_core::{Diagnostic, Phrase, phrase};

use super::span::{Source, Span};
use super::token::{Token, TokenKind};
use super::tree::{Binary, Block, Expr, ExprKind, Statement, StatementKind, Word};
use super::{codes, refused};

/// Findings of one script after which the parser stops looking for more.
const MAX_FINDINGS: usize = 20;

/// A finding was recorded; the statement cannot be completed.
pub(super) struct Broken;

pub(super) type Parsed<T> = Result<T, Broken>;

/// Reads a whole script.
pub(super) fn script(
    source: &Source,
    tokens: &[Token],
    depth: usize,
) -> Result<Block, Vec<Diagnostic>> {
    let mut parser = Parser {
        source,
        tokens,
        at: 0,
        limit: depth,
        level: 0,
        findings: Vec::new(),
    };
    let block = parser.body();
    if parser.findings.is_empty() && parser.sees("}") {
        parser.unexpected(phrase!("a statement" | "语句"));
    }
    if parser.findings.is_empty() {
        Ok(block)
    } else {
        Err(parser.findings)
    }
}

pub(super) struct Parser<'s> {
    source: &'s Source,
    tokens: &'s [Token],
    at: usize,
    limit: usize,
    level: usize,
    findings: Vec<Diagnostic>,
}

impl<'s> Parser<'s> {
    pub(super) fn kind(&self) -> &'s TokenKind {
        self.tokens
            .get(self.at)
            .map_or(&TokenKind::End, |token| &token.kind)
    }

    pub(super) fn ahead(&self, by: usize) -> &'s TokenKind {
        self.tokens
            .get(self.at + by)
            .map_or(&TokenKind::End, |token| &token.kind)
    }

    pub(super) fn span(&self) -> Span {
        let at = self.tokens.get(self.at).or(self.tokens.last());
        at.map(|token| token.span).unwrap_or_default()
    }

    /// The span of the token before.
    pub(super) fn last_span(&self) -> Span {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.map(|token| token.span).unwrap_or_default()
    }

    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    pub(super) fn sees(&self, sign: &str) -> bool {
        matches!(self.kind(), TokenKind::Sign(have) if *have == sign)
    }

    pub(super) fn sees_word(&self, word: &str) -> bool {
        matches!(self.kind(), TokenKind::Word(have) if have == word)
    }

    /// Takes the sign when it stands here.
    pub(super) fn sign(&mut self, sign: &str) -> bool {
        let here = self.sees(sign);
        self.at += usize::from(here);
        here
    }

    /// Takes the word when it stands here.
    pub(super) fn keyword(&mut self, word: &str) -> bool {
        let here = self.sees_word(word);
        self.at += usize::from(here);
        here
    }

    pub(super) fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.sign(sign) {
            Ok(())
        } else {
            Err(self.unexpected(format!("`{sign}`")))
        }
    }

    pub(super) fn finding(&mut self, diagnostic: Diagnostic) -> Broken {
        self.findings.push(diagnostic);
        Broken
    }

    pub(super) fn error(&mut self, code: &'static str, span: Span, message: Phrase) -> Diagnostic {
        Diagnostic::error(code, self.source.place(span), message)
    }

    pub(super) fn unexpected(&mut self, wanted: impl Into<Phrase>) -> Broken {
        let (wanted, found): (Phrase, Phrase) = (wanted.into(), self.kind().show());
        let message = phrase!(
            "expected {wanted}, found {found}" | "应为{wanted}，却是{found}",
            wanted,
            found
        );
        let finding = self.error(codes::SYNTAX, self.span(), message);
        self.finding(finding.help(phrase!(
            "end each statement with `;`, and put blocks in braces"
                | "每条语句以 `;` 结束，语句块写在花括号里"
        )))
    }

    /// Refuses a keyword that scripts may not use.
    pub(super) fn allowed(&mut self, word: &str) -> Parsed<()> {
        match refused::keyword(word) {
            Some(help) => {
                let message = refused::refusal(word);
                let finding = self.error(codes::REFUSED, self.span(), message);
                Err(self.finding(finding.help(help)))
            }
            None => Ok(()),
        }
    }

    /// Runs `inner` one level further down, within the nesting limit.
    pub(super) fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.level >= self.limit {
            return Err(self.too_deep(self.span()));
        }
        self.level += 1;
        let result = inner(self);
        self.level -= 1;
        result
    }

    /// An expression, unless it is deeper than the limit: a chain of operators needs no nesting to
    /// read, and as much as its length to walk.
    pub(super) fn bounded(&mut self, expr: Expr) -> Parsed<Expr> {
        if expr.depth > self.limit {
            Err(self.too_deep(expr.span))
        } else {
            Ok(expr)
        }
    }

    /// Gives up on the rest, since recovery inside of it would only repeat the finding.
    fn too_deep(&mut self, span: Span) -> Broken {
        let message = phrase!(
            "the script is over the limit `action_depth` of {most} levels"
                | "脚本超过上限 `action_depth`（{most} 层）",
            most = self.limit
        );
        let finding = self.error(codes::LIMIT, span, message);
        self.at = self.tokens.len();
        self.finding(finding.help(phrase!(
            "keep parts of it in `let` variables" | "把其中一部分存进 `let` 变量"
        )))
    }

    fn at_end(&self) -> bool {
        self.sees("}") || *self.kind() == TokenKind::End
    }

    /// Statements up to `}` or the end.
    fn body(&mut self) -> Block {
        let mut block = Block {
            statements: Vec::new(),
            value: None,
        };
        while !self.at_end() {
            if self.findings.len() >= MAX_FINDINGS {
                self.at = self.tokens.len();
            } else if !self.sign(";") && self.statement(&mut block).is_err() {
                self.recover();
            }
        }
        block
    }

    pub(super) fn block(&mut self) -> Parsed<Block> {
        self.expect("{")?;
        let block = self.nested(|parser| Ok(parser.body()))?;
        self.expect("}")?;
        Ok(block)
    }

    fn statement(&mut self, block: &mut Block) -> Parsed<()> {
        let start = self.span();
        let kind = match self.kind() {
            TokenKind::Word(word) if word == "let" => self.declaration()?,
            TokenKind::Word(word) if self.assigns() => self.assignment(word)?,
            TokenKind::Sign("{") => StatementKind::Block(self.block()?),
            _ => {
                let expr = self.effect()?;
                let braced = matches!(expr.kind, ExprKind::If(_) | ExprKind::Switch(_));
                let ended = self.sign(";");
                if !ended && self.at_end() {
                    block.value = Some(Box::new(expr));
                    return Ok(());
                }
                if !ended && !braced {
                    return Err(self.unexpected("`;`"));
                }
                StatementKind::Effect(expr)
            }
        };
        let span = start.to(self.last_span());
        block.statements.push(Statement { kind, span });
        Ok(())
    }

    /// An expression; a leading `if` or `switch` stands alone, as a statement does.
    fn effect(&mut self) -> Parsed<Expr> {
        match self.kind() {
            TokenKind::Word(word) if word == "if" => self.nested(Self::conditional),
            TokenKind::Word(word) if word == "switch" => self.nested(Self::switch),
            _ => self.expression(),
        }
    }

    /// Whether `name =` or `name +=` stands here.
    fn assigns(&self) -> bool {
        match self.ahead(1) {
            TokenKind::Sign(sign) => *sign == "=" || Binary::from_assignment(sign).is_some(),
            _ => false,
        }
    }

    fn declaration(&mut self) -> Parsed<StatementKind> {
        self.advance();
        let name = self.word(phrase!("a name" | "名称"))?;
        self.expect("=")?;
        let value = self.expression()?;
        self.expect(";")?;
        Ok(StatementKind::Let(name, value))
    }

    fn assignment(&mut self, name: &str) -> Parsed<StatementKind> {
        self.allowed(name)?;
        let name = self.word(phrase!("a name" | "名称"))?;
        let operator = match self.kind() {
            TokenKind::Sign(sign) => Binary::from_assignment(sign),
            _ => None,
        };
        let operator = operator.map(|operator| (operator, self.span()));
        self.advance();
        let value = self.expression()?;
        self.expect(";")?;
        Ok(StatementKind::Assign(name, operator, value))
    }

    pub(super) fn word(&mut self, wanted: Phrase) -> Parsed<Word> {
        let TokenKind::Word(text) = self.kind() else {
            return Err(self.unexpected(wanted));
        };
        let word = Word {
            text: text.clone(),
            span: self.span(),
        };
        self.advance();
        Ok(word)
    }

    /// Skips to after the next `;`, or to the `}` that closes the block.
    fn recover(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.kind() {
                TokenKind::End => return,
                TokenKind::Sign("{") => open += 1,
                TokenKind::Sign("}") if open == 0 => return,
                TokenKind::Sign("}") => {
                    open -= 1;
                    if open == 0 {
                        self.advance();
                        return;
                    }
                }
                TokenKind::Sign(";") if open == 0 => {
                    self.advance();
                    return;
                }
                _ => {}
            }
            self.advance();
        }
    }
}
