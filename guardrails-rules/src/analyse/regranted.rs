//! Clauses of a grant that change nothing since another grant to the same role shows the field anyway:
//! duplicates, and a `hide` that another grant contradicts.
//!
//! Across grants the most permissive wins, so a clause is pointless where the other grant surely shows
//! what this one gives or takes away. Told only with a proof, whatever a host may send.

use guardrails_core::data::{Access, Mask};
use guardrails_core::policy::{FieldClause, FieldSet, Grant, Permission, Policy, Verb};
use guardrails_core::{Diagnostic, Name, phrase};

use super::answer::ask;
use super::formula::Claim;
use super::scene::{Data, Scene};
use super::truths::Truths;
use super::work::Work;
use crate::codes;

/// Reports clauses that another grant to the same role makes pointless.
pub(super) fn findings(policy: &Policy, work: &mut Work, out: &mut Vec<Diagnostic>) {
    let mut told = Vec::new();
    for (at, grant) in policy.grants.iter().enumerate() {
        for clause in &grant.clauses {
            for name in named(clause) {
                let by = policy.grants.iter().enumerate().find(|(number, other)| {
                    let pair = Pair {
                        policy,
                        grant,
                        other,
                        name,
                    };
                    pair.are_rivals() && pair.is_told(clause, *number < at, work)
                });
                // One declaration for several roles is one grant for each, and told of once.
                let key = (&clause.place, name);
                if let Some((_, other)) = by
                    && !told.contains(&key)
                {
                    told.push(key);
                    out.push(finding(name, grant, clause, other));
                }
            }
        }
    }
}

fn named(clause: &FieldClause) -> &[Name] {
    match &clause.fields {
        FieldSet::Named(names) => names,
        FieldSet::AllExcept(_) => &[],
    }
}

/// Two grants, and a field that the first one names.
struct Pair<'p> {
    policy: &'p Policy,
    grant: &'p Grant,
    other: &'p Grant,
    name: &'p Name,
}

impl<'p> Pair<'p> {
    /// Whether both are to one role, and the other one holds in every context that this one does.
    fn are_rivals(&self) -> bool {
        let Self { grant, other, .. } = self;
        let contexts = other.contexts.is_empty()
            || !grant.contexts.is_empty()
                && grant
                    .contexts
                    .iter()
                    .all(|name| other.contexts.contains(name));
        grant.role == other.role
            && grant.entity == other.entity
            && grant.place != other.place
            && contexts
            && !speaks_of_parts(other, self.name)
    }

    /// Whether the clause is to be told of. Of two that make each other pointless the first one stays.
    fn is_told(&self, clause: &'p FieldClause, other_is_earlier: bool, work: &mut Work) -> bool {
        self.is_pointless(clause, work) && (other_is_earlier || !self.is_returned(work))
    }

    /// Whether the other grant's clauses on the field are pointless beside this one.
    fn is_returned(&self, work: &mut Work) -> bool {
        let back = Self {
            grant: self.other,
            other: self.grant,
            ..*self
        };
        back.are_rivals()
            && about(back.grant, back.name)
                .filter(|clause| named(clause).contains(back.name))
                .any(|clause| back.is_pointless(clause, work))
    }

    /// Whether the clause gives nothing and takes nothing away that the other grant does not show.
    fn is_pointless(&self, clause: &'p FieldClause, work: &mut Work) -> bool {
        let takes_away = self.takes_away(clause);
        let wanted = match &clause.permission {
            Permission::Mask(mask) if !takes_away => Access::Masked(mask.clone()),
            Permission::Aggregate(_) => return false,
            _ => Access::Read,
        };
        let mut some = self.shows(&wanted);
        // What hides or masks a field keeps it from being written, too.
        let writes = |clause: &FieldClause| clause.permission == Permission::Write;
        if writes(clause) || takes_away && about(self.grant, self.name).any(writes) {
            some.push(self.writes());
        }
        let counts = match takes_away {
            true => Truths::APPLIES,
            false => Truths::TRUE,
        };
        let claims = vec![
            Claim::comes(self.grant.scope.as_ref(), Truths::TRUE),
            Claim::comes(clause.when.as_ref(), counts),
            Claim::All(some).negated(),
        ];
        about(self.other, self.name).any(shows) && work.ask() && self.never(claims)
    }

    /// Whether a clause makes what its own grant shows of the field stricter: others there show it.
    fn takes_away(&self, clause: &FieldClause) -> bool {
        let restricts = matches!(clause.permission, Permission::Mask(_) | Permission::Hide);
        restricts
            && (clause.permission == Permission::Hide
                || about(self.grant, self.name)
                    .any(|other| !std::ptr::eq(other, clause) && shows(other)))
    }

    /// The other grant holds, and what it gives is no stricter than this.
    fn shows(&self, most: &Access) -> Vec<Claim<'p>> {
        let mut claims = vec![Claim::comes(self.other.scope.as_ref(), Truths::TRUE)];
        let mut some = Vec::new();
        for clause in about(self.other, self.name) {
            let when = clause.when.as_ref();
            match access(&clause.permission) {
                Some(access) if no_stricter(&access, most) => {
                    some.push(Claim::comes(when, Truths::TRUE));
                }
                Some(Access::Read) | None => {}
                Some(Access::Masked(_) | Access::Hidden) => {
                    claims.push(Claim::comes(when, Truths::APPLIES).negated());
                }
            }
        }
        claims.push(Claim::Any(some));
        claims
    }

    fn writes(&self) -> Claim<'p> {
        let clauses = about(self.other, self.name);
        let writes = clauses.filter(|clause| clause.permission == Permission::Write);
        Claim::Any(
            writes
                .map(|clause| Claim::comes(clause.when.as_ref(), Truths::TRUE))
                .collect(),
        )
    }

    fn never(&self, claims: Vec<Claim<'_>>) -> bool {
        let scene = Scene {
            policy: self.policy,
            entity: &self.grant.entity,
            verb: Verb::Read,
        };
        ask(scene, Data::Any, &Claim::All(claims)).is_never()
    }
}

/// The clauses of a grant that cover a field, or a record that it is in.
fn about<'g>(grant: &'g Grant, field: &str) -> impl Iterator<Item = &'g FieldClause> {
    let around = move |name: &Name| {
        **name == *field
            || field
                .strip_prefix(&**name)
                .is_some_and(|rest| rest.starts_with('.'))
    };
    grant
        .clauses
        .iter()
        .filter(move |clause| match &clause.fields {
            FieldSet::Named(names) => names.iter().any(around),
            FieldSet::AllExcept(except) => !except.iter().any(around),
        })
}

/// Whether a grant says something of a part of a field.
fn speaks_of_parts(grant: &Grant, field: &str) -> bool {
    let inside = |name: &Name| {
        name.strip_prefix(field)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    grant.clauses.iter().any(|clause| match &clause.fields {
        FieldSet::Named(names) | FieldSet::AllExcept(names) => names.iter().any(inside),
    })
}

/// Whether one access is surely no stricter than another. How strict the default mask is depends on the
/// field's sensitivity, which the permission tables may raise.
fn no_stricter(access: &Access, most: &Access) -> bool {
    let depends = |access: &Access| matches!(access, Access::Masked(Mask::Default(_)));
    match access {
        Access::Read => true,
        _ if access == most => true,
        _ => !depends(access) && !depends(most) && access.cmp_strictness(most).is_le(),
    }
}

fn shows(clause: &FieldClause) -> bool {
    access(&clause.permission).is_some_and(|access| access != Access::Hidden)
}

/// What a clause makes of a field; none of figures, which are beside what is shown of one record.
fn access(permission: &Permission) -> Option<Access> {
    match permission {
        Permission::Read | Permission::Write => Some(Access::Read),
        Permission::Mask(mask) => Some(Access::Masked(mask.clone())),
        Permission::Hide => Some(Access::Hidden),
        Permission::Aggregate(_) => None,
    }
}

fn finding(name: &Name, grant: &Grant, clause: &FieldClause, other: &Grant) -> Diagnostic {
    let role = &grant.role;
    let message = phrase!(
        "this clause changes nothing about `{name}`: another grant to `{role}` shows as much wherever it holds"
            | "这一条对 `{name}` 不起作用：凡是它成立之处，给 `{role}` 的另一个授权同样显示它",
        name,
        role
    );
    let help = match clause.permission {
        Permission::Hide | Permission::Mask(_) => phrase!(
            "narrow the other grant, or write a rule `on read` that hides or masks `{name}` whatever is granted"
                | "收窄另一个授权，或者写一条 `on read` 规则，无论如何授权都隐藏或脱敏 `{name}`",
            name
        ),
        _ => phrase!("remove one of the two" | "去掉其中一条"),
    };
    Diagnostic::warning(codes::CLAUSE_REGRANTED, clause.place.clone(), message)
        .note(
            other.place.clone(),
            phrase!("the other grant" | "另一个授权"),
        )
        .help(help)
}
