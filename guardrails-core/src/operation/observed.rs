//! Shows an observer the facts that rules and grants are about to be asked with.

use super::Operation;
use crate::policy::Verb;
use crate::process::{Facts, Findings, Frame, Observed, Phase};

impl Operation {
    /// Grants are asked about the record as it is, rules about what it will be. Nothing is worked out
    /// where nobody looks on.
    pub(super) fn observed<'a>(&'a self, verb: Verb, before: Facts<'a>, after: Facts<'a>) {
        let Some(observer) = &self.guard.inner.observer else {
            return;
        };
        let score = match verb {
            Verb::Read => None,
            _ => Some(self.first_score(&after)),
        };
        observer.observe(&Observed {
            policy: &self.snapshot.policy,
            verb,
            entity: &self.plan.entity,
            before,
            after: Facts {
                risk_score: score,
                ..after
            },
        });
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
