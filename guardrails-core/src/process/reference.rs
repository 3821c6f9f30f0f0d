//! The reference evaluator of tests: every rule of a policy, evaluated and combined without plan or index.
//!
//! It is the definition of the answer that the index is held to; production never runs it.

use std::sync::Arc;

use super::evaluate;
use super::review::{Review, Show, conclude};
use super::risk::{share, total};
use super::rules::{Findings, Phase, in_force, phase};
use super::tables::alike;
use crate::facts::Facts;
use crate::policy::{Effect, Hit, Policy, Rule, TableRow, Verb};
use crate::truth::Truth;

/// Reviews by evaluating every rule: slow, plain, and the definition of the answer.
pub(crate) fn review(
    policy: &Policy,
    verb: Verb,
    entity: &str,
    facts: &Facts<'_>,
    show: Show<'_>,
) -> Review {
    let about = |wanted| {
        policy.rules.iter().filter(move |rule| {
            *rule.entity == *entity
                && rule.verbs.contains(&verb)
                && in_force(rule, facts)
                && phase(rule) == wanted
        })
    };
    let run = |wanted, facts: &Facts<'_>, findings: &mut Findings| {
        let came_out: Vec<_> = about(wanted)
            .map(|rule| {
                let holds = |when| evaluate::holds(when, facts);
                (rule, rule.when.as_ref().map_or(Truth::True, holds))
            })
            .collect();
        take_plainly(&came_out, facts, findings);
    };
    let weigh = |findings: &Findings| {
        let factors = policy.risk.factors.iter().map(|factor| {
            let value = evaluate::number(&factor.value, facts);
            (factor.name.clone(), share(factor.weight, value))
        });
        total(
            &policy.risk,
            factors.chain(findings.risks.iter().cloned()).collect(),
        )
    };
    let mut findings = Findings::default();
    run(Phase::BeforeRisk, facts, &mut findings);
    let first = weigh(&findings).score;
    let facts = Facts {
        risk_score: Some(first),
        ..*facts
    };
    run(Phase::AfterRisk, &facts, &mut findings);
    let risk = weigh(&findings);
    let reached: Vec<_> = policy
        .risk
        .thresholds
        .iter()
        .filter(|threshold| threshold.level <= risk.level)
        .collect();
    conclude(findings, (first, risk.into()), &reached, &facts, show)
}

/// The same answer from the rows as a whole, once each has come out: the definition that the run over
/// candidates is held to.
pub(crate) fn take_plainly(
    rules: &[(&Arc<Rule>, Truth)],
    facts: &Facts<'_>,
    findings: &mut Findings,
) {
    for (at, (rule, truth)) in rules.iter().enumerate() {
        let Some(row) = &rule.table else {
            findings.add(rule, *truth, &rule.effects, facts);
            continue;
        };
        let above: Vec<(&TableRow, &Rule, Truth)> = rules
            .iter()
            .take(at)
            .filter_map(|(rule, truth)| Some((rule.table.as_deref()?, &***rule, *truth)))
            .filter(|(other, ..)| Arc::ptr_eq(&other.table, &row.table))
            .collect();
        let holding: Vec<u32> = above
            .iter()
            .filter(|(.., truth)| truth.grants())
            .map(|(row, ..)| row.row)
            .collect();
        match row.table.hit {
            Hit::Collect => findings.add(rule, *truth, &rule.effects, facts),
            Hit::First if holding.is_empty() => {
                findings.add(rule, *truth, &rule.effects, facts);
            }
            Hit::First => {}
            Hit::Unique => {
                findings.add(rule, *truth, &rule.effects, facts);
                if holding.len() == 1 && truth.grants() {
                    findings.overlap(rule, row);
                }
            }
            Hit::Any => {
                let said = above
                    .iter()
                    .filter(|(.., truth)| truth.restricts())
                    .flat_map(|(_, rule, _)| &rule.effects);
                let said: Vec<&Effect> = said.collect();
                let new = rule
                    .effects
                    .iter()
                    .filter(|effect| !said.iter().any(|said| alike(&said.kind, &effect.kind)));
                findings.add(rule, *truth, new, facts);
            }
        }
    }
}
