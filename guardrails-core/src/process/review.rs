//! Rules and risk of one proposal, brought together.
//!
//! Deny stands over needs-approval, which stands over allow. What is shadowed is told apart and
//! changes nothing.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::compiled::{Frame, Slots};
use super::message::{fill, rebind};
use super::reveal::Reveal;
use super::risk::{ReviewedRisk, Scale, Weighed};
use super::rules::{Because, Finding, Findings, Need, Phase, RuleSet};
use super::template::{Template, could_not_be_known};
use crate::decision::Obligation;
use crate::facts::Facts;
use crate::policy::{Duty, LevelEffect, Message, RiskThreshold};
use crate::reason::Reason;
use crate::risk::RiskLevel;
use crate::value::Name;
use crate::verdict::{Holding, Verdict};

/// What rules and risk say of one proposal.
#[derive(Debug, PartialEq)]
pub(crate) struct Review {
    pub(crate) denials: Vec<Reason>,
    /// Chains that must agree, each with why.
    pub(crate) needs: Vec<NeedsApproval>,
    /// What shadow rules would have said.
    pub(crate) shadows: Vec<Reason>,
    pub(crate) risk: ReviewedRisk,
    /// Points that may not be told, by their place among what rules added.
    pub(crate) untold: Vec<usize>,
    pub(crate) notify: Vec<Name>,
    pub(crate) obligations: Vec<Obligation>,
    /// As the requester may be told of them.
    pub(crate) verdicts: Vec<Verdict>,
    /// As they really were, for the audit; none where that is the same.
    pub(crate) recorded: Option<Vec<Verdict>>,
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

/// What the requester may be told.
pub(super) type Show<'s> = &'s dyn Reveal;

/// The same, with the score that rules saw, if it may be told.
struct Telling<'s> {
    show: Show<'s>,
    score: Option<Decimal>,
}

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
    let mut risk = scale.review(&frame, facts, &findings.risks);
    let first = risk.weighed.score;
    if rules.has_phase(Phase::AfterRisk) {
        let facts = Facts {
            risk_score: Some(first),
            ..*facts
        };
        let frame = Frame::new(&facts, slots);
        rules.run(Phase::AfterRisk, &frame, &facts, &mut findings);
        risk = scale.review(&frame, &facts, &findings.risks);
    }
    let reached: Vec<_> = scale.reached(risk.weighed.level).collect();
    conclude(findings, (first, risk), &reached, facts, show)
}

pub(super) fn conclude(
    mut findings: Findings,
    (first, risk): (Decimal, ReviewedRisk),
    reached: &[&RiskThreshold],
    facts: &Facts<'_>,
    show: Show<'_>,
) -> Review {
    let untold = untold(&findings, show);
    let tells = findings.say_something() && untold.is_empty() && show.sees_score();
    let score = tells.then_some(first);
    let facts = &Facts {
        risk_score: score,
        ..*facts
    };
    let show = &Telling { show, score };
    let (verdicts, recorded) = verdicts(&mut findings, show);
    let mut review = Review {
        denials: Vec::new(),
        needs: Vec::new(),
        shadows: Vec::new(),
        risk,
        untold,
        notify: Vec::new(),
        obligations: Vec::new(),
        verdicts,
        recorded,
    };
    for finding in std::mem::take(&mut findings.denials) {
        let template = template(&finding.what.because, &finding, facts, show);
        let reason = reason(finding.what.code.clone(), &template, &finding, facts, show);
        if finding.shadow {
            review.shadows.push(reason);
        } else {
            review.denials.push(reason);
        }
    }
    for finding in std::mem::take(&mut findings.approvals) {
        let for_approvers = template_for_approvers(&finding, facts, show);
        let template = template(&finding.what.because, &finding, facts, show);
        let reason = reason(finding.what.code.clone(), &template, &finding, facts, show);
        if finding.shadow {
            review.shadows.push(reason);
        } else {
            review.needs.push(NeedsApproval {
                chain: finding.what.chain,
                reason,
                template: for_approvers,
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
    /// Of a proposal that was refused before anything of it was evaluated.
    pub(crate) fn not_evaluated() -> Self {
        Self {
            denials: Vec::new(),
            needs: Vec::new(),
            shadows: Vec::new(),
            risk: ReviewedRisk::from(Weighed {
                score: Decimal::ZERO,
                level: RiskLevel::Low,
                factors: Vec::new(),
            }),
            untold: Vec::new(),
            notify: Vec::new(),
            obligations: Vec::new(),
            verdicts: Vec::new(),
            recorded: None,
        }
    }

    fn level(&mut self, threshold: &RiskThreshold, effect: &LevelEffect, findings: &mut Findings) {
        let reason = |code: &Name| {
            // Without the score: it may be worked out from what the reader may not see.
            let (level, at) = (threshold.level, threshold.at.normalize());
            let text = format!("the risk reaches {level} at {at}");
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

fn obligation(finding: &Finding<Arc<Duty>>, facts: &Facts<'_>, show: &Telling<'_>) -> Obligation {
    let when = finding.rule.when.as_ref();
    let language = facts.principal.spoken();
    let find = |reference: &_| show.show.show(reference);
    let fill = |message: &Message| fill(Template::bind(message, when, facts).text(language), &find);
    let origin = &finding.rule.origin;
    Obligation {
        name: finding.what.name.clone(),
        terms: finding.what.filled(&fill),
        rule: origin.name.clone(),
        place: origin.place.clone(),
    }
}

/// What rules said, as the requester may be told and, where that differs, as it was.
fn verdicts(findings: &mut Findings, show: &Telling<'_>) -> (Vec<Verdict>, Option<Vec<Verdict>>) {
    let mut told = std::mem::take(&mut findings.verdicts);
    let mut recorded = None;
    for (at, rule) in std::mem::take(&mut findings.unknown) {
        if show.show.unknown(&rule, &[], show.score).is_none() {
            recorded.get_or_insert_with(|| told.clone());
            if let Some(verdict) = told.get_mut(at) {
                verdict.holding = Holding::Held;
            }
        }
    }
    (told, recorded)
}

/// Points that scripts made of what the requester may not see.
fn untold(findings: &Findings, show: Show<'_>) -> Vec<usize> {
    let untold = findings
        .computed
        .iter()
        .filter(|(_, rule)| !show.sees_scripts(rule));
    untold.map(|(at, _)| *at).collect()
}

/// INVARIANT: it goes into the audit, so there is no value in it.
fn template<T>(
    because: &Because,
    finding: &Finding<T>,
    facts: &Facts<'_>,
    show: &Telling<'_>,
) -> Template {
    let template = sentence(because, finding, facts, show);
    let unknown = finding.unknown.as_ref();
    match unknown.and_then(|names| show.show.unknown(&finding.rule, names, show.score)) {
        Some(unknown) => template.followed_by(&could_not_be_known(&unknown)),
        None => template,
    }
}

/// The same for people who may see other fields than the requester.
fn template_for_approvers(
    finding: &Finding<Need>,
    facts: &Facts<'_>,
    show: &Telling<'_>,
) -> Template {
    let template = sentence(&finding.what.because, finding, facts, show);
    match (&finding.unknown, &finding.rule.when) {
        (Some(names), Some(when)) => template.noting_unknown(when, names, facts),
        _ => template,
    }
}

fn sentence<T>(
    because: &Because,
    finding: &Finding<T>,
    facts: &Facts<'_>,
    show: &Telling<'_>,
) -> Template {
    let template = match because {
        Because::Text(text) => text.as_str().into(),
        Because::Template(message) => Template::bind(message, finding.rule.when.as_ref(), facts),
        Because::Failed(error) if show.show.sees_scripts(&finding.rule) => {
            format!("the rule's script failed: {error}").into()
        }
        Because::Failed(_) => "the rule's script failed".into(),
    };
    template.or("a rule says so")
}

fn reason<T>(
    code: Name,
    template: &Template,
    finding: &Finding<T>,
    facts: &Facts<'_>,
    show: &Telling<'_>,
) -> Reason {
    let origin = &finding.rule.origin;
    let find = |reference: &_| show.show.show(reference);
    let sentence = fill(template.text(facts.principal.spoken()), &find);
    let place = |reference: &_| show.show.place(reference);
    Reason::new(code, sentence)
        .with_template(&rebind(template.first(), &place))
        .from_policy(origin.name.clone(), origin.place.clone())
        .in_shadow(finding.shadow)
}

/// The chains that must agree, in name order, each once.
pub(crate) fn chains(needs: &[NeedsApproval]) -> Vec<Name> {
    let mut chains: Vec<Name> = needs.iter().map(|need| need.chain.clone()).collect();
    chains.sort();
    chains.dedup();
    chains
}
