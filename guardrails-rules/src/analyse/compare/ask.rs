//! How questions of a comparison are asked: of whatever data may come, and within bounds.

use guardrails_core::policy::Verb;
use guardrails_core::{Name, Phrase, Place, phrase};

use crate::analyse::answer::{Answer, Unclear, ask};
use crate::analyse::formula::Claim;
use crate::analyse::scene::{Data, Scene};
use crate::analyse::work::Work;

/// Questions that one comparison may ask (`diff_questions`).
pub(super) const QUESTIONS: usize = 10_000;
/// Conditions that one question may be made of (`diff_conditions`).
pub(super) const CONDITIONS: usize = 1_000;

/// Asks questions until they are used up.
pub(super) struct Asker {
    work: Work,
}

impl Asker {
    pub(super) fn new() -> Self {
        Self {
            work: Work::new(QUESTIONS),
        }
    }

    /// Whether questions were left out.
    pub(super) fn is_done(&self) -> bool {
        self.work.is_done()
    }

    /// Whether a claim is true of anything. `rough` is a claim that is true wherever `exact` is, and
    /// less work; an example is one on data as declared, where there is one.
    pub(super) fn ask(
        &mut self,
        scene: Scene<'_>,
        rough: Option<&Claim<'_>>,
        exact: &Claim<'_>,
    ) -> Answer {
        if !self.work.ask() {
            return over("diff_questions");
        }
        let answer = match rough.map(|rough| ask(scene, Data::Any, rough)) {
            Some(Answer::Never) => return Answer::Never,
            Some(Answer::Example(example)) if exact.is_true(&example.facts()) => {
                Answer::Example(example)
            }
            _ => ask(scene, Data::Any, exact),
        };
        match answer {
            Answer::Never => Answer::Never,
            // Such an example says more.
            answer => match ask(scene, Data::AsDeclared, exact) {
                Answer::Example(example) => Answer::Example(example),
                _ => answer,
            },
        }
    }
}

impl Asker {
    /// The same where the exact claim is too large for a search: only an example counts that it is true
    /// of, and only of data as declared is it a proof that there is none.
    pub(super) fn ask_roughly(
        &mut self,
        scene: Scene<'_>,
        rough: &Claim<'_>,
        exact: &Claim<'_>,
    ) -> Answer {
        if !self.work.ask() {
            return over("diff_questions");
        }
        for data in [Data::AsDeclared, Data::Any] {
            match ask(scene, data, rough) {
                Answer::Example(example) if exact.is_true(&example.facts()) => {
                    return Answer::Example(example);
                }
                Answer::Never if data == Data::Any => return Answer::Never,
                _ => {}
            }
        }
        over("diff_conditions")
    }
}

/// No answer, for want of work that may be done.
pub(super) fn over(limit: &'static str) -> Answer {
    Answer::CannotTell(Unclear {
        why: phrase!(
            "it is over the limit `{limit}`" | "超过上限 `{limit}`",
            limit
        ),
        place: Place::default(),
    })
}

/// `create, update of Quote`.
pub(super) fn operation(verbs: &[Verb], entity: &Name) -> Phrase {
    let verbs: Vec<&str> = verbs.iter().map(|verb| verb.as_str()).collect();
    let verbs = verbs.join(", ");
    Phrase::both(
        format!("{verbs} of `{entity}`"),
        format!("{verbs} of `{entity}`"),
    )
}
