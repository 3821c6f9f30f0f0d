//! Tokens to expressions: precedence climbing, with Rhai's own precedences.

use super::codes;
use super::parse::{Parsed, Parser};
use super::span::Span;
use super::token::TokenKind;
use super::tree::{Arm, Binary, Block, Expr, ExprKind, If, Literal, Switch, Unary, Word};
use guardrails_core::phrase;

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.nested(|parser| parser.binary(0))
    }

    /// An expression of operators that bind tighter than `floor`.
    fn binary(&mut self, floor: u8) -> Parsed<Expr> {
        let mut left = self.unary()?;
        loop {
            left = match self.kind() {
                TokenKind::Word(word) if word == "in" && floor < Binary::IN => {
                    self.advance();
                    self.membership(left)?
                }
                TokenKind::Sign("!") if self.sees_not_in() && floor < Binary::IN => {
                    let sign = self.span();
                    self.advance();
                    self.advance();
                    let inside = self.membership(left)?;
                    self.negated(sign, inside)?
                }
                TokenKind::Sign(sign) => match Binary::from_sign(sign) {
                    Some((operator, binds)) if binds > floor => {
                        self.operation(operator, binds, left)?
                    }
                    _ => return Ok(left),
                },
                _ => return Ok(left),
            };
        }
    }

    fn operation(&mut self, operator: Binary, binds: u8, left: Expr) -> Parsed<Expr> {
        let sign = self.span();
        self.advance();
        // `a ?? b ?? c` is `a ?? (b ?? c)`; every other operator binds to the left.
        let floor = binds - u8::from(operator == Binary::Coalesce);
        let right = self.nested(|parser| parser.binary(floor))?;
        let span = left.span.to(right.span);
        let below = left.depth.max(right.depth);
        let kind = ExprKind::Binary(operator, sign, Box::new(left), Box::new(right));
        self.bounded(Expr::new(kind, span, below))
    }

    fn sees_not_in(&self) -> bool {
        matches!(self.ahead(1), TokenKind::Word(word) if word == "in")
    }

    fn negated(&mut self, sign: Span, inside: Expr) -> Parsed<Expr> {
        let (span, below) = (inside.span, inside.depth);
        let kind = ExprKind::Unary(Unary::Not, Box::new(inside));
        let span = Span::new(span.start, span.end.max(sign.end));
        self.bounded(Expr::new(kind, span, below))
    }

    /// What follows `in`: constants in brackets, or a text or list to look into.
    fn membership(&mut self, item: Expr) -> Parsed<Expr> {
        let operator = self.last_span();
        if self.sign("[") {
            let list = self.constants("]", ",")?;
            self.expect("]")?;
            let span = item.span.to(self.last_span());
            let below = item.depth;
            return self.bounded(Expr::new(
                ExprKind::OneOf(Box::new(item), list),
                span,
                below,
            ));
        }
        let whole = self.nested(|parser| parser.binary(Binary::IN))?;
        let span = item.span.to(whole.span);
        let below = item.depth.max(whole.depth);
        let name = Word {
            text: "contains".to_owned(),
            span: operator,
        };
        let kind = ExprKind::Call(Some(Box::new(whole)), name, vec![item]);
        self.bounded(Expr::new(kind, span, below))
    }

    /// Constants with `between` between them, up to `end`.
    fn constants(&mut self, end: &str, between: &str) -> Parsed<Vec<(Literal, Span)>> {
        let mut list = Vec::new();
        while !self.sees(end) {
            list.push(self.constant()?);
            if !self.sign(between) {
                break;
            }
        }
        Ok(list)
    }

    fn constant(&mut self) -> Parsed<(Literal, Span)> {
        let start = self.span();
        let minus = self.sign("-");
        let literal = match self.kind() {
            TokenKind::Number(number) if minus => Literal::Number(-*number),
            TokenKind::Number(number) => Literal::Number(*number),
            TokenKind::Text(text) if !minus => Literal::Text(text.clone()),
            TokenKind::Word(word) if word == "true" && !minus => Literal::Truth(true),
            TokenKind::Word(word) if word == "false" && !minus => Literal::Truth(false),
            _ => {
                return Err(self.unexpected(phrase!(
                    "a number, a text, `true` or `false`" | "数字、文本、`true` 或 `false`"
                )));
            }
        };
        self.advance();
        Ok((literal, start.to(self.last_span())))
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let operator = match self.kind() {
            TokenKind::Sign("-") => Unary::Minus,
            TokenKind::Sign("+") => Unary::Plus,
            TokenKind::Sign("!") => Unary::Not,
            _ => return self.postfix(),
        };
        let start = self.span();
        self.advance();
        let operand = self.nested(Self::unary)?;
        let (span, below) = (start.to(operand.span), operand.depth);
        let kind = ExprKind::Unary(operator, Box::new(operand));
        self.bounded(Expr::new(kind, span, below))
    }

    /// `a.b`, `a.b(…)` and what they stand on.
    fn postfix(&mut self) -> Parsed<Expr> {
        let mut expr = self.primary()?;
        while self.sees(".") {
            self.advance();
            let name = self.word(phrase!("a name" | "名称"))?;
            expr = if self.sees("(") {
                self.call(Some(expr), name)?
            } else {
                let (span, below) = (expr.span.to(name.span), expr.depth);
                let kind = ExprKind::Property(Box::new(expr), name);
                self.bounded(Expr::new(kind, span, below))?
            };
        }
        if self.sees("[") {
            let message = phrase!("a script cannot index" | "脚本里不能用下标");
            let finding = self.error(codes::REFUSED, self.span(), message);
            let finding = finding.help(phrase!(
                "use `contains(list, item)` or `starts_with(text, start)`"
                    | "用 `contains(列表, 项)` 或 `starts_with(文本, 开头)`"
            ));
            return Err(self.finding(finding));
        }
        Ok(expr)
    }

    fn call(&mut self, receiver: Option<Expr>, name: Word) -> Parsed<Expr> {
        let start = receiver.as_ref().map_or(name.span, |of| of.span);
        self.expect("(")?;
        let mut arguments = Vec::new();
        while !self.sees(")") {
            arguments.push(self.expression()?);
            if !self.sign(",") {
                break;
            }
        }
        self.expect(")")?;
        let span = start.to(self.last_span());
        let deepest = arguments.iter().chain(&receiver).map(|expr| expr.depth);
        let below = deepest.max().unwrap_or(0);
        let kind = ExprKind::Call(receiver.map(Box::new), name, arguments);
        self.bounded(Expr::new(kind, span, below))
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let span = self.span();
        match self.kind() {
            TokenKind::Number(_) | TokenKind::Text(_) => self.literal(),
            TokenKind::Word(word) if word == "true" || word == "false" => self.literal(),
            TokenKind::Word(word) if word == "if" => self.conditional(),
            TokenKind::Word(word) if word == "switch" => self.switch(),
            TokenKind::Word(word) => {
                self.allowed(word)?;
                let name = self.word(phrase!("a name" | "名称"))?;
                if self.sees("(") {
                    return self.call(None, name);
                }
                Ok(Expr::new(ExprKind::Name(name.text), span, 0))
            }
            TokenKind::Sign("(") => {
                self.advance();
                let mut inner = self.expression()?;
                self.expect(")")?;
                inner.span = span.to(self.last_span());
                Ok(inner)
            }
            TokenKind::Sign("|" | "||") => {
                let message = phrase!("a script has no closures" | "脚本里没有闭包");
                let finding = self.error(codes::REFUSED, span, message);
                Err(self.finding(finding.help(phrase!(
                    "write the expression where it is needed" | "把表达式写在要用的地方"
                ))))
            }
            TokenKind::Sign("[") => {
                let message =
                    phrase!("a list may stand only after `in`" | "列表只能写在 `in` 后面");
                let finding = self.error(codes::REFUSED, span, message);
                Err(self.finding(finding.help(phrase!(
                    "write `value in [\"A\", \"B\"]`" | "写 `值 in [\"A\", \"B\"]`"
                ))))
            }
            _ => Err(self.unexpected(phrase!("an expression" | "表达式"))),
        }
    }

    fn literal(&mut self) -> Parsed<Expr> {
        let (literal, span) = self.constant()?;
        Ok(Expr::new(ExprKind::Literal(literal), span, 0))
    }

    /// `if … { } else if … { } else { }`; an `else if` is a block of one value.
    pub(super) fn conditional(&mut self) -> Parsed<Expr> {
        let start = self.span();
        self.advance();
        let condition = self.expression()?;
        let then = self.block()?;
        let (otherwise, below) = self.otherwise()?;
        let span = start.to(self.last_span());
        let below = below.max(condition.depth).max(then.depth());
        let kind = ExprKind::If(Box::new(If {
            condition,
            then,
            otherwise,
        }));
        self.bounded(Expr::new(kind, span, below))
    }

    /// What follows `else`, if anything, and its depth; an `else if` is one level and not two.
    fn otherwise(&mut self) -> Parsed<(Option<Block>, usize)> {
        if !self.keyword("else") {
            return Ok((None, 0));
        }
        if self.sees_word("if") {
            let chained = self.nested(Self::conditional)?;
            let below = chained.depth;
            return Ok((Some(only(chained)), below));
        }
        let block = self.block()?;
        let below = block.depth();
        Ok((Some(block), below))
    }

    /// `switch … { a | b if guard => …, _ => … }`
    pub(super) fn switch(&mut self) -> Parsed<Expr> {
        let start = self.span();
        self.advance();
        let subject = self.expression()?;
        self.expect("{")?;
        let mut switch = Switch {
            subject,
            arms: Vec::new(),
            otherwise: None,
        };
        while !self.sees("}") {
            self.nested(|parser| parser.arm(&mut switch))?;
        }
        self.expect("}")?;
        let span = start.to(self.last_span());
        // One level more than it shows: the engine needs as much stack for it as for two others.
        let below = switch.depth() + 1;
        self.bounded(Expr::new(ExprKind::Switch(Box::new(switch)), span, below))
    }

    fn arm(&mut self, switch: &mut Switch) -> Parsed<()> {
        if switch.otherwise.is_some() {
            return Err(self.unexpected(phrase!("`}` after the arm `_`" | "分支 `_` 后面的 `}`")));
        }
        let rest = self.keyword("_");
        let cases = if rest {
            Vec::new()
        } else {
            self.constants("=>", "|")?
        };
        if !rest && cases.is_empty() {
            return Err(self.unexpected(phrase!("a case" | "一个分支")));
        }
        let guard = match !rest && self.keyword("if") {
            true => Some(self.expression()?),
            false => None,
        };
        self.expect("=>")?;
        let body = self.arm_body()?;
        if rest {
            switch.otherwise = Some(body);
        } else {
            switch.arms.push(Arm { cases, guard, body });
        }
        Ok(())
    }

    fn arm_body(&mut self) -> Parsed<Block> {
        if self.sees("{") {
            let block = self.block()?;
            self.sign(",");
            return Ok(block);
        }
        let value = self.expression()?;
        if !self.sign(",") && !self.sees("}") {
            return Err(self.unexpected(phrase!("`,` or `}`" | "`,` 或 `}`")));
        }
        Ok(only(value))
    }
}

impl Switch {
    fn depth(&self) -> usize {
        let arms = self.arms.iter().map(|arm| {
            let guard = arm.guard.as_ref().map_or(0, |guard| guard.depth);
            guard.max(arm.body.depth())
        });
        let rest = self.otherwise.as_ref().map_or(0, Block::depth);
        self.subject.depth.max(rest).max(arms.max().unwrap_or(0))
    }
}

/// A block of nothing but a value.
fn only(value: Expr) -> Block {
    Block {
        statements: Vec::new(),
        value: Some(Box::new(value)),
    }
}
