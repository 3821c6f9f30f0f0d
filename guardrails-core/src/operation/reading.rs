//! What a read was decided from, kept for whoever asks why.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Operation;
use super::asked::Reading;
use crate::change::Changes;
use crate::data::{AskedAt, FieldTable, View};
use crate::error::{Error, ErrorKind, Result};
use crate::explanation::Explanation;
use crate::process::{Basis, explain_read, explain_view};
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

    /// What may be seen of a record; none of one out of reach.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] where rules on reading refuse. The record goes along for whoever asks why,
    /// and what of it may be told: nothing.
    pub(super) fn released(
        &self,
        record: &Record,
        now: DateTime<Utc>,
        reading: Reading,
    ) -> Result<Option<Arc<FieldTable>>> {
        let (Some(nothing), [_, ..]) = (&reading.table, reading.refusals.as_slice()) else {
            return reading.into_table();
        };
        let asked = AskedAt {
            now,
            touched: self.touched,
        };
        let basis = self.basis_of_read(record.clone(), nothing.clone(), asked);
        Err(Error::refused(ErrorKind::Denied, reading.refusals).with_basis(basis))
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
            has_ticket: false,
        }
    }
}
