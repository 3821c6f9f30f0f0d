//! Approval tickets, as one person may see them.

use chrono::{DateTime, Utc};
use crm_guardrails::process::{self, TicketCard, Vote};
use crm_guardrails::stores::TicketCursor;
use pyo3::prelude::*;

/// A ticket as one person may see it.
#[pyclass(frozen, module = "crm_guardrails")]
pub(crate) struct Ticket {
    card: TicketCard,
}

impl From<TicketCard> for Ticket {
    fn from(card: TicketCard) -> Self {
        Self { card }
    }
}

impl Ticket {
    /// Its place in a list of tickets.
    pub(crate) fn cursor(&self) -> TicketCursor {
        TicketCursor {
            created: self.card.created,
            id: self.card.id,
        }
    }
}

#[pymethods]
impl Ticket {
    #[getter]
    fn id(&self) -> String {
        self.card.id.to_string()
    }

    #[getter]
    fn state(&self) -> &'static str {
        self.card.state.as_str()
    }

    #[getter]
    fn operation(&self) -> String {
        self.card.operation.to_string()
    }

    #[getter]
    fn requester(&self) -> &str {
        &self.card.requester
    }

    #[getter]
    fn skill(&self) -> &str {
        &self.card.skill
    }

    #[getter]
    fn verb(&self) -> &'static str {
        self.card.verb.as_str()
    }

    #[getter]
    fn entity(&self) -> &str {
        &self.card.entity
    }

    #[getter]
    fn record(&self) -> &str {
        &self.card.record
    }

    #[getter]
    fn changes(&self) -> Vec<(String, String, String)> {
        let change = |change: &process::TicketChange| {
            (
                change.field.to_string(),
                change.before.clone(),
                change.after.clone(),
            )
        };
        self.card.changes.iter().map(change).collect()
    }

    #[getter]
    fn withheld(&self) -> Vec<String> {
        self.card.withheld.iter().map(ToString::to_string).collect()
    }

    #[getter]
    fn action(&self) -> String {
        self.card.action.to_string()
    }

    #[getter]
    fn chain(&self) -> String {
        self.card.chains.to_string()
    }

    #[getter]
    fn because(&self) -> Vec<String> {
        self.card.because.clone()
    }

    #[getter]
    fn decisions(&self) -> Vec<StepDecision> {
        self.card.decisions.iter().map(StepDecision::from).collect()
    }

    #[getter]
    fn created(&self) -> DateTime<Utc> {
        self.card.created
    }

    #[getter]
    fn expires(&self) -> DateTime<Utc> {
        self.card.expires
    }

    #[getter]
    fn execute_by(&self) -> Option<DateTime<Utc>> {
        self.card.execute_by
    }

    fn __repr__(&self) -> String {
        format!("Ticket({}, {})", self.card.id, self.state())
    }
}

/// One approver's word on one step.
#[pyclass(frozen, get_all, module = "crm_guardrails")]
pub(crate) struct StepDecision {
    step: u32,
    by: String,
    role: String,
    vote: &'static str,
    at: DateTime<Utc>,
    comment: String,
}

impl From<&process::StepDecision> for StepDecision {
    fn from(core: &process::StepDecision) -> Self {
        Self {
            step: core.step,
            by: core.by.to_string(),
            role: core.role.to_string(),
            vote: match core.vote {
                Vote::Approve => "approve",
                Vote::Reject => "reject",
            },
            at: core.at,
            comment: core.comment.clone(),
        }
    }
}

#[pymethods]
impl StepDecision {
    /// Without the comment, which is free text.
    fn __repr__(&self) -> String {
        format!("StepDecision({} by {})", self.vote, self.by)
    }
}
