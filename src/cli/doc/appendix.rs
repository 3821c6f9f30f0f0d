//! What stands at the end: constants, lists and tests. Lists that are files of their own are told by
//! their length alone, since their words may be what nobody is to read.

use guardrails_rules::{Entries, ExpectationKind, Outline, TestCase, WordList};

use super::page::{Constant, Expected, List, Test};
use super::rules::verb_key;
use super::source::{Code, at};
use crate::policy::{Policy, Verb};

/// Entries of a list that are shown.
const SHOWN: usize = 12;

pub(super) fn constants(outline: &Outline) -> Vec<Constant> {
    let constant = |constant: &guardrails_rules::Constant| Constant {
        name: constant.name.to_string(),
        doc: super::written::remarks(outline, "const", &constant.name),
        code: Code::of(&constant.value),
        place: at(&constant.place),
    };
    outline.constants.iter().map(constant).collect()
}

pub(super) fn lists(outline: &Outline) -> Vec<List> {
    let list = |list: &WordList| {
        let (entries, count, file) = match &list.entries {
            Entries::Written(entries) => (entries.as_slice(), entries.len(), None),
            Entries::InFile(path, count) => (&[][..], *count, Some(path.to_string())),
        };
        let shown = entries.iter().take(SHOWN);
        List {
            name: list.name.to_string(),
            doc: super::written::remarks(outline, "list", &list.name),
            count,
            entries: shown.map(|entry| Code::of(entry)).collect(),
            more: entries.len().saturating_sub(SHOWN),
            file,
            place: at(&list.place),
        }
    };
    outline.lists.iter().map(list).collect()
}

pub(super) fn tests(policy: &Policy, tests: &[TestCase]) -> Vec<Test> {
    let test = |(number, test): (usize, &TestCase)| {
        let skill = policy.skills.get(&test.skill);
        let verb = test.change.as_ref().map(|change| change.verb);
        let verb = verb.or(skill
            .map(|skill| skill.verb)
            .filter(|verb| *verb == Verb::Read));
        let expected = test.expectations.iter().map(|one| expected(&one.kind));
        Test {
            anchor: format!("test-{number}"),
            name: test.name.to_string(),
            roles: test.actor.roles.iter().map(ToString::to_string).collect(),
            skill: test.skill.to_string(),
            context: test.context.to_string(),
            entity: test.entity.to_string(),
            verb: verb_key(verb.unwrap_or(Verb::Read)),
            expects: expected.collect(),
            place: at(&test.place),
        }
    };
    (1..).zip(tests).map(test).collect()
}

/// What a test expects, without the values it expects to see.
fn expected(kind: &ExpectationKind) -> Expected {
    let (kind, what) = match kind {
        ExpectationKind::Allow => ("allow", String::new()),
        ExpectationKind::Deny(code) => (
            "deny",
            code.as_ref().map(ToString::to_string).unwrap_or_default(),
        ),
        ExpectationKind::Approval(chain) => ("approval", chain.to_string()),
        ExpectationKind::Rule(rule) => ("rule", rule.to_string()),
        ExpectationKind::Risk(level) => ("risk", level.to_string()),
        ExpectationKind::View(fields) => {
            let names: Vec<&str> = fields.iter().map(|(name, _)| &**name).collect();
            ("view", names.join(", "))
        }
        ExpectationKind::Message(_) => ("message", String::new()),
        _ => ("other", String::new()),
    };
    Expected { kind, what }
}
