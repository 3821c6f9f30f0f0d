//! Grants: one per role, each clause with its fields.

use std::collections::BTreeSet;
use std::sync::Arc;

use guardrails_core::data::Mask;
use guardrails_core::policy::{Entity, Expr, FieldClause, FieldSet, Grant, Permission};
use guardrails_core::{Name, phrase};

use super::condition::{Checker, Reach};
use super::context::{Context, declare};
use super::symbols::Space;
use super::{figures, mask, unmasked};
use crate::ast::{self, Clause, ClauseKind, Dotted, Fields, Ident, MaskWord, Masking, Span};
use crate::codes;

/// Clauses of one declaration, counted for each of its roles (`grant_clauses`).
const CLAUSES: usize = 100_000;

/// The grants that a declaration stands for; none when its entity is not known.
pub(super) fn lower(cx: &Context<'_>, written: &ast::Grant) -> Vec<Grant> {
    let Some(entity) = entity(cx, &written.entity) else {
        return Vec::new();
    };
    let lowering = Lowering {
        cx,
        entity: &entity,
    };
    let scope = written
        .scope
        .as_ref()
        .map(|scope| lowering.condition(scope));
    let most = CLAUSES / written.roles.len().max(1);
    let lowered = written
        .clauses
        .iter()
        .flat_map(|clause| lowering.clause(clause));
    let clauses: Vec<FieldClause> = lowered.take(most + 1).collect();
    if clauses.len() > most {
        cx.over(
            written.span,
            phrase!("clauses times roles are" | "子句数乘以角色数"),
            "grant_clauses",
            CLAUSES,
        );
        return Vec::new();
    }
    unmasked::warn(cx, &entity, written, &clauses);
    let contexts: Vec<Name> = written.contexts.iter().map(|c| c.text.clone()).collect();
    let roles = written.roles.iter();
    roles
        .map(|role| Grant {
            role: role.text.clone(),
            entity: entity.name.clone(),
            contexts: contexts.clone(),
            scope: scope.clone(),
            clauses: clauses.clone(),
            place: cx.place(written.span),
        })
        .collect()
}

/// The entity of this name; reports when there is none.
pub(super) fn entity(cx: &Context<'_>, name: &Ident) -> Option<Arc<Entity>> {
    let found = cx.symbols.entities.get(&name.text).cloned();
    cx.refer(Space::Type, &name.text, name.span);
    if found.is_none() {
        let known = cx.symbols.entities.keys().map(|name| &**name);
        let kind = phrase!("entity" | "实体");
        cx.unknown(codes::UNKNOWN_ENTITY, name, kind, known, || {
            declare("entity", &name.text)
        });
    }
    found
}

struct Lowering<'c, 'b> {
    cx: &'c Context<'b>,
    entity: &'c Arc<Entity>,
}

impl Lowering<'_, '_> {
    fn condition(&self, written: &ast::Expr) -> Expr {
        Checker::new(self.cx, Some(self.entity.clone()), Reach::Grant).whole_condition(written)
    }

    fn clause(&self, clause: &Clause) -> Vec<FieldClause> {
        let sets = match &clause.kind {
            ClauseKind::Read(fields) => vec![(self.fields(fields), Permission::Read)],
            ClauseKind::Write(fields, scope) => {
                vec![(self.fields(fields), Permission::Write(*scope))]
            }
            ClauseKind::Hide(fields) => vec![(self.fields(fields), Permission::Hide)],
            ClauseKind::Mask(maskings) => self.maskings(maskings),
            ClauseKind::Aggregate {
                fields,
                figures,
                group,
            } => {
                let permission = figures::permission(self.cx, figures, *group);
                let named = figures::fields(self.cx, self.entity, fields, figures);
                vec![(FieldSet::Named(named), permission)]
            }
        };
        let when = clause.when.as_ref().map(|when| self.condition(when));
        sets.into_iter()
            .map(|(fields, permission)| FieldClause {
                fields,
                permission,
                when: when.clone(),
                place: self.cx.place(clause.span),
            })
            .collect()
    }

    fn fields(&self, written: &Fields) -> FieldSet {
        match written {
            Fields::Named(paths) => FieldSet::Named(self.names(paths)),
            Fields::AllExcept(paths, _) => FieldSet::AllExcept(self.names(paths)),
        }
    }

    fn names(&self, paths: &[Dotted]) -> Vec<Name> {
        let found = paths
            .iter()
            .filter_map(|path| mask::field(self.cx, self.entity, path));
        found.map(|named| named.name).collect()
    }

    /// Fields without a mask of their own share the next one's; the last ones get the default.
    fn maskings(&self, maskings: &[Masking]) -> Vec<(FieldSet, Permission)> {
        let mut lowered = Vec::new();
        let mut next: Option<&MaskWord> = None;
        for masking in maskings.iter().rev() {
            next = masking.mask.as_ref().or(next);
            lowered.extend(self.masking(&masking.fields, next));
            if lowered.len() > CLAUSES {
                break;
            }
        }
        lowered.reverse();
        lowered
    }

    fn masking(&self, fields: &Fields, word: Option<&MaskWord>) -> Vec<(FieldSet, Permission)> {
        let one = |named: &mask::Named<'_>, at: Span| {
            let mask: Option<Mask> = mask::mask(self.cx, word, named.field, at);
            mask.map(|mask| {
                let fields = FieldSet::Named(vec![named.name.clone()]);
                (fields, Permission::Mask(mask))
            })
        };
        match fields {
            Fields::Named(paths) => paths
                .iter()
                .filter_map(|path| {
                    let named = mask::field(self.cx, self.entity, path)?;
                    one(&named, path.span)
                })
                .collect(),
            Fields::AllExcept(except, star) => {
                let except: BTreeSet<Name> = self.names(except).into_iter().collect();
                let fields = self.entity.fields.iter();
                fields
                    .filter(|field| !except.contains(&field.name))
                    .filter_map(|field| {
                        let name = field.name.clone();
                        one(&mask::Named { name, field }, *star)
                    })
                    .collect()
            }
        }
    }
}
