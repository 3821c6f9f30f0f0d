//! Why a record was not shown, or not as it is: what rules on reading said of it.
//!
//! INVARIANT: of a record that a rule refuses to show, nothing is told: every field counts as hidden
//! from the asker. Which rules refuse can be seen from the refusal, which names them all; of any other
//! rule it is told how it came out only where that follows from what may be seen.

use super::super::on_read::on_read;
use super::basis::Basis;
use super::eye::Eye;
use super::fields::fields;
use super::formula::Clauses;
use super::world::{Considered, Ground, World};
use super::{nothing, rules};
use crate::data::{FieldTable, Sight};
use crate::explanation::Explanation;
use crate::facts::Facts;
use crate::outcome_kind::OutcomeKind;
use crate::policy::{EffectKind, Hit, Mode, Rule, Verb};
use crate::process::reveal::surely_unknown;
use crate::reason::Reason;
use crate::truth::Truth;
use crate::verdict::{Holding, Verdict};

/// Explains a read: one that rules refused for these reasons, or one that was granted, of a record of
/// which grants and tables would show what `granted` says.
pub(crate) fn explain_read(
    basis: &Basis,
    granted: Option<&FieldTable>,
    reasons: &[Reason],
) -> Explanation {
    let outcome = OutcomeKind::of_refusals(reasons);
    let mut explanation = Explanation {
        reasons: reasons.to_vec(),
        ..nothing(outcome, basis.snapshot.digest())
    };
    let world = world(basis, reasons);
    let told = told(&world, &said(basis, &basis.facts()), reasons);
    let is_known = |considered: &Considered<'_>| considered.is_shown || world.tells(considered);
    explanation.add_rules(rules::told(&world, &told, &is_known));
    if !reasons.is_empty() {
        explanation.add_remedies(&world);
    }
    if let Some(granted) = granted {
        let told = rules::Verdicts::new(&told);
        let applies = |rule: &&Rule| told.of(rule).is_some();
        let rules = world.rules.iter().map(|considered| &**considered.rule);
        let narrowing: Vec<&Rule> = rules.filter(applies).collect();
        explanation.fields = fields(&basis.table, granted, &narrowing);
    }
    explanation
}

/// The rules that a read was decided by; it was refused for these reasons, or granted.
pub(super) fn world<'a>(basis: &'a Basis, reasons: &[Reason]) -> World<'a> {
    let eye = Eye {
        table: &basis.table,
        facts: basis.facts(),
        score: Sight::Whole,
    };
    let shown = |rule: &Rule| match refuses(reasons, rule) {
        true => Some(Truth::Unknown),
        false => (may_refuse(rule) && !may_go_unnamed(rule)).then_some(Truth::False),
    };
    let ground = Ground {
        policy: &basis.snapshot.policy,
        plan: &basis.plan,
        verb: Verb::Read,
        shown: &shown,
        adds: &|_| None,
        risk: None,
    };
    World::new(Clauses::new(eye), &ground)
}

/// What the rules said: asked again, by the same index.
fn said<'a>(basis: &'a Basis, facts: &Facts<'a>) -> Vec<Verdict> {
    on_read(&basis.plan.on_read, &basis.plan.slots, facts).verdicts
}

/// The verdicts that may be told.
fn told(world: &World<'_>, said: &[Verdict], reasons: &[Reason]) -> Vec<Verdict> {
    let said = rules::Verdicts::new(said);
    let tell = |considered: &Considered<'_>| {
        let verdict = said.of(considered.rule)?.clone();
        if world.tells(considered) {
            return Some(verdict);
        }
        let holding = match surely_unknown(considered.rule, world.clauses.eye()) {
            true => Holding::Unknown,
            false => Holding::Held,
        };
        refuses(reasons, considered.rule).then_some(Verdict { holding, ..verdict })
    };
    world.rules.iter().filter_map(tell).collect()
}

/// Whether a rule is named as one that refuses.
fn refuses(reasons: &[Reason], rule: &Rule) -> bool {
    let origin = &rule.origin;
    let named = |reason: &Reason| *reason.rule() == *origin.name && *reason.place() == origin.place;
    reasons.iter().any(named)
}

/// Whether a row of a table may hold and not be named: for an earlier row, or for one that says the
/// same.
fn may_go_unnamed(rule: &Rule) -> bool {
    let hit = rule.table.as_ref().map(|row| row.table.hit);
    matches!(hit, Some(Hit::First | Hit::Any))
}

/// Whether a rule refuses a read when it applies.
fn may_refuse(rule: &Rule) -> bool {
    let refuses =
        |kind: &EffectKind| matches!(kind, EffectKind::Deny(..) | EffectKind::RequireApproval(..));
    rule.mode == Mode::Enforced && rule.effects.iter().any(|effect| refuses(&effect.kind))
}
