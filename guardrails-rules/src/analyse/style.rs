//! Rules that work, and that nobody will understand in a year.

use std::collections::BTreeSet;

use guardrails_core::policy::{EffectKind, Message, Policy, Rule};
use guardrails_core::{Diagnostic, Name, Phrase, phrase};

use crate::analyse::codes;
use crate::test_case::{ExpectationKind, TestCase};

/// Reports rules without a test, an owner, or a reason.
pub(super) fn findings(policy: &Policy, tests: &[TestCase], out: &mut Vec<Diagnostic>) {
    let mut expected: BTreeSet<&Name> = BTreeSet::new();
    for expectation in tests.iter().flat_map(|test| &test.expectations) {
        match &expectation.kind {
            ExpectationKind::Rule(name)
            | ExpectationKind::Deny(Some(name))
            | ExpectationKind::Approval(name) => {
                expected.insert(name);
            }
            _ => {}
        }
    }
    for rule in policy.rules.iter().filter(|rule| rule.table.is_none()) {
        let name = &rule.origin.name;
        if !is_tested(rule, &expected) {
            out.push(told(
                rule,
                codes::RULE_UNTESTED,
                phrase!("no test expects `{name}`" | "没有测试检验 `{name}`", name),
                phrase!(
                    "add a test with `expect rule {name}`"
                        | "添加一个写有 `expect rule {name}` 的测试",
                    name
                ),
            ));
        }
        if rule.owner.is_empty() {
            out.push(told(
                rule,
                codes::RULE_WITHOUT_OWNER,
                phrase!(
                    "nobody answers for `{name}`" | "没有人为 `{name}` 负责",
                    name
                ),
                phrase!("add `@owner(\"…\")`" | "加上 `@owner(\"…\")`"),
            ));
        }
        if rule.effects.iter().any(|effect| is_mute(&effect.kind)) {
            out.push(told(
                rule,
                codes::RULE_WITHOUT_REASON,
                phrase!(
                    "`{name}` stops people without saying why" | "`{name}` 拦下操作却不说原因",
                    name
                ),
                phrase!("add `because \"…\"`" | "加上 `because \"…\"`"),
            ));
        }
    }
}

fn told(rule: &Rule, code: &'static str, message: Phrase, help: Phrase) -> Diagnostic {
    Diagnostic::warning(code, rule.origin.place.clone(), message).help(help)
}

/// A test names it, or what only such a rule brings about.
fn is_tested(rule: &Rule, expected: &BTreeSet<&Name>) -> bool {
    expected.contains(&rule.origin.name)
        || rule.effects.iter().any(|effect| match &effect.kind {
            EffectKind::Deny(code, _) => expected.contains(code),
            EffectKind::RequireApproval(requirement) => expected.contains(&requirement.chain),
            _ => false,
        })
}

fn is_mute(effect: &EffectKind) -> bool {
    let empty = |message: &Message| message.parts.is_empty();
    match effect {
        EffectKind::Deny(_, because) => empty(because),
        EffectKind::RequireApproval(requirement) => empty(&requirement.because),
        _ => false,
    }
}
