//! Which conditions the analysis understands: what reads one value and compares it with constants.

use guardrails_core::policy::{Comparison, EnumType, Expr, ExprKind, Path, Root, Type, ValueSet};
use guardrails_core::process::{Datum, Truth};
use guardrails_core::{Name, Value};
use rust_decimal::Decimal;
use std::sync::Arc;

use super::sample::Sample;

/// Members of a set that are told apart. A larger one is asked about examples only.
const MEMBERS: usize = 2_000;

/// How well a condition on one value is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Constants cut the values into regions, and it is the same throughout each.
    Plain,
    /// Only the evaluator knows.
    Deep,
}

/// What a condition on a single value is made of; none for one that reads roles, changes, or lists
/// through quantifiers that read something else besides.
pub(super) fn depth(expr: &Expr, path: &Path) -> Option<Depth> {
    if plain(expr, path) {
        return Some(Depth::Plain);
    }
    reads_only_values(expr).then_some(Depth::Deep)
}

fn plain(expr: &Expr, path: &Path) -> bool {
    if matches!(expr.kind, ExprKind::IsMissing(_)) {
        return true;
    }
    if matches!(path.ty, Type::List(_) | Type::Entity(_)) {
        return false;
    }
    match &expr.kind {
        ExprKind::Path(_) => true,
        ExprKind::Compare(comparison, a, b) => {
            let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
            term(a) && term(b) && !(ordered && path.ty == Type::Text)
        }
        ExprKind::InSet(item, set) => term(item) && size(set) <= MEMBERS,
        _ => false,
    }
}

fn term(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Path(_) | ExprKind::Moment(..) => true,
        ExprKind::Literal(value) => !matches!(value, Value::List(_) | Value::Object(_)),
        ExprKind::Coalesce(a, b) => term(a) && term(b),
        _ => false,
    }
}

/// Whether it asks for neither roles nor changes.
pub(super) fn reads_only_values(expr: &Expr) -> bool {
    !expr.contains(|node| matches!(node.kind, ExprKind::HasRole(_) | ExprKind::Changed(_)))
}

fn size(set: &ValueSet) -> usize {
    set.texts().count() + set.numbers().count()
}

/// What a plain condition comes to when the value it reads is this one.
pub(super) fn truth(expr: &Expr, sample: &Sample) -> Truth {
    match &expr.kind {
        ExprKind::IsMissing(_) => (*sample == Sample::Missing).into(),
        ExprKind::Compare(comparison, a, b) => {
            let order = match (read(a, sample), read(b, sample)) {
                (Some(a), Some(b)) => a.compare(b),
                _ => None,
            };
            order.map(|order| comparison.holds(order)).into()
        }
        ExprKind::InSet(item, set) => match read(item, sample) {
            Some(Datum::Text(text)) => set.has_text(text).into(),
            Some(Datum::Number(number)) => set.has_number(number.normalize()).into(),
            _ => Truth::Unknown,
        },
        _ => match read(expr, sample) {
            Some(Datum::Bool(value)) => value.into(),
            _ => Truth::Unknown,
        },
    }
}

fn read<'a>(expr: &'a Expr, sample: &'a Sample) -> Option<Datum<'a>> {
    match &expr.kind {
        ExprKind::Path(_) => sample.datum(),
        ExprKind::Moment(_, moment) => Some(Datum::Moment(*moment)),
        ExprKind::Literal(value) => Some(match value {
            Value::Bool(value) => Datum::Bool(*value),
            Value::Number(number) => Datum::Number(*number),
            Value::Text(text) => Datum::Text(text),
            Value::Null => Datum::Missing,
            Value::List(_) | Value::Object(_) => Datum::Invalid,
        }),
        ExprKind::Coalesce(first, second) => match read(first, sample)? {
            Datum::Missing => read(second, sample),
            found => Some(found),
        },
        _ => None,
    }
}

/// The constants of a condition.
pub(super) fn constants(expr: &Expr, out: &mut Vec<Sample>) {
    match &expr.kind {
        ExprKind::Literal(Value::Bool(value)) => out.push(Sample::Bool(*value)),
        ExprKind::Literal(Value::Number(number)) => out.push(Sample::Number(*number)),
        ExprKind::Literal(Value::Text(text)) => out.push(Sample::Text(text.clone())),
        ExprKind::Moment(_, moment) => out.push(Sample::Moment(*moment)),
        ExprKind::InSet(item, set) => {
            constants(item, out);
            let mut texts: Vec<_> = set.texts().cloned().collect();
            texts.sort_unstable();
            out.extend(texts.into_iter().take(MEMBERS).map(Sample::Text));
            let mut numbers: Vec<Decimal> = set.numbers().collect();
            numbers.sort_unstable();
            out.extend(numbers.into_iter().take(MEMBERS).map(Sample::Number));
        }
        _ => expr.for_each_child(|child| constants(child, out)),
    }
}

/// The distinct places that a condition reads, variables of quantifiers left out.
pub(super) fn reads(expr: &Expr) -> Vec<&Path> {
    let mut found: Vec<&Path> = Vec::new();
    expr.visit_paths(&mut |path| {
        let inner = matches!(path.root, Root::Variable(_));
        if !inner && !found.contains(&path) {
            found.push(path);
        }
    });
    found
}

/// The type without the names of enums, so that two are equal only when they hold the same: another policy
/// may mean other words by the same name.
pub(super) fn unnamed(ty: &Type) -> Type {
    match ty {
        Type::Enum(words) if !words.name.is_empty() => Type::Enum(Arc::new(EnumType {
            name: Name::default(),
            members: words.members.clone(),
        })),
        Type::List(item) => Type::List(Arc::new(unnamed(item))),
        other => other.clone(),
    }
}
