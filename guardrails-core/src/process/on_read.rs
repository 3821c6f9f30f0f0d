//! What rules on reading say of one record: what narrows the view of it, and what refuses the read.
//!
//! Asked when a record is read, when a change to it is proposed – what may not be read of it is not
//! told in reasons either – and when somebody asks why.

use std::sync::Arc;

use super::compiled::{Frame, Slots};
use super::rules::{Findings, Phase, RuleSet};
use crate::data::FieldTable;
use crate::facts::Facts;

/// Asks the rules; `slots` are those that they were compiled with.
pub(crate) fn on_read<'a>(rules: &'a RuleSet, slots: &'a Slots, facts: &Facts<'a>) -> Findings {
    let mut findings = Findings::default();
    let frame = Frame::new(facts, slots);
    for phase in [Phase::BeforeRisk, Phase::AfterRisk] {
        rules.run(phase, &frame, facts, &mut findings);
    }
    findings
}

impl Findings {
    /// What may be seen of the record: the table with what the rules mask and hide, and nothing at
    /// all where one of them refuses the read.
    pub(crate) fn narrow(&self, table: Arc<FieldTable>) -> Arc<FieldTable> {
        if !self.refusals_on_read().is_empty() {
            return Arc::new(table.all_hidden());
        }
        let narrowed = self.masks.iter().filter(|finding| !finding.shadow);
        let narrowed: Vec<_> = narrowed.map(|finding| finding.what.clone()).collect();
        if narrowed.is_empty() {
            return table;
        }
        Arc::new(table.narrowed(&narrowed))
    }
}
