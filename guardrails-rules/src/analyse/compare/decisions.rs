//! What rules and tables decide: each rule of one policy that the other does not have, and the cases
//! in which it is missed.
//!
//! A case is missed where the rule decided and the other policy lets more through. So a rule that is
//! only renamed, split or made superfluous by another one is no difference. Risk scores are taken to
//! come out the same; where they do not, that is told as such.

use std::cell::OnceCell;
use std::collections::HashSet;

use guardrails_core::policy::{EffectKind, Verb};
use guardrails_core::{Name, Phrase, Place, phrase};

use super::ask::{Asker, CONDITIONS, operation, over};
use super::book::{Book, Unit};
use super::change::{Change, Direction, Subject};
use crate::analyse::answer::Answer;
use crate::analyse::example::Example;
use crate::analyse::formula::Claim;
use crate::analyse::scene::Scene;

/// The rules of both policies on one kind of operation.
pub(super) struct Books<'b, 's> {
    pub(super) scene: Scene<'b>,
    pub(super) entity: &'b Name,
    pub(super) old: &'b Book<'s>,
    pub(super) new: &'b Book<'s>,
}

/// What comes of an operation as far as rules go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Allow,
    Approval,
    Deny,
}

impl Outcome {
    /// In words; an approval with the chains that a book asks for in the example.
    fn said(self, book: &Book<'_>, example: Option<&Example>) -> Phrase {
        match (self, example) {
            (Self::Allow, _) => phrase!("let through" | "放行"),
            (Self::Approval, Some(example)) => approval_by(book, example),
            (Self::Approval, None) => phrase!("sent to an approval" | "送审批"),
            (Self::Deny, _) => phrase!("denied" | "拒绝"),
        }
    }
}

/// The approval that is asked for in one case.
pub(super) fn approval_by(book: &Book<'_>, example: &Example) -> Phrase {
    let facts = example.facts();
    let asked = |chain: &&Name| {
        let asks = book.says(all, |unit| unit.asks(Some(chain)));
        asks.is_true(&facts)
    };
    let chains = book.chains().into_iter().filter(asked);
    let names: Vec<String> = chains.map(|chain| format!("`{chain}`")).collect();
    let names = Phrase::both(names.join(" and "), names.join("、"));
    phrase!("an approval by {names}" | "经{names}审批", names)
}

/// Which units count.
pub(super) type Near<'a> = &'a dyn Fn(&Unit<'_>) -> bool;

pub(super) fn all(_: &Unit<'_>) -> bool {
    true
}

/// A change that holds of one verb so far.
pub(super) struct Found {
    /// What is the same for the same change of another verb.
    pub(super) key: String,
    pub(super) verb: Verb,
    pub(super) who: Phrase,
    pub(super) change: Change,
}

/// A rule of one policy, looked at from there.
pub(super) struct Missed<'a, 's> {
    pub(super) unit: &'a Unit<'s>,
    /// The policy that has it.
    pub(super) from: &'a Book<'s>,
    /// The policy that does not.
    pub(super) to: &'a Book<'s>,
    /// Which way it goes where this one lets more through.
    pub(super) direction: Direction,
    around: OnceCell<Around>,
}

/// The units that may apply together with one.
struct Around {
    /// By where they are kept.
    units: HashSet<*const ()>,
    /// How many rules they are.
    size: usize,
}

fn address(unit: &Unit<'_>) -> *const () {
    std::ptr::from_ref(unit).cast()
}

impl<'b, 's> Books<'b, 's> {
    /// The rules that only one of the two has.
    pub(super) fn missed(&self) -> Vec<Missed<'b, 's>> {
        let each = |from: &'b Book<'s>, to: &'b Book<'s>, direction| {
            let units = from.without(to).into_iter();
            units.map(move |unit| Missed {
                unit,
                from,
                to,
                direction,
                around: OnceCell::new(),
            })
        };
        each(self.old, self.new, Direction::Widened)
            .chain(each(self.new, self.old, Direction::Narrowed))
            .collect()
    }

    pub(super) fn decisions(&self, asker: &mut Asker, out: &mut Vec<Found>) {
        for missed in self.missed() {
            out.extend(self.script(&missed));
            self.decided(&missed, asker, out);
        }
    }

    /// A script is compared as it is written, and one that the other policy does not have may do
    /// anything that restricts.
    fn script(&self, missed: &Missed<'_, 's>) -> Option<Found> {
        let Missed { unit, .. } = missed;
        if !unit.has_script() {
            return None;
        }
        let key = format!("script {}", unit.name());
        let change = if missed.direction == Direction::Widened {
            let why = phrase!(
                "its script is not in the new policy as it was, and what a script does is not analysed"
                    | "它的脚本在新策略中已不是原样，而脚本的作用不作分析"
            );
            Change::unclear(Subject::Decision, Phrase::default(), why)
        } else {
            let before = self.old.named(unit.name());
            if before.is_some_and(Unit::has_script) {
                return None;
            }
            let sides = (
                phrase!("without its script" | "没有这段脚本"),
                phrase!("with it, which can only restrict" | "有这段脚本（脚本只会限制）"),
            );
            Change::new(
                Subject::Decision,
                Direction::Changed,
                Phrase::default(),
                sides,
            )
        };
        Some(self.found(key, unit, change))
    }

    fn decided(&self, missed: &Missed<'_, 's>, asker: &mut Asker, out: &mut Vec<Found>) {
        let Missed { unit, from, to, .. } = *missed;
        let verb = from.verb;
        let waits = verb != Verb::Read;
        let asks = |kind: &EffectKind| matches!(kind, EffectKind::RequireApproval(_));
        let denies =
            |kind: &EffectKind| matches!(kind, EffectKind::Deny(..)) || !waits && asks(kind);
        if unit.effects().any(denies) || unit.is_table() {
            self.denial(missed, asker, out);
        }
        if waits && unit.effects().any(asks) {
            let allowed = |near: Near<'_>| {
                Claim::All(vec![
                    unit.asks(None),
                    from.denies(near).negated(),
                    to.denies(near).negated(),
                    to.asks(near).negated(),
                ])
            };
            let answer = self.ask(missed, asker, allowed, || allowed(&all));
            out.extend(self.outcome(missed, (Outcome::Approval, Outcome::Allow), answer));
        }
    }

    /// What is denied in one policy and not in the other: let through there, or sent to an approval.
    fn denial(&self, missed: &Missed<'_, 's>, asker: &mut Asker, out: &mut Vec<Found>) {
        let Missed { unit, from, to, .. } = *missed;
        let verb = from.verb;
        let denied =
            |near: Near<'_>| Claim::All(vec![unit.denies(verb), to.denies(near).negated()]);
        let any = self.ask(missed, asker, denied, || denied(&all));
        if any.is_never() {
            return;
        }
        if verb == Verb::Read {
            out.extend(self.outcome(missed, (Outcome::Deny, Outcome::Allow), any));
            return;
        }
        let allowed = |near: Near<'_>| Claim::All(vec![denied(near), to.asks(near).negated()]);
        let answer = self.ask(missed, asker, allowed, || allowed(&all));
        let told = answer.example().is_some();
        out.extend(self.outcome(missed, (Outcome::Deny, Outcome::Allow), answer));
        let waiting = || Claim::All(vec![denied(&all), to.asks(all)]);
        let answer = self.ask(missed, asker, denied, waiting);
        if answer.example().is_some() || !told {
            out.extend(self.outcome(missed, (Outcome::Deny, Outcome::Approval), answer));
        }
    }

    /// Asks a claim. `rough` is what is left of it when only the units near the missed one count: true
    /// wherever the exact one is.
    pub(super) fn ask(
        &self,
        missed: &Missed<'_, 's>,
        asker: &mut Asker,
        rough: impl Fn(Near<'_>) -> Claim<'s>,
        exact: impl FnOnce() -> Claim<'s>,
    ) -> Answer {
        if asker.is_done() {
            return Answer::Never;
        }
        let around = missed.around.get_or_init(|| self.around(missed.unit));
        let near = |unit: &Unit<'_>| around.units.contains(&address(unit));
        let (size, few) = (self.size(), around.size);
        if few > CONDITIONS {
            return over("diff_conditions");
        }
        if size > CONDITIONS {
            return asker.ask_roughly(self.scene, &rough(&near), (exact, size));
        }
        match few < size {
            true => asker.ask_roughly_first(self.scene, &rough(&near), exact),
            false => asker.ask(self.scene, &exact()),
        }
    }

    /// The units that may apply together with one.
    fn around(&self, unit: &Unit<'_>) -> Around {
        let all = self.old.units.iter().chain(&self.new.units);
        let near: Vec<&Unit<'_>> = all.filter(|other| unit.is_near(other)).collect();
        Around {
            size: near.iter().map(|unit| unit.size()).sum(),
            units: near.into_iter().map(address).collect(),
        }
    }

    fn size(&self) -> usize {
        self.old.size().saturating_add(self.new.size())
    }

    fn outcome(
        &self,
        missed: &Missed<'_, 's>,
        (strict, wide): (Outcome, Outcome),
        answer: Answer,
    ) -> Option<Found> {
        if answer.is_never() {
            return None;
        }
        let example = answer.example();
        let sides = (
            strict.said(missed.from, example),
            wide.said(missed.to, example),
        );
        let sides = match missed.direction {
            Direction::Widened => sides,
            _ => (sides.1, sides.0),
        };
        let unit = missed.unit;
        let key = format!("{strict:?} {wide:?} {}", unit.name());
        let change = Change::new(
            Subject::Decision,
            missed.direction,
            Phrase::default(),
            sides,
        );
        Some(self.found(key, unit, change.answered(answer)))
    }

    pub(super) fn found(&self, key: String, unit: &Unit<'_>, change: Change) -> Found {
        let place = |book: &Book<'s>| -> Option<&Place> {
            let own = book.units.iter().find(|have| std::ptr::eq(*have, unit));
            own.or_else(|| book.named(unit.name()))?.place()
        };
        let (name, is_table) = (unit.name(), unit.is_table());
        let who = match is_table {
            true => phrase!("table `{name}`" | "表 `{name}`", name),
            false => phrase!("rule `{name}`" | "规则 `{name}`", name),
        };
        Found {
            key: format!("{key} {} {:?}", self.entity, change.direction),
            verb: self.old.verb,
            who,
            change: change.at(place(self.old), place(self.new)),
        }
    }
}

/// The changes, each told once for all verbs that it holds of.
pub(super) fn told(found: Vec<Found>, entity: &Name) -> Vec<Change> {
    let mut merged: Vec<(Found, Vec<Verb>)> = Vec::new();
    for found in found {
        match merged.iter_mut().find(|(have, _)| have.key == found.key) {
            Some((_, verbs)) if verbs.contains(&found.verb) => {}
            Some((_, verbs)) => verbs.push(found.verb),
            None => {
                let verb = found.verb;
                merged.push((found, vec![verb]));
            }
        }
    }
    let one = |(found, verbs): (Found, Vec<Verb>)| {
        let (who, operation) = (found.who, operation(&verbs, entity));
        let what = match who.is_empty() {
            true => operation,
            false => phrase!(
                "{who} on {operation}" | "{who}（{operation}）",
                who,
                operation
            ),
        };
        Change {
            what,
            ..found.change
        }
    };
    merged.into_iter().map(one).collect()
}
