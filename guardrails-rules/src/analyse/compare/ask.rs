//! How questions of a comparison are asked: of whatever data may come, and within bounds.

use std::collections::HashSet;

use guardrails_core::policy::{Expr, Verb};
use guardrails_core::{Name, Phrase, Place, phrase};

use crate::analyse::answer::{Answer, Unclear, ask};
use crate::analyse::formula::Claim;
use crate::analyse::scene::{Data, Scene};
use crate::analyse::work::Work;

/// Questions that one comparison may ask (`diff_questions`).
pub(super) const QUESTIONS: usize = 5_000;
/// Conditions that one question may be made of (`diff_conditions`).
pub(super) const CONDITIONS: usize = 1_000;
/// How often they may occur in it, each so many times.
const TIMES: usize = 20;

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

    /// Whether one more question may be asked. One that may not is left out, and told of once for all.
    fn may_ask(&mut self) -> bool {
        self.work.ask()
    }

    /// The same of one that an example has to be held against so many conditions for: it counts as one
    /// question for each thousand.
    fn may_ask_of(&mut self, conditions: usize) -> bool {
        let each = 0..=conditions.checked_div(CONDITIONS).unwrap_or_default();
        each.into_iter().all(|_| self.may_ask())
    }

    /// Whether a claim is true of anything: an example on data as declared, where there is one, or on
    /// any.
    pub(super) fn ask(&mut self, scene: Scene<'_>, claim: &Claim<'_>) -> Answer {
        match self.may_ask() {
            true if is_large(claim) => over("diff_conditions"),
            true => nicest(scene, claim, ask(scene, Data::Any, claim)),
            false => Answer::Never,
        }
    }

    /// The same with a claim that is less work, and true wherever the exact one is.
    pub(super) fn ask_roughly_first<'e>(
        &mut self,
        scene: Scene<'_>,
        rough: &Claim<'e>,
        exact: impl FnOnce() -> Claim<'e>,
    ) -> Answer {
        if !self.may_ask() {
            return Answer::Never;
        }
        if is_large(rough) {
            return over("diff_conditions");
        }
        let answer = ask(scene, Data::Any, rough);
        if answer.is_never() {
            return answer;
        }
        let exact = exact();
        match answer {
            Answer::Example(example) if exact.is_true(&example.facts()) => match is_large(&exact) {
                true => Answer::Example(example),
                false => nicest(scene, &exact, Answer::Example(example)),
            },
            _ if is_large(&exact) => over("diff_conditions"),
            _ => nicest(scene, &exact, ask(scene, Data::Any, &exact)),
        }
    }

    /// The same where the exact claim is too large for a search: only an example counts that it is true
    /// of; that the rough one is true of nothing is a proof all the same.
    pub(super) fn ask_roughly<'e>(
        &mut self,
        scene: Scene<'_>,
        rough: &Claim<'e>,
        (exact, conditions): (impl FnOnce() -> Claim<'e>, usize),
    ) -> Answer {
        if !self.may_ask_of(conditions) {
            return Answer::Never;
        }
        if is_large(rough) {
            return over("diff_conditions");
        }
        let declared = ask(scene, Data::AsDeclared, rough);
        let exact = match declared {
            Answer::Never => None,
            _ => Some(exact()),
        };
        if let (Answer::Example(example), Some(exact)) = (declared, exact)
            && exact.is_true(&example.facts())
        {
            return Answer::Example(example);
        }
        match ask(scene, Data::Any, rough) {
            Answer::Never => Answer::Never,
            _ => over("diff_conditions"),
        }
    }
}

/// Whether a claim is too large for a search.
fn is_large(claim: &Claim<'_>) -> bool {
    let mut distinct: HashSet<*const Expr> = HashSet::new();
    let mut occur = 0_usize;
    claim.visit(&mut |condition| {
        let kept: *const Expr = condition;
        distinct.insert(kept);
        occur = occur.saturating_add(1);
    });
    distinct.len() > CONDITIONS || occur > CONDITIONS.saturating_mul(TIMES)
}

/// The answer with an example on data as declared, where there is one: it says more.
fn nicest(scene: Scene<'_>, claim: &Claim<'_>, answer: Answer) -> Answer {
    if answer.is_never() {
        return answer;
    }
    match ask(scene, Data::AsDeclared, claim) {
        Answer::Example(example) => Answer::Example(example),
        _ => answer,
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
