//! Skills: which there are, who may use them on what, on which models, how often.

use std::fmt::Display;
use std::time::Duration;

use guardrails_core::policy::{Per, Policy, Skill, SkillStatus};
use guardrails_core::{Name, Phrase, phrase};

use super::chains::{direction_of, duration};
use super::change::{Change, Direction, Subject};

pub(super) fn changes(old: &Policy, new: &Policy) -> Vec<Change> {
    let mut out = Vec::new();
    let mut names: Vec<&Name> = old.skills.keys().chain(new.skills.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let first = out.len();
        let (before, after) = (old.skills.get(name), new.skills.get(name));
        match (before, after) {
            (Some(before), Some(after)) => parts(before, after, &mut out),
            (before, after) => out.extend(alone(name, before.is_some(), before.or(after))),
        }
        for change in out.iter_mut().skip(first) {
            let before = before.map(|skill| &skill.origin.place);
            let after = after.map(|skill| &skill.origin.place);
            *change = change.clone().at(before, after);
        }
    }
    out
}

/// A skill of one policy alone; one that does not run is no difference.
fn alone(name: &Name, is_old: bool, skill: Option<&std::sync::Arc<Skill>>) -> Option<Change> {
    let skill = skill.filter(|skill| skill.status == SkillStatus::Active)?;
    let none = phrase!("not there" | "不存在");
    let roles = names(
        &skill.allow,
        "nobody but whom the database says",
        "数据库所定的角色",
    );
    let there = phrase!("there for {roles}" | "供{roles}使用", roles);
    let (direction, sides) = match is_old {
        true => (Direction::Narrowed, (there, none)),
        false => (Direction::Widened, (none, there)),
    };
    let what = phrase!("skill `{name}`" | "技能 `{name}`", name);
    Some(Change::new(Subject::Skill, direction, what, sides))
}

struct Parts<'o> {
    name: Name,
    out: &'o mut Vec<Change>,
}

impl Parts<'_> {
    fn add(&mut self, direction: Option<Direction>, part: Phrase, old: Phrase, new: Phrase) {
        let Some(direction) = direction else { return };
        let name = &self.name;
        let what = phrase!(
            "skill `{name}`, {part}" | "技能 `{name}`，{part}",
            name,
            part
        );
        let change = Change::new(Subject::Skill, direction, what, (old, new));
        self.out.push(change);
    }
}

fn parts(old: &Skill, new: &Skill, out: &mut Vec<Change>) {
    let mut parts = Parts {
        name: new.origin.name.clone(),
        out,
    };
    let runs = |skill: &Skill| skill.status == SkillStatus::Active;
    parts.add(
        direction_of(runs(old) || !runs(new), runs(new) || !runs(old)),
        phrase!("its status" | "状态"),
        plain(old.status),
        plain(new.status),
    );
    let same = (old.verb == new.verb).then_some(());
    parts.add(
        same.is_none().then_some(Direction::Changed),
        phrase!("what it does" | "操作"),
        plain(old.verb),
        plain(new.verb),
    );
    parts.add(
        sets(&old.entities, &new.entities),
        phrase!("its entities" | "实体"),
        names(&old.entities, "none", "无"),
        names(&new.entities, "none", "无"),
    );
    parts.add(
        direction_of(old.impact <= new.impact, new.impact <= old.impact),
        phrase!("its impact" | "影响程度"),
        plain(old.impact),
        plain(new.impact),
    );
    parts.add(
        sets(&old.allow, &new.allow),
        phrase!("its roles" | "角色"),
        names(&old.allow, "none", "无"),
        names(&new.allow, "none", "无"),
    );
    parts.add(
        models(&old.models, &new.models),
        phrase!("its models" | "模型"),
        names(&old.models, "any", "任意"),
        names(&new.models, "any", "任意"),
    );
    quotas(&calls(old), &calls(new), &mut parts);
    quotas(&tokens(old), &tokens(new), &mut parts);
}

/// Narrower where something is gone, wider where something is new.
fn sets(old: &[Name], new: &[Name]) -> Option<Direction> {
    let within = |a: &[Name], b: &[Name]| a.iter().all(|name| b.contains(name));
    direction_of(within(new, old), within(old, new))
}

/// No model named is any model.
fn models(old: &[Name], new: &[Name]) -> Option<Direction> {
    match (old, new) {
        ([], []) => None,
        ([], _) => Some(Direction::Narrowed),
        (_, []) => Some(Direction::Widened),
        _ => sets(old, new),
    }
}

/// So much in a window, counted for somebody.
struct Quota {
    most: u64,
    unit: &'static str,
    window: Duration,
    per: Per,
}

impl Quota {
    /// Whether who stays within this stays within the other: no more, over as long or longer, and of
    /// as many callers or more.
    fn covers(&self, other: &Self) -> bool {
        let counts = |per: Per| match per {
            Per::User => 0,
            Per::Role => 1,
            Per::Tenant => 2,
        };
        self.most <= other.most
            && self.window >= other.window
            && counts(self.per) >= counts(other.per)
    }

    fn said(&self) -> Phrase {
        let Self {
            most,
            unit,
            window,
            per,
        } = self;
        let window = match window.as_secs() {
            1 => "second".to_owned(),
            60 => "minute".to_owned(),
            3_600 => "hour".to_owned(),
            86_400 => "day".to_owned(),
            _ => duration(*window),
        };
        let text = format!("{most} {unit} per {window} per {}", per.as_str());
        Phrase::both(text.clone(), text)
    }
}

fn calls(skill: &Skill) -> Vec<Quota> {
    let limits = skill.limits.iter();
    let quota = limits.map(|limit| Quota {
        most: limit.calls,
        unit: "calls",
        window: limit.window,
        per: limit.per,
    });
    quota.collect()
}

fn tokens(skill: &Skill) -> Vec<Quota> {
    let budgets = skill.budgets.iter();
    let quota = budgets.map(|budget| Quota {
        most: budget.tokens,
        unit: "tokens",
        window: budget.window,
        per: budget.per,
    });
    quota.collect()
}

/// A quota that nothing in the new policy keeps is a widening, one that nothing in the old kept a
/// narrowing.
fn quotas(old: &[Quota], new: &[Quota], parts: &mut Parts<'_>) {
    let kept = |quota: &Quota, by: &[Quota]| by.iter().any(|other| other.covers(quota));
    let nearest = |quota: &Quota, among: &[Quota]| {
        let like = |other: &&Quota| other.per == quota.per && other.unit == quota.unit;
        let same = |other: &&Quota| like(other) && other.window == quota.window;
        let found = among.iter().find(same).or_else(|| among.iter().find(like));
        found.map_or(phrase!("without a limit" | "无限额"), Quota::said)
    };
    for quota in old.iter().filter(|quota| !kept(quota, new)) {
        let part = phrase!("its limits" | "限额");
        let direction = Some(Direction::Widened);
        parts.add(direction, part, quota.said(), nearest(quota, new));
    }
    for quota in new.iter().filter(|quota| !kept(quota, old)) {
        let part = phrase!("its limits" | "限额");
        let direction = Some(Direction::Narrowed);
        parts.add(direction, part, nearest(quota, old), quota.said());
    }
}

fn plain(value: impl Display) -> Phrase {
    Phrase::both(value.to_string(), value.to_string())
}

/// The names, each in back-ticks.
fn names(names: &[Name], none: &'static str, zh: &'static str) -> Phrase {
    if names.is_empty() {
        return Phrase::fixed(none, zh);
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Phrase::both(quoted.join(", "), quoted.join("、"))
}
