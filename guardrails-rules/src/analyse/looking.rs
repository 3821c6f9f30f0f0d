//! What a field comes to under some grants and rules on reading, as claims about one operation: what is
//! shown of it, whether it may be written, and which figures may be taken of it.
//!
//! How clauses and grants combine is core's to say: this file gives its algebra claims instead of truths, and
//! asks nothing itself.

use guardrails_core::data::{
    Access, ClauseEffect, Condition, across_grants, figure_in_grant, shown_in_grant,
    writable_in_grant,
};
use guardrails_core::policy::{
    Aggregation, EffectKind, Expr, FieldClause, FieldSet, Grant, Policy, Type, WriteScope,
};
use guardrails_core::{Name, Place};

use super::formula::Claim;
use super::truths::Truths;

/// One field, looked at through the grants that reach it.
pub(super) struct Looking<'p> {
    pub(super) policy: &'p Policy,
    pub(super) entity: &'p str,
    pub(super) field: &'p str,
    /// The grants that hold as far as role and context go.
    pub(super) grants: Vec<&'p Grant>,
    /// What rules on reading make of it.
    pub(super) restrictions: Vec<Restriction<'p>>,
}

/// What a rule on reading makes of a field.
#[derive(Clone)]
pub(super) struct Restriction<'p> {
    pub(super) access: Access,
    pub(super) place: Place,
    pub(super) applies: Claim<'p>,
}

/// What an effect on reading makes of a field, where it is about the field.
pub(super) fn restricted(
    policy: &Policy,
    entity: &str,
    field: &str,
    effect: &EffectKind,
) -> Option<Access> {
    let is_about = |name: &Name| FieldSet::Named(vec![name.clone()]).covers(field);
    match effect {
        EffectKind::Hide(name) if is_about(name) => Some(Access::Hidden),
        EffectKind::Mask(name, mask) if is_about(name) => {
            Some(Access::Masked(mask.on(policy.sensitivity(entity, field))))
        }
        _ => None,
    }
}

/// A clause on a field, and what it says of it.
pub(super) struct ClauseOn<'g> {
    pub(super) effect: ClauseEffect,
    pub(super) clause: &'g FieldClause,
}

impl<'g> ClauseOn<'g> {
    /// As core's algebra takes it.
    pub(super) fn for_algebra(&self) -> (&ClauseEffect, When<'g>) {
        (&self.effect, When(self.clause.when.as_ref()))
    }
}

/// A condition that may be absent, and then holds, as core's algebra asks for it.
#[derive(Clone, Copy)]
pub(super) struct When<'e>(pub(super) Option<&'e Expr>);

impl<'e> Condition for When<'e> {
    type Claim = Claim<'e>;

    fn holds(self) -> Claim<'e> {
        Claim::comes(self.0, Truths::TRUE)
    }

    fn may_hold(self) -> Claim<'e> {
        Claim::comes(self.0, Truths::APPLIES)
    }

    fn not(claim: Claim<'e>) -> Claim<'e> {
        claim.negated()
    }

    fn all(claims: impl Iterator<Item = Claim<'e>>) -> Claim<'e> {
        Claim::All(claims.collect())
    }

    fn any(claims: impl Iterator<Item = Claim<'e>>) -> Claim<'e> {
        Claim::Any(claims.collect())
    }
}

impl<'p> Looking<'p> {
    /// What may come of it at all, from the least strict.
    pub(super) fn levels(&self) -> Vec<Access> {
        let mut all: Vec<Access> = vec![Access::Hidden];
        let granted = self.accesses().into_iter().map(|(access, _)| access);
        let restricted = self.restrictions.iter().map(|rule| rule.access.clone());
        for access in granted.chain(restricted) {
            if !all.contains(&access) {
                all.push(access);
            }
        }
        all.sort_by(Access::cmp_strictness);
        all
    }

    /// The field's access comes to exactly this, grants and rules together.
    pub(super) fn comes_to(&self, access: &Access) -> Claim<'_> {
        if *access == Access::Hidden {
            return self.shown_less_strictly(None).negated();
        }
        let not_stricter = self.shown_less_strictly(Some(access));
        let less = self.shown_below(access).negated();
        Claim::All(vec![not_stricter, less])
    }

    /// It is seen, and not more strictly than this.
    fn shown_less_strictly(&self, most: Option<&Access>) -> Claim<'_> {
        self.seen(|access| {
            *access != Access::Hidden && most.is_none_or(|most| access.cmp_strictness(most).is_le())
        })
    }

    fn shown_below(&self, access: &Access) -> Claim<'_> {
        self.seen(|other| other.cmp_strictness(access).is_lt())
    }

    /// What grants and rules come to passes the test; the test must hold of whatever is less strict
    /// than what it holds of.
    fn seen(&self, passes: impl Fn(&Access) -> bool) -> Claim<'_> {
        let granted = self.some_grant(|clauses| {
            shown_in_grant(clauses.iter().map(ClauseOn::for_algebra), &passes)
        });
        let mut claims = vec![granted];
        for rule in &self.restrictions {
            if !passes(&rule.access) {
                claims.push(rule.applies.clone().negated());
            }
        }
        Claim::All(claims)
    }

    /// Some grant that holds says this of the field by its clauses on it.
    fn some_grant<'a>(&'a self, says: impl Fn(&[ClauseOn<'a>]) -> Claim<'a>) -> Claim<'a> {
        let grants = self.grants.iter();
        across_grants(grants.map(|grant| {
            let scope = When(grant.scope.as_ref());
            (scope, says(&self.clauses(grant)))
        }))
    }

    /// Some grant lets the field be written, at least as far as `scope`. Rules on reading do not count
    /// here: a change is judged by the rules on changing.
    pub(super) fn writable(&self, scope: WriteScope) -> Claim<'_> {
        self.some_grant(|clauses| {
            writable_in_grant(clauses.iter().map(ClauseOn::for_algebra), scope)
        })
    }

    /// Whether some grant lets the field be written beyond the row scope. Where a grant holds for every
    /// record, nothing is beyond it.
    pub(super) fn has_write_beyond_scope(&self) -> bool {
        let says = |grant: &&Grant| {
            let clauses = self.clauses(grant);
            let mut writes = clauses.iter().map(|clause| clause.effect.writes());
            writes.any(|scope| scope == Some(WriteScope::Beyond))
        };
        self.grants.iter().all(|grant| grant.scope.is_some()) && self.grants.iter().any(says)
    }

    /// The groups that a figure is given for, smallest first; 1 for who reads each value.
    pub(super) fn groups(&self, figure: Aggregation) -> Vec<u32> {
        let mut groups: Vec<u32> = self.given_groups(figure).into_iter().chain([1]).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// Whether somebody gives the figure at all.
    pub(super) fn gives(&self, figure: Aggregation) -> bool {
        !self.given_groups(figure).is_empty()
    }

    fn given_groups(&self, figure: Aggregation) -> Vec<u32> {
        let clauses = self.grants.iter().flat_map(|grant| self.clauses(grant));
        let groups = clauses.filter_map(|clause| match clause.effect {
            ClauseEffect::Counts(figures) => figures.smallest_group(figure),
            _ => None,
        });
        groups.collect()
    }

    /// The figure may be taken over so many records, whether since somebody gives it or since each
    /// value is read anyway.
    pub(super) fn may_take(&self, figure: Aggregation, group: u32) -> Claim<'_> {
        let given = self.some_grant(|clauses| {
            let clauses = clauses.iter().map(ClauseOn::for_algebra);
            figure_in_grant(clauses, figure, group)
        });
        let mut not_hidden = vec![given];
        for rule in &self.restrictions {
            if rule.access == Access::Hidden {
                not_hidden.push(rule.applies.clone().negated());
            }
        }
        let reads = self.seen(|access| *access == Access::Read);
        Claim::Any(vec![reads, Claim::All(not_hidden)])
    }

    /// The clauses of a grant on the field.
    pub(super) fn clauses<'g>(&'g self, grant: &'g Grant) -> Vec<ClauseOn<'g>> {
        let sensitivity = self.policy.sensitivity(self.entity, self.field);
        let clauses = grant.clauses_on(self.field);
        let clauses = clauses.map(|clause| ClauseOn {
            effect: ClauseEffect::of(&clause.permission, sensitivity),
            clause,
        });
        clauses.collect()
    }

    /// The accesses that clauses of the grants ask for, each with its place.
    fn accesses(&self) -> Vec<(Access, Place)> {
        let clauses = self.grants.iter().flat_map(|grant| self.clauses(grant));
        let accesses = clauses.filter_map(|clause| {
            let access = clause.effect.access()?.clone();
            Some((access, clause.clause.place.clone()))
        });
        accesses.collect()
    }

    /// The clauses and rules that lead there.
    pub(super) fn because(&self, access: &Access) -> Vec<Place> {
        let granted = self.accesses().into_iter();
        let granted = granted
            .filter(|(given, _)| given == access)
            .map(|(_, place)| place);
        let restricted = self.restrictions.iter();
        let restricted = restricted
            .filter(|rule| rule.access == *access)
            .map(|rule| rule.place.clone());
        granted.chain(restricted).collect()
    }
}

/// The entity that a field of this type holds, through lists.
pub(super) fn inside(ty: &Type) -> Option<&Name> {
    match ty {
        Type::Entity(name) => Some(name),
        Type::List(item) => inside(item),
        _ => None,
    }
}
