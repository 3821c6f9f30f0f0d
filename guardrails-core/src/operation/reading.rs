//! What a read was decided from, kept for whoever asks why, and what of a record may be shown in what
//! is told of a change to it.

use std::sync::Arc;

use super::Operation;
use crate::change::Changes;
use crate::data::{AskedAt, FieldTable, View};
use crate::decision::Reason;
use crate::error::{Error, ErrorKind};
use crate::process::{Basis, Explanation, Facts, explain_read, explain_view, on_read};
use crate::record::Record;

impl Operation {
    /// Which fields of a view are hidden or masked, and who says so; which rules on reading made it
    /// so, and which nearly did. Worked out now, from what the view shows; changes nothing.
    #[must_use]
    pub fn explain_view(&self, view: &View<'_>) -> Explanation {
        let fields = explain_view(view.table(), &self.snapshot);
        let rules = (!self.plan.on_read.is_empty()).then_some(&self.plan.on_read);
        let Some((_, asked)) = rules.zip(view.was_asked()) else {
            return fields;
        };
        let basis = self.basis_of_read(view.record().clone(), view.table().clone(), asked);
        let before = self.plan.table(&basis.facts());
        explain_read(&basis, Some(&before), &[])
    }

    /// The refusal of a read by rules. The record goes along, and what of it may be told: nothing.
    pub(super) fn refused_read(
        &self,
        facts: &Facts<'_>,
        nothing: Arc<FieldTable>,
        reasons: Vec<Reason>,
    ) -> Error {
        let record = Record::new(self.plan.entity.clone(), facts.before.clone());
        let asked = AskedAt {
            now: facts.now,
            touched: facts.max_sensitivity,
        };
        let basis = self.basis_of_read(record, nothing, asked);
        Error::refused(ErrorKind::Denied, reasons).with_basis(basis)
    }

    fn basis_of_read(&self, record: Record, table: Arc<FieldTable>, asked: AskedAt) -> Basis {
        Basis {
            snapshot: self.snapshot.clone(),
            plan: self.plan.clone(),
            principal: self.principal.clone(),
            context: self.context.clone(),
            changes: Changes::none(record),
            table,
            now: asked.now,
            max_sensitivity: asked.touched,
        }
    }

    /// What of the record as it is may be shown in reasons and explanations: no more than a read of it
    /// would show.
    pub(super) fn shown(&self, table: &Arc<FieldTable>, before: &Facts<'_>) -> Arc<FieldTable> {
        if self.plan.on_read.is_empty() || table.is_out_of_scope() || !before.has_old {
            return table.clone();
        }
        on_read(&self.plan.on_read, &self.plan.slots, before).narrow(table.clone())
    }
}
