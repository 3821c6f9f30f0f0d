//! What a comparison finds, as data: what differs, in which direction, and where.

use std::fmt;

use guardrails_core::{Phrase, Place, phrase};

use crate::analyse::answer::Answer;
use crate::analyse::example::Example;

/// Whether more or less comes through than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// More is let through, or shown.
    Widened,
    /// Less is.
    Narrowed,
    /// Neither: something else is asked for, or shown.
    Changed,
    /// Analysis found neither a proof nor an example.
    CannotTell,
}

impl Direction {
    /// Every direction, the gravest first.
    pub const ALL: &'static [Self] = &[
        Self::Widened,
        Self::Narrowed,
        Self::Changed,
        Self::CannotTell,
    ];

    /// The stable word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Widened => "widened",
            Self::Narrowed => "narrowed",
            Self::Changed => "changed",
            Self::CannotTell => "cannot-tell",
        }
    }

    /// The same seen from the other side.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Widened => Self::Narrowed,
            Self::Narrowed => Self::Widened,
            other => other,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// What is seen of a field.
    View,
    /// Whether a field may be written.
    Write,
    /// Which figures may be taken of a field over many records.
    Figures,
    /// What rules and tables decide.
    Decision,
    /// What rules bind the host to, and whom they tell.
    Duty,
    /// Who must agree to an approval, and by when.
    Chain,
    /// Which skills there are, for whom, how often.
    Skill,
    /// How risk is scored, and what follows from a score.
    Risk,
    /// How entities and fields are declared.
    Schema,
}

impl Subject {
    /// Every subject, in the order they are told in.
    pub const ALL: &'static [Self] = &[
        Self::View,
        Self::Write,
        Self::Figures,
        Self::Decision,
        Self::Duty,
        Self::Chain,
        Self::Skill,
        Self::Risk,
        Self::Schema,
    ];

    /// The stable word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Write => "write",
            Self::Figures => "figures",
            Self::Decision => "decision",
            Self::Duty => "duty",
            Self::Chain => "chain",
            Self::Skill => "skill",
            Self::Risk => "risk",
            Self::Schema => "schema",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One difference between two policies.
#[derive(Debug, Clone)]
pub struct Change {
    /// What it is about.
    pub subject: Subject,
    /// Which way it goes.
    pub direction: Direction,
    /// What differs: `` `cost` of `Quote` for `SALES_REP` ``.
    pub what: Phrase,
    /// What it was.
    pub old: Phrase,
    /// What it is.
    pub new: Phrase,
    /// Where it is written in the old policy.
    pub before: Option<Place>,
    /// Where it is written in the new policy.
    pub after: Option<Place>,
    /// A case that shows it, confirmed by the evaluator.
    pub example: Option<Example>,
    /// Why it cannot be told; for [`Direction::CannotTell`] alone.
    pub why: Option<Phrase>,
}

impl Change {
    pub(super) fn new(
        subject: Subject,
        direction: Direction,
        what: Phrase,
        (old, new): (Phrase, Phrase),
    ) -> Self {
        Self {
            subject,
            direction,
            what,
            old,
            new,
            before: None,
            after: None,
            example: None,
            why: None,
        }
    }

    /// Something that analysis does not see through.
    pub(super) fn unclear(subject: Subject, what: Phrase, why: Phrase) -> Self {
        let nothing = (Phrase::default(), Phrase::default());
        Self {
            why: Some(why),
            ..Self::new(subject, Direction::CannotTell, what, nothing)
        }
    }

    /// With what the analysis answered: an example, or why there is none.
    pub(super) fn answered(mut self, answer: Answer) -> Self {
        match answer {
            Answer::Example(example) => self.example = Some(*example),
            Answer::CannotTell(unclear) => {
                self.direction = Direction::CannotTell;
                self.why = Some(unclear.why);
            }
            Answer::Never => {}
        }
        self
    }

    pub(super) fn at(mut self, before: Option<&Place>, after: Option<&Place>) -> Self {
        let known = |place: Option<&Place>| place.filter(|place| place.is_known()).cloned();
        self.before = known(before);
        self.after = known(after);
        self
    }

    /// The whole as a sentence, without its direction.
    #[must_use]
    pub fn message(&self) -> Phrase {
        let Self { what, old, new, .. } = self;
        match (&self.why, &self.example) {
            (Some(why), _) if old.is_empty() => {
                phrase!("{what}: {why}" | "{what}：{why}", what, why)
            }
            (Some(why), _) => phrase!(
                "{what}: whether what was {old} can be {new} now is not known, since {why}"
                    | "{what}：原为“{old}”的情形现在是否可能为“{new}”无法判断：{why}",
                what,
                old,
                new,
                why
            ),
            (None, Some(example)) if !example.is_plain() => phrase!(
                "{what}: was {old}, is {new}, as in {example}"
                    | "{what}：原为{old}，现为{new}，例如 {example}",
                what,
                old,
                new,
                example
            ),
            _ => phrase!(
                "{what}: was {old}, is {new}" | "{what}：原为{old}，现为{new}",
                what,
                old,
                new
            ),
        }
    }
}
