//! Conditions on an update that compare what a role may write with what it may not see: each answer
//! tells a little of the hidden value.
//!
//! Reported with an example alone: a record whose one field the role may write while it does not see
//! the other one in clear. A `limit` of the skill makes no difference: it counts operations, each of
//! which takes many proposals. Nor does an approval: which of two answers is given tells as much. Not
//! reported: shares of a risk that decides nothing; new records, since nothing in them is hidden from whoever makes them; and what restricts
//! reads alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use guardrails_core::data::Access;
use guardrails_core::policy::{
    EffectKind, Expr, ExprKind, FieldClause, Grant, LevelEffect, Mode, Path, Permission, Policy,
    Root, Rule, Skill, SkillStatus, Type, ValueSet, Verb, WriteScope,
};
use guardrails_core::process::{Lists, Target, Use, visit_uses};
use guardrails_core::{Diagnostic, Name, Phrase, Place, Value, phrase};

use super::answer::ask;
use super::formula::Claim;
use super::scene::{Data, Scene};
use super::sight::{Viewpoint, viewpoints};
use super::truths::Truths;
use super::work::Work;
use crate::analyse::codes;

/// Reports rules and grants that answer guesses.
pub(super) fn findings(policy: &Policy, work: &mut Work, out: &mut Vec<Diagnostic>) {
    let mut entities: BTreeMap<&str, Writers<'_>> = BTreeMap::new();
    for rule in policy
        .rules
        .iter()
        .filter(|rule| decides_updates(policy, rule))
    {
        let writers = entities
            .entry(&rule.entity)
            .or_insert_with(|| Writers::of(policy, &rule.entity));
        let may_meet = |from: &Viewpoint<'_>| can_apply(policy, rule, from);
        let found = writers.guesses(&comparisons(rule), &may_meet, work);
        out.extend(found.iter().map(|guess| guess.finding(&rule.origin.name)));
    }
    let mut reported: BTreeSet<&Place> = BTreeSet::new();
    for grant in &policy.grants {
        let writers = entities
            .entry(&grant.entity)
            .or_insert_with(|| Writers::of(policy, &grant.entity));
        let roles: BTreeSet<&Name> = same_declaration(policy, grant).collect();
        let has_it = |from: &Viewpoint<'_>| roles.contains(from.role);
        if reported.contains(&grant.place) {
            continue;
        }
        let all: Vec<Comparison<'_>> = conditions(grant).flat_map(compared).collect();
        let found = writers.guesses(&all, &has_it, work);
        reported.insert(&grant.place);
        out.extend(found.iter().map(Guess::finding_in_grant));
    }
}

/// A rule in force on updates with an effect that its requester notices. A row that says `allow` ends
/// the search in its table.
fn decides_updates(policy: &Policy, rule: &Rule) -> bool {
    let is_noticed = |kind: &EffectKind| match kind {
        EffectKind::Deny(..)
        | EffectKind::RequireApproval(_)
        | EffectKind::Oblige(_)
        | EffectKind::Do(_) => true,
        EffectKind::Risk(..) => is_risk_noticed(policy),
        EffectKind::Mask(..) | EffectKind::Hide(_) | EffectKind::Notify(_) => false,
    };
    let mut effects = rule.effects.iter();
    rule.mode == Mode::Enforced
        && rule.verbs.contains(&Verb::Update)
        && (rule.table.is_some() && rule.effects.is_empty()
            || effects.any(|effect| is_noticed(&effect.kind)))
}

/// Whether anything that a requester notices depends on the risk: a score that is worked out from what they may
/// not see is disclosed to nobody.
fn is_risk_noticed(policy: &Policy) -> bool {
    let is_noticed = |effect: &LevelEffect| !matches!(effect, LevelEffect::Notify(_));
    let mut effects = policy.risk.thresholds.iter().flat_map(|at| &at.effects);
    let reads_risk = |rule: &Rule| {
        let mut reads = rule.table.as_ref().is_some_and(|row| row.table.reads_risk);
        let mut look = |path: &Path| reads |= path.root == Root::Risk;
        rule.when
            .iter()
            .for_each(|when| when.visit_paths(&mut look));
        for effect in &rule.effects {
            if let EffectKind::Do(action) = &effect.kind {
                action.reads().iter().for_each(&mut look);
            }
        }
        reads
    };
    effects.any(is_noticed) || policy.rules.iter().any(|rule| reads_risk(rule))
}

/// Whether the rule can apply to an update that the role proposes.
fn can_apply(policy: &Policy, rule: &Rule, from: &Viewpoint<'_>) -> bool {
    let scene = Scene {
        policy,
        entity: &rule.entity,
        verb: Verb::Update,
    };
    let applies = Claim::comes(rule.when.as_ref(), Truths::APPLIES);
    let skill = by_skills(policy, &rule.entity, from.role);
    let skill = Claim::Comes(&skill, Truths::TRUE);
    let claim = Claim::All(vec![from.given(), skill, applies]);
    !ask(scene, Data::AsDeclared, &claim).is_never()
}

/// That the skill is one with which the role may update the entity.
fn by_skills(policy: &Policy, entity: &str, role: &Name) -> Expr {
    let skills = policy.skills.values();
    let skills = skills.filter(|skill| updates(skill, entity) && skill.allow.contains(role));
    let names = skills.map(|skill| Value::Text(skill.origin.name.clone()));
    let node = |kind| Expr::new(kind, Place::default());
    let read = node(ExprKind::Path(Path {
        root: Root::Skill,
        keys: vec!["name".into()],
        ty: Type::Text,
    }));
    let set = Arc::new(ValueSet::new("", names.collect::<Vec<_>>()));
    node(ExprKind::InSet(Box::new(read), set))
}

/// The roles of one declaration of a grant.
fn same_declaration<'p>(policy: &'p Policy, grant: &'p Grant) -> impl Iterator<Item = &'p Name> {
    let grants = policy.grants.iter();
    grants
        .filter(|other| other.place == grant.place)
        .map(|other| &other.role)
}

/// The conditions of a grant that decide what may be written; of the others only sight depends.
fn conditions(grant: &Grant) -> impl Iterator<Item = &Expr> {
    let decides = |clause: &&FieldClause| match clause.permission {
        Permission::Write(_) | Permission::Hide => true,
        Permission::Read | Permission::Mask(_) | Permission::Aggregate(_) => false,
    };
    let clauses = grant.clauses.iter().filter(decides);
    let whens = clauses.filter_map(|clause| clause.when.as_ref());
    grant.scope.iter().chain(whens)
}

/// What one comparison reads of the record as it is written, and of any record.
struct Comparison<'p> {
    reads: Vec<Read>,
    place: &'p Place,
    /// Whether it is a script, of which only what it reads is known.
    is_script: bool,
}

impl Comparison<'_> {
    fn pairs(&self) -> impl Iterator<Item = (&Read, &Read)> {
        self.reads.iter().flat_map(|written| {
            let hidden = self.reads.iter();
            let hidden = hidden.filter(|hidden| written.is_compared_with(hidden));
            hidden.map(move |hidden| (written, hidden))
        })
    }
}

/// A place in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Read {
    old: bool,
    keys: Vec<Name>,
    /// Whether the value before and the value after are compared.
    changed: bool,
}

impl Read {
    fn of(path: &Path, lists: &[&Path], changed: bool) -> Option<Self> {
        match Target::of(path, lists) {
            Target::Record { old, keys } if !keys.is_empty() => Some(Self { old, keys, changed }),
            _ => None,
        }
    }

    fn field(&self) -> &str {
        self.keys.first().map_or("", |name| name)
    }

    fn path(&self) -> String {
        self.keys.join(".")
    }

    /// Whether a proposed value here is compared with what stands there. A proposal replaces the
    /// whole of a field, so nothing hidden of the same field remains beside it.
    fn is_compared_with(&self, hidden: &Self) -> bool {
        let apart = hidden.old || hidden.changed || self.field() != hidden.field();
        !self.old && apart
    }
}

fn comparisons(rule: &Rule) -> Vec<Comparison<'_>> {
    let mut found: Vec<Comparison<'_>> = rule.when.iter().flat_map(compared).collect();
    for effect in &rule.effects {
        if let EffectKind::Do(action) = &effect.kind {
            let reads = action.reads().iter();
            found.push(Comparison {
                reads: reads
                    .filter_map(|path| Read::of(path, &[], false))
                    .collect(),
                place: &effect.place,
                is_script: true,
            });
        }
    }
    found
}

fn compared(condition: &Expr) -> Vec<Comparison<'_>> {
    let mut found = Vec::new();
    collect(condition, &mut Vec::new(), &mut found);
    found
}

/// The parts of a condition that are no `and`, `or`, `not`, `some` or `every` of others.
fn collect<'p>(expr: &'p Expr, lists: &mut Lists<'p>, found: &mut Vec<Comparison<'p>>) {
    match &expr.kind {
        ExprKind::Not(part) => collect(part, lists, found),
        ExprKind::All(parts) | ExprKind::Any(parts) => {
            parts.iter().for_each(|part| collect(part, lists, found));
        }
        ExprKind::Quantified(_, list, _, test) if matches!(list.kind, ExprKind::Path(_)) => {
            if let ExprKind::Path(path) = &list.kind {
                lists.push(path);
                collect(test, lists, found);
                lists.pop();
            }
        }
        _ => {
            let mut reads = Vec::new();
            visit_uses(expr, &mut lists.clone(), &mut |how, path, lists| {
                let changed = how == Use::Change;
                reads.extend(Read::of(path, lists, changed));
            });
            found.push(Comparison {
                reads,
                place: &expr.place,
                is_script: false,
            });
        }
    }
}

/// Those who may write something of an entity by a skill.
struct Writers<'p> {
    policy: &'p Policy,
    entity: &'p str,
    from: Vec<Viewpoint<'p>>,
    /// Paths into nested entities of which something else may be shown than of what is around them.
    parts: BTreeSet<&'p Name>,
    /// Whether a role may write the one and not see the other, by its place in `from`.
    known: BTreeMap<(usize, String, String), bool>,
}

impl<'p> Writers<'p> {
    fn of(policy: &'p Policy, entity: &'p str) -> Self {
        let writes = |role: &Name| {
            let mut skills = policy.skills.values();
            skills.any(|skill| updates(skill, entity) && skill.allow.contains(role))
        };
        let mut from = viewpoints(policy, entity);
        from.retain(|from| writes(from.role));
        Self {
            policy,
            entity,
            from,
            parts: parts(policy, entity),
            known: BTreeMap::new(),
        }
    }

    /// What is compared with a value: all that is in it.
    fn with_parts(&self, whole: &str) -> Vec<String> {
        let parts = self.parts.iter().filter(|part| is_inside(part, whole));
        let parts = parts.map(|part| part.to_string());
        std::iter::once(whole.to_owned()).chain(parts).collect()
    }

    /// For each hidden field, the first comparison by which some role can guess at it.
    fn guesses<'c>(
        &mut self,
        comparisons: &[Comparison<'c>],
        may_meet: &dyn Fn(&Viewpoint<'_>) -> bool,
        work: &mut Work,
    ) -> Vec<Guess<'c>> {
        let mut found: Vec<Guess<'c>> = Vec::new();
        for comparison in comparisons {
            for (written, hidden) in comparison.pairs() {
                for hidden in self.with_parts(&hidden.path()) {
                    if found.iter().any(|guess| guess.hidden == hidden) {
                        continue;
                    }
                    let roles = self.who_guesses(written, &hidden, may_meet, work);
                    let is_told = |guess: &Guess<'_>| {
                        let is_one =
                            is_inside(&guess.hidden, &hidden) || is_inside(&hidden, &guess.hidden);
                        is_one && guess.roles.is_superset(&roles)
                    };
                    if !roles.is_empty() && !found.iter().any(is_told) {
                        found.push(Guess {
                            written: written.path(),
                            hidden,
                            roles,
                            place: comparison.place,
                            is_script: comparison.is_script,
                        });
                    }
                }
            }
        }
        found
    }

    fn who_guesses(
        &mut self,
        written: &Read,
        hidden: &str,
        may_meet: &dyn Fn(&Viewpoint<'_>) -> bool,
        work: &mut Work,
    ) -> BTreeSet<Name> {
        let mut roles = BTreeSet::new();
        for at in 0..self.from.len() {
            let guesses = self.can_guess(at, written, hidden, work);
            let from = self.from.get(at).filter(|from| guesses && may_meet(from));
            roles.extend(from.map(|from| from.role.clone()));
        }
        roles
    }

    fn can_guess(&mut self, at: usize, written: &Read, hidden: &str, work: &mut Work) -> bool {
        let key = (at, written.field().to_owned(), hidden.to_owned());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let Some(from) = self.from.get(at) else {
            return false;
        };
        let found = work.ask() && self.is_open(from, &key.1, &key.2);
        self.known.insert(key, found);
        found
    }

    /// Whether there is a record whose one field may be written while the other is not seen.
    fn is_open(&self, from: &Viewpoint<'p>, written: &str, hidden: &str) -> bool {
        // A field is replaced as a whole: everything inside must be writable.
        let inside = |name: &&Name| is_inside(name, written);
        let parts: BTreeSet<&str> = from.named().filter(inside).map(|name| &**name).collect();
        let written: Vec<_> = std::iter::once(written)
            .chain(parts)
            .map(|path| from.looking(path))
            .collect();
        let hidden = from.looking(hidden);
        let mut claims = vec![from.given(), hidden.comes_to(&Access::Read).negated()];
        claims.extend(
            written
                .iter()
                .map(|field| field.writable(WriteScope::Within)),
        );
        let scene = Scene {
            policy: self.policy,
            entity: self.entity,
            verb: Verb::Read,
        };
        let answer = ask(scene, Data::AsDeclared, &Claim::All(claims));
        answer.example().is_some()
    }
}

fn updates(skill: &Skill, entity: &str) -> bool {
    skill.verb == Verb::Update
        && skill.status != SkillStatus::Retired
        && skill.entities.iter().any(|name| **name == *entity)
}

/// Paths into nested entities that grants and rules on reading name.
fn parts<'p>(policy: &'p Policy, entity: &str) -> BTreeSet<&'p Name> {
    let grants = policy.grants.iter();
    let grants = grants.filter(|grant| *grant.entity == *entity);
    let clauses = grants.flat_map(|grant| &grant.clauses);
    let granted = clauses.flat_map(|clause| clause.fields.names());
    let rules = policy.rules.iter();
    let rules = rules.filter(|rule| *rule.entity == *entity);
    let effects = rules.flat_map(|rule| &rule.effects);
    let narrowed = effects.filter_map(|effect| match &effect.kind {
        EffectKind::Mask(name, _) | EffectKind::Hide(name) => Some(name),
        _ => None,
    });
    let names = granted.chain(narrowed);
    names.filter(|name| name.contains('.')).collect()
}

fn is_inside(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.starts_with('.'))
}

/// Who can guess at what, and where the answer is given.
struct Guess<'p> {
    written: String,
    hidden: String,
    roles: BTreeSet<Name>,
    place: &'p Place,
    is_script: bool,
}

impl Guess<'_> {
    fn finding(&self, rule: &Name) -> Diagnostic {
        let (written, hidden) = (&self.written, &self.hidden);
        let roles = self.roles();
        let message = match self.is_script {
            _ if written == hidden => phrase!(
                "`{rule}` answers guesses at `{hidden}`: {roles} may write it and not see it in clear"
                    | "`{rule}` 会回应对 `{hidden}` 的猜测：{roles} 可以写它，却看不到它的明文",
                rule,
                hidden,
                roles
            ),
            true => phrase!(
                "the script of `{rule}` reads `{written}`, which {roles} may write, and `{hidden}`, which they may not see in clear: each answer may tell a little of `{hidden}`"
                    | "`{rule}` 的脚本读取 {roles} 可以写的 `{written}` 和看不到明文的 `{hidden}`：每次答复都可能透露 `{hidden}` 的一点信息",
                rule,
                written,
                roles,
                hidden
            ),
            false => phrase!(
                "`{rule}` compares `{written}`, which {roles} may write, with `{hidden}`, which they may not see in clear: each answer tells a little of `{hidden}`"
                    | "`{rule}` 把 {roles} 可以写的 `{written}` 与看不到明文的 `{hidden}` 相比较：每次答复都透露 `{hidden}` 的一点信息",
                rule,
                written,
                roles,
                hidden
            ),
        };
        self.at_comparison(message)
    }

    fn finding_in_grant(&self) -> Diagnostic {
        let (written, hidden) = (&self.written, &self.hidden);
        let roles = self.roles();
        self.at_comparison(phrase!(
            "this grant compares `{written}`, which {roles} may write, with `{hidden}`, which they may not see in clear: what it gives tells a little of `{hidden}`"
                | "这个授权把 {roles} 可以写的 `{written}` 与看不到明文的 `{hidden}` 相比较：它给出什么，就透露 `{hidden}` 的一点信息",
            written,
            roles,
            hidden
        ))
    }

    fn at_comparison(&self, message: Phrase) -> Diagnostic {
        let hidden = &self.hidden;
        Diagnostic::warning(codes::ANSWERS_GUESSES, self.place.clone(), message).help(phrase!(
            "grant `read {hidden}`, take the `write` away, or compare with something that is seen; a `limit` or an approval hides nothing"
                | "授予 `read {hidden}`，收回 `write`，或者改与看得到的值比较；`limit` 和审批都掩盖不了它",
            hidden
        ))
    }

    fn roles(&self) -> String {
        let roles: Vec<String> = self.roles.iter().map(|role| format!("`{role}`")).collect();
        roles.join(", ")
    }
}
