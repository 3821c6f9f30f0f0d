//! What a reader may see of one record: what grants and tables give, narrowed by the rules on
//! reading, and why those rules refuse the read, where they do.
//!
//! The one answer for a read, for reasons and explanations, and for the cards of approvers. It must
//! not know whether the record is to be changed: the facts it is given are of the record alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::footprint::{fields_read, fields_read_by};
use super::on_read::on_read;
use super::rules::Findings;
use crate::data::FieldTable;
use crate::facts::Facts;
use crate::plan::Plan;
use crate::reason::Reason;
use crate::record::TENANT_FIELD;
use crate::value::{Fields, Name, Value};

/// What one reader may see of one record.
pub(crate) struct Visibility {
    /// What may be seen: nothing where a rule refuses the read. None of a record out of reach.
    pub(crate) table: Option<Arc<FieldTable>>,
    /// What the rules on reading found.
    pub(crate) findings: Findings,
    /// Why rules refuse the read.
    pub(crate) refusals: Vec<Reason>,
}

impl Visibility {
    /// Of the record that `facts` are about, to the principal they name.
    pub(crate) fn of<'a>(plan: &'a Plan, facts: &Facts<'a>) -> Self {
        let table = is_of_tenant(facts.before, facts.principal.tenant())
            .then(|| plan.table(facts))
            .filter(|table| !table.is_out_of_scope());
        match table {
            Some(table) => Self::narrowed(plan, facts, table),
            None => Self {
                table: None,
                findings: Findings::default(),
                refusals: Vec::new(),
            },
        }
    }

    /// The same where only some fields of the record are known: those that `facts` have, be it as
    /// null. A condition that reads another field is not known, and what it restricts is restricted.
    pub(crate) fn of_kept<'a>(plan: &'a Plan, facts: &Facts<'a>) -> Self {
        let knows = |names: BTreeSet<Name>| {
            let mut names = names.iter();
            names.all(|name| facts.before.value(name).is_some())
        };
        let table = plan.table_where(facts, |condition| knows(fields_read(condition)));
        let hidden = || Self {
            table: Some(Arc::new(table.all_hidden())),
            findings: Findings::default(),
            refusals: Vec::new(),
        };
        if !is_of_tenant(facts.before, facts.principal.tenant()) || table.is_out_of_scope() {
            return hidden();
        }
        match plan.on_read.iter().all(|rule| knows(fields_read_by(rule))) {
            true => Self::narrowed(plan, facts, table),
            false => hidden(),
        }
    }

    /// What the rules on reading leave of what grants and tables give.
    fn narrowed<'a>(plan: &'a Plan, facts: &Facts<'a>, table: Arc<FieldTable>) -> Self {
        if plan.on_read.is_empty() {
            return Self {
                table: Some(table),
                findings: Findings::default(),
                refusals: Vec::new(),
            };
        }
        // A mask or a hiding narrows the table; anything else refuses, since a read cannot wait.
        let findings = on_read(&plan.on_read, &plan.slots, facts);
        Self {
            table: Some(findings.narrow(table)),
            refusals: findings.refusals_on_read(),
            findings,
        }
    }

    /// What may be shown of the record beside a change to it: in reasons and explanations. `granted`
    /// is what grants and tables give; a record that does not exist yet is not read.
    pub(crate) fn beside_a_change<'a>(
        plan: &'a Plan,
        facts: &Facts<'a>,
        granted: &Arc<FieldTable>,
    ) -> Arc<FieldTable> {
        if granted.is_out_of_scope() || !facts.has_old {
            return granted.clone();
        }
        let seen = Self::narrowed(plan, facts, granted.clone());
        seen.table.unwrap_or_else(|| granted.clone())
    }
}

/// A record that names its tenant must name the reader's.
pub(crate) fn is_of_tenant(fields: &Fields, tenant: &str) -> bool {
    match fields.value(TENANT_FIELD) {
        None => true,
        Some(Value::Text(named)) => **named == *tenant,
        Some(_) => false,
    }
}
