//! Rules that never change anything, since another one always says as much.
//!
//! Told of whatever may come, missing and unreadable data included: who removes such a rule changes no
//! decision, neither its outcome nor a code of its reasons, and no risk.

use std::collections::HashMap;

use guardrails_core::policy::{EffectKind, Mode, Policy, Rule, Verb};
use guardrails_core::process::{Truth, holds};
use guardrails_core::{Diagnostic, Name, phrase};

use super::answer::{Answer, ask, ask_of_any};
use super::bounds::{ConditionBounds, Exactly, File, Subject};
use super::formula::Claim;
use super::scene::{Data, Scene};
use super::truths::Truths;
use super::work::Work;
use crate::analyse::codes;

/// A rule and the bounds of its condition.
struct BoundedRule<'p> {
    at: usize,
    rule: &'p Rule,
    bounds: ConditionBounds,
}

/// Rules of one entity, filed under something that every case of them has in common.
#[derive(Default)]
struct Files<'p> {
    rules: Vec<BoundedRule<'p>>,
    always: Vec<usize>,
    by_subject: HashMap<Subject, Filed>,
}

/// Rules filed under one thing: by its constants, or by anything else about it.
#[derive(Default)]
struct Filed {
    all: Vec<usize>,
    loose: Vec<usize>,
    exact: HashMap<Exactly, Vec<usize>>,
}

impl<'p> Files<'p> {
    fn add(&mut self, at: usize, rule: &'p Rule) {
        let bounds = ConditionBounds::of(rule.when.as_ref());
        let number = self.rules.len();
        match bounds.file() {
            Some((constant, subject)) => {
                let filed = self.by_subject.entry(subject).or_default();
                filed.all.push(number);
                match constant {
                    Some(constant) => filed.exact.entry(constant).or_default().push(number),
                    None => filed.loose.push(number),
                }
            }
            None => self.always.push(number),
        }
        self.rules.push(BoundedRule { at, rule, bounds });
    }

    /// Rules that may hold wherever this one does, each once.
    fn candidates(&self, bounds: &ConditionBounds) -> Vec<usize> {
        let mut found = self.always.clone();
        for (file, subject) in bounds.files() {
            let Some(filed) = self.by_subject.get(subject) else {
                continue;
            };
            match file {
                File::All => found.extend(&filed.all),
                File::Exactly(constants) => {
                    found.extend(&filed.loose);
                    let exact = constants
                        .iter()
                        .filter_map(|constant| filed.exact.get(constant));
                    found.extend(exact.flatten());
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Reports each rule that another one makes superfluous.
pub(super) fn findings(policy: &Policy, work: &mut Work, out: &mut Vec<Diagnostic>) {
    let mut files: HashMap<&Name, Files<'_>> = HashMap::new();
    for (at, rule) in policy.rules.iter().enumerate() {
        if rule.mode == Mode::Enforced && rule.table.is_none() {
            files.entry(&rule.entity).or_default().add(at, rule);
        }
    }
    let mut found = Vec::new();
    for files in files.values() {
        for rule in &files.rules {
            if work.is_done() {
                break;
            }
            if let Some(by) = shadowed(policy, files, rule, work) {
                found.push((rule.at, told(rule.rule, by)));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    out.extend(found.into_iter().map(|(_, finding)| finding));
}

fn told(rule: &Rule, by: &Rule) -> Diagnostic {
    let (name, other) = (&rule.origin.name, &by.origin.name);
    let message = phrase!(
        "`{name}` never changes anything: wherever it applies, `{other}` says as much"
            | "`{name}`从不改变结果：凡是它适用的地方，`{other}` 已经作出同样或更严的决定",
        name,
        other
    );
    Diagnostic::warning(codes::SHADOWED, rule.origin.place.clone(), message)
        .note(
            by.origin.place.clone(),
            phrase!("this one applies as well, always" | "这一条总是同时适用"),
        )
        .help(phrase!(
            "remove it, or narrow the condition of the other" | "去掉它，或者收窄另一条的条件"
        ))
}

/// The first rule that makes this one superfluous.
fn shadowed<'p>(
    policy: &'p Policy,
    files: &Files<'p>,
    rule: &BoundedRule<'p>,
    work: &mut Work,
) -> Option<&'p Rule> {
    let candidates: Vec<&BoundedRule<'p>> = files
        .candidates(&rule.bounds)
        .into_iter()
        .filter_map(|number| files.rules.get(number))
        .filter(|other| other.at != rule.at && says_as_much(other.rule, rule.rule))
        .filter(|other| !other.bounds.leaves_out(&rule.bounds))
        .collect();
    if candidates.is_empty() || super::never::never_holds(policy, rule.rule) {
        return None;
    }
    let scenes: Vec<Scene<'_>> = rule
        .rule
        .verbs
        .iter()
        .map(|verb| scene(policy, rule.rule, *verb))
        .collect();
    let applies = || Claim::comes(rule.rule.when.as_ref(), Truths::APPLIES);
    let shown: Vec<Answer> = scenes
        .iter()
        .map(|scene| ask_of_any(*scene, &applies()))
        .collect();
    candidates
        .into_iter()
        .find(|other| {
            // An example of the one in which the other does not hold settles most pairs.
            let differs = shown.iter().filter_map(Answer::example).any(|example| {
                other
                    .rule
                    .when
                    .as_ref()
                    .is_some_and(|when| holds(when, &example.facts()) == Truth::False)
            });
            if differs || !work.ask() {
                return false;
            }
            // Of two rules that say the same, the first one stays.
            let returned =
                || says_as_much(rule.rule, other.rule) && covers(policy, rule.rule, other.rule);
            covers(policy, other.rule, rule.rule) && (other.at < rule.at || !returned())
        })
        .map(|other| other.rule)
}

fn scene<'p>(policy: &'p Policy, rule: &'p Rule, verb: Verb) -> Scene<'p> {
    Scene {
        policy,
        entity: &rule.entity,
        verb,
    }
}

/// Whether one rule applies wherever the other does, whatever comes.
fn covers(policy: &Policy, by: &Rule, rule: &Rule) -> bool {
    rule.verbs.iter().all(|verb| {
        let claims = vec![
            Claim::comes(rule.when.as_ref(), Truths::APPLIES),
            Claim::comes(by.when.as_ref(), Truths::APPLIES).negated(),
        ];
        ask(scene(policy, rule, *verb), Data::Any, &Claim::All(claims)).is_never()
    })
}

/// Whether one rule is about as much as the other, as long, and all that follows from the other
/// follows from it or is overruled by it.
fn says_as_much(by: &Rule, rule: &Rule) -> bool {
    let always = by
        .since
        .is_none_or(|since| rule.since.is_some_and(|other| since <= other))
        && by
            .until
            .is_none_or(|until| rule.until.is_some_and(|other| other <= until));
    always
        && rule.verbs.iter().all(|verb| by.verbs.contains(verb))
        && !rule.effects.is_empty()
        && rule.effects.iter().all(|effect| {
            rule.verbs
                .iter()
                .all(|verb| follows(&effect.kind, by, *verb))
        })
}

fn follows(effect: &EffectKind, by: &Rule, verb: Verb) -> bool {
    by.effects.iter().any(|stronger| {
        let refuses = match &stronger.kind {
            EffectKind::Deny(..) => true,
            // A read cannot wait.
            EffectKind::RequireApproval(_) => verb == Verb::Read,
            _ => false,
        };
        match (effect, &stronger.kind) {
            (EffectKind::Notify(a), EffectKind::Notify(b)) => a == b,
            (EffectKind::Oblige(a), EffectKind::Oblige(b)) => a == b,
            // A refusal tells all of its codes, and a risk counts whatever else is decided.
            (EffectKind::Deny(a, _), EffectKind::Deny(b, _)) => a == b,
            (
                EffectKind::Notify(_)
                | EffectKind::Oblige(_)
                | EffectKind::Risk(..)
                | EffectKind::Deny(..)
                | EffectKind::Do(_),
                _,
            ) => false,
            (EffectKind::RequireApproval(a), EffectKind::RequireApproval(b))
                if a.chain == b.chain && a.code == b.code =>
            {
                true
            }
            (EffectKind::Hide(a), EffectKind::Hide(b))
            | (EffectKind::Mask(a, _), EffectKind::Hide(b))
                if a == b =>
            {
                true
            }
            (EffectKind::Mask(a, mask), EffectKind::Mask(b, other)) if a == b && mask == other => {
                true
            }
            _ => refuses,
        }
    })
}
