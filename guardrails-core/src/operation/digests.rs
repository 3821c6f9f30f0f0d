//! What the audit keeps of what was asked and of what was handed back, without their values: keyed
//! digests, and the names under which records stand in it.

use std::sync::Arc;

use super::Operation;
use super::deferred::{DigestedValues, deferred, input_of, may_wait, output_of};
use crate::audit::{Digests, EventDigest, KeyedDigest, Keys, OperationContext};
use crate::change::Changes;
use crate::data::{FieldTable, View, view};
use crate::error::Error;
use crate::identifier::TicketId;
use crate::principal::Principal;
use crate::reason::Reason;
use crate::record::Record;
use crate::value::{Fields, Name, Value, write_text};

/// What was asked by beginning an operation, and the codes of its refusal.
pub(super) struct RequestValues {
    pub(super) principal: Arc<Principal>,
    pub(super) ticket: Option<TicketId>,
}

impl RequestValues {
    /// The digests of a request that was admitted, or refused with an error.
    pub(super) fn digests(
        self,
        keys: &Arc<Keys>,
        about: &Arc<OperationContext>,
        refusal: Option<&Error>,
    ) -> Digests {
        let codes = refusal.map(|error| codes(error.reasons()));
        let output = codes.map(|codes| output_of(keys, about, codes.as_bytes()));
        let (input, _) = deferred(keys, about, self);
        Digests {
            input: Some(input),
            output: output.map(EventDigest::from),
        }
    }
}

impl DigestedValues for RequestValues {
    /// What the audit shows of it in clear, and the attributes that it does not show.
    fn write_input(&self, about: &OperationContext, out: &mut String) {
        let principal = &self.principal;
        let ticket = self.ticket.map(|ticket| ticket.to_string());
        let roles: Vec<&str> = principal.roles().iter().map(|role| &**role).collect();
        let mut asked = Fields::new();
        asked.set("roles", Value::from(roles));
        for (name, text) in [
            ("agent", &**principal.agent_name()),
            ("context", &*about.context),
            ("entity", &*about.entity),
            ("model", &**principal.model_name()),
            ("purpose", &*about.purpose),
            ("skill", &*about.skill),
            ("tenant", &**principal.tenant()),
            ("ticket", ticket.as_deref().unwrap_or_default()),
            ("user", &**principal.id()),
        ] {
            asked.set(name, Value::from(text));
        }
        asked.write_json(out);
        principal.attributes().write_json(out);
    }

    /// An operation that begins hands nothing back.
    fn write_output(&self, _out: &mut String) {}
}

/// The identifier of a record that was read, and the view of it.
struct ReadValues {
    id: Name,
    record: Record,
    table: Arc<FieldTable>,
}

impl DigestedValues for ReadValues {
    fn write_input(&self, _about: &OperationContext, out: &mut String) {
        write_text(out, &self.id);
    }

    fn write_output(&self, out: &mut String) {
        write_view(&view(&self.record, &self.table), out);
    }
}

/// Record, fields and judged values of a proposal, and its outcome with the codes of the reasons.
struct ProposalValues {
    id: Name,
    fields: Arc<[Name]>,
    set: Arc<Fields>,
    outcome: &'static str,
    reasons: Arc<[Reason]>,
}

impl DigestedValues for ProposalValues {
    fn write_input(&self, _about: &OperationContext, out: &mut String) {
        write_texts(&self.fields, out);
        write_text(out, &self.id);
        self.set.write_json(out);
    }

    fn write_output(&self, out: &mut String) {
        out.push_str(self.outcome);
        out.push('\n');
        out.push_str(&codes(&self.reasons));
    }
}

/// The codes of reasons, as one text.
pub(crate) fn codes(reasons: &[crate::Reason]) -> String {
    let codes: Vec<&str> = reasons.iter().map(crate::Reason::code).collect();
    codes.join(",")
}

impl Operation {
    /// The name under which a record stands in the audit: its identifier, or a pseudonym where that is
    /// personal, or may not be seen by this principal, or where neither is known.
    pub(super) fn record_name(&self, id: &Name, table: &FieldTable) -> Name {
        // A step that the policy and the tables of now refuse is left with the plan of those before.
        let is_current = || Arc::ptr_eq(&self.guard.snapshot(), &self.snapshot);
        let is_decidable = !table.is_out_of_scope() || is_current();
        if id.is_empty() || is_decidable && self.plan.shows_id(Some(table)) {
            return id.clone();
        }
        let (tenant, entity) = (&self.about.tenant, &self.plan.entity);
        self.guard.inner.keys.record_pseudonym(tenant, entity, id)
    }

    /// Digests of a reading: of the identifiers asked for, and of the views as JSON, one a line.
    pub(super) fn digests_of_read(&mut self, ids: &[Name], views: &[View<'_>]) -> Digests {
        if let ([id], [view]) = (ids, views)
            && may_wait(view.record().fields())
        {
            let values = ReadValues {
                id: id.clone(),
                record: view.record().clone(),
                table: view.table().clone(),
            };
            return self.handing_back(deferred(&self.guard.inner.keys, &self.about, values));
        }
        let mut handed_back = String::new();
        views
            .iter()
            .for_each(|view| write_view(view, &mut handed_back));
        self.digests(&list(ids), &handed_back)
    }

    /// Digests of a proposal: of record, fields and judged values, and of outcome and reasons.
    pub(super) fn digests_of_proposal(
        &mut self,
        id: &Name,
        fields: &Arc<[Name]>,
        judged: &Changes,
        (outcome, reasons): (&'static str, &Arc<[Reason]>),
    ) -> Digests {
        let values = ProposalValues {
            id: id.clone(),
            fields: fields.clone(),
            set: judged.shared_fields().clone(),
            outcome,
            reasons: reasons.clone(),
        };
        let waits = may_wait(&values.set);
        let (input, output) = deferred(&self.guard.inner.keys, &self.about, values);
        self.handing_back(match waits {
            true => (input, output),
            false => (input.at_once(), output.at_once()),
        })
    }

    /// Digests of a figure: of the identifiers, the field and the figure's name, and of its value.
    pub(super) fn digests_of_figure(
        &mut self,
        ids: &[Name],
        what: [&str; 2],
        value: &str,
    ) -> Digests {
        let mut asked = list(ids);
        what.iter().for_each(|part| write_text(&mut asked, part));
        self.digests(&asked, value)
    }

    /// Digests of a reading that was refused: of the identifier asked for, and of the refusal's code.
    pub(super) fn digests_of_refusal(&self, ids: &[Name], code: &str) -> Digests {
        Digests {
            input: Some(self.input(&list(ids)).into()),
            output: Some(self.output(code.as_bytes()).into()),
        }
    }

    fn digests(&mut self, asked: &str, handed_back: &str) -> Digests {
        let output = self.output(handed_back.as_bytes());
        self.handing_back((self.input(asked).into(), output.into()))
    }

    fn handing_back(&mut self, (input, output): (EventDigest, EventDigest)) -> Digests {
        self.handed_back = Some(output.clone());
        Digests {
            input: Some(input),
            output: Some(output),
        }
    }

    fn input(&self, asked: &str) -> KeyedDigest {
        input_of(&self.guard.inner.keys, &self.about, asked.as_bytes())
    }

    /// The digest of something that this operation hands back.
    pub(super) fn output(&self, handed_back: &[u8]) -> KeyedDigest {
        output_of(&self.guard.inner.keys, &self.about, handed_back)
    }
}

fn list(ids: &[Name]) -> String {
    let mut text = String::new();
    write_texts(ids, &mut text);
    text
}

fn write_texts(texts: &[Name], out: &mut String) {
    texts.iter().for_each(|text| write_text(out, text));
}

fn write_view(view: &View<'_>, out: &mut String) {
    view.write_json(out);
    out.push('\n');
}
