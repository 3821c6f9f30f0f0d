//! Who may do what with each field: role × field × AI context, from the grants.
//!
//! Clauses and grants come together as core's algebra of grants says, with what is known before there is a
//! record: what depends on the record or on the person is a note, and a condition on the AI context alone is
//! settled per column. Rules on reading that may narrow what is shown are notes, too, which lead to the rule.
//! Roles that inherit from others are the host's business and not on the page.

use std::collections::BTreeSet;

use guardrails_rules::Bundle;

use super::marks::{ClauseOnField, ConditionalMark, FieldGrants, GrantOnField, together};
use super::page::{Cell, Column, Head, Mark, Note};
use super::source::{at, code_at};
use crate::data::{ClauseEffect, Condition as _, StaticTruth};
use crate::policy::{
    Comparison, EffectKind, Expr, ExprKind, FieldSet, Grant, Mode, Policy, Root, Rule, Verb,
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

/// Where a column is asked about.
#[derive(Clone)]
struct Within<'p> {
    /// The AI context; none for any, or for any other than those before it.
    context: Option<&'p Name>,
    /// Contexts that have columns of their own.
    others: Vec<&'p Name>,
}

/// One role in one AI context, with the grants that reach it there.
struct Asker<'p> {
    role: &'p Name,
    within: Within<'p>,
    grants: Vec<&'p Grant>,
    /// One scope on all of the column.
    scope: Option<usize>,
    /// The notes of rules that may refuse to read any of it.
    rules: Vec<usize>,
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
        let others: Vec<&Name> = contexts.iter().flatten().copied().collect();
        if grants.iter().any(|grant| grant.contexts.is_empty()) {
            contexts.push(None);
        }
        for context in contexts {
            let context_name = context.map_or("", |context| context);
            let reached = grants.iter().copied();
            let reached = reached.filter(|grant| grant.is_for_context(context_name));
            let grants: Vec<&Grant> = reached.collect();
            let scope = self.shared_scope(&grants);
            let within = Within {
                context,
                others: others.clone(),
            };
            let rules = self.read_rules(&within, refuses);
            self.columns.push(Asker {
                role,
                within,
                grants,
                scope,
                rules,
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
        self.numbered(&expr.place, |bundle| Note {
            number: 0,
            is_scope: of == NoteOf::Rows,
            rule: None,
            code: code_at(bundle, &expr.place),
            place: at(&expr.place),
        })
    }

    /// The number of the note of this place, which is made once.
    fn numbered(&mut self, place: &Place, note: impl FnOnce(&Bundle) -> Note) -> usize {
        if let Some(at) = self.places.iter().position(|have| have == place) {
            return at + 1;
        }
        self.places.push(place.clone());
        let number = self.places.len();
        self.notes.push(Note {
            number,
            ..note(self.bundle)
        });
        number
    }

    pub(super) fn columns(&self) -> Vec<Column> {
        let mut before: Option<&Name> = None;
        let column = |asker: &Asker<'_>| Column {
            context: asker.within.context.map(ToString::to_string),
            is_rest: !asker.within.others.is_empty(),
            scope: asker.scope,
            rules: asker.rules.clone(),
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
            let within = asker.within.clone();
            let drawn = field.drawn(writable).into_iter();
            let marks = drawn.map(|drawn| drawn.iter().map(|one| self.mark(one)).collect());
            let marks = together(marks.collect());
            let is_shown = marks.iter().any(|mark| mark.kind != "hide");
            let rules = match is_shown {
                true => self.read_rules(&within, |rule| narrows(rule, path)),
                false => Vec::new(),
            };
            cells.push(Cell {
                marks,
                rules,
                first,
            });
        }
        cells
    }

    /// The field at this path, as the grants of a column speak of it.
    fn look(&self, asker: &Asker<'p>, path: &str) -> FieldGrants<'p> {
        let sensitivity = self.policy.sensitivity(self.entity, path);
        let grants = asker.grants.iter().map(|grant| {
            let grant: &'p Grant = grant;
            let clauses = grant.clauses.iter();
            let clauses = clauses.filter(|clause| clause.fields.covers(path));
            let own_scope = grant.scope.as_ref().filter(|_| asker.scope.is_none());
            GrantOnField {
                scope: own_scope,
                clauses: clauses
                    .map(|clause| ClauseOnField {
                        effect: ClauseEffect::of(&clause.permission, sensitivity),
                        holds: settled(clause.when.as_ref(), &asker.within),
                        clause,
                    })
                    .collect(),
            }
        });
        FieldGrants {
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

    fn mark(&mut self, drawn: &ConditionalMark<'p>) -> Mark {
        let scope = drawn.scope.map(|scope| self.note(scope, NoteOf::Rows));
        let when = drawn.when.map(|when| self.note(when, NoteOf::Clause));
        Mark {
            kind: drawn.kind,
            with: drawn.with.clone(),
            notes: scope.into_iter().chain(when).collect(),
            apart: false,
        }
    }

    /// The notes of the rules on reading that may apply in an AI context.
    fn read_rules(&mut self, within: &Within<'_>, is_about: impl Fn(&Rule) -> bool) -> Vec<usize> {
        let policy = self.policy;
        let rules = policy.rules.iter().filter(|rule| {
            *rule.entity == *self.entity
                && rule.mode == Mode::Enforced
                && rule.verbs.contains(&Verb::Read)
                && settled(rule.when.as_ref(), within) != StaticTruth::Never
                && is_about(rule)
        });
        let rules: Vec<&Rule> = rules.map(|rule| &**rule).collect();
        rules.into_iter().map(|rule| self.rule_note(rule)).collect()
    }

    fn rule_note(&mut self, rule: &Rule) -> usize {
        self.numbered(&rule.origin.place, |bundle| Note {
            number: 0,
            is_scope: false,
            rule: Some(super::rules::link(rule)),
            code: rule
                .when
                .as_ref()
                .map(|when| code_at(bundle, &when.place))
                .unwrap_or_default(),
            place: at(&rule.origin.place),
        })
    }
}

/// Whether a rule on reading masks or hides the field at a path, or something inside it.
fn narrows(rule: &Rule, path: &str) -> bool {
    let mut effects = rule.effects.iter();
    effects.any(|effect| match &effect.kind {
        EffectKind::Mask(name, _) | EffectKind::Hide(name) => {
            is_inside(name, path) || FieldSet::Named(vec![name.clone()]).covers(path)
        }
        _ => false,
    })
}

/// Whether a rule on reading may refuse the whole record.
fn refuses(rule: &Rule) -> bool {
    let mut effects = rule.effects.iter();
    effects.any(|effect| {
        matches!(
            effect.kind,
            EffectKind::Deny(..) | EffectKind::RequireApproval(_) | EffectKind::Do(_)
        )
    })
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
fn settled(when: Option<&Expr>, within: &Within<'_>) -> StaticTruth {
    match when.map_or(Some(true), |when| settled_in(when, within)) {
        Some(true) => StaticTruth::Always,
        Some(false) => StaticTruth::Never,
        None => StaticTruth::Depends,
    }
}

/// The same of a condition that is there; none where it asks for something else.
fn settled_in(when: &Expr, within: &Within<'_>) -> Option<bool> {
    match &when.kind {
        ExprKind::Not(inner) => settled_in(inner, within).map(|holds| !holds),
        ExprKind::All(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| settled_in(part, within)).collect();
            if parts.contains(&Some(false)) {
                return Some(false);
            }
            parts.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
        }
        ExprKind::Any(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| settled_in(part, within)).collect();
            if parts.contains(&Some(true)) {
                return Some(true);
            }
            parts.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
        }
        ExprKind::Compare(comparison, left, right) => {
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
            let is_equal = match within.context {
                Some(context) => text == context,
                None if within.others.contains(&text) => false,
                None => return None,
            };
            match comparison {
                Comparison::Equal => Some(is_equal),
                Comparison::NotEqual => Some(!is_equal),
                _ => None,
            }
        }
        _ => None,
    }
}
