//! The tree as written: what stands where, with a span on every node and nothing resolved.
//!
//! Names may be unknown and types may be wrong in here; `crate::check` settles that. Comments are
//! kept with their spans, so that the text can be put together again from the tree.

mod decl;
mod expr;
mod table;
mod test;

use guardrails_core::Name;

pub(crate) use decl::{
    Annotation, Approval, ApprovalItem, Argument, Because, Clause, ClauseKind, Const, Effect,
    EffectKind, Entity, Enum, Factor, Field, Fields, Grant, Level, List, ListSource, MaskWord,
    Masking, Overdue, Param, Risk, Rule, Script, Skill, SkillItem, Step, TypeKind, TypeRef,
};
pub(crate) use expr::{
    BinaryOp, Comprehension, Datum, DatumKind, Entry, Expr, ExprKind, Literal, LogicOp, PrefixOp,
    Presence,
};
pub(crate) use table::{Cell, CellKind, CellTest, CellTestKind, Row, Table};
pub(crate) use test::{Case, CaseCell, Cases, Expectation, ExpectationKind, Test, TestItem, When};

/// A stretch of one file of the bundle: byte offsets, and the file's index in path order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Span {
    pub(crate) file: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    /// From the start of `self` to the end of `last`.
    pub(crate) fn to(self, last: Self) -> Self {
        Self {
            end: last.end.max(self.end),
            ..self
        }
    }

    /// The empty span at the start of this one.
    pub(crate) fn head(self) -> Self {
        Self {
            end: self.start,
            ..self
        }
    }
}

/// A name and where it is written.
#[derive(Debug, Clone)]
pub(crate) struct Ident {
    pub(crate) text: Name,
    pub(crate) span: Span,
}

/// Names joined by dots: a path, a package, a skill.
#[derive(Debug, Clone)]
pub(crate) struct Dotted {
    pub(crate) parts: Vec<Ident>,
    pub(crate) span: Span,
}

impl Dotted {
    /// The parts with dots between them.
    pub(crate) fn joined(&self) -> Name {
        let parts: Vec<&str> = self.parts.iter().map(|part| &*part.text).collect();
        parts.join(".").into()
    }
}

/// Text in quotes, with its escapes undone.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) text: Name,
    pub(crate) span: Span,
}

/// A remark of the author; `///` documents what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) span: Span,
    pub(crate) documents: bool,
}

/// One file.
#[derive(Debug)]
pub(crate) struct File {
    /// `guard N`, when written.
    pub(crate) version: Option<(u64, Span)>,
    pub(crate) package: Option<Dotted>,
    pub(crate) declarations: Vec<Declaration>,
    /// Names that declarations which could not be read seem to declare.
    pub(crate) lost: Vec<Name>,
    /// Comments in the order written.
    pub(crate) comments: Vec<Comment>,
}

/// One declaration at the top of a file.
#[derive(Debug)]
pub(crate) enum Declaration {
    /// `timezone "Asia/Shanghai"`
    Zone(Text),
    Use(Dotted),
    Entity(Entity),
    Enum(Enum),
    Const(Const),
    Param(Param),
    List(List),
    Grant(Grant),
    Skill(Skill),
    Rule(Rule),
    Risk(Risk),
    Approval(Approval),
    Table(Table),
    Test(Test),
}
