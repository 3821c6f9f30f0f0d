//! What the audit keeps of what was asked and of what was handed back, without their values: keyed
//! digests, and the names under which records stand in it.

use std::sync::Arc;

use super::Operation;
use crate::audit::{Digests, KeyedDigest, Keys, OperationContext};
use crate::data::{FieldTable, View};
use crate::decision::Decision;
use crate::request::Request;
use crate::value::{Fields, Name, Value, write_text};

/// What the scopes of the digests begin with. What is asked can then never be taken for what is handed
/// back.
const INPUT: &str = "input";
const OUTPUT: &str = "output";

/// The scope of an operation's digests. It names the operation and its tenant, so that each digest proves
/// what that operation saw, and whoever tries values in operations of their own recognises none of
/// another's. An operation ID has one length and no `/`, so that no two operations share a scope.
fn scope(what: &str, about: &OperationContext) -> String {
    format!("{what}/{}/{}", about.operation, about.tenant)
}

/// The digest of a request. It covers what the audit shows of it in clear, and the attributes that it
/// does not show.
pub(super) fn input_of(
    request: &Request<'_>,
    about: &OperationContext,
    keys: &Keys,
) -> KeyedDigest {
    let principal = &request.principal;
    let ticket = request.ticket.map(|ticket| ticket.to_string());
    let roles: Vec<&str> = principal.roles().iter().map(|role| &**role).collect();
    let mut asked = Fields::new();
    asked.set("roles", Value::from(roles));
    for (name, text) in [
        ("agent", &**principal.agent_name()),
        ("context", &*request.context),
        ("entity", &*about.entity),
        ("model", &**principal.model_name()),
        ("purpose", &*request.purpose),
        ("skill", &*request.skill),
        ("tenant", &**principal.tenant()),
        ("ticket", ticket.as_deref().unwrap_or_default()),
        ("user", &**principal.id()),
    ] {
        asked.set(name, Value::from(text));
    }
    let mut text = asked.to_json();
    principal.attributes().write_json(&mut text);
    keys.value_mac(&scope(INPUT, about), text.as_bytes())
}

/// The digest of an answer, of a refusal's codes, or of the word that an operation ended with.
pub(super) fn output_of(handed_back: &[u8], about: &OperationContext, keys: &Keys) -> KeyedDigest {
    keys.value_mac(&scope(OUTPUT, about), handed_back)
}

/// The codes of reasons, as one text.
pub(super) fn codes(reasons: &[crate::Reason]) -> String {
    let codes: Vec<&str> = reasons.iter().map(crate::Reason::code).collect();
    codes.join(",")
}

/// Record, fields and judged values of a proposal.
pub(super) fn asked_text(id: &Name, fields: &[Name], set: &Fields) -> String {
    let mut text = list(fields);
    write_text(&mut text, id);
    set.write_json(&mut text);
    text
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
        let scope = format!("{}/{}", self.about.tenant, self.plan.entity);
        self.guard.inner.keys.pseudonym(&scope, id).into()
    }

    /// Digests of a reading: of the identifiers asked for, and of the views as JSON, one a line.
    pub(super) fn digests_of_read(&mut self, ids: &[Name], views: &[View<'_>]) -> Digests {
        let mut handed_back = String::new();
        for view in views {
            view.write_json(&mut handed_back);
            handed_back.push('\n');
        }
        self.digests(&list(ids), &handed_back)
    }

    /// Digests of a proposal: of record and new values, and of outcome and reasons.
    pub(super) fn digests_of(&mut self, asked: &str, decision: &Decision) -> Digests {
        let codes = codes(decision.reasons());
        let handed_back = format!("{}\n{codes}", decision.outcome().as_str());
        self.digests(asked, &handed_back)
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
            input: Some(self.input(&list(ids))),
            output: Some(self.output(code.as_bytes())),
        }
    }

    fn digests(&mut self, asked: &str, handed_back: &str) -> Digests {
        let output = self.output(handed_back.as_bytes());
        self.handed_back = Some(output);
        Digests {
            input: Some(self.input(asked)),
            output: Some(output),
        }
    }

    fn input(&self, asked: &str) -> KeyedDigest {
        let keys = &self.guard.inner.keys;
        keys.value_mac(&scope(INPUT, &self.about), asked.as_bytes())
    }

    /// The digest of something that this operation hands back.
    pub(super) fn output(&self, handed_back: &[u8]) -> KeyedDigest {
        output_of(handed_back, &self.about, &self.guard.inner.keys)
    }
}

fn list(ids: &[Name]) -> String {
    let mut text = String::new();
    for id in ids {
        write_text(&mut text, id);
    }
    text
}
