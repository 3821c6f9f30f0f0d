//! Rules that answer the same case in opposite ways: one asks for an approval, one denies.
//!
//! Rules have no order, and a denial stands over an approval, so the approval is asked for in vain
//! there. Nothing else that two rules say is opposite: approval chains are joined, masks and risks add
//! up.

use std::collections::HashMap;

use guardrails_core::policy::{EffectKind, Mode, Policy, Rule, Verb};
use guardrails_core::{Diagnostic, Name, phrase};

use super::answer::{Answer, ask};
use super::bounds::ConditionBounds;
use super::example::Example;
use super::formula::Claim;
use super::scene::{Data, Scene};
use super::truths::Truths;
use super::work::Work;
use crate::analyse::codes;

/// Denials that are named for one rule.
const NAMED: usize = 3;

/// A case that is both denied and sent to an approval.
#[derive(Debug, Clone)]
pub struct Conflict<'p> {
    /// The rule that asks for an approval.
    pub asks: &'p Rule,
    /// The rule that denies.
    pub denies: &'p Rule,
    /// A case in which both hold.
    pub example: Example,
}

/// A case of the two rules, when one denies what the other sends to an approval.
#[must_use]
pub fn conflict<'p>(policy: &'p Policy, asks: &'p Rule, denies: &'p Rule) -> Option<Conflict<'p>> {
    if !can_conflict(asks, denies) {
        return None;
    }
    asks.verbs
        .iter()
        .filter(|verb| denies.verbs.contains(verb))
        .find_map(|verb| {
            let scene = Scene {
                policy,
                entity: &asks.entity,
                verb: *verb,
            };
            let both = [asks, denies].map(|rule| Claim::comes(rule.when.as_ref(), Truths::TRUE));
            match ask(scene, Data::AsDeclared, &Claim::All(both.into())) {
                Answer::Example(example) => Some(Conflict {
                    asks,
                    denies,
                    example: *example,
                }),
                _ => None,
            }
        })
}

fn asks(rule: &Rule) -> bool {
    // On a read, to ask for an approval is to deny.
    let waits = rule.verbs.iter().any(|verb| *verb != Verb::Read);
    let kind = |kind: &EffectKind| matches!(kind, EffectKind::RequireApproval(_));
    waits && rule.effects.iter().any(|effect| kind(&effect.kind))
}

fn denies(rule: &Rule) -> bool {
    let kind = |kind: &EffectKind| matches!(kind, EffectKind::Deny(..));
    rule.effects.iter().any(|effect| kind(&effect.kind))
}

fn can_conflict(a: &Rule, b: &Rule) -> bool {
    let days = |from: &Rule, to: &Rule| match (from.since, to.until) {
        (Some(since), Some(until)) => since <= until,
        _ => true,
    };
    a.entity == b.entity
        && a.mode == b.mode
        && asks(a)
        && !denies(a)
        && denies(b)
        && days(a, b)
        && days(b, a)
}

/// Reports each rule whose approvals another one denies.
pub(super) fn findings(policy: &Policy, work: &mut Work, out: &mut Vec<Diagnostic>) {
    let mut denying: HashMap<&Name, Vec<(&Rule, ConditionBounds)>> = HashMap::new();
    let enforced = || {
        let rules = policy.rules.iter().map(|rule| &**rule);
        rules.filter(|rule| rule.mode == Mode::Enforced && rule.table.is_none())
    };
    for rule in enforced().filter(|rule| denies(rule)) {
        let bounds = ConditionBounds::of(rule.when.as_ref());
        denying
            .entry(&rule.entity)
            .or_default()
            .push((rule, bounds));
    }
    for rule in enforced().filter(|rule| asks(rule) && !denies(rule)) {
        let bounds = ConditionBounds::of(rule.when.as_ref());
        let mut found = Vec::new();
        for (other, denied) in denying.get(&rule.entity).into_iter().flatten() {
            if denied.is_apart_from(&bounds) || !can_conflict(rule, other) {
                continue;
            }
            if found.len() >= NAMED || !work.ask() {
                break;
            }
            found.extend(conflict(policy, rule, other));
        }
        out.extend(told(rule, &found));
    }
}

fn told(rule: &Rule, found: &[Conflict<'_>]) -> Option<Diagnostic> {
    let first = found.first()?;
    let (asks, denies) = (&rule.origin.name, &first.denies.origin.name);
    let message = phrase!(
        "`{asks}` asks for an approval where `{denies}` denies, as in {example}"
            | "`{asks}` 要求审批的情形同时被 `{denies}` 拒绝，例如 {example}",
        asks,
        denies,
        example = first.example
    );
    let mut finding =
        Diagnostic::warning(codes::APPROVAL_DENIED, rule.origin.place.clone(), message);
    for conflict in found {
        finding = finding.note(
            conflict.denies.origin.place.clone(),
            phrase!("this denies it" | "这一条拒绝"),
        );
    }
    Some(finding.help(phrase!(
        "end the one where the other begins, such as with `between`, if the approval was meant"
            | "如果本意是审批，就让两条规则的条件首尾相接，例如用 `between`"
    )))
}
