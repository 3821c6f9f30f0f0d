//! Who may do what with each field: role × field × AI context, from the grants.
//!
//! Clauses and grants come together as core's algebra of grants says, with what is known before there is a
//! record: what depends on the record or on the person is a note, and a condition on the AI context alone is
//! settled per column. Roles that inherit from others are the host's business and not on the page.

use std::collections::BTreeSet;

use guardrails_rules::Bundle;

use super::page::{Cell, Column, Head, Mark, Note};
use super::source::{at, code_at};
use crate::data::{
    Access, ClauseEffect, Condition as _, StaticTruth, across_grants, figure_in_grant,
    shown_in_grant, writable_in_grant,
};
use crate::policy::{
    Aggregation, Comparison, Expr, ExprKind, FieldClause, Grant, Permission, Policy, Root,
    WriteScope,
};
use crate::process::Truth;
use crate::{Name, Place, Value};

/// The columns of one entity, and what they refer to.
pub(super) struct Matrix<'p> {
    policy: &'p Policy,
    bundle: &'p Bundle,
    entity: &'p str,
    /// Paths into nested entities that a grant names.
    nested: &'p BTreeSet<String>,
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
    pub(super) fn new(
        policy: &'p Policy,
        bundle: &'p Bundle,
        entity: &'p str,
        nested: &'p BTreeSet<String>,
    ) -> Self {
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
            policy,
            bundle,
            entity,
            nested,
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
            let context_name = context.map_or("", |context| context);
            let reached = grants.iter().copied();
            let reached = reached.filter(|grant| grant.is_for_context(context_name));
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
            let first = before.as_ref() != Some(asker.role);
            before = Some(asker.role.clone());
            let (field, writable) = (self.look(asker, path), self.writable(asker, path));
            let mut marks: Vec<Mark> = Vec::new();
            for drawn in field.drawn(writable) {
                let mark = self.mark(&drawn);
                if !marks.contains(&mark) {
                    marks.push(mark);
                }
            }
            cells.push(Cell {
                marks: without_repeats(marks),
                first,
            });
        }
        cells
    }

    /// The field at this path, as the grants of a column speak of it.
    fn look(&self, asker: &Asker<'p>, path: &str) -> Look<'p> {
        let sensitivity = self.policy.sensitivity(self.entity, path);
        let grants = asker.grants.iter().map(|grant| {
            let grant: &'p Grant = grant;
            let clauses = grant.clauses.iter();
            let clauses = clauses.filter(|clause| clause.fields.covers(path));
            let own_scope = grant.scope.as_ref().filter(|_| asker.scope.is_none());
            GrantLook {
                scope: own_scope,
                clauses: clauses
                    .map(|clause| ClauseLook {
                        effect: ClauseEffect::of(&clause.permission, sensitivity),
                        holds: settled(clause.when.as_ref(), asker.context),
                        clause,
                    })
                    .collect(),
            }
        });
        Look {
            grants: grants.collect(),
        }
    }

    /// Whether a change to the field at this path may be made. It replaces the record's own field as a whole,
    /// so that everything inside must be writable, too.
    fn writable(&self, asker: &Asker<'p>, path: &str) -> Truth {
        let top = path.split('.').next().unwrap_or_default();
        let inside = self.nested.iter();
        let inside = inside
            .filter(|nested| is_inside(nested, top))
            .map(|nested| &**nested);
        let all = std::iter::once(top).chain(inside);
        StaticTruth::all(all.map(|path| self.look(asker, path).writable()))
    }

    fn mark(&mut self, drawn: &Drawn<'p>) -> Mark {
        let scope = drawn.scope.map(|scope| self.note(scope, NoteOf::Rows));
        let when = drawn.when.map(|when| self.note(when, NoteOf::Clause));
        Mark {
            kind: drawn.kind,
            with: drawn.with.clone(),
            notes: scope.into_iter().chain(when).collect(),
        }
    }
}

/// One field, as the grants of one column speak of it.
struct Look<'p> {
    grants: Vec<GrantLook<'p>>,
}

/// What one grant says of the field.
struct GrantLook<'p> {
    /// The scope, where it is not that of the whole column.
    scope: Option<&'p Expr>,
    clauses: Vec<ClauseLook<'p>>,
}

struct ClauseLook<'p> {
    effect: ClauseEffect,
    holds: StaticTruth,
    clause: &'p FieldClause,
}

/// A mark, with the conditions that it depends on.
struct Drawn<'p> {
    kind: &'static str,
    with: String,
    scope: Option<&'p Expr>,
    when: Option<&'p Expr>,
}

impl<'p> Look<'p> {
    fn some_grant(&self, says: impl Fn(&GrantLook<'p>) -> Truth) -> Truth {
        across_grants(
            self.grants
                .iter()
                .map(|grant| (StaticTruth::of(grant.scope), says(grant))),
        )
    }

    fn writable(&self) -> Truth {
        self.some_grant(GrantLook::writes)
    }

    /// Whether the field comes to this access.
    fn comes_to(&self, access: &Access) -> Truth {
        comes_to(access, |passes| {
            self.some_grant(|grant| shown_in_grant(grant.effects(), passes))
        })
    }

    /// What is to be drawn of every clause: what may ever be the outcome. Clauses that always hold come first.
    fn drawn(&self, writable: Truth) -> Vec<Drawn<'p>> {
        let mut drawn = Vec::new();
        for grant in &self.grants {
            let mut clauses: Vec<&ClauseLook<'p>> = grant.clauses.iter().collect();
            clauses.retain(|clause| clause.holds != StaticTruth::Never);
            clauses.sort_by_key(|clause| (clause.holds == StaticTruth::Depends, clause.rank()));
            for clause in clauses {
                let kind = match &clause.effect {
                    ClauseEffect::Writes(_) => self.kind_of_write(grant, writable),
                    effect => effect.access().map_or("aggregate", kind_of),
                };
                if self.is_drawn(grant, clause, kind) && !grant.repeats(clause, kind) {
                    let depends = clause.holds == StaticTruth::Depends;
                    drawn.push(Drawn {
                        kind,
                        with: with_of(kind, &clause.clause.permission),
                        scope: grant.scope,
                        when: clause.clause.when.as_ref().filter(|_| depends),
                    });
                }
            }
        }
        drawn
    }

    /// A field that may not be written, since something inside may not, is only seen.
    fn kind_of_write(&self, grant: &GrantLook<'p>, writable: Truth) -> &'static str {
        let writes = grant.writes();
        match writable.and(writes).restricts() {
            true => "write",
            false => "read",
        }
    }

    fn is_drawn(&self, grant: &GrantLook<'p>, clause: &ClauseLook<'p>, kind: &str) -> bool {
        let may_come_to = |access: &Access| {
            let here = comes_to(access, |passes| shown_in_grant(grant.effects(), passes));
            here.and(self.comes_to(access)).restricts()
        };
        match &clause.effect {
            ClauseEffect::Counts(figures) => Aggregation::WORDS.iter().any(|(_, figure)| {
                let group = figures.smallest_group(*figure);
                group.is_some_and(|group| {
                    figure_in_grant(grant.effects(), *figure, group).restricts()
                })
            }),
            ClauseEffect::Writes(_) if kind == "write" => true,
            // It keeps the field from being written, too.
            ClauseEffect::Shows(Access::Hidden) => {
                let shows = shown_in_grant(grant.effects(), |_| true).restricts();
                let writes = grant.writes() == Truth::Unknown;
                let hides = self.comes_to(&Access::Hidden).restricts();
                shows && (hides || writes && self.writable() == Truth::Unknown)
            }
            effect => effect.access().is_some_and(may_come_to),
        }
    }
}

impl<'p> GrantLook<'p> {
    fn effects(&self) -> impl Iterator<Item = (&ClauseEffect, StaticTruth)> + Clone {
        self.clauses
            .iter()
            .map(|clause| (&clause.effect, clause.holds))
    }

    fn writes(&self) -> Truth {
        writable_in_grant(self.effects(), WriteScope::Within)
    }

    /// Whether a clause that depends on the record shows what another one of the grant shows anyway.
    fn repeats(&self, clause: &ClauseLook<'p>, kind: &str) -> bool {
        clause.holds == StaticTruth::Depends
            && kind != "write"
            && self.clauses.iter().any(|other| {
                other.holds == StaticTruth::Always
                    && other.effect.access().is_some()
                    && other.effect.access() == clause.effect.access()
            })
    }
}

impl ClauseLook<'_> {
    fn rank(&self) -> u8 {
        match &self.effect {
            ClauseEffect::Writes(_) => 0,
            ClauseEffect::Shows(Access::Read) => 1,
            ClauseEffect::Shows(_) => 2,
            ClauseEffect::Counts(_) => 3,
        }
    }
}

/// Whether what passes `shown` comes to exactly this access.
fn comes_to(access: &Access, shown: impl Fn(&dyn Fn(&Access) -> bool) -> Truth) -> Truth {
    if *access == Access::Hidden {
        return !shown(&|_| true);
    }
    let not_stricter = shown(&|other| other.cmp_strictness(access).is_le());
    not_stricter.and(!shown(&|other| other.cmp_strictness(access).is_lt()))
}

fn kind_of(access: &Access) -> &'static str {
    match access {
        Access::Read => "read",
        Access::Masked(_) => "mask",
        Access::Hidden => "hide",
    }
}

/// What the page shows beside `write`, in the words of the language.
const BEYOND: &str = "beyond scope";

/// The mask, or the figures, or how far a field may be written.
fn with_of(kind: &str, permission: &Permission) -> String {
    match permission {
        Permission::Write(WriteScope::Beyond) if kind == "write" => BEYOND.to_owned(),
        Permission::Mask(mask) => super::mask_word(mask),
        Permission::Aggregate(figures) => figures.to_string(),
        Permission::Read | Permission::Write(_) | Permission::Hide => String::new(),
    }
}

/// Who may change a field in any case need not be told that it is seen, or changed in some.
fn without_repeats(mut marks: Vec<Mark>) -> Vec<Mark> {
    let always = |kind: &str| {
        let is = |mark: &Mark| mark.kind == kind && mark.notes.is_empty();
        marks.iter().any(is)
    };
    let (writes, reads, masks) = (always("write"), always("read"), always("mask"));
    let is_beyond = |mark: &Mark| mark.kind == "write" && mark.with == BEYOND;
    let beyond = marks
        .iter()
        .any(|mark| is_beyond(mark) && mark.notes.is_empty());
    marks.retain(|mark| match mark.kind {
        "write" if beyond => is_beyond(mark) && mark.notes.is_empty(),
        "write" => !writes || mark.notes.is_empty() || is_beyond(mark),
        "read" => (!writes || masks) && (!reads || mark.notes.is_empty()),
        _ => true,
    });
    marks
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum NoteOf {
    Rows,
    Clause,
}

/// Whether a path is inside the field `outer`.
fn is_inside(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.starts_with('.'))
}

/// Whether a condition holds in an AI context, where that is all it asks for.
fn settled(when: Option<&Expr>, context: Option<&Name>) -> StaticTruth {
    match when.map_or(Some(true), |when| settled_in(when, context)) {
        Some(true) => StaticTruth::Always,
        Some(false) => StaticTruth::Never,
        None => StaticTruth::Depends,
    }
}

/// The same of a condition that is there; none where it asks for something else.
fn settled_in(when: &Expr, context: Option<&Name>) -> Option<bool> {
    match &when.kind {
        ExprKind::Not(inner) => settled_in(inner, context).map(|holds| !holds),
        ExprKind::All(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| settled_in(part, context)).collect();
            if parts.contains(&Some(false)) {
                return Some(false);
            }
            parts.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
        }
        ExprKind::Any(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| settled_in(part, context)).collect();
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
