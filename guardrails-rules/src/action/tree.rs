//! What a script says, as data. INVARIANT: no tree is deeper than the nesting limit, so that
//! walking and dropping it cannot exhaust the stack, here or in the engine.

use rust_decimal::Decimal;

use super::span::Span;

/// Statements in braces, or the whole script; the value of a block that ends without `;`.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) statements: Vec<Statement>,
    pub(super) value: Option<Box<Expr>>,
}

#[derive(Debug)]
pub(super) struct Statement {
    pub(super) kind: StatementKind,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum StatementKind {
    /// `let x = value;`
    Let(Word, Expr),
    /// `x = value;` or, with an operator, `x += value;`
    Assign(Word, Option<(Binary, Span)>, Expr),
    /// A call, `if` or `switch` for its effect.
    Effect(Expr),
    /// `{ … }`
    Block(Block),
}

/// A name and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    pub(super) span: Span,
    /// Levels from here down to the deepest leaf.
    pub(super) depth: usize,
}

#[derive(Debug)]
pub(super) enum ExprKind {
    Literal(Literal),
    Name(String),
    /// `of.name`
    Property(Box<Expr>, Word),
    /// `name(…)` or `of.name(…)`
    Call(Option<Box<Expr>>, Word, Vec<Expr>),
    Unary(Unary, Box<Expr>),
    /// The span is the operator's.
    Binary(Binary, Span, Box<Expr>, Box<Expr>),
    /// `item in ["a", "b"]`
    OneOf(Box<Expr>, Vec<(Literal, Span)>),
    If(Box<If>),
    Switch(Box<Switch>),
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Truth(bool),
    Number(Decimal),
    Text(String),
}

#[derive(Debug)]
pub(super) struct If {
    pub(super) condition: Expr,
    pub(super) then: Block,
    pub(super) otherwise: Option<Block>,
}

#[derive(Debug)]
pub(super) struct Switch {
    pub(super) subject: Expr,
    pub(super) arms: Vec<Arm>,
    /// `_ => …`
    pub(super) otherwise: Option<Block>,
}

/// `a | b if guard => …`
#[derive(Debug)]
pub(super) struct Arm {
    pub(super) cases: Vec<(Literal, Span)>,
    pub(super) guard: Option<Expr>,
    pub(super) body: Block,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unary {
    Minus,
    Plus,
    Not,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Coalesce,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Binary {
    /// Sign, operator and precedence, loosest first; the precedences are Rhai's own.
    const TABLE: &[(&str, Self, u8)] = &[
        ("||", Self::Or, 30),
        ("&&", Self::And, 60),
        ("==", Self::Equal, 90),
        ("!=", Self::NotEqual, 90),
        ("<", Self::Less, 130),
        ("<=", Self::LessOrEqual, 130),
        (">", Self::Greater, 130),
        (">=", Self::GreaterOrEqual, 130),
        ("??", Self::Coalesce, 135),
        ("+", Self::Add, 150),
        ("-", Self::Subtract, 150),
        ("*", Self::Multiply, 180),
        ("/", Self::Divide, 180),
        ("%", Self::Remainder, 180),
    ];

    /// Precedence of `in`, between equality and order.
    pub(super) const IN: u8 = 110;

    /// The operator written as `sign`, and how tightly it binds.
    pub(super) fn from_sign(sign: &str) -> Option<(Self, u8)> {
        Self::TABLE
            .iter()
            .find_map(|(have, operator, binds)| (*have == sign).then_some((*operator, *binds)))
    }

    /// The operator of an assignment such as `+=`.
    pub(super) fn from_assignment(sign: &str) -> Option<Self> {
        let (operator, _) = Self::from_sign(sign.strip_suffix('=')?)?;
        operator.is_arithmetic().then_some(operator)
    }

    /// As it is written.
    pub(super) fn sign(self) -> &'static str {
        Self::TABLE
            .iter()
            .find_map(|(sign, operator, _)| (*operator == self).then_some(*sign))
            .unwrap_or_default()
    }

    pub(super) fn is_arithmetic(self) -> bool {
        matches!(
            self,
            Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Remainder
        )
    }
}

impl Expr {
    /// A node above the children that the deepest of them is `below` levels deep.
    pub(super) fn new(kind: ExprKind, span: Span, below: usize) -> Self {
        Self {
            kind,
            span,
            depth: below + 1,
        }
    }
}

impl Block {
    /// Levels from here down to the deepest leaf.
    pub(super) fn depth(&self) -> usize {
        let statements = self.statements.iter().map(Statement::depth).max();
        let value = self.value.as_ref().map_or(0, |value| value.depth);
        1 + value.max(statements.unwrap_or(0))
    }
}

impl Statement {
    fn depth(&self) -> usize {
        match &self.kind {
            StatementKind::Let(_, value)
            | StatementKind::Assign(_, _, value)
            | StatementKind::Effect(value) => value.depth,
            StatementKind::Block(block) => block.depth(),
        }
    }
}
