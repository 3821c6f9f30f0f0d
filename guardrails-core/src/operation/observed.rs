//! Shows an observer the facts that rules and grants are about to be asked with.

use chrono::{DateTime, Utc};

use super::Operation;
use super::asked::as_it_is;
use crate::change::Changes;
use crate::facts::Facts;
use crate::policy::Verb;
use crate::process::{Findings, Frame, Observed, Phase};

impl Operation {
    /// Grants are evaluated on the record as it is, rules on what it will be; no rule where `after` is
    /// none. Nothing is worked out where nobody looks on.
    pub(super) fn observed<'a>(&'a self, verb: Verb, before: Facts<'a>, after: Option<Facts<'a>>) {
        let Some(observer) = &self.guard.inner.observer else {
            return;
        };
        let scored = |facts: Facts<'a>| Facts {
            risk_score: match verb {
                Verb::Read => None,
                _ => Some(self.first_score(&facts)),
            },
            ..facts
        };
        observer.observe(&Observed {
            policy: &self.snapshot.policy,
            verb,
            entity: &self.plan.entity,
            before,
            after: after.map(scored),
        });
    }

    /// Shows the facts of a proposal of which no rule is evaluated.
    pub(super) fn observed_unevaluated(&self, changes: &Changes, now: DateTime<Utc>) {
        let asked = self.asked();
        let (before, set) = (changes.before().fields(), changes.fields());
        if changes.verb() == self.plan.skill.verb && asked.of_tenant(before) {
            let has_old = changes.verb() != Verb::Create;
            let facts = asked.facts(now, before, Some(set), has_old);
            self.observed(changes.verb(), as_it_is(changes, &facts), None);
        }
    }

    /// The score that rules see which read it.
    fn first_score<'a>(&'a self, facts: &Facts<'a>) -> rust_decimal::Decimal {
        let frame = Frame::new(facts, &self.plan.slots);
        let mut findings = Findings::default();
        self.plan
            .on_change
            .run(Phase::BeforeRisk, &frame, facts, &mut findings);
        self.plan.scale.weigh(&frame, &findings.risks).score
    }
}
