//! Approval chains: whether one asks for as much as another, and in what two of one name differ.

use std::time::Duration;

use guardrails_core::policy::{ApprovalChain, ApprovalStep, Exclusion, Overdue, Policy};
use guardrails_core::{Name, Phrase, phrase};

use super::change::{Change, Direction, Subject};

/// How a chain stands to another one; none where they ask for the same.
fn direction(old: &ApprovalChain, new: &ApprovalChain) -> Option<Direction> {
    direction_of(as_strict(new, old), as_strict(old, new))
}

pub(super) fn direction_of(new_covers: bool, old_covers: bool) -> Option<Direction> {
    match (new_covers, old_covers) {
        (true, true) => None,
        (true, false) => Some(Direction::Narrowed),
        (false, true) => Some(Direction::Widened),
        (false, false) => Some(Direction::Changed),
    }
}

/// Whether whatever passes this chain would have passed the other one.
pub(super) fn as_strict(chain: &ApprovalChain, as_other: &ApprovalChain) -> bool {
    let mut steps = chain.steps.iter();
    let each = |wanted: &ApprovalStep| {
        steps.any(|step| step_as_strict((step, chain.expires), (wanted, as_other.expires)))
    };
    as_other.steps.iter().all(each)
        && excluded(as_other)
            .iter()
            .all(|one| excluded(chain).contains(one))
        && chain.expires <= as_other.expires
        && chain.execute_within <= as_other.execute_within
}

fn excluded(chain: &ApprovalChain) -> Vec<Exclusion> {
    // Holds whether it is written or not.
    let mut all = vec![Exclusion::Requester];
    all.extend(&chain.never);
    all
}

/// A step, and when its ticket expires whatever the step says.
type Within<'c> = (&'c ApprovalStep, Duration);

fn step_as_strict(step: Within<'_>, as_other: Within<'_>) -> bool {
    step.0.role == as_other.0.role
        && step.0.quorum >= as_other.0.quorum
        && overdue_as_strict(step, as_other)
}

/// Whether nobody decides the step who, or when, could not have decided the other: its role within the
/// time where the rest is denied, at any time where another role joins in later.
fn overdue_as_strict((step, expires): Within<'_>, (as_other, other_expires): Within<'_>) -> bool {
    let denied_after = step.within.map_or(expires, |within| within.min(expires));
    let other_after = as_other
        .within
        .map_or(other_expires, |within| within.min(other_expires));
    match (joining(step, expires), joining(as_other, other_expires)) {
        (None, None) => denied_after <= other_after,
        (None, Some(_)) => true,
        (Some(_), None) => false,
        (Some((to, from)), Some((before, other_from))) => to == before && from >= other_from,
    }
}

/// Who joins in, and after how long; nobody where the ticket expires before.
fn joining(step: &ApprovalStep, expires: Duration) -> Option<(&Name, Duration)> {
    match (&step.overdue, step.within) {
        (Overdue::Escalate(to), Some(within)) if within < expires && *to != step.role => {
            Some((to, within))
        }
        _ => None,
    }
}

/// How sets of chains stand to each other, each chain taken from its own policy.
pub(super) struct Order<'p> {
    old: &'p Policy,
    new: &'p Policy,
}

impl<'p> Order<'p> {
    pub(super) fn new(old: &'p Policy, new: &'p Policy) -> Self {
        Self { old, new }
    }

    /// How the chains of one case in the old policy stand to those in the new.
    pub(super) fn direction<N: AsRef<str>>(&self, was: &[N], is: &[N]) -> Option<Direction> {
        let all = |wanted: &[N], by: &[N], covers: &dyn Fn(&str, &str) -> bool| {
            let mut wanted = wanted.iter();
            wanted.all(|one| by.iter().any(|other| covers(other.as_ref(), one.as_ref())))
        };
        direction_of(
            all(was, is, &|new, old| self.new_covers(new, old)),
            all(is, was, &|old, new| self.old_covers(old, new)),
        )
    }

    /// Whether a chain of the new policy asks for as much as one of the old. One of the same name
    /// does: what differs in it is told by itself.
    pub(super) fn new_covers(&self, new: &str, old: &str) -> bool {
        let both = (self.new.approvals.get(new), self.old.approvals.get(old));
        new == old || matches!(both, (Some(new), Some(old)) if as_strict(new, old))
    }

    /// The same the other way.
    pub(super) fn old_covers(&self, old: &str, new: &str) -> bool {
        let both = (self.new.approvals.get(new), self.old.approvals.get(old));
        new == old || matches!(both, (Some(new), Some(old)) if as_strict(old, new))
    }
}

/// In what chains of one name differ.
pub(super) fn changes(old: &Policy, new: &Policy) -> Vec<Change> {
    let mut out = Vec::new();
    for (name, before) in &old.approvals {
        let Some(after) = new.approvals.get(name) else {
            continue;
        };
        let first = out.len();
        parts(before, after, &mut out);
        for change in out.iter_mut().skip(first) {
            *change = change
                .clone()
                .at(Some(&before.origin.place), Some(&after.origin.place));
        }
    }
    out
}

fn parts(old: &ApprovalChain, new: &ApprovalChain, out: &mut Vec<Change>) {
    let name = &old.origin.name;
    let mut add = |direction: Option<Direction>, part: Phrase, sides: (Phrase, Phrase)| {
        let Some(direction) = direction else { return };
        let what = phrase!(
            "approval chain `{name}`, {part}" | "审批链 `{name}`，{part}",
            name,
            part
        );
        out.push(Change::new(Subject::Chain, direction, what, sides));
    };
    let only_steps = |chain: &ApprovalChain| ApprovalChain {
        steps: chain.steps.clone(),
        ..new.clone()
    };
    add(
        direction(&only_steps(old), &only_steps(new)),
        phrase!("its steps" | "步骤"),
        (steps(old), steps(new)),
    );
    for one in [Exclusion::Requester, Exclusion::SamePersonTwice] {
        let (was, is) = (excluded(old).contains(&one), excluded(new).contains(&one));
        let said = |never: bool| match never {
            true => phrase!("ruled out" | "排除"),
            false => phrase!("possible" | "允许"),
        };
        let who = match one {
            Exclusion::Requester => phrase!("a decision of the requester" | "由申请人决定"),
            Exclusion::SamePersonTwice => {
                phrase!("one person who decides two steps" | "同一人决定两个步骤")
            }
        };
        add(
            direction_of(is || !was, was || !is),
            who,
            (said(was), said(is)),
        );
    }
    let times = [
        (
            phrase!("time to decide" | "决定期限"),
            old.expires,
            new.expires,
        ),
        (
            phrase!("time to go on once it is granted" | "批准后的执行期限"),
            old.execute_within,
            new.execute_within,
        ),
    ];
    for (what, was, is) in times {
        add(
            direction_of(is <= was, was <= is),
            what,
            (time(was), time(is)),
        );
    }
}

fn steps(chain: &ApprovalChain) -> Phrase {
    let steps: Vec<String> = chain.steps.iter().map(step).collect();
    let steps = steps.join(", ");
    Phrase::both(format!("`{steps}`"), format!("`{steps}`"))
}

/// The step in the words of the language.
fn step(step: &ApprovalStep) -> String {
    let ApprovalStep {
        name, quorum, role, ..
    } = step;
    let mut out = format!("{name} {quorum} of {role}");
    if let Some(within) = step.within {
        out.push_str(&format!(" within {}", duration(within)));
        out.push_str(&match &step.overdue {
            Overdue::Deny => " else deny".to_owned(),
            Overdue::Escalate(to) => format!(" else escalate {to}"),
        });
    }
    out
}

pub(super) fn time(time: Duration) -> Phrase {
    let text = duration(time);
    Phrase::both(text.clone(), text)
}

/// A length of time in the largest unit that measures it.
pub(super) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [("d", 86_400), ("h", 3_600), ("m", 60)];
    let unit = units
        .into_iter()
        .find(|(_, length)| seconds > 0 && seconds.is_multiple_of(*length));
    match unit {
        Some((unit, length)) => {
            format!("{}{unit}", seconds.checked_div(length).unwrap_or_default())
        }
        None => format!("{seconds}s"),
    }
}
