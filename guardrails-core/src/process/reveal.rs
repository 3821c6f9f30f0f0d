//! What the requester may be told of what rules came to, beside the outcome itself.
//!
//! INVARIANT: that a rule applied can be seen, since something follows from it; that it applied because
//! a hidden field is missing, what a script made of a hidden field, and how risky a hidden field makes
//! the operation cannot.

use rust_decimal::Decimal;

use super::disclosure::RuleDisclosure;
use super::evaluate;
use super::explain::{Eye, Lists};
use super::message::{Changing, Reader, Reference};
use super::risk::Weighed;
use super::rules::RuleSet;
use crate::data::{HIDDEN, Sight};
use crate::policy::{EffectKind, Expr, ExprKind, Path, RiskModel, Root, Rule};
use crate::risk::DisclosedRisk;
use crate::truth::Truth;
use crate::value::Name;

/// What somebody may be told of rules.
pub(crate) trait Reveal {
    /// What stands at a place that a message refers to.
    fn show(&self, reference: &Reference) -> String;

    /// The same without a value: the reference itself, where it may be known which place it is.
    fn place(&self, reference: &Reference) -> String;

    /// Of the names that left a rule's condition unknown those that may be told; none where it may
    /// not be told that it was unknown. `score` is what the rule saw of the risk, if that may be told.
    fn unknown(&self, rule: &Rule, names: &[String], score: Option<Decimal>)
    -> Option<Vec<String>>;

    /// Whether the score that rules see follows from what may be seen.
    fn sees_score(&self) -> bool;

    /// Whether everything that a rule's scripts read may be seen.
    fn sees_scripts(&self, rule: &Rule) -> bool;
}

/// The one who proposed a change.
pub(crate) struct Requester<'a> {
    pub(crate) model: &'a RiskModel,
    pub(crate) eye: Eye<'a>,
    pub(crate) changing: Changing<'a>,
    pub(crate) rules: &'a RuleSet,
}

impl Reveal for Requester<'_> {
    fn show(&self, reference: &Reference) -> String {
        let reader = Reader::Requester(self.eye.table);
        reference.show(self.changing, reader)
    }

    fn place(&self, reference: &Reference) -> String {
        let reader = Reader::Requester(self.eye.table);
        match reference.names_visible_item(self.changing, reader) {
            true => format!("{{{}}}", reference.clone().plain()),
            false => HIDDEN.to_owned(),
        }
    }

    fn unknown(
        &self,
        rule: &Rule,
        names: &[String],
        score: Option<Decimal>,
    ) -> Option<Vec<String>> {
        let mut eye = self.eye;
        eye.facts.risk_score = score;
        eye.score = score.map_or(Sight::None, |_| Sight::Whole);
        let Some(when) = &rule.when else {
            return Some(names.to_vec());
        };
        // One that might have held, for all that may be told, is not told to be unknown.
        if most(when, &eye, true) == Truth::True {
            return None;
        }
        let mut seen = Vec::new();
        eye.name_seen(when, &mut seen);
        let told = names.iter().filter(|name| seen.contains(name));
        Some(told.cloned().collect())
    }

    fn sees_score(&self) -> bool {
        RuleDisclosure::new(self.eye, self.rules).sees_first_score(self.model)
    }

    fn sees_scripts(&self, rule: &Rule) -> bool {
        sees_scripts(rule, &self.eye)
    }
}

/// Whether a rule that applies surely does because its condition could not be known, for all that may
/// be told.
pub(super) fn surely_unknown<'e>(rule: &'e Rule, eye: &Eye<'e>) -> bool {
    let when = rule.when.as_ref();
    when.is_some_and(|when| most(when, eye, true) != Truth::True)
}

/// The most that a condition can come to, for all that may be told; the least where `best` is not
/// wanted.
pub(super) fn most<'e>(expr: &'e Expr, eye: &Eye<'e>, best: bool) -> Truth {
    match &expr.kind {
        ExprKind::Not(inner) => !most(inner, eye, !best),
        ExprKind::All(parts) => parts
            .iter()
            .fold(Truth::True, |truth, part| truth.and(most(part, eye, best))),
        ExprKind::Any(parts) => parts
            .iter()
            .fold(Truth::False, |truth, part| truth.or(most(part, eye, best))),
        _ if eye.sees(expr) => evaluate::holds(expr, &eye.facts),
        _ => Truth::from(best),
    }
}

/// Whether everything that a rule's scripts read may be seen.
pub(super) fn sees_scripts<'e>(rule: &'e Rule, eye: &Eye<'e>) -> bool {
    rule.effects.iter().all(|effect| match &effect.kind {
        EffectKind::Do(action) => action.reads().iter().all(|path| eye.sees_path(path)),
        _ => true,
    })
}

/// What of a risk may go on record: of what is worked out from something hidden neither the share nor,
/// since that would give it back, the sum. `untold` are such points of rules, by their place among what
/// rules added.
pub(crate) fn told<'e>(
    weighed: &Weighed,
    model: &'e RiskModel,
    untold: &[usize],
    eye: &Eye<'e>,
) -> DisclosedRisk {
    let added = model.factors.len();
    let hidden = |at: usize| match model.factors.get(at) {
        Some(factor) => !eye.sees(&factor.value),
        None => at.checked_sub(added).is_some_and(|at| untold.contains(&at)),
    };
    let factors: Vec<(Name, Option<_>)> = weighed
        .factors
        .iter()
        .enumerate()
        .map(|(at, (name, share))| (name.clone(), (!hidden(at)).then_some(*share)))
        .collect();
    let whole = factors.iter().all(|(_, share)| share.is_some());
    DisclosedRisk {
        score: whole.then_some(weighed.score),
        level: Some(weighed.level),
        factors,
    }
}

impl<'a> Eye<'a> {
    /// Whether everything that a condition reads may be seen. Most conditions that are asked about
    /// read nothing of the record, and are answered without a look at the table.
    pub(crate) fn sees(&self, expr: &'a Expr) -> bool {
        let mut reads = false;
        expr.visit_paths(&mut |path| reads |= !is_open(path));
        !reads || self.withheld(expr, &Lists::new()).is_empty()
    }

    fn sees_path(&self, path: &'a Path) -> bool {
        is_open(path) || self.sight(path, &Lists::new()) == Sight::Whole
    }

    /// The names in those parts of a condition that may be seen.
    fn name_seen(&self, expr: &'a Expr, names: &mut Vec<String>) {
        match &expr.kind {
            ExprKind::Not(_) | ExprKind::All(_) | ExprKind::Any(_) => {
                expr.for_each_child(|child| self.name_seen(child, names));
            }
            _ if self.sees(expr) => expr.visit_paths(&mut |path| names.push(path.to_string())),
            _ => {}
        }
    }
}

/// Whether a path leads to what the requester knows of itself.
fn is_open(path: &Path) -> bool {
    !matches!(
        path.root,
        Root::Record | Root::Old | Root::Variable(_) | Root::Risk
    )
}

#[cfg(test)]
impl<F: Fn(&Reference) -> String> Reveal for F {
    fn show(&self, reference: &Reference) -> String {
        self(reference)
    }

    fn place(&self, reference: &Reference) -> String {
        format!("{{{}}}", reference.clone().plain())
    }

    fn unknown(&self, _: &Rule, names: &[String], _: Option<Decimal>) -> Option<Vec<String>> {
        Some(names.to_vec())
    }

    fn sees_score(&self) -> bool {
        true
    }

    fn sees_scripts(&self, _: &Rule) -> bool {
        true
    }
}
