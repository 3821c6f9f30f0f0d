//! What each policy answers to one question, and in what the answers differ.

use std::collections::BTreeSet;
use std::fmt;

use guardrails_rules::came_of;
use serde::Serialize;

use super::question::Question;
use crate::policy::Policy;
use crate::{Fields, JsonLimits, Name, Result, Value, evaluate, parse_fields};

/// Whether more or less comes through than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Direction {
    /// More is allowed, or shown.
    Widened,
    /// Less is.
    Narrowed,
    /// Neither: another approval chain, or another mask.
    Changed,
}

/// One decision or field that differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Difference {
    pub(super) direction: Direction,
    question: String,
    what: String,
    old: String,
    new: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = match self.direction {
            Direction::Widened => "WIDENED ",
            Direction::Narrowed => "narrowed",
            Direction::Changed => "changed ",
        };
        let Self {
            question,
            what,
            old,
            new,
            ..
        } = self;
        write!(f, "{direction} {question}: {what} was {old}, is {new}")
    }
}

/// What a policy answers.
struct Answer {
    outcome: Outcome,
    view: Fields,
}

/// From the strictest to the widest.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    /// Also where the question cannot be asked, such as of an entity that is not there.
    Deny,
    Approval(Name),
    Allow,
}

impl Outcome {
    fn new(outcome: &str, chain: &str) -> Self {
        match outcome {
            "allow" => Self::Allow,
            "needs_approval" => Self::Approval(chain.into()),
            _ => Self::Deny,
        }
    }

    fn width(&self) -> u8 {
        match self {
            Self::Deny => 0,
            Self::Approval(_) => 1,
            Self::Allow => 2,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deny => f.write_str("deny"),
            Self::Approval(chain) => write!(f, "approval by {chain}"),
            Self::Allow => f.write_str("allow"),
        }
    }
}

/// How much of a field is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sight {
    Hidden,
    Masked,
    Shown,
}

impl fmt::Display for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hidden => "hidden",
            Self::Masked => "masked",
            Self::Shown => "shown",
        })
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
    let name = question.name();
    let record = question.record();
    let (before, after) = match (question.ask(old), question.ask(new)) {
        (Err(_), Err(error)) => return Err(error),
        (old, new) => (answered(old), answered(new)),
    };
    let mut found = Vec::new();
    let mut differs = |direction, what: &str, old: String, new: String| {
        found.push(Difference {
            direction,
            question: name.clone(),
            what: what.to_owned(),
            old,
            new,
        });
    };
    if before.outcome != after.outcome {
        let direction = direction(before.outcome.width(), after.outcome.width());
        let (old, new) = (before.outcome.to_string(), after.outcome.to_string());
        differs(direction, "the decision", old, new);
    }
    let fields: BTreeSet<&Name> = before
        .view
        .iter()
        .chain(&after.view)
        .map(|(n, _)| n)
        .collect();
    for field in fields {
        let (was, is) = (before.view.value(field), after.view.value(field));
        if was != is {
            let sight = |seen| sight(seen, record.value(field));
            let (old, new) = (sight(was), sight(is));
            let otherwise = if old == new { " otherwise" } else { "" };
            let what = format!("`{field}`");
            let new_words = format!("{new}{otherwise}");
            differs(direction(old, new), &what, old.to_string(), new_words);
        }
    }
    Ok(found)
}

/// Whatever keeps one of the policies from answering lets nothing through.
fn answered(answer: Result<Answer>) -> Answer {
    answer.unwrap_or_else(|_| Answer {
        outcome: Outcome::Deny,
        view: Fields::new(),
    })
}

fn direction<T: Ord>(old: T, new: T) -> Direction {
    match new.cmp(&old) {
        std::cmp::Ordering::Greater => Direction::Widened,
        std::cmp::Ordering::Less => Direction::Narrowed,
        std::cmp::Ordering::Equal => Direction::Changed,
    }
}

fn sight(seen: Option<&Value>, record: Option<&Value>) -> Sight {
    match seen {
        None => Sight::Hidden,
        Some(_) if seen == record => Sight::Shown,
        Some(_) => Sight::Masked,
    }
}

impl Question {
    fn name(&self) -> String {
        match self {
            Self::Test(test) => format!("test \"{}\"", test.name),
            Self::Request(name, _) => name.clone(),
        }
    }

    /// The record as it is, without any mask.
    fn record(&self) -> Fields {
        match self {
            Self::Test(test) => test.given.clone(),
            Self::Request(_, text) => match parse_fields(text, JsonLimits::default()) {
                Ok(request) => match request.value("record") {
                    Some(Value::Object(record)) => (**record).clone(),
                    _ => Fields::new(),
                },
                Err(_) => Fields::new(),
            },
        }
    }

    fn ask(&self, policy: &Policy) -> Result<Answer> {
        let (outcome, view) = match self {
            Self::Test(test) => {
                let came = came_of(policy, test)?;
                (Outcome::new(came.outcome, &came.chain), came.view)
            }
            Self::Request(_, text) => {
                let answer = evaluate(policy.clone(), text)?;
                (Outcome::new(answer.outcome, &answer.approval), answer.view)
            }
        };
        Ok(Answer {
            outcome,
            view: view.unwrap_or_default(),
        })
    }
}
