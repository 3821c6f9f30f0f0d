//! Approval chains: their steps in words, and a diagram that reads from left to right.
//!
//! Above the steps lies how long a ticket lives altogether; below each step, what happens when
//! nobody decides in time.

use std::time::Duration;

use guardrails_rules::Outline;

use super::drawing::width;
use super::page::{Chain, Drawing, Link, Step};
use super::source::at;
use super::words::{Words, length};
use crate::policy::{ApprovalChain, EffectKind, Exclusion, LevelEffect, Overdue, Policy};

pub(super) fn chains(policy: &Policy, outline: &Outline, words: &Words) -> Vec<Chain> {
    let chain = |chain: &ApprovalChain| {
        let name = chain.origin.name.to_string();
        let steps: Vec<Step> = chain.steps.iter().map(step).collect();
        Chain {
            doc: super::written::remarks(outline, "approval", &name),
            never_twice: chain.never.contains(&Exclusion::SamePersonTwice),
            expires: length(chain.expires),
            execute_within: length(chain.execute_within),
            asked_by: asked_by(policy, &name),
            drawing: drawing(&steps, chain.expires, chain.execute_within, words),
            place: at(&chain.origin.place),
            steps,
            name,
        }
    };
    policy.approvals.values().map(|one| chain(one)).collect()
}

fn step(step: &crate::policy::ApprovalStep) -> Step {
    Step {
        name: step.name.to_string(),
        quorum: step.quorum,
        role: step.role.to_string(),
        within: step.within.map(length).unwrap_or_default(),
        escalate: match &step.overdue {
            Overdue::Escalate(role) => Some(role.to_string()),
            Overdue::Deny => None,
        },
    }
}

/// The rules and levels that ask for a chain.
fn asked_by(policy: &Policy, chain: &str) -> Vec<Link> {
    let asks = |kind: &EffectKind| match kind {
        EffectKind::RequireApproval(requirement) => *requirement.chain == *chain,
        EffectKind::Do(action) => action.chains().iter().any(|name| **name == *chain),
        _ => false,
    };
    let rules = policy.rules.iter();
    let rules = rules.filter(|rule| rule.effects.iter().any(|effect| asks(&effect.kind)));
    let levels = policy.risk.thresholds.iter().filter(|threshold| {
        let mut effects = threshold.effects.iter();
        effects.any(|effect| matches!(effect, LevelEffect::RequireApproval { chain: name, .. } if **name == *chain))
    });
    let mut links: Vec<Link> = rules.map(|rule| super::rules::link(rule)).collect();
    links.dedup();
    links.extend(levels.map(|threshold| Link {
        to: "risk".to_owned(),
        text: threshold.level.to_string(),
    }));
    links
}

const SPAN_Y: i64 = 26;
const TOP: i64 = 52;
const HEIGHT: i64 = 86;
const MIDDLE: i64 = TOP + HEIGHT / 2;
const LATE_Y: i64 = TOP + HEIGHT + 26;
const GAP: i64 = 44;
const NARROWEST: i64 = 148;

fn drawing(steps: &[Step], expires: Duration, execute: Duration, words: &Words) -> Drawing {
    let mut drawing = Drawing::default();
    let asked = words.text("asked");
    let first = width(asked, 13) + 28;
    drawing.rectangle("end", (1, MIDDLE - 19), (first, 38), 19);
    drawing.text("ending", "middle", (1 + first / 2, MIDDLE + 5), asked);
    let mut x = 1 + first;
    for (number, step) in (1..).zip(steps) {
        drawing.line("flow", (x, MIDDLE), (x + GAP - 3, MIDDLE));
        x += GAP;
        x += one(&mut drawing, x, number, step, words);
    }
    drawing.line("flow", (x, MIDDLE), (x + GAP - 3, MIDDLE));
    x += GAP;
    let (granted, spend) = (
        words.text("granted"),
        words.filled("execute_within", &length(execute)),
    );
    let last = width(granted, 13).max(width(&spend, 12)) + 36;
    drawing.rectangle("end granted", (x, MIDDLE - 27), (last, 54), 27);
    drawing.text("ending", "middle", (x + last / 2, MIDDLE - 3), granted);
    drawing.text("small", "middle", (x + last / 2, MIDDLE + 15), spend);
    life(
        &mut drawing,
        (first, x),
        &words.filled("expires_after", &length(expires)),
    );
    drawing.width = x + last + 2;
    drawing.height = LATE_Y + 42;
    drawing
}

/// One step; answers how wide it is.
fn one(drawing: &mut Drawing, x: i64, number: usize, step: &Step, words: &Words) -> i64 {
    let within = match step.within.as_str() {
        "" => words.text("no_limit").to_owned(),
        within => words.filled("within", within),
    };
    let late = match &step.escalate {
        Some(role) => words.filled("then_also", role),
        None => words.text("then_expires").to_owned(),
    };
    let role = words.pair("of_role", &step.quorum.to_string(), &step.role);
    let wide = [
        width(&step.name, 14) + 34,
        width(&role, 12),
        width(&within, 12),
        width(&late, 12),
    ];
    let wide = wide.into_iter().max().unwrap_or(0).max(NARROWEST) + 28;
    let middle = x + wide / 2;
    drawing.rectangle("step", (x, TOP), (wide, HEIGHT), 9);
    drawing.dot("number", (x + 22, TOP + 24), 10);
    drawing.text("count", "middle", (x + 22, TOP + 28), number.to_string());
    drawing.text("name", "start", (x + 40, TOP + 29), &*step.name);
    drawing.text("who", "start", (x + 14, TOP + 54), role);
    drawing.text("small", "start", (x + 14, TOP + 73), within);
    if !step.within.is_empty() {
        let class = if step.escalate.is_some() {
            "late"
        } else {
            "late over"
        };
        drawing.line(class, (middle, TOP + HEIGHT), (middle, LATE_Y - 2));
        drawing.rectangle(class, (x, LATE_Y), (wide, 32), 6);
        drawing.text("small", "middle", (middle, LATE_Y + 20), late);
    }
    wide
}

/// The line that spans the time a ticket lives.
fn life(drawing: &mut Drawing, (from, to): (i64, i64), text: &str) {
    let middle = i64::midpoint(from, to);
    drawing.line("span", (from / 2, SPAN_Y), (to - 8, SPAN_Y));
    drawing.line("tick", (from / 2, SPAN_Y - 5), (from / 2, SPAN_Y + 5));
    drawing.line("tick", (to - 8, SPAN_Y - 5), (to - 8, SPAN_Y + 5));
    let wide = width(text, 12) + 16;
    drawing.rectangle("plate", (middle - wide / 2, SPAN_Y - 10), (wide, 20), 10);
    drawing.text("small", "middle", (middle, SPAN_Y + 4), text);
}
