//! Who may do what with each field: role × field × AI context, from the grants.
//!
//! Within a grant the strictest clause wins, across grants the most permissive, as in a decision. What
//! depends on the record or on the person is a note; a condition on the AI context alone is settled
//! per column. Roles that inherit from others are the host's business and not on the page.

use std::collections::BTreeSet;

use guardrails_rules::Bundle;

use super::page::{Cell, Column, Head, Mark, Note};
use super::source::{at, code_at};
use crate::policy::{
    Comparison, Expr, ExprKind, FieldClause, FieldSet, Grant, Permission, Policy, Root, WriteScope,
};
use crate::{Name, Place, Value};

/// The columns of one entity, and what they refer to.
pub(super) struct Matrix<'p> {
    bundle: &'p Bundle,
    columns: Vec<Asker<'p>>,
    pub(super) notes: Vec<Note>,
    places: Vec<Place>,
}

/// One role in one AI context, with the grants that reach it there.
struct Asker<'p> {
    role: &'p Name,
    context: Option<&'p Name>,
    is_rest: bool,
    grants: Vec<&'p Grant>,
    /// One scope on all of the column.
    scope: Option<usize>,
}

impl<'p> Matrix<'p> {
    pub(super) fn new(policy: &'p Policy, bundle: &'p Bundle, entity: &str) -> Self {
        let about = policy
            .grants
            .iter()
            .filter(|grant| *grant.entity == *entity);
        let grants: Vec<&Grant> = about.map(|grant| &**grant).collect();
        let mut roles: Vec<&Name> = Vec::new();
        for grant in &grants {
            if !roles.contains(&&grant.role) {
                roles.push(&grant.role);
            }
        }
        let mut matrix = Self {
            bundle,
            columns: Vec::new(),
            notes: Vec::new(),
            places: Vec::new(),
        };
        for role in roles {
            let own = grants.iter().copied().filter(|grant| grant.role == *role);
            matrix.add(role, &own.collect::<Vec<_>>());
        }
        matrix
    }

    fn add(&mut self, role: &'p Name, grants: &[&'p Grant]) {
        let mut contexts: Vec<Option<&Name>> = Vec::new();
        for context in grants.iter().flat_map(|grant| &grant.contexts) {
            if !contexts.contains(&Some(context)) {
                contexts.push(Some(context));
            }
        }
        let is_rest = !contexts.is_empty();
        if grants.iter().any(|grant| grant.contexts.is_empty()) {
            contexts.push(None);
        }
        for context in contexts {
            let reached = grants.iter().copied().filter(|grant| {
                grant.contexts.is_empty() || context.is_some_and(|one| grant.contexts.contains(one))
            });
            let grants: Vec<&Grant> = reached.collect();
            let scope = self.shared_scope(&grants);
            self.columns.push(Asker {
                role,
                context,
                is_rest,
                grants,
                scope,
            });
        }
    }

    /// The note of the scope that all of these have.
    fn shared_scope(&mut self, grants: &[&'p Grant]) -> Option<usize> {
        let mut texts = BTreeSet::new();
        for grant in grants {
            let scope = grant.scope.as_ref()?;
            texts.insert(super::source::text_at(self.bundle, &scope.place));
        }
        let first = grants.first()?.scope.as_ref()?;
        (texts.len() == 1).then(|| self.note(first, NoteOf::Rows))
    }

    fn note(&mut self, expr: &Expr, of: NoteOf) -> usize {
        if let Some(at) = self.places.iter().position(|place| *place == expr.place) {
            return at + 1;
        }
        self.places.push(expr.place.clone());
        let number = self.places.len();
        self.notes.push(Note {
            number,
            is_scope: of == NoteOf::Rows,
            code: code_at(self.bundle, &expr.place),
            place: at(&expr.place),
        });
        number
    }

    pub(super) fn columns(&self) -> Vec<Column> {
        let mut before: Option<&Name> = None;
        let column = |asker: &Asker<'_>| Column {
            context: asker.context.map(ToString::to_string),
            is_rest: asker.is_rest,
            scope: asker.scope,
            first: false,
        };
        let mut columns: Vec<Column> = self.columns.iter().map(column).collect();
        for (column, asker) in columns.iter_mut().zip(&self.columns) {
            column.first = before != Some(asker.role);
            before = Some(asker.role);
        }
        columns
    }

    pub(super) fn heads(&self) -> Vec<Head> {
        let mut heads: Vec<Head> = Vec::new();
        for asker in &self.columns {
            match heads.last_mut() {
                Some(head) if *head.role == **asker.role => head.span += 1,
                _ => heads.push(Head {
                    role: asker.role.to_string(),
                    span: 1,
                }),
            }
        }
        heads
    }

    /// What each column may do with the field at this path.
    pub(super) fn cells(&mut self, path: &str) -> Vec<Cell> {
        let mut before: Option<Name> = None;
        let mut cells = Vec::new();
        for column in 0..self.columns.len() {
            let Some(asker) = self.columns.get(column) else {
                continue;
            };
            let (context, scope) = (asker.context, asker.scope);
            let first = before.as_ref() != Some(asker.role);
            before = Some(asker.role.clone());
            let grants = asker.grants.clone();
            let mut marks = Vec::new();
            for grant in grants {
                let own = grant.scope.as_ref().filter(|_| scope.is_none());
                let own = own.map(|expr| self.note(expr, NoteOf::Rows));
                for mut mark in self.within(grant, path, context) {
                    mark.notes.splice(0..0, own);
                    if !marks.contains(&mark) {
                        marks.push(mark);
                    }
                }
            }
            cells.push(Cell {
                marks: most_permissive(marks),
                first,
            });
        }
        cells
    }

    /// What one grant says of a field.
    fn within(&mut self, grant: &'p Grant, path: &str, context: Option<&Name>) -> Vec<Mark> {
        let about = grant
            .clauses
            .iter()
            .filter(|clause| covers(&clause.fields, path));
        let (mut always, mut sometimes) = (Vec::new(), Vec::new());
        for clause in about {
            let when = clause.when.as_ref();
            match when.map_or(Some(true), |when| settled(when, context)) {
                Some(true) => always.push(clause),
                Some(false) => {}
                None => sometimes.push(clause),
            }
        }
        let mut marks = strictest(&always);
        if marks.iter().any(|mark| mark.kind == "hide") {
            return Vec::new();
        }
        let seen = !marks.is_empty();
        for clause in sometimes {
            let Some(mut mark) = mark(&clause.permission) else {
                continue;
            };
            if (mark.kind == "read" && seen) || marks.contains(&mark) {
                continue;
            }
            mark.notes.extend(
                clause
                    .when
                    .as_ref()
                    .map(|when| self.note(when, NoteOf::Clause)),
            );
            marks.push(mark);
        }
        marks
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum NoteOf {
    Rows,
    Clause,
}

/// What the page shows beside `write`, in the words of the language.
const BEYOND: &str = "beyond scope";

fn mark(permission: &Permission) -> Option<Mark> {
    let (kind, with) = match permission {
        Permission::Read => ("read", String::new()),
        Permission::Write(WriteScope::Within) => ("write", String::new()),
        Permission::Write(WriteScope::Beyond) => ("write", BEYOND.to_owned()),
        Permission::Mask(mask) => ("mask", super::mask_word(mask)),
        Permission::Hide => ("hide", String::new()),
        Permission::Aggregate(figures) => ("aggregate", figures.to_string()),
    };
    Some(Mark {
        kind,
        with,
        notes: Vec::new(),
    })
}

/// Of the clauses that always hold: hidden, else masked, else seen; and whether it may be changed.
fn strictest(clauses: &[&FieldClause]) -> Vec<Mark> {
    let marks: Vec<Mark> = clauses
        .iter()
        .filter_map(|clause| mark(&clause.permission))
        .collect();
    let of = |kind: &'static str| marks.iter().filter(move |mark| mark.kind == kind).cloned();
    if let Some(hidden) = of("hide").next() {
        return vec![hidden];
    }
    // Of several the one that goes beyond the row scope.
    let mut left: Vec<Mark> = of("write")
        .max_by_key(|mark| mark.with == BEYOND)
        .into_iter()
        .collect();
    let masked: Vec<Mark> = of("mask").take(1).collect();
    if masked.is_empty() && left.is_empty() {
        left.extend(of("read").take(1));
    }
    left.extend(masked);
    left.extend(of("aggregate"));
    left
}

/// Across grants: who sees a value in any case does not see its disguise.
fn most_permissive(mut marks: Vec<Mark>) -> Vec<Mark> {
    let always = |kind: &'static str| move |mark: &Mark| mark.kind == kind && mark.notes.is_empty();
    let writes = marks.iter().any(always("write"));
    let beyond = |mark: &Mark| always("write")(mark) && mark.with == BEYOND;
    if marks.iter().any(beyond) {
        marks.retain(|mark| mark.kind != "write" || mark.with == BEYOND);
    }
    let reads = marks.iter().any(always("read"));
    if reads {
        marks.retain(|mark| mark.kind != "mask");
    }
    if writes {
        marks.retain(|mark| mark.kind != "read");
    }
    marks
}

/// A clause on a field is also one on everything inside it.
fn covers(fields: &FieldSet, path: &str) -> bool {
    let inside = |name: &Name| {
        path.strip_prefix(&**name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    match fields {
        FieldSet::Named(names) => names.iter().any(inside),
        FieldSet::AllExcept(names) => !names.iter().any(inside),
    }
}

/// Whether a condition holds in an AI context, where that is all it asks for.
fn settled(when: &Expr, context: Option<&Name>) -> Option<bool> {
    match &when.kind {
        ExprKind::Not(inner) => settled(inner, context).map(|holds| !holds),
        ExprKind::All(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| settled(part, context)).collect();
            if parts.contains(&Some(false)) {
                return Some(false);
            }
            parts.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
        }
        ExprKind::Any(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| settled(part, context)).collect();
            if parts.contains(&Some(true)) {
                return Some(true);
            }
            parts.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
        }
        ExprKind::Compare(comparison, left, right) => {
            let context = context?;
            let text = match (&left.kind, &right.kind) {
                (ExprKind::Path(path), ExprKind::Literal(Value::Text(text)))
                | (ExprKind::Literal(Value::Text(text)), ExprKind::Path(path))
                    if path.root == Root::Ai
                        && path.keys.first().is_some_and(|key| **key == *"context") =>
                {
                    text
                }
                _ => return None,
            };
            match comparison {
                Comparison::Equal => Some(text == context),
                Comparison::NotEqual => Some(text != context),
                _ => None,
            }
        }
        _ => None,
    }
}
