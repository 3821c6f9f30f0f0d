//! Declarations as written.

use guardrails_core::policy::WriteScope;
use rust_decimal::Decimal;

use super::expr::{Datum, Entry, Expr, Literal};
use super::{Dotted, Ident, Span, Text};

/// `@name(argument, …)`
#[derive(Debug)]
pub(crate) struct Annotation {
    pub(crate) name: Ident,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Argument {
    Literal(Literal, Span),
    Word(Dotted),
}

#[derive(Debug)]
pub(crate) struct Entity {
    pub(crate) name: Ident,
    pub(crate) doc: String,
    pub(crate) annotations: Vec<Annotation>,
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: Ident,
    pub(crate) ty: TypeRef,
    pub(crate) annotations: Vec<Annotation>,
}

#[derive(Debug)]
pub(crate) struct TypeRef {
    pub(crate) kind: TypeKind,
    pub(crate) optional: bool,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum TypeKind {
    /// `text`, `money(CNY)`, `Customer`.
    Named(Ident, Option<Ident>),
    List(Box<TypeRef>),
    Enum(Vec<Ident>),
}

#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) name: Ident,
    pub(crate) members: Vec<Ident>,
}

#[derive(Debug)]
pub(crate) struct Const {
    pub(crate) name: Ident,
    pub(crate) value: Datum,
}

/// `param NAME : type = default in low .. high`
#[derive(Debug)]
pub(crate) struct Param {
    pub(crate) name: Ident,
    pub(crate) ty: TypeRef,
    pub(crate) default: Datum,
    /// Both included.
    pub(crate) range: Option<(Datum, Datum)>,
    pub(crate) annotations: Vec<Annotation>,
}

#[derive(Debug)]
pub(crate) struct List {
    pub(crate) name: Ident,
    pub(crate) source: ListSource,
}

#[derive(Debug)]
pub(crate) enum ListSource {
    Inline(Vec<Datum>),
    File(Text),
}

#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) roles: Vec<Ident>,
    pub(crate) entity: Ident,
    pub(crate) contexts: Vec<Text>,
    pub(crate) scope: Option<Expr>,
    pub(crate) clauses: Vec<Clause>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Clause {
    pub(crate) kind: ClauseKind,
    pub(crate) when: Option<Expr>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum ClauseKind {
    Read(Fields),
    Write(Fields, WriteScope),
    Hide(Fields),
    Mask(Vec<Masking>),
    Aggregate {
        fields: Vec<Dotted>,
        figures: Vec<Ident>,
        group: Option<(u64, Span)>,
    },
}

/// Which fields a clause is about.
#[derive(Debug)]
pub(crate) enum Fields {
    Named(Vec<Dotted>),
    AllExcept(Vec<Dotted>, Span),
}

/// `fields with mask`; without a mask it shares the next one's, or the default.
#[derive(Debug)]
pub(crate) struct Masking {
    pub(crate) fields: Fields,
    pub(crate) mask: Option<MaskWord>,
}

/// `phone`, `partial(3, 4)`.
#[derive(Debug)]
pub(crate) struct MaskWord {
    pub(crate) name: Ident,
    pub(crate) arguments: Vec<(u64, Span)>,
}

#[derive(Debug)]
pub(crate) struct Skill {
    pub(crate) name: Dotted,
    pub(crate) annotations: Vec<Annotation>,
    pub(crate) items: Vec<SkillItem>,
}

#[derive(Debug)]
pub(crate) enum SkillItem {
    Title(Text),
    Does {
        verb: Ident,
        entities: Vec<Ident>,
    },
    Impact(u64, Span),
    Allow(Vec<Ident>),
    Models(Vec<Text>),
    /// Calls or tokens, window, whose.
    Limit {
        calls: u64,
        window: Text,
        per: Ident,
        span: Span,
    },
    Budget {
        tokens: u64,
        window: Text,
        per: Ident,
        span: Span,
    },
    Status(Ident),
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) name: Ident,
    pub(crate) annotations: Vec<Annotation>,
    pub(crate) verbs: Vec<Ident>,
    pub(crate) entity: Ident,
    pub(crate) when: Option<Expr>,
    pub(crate) effects: Vec<Effect>,
}

#[derive(Debug)]
pub(crate) struct Effect {
    pub(crate) kind: EffectKind,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum EffectKind {
    Allow,
    Deny(Ident, Option<Because>),
    /// Chain, and the code after `as`.
    Require(Ident, Option<Ident>, Option<Because>),
    Mask(Masking),
    Hide(Dotted),
    Risk(Decimal, Option<Text>),
    Notify(Text),
    /// Name, and what stands in the braces.
    Oblige(Text, Option<Vec<Entry>>),
    Do(Script),
}

/// `because "…" / en "…"`
#[derive(Debug)]
pub(crate) struct Because {
    pub(crate) message: Text,
    pub(crate) translations: Vec<(Ident, Text)>,
}

/// The inside of `do { … }`, in the action language.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) text: String,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Risk {
    pub(crate) factors: Vec<Factor>,
    pub(crate) levels: Vec<Level>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Factor {
    pub(crate) name: Ident,
    pub(crate) weight: (Decimal, Span),
    pub(crate) value: Expr,
}

#[derive(Debug)]
pub(crate) struct Level {
    pub(crate) name: Ident,
    pub(crate) at: (Decimal, Span),
    pub(crate) effects: Vec<Effect>,
}

#[derive(Debug)]
pub(crate) struct Approval {
    pub(crate) name: Ident,
    pub(crate) annotations: Vec<Annotation>,
    pub(crate) items: Vec<ApprovalItem>,
}

#[derive(Debug)]
pub(crate) enum ApprovalItem {
    Step(Step),
    Never(Vec<Ident>),
    Expires(i64, Span),
    Execute(i64, Span),
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: Ident,
    pub(crate) quorum: (u64, Span),
    pub(crate) role: Ident,
    /// Microseconds.
    pub(crate) within: Option<(i64, Span)>,
    pub(crate) overdue: Option<Overdue>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Overdue {
    Escalate(Ident),
    Deny,
}
