//! `write` clauses under which nothing can ever be written: what their own grant hides, parts of a field that
//! no grant writes as a whole, and fields of which something inside may not be written.
//!
//! A person may hold any grants together, so a clause is reported only where a proof covers all of them.
//! Permission tables take more away, and are no part of this.

use guardrails_core::policy::{FieldSet, Grant, Policy, Verb, WriteScope};
use guardrails_core::{Diagnostic, Name, Phrase, phrase};

use super::answer::ask;
use super::compare::declares;
use super::formula::Claim;
use super::grants::is_overruled;
use super::looking::Looking;
use super::scene::{Data, Scene};
use super::truths::Truths;
use super::work::Work;
use crate::analyse::codes;

/// Reports `write` clauses that never let their fields be written.
pub(super) fn findings(policy: &Policy, work: &mut Work, out: &mut Vec<Diagnostic>) {
    let mut seen = Vec::new();
    for grant in &policy.grants {
        for (at, clause) in grant.clauses.iter().enumerate() {
            // One declaration for several roles is one grant for each.
            if !clause.permission.is_write() || seen.contains(&&clause.place) {
                continue;
            }
            seen.push(&clause.place);
            let search = Search { policy, grant, at };
            out.extend(search.findings(work));
        }
    }
}

/// One `write` clause.
struct Search<'p> {
    policy: &'p Policy,
    grant: &'p Grant,
    /// Its number in the grant.
    at: usize,
}

/// Why a field can never be written under a clause.
enum Cause {
    /// A change replaces the field around it as a whole, and no grant writes that.
    OnlyPart(Name),
    /// The grant itself hides it.
    Hidden,
    /// This part of it may not be written.
    Inside(Name),
    /// Where one of them may be written, another one may not.
    NeverTogether,
}

impl Search<'_> {
    fn findings(&self, work: &mut Work) -> Vec<Diagnostic> {
        let Some(clause) = self.grant.clauses.get(self.at) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        match &clause.fields {
            FieldSet::Named(names) => {
                for name in names {
                    if let Some(cause) = self.cause(name, work)
                        && !is_overruled(self.policy, self.grant, self.at, name)
                    {
                        found.push(self.finding(name, &cause));
                    }
                }
            }
            FieldSet::AllExcept(_) => {
                let entity = self.policy.entities.get(&self.grant.entity);
                let fields = entity.into_iter().flat_map(|entity| &entity.fields);
                let fields = fields.filter(|field| clause.fields.covers(&field.name));
                let mut causes = fields.map(|field| self.cause(&field.name, work));
                // Of many fields some are mostly meant to be hidden.
                if let Some(Some(cause)) = causes.next()
                    && causes.all(|cause| cause.is_some())
                {
                    found.push(self.finding("*", &cause));
                }
            }
        }
        found
    }

    /// Why the field is never written under the clause; none where it may be, or where that cannot be told.
    fn cause(&self, name: &Name, work: &mut Work) -> Option<Cause> {
        let clause = self.grant.clauses.get(self.at)?;
        let top = name.split('.').next().unwrap_or_default();
        let everyone = self.policy.grants.iter().map(|grant| &**grant);
        let everyone = everyone.filter(|grant| grant.entity == self.grant.entity);
        let everyone: Vec<&Grant> = everyone.collect();
        let parts = self.parts(top, &everyone);
        let own = self.look(name, vec![self.grant]);
        let all: Vec<Looking<'_>> = parts
            .iter()
            .map(|part| self.look(part, everyone.clone()))
            .collect();
        let holds = vec![
            Claim::comes(self.grant.scope.as_ref(), Truths::TRUE),
            Claim::comes(clause.when.as_ref(), Truths::TRUE),
        ];
        let mut written = holds.clone();
        written.push(own.writable(WriteScope::Within));
        let is_never = |claims: Vec<Claim<'_>>| self.is_never(claims);
        let together = || {
            let mut claims = written.clone();
            claims.extend(all.iter().map(|part| part.writable(WriteScope::Within)));
            claims
        };
        // A clause that never holds is another finding.
        if !work.ask() || !is_never(together()) || is_never(holds) {
            return None;
        }
        if is_never(written.clone()) {
            return Some(Cause::Hidden);
        }
        let never = all.iter().zip(&parts);
        let mut never = never.filter(|(part, _)| is_never(vec![part.writable(WriteScope::Within)]));
        Some(match never.next() {
            Some((_, part)) if **part == *top && *top != **name => Cause::OnlyPart(part.clone()),
            Some((_, part)) => Cause::Inside(part.clone()),
            None => Cause::NeverTogether,
        })
    }

    fn look<'a>(&'a self, field: &'a str, grants: Vec<&'a Grant>) -> Looking<'a> {
        Looking {
            policy: self.policy,
            entity: &self.grant.entity,
            field,
            grants,
            restrictions: Vec::new(),
        }
    }

    /// A field, and what is inside of it as far as grants name it.
    fn parts(&self, top: &str, grants: &[&Grant]) -> Vec<Name> {
        let clauses = grants.iter().flat_map(|grant| &grant.clauses);
        let names = clauses.flat_map(|clause| clause.fields.names());
        let mut parts: Vec<Name> = vec![top.into()];
        for name in names {
            let rest = name.strip_prefix(top);
            if rest.is_some_and(|rest| rest.starts_with('.'))
                && !parts.contains(name)
                && declares(self.policy, &self.grant.entity, name)
            {
                parts.push(name.clone());
            }
        }
        parts
    }

    fn is_never(&self, claims: Vec<Claim<'_>>) -> bool {
        let scene = Scene {
            policy: self.policy,
            entity: &self.grant.entity,
            verb: Verb::Read,
        };
        ask(scene, Data::Any, &Claim::All(claims)).is_never()
    }

    fn finding(&self, name: &str, cause: &Cause) -> Diagnostic {
        let place = self
            .grant
            .clauses
            .get(self.at)
            .map(|clause| clause.place.clone());
        let (message, help) = said(name, cause);
        Diagnostic::warning(codes::WRITE_UNUSABLE, place.unwrap_or_default(), message).help(help)
    }
}

fn said(name: &str, cause: &Cause) -> (Phrase, Phrase) {
    match cause {
        Cause::OnlyPart(whole) => (
            phrase!(
                "`{name}` can never be written: a change replaces `{whole}` as a whole, and no grant writes that"
                    | "`{name}` 永远不能写：修改会替换整个 `{whole}`，而没有授权允许写它",
                name,
                whole
            ),
            phrase!(
                "grant `write {whole}`, or say `read {name}` if it is only to be seen"
                    | "授予 `write {whole}`；如果只是要显示它，写 `read {name}`",
                whole,
                name
            ),
        ),
        Cause::Hidden => (
            phrase!(
                "`{name}` can never be written under this clause: the grant hides it wherever the clause holds"
                    | "`{name}` 在这一条之下永远不能写：凡是它成立之处，同一授权都隐藏该字段",
                name
            ),
            phrase!(
                "remove the `write`, or mask the field instead: what is masked may be written"
                    | "去掉 `write`，或者改为脱敏：脱敏的字段可以写"
            ),
        ),
        Cause::Inside(part) => (
            phrase!(
                "`{name}` can never be written: a change replaces it as a whole, and no grant lets `{part}` be written"
                    | "`{name}` 永远不能写：修改会整个替换它，而没有授权允许写 `{part}`",
                name,
                part
            ),
            phrase!(
                "let `{part}` be written, masked if need be, or say `read` instead of `write`"
                    | "允许写 `{part}`（需要时可脱敏），或者把 `write` 改为 `read`",
                part
            ),
        ),
        Cause::NeverTogether => (
            phrase!(
                "`{name}` can never be written: a change replaces the whole field, and never may all of it be written"
                    | "`{name}` 永远不能写：修改会替换整个字段，而其中各部分从不能同时写",
                name
            ),
            phrase!(
                "let all of it be written under one condition, or say `read` instead of `write`"
                    | "让整个字段在同一条件下可写，或者把 `write` 改为 `read`"
            ),
        ),
    }
}
