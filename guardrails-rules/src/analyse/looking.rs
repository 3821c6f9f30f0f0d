//! What a field comes to under some grants and rules on reading, as claims about one operation: what is
//! shown of it, whether it may be written, and which figures may be taken of it.
//!
//! It says how grants and rules combine, as the guard combines them, and asks nothing itself.

use guardrails_core::data::Access;
use guardrails_core::policy::{
    Aggregable, Aggregation, EffectKind, FieldClause, FieldSet, Grant, Permission, Policy,
    Sensitivity, Type,
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
    let is_about = |name: &Name| and_around(field).any(|path| **name == *path);
    match effect {
        EffectKind::Hide(name) if is_about(name) => Some(Access::Hidden),
        EffectKind::Mask(name, mask) if is_about(name) => {
            Some(Access::Masked(mask.on(sensitivity(policy, entity, field))))
        }
        _ => None,
    }
}

impl<'p> Looking<'p> {
    /// What may come of it at all, from the least strict.
    pub(super) fn levels(&self) -> Vec<Access> {
        let mut all: Vec<Access> = vec![Access::Hidden];
        let granted = self.grants.iter().flat_map(|grant| self.clauses(grant));
        let granted = granted.map(|(access, _)| access);
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
        let granted = self.grants.iter();
        let granted = granted.map(|grant| self.granted(grant, &passes)).collect();
        let mut claims = vec![Claim::Any(granted)];
        for rule in &self.restrictions {
            if !passes(&rule.access) {
                claims.push(rule.applies.clone().negated());
            }
        }
        Claim::All(claims)
    }

    /// Some clause of the grant surely gives the field, and the strictest that may count passes. What
    /// shows must hold; what disguises counts where it is unknown, too.
    fn granted<'a>(&'a self, grant: &'a Grant, passes: &impl Fn(&Access) -> bool) -> Claim<'a> {
        let mut claims = vec![Claim::comes(grant.scope.as_ref(), Truths::TRUE)];
        let mut some = Vec::new();
        for (access, clause) in self.clauses(grant) {
            let counts = match access {
                Access::Read => Truths::TRUE,
                Access::Masked(_) | Access::Hidden => Truths::APPLIES,
            };
            if passes(&access) {
                some.push(Claim::comes(clause.when.as_ref(), Truths::TRUE));
            } else {
                claims.push(Claim::comes(clause.when.as_ref(), counts).negated());
            }
        }
        claims.push(Claim::Any(some));
        Claim::All(claims)
    }

    /// Some grant lets the field be written: it shows the field as it is, and says `write`. Rules on
    /// reading do not count here: a change is judged by the rules on changing.
    pub(super) fn writable(&self) -> Claim<'_> {
        let grants = self.grants.iter();
        Claim::Any(grants.map(|grant| self.writes(grant)).collect())
    }

    fn writes<'a>(&'a self, grant: &'a Grant) -> Claim<'a> {
        let mut claims = vec![Claim::comes(grant.scope.as_ref(), Truths::TRUE)];
        let mut some = Vec::new();
        for (access, clause) in self.clauses(grant) {
            match (access, &clause.permission) {
                (Access::Read, Permission::Write) => {
                    some.push(Claim::comes(clause.when.as_ref(), Truths::TRUE));
                }
                (Access::Read, _) => {}
                (Access::Masked(_) | Access::Hidden, _) => {
                    claims.push(Claim::comes(clause.when.as_ref(), Truths::FALSE));
                }
            }
        }
        claims.push(Claim::Any(some));
        Claim::All(claims)
    }

    /// The groups that a figure is given for, smallest first; 1 for who reads each value.
    pub(super) fn groups(&self, figure: Aggregation) -> Vec<u32> {
        let mut groups: Vec<u32> = self
            .grants
            .iter()
            .flat_map(|grant| self.figures(grant))
            .filter_map(|(figures, _)| figures.smallest_group(figure))
            .chain([1])
            .collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// Whether somebody gives the figure at all.
    pub(super) fn gives(&self, figure: Aggregation) -> bool {
        let given = self.grants.iter().flat_map(|grant| self.figures(grant));
        given
            .filter_map(|(figures, _)| figures.smallest_group(figure))
            .any(|_| true)
    }

    /// The figure may be taken over so many records, whether since somebody gives it or since each
    /// value is read anyway.
    pub(super) fn may_take(&self, figure: Aggregation, group: u32) -> Claim<'_> {
        let given = self.grants.iter();
        let given = given
            .map(|grant| self.gives_figure(grant, figure, group))
            .collect();
        let mut not_hidden = vec![Claim::Any(given)];
        for rule in &self.restrictions {
            if rule.access == Access::Hidden {
                not_hidden.push(rule.applies.clone().negated());
            }
        }
        let reads = self.seen(|access| *access == Access::Read);
        Claim::Any(vec![reads, Claim::All(not_hidden)])
    }

    /// Some clause gives the figure, none asks for a larger group, and the grant does not hide the
    /// field.
    fn gives_figure<'a>(&'a self, grant: &'a Grant, figure: Aggregation, group: u32) -> Claim<'a> {
        let mut claims = vec![Claim::comes(grant.scope.as_ref(), Truths::TRUE)];
        for (access, clause) in self.clauses(grant) {
            if access == Access::Hidden {
                claims.push(Claim::comes(clause.when.as_ref(), Truths::FALSE));
            }
        }
        let mut some = Vec::new();
        for (figures, clause) in self.figures(grant) {
            let holds = Claim::comes(clause.when.as_ref(), Truths::TRUE);
            match figures.smallest_group(figure) {
                Some(least) if least <= group => some.push(holds),
                Some(_) => claims.push(holds.negated()),
                None => {}
            }
        }
        claims.push(Claim::Any(some));
        Claim::All(claims)
    }

    fn figures<'g>(
        &'g self,
        grant: &'g Grant,
    ) -> impl Iterator<Item = (Aggregable, &'g FieldClause)> {
        let clauses = grant.clauses.iter();
        clauses.filter_map(|clause| match &clause.permission {
            Permission::Aggregate(figures) if self.covers(&clause.fields) => {
                Some((*figures, clause))
            }
            _ => None,
        })
    }

    /// The clauses of a grant on the field, with what each shows.
    pub(super) fn clauses<'g>(&self, grant: &'g Grant) -> Vec<(Access, &'g FieldClause)> {
        let sensitivity = sensitivity(self.policy, self.entity, self.field);
        grant
            .clauses
            .iter()
            .filter(|clause| self.covers(&clause.fields))
            .filter_map(|clause| {
                let access = match &clause.permission {
                    Permission::Read | Permission::Write => Access::Read,
                    Permission::Mask(mask) => Access::Masked(mask.on(sensitivity)),
                    Permission::Hide => Access::Hidden,
                    // Shows nothing of a record, and takes nothing away.
                    Permission::Aggregate(_) => return None,
                };
                Some((access, clause))
            })
            .collect()
    }

    /// Whether a clause on these fields is one on this one.
    pub(super) fn covers(&self, fields: &FieldSet) -> bool {
        let mut around = and_around(self.field);
        match fields {
            FieldSet::Named(names) => around.any(|path| names.iter().any(|name| **name == *path)),
            FieldSet::AllExcept(except) => {
                around.all(|path| except.iter().all(|name| **name != *path))
            }
        }
    }

    /// The clauses and rules that lead there.
    pub(super) fn because(&self, access: &Access) -> Vec<Place> {
        let granted = self.grants.iter().flat_map(|grant| self.clauses(grant));
        let granted = granted
            .filter(|(given, _)| given == access)
            .map(|(_, clause)| clause.place.clone());
        let restricted = self.restrictions.iter();
        let restricted = restricted
            .filter(|rule| rule.access == *access)
            .map(|rule| rule.place.clone());
        granted.chain(restricted).collect()
    }
}

/// The highest sensitivity on the way to a field.
pub(super) fn sensitivity(policy: &Policy, entity: &str, field: &str) -> Sensitivity {
    let mut highest = Sensitivity::PUBLIC;
    let mut at: Option<Name> = Some(entity.into());
    for key in field.split('.') {
        let entity = at.and_then(|name| policy.entities.get(&name));
        let Some(field) = entity.and_then(|entity| entity.field(key)) else {
            return highest;
        };
        highest = highest.max(field.sensitivity);
        at = inside(&field.ty).cloned();
    }
    highest
}

/// The entity that a field of this type holds, through lists.
pub(super) fn inside(ty: &Type) -> Option<&Name> {
    match ty {
        Type::Entity(name) => Some(name),
        Type::List(item) => inside(item),
        _ => None,
    }
}

/// A path and the paths around it: `a.b`, `a`.
fn and_around(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| {
        path.rsplit_once('.').map(|(outer, _)| outer)
    })
}
