//! Conditions and values: the typed tree that both evaluators read.
//!
//! Types were checked when the tree was built; at run time only the *data* can disappoint, and then
//! a node is unknown (three-valued logic, Kleene).

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::aggregate::Aggregate;
use super::pattern::Pattern;
use super::schema::Type;
use super::value_set::ValueSet;
use crate::diagnostic::Place;
use crate::value::{Name, Value};

/// A node and where it is written.
///
/// Two expressions are equal when they are built alike: places do not count, and neither do the names of
/// lists. Equal expressions have the same value for the same facts; the converse does not hold
/// (`a and b` is not equal to `b and a`).
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it is written.
    pub place: Place,
}

impl Expr {
    /// A node at a place.
    #[must_use]
    pub fn new(kind: ExprKind, place: Place) -> Self {
        Self { kind, place }
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Expr {}

impl Hash for Expr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
    }
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ExprKind {
    /// A constant. Percent and money are plain numbers here: `15%` is 15, `3 CNY` is 3.
    Literal(Value),
    /// A constant date, datetime or duration in the unit of [`Datum`](crate::facts::Datum): days
    /// since 1970, microseconds since 1970, microseconds.
    Moment(Type, i64),
    /// Something read from the facts.
    Path(Path),
    /// `actor has ROLE`: a role the host assigned; inherited roles do not count.
    HasRole(Name),
    /// `changed(field)`: the change gives the field another value.
    Changed(Path),
    /// `x is missing`: absent or null. Never unknown.
    IsMissing(Path),
    /// `not x`.
    Not(Box<Expr>),
    /// `a and b and …`.
    All(Vec<Expr>),
    /// `a or b or …`.
    Any(Vec<Expr>),
    /// `a < b` and the like; both sides have one type.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `x in LIST`, with a constant list.
    InSet(Box<Expr>, Arc<ValueSet>),
    /// `x in field`, with a list read from the facts.
    InList(Box<Expr>, Box<Expr>),
    /// `text contains "…"` and the like.
    Text(TextTest, Box<Expr>, Box<Expr>),
    /// `text matches "…"`.
    Matches(Box<Expr>, Arc<Pattern>),
    /// `some c in list satisfies …`; the variable is bound at this depth, from 0.
    Quantified(Quantifier, Box<Expr>, u8, Box<Expr>),
    /// `sum(… for x in list where …)`; its variable is bound like a quantifier's.
    Aggregate(Box<Aggregate>),
    /// `a + b` and the like.
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// `-a`.
    Negate(Box<Expr>),
    /// `a ?? b`: `b` where `a` is missing.
    Coalesce(Box<Expr>, Box<Expr>),
    /// `len(x)` and the like.
    Call(Function, Box<Expr>),
    /// `days between a and b`, both dates: how many days `b` comes after `a`, negative when before.
    DaysBetween(Box<Expr>, Box<Expr>),
}

/// What a path starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Root {
    /// The record as it will be (`new.x`, or `x` alone).
    Record,
    /// The record as it was (`old.x`); missing on create.
    Old,
    /// `actor.id`, `actor.tenant`, or a host's attribute.
    Actor,
    /// `ai.agent`, `ai.model`, `ai.context`.
    Ai,
    /// `skill.name`, `skill.impact`.
    Skill,
    /// `risk.score`; rules that read it run after the risk is known.
    Risk,
    /// `behaviour.score`: the user's risk as the host reports it, 0 to 10; and what the host counted
    /// in a window, with the keys `calls` and `10m` for `behaviour.calls(10m)`.
    Behaviour,
    /// `max_sensitivity`: the highest sensitivity among the fields touched.
    Data,
    /// The variable of the enclosing quantifier at this depth, from 0.
    Variable(u8),
    /// `now`.
    Now,
}

impl Root {
    /// Whether a path from here leads to the record or to an item of one of its lists.
    #[must_use]
    pub fn is_record(self) -> bool {
        matches!(self, Self::Record | Self::Old | Self::Variable(_))
    }
}

/// A typed place in the facts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    /// What it starts from.
    pub root: Root,
    /// Names from there, through nested objects.
    pub keys: Vec<Name>,
    /// What is expected there.
    pub ty: Type,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Root::Behaviour, [what, window]) = (self.root, self.keys.as_slice()) {
            return write!(f, "behaviour.{what}({window})");
        }
        let root = match self.root {
            Root::Record | Root::Data | Root::Variable(_) => "",
            Root::Old => "old",
            Root::Actor => "actor",
            Root::Ai => "ai",
            Root::Skill => "skill",
            Root::Risk => "risk",
            Root::Behaviour => "behaviour",
            Root::Now => "now",
        };
        f.write_str(root)?;
        for (i, key) in self.keys.iter().enumerate() {
            if i > 0 || !root.is_empty() {
                f.write_str(".")?;
            }
            f.write_str(key)?;
        }
        Ok(())
    }
}

impl Hash for Type {
    /// By shape only; equality settles the rest.
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
    }
}

/// Order and equality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// Whether an ordering of left to right satisfies it.
    #[must_use]
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }

    /// The same comparison with its sides exchanged.
    #[must_use]
    pub fn flipped(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }
}

/// A question about two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextTest {
    /// `a contains b`
    Contains,
    /// `a starts with b`
    StartsWith,
    /// `a ends with b`
    EndsWith,
}

/// Over the items of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// At least one item satisfies; false for an empty list.
    Some,
    /// Each item satisfies; true for an empty list.
    Every,
}

/// Exact arithmetic; overflow and division by zero are unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// A built-in function of one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// Code points of a text, or items of a list.
    Len,
    /// The text in lower case (Unicode).
    Lower,
    /// The hour of an instant on the clocks of the policy's time zone, 0 to 23.
    HourOf,
    /// The minute of the day of an instant on the clocks of the policy's time zone, 0 to 1439. For
    /// conditions of the permission tables; policies have no word for it.
    MinuteOfDay,
    /// The calendar day of an instant in the policy's time zone.
    DayOf,
    /// A duration as whole days, to be added to a date; unknown when it is not whole.
    WholeDays,
    /// A number of days, the difference of two dates, as a duration.
    DaysLong,
}

/// Calls `$visit` with each direct child in the order written. The one place that knows the children of
/// each kind: it has no wildcard, so that a new kind cannot be forgotten.
macro_rules! visit_children {
    ($kind:expr, $aggregate:ident, $visit:ident) => {
        match $kind {
            ExprKind::Literal(_)
            | ExprKind::Moment(..)
            | ExprKind::Path(_)
            | ExprKind::HasRole(_)
            | ExprKind::Changed(_)
            | ExprKind::IsMissing(_) => {}
            ExprKind::Not(a)
            | ExprKind::InSet(a, _)
            | ExprKind::Matches(a, _)
            | ExprKind::Negate(a)
            | ExprKind::Call(_, a) => $visit(a),
            ExprKind::All(parts) | ExprKind::Any(parts) => {
                for part in parts {
                    $visit(part);
                }
            }
            ExprKind::Compare(_, a, b)
            | ExprKind::InList(a, b)
            | ExprKind::Text(_, a, b)
            | ExprKind::Quantified(_, a, _, b)
            | ExprKind::Arithmetic(_, a, b)
            | ExprKind::DaysBetween(a, b)
            | ExprKind::Coalesce(a, b) => {
                $visit(a);
                $visit(b);
            }
            ExprKind::Aggregate(aggregate) => {
                let Aggregate {
                    how: _,
                    list,
                    depth: _,
                    filter,
                    item,
                    ty: _,
                } = aggregate.$aggregate();
                $visit(list);
                if let Some(filter) = filter {
                    $visit(filter);
                }
                if let Some(item) = item {
                    $visit(item);
                }
            }
        }
    };
}

impl Expr {
    /// Calls `visit` with each direct child, in the order written.
    pub fn for_each_child<'e>(&'e self, mut visit: impl FnMut(&'e Expr)) {
        visit_children!(&self.kind, as_ref, visit);
    }

    /// Calls `visit` with each direct child, in the order written, to change it.
    pub fn for_each_child_mut(&mut self, mut visit: impl FnMut(&mut Expr)) {
        visit_children!(&mut self.kind, as_mut, visit);
    }

    /// The node's direct children, in the order written.
    #[must_use]
    pub fn children(&self) -> Vec<&Expr> {
        let mut children = Vec::new();
        self.for_each_child(|child| children.push(child));
        children
    }

    /// Calls `visit` with each node of the tree, a node before its children.
    pub fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        visit(self);
        self.for_each_child(|child| child.walk(visit));
    }

    /// Calls `visit` with each node of the tree to change it, a node before its children.
    pub fn walk_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        visit(self);
        self.for_each_child_mut(|child| child.walk_mut(visit));
    }

    /// Whether some node of the tree passes the test.
    #[must_use]
    pub fn contains(&self, test: impl Fn(&Expr) -> bool) -> bool {
        let mut found = false;
        self.walk(&mut |node| found = found || test(node));
        found
    }

    /// Calls `visit` with each path that the tree reads.
    pub fn visit_paths<'e>(&'e self, visit: &mut impl FnMut(&'e Path)) {
        self.walk(&mut |node| match &node.kind {
            ExprKind::Path(path) | ExprKind::Changed(path) | ExprKind::IsMissing(path) => {
                visit(path);
            }
            _ => {}
        });
    }
}
