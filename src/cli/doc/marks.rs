//! What a cell of the matrix shows of each clause: all that may ever come of it, by the algebra of grants.

use super::page::Mark;
use crate::data::{
    Access, ClauseEffect, Mask, StaticTruth, across_grants, figure_in_grant, shown_in_grant,
    writable_in_grant,
};
use crate::policy::{Aggregation, Expr, FieldClause, Permission, WriteScope};
use crate::process::Truth;

/// One field, as the grants of one column speak of it.
pub(super) struct FieldGrants<'p> {
    pub(super) grants: Vec<GrantOnField<'p>>,
}

/// What one grant says of the field.
pub(super) struct GrantOnField<'p> {
    /// The scope, where it is not that of the whole column.
    pub(super) scope: Option<&'p Expr>,
    pub(super) clauses: Vec<ClauseOnField<'p>>,
}

pub(super) struct ClauseOnField<'p> {
    pub(super) effect: ClauseEffect,
    pub(super) holds: StaticTruth,
    pub(super) clause: &'p FieldClause,
}

/// A mark, with the conditions that it depends on.
pub(super) struct ConditionalMark<'p> {
    pub(super) kind: &'static str,
    /// The mask as it is for this field.
    mask: Option<Mask>,
    pub(super) with: String,
    pub(super) scope: Option<&'p Expr>,
    pub(super) when: Option<&'p Expr>,
}

impl<'p> FieldGrants<'p> {
    fn some_grant(&self, says: impl Fn(&GrantOnField<'p>) -> Truth) -> Truth {
        across_grants(
            self.grants
                .iter()
                .map(|grant| (StaticTruth::of(grant.scope), says(grant))),
        )
    }

    pub(super) fn writable(&self) -> Truth {
        self.some_grant(GrantOnField::writes)
    }

    /// Whether the field comes to this access.
    fn comes_to(&self, access: &Access) -> Truth {
        comes_to(access, |passes| {
            self.some_grant(|grant| shown_in_grant(grant.effects(), passes))
        })
    }

    /// What is to be drawn of every clause, grant by grant: what may ever be the outcome. Clauses that always
    /// hold come first.
    pub(super) fn drawn(&self, writable: Truth) -> Vec<Vec<ConditionalMark<'p>>> {
        let mut all = Vec::new();
        for grant in &self.grants {
            let mut drawn = Vec::new();
            let mut clauses: Vec<&ClauseOnField<'p>> = grant.clauses.iter().collect();
            clauses.retain(|clause| clause.holds != StaticTruth::Never);
            clauses.sort_by_key(|clause| (clause.holds == StaticTruth::Depends, clause.rank()));
            for clause in clauses {
                let kind = match &clause.effect {
                    ClauseEffect::Writes(_) => self.kind_of_write(grant, writable),
                    effect => effect.access().map_or("aggregate", kind_of),
                };
                if self.is_drawn(grant, clause, kind) && !grant.repeats(clause, kind) {
                    let depends = clause.holds == StaticTruth::Depends;
                    drawn.push(ConditionalMark {
                        kind,
                        mask: match &clause.effect {
                            ClauseEffect::Shows(Access::Masked(mask)) => Some(mask.clone()),
                            _ => None,
                        },
                        with: with_of(kind, &clause.clause.permission),
                        scope: grant.scope,
                        when: clause.clause.when.as_ref().filter(|_| depends),
                    });
                }
            }
            all.push(drawn);
        }
        match self.always_masked() {
            Some(mask) => masked_so(all, &mask),
            None => all,
        }
    }

    /// The mask through which every record shows it, where there is one.
    fn always_masked(&self) -> Option<Mask> {
        let clauses = self.grants.iter().flat_map(|grant| &grant.clauses);
        let masks = clauses.filter_map(|clause| match &clause.effect {
            ClauseEffect::Shows(Access::Masked(mask)) => Some(mask),
            _ => None,
        });
        let mut masks =
            masks.filter(|mask| self.comes_to(&Access::Masked((*mask).clone())) == Truth::True);
        masks.next().cloned()
    }

    /// A field that may not be written, since something inside may not, is only seen.
    fn kind_of_write(&self, grant: &GrantOnField<'p>, writable: Truth) -> &'static str {
        let writes = grant.writes();
        match writable.and(writes).restricts() {
            true => "write",
            false => "read",
        }
    }

    fn is_drawn(&self, grant: &GrantOnField<'p>, clause: &ClauseOnField<'p>, kind: &str) -> bool {
        let may_come_to = |access: &Access| {
            let here = comes_to(access, |passes| shown_in_grant(grant.effects(), passes));
            here.and(self.comes_to(access)).restricts()
        };
        let is_always_read = self.comes_to(&Access::Read) == Truth::True;
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
                shows && (!is_always_read || writes && self.writable() == Truth::Unknown)
            }
            // Without it, what else the grant says would seem to show the value.
            ClauseEffect::Shows(access @ Access::Masked(_)) => {
                let here = comes_to(access, |passes| shown_in_grant(grant.effects(), passes));
                let shows = grant.writes().restricts() || may_come_to(&Access::Read);
                here.restricts() && !is_always_read && (shows || self.comes_to(access).restricts())
            }
            effect => effect.access().is_some_and(may_come_to),
        }
    }
}

impl<'p> GrantOnField<'p> {
    fn effects(&self) -> impl Iterator<Item = (&ClauseEffect, StaticTruth)> + Clone {
        self.clauses
            .iter()
            .map(|clause| (&clause.effect, clause.holds))
    }

    fn writes(&self) -> Truth {
        writable_in_grant(self.effects(), WriteScope::Within)
    }

    /// Whether a clause that depends on the record shows what another one of the grant shows anyway.
    fn repeats(&self, clause: &ClauseOnField<'p>, kind: &str) -> bool {
        clause.holds == StaticTruth::Depends
            && kind != "write"
            && self.clauses.iter().any(|other| {
                other.holds == StaticTruth::Always
                    && other.effect.access().is_some()
                    && other.effect.access() == clause.effect.access()
            })
    }
}

impl ClauseOnField<'_> {
    fn rank(&self) -> u8 {
        match &self.effect {
            ClauseEffect::Writes(_) => 0,
            ClauseEffect::Shows(Access::Read) => 1,
            ClauseEffect::Shows(_) => 2,
            ClauseEffect::Counts(_) => 3,
        }
    }
}

/// What is drawn where every record shows the field through one mask: that mask, and what may be done with it.
fn masked_so<'p>(
    drawn: Vec<Vec<ConditionalMark<'p>>>,
    mask: &Mask,
) -> Vec<Vec<ConditionalMark<'p>>> {
    if drawn.iter().flatten().any(|drawn| drawn.kind == "hide") {
        return drawn;
    }
    let is_shown = |drawn: &ConditionalMark<'p>| match drawn.kind {
        "read" => false,
        "mask" => {
            drawn.mask.as_ref() == Some(mask) && drawn.scope.is_none() && drawn.when.is_none()
        }
        _ => true,
    };
    vec![drawn.into_iter().flatten().filter(is_shown).collect()]
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
        Permission::Mask(mask) => super::written::mask_word(mask),
        Permission::Aggregate(figures) => figures.to_string(),
        Permission::Read | Permission::Write(_) | Permission::Hide => String::new(),
    }
}

/// The marks of one cell, from those of each grant. Where nothing restricts, what grants give adds up; a mask
/// or a hiding counts within its own grant alone, so that the marks of each grant stay together.
pub(super) fn together(mut grants: Vec<Vec<Mark>>) -> Vec<Mark> {
    let restricts = |mark: &Mark| matches!(mark.kind, "mask" | "hide");
    if !grants.iter().flatten().any(restricts) {
        grants = vec![grants.concat()];
    }
    // What restricts is the same in both, and the other one gives more.
    let is_in = |few: &[Mark], many: &[Mark]| {
        let gives_no_more = few.iter().all(|mark| many.contains(mark));
        let mut stricter = many.iter().filter(|mark| restricts(mark));
        gives_no_more && stricter.all(|mark| few.contains(mark))
    };
    let mut shown: Vec<Vec<Mark>> = Vec::new();
    for marks in grants {
        let marks = without_repeats(marks);
        if !shown.iter().any(|have| is_in(&marks, have)) {
            shown.retain(|have| !is_in(have, &marks));
            shown.push(marks);
        }
    }
    for marks in shown.iter_mut().skip(1) {
        if let Some(first) = marks.first_mut() {
            first.apart = true;
        }
    }
    shown.concat()
}

/// Who may change a field in any case need not be told that it is seen, or changed in some.
fn without_repeats(marks: Vec<Mark>) -> Vec<Mark> {
    let mut once: Vec<Mark> = Vec::new();
    for mark in marks {
        if !once.contains(&mark) {
            once.push(mark);
        }
    }
    let mut marks = once;
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
