//! One field in a plan: what the grants offer of it, how far the tables narrow each offer, and how
//! that comes together once the conditions are known.

use std::sync::Arc;

use smallvec::SmallVec;

use super::Truths;
use super::level::Level;
use super::limit::{Closings, Limit, Limits};
use crate::data::access::{Access, Source, Writable};
use crate::data::mask::Form;
use crate::data::shape::Shapes;
use crate::data::table::{FieldRow, Inner, most_sensitive};
use crate::diagnostic::Place;
use crate::policy::{Aggregable, Permission, PiiClass, Sensitivity};
use crate::process::Truth;
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
    /// The grant's clauses on the field: permission, condition, place.
    pub(super) clauses: SmallVec<[(Permission, Option<usize>, Place); 2]>,
    pub(super) limits: Limits,
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
        let own_access = own.access.clone();
        let level = opened.map_or(own, |row| Level {
            access: Access::Read,
            writable: Writable::No,
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
    /// What the grant gives: the strictest of its clauses that hold. Unknown conditions give
    /// nothing and restrict all the same. None when nothing is given and nothing hidden.
    fn level(&self, truths: Truths<'_>) -> Option<Level> {
        let mut level: Option<Level> = None;
        let mut gives = false;
        let mut writes = Writable::No;
        let mut figures: Option<(Aggregable, &Place)> = None;
        for (permission, when, place) in &self.clauses {
            let held = when.map_or(Truth::True, |at| truths.of(at, permission));
            let access = match (permission, held) {
                (_, Truth::False) => continue,
                (Permission::Hide, _) => Access::Hidden,
                (Permission::Mask(mask), _) => Access::Masked(mask.clone()),
                (Permission::Aggregate(these), Truth::True) => {
                    let (before, first) = figures.unwrap_or((Aggregable::NOTHING, place));
                    figures = Some((before.beside(*these), first));
                    continue;
                }
                (
                    Permission::Read | Permission::Write | Permission::Aggregate(_),
                    Truth::Unknown,
                ) => continue,
                (Permission::Read | Permission::Write, Truth::True) => Access::Read,
            };
            gives |= held == Truth::True || access == Access::Hidden;
            if *permission == Permission::Write {
                writes = Writable::Yes;
            }
            if level
                .as_ref()
                .is_none_or(|have| access.is_stricter_than(&have.access))
            {
                level = Some(self.level_at(access, place));
            }
        }
        let level = self.with_figures(level.filter(|_| gives), figures)?;
        // A field that the grant shows only in part is not written blind.
        let writable = match level.access {
            Access::Read => writes,
            Access::Masked(_) | Access::Hidden => Writable::No,
        };
        Some(Level { writable, ..level })
    }

    /// What the grant lets be counted up, unless the field is hidden in it.
    fn with_figures(
        &self,
        level: Option<Level>,
        figures: Option<(Aggregable, &Place)>,
    ) -> Option<Level> {
        let Some((aggregable, place)) = figures else {
            return level;
        };
        match level {
            Some(level) if level.access == Access::Hidden => Some(level),
            Some(level) => Some(Level {
                aggregable,
                ..level
            }),
            None => Some(Level {
                aggregable,
                ..self.level_at(Access::Hidden, place)
            }),
        }
    }

    fn level_at(&self, access: Access, place: &Place) -> Level {
        Level {
            access,
            writable: Writable::No,
            aggregable: Aggregable::NOTHING,
            source: Source::Grant {
                role: self.role.clone(),
                place: place.clone(),
            },
        }
    }
}
