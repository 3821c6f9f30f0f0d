//! What each policy answers to one question, and in what the answers differ. Which way a difference
//! goes is decided by the comparisons that analysis has.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use guardrails_rules::analyse::{
    Direction, Subject, compare_access, compare_approvals, say_access,
};
use guardrails_rules::observed_outcome;

use super::question::{Question, Written};
use crate::data::Access;
use crate::policy::Policy;
use crate::{ApprovalChains, Fields, Name, OutcomeKind, Phrase, Result, evaluate, phrase};

/// One decision or field that differs.
#[derive(Debug, Clone)]
pub(super) struct Difference {
    pub(super) direction: Direction,
    pub(super) subject: Subject,
    pub(super) question: Phrase,
    pub(super) what: Phrase,
    pub(super) old: Phrase,
    pub(super) new: Phrase,
    pub(super) written: Written,
}

impl Difference {
    /// The whole as a sentence, without its direction.
    pub(super) fn message(&self) -> Phrase {
        let Self {
            question,
            what,
            old,
            new,
            ..
        } = self;
        phrase!(
            "{question}: {what} was {old}, is {new}" | "{question}：{what}原为{old}，现为{new}",
            question,
            what,
            old,
            new
        )
    }

    /// What it is sorted and known by: a question that both policies bring along is told once.
    pub(super) fn key(&self) -> (Direction, &str, &str, &str, &str) {
        let Self {
            direction,
            question,
            what,
            old,
            new,
            ..
        } = self;
        (*direction, question, what, old, new)
    }
}

/// What a policy answers.
struct Answer {
    outcome: Outcome,
    view: Fields,
    accesses: BTreeMap<Name, Access>,
}

/// From the strictest to the widest.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    /// Also where the question cannot be asked, such as of an entity that is not there.
    Deny,
    /// By these chains.
    Approval(Vec<Name>),
    Allow,
}

impl Outcome {
    fn new(outcome: OutcomeKind, chains: &ApprovalChains) -> Self {
        match outcome {
            OutcomeKind::Allow => Self::Allow,
            OutcomeKind::NeedsApproval => Self::Approval(chains.names().to_vec()),
            OutcomeKind::Deny => Self::Deny,
        }
    }

    fn width(&self) -> u8 {
        match self {
            Self::Deny => 0,
            Self::Approval(_) => 1,
            Self::Allow => 2,
        }
    }

    fn said(&self) -> Phrase {
        match self {
            Self::Deny => phrase!("denied" | "拒绝"),
            Self::Approval(chains) => {
                let names: Vec<String> = chains.iter().map(|name| format!("`{name}`")).collect();
                let names = Phrase::both(names.join(" and "), names.join("、"));
                phrase!("an approval by {names}" | "经{names}审批", names)
            }
            Self::Allow => phrase!("let through" | "放行"),
        }
    }
}

/// Where the answers of two policies to one question differ.
///
/// # Errors
/// Why the question cannot be asked, when neither policy can answer it: nothing was compared then.
pub(super) fn differences(
    question: &Question,
    old: &Policy,
    new: &Policy,
) -> Result<Vec<Difference>> {
    let (before, after) = match (question.ask(old), question.ask(new)) {
        (Err(_), Err(error)) => return Err(error),
        (old, new) => (answered(old), answered(new)),
    };
    let mut found = Vec::new();
    if let Some(direction) = outcomes((old, &before.outcome), (new, &after.outcome)) {
        found.push(Difference {
            direction,
            subject: Subject::Decision,
            question: question.name(),
            what: phrase!("the decision" | "决定"),
            old: before.outcome.said(),
            new: after.outcome.said(),
            written: question.written(),
        });
    }
    let record = question.record();
    let names = |answer: &Answer| -> Vec<Name> {
        let fields = answer.view.iter();
        fields.map(|(name, _)| name.clone()).collect()
    };
    let fields: BTreeSet<Name> = [names(&before), names(&after)]
        .concat()
        .into_iter()
        .collect();
    for field in fields {
        if before.view.value(&field) == after.view.value(&field) {
            continue;
        }
        for (path, direction, was, is) in views(&field, &before, &after, &record) {
            found.push(Difference {
                direction,
                subject: Subject::View,
                question: question.name(),
                what: Phrase::both(format!("`{path}`"), format!("`{path}`")),
                old: was,
                new: is,
                written: question.written(),
            });
        }
    }
    Ok(found)
}

fn outcomes((old, was): (&Policy, &Outcome), (new, is): (&Policy, &Outcome)) -> Option<Direction> {
    if let (Outcome::Approval(before), Outcome::Approval(after)) = (was, is) {
        return match before == after {
            true => None,
            // Others that come to the same are still others.
            false => compare_approvals((old, before), (new, after)).or(Some(Direction::Changed)),
        };
    }
    match is.width().cmp(&was.width()) {
        Ordering::Greater => Some(Direction::Widened),
        Ordering::Less => Some(Direction::Narrowed),
        Ordering::Equal => None,
    }
}

/// In which ways a field whose views differ is seen: it, and what is inside of it.
fn views(
    field: &Name,
    before: &Answer,
    after: &Answer,
    record: &Fields,
) -> Vec<(Name, Direction, Phrase, Phrase)> {
    let within = |path: &&Name| {
        let rest = path.strip_prefix(&**field);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let paths = before.accesses.keys().chain(after.accesses.keys());
    let paths: BTreeSet<&Name> = paths.filter(within).collect();
    let found: Vec<_> = paths
        .into_iter()
        .filter_map(|path| {
            let (was, is) = (before.access(path), after.access(path));
            let direction = compare_access(&was, &is)?;
            Some((path.clone(), direction, say_access(&was), say_access(&is)))
        })
        .collect();
    if !found.is_empty() {
        return found;
    }
    // Seen in the same ways, and yet not the same: for what nobody declares, by what comes out.
    let value = record.value(field);
    let shown = |answer: &Answer| match answer.view.value(field) {
        None => Access::Hidden,
        Some(seen) if Some(seen) == value => Access::Read,
        Some(_) => Access::Masked(crate::data::Mask::Redact),
    };
    let (was, is) = (shown(before), shown(after));
    let direction = compare_access(&was, &is).unwrap_or(Direction::Changed);
    let said = |access: &Access| match access {
        Access::Masked(_) => phrase!("shown otherwise" | "以别的形式显示"),
        other => say_access(other),
    };
    vec![(field.clone(), direction, said(&was), said(&is))]
}

impl Answer {
    /// What is not there, or not seen at all, is hidden. A field bears what is said of the one around
    /// it, where nothing is said of it alone.
    fn access(&self, path: &str) -> Access {
        let around = std::iter::successors(Some(path), |path| {
            path.rsplit_once('.').map(|(outer, _)| outer)
        });
        let mut known = around.filter_map(|path| self.accesses.get(path));
        known.next().cloned().unwrap_or(Access::Hidden)
    }
}

/// Whatever keeps one of the policies from answering lets nothing through.
fn answered(answer: Result<Answer>) -> Answer {
    answer.unwrap_or_else(|_| Answer {
        outcome: Outcome::Deny,
        view: Fields::new(),
        accesses: BTreeMap::new(),
    })
}

impl Question {
    fn ask(&self, policy: &Policy) -> Result<Answer> {
        let (outcome, view, accesses) = match self {
            Self::Test(test, _) => {
                let came = observed_outcome(policy, test)?;
                let outcome = Outcome::new(came.outcome, &came.chains);
                (outcome, came.view, came.accesses)
            }
            Self::Request(_, text) => {
                let answer = evaluate(policy.clone(), text)?;
                let outcome = Outcome::new(answer.outcome, &answer.approval);
                (outcome, answer.view, answer.accesses)
            }
        };
        Ok(Answer {
            outcome,
            view: view.unwrap_or_default(),
            accesses: accesses.into_iter().collect(),
        })
    }
}
