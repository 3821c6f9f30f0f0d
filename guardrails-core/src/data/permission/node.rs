//! One field in a plan: what the grants offer of it, how far the tables narrow each offer, and how
//! that comes together once the conditions are known.

use std::sync::Arc;

use smallvec::SmallVec;

use super::level::Level;
use super::limit::{Closings, Limit, Limits};
use super::truths::Truths;
use crate::data::access::{Access, Source};
use crate::data::field_row::{FieldRow, Inner, most_sensitive};
use crate::data::grant_algebra::{
    ClauseEffect, access_in_grant, extent_in_grant, figures_in_grant,
};
use crate::data::mask::Form;
use crate::data::shape::Shapes;
use crate::diagnostic::Place;
use crate::policy::{Aggregable, PiiClass, Sensitivity};
use crate::truth::Truth;
use crate::value::Name;

/// A field and everything that speaks of it.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: Name,
    pub(super) sensitivity: Sensitivity,
    pub(super) pii: Option<PiiClass>,
    /// What keeps it from AI, whatever else is granted.
    pub(super) closings: Closings,
    /// What the tables say of the nested entity's own field, for nodes inside one.
    pub(super) inside: Option<Limit>,
    pub(super) offers: Vec<Offer>,
    /// What masks take its value for.
    pub(super) form: Form,
    pub(super) inner: Inner,
    /// The fields inside, where something speaks of them one by one.
    pub(super) children: Option<Vec<Node>>,
    /// What becomes of fields inside that nothing speaks of.
    pub(super) others: Others,
}

/// What becomes of the fields inside a field that nothing speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    /// They are no declared fields, so they are withheld.
    Withheld,
    /// No entity declares what is inside, so they are as the whole is.
    AsTheWhole,
}

/// What one grant, or one role's rows, offers of a field.
#[derive(Debug)]
pub(super) struct Offer {
    /// The grant that must hold; none for rows.
    pub(super) grant: Option<usize>,
    pub(super) role: Name,
    /// The grant's clauses on the field.
    pub(super) clauses: SmallVec<[OfferClause; 2]>,
    pub(super) limits: Limits,
}

/// A clause on the field, with its condition by place.
#[derive(Debug)]
pub(super) struct OfferClause {
    pub(super) effect: ClauseEffect,
    pub(super) when: Option<usize>,
    pub(super) place: Place,
}

impl Node {
    /// The field's row for one pattern of truths.
    pub(super) fn row(&self, holding: &[bool], truths: Truths<'_>, shapes: &Shapes) -> FieldRow {
        let own = self.level(holding, truths);
        match &self.children {
            None => self.row_of(own, self.inner.clone(), shapes),
            Some(children) => {
                let rows: Arc<[FieldRow]> = children
                    .iter()
                    .map(|child| child.row(holding, truths, shapes))
                    .collect();
                self.row_around(own, rows, shapes)
            }
        }
    }

    fn row_of(&self, level: Level, inner: Inner, shapes: &Shapes) -> FieldRow {
        let inside = match level.access {
            Access::Read => shapes.sensitivity(&inner),
            Access::Masked(_) | Access::Hidden => Sensitivity::PUBLIC,
        };
        FieldRow {
            name: self.name.clone(),
            writable: level.writable.and(shapes.writable(&inner)),
            access: level.access,
            sensitivity: self.sensitivity.max(inside),
            floor: self.sensitivity,
            pii: self.pii,
            source: level.source,
            aggregable: level.aggregable,
            form: self.form,
            inner,
        }
    }

    /// The row of a field whose inside is spoken of. It is opened where something inside is shown in
    /// a better way than the field as a whole, since each field inside already bears every clause on
    /// the whole.
    fn row_around(&self, own: Level, rows: Arc<[FieldRow]>, shapes: &Shapes) -> FieldRow {
        let opened = rows
            .iter()
            .find(|row| own.access.is_stricter_than(&row.access));
        let (own_access, writable) = (own.access.clone(), own.writable);
        let level = opened.map_or(own, |row| Level {
            access: Access::Read,
            writable,
            aggregable: Aggregable::NOTHING,
            source: row.source.clone(),
        });
        let inside = most_sensitive(&rows).unwrap_or(Sensitivity::PUBLIC);
        let inner = match self.others {
            Others::Withheld => Inner::Rows(rows),
            Others::AsTheWhole => Inner::Open(rows, own_access),
        };
        let mut row = self.row_of(level, inner, shapes);
        row.sensitivity = row.sensitivity.max(inside);
        row
    }

    /// Across grants the most permissive wins; then what the tables forbid is taken away.
    fn level(&self, holding: &[bool], truths: Truths<'_>) -> Level {
        // Whatever rows narrow is narrowed once the conditions are known.
        let known = truths.known();
        if let Some(source) = known.and_then(|truths| self.closings.at(truths)) {
            return Level::hidden(source.clone());
        }
        let mut best = Level::hidden(Source::Nobody);
        for offer in &self.offers {
            let holds = offer
                .grant
                .is_none_or(|grant| holding.get(grant).copied().unwrap_or(false));
            if let Some(level) = offer.level(truths).filter(|_| holds) {
                let limit = known.and_then(|truths| offer.limits.at(truths));
                let narrowed = Limit::narrow(limit.as_ref(), level, self.sensitivity);
                best = best.merged(narrowed);
            }
        }
        Limit::narrow_inside(self.inside.as_ref(), best, self.sensitivity)
    }
}

impl Offer {
    /// What the grant gives. None when nothing is given and nothing hidden.
    fn level(&self, truths: Truths<'_>) -> Option<Level> {
        let truth = |clause: &OfferClause| {
            let truth = |at| truths.of(at, &clause.effect);
            clause.when.map_or(Truth::True, truth)
        };
        let clauses = self.clauses.iter();
        let effects = clauses.clone();
        let effects = effects.map(|clause| (&clause.effect, truth(clause)));
        let access = access_in_grant(effects.clone());
        let counting = clauses.filter(|clause| clause.effect.counts(truth(clause)));
        let decides = counting
            .clone()
            .find(|clause| clause.effect.access() == Some(&access));
        let counts_up = || {
            let mut counting = counting.clone();
            counting.find(|clause| clause.effect.access().is_none())
        };
        let place = decides.or_else(counts_up)?.place.clone();
        Some(Level {
            access,
            writable: extent_in_grant(effects.clone()),
            aggregable: figures_in_grant(effects),
            source: Source::Grant {
                role: self.role.clone(),
                place,
            },
        })
    }
}
