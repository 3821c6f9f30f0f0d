//! Rules: the condition in its author's words, what follows, and the tests that name it.

use guardrails_rules::{Bundle, ExpectationKind, Outline, TestCase};

use super::page::{Effect, Link, MessageBit, Rule, RuleGroup, Said, Standing};
use super::source::{Code, at, code_at, text_at};
use crate::Place;
use crate::policy::{
    self, EffectKind, Gravity, Message, MessagePart, Mode, Policy, Requirement, Verb,
};

/// By entity, in the order in which rules first speak of each.
pub(super) fn groups(
    policy: &Policy,
    bundle: &Bundle,
    outline: &Outline,
    tests: &[TestCase],
) -> Vec<RuleGroup> {
    let mut groups: Vec<RuleGroup> = Vec::new();
    let alone = policy.rules.iter().filter(|rule| rule.table.is_none());
    for written in alone {
        let shown = rule(written, bundle, outline, tests);
        match groups
            .iter_mut()
            .find(|group| *group.entity == *written.entity)
        {
            Some(group) => group.rules.push(shown),
            None => groups.push(RuleGroup {
                entity: written.entity.to_string(),
                rules: vec![shown],
            }),
        }
    }
    groups
}

/// The way to a rule on the page.
pub(super) fn link(rule: &policy::Rule) -> Link {
    let name = &rule.origin.name;
    Link {
        to: match &rule.table {
            Some(row) => format!("table-{}", row.table.origin.name),
            None => format!("rule-{name}"),
        },
        text: name.to_string(),
    }
}

fn rule(rule: &policy::Rule, bundle: &Bundle, outline: &Outline, tests: &[TestCase]) -> Rule {
    let name = &rule.origin.name;
    let doc = match &*rule.doc {
        "" => super::written::remarks(outline, "rule", name),
        doc => doc.to_owned(),
    };
    Rule {
        anchor: link(rule).to,
        name: name.to_string(),
        doc,
        verbs: rule.verbs.iter().map(|verb| verb_key(*verb)).collect(),
        when: rule.when.as_ref().map(|when| code_at(bundle, &when.place)),
        effects: effects(&rule.effects, bundle),
        standing: standing(rule),
        place: at(&rule.origin.place),
        tests: tests_of(name, tests),
    }
}

/// Whether it counts, since when, and who answers for it.
pub(super) fn standing(rule: &policy::Rule) -> Standing {
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    Standing {
        shadow: rule.mode == Mode::Shadow,
        owner: rule.owner.to_string(),
        since: day(rule.since),
        until: day(rule.until),
        severity: rule.severity.map(Gravity::as_str),
        tags: rule.tags.iter().map(ToString::to_string).collect(),
    }
}

/// The key of the word for what is done.
pub(super) fn verb_key(verb: Verb) -> &'static str {
    match verb {
        Verb::Read => "look",
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Delete => "delete",
    }
}

pub(super) fn tests_of(rule: &str, tests: &[TestCase]) -> Vec<Link> {
    let names = |test: &TestCase| {
        let mut expected = test.expectations.iter();
        expected.any(|one| matches!(&one.kind, ExpectationKind::Rule(name) if **name == *rule))
    };
    let numbered = (1..).zip(tests).filter(|(_, test)| names(test));
    let link = |(number, test): (usize, &TestCase)| Link {
        to: format!("test-{number}"),
        text: test.name.to_string(),
    };
    numbered.map(link).collect()
}

/// What follows, in the order written.
pub(super) fn effects(effects: &[policy::Effect], bundle: &Bundle) -> Vec<Effect> {
    effects
        .iter()
        .map(|one| effect(&one.kind, &one.place, bundle))
        .collect()
}

fn effect(kind: &EffectKind, place: &Place, bundle: &Bundle) -> Effect {
    let none = Effect::default;
    match kind {
        EffectKind::Deny(code, because) => Effect {
            kind: "deny",
            what: code.to_string(),
            message: message(because),
            ..none()
        },
        EffectKind::RequireApproval(Requirement {
            chain,
            code,
            because,
        }) => Effect {
            kind: "approval",
            what: chain.to_string(),
            link: Some(format!("chain-{chain}")),
            with: match &**code {
                Requirement::CODE => String::new(),
                code => code.to_owned(),
            },
            message: message(because),
            ..none()
        },
        EffectKind::Oblige(duty) => Effect {
            kind: "oblige",
            what: duty.name.to_string(),
            script: Some(code_at(bundle, place)),
            ..none()
        },
        EffectKind::Mask(field, mask) => Effect {
            kind: "mask",
            what: field.to_string(),
            with: super::written::mask_word(mask),
            ..none()
        },
        EffectKind::Hide(field) => Effect {
            kind: "hide",
            what: field.to_string(),
            ..none()
        },
        EffectKind::Risk(points, name) => Effect {
            kind: "risk",
            what: format!("+{}", points.normalize()),
            with: name.to_string(),
            ..none()
        },
        EffectKind::Notify(channel) => Effect {
            kind: "notify",
            what: channel.to_string(),
            ..none()
        },
        EffectKind::Do(_) => Effect {
            kind: "script",
            script: Some(Code::of(&script(&text_at(bundle, place)))),
            ..none()
        },
    }
}

/// The inside of `do { … }`.
fn script(text: &str) -> String {
    let inside = text.trim().trim_start_matches("do").trim();
    let inside = inside.strip_prefix('{').unwrap_or(inside);
    let inside = inside.strip_suffix('}').unwrap_or(inside);
    // What stands beside the bracket is indented by it, and not like the lines below.
    let (beside, below) = inside.split_once('\n').unwrap_or((inside, ""));
    let below: Vec<&str> = below
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let shared = below.iter().map(indent).min().unwrap_or(0);
    let cut = |line: &str| line.get(shared..).unwrap_or_default().trim_end().to_owned();
    let first = Some(beside.trim().to_owned()).filter(|line| !line.is_empty());
    let lines = first.into_iter().chain(below.into_iter().map(cut));
    lines.collect::<Vec<_>>().join("\n")
}

/// A message with its places for values; the values themselves are nowhere near.
fn message(message: &Message) -> Vec<Said> {
    let text = |language: &str, parts: &[MessagePart]| Said {
        language: language.to_owned(),
        bits: parts.iter().map(bit).collect(),
    };
    let first = std::iter::once(text("", &message.parts)).filter(|text| !text.bits.is_empty());
    let others = message.translations.iter();
    first
        .chain(others.map(|other| text(&other.language, &other.parts)))
        .collect()
}

fn bit(part: &MessagePart) -> MessageBit {
    match part {
        MessagePart::Text(text) => MessageBit {
            is_value: false,
            text: text.clone(),
        },
        MessagePart::Value(path) => MessageBit {
            is_value: true,
            text: path.to_string(),
        },
    }
}
