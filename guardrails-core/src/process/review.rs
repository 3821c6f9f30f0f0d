//! Rules and risk of one proposal, brought together.
//!
//! Deny stands over needs-approval, which stands over allow. What is shadowed is told apart and
//! changes nothing.

use std::sync::Arc;

use super::facts::Facts;
use super::message::{Reference, fill};
use super::oracle;
use super::predicate::{Frame, Slots};
use super::risk::{Scale, share, total};
use super::rules::{Because, Finding, Findings, Phase, RuleSet, in_force, phase};
use super::tables::take_plainly;
use super::template::Template;
use crate::decision::{Obligation, Reason, Risk, Verdict};
use crate::diagnostic::Phrase;
use crate::phrase;
use crate::policy::{Duty, LevelEffect, Message, Policy, RiskThreshold, Verb};
use crate::value::Name;

/// What rules and risk say of one proposal.
#[derive(Debug, PartialEq)]
pub(crate) struct Review {
    pub(crate) denials: Vec<Reason>,
    /// Chains that must agree, each with why.
    pub(crate) needs: Vec<NeedsApproval>,
    /// What shadow rules would have said.
    pub(crate) shadows: Vec<Reason>,
    pub(crate) risk: Risk,
    pub(crate) notify: Vec<Name>,
    pub(crate) obligations: Vec<Obligation>,
    pub(crate) verdicts: Vec<Verdict>,
}

/// A chain that must agree, and why.
#[derive(Debug, PartialEq)]
pub(crate) struct NeedsApproval {
    pub(crate) chain: Name,
    /// As the requester may see it.
    pub(crate) reason: Reason,
    /// Its text, to be filled for whoever reads it later.
    pub(crate) template: Template,
}

/// Shows what a message refers to, as the requester may see it.
pub(crate) type Show<'s> = &'s dyn Fn(&Reference) -> String;

/// Reviews with the plan's index and predicates.
pub(crate) fn review<'a>(
    rules: &'a RuleSet,
    scale: &'a Scale,
    slots: &'a Slots,
    facts: &Facts<'a>,
    show: Show<'_>,
) -> Review {
    let mut findings = Findings::default();
    let frame = Frame::new(facts, slots);
    rules.run(Phase::BeforeRisk, &frame, facts, &mut findings);
    let mut risk = scale.weigh(&frame, &findings.risks);
    if rules.has_phase(Phase::AfterRisk) {
        let facts = Facts {
            risk_score: Some(risk.score),
            ..*facts
        };
        let frame = Frame::new(&facts, slots);
        rules.run(Phase::AfterRisk, &frame, &facts, &mut findings);
        risk = scale.weigh(&frame, &findings.risks);
    }
    let reached: Vec<_> = scale.reached(risk.level).collect();
    conclude(findings, risk, &reached, facts, show)
}

/// Reviews by walking every rule with the oracle: slow, plain, and the definition of the answer.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the oracle that tests hold the index to")
)]
pub(crate) fn review_naively(
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
                let holds = |when| oracle::holds(when, facts);
                (rule, rule.when.as_ref().map_or(super::Truth::True, holds))
            })
            .collect();
        take_plainly(&came_out, facts, findings);
    };
    let weigh = |findings: &Findings| {
        let factors = policy.risk.factors.iter().map(|factor| {
            let value = oracle::number(&factor.value, facts);
            (factor.name.clone(), share(factor.weight, value))
        });
        total(
            &policy.risk,
            factors.chain(findings.risks.iter().cloned()).collect(),
        )
    };
    let mut findings = Findings::default();
    run(Phase::BeforeRisk, facts, &mut findings);
    let facts = Facts {
        risk_score: Some(weigh(&findings).score),
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
    conclude(findings, risk, &reached, &facts, show)
}

fn conclude(
    mut findings: Findings,
    risk: Risk,
    reached: &[&RiskThreshold],
    facts: &Facts<'_>,
    show: Show<'_>,
) -> Review {
    let mut review = Review {
        denials: Vec::new(),
        needs: Vec::new(),
        shadows: Vec::new(),
        risk,
        notify: Vec::new(),
        obligations: Vec::new(),
        verdicts: std::mem::take(&mut findings.verdicts),
    };
    for finding in std::mem::take(&mut findings.denials) {
        let template = template(&finding.what.because, &finding, facts);
        let reason = reason(finding.what.code.clone(), &template, &finding, facts, show);
        if finding.shadow {
            review.shadows.push(reason);
        } else {
            review.denials.push(reason);
        }
    }
    for finding in std::mem::take(&mut findings.approvals) {
        let template = template(&finding.what.because, &finding, facts);
        let reason = reason(finding.what.code.clone(), &template, &finding, facts, show);
        if finding.shadow {
            review.shadows.push(reason);
        } else {
            review.needs.push(NeedsApproval {
                chain: finding.what.chain,
                reason,
                template,
            });
        }
    }
    // What a shadow rule would bind the host to binds nobody; its verdict is on record.
    let duties = std::mem::take(&mut findings.duties);
    for finding in duties.iter().filter(|finding| !finding.shadow) {
        review.obligations.push(obligation(finding, facts, show));
    }
    for threshold in reached {
        for effect in &threshold.effects {
            review.level(threshold, effect, &mut findings);
        }
    }
    review.notify = findings.notify;
    review
}

impl Review {
    fn level(&mut self, threshold: &RiskThreshold, effect: &LevelEffect, findings: &mut Findings) {
        let reason = |code: &Name| {
            let text = format!(
                "risk {} reaches {} at {}",
                self.risk.score.normalize(),
                threshold.level,
                threshold.at.normalize()
            );
            Reason::new(code.clone(), text).from_policy("risk".into(), threshold.place.clone())
        };
        match effect {
            LevelEffect::RequireApproval { chain, code } => {
                let reason = reason(code);
                self.needs.push(NeedsApproval {
                    chain: chain.clone(),
                    template: reason.message().into(),
                    reason,
                });
            }
            LevelEffect::Deny(code) => {
                let reason = reason(code);
                self.denials.push(reason);
            }
            LevelEffect::Notify(channel) => findings.tell(channel),
        }
    }
}

fn obligation(finding: &Finding<Arc<Duty>>, facts: &Facts<'_>, show: Show<'_>) -> Obligation {
    let when = finding.rule.when.as_ref();
    let language = facts.principal.spoken();
    let fill = |message: &Message| fill(Template::bind(message, when, facts).text(language), show);
    let origin = &finding.rule.origin;
    Obligation {
        name: finding.what.name.clone(),
        terms: finding.what.filled(&fill),
        rule: origin.name.clone(),
        place: origin.place.clone(),
    }
}

fn template<T>(because: &Because, finding: &Finding<T>, facts: &Facts<'_>) -> Template {
    let template = match because {
        Because::Text(text) => text.as_str().into(),
        Because::Template(message) => Template::bind(message, finding.rule.when.as_ref(), facts),
    };
    let template = template.or("a rule says so");
    match &finding.unknown {
        Some(unknown) => template.followed_by(&could_not_be_known(unknown)),
        None => template,
    }
}

fn reason<T>(
    code: Name,
    template: &Template,
    finding: &Finding<T>,
    facts: &Facts<'_>,
    show: Show<'_>,
) -> Reason {
    let origin = &finding.rule.origin;
    Reason::new(code, fill(template.text(facts.principal.spoken()), show))
        .with_template(template.first())
        .from_policy(origin.name.clone(), origin.place.clone())
        .in_shadow(finding.shadow)
}

fn could_not_be_known(names: &[String]) -> Phrase {
    if names.is_empty() {
        return phrase!(
            " (the condition could not be worked out, so the rule applies)"
                | "（条件无法判断，因此规则适用）"
        );
    }
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    let (listed, enumerated) = (names.join(", "), names.join("、"));
    phrase!(
        " ({listed} missing or not readable, so the rule applies)"
            | "（{enumerated} 缺失或无法读取，因此规则适用）",
        listed,
        enumerated
    )
}

/// The chains that must agree, in name order, each once.
pub(crate) fn chains(needs: &[NeedsApproval]) -> Vec<Name> {
    let mut chains: Vec<Name> = needs.iter().map(|need| need.chain.clone()).collect();
    chains.sort();
    chains.dedup();
    chains
}
