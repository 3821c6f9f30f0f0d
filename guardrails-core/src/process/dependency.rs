//! The places that the outcome of a condition depends on.
//!
//! One walk over a condition serves everybody who must know whether a reader may learn what came of
//! it: explanations, reasons, and messages that name the item of a list which a condition chose.
//! Looks at no value.

use std::fmt;

use crate::policy::{Expr, ExprKind, Path, Root};
use crate::value::Name;

/// The lists that enclosing quantifiers go through, outermost first.
pub type Lists<'a> = Vec<&'a Path>;

/// What a condition reads at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Use {
    /// The value.
    Value,
    /// Which items a list has, whatever is in them.
    Outline,
    /// Whether a change gives it another value.
    Change,
}

/// Calls `visit` with each path that a condition reads, and the lists around it.
pub fn visit_uses<'a>(
    expr: &'a Expr,
    lists: &mut Lists<'a>,
    visit: &mut dyn FnMut(Use, &'a Path, &Lists<'a>),
) {
    match &expr.kind {
        ExprKind::Path(path) | ExprKind::IsMissing(path) => visit(Use::Value, path, lists),
        ExprKind::Changed(path) => visit(Use::Change, path, lists),
        ExprKind::Quantified(_, list, _, test) => visit_items(list, &[test], lists, visit),
        ExprKind::Aggregate(aggregate) => {
            let each: Vec<&Expr> = aggregate.filter.iter().chain(&aggregate.item).collect();
            visit_items(&aggregate.list, &each, lists, visit);
        }
        _ => expr.for_each_child(|child| visit_uses(child, lists, visit)),
    }
}

/// The same for a list and for what is read of each of its items.
fn visit_items<'a>(
    list: &'a Expr,
    each: &[&'a Expr],
    lists: &mut Lists<'a>,
    visit: &mut dyn FnMut(Use, &'a Path, &Lists<'a>),
) {
    let ExprKind::Path(path) = &list.kind else {
        visit_uses(list, lists, visit);
        return;
    };
    visit(Use::Outline, path, lists);
    lists.push(path);
    for expr in each {
        visit_uses(expr, lists, visit);
    }
    lists.pop();
}

/// Where a path leads, through the lists around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To the risk score, which may be worked out from what a reader may not see.
    Score,
    /// To what is no part of the record: who asks, with which skill, when.
    Open,
    /// Into the record as it was, or as it will be.
    Record {
        /// As it was.
        old: bool,
        /// Names from there, through lists as if through their items.
        keys: Vec<Name>,
    },
    /// To nothing that is known here.
    Nowhere,
}

impl Target {
    /// Where it leads.
    #[must_use]
    pub fn of(path: &Path, lists: &[&Path]) -> Self {
        match path.root {
            Root::Record | Root::Old => Self::Record {
                old: path.root == Root::Old,
                keys: path.keys.clone(),
            },
            Root::Variable(depth) => {
                let around = lists.get(..=usize::from(depth));
                let Some((list, outer)) = around.and_then(<[&Path]>::split_last) else {
                    return Self::Nowhere;
                };
                match Self::of(list, outer) {
                    Self::Record { old, mut keys } => {
                        keys.extend_from_slice(&path.keys);
                        Self::Record { old, keys }
                    }
                    other => other,
                }
            }
            Root::Risk => Self::Score,
            _ => Self::Open,
        }
    }
}

/// One place that the choice of an item depended on. Written as text, so that a message can carry it
/// to each of its readers: `lines.cost`, `old.cost`, `#lines` for the outline of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Dependency {
    /// A place in the record.
    Record {
        old: bool,
        keys: Vec<Name>,
        outline: bool,
    },
    /// One of which it is not known who may see it.
    Withheld,
}

/// Stands for [`Dependency::Withheld`].
const WITHHELD: &str = "?";

impl Dependency {
    /// What one use of a path depends on; none where it is no part of the record.
    pub(crate) fn of(how: Use, path: &Path, lists: &[&Path]) -> Option<Self> {
        match Target::of(path, lists) {
            Target::Open => None,
            Target::Score | Target::Nowhere => Some(Self::Withheld),
            Target::Record { old, keys } => Some(Self::Record {
                old: old || how == Use::Change,
                keys,
                outline: how == Use::Outline,
            }),
        }
    }

    /// Reads it back; what cannot be read is withheld.
    pub(crate) fn parse(text: &str) -> Self {
        let (outline, text) = match text.strip_prefix('#') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let (old, text) = match text.strip_prefix("old.") {
            Some(text) => (true, text),
            None => (false, text),
        };
        if text.is_empty() || text == WITHHELD {
            return Self::Withheld;
        }
        Self::Record {
            old,
            keys: text.split('.').map(Name::from).collect(),
            outline,
        }
    }
}

impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Withheld => f.write_str(WITHHELD),
            Self::Record { old, keys, outline } => {
                let outline = if *outline { "#" } else { "" };
                let old = if *old { "old." } else { "" };
                write!(f, "{outline}{old}{}", keys.join("."))
            }
        }
    }
}
