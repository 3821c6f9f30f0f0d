//! Clauses of a grant that change nothing since another grant to the same role shows the field anyway:
//! duplicates, and a `hide` that another grant contradicts.
//!
//! Across grants the most permissive wins, so a clause is pointless where the other grant surely shows
//! what this one gives or takes away. Told only with a proof, whatever a host may send.

use guardrails_core::data::{
    Access, ClauseEffect, Mask, across_grants, shown_in_grant, writable_in_grant,
};
use guardrails_core::policy::{
    FieldClause, FieldSet, Grant, Permission, Policy, Sensitivity, Verb,
};
use guardrails_core::{Diagnostic, Name, phrase};

use super::answer::ask;
use super::formula::Claim;
use super::looking::{ClauseOn, When};
use super::scene::{Data, Scene};
use super::truths::Truths;
use super::work::Work;
use crate::analyse::codes;

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
            && back
                .grant
                .clauses_on(back.name)
                .filter(|clause| named(clause).contains(back.name))
                .any(|clause| back.is_pointless(clause, work))
    }

    /// Whether the clause gives nothing and takes nothing away that the other grant does not show, or let be
    /// written.
    fn is_pointless(&self, clause: &'p FieldClause, work: &mut Work) -> bool {
        let takes_away = self.takes_away(clause);
        let effect = effect(clause);
        let wanted = match &effect {
            ClauseEffect::Counts(_) => return false,
            ClauseEffect::Shows(masked @ Access::Masked(_)) if !takes_away => masked.clone(),
            _ => Access::Read,
        };
        let own = on(self.grant, self.name);
        let of_other = on(self.other, self.name);
        let for_algebra = || of_other.iter().map(ClauseOn::for_algebra);
        let shown = shown_in_grant(for_algebra(), |access| no_stricter(access, &wanted));
        let mut says = vec![shown];
        // What hides a field keeps it from being written, too.
        let hides = effect == ClauseEffect::Shows(Access::Hidden);
        let written = own.iter().filter_map(|clause| clause.effect.writes());
        let written = written.filter(|_| hides).max();
        let affected = effect.writes().max(written);
        says.extend(affected.map(|scope| writable_in_grant(for_algebra(), scope)));
        let scope = When(self.other.scope.as_ref());
        let claims = vec![
            Claim::comes(self.grant.scope.as_ref(), Truths::TRUE),
            effect.counts(When(clause.when.as_ref())),
            across_grants([(scope, Claim::All(says))].into_iter()).negated(),
        ];
        of_other.iter().any(shows) && work.ask() && self.never(claims)
    }

    /// Whether a clause makes what its own grant shows of the field stricter: others there show it.
    fn takes_away(&self, clause: &FieldClause) -> bool {
        let effect = effect(clause);
        effect == ClauseEffect::Shows(Access::Hidden)
            || effect.restricts()
                && on(self.grant, self.name)
                    .iter()
                    .any(|other| !std::ptr::eq(other.clause, clause) && shows(other))
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

/// The clauses of a grant on a field. How strict the default mask is there is not known: see [`no_stricter`].
fn on<'g>(grant: &'g Grant, field: &'g str) -> Vec<ClauseOn<'g>> {
    let clauses = grant.clauses_on(field);
    let clauses = clauses.map(|clause| ClauseOn {
        effect: effect(clause),
        clause,
    });
    clauses.collect()
}

fn effect(clause: &FieldClause) -> ClauseEffect {
    ClauseEffect::of(&clause.permission, Sensitivity::PUBLIC)
}

/// Whether a grant says something of a part of a field.
fn speaks_of_parts(grant: &Grant, field: &str) -> bool {
    let mut clauses = grant.clauses.iter();
    clauses.any(|clause| clause.fields.names_inside(field))
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

fn shows(clause: &ClauseOn<'_>) -> bool {
    let access = clause.effect.access();
    access.is_some_and(|access| *access != Access::Hidden)
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
