//! The questions that can be asked of conditions, and their answers.

use guardrails_core::policy::Expr;
use guardrails_core::{Phrase, Place, phrase};

use super::example::Example;
use super::formula::Claim;
use super::scene::{Data, Scene};
use super::solve::{Doubt, Outcome, solve, solve_within};
use super::truths::Truths;

/// Whether something can happen.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It cannot: this is proved.
    Never,
    /// It can, as this shows.
    Example(Box<Example>),
    /// Neither a proof nor an example was found.
    CannotTell(Unclear),
}

impl Answer {
    /// The example, when there is one.
    #[must_use]
    pub fn example(&self) -> Option<&Example> {
        match self {
            Self::Example(example) => Some(example),
            Self::Never | Self::CannotTell(_) => None,
        }
    }

    /// Whether it was proved that it cannot happen.
    #[must_use]
    pub fn is_never(&self) -> bool {
        matches!(self, Self::Never)
    }
}

/// Why nothing can be told.
#[derive(Debug, Clone)]
pub struct Unclear {
    /// The reason, as a sentence.
    pub why: Phrase,
    /// The condition that is not understood; nowhere when a limit was reached.
    pub place: Place,
}

impl From<Doubt> for Unclear {
    fn from(doubt: Doubt) -> Self {
        match doubt {
            Doubt::Outside(place) => Self {
                why: phrase!(
                    "a condition does more than compare one value with constants"
                        | "有的条件不只是把一个值同常量比较"
                ),
                place,
            },
            Doubt::Limit(name) => Self {
                why: phrase!(
                    "the search is over the limit `{name}`" | "搜索超过上限 `{name}`",
                    name
                ),
                place: Place::default(),
            },
        }
    }
}

/// When a condition counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Where it is true: what permits, and what an author means.
    Holds,
    /// Where it is true or unknown: what restricts.
    Applies,
}

impl Reading {
    pub(super) fn truths(self) -> Truths {
        match self {
            Self::Holds => Truths::TRUE,
            Self::Applies => Truths::APPLIES,
        }
    }
}

/// Whether a condition can ever count.
#[must_use]
pub fn satisfiable(scene: Scene<'_>, data: Data, condition: &Expr, reading: Reading) -> Answer {
    ask(scene, data, &Claim::Comes(condition, reading.truths()))
}

/// Whether two conditions can count together.
#[must_use]
pub fn overlap(scene: Scene<'_>, data: Data, a: &Expr, b: &Expr, reading: Reading) -> Answer {
    let both = [a, b].map(|condition| Claim::Comes(condition, reading.truths()));
    ask(scene, data, &Claim::All(both.into()))
}

/// Whether a condition can count where another does not: [`Answer::Never`] proves that `b` counts
/// wherever `a` does.
#[must_use]
pub fn without(scene: Scene<'_>, data: Data, a: &Expr, b: &Expr, reading: Reading) -> Answer {
    let truths = reading.truths();
    let claims = vec![Claim::Comes(a, truths), Claim::Comes(b, truths.others())];
    ask(scene, data, &Claim::All(claims))
}

/// Whether two conditions can differ in whether they count: [`Answer::Never`] proves that they are
/// equivalent.
#[must_use]
pub fn difference(scene: Scene<'_>, data: Data, a: &Expr, b: &Expr, reading: Reading) -> Answer {
    match without(scene, data, a, b, reading) {
        Answer::Never => without(scene, data, b, a, reading),
        Answer::CannotTell(why) => match without(scene, data, b, a, reading) {
            Answer::Example(example) => Answer::Example(example),
            _ => Answer::CannotTell(why),
        },
        found => found,
    }
}

/// Asks for an example of a claim.
pub(super) fn ask(scene: Scene<'_>, data: Data, claim: &Claim<'_>) -> Answer {
    answer(scene, solve(scene, data, claim))
}

/// The same among data as declared, for one of several questions that share their steps.
pub(super) fn ask_within(steps: &mut usize, scene: Scene<'_>, claim: &Claim<'_>) -> Answer {
    let outcome = solve_within(steps, scene, Data::AsDeclared, claim);
    answer(scene, outcome)
}

fn answer(scene: Scene<'_>, outcome: Outcome) -> Answer {
    match outcome {
        Outcome::Never => Answer::Never,
        Outcome::CannotTell(doubt) => Answer::CannotTell(doubt.into()),
        Outcome::Found(readings) => match Example::new(scene, readings) {
            Some(example) => Answer::Example(Box::new(example)),
            None => Answer::CannotTell(Doubt::Limit("analysis_examples").into()),
        },
    }
}

/// Among data as declared first, since such an example says more; then among any.
pub(super) fn ask_of_any(scene: Scene<'_>, claim: &Claim<'_>) -> Answer {
    match ask(scene, Data::AsDeclared, claim) {
        Answer::Example(example) => Answer::Example(example),
        _ => ask(scene, Data::Any, claim),
    }
}
