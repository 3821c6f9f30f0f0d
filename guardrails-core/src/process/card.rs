//! What a person sees of a ticket: rendered from the very bytes that would run, and no more of the
//! record than that person's own read of it would show.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::message::{Changing, Reader, Reference, Schema, fill};
use super::ticket::{StepDecision, Ticket};
use super::visibility::Visibility;
use crate::approval_chains::ApprovalChains;
use crate::audit::KeyedDigest;
use crate::data::{FieldTable, HIDDEN};
use crate::facts::Facts;
use crate::identifier::{OperationId, TicketId};
use crate::plan::Plan;
use crate::policy::{Skill, SkillStatus, Verb};
use crate::principal::Principal;
use crate::process::TicketCursor;
use crate::record::ID_FIELD;
use crate::snapshot::Snapshot;
use crate::ticket_state::TicketState;
use crate::value::Name;

/// One page of open tickets, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketPage {
    /// The tickets.
    pub tickets: Vec<TicketCard>,
    /// Where the next page begins; none where there is none.
    pub next: Option<TicketCursor>,
}

/// A ticket as one person may see it.
#[derive(Clone, PartialEq, Eq)]
pub struct TicketCard {
    /// The ticket.
    pub id: TicketId,
    /// Where it is now; one whose time is over is so before it is written into its row.
    pub state: TicketState,
    /// The operation that asked.
    pub operation: OperationId,
    /// The user whose AI asked.
    pub requester: Name,
    /// The skill.
    pub skill: Name,
    /// What would be done.
    pub verb: Verb,
    /// The entity.
    pub entity: Name,
    /// The record's identifier, as this person may see it; empty on create. Code that needs it in full
    /// gets it from [`RecordKey`](super::RecordKey) when the ticket is resumed.
    pub record: Name,
    /// Each field that would get a new value; none once the ticket has ended, which keeps no value.
    pub changes: Vec<TicketChange>,
    /// Paths at and inside those fields that get a value which this person may not see, or may see only
    /// through a mask: what stands there may change although it looks unchanged. Worked out from what
    /// the person may see and never from a value; empty for the requester, who knows what it proposed.
    pub withheld: Vec<Name>,
    /// Keyed digest of the action that the ticket releases.
    pub action: KeyedDigest,
    /// The approval chains.
    pub chains: ApprovalChains,
    /// Why an approval is needed, in this person's language where the policy has it.
    pub because: Vec<String>,
    /// Decisions so far.
    pub decisions: Vec<StepDecision>,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// When it expires undecided.
    pub expires: DateTime<Utc>,
    /// Once approved: until when it may be spent.
    pub execute_by: Option<DateTime<Utc>>,
}

/// Stands for a value of the record in the texts of a ticket that has ended.
const NOT_KEPT: &str = "‹not kept›";

/// One field that would get a new value.
#[derive(Clone, PartialEq, Eq)]
pub struct TicketChange {
    /// The field.
    pub field: Name,
    /// Its value now, as this person may see it.
    pub before: String,
    /// Its value then, as this person may see it.
    pub after: String,
}

impl fmt::Debug for TicketCard {
    /// Names only; never a value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketCard")
            .field("id", &self.id)
            .field("state", &self.state)
            .field("skill", &self.skill)
            .field("verb", &self.verb)
            .field("entity", &self.entity)
            .field("changes", &self.changes)
            .field("withheld", &self.withheld)
            .field("chains", &self.chains)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TicketChange {
    /// The field's name only; never a value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TicketChange({})", self.field)
    }
}

impl TicketCard {
    pub(crate) fn new(
        ticket: &Ticket,
        snapshot: &Snapshot,
        principal: &Principal,
        now: DateTime<Utc>,
    ) -> Self {
        let (plan, table) = visible_to(ticket, snapshot, principal, now);
        let reader = if ticket.requester == *principal.id() {
            Reader::Requester(&table)
        } else {
            Reader::Other(&table)
        };
        let record = Changing {
            before: &ticket.before,
            set: Some(&ticket.set),
            schema: Schema {
                policy: &snapshot.policy,
                entity: &ticket.entity,
            },
        };
        let language = principal.spoken();
        let state = ticket.state_at(now);
        let read = |reference: &Reference| match ticket.state.is_terminal() {
            true => NOT_KEPT.to_owned(),
            false => reference.show(record, reader),
        };
        Self {
            id: ticket.id,
            state,
            operation: ticket.operation,
            requester: ticket.requester.clone(),
            skill: ticket.skill.clone(),
            verb: ticket.verb,
            entity: ticket.entity.clone(),
            record: record_id(ticket, record, reader, &plan),
            changes: changes(ticket, record, reader),
            action: ticket.action,
            chains: ticket.chains.clone(),
            withheld: withheld(ticket, reader),
            because: ticket
                .because
                .iter()
                .map(|template| template.for_reader(&|place| reader.sees(place, record)))
                .map(|template| fill(template.text(language), &read))
                .collect(),
            decisions: ticket.decisions.clone(),
            created: ticket.created,
            expires: ticket.expires,
            execute_by: ticket.execute_by,
        }
    }
}

/// The record's identifier as the reader may see it. A ticket that has ended keeps nothing to tell
/// that by: then it is shown to whoever sees it in every record, unless it is personal data.
fn record_id(ticket: &Ticket, record: Changing<'_>, reader: Reader<'_>, plan: &Plan) -> Name {
    if ticket.record.is_empty() || plan.shows_id(None) {
        return ticket.record.clone();
    }
    match ticket.state.is_terminal() {
        true => HIDDEN.into(),
        false => Reference::old(&ID_FIELD.into()).show(record, reader).into(),
    }
}

fn withheld(ticket: &Ticket, reader: Reader<'_>) -> Vec<Name> {
    match reader {
        Reader::Requester(_) => Vec::new(),
        Reader::Other(table) => {
            let set = ticket.set.iter();
            set.flat_map(|(name, _)| table.not_in_clear(name)).collect()
        }
    }
}

fn changes(ticket: &Ticket, record: Changing<'_>, reader: Reader<'_>) -> Vec<TicketChange> {
    ticket
        .set
        .iter()
        .map(|(name, _)| TicketChange {
            field: name.clone(),
            before: Reference::old(name).show(record, reader),
            after: Reference::new(name).show(record, reader),
        })
        .collect()
}

/// What a read of the record would show this person now, in the AI context that the ticket was made
/// in; of a new record, what a read of it would show as it would be.
fn visible_to(
    ticket: &Ticket,
    snapshot: &Snapshot,
    principal: &Principal,
    now: DateTime<Utc>,
) -> (Arc<Plan>, Arc<FieldTable>) {
    let skill = snapshot.policy.skills.get(&ticket.skill);
    let skill = skill
        .cloned()
        .unwrap_or_else(|| Arc::new(unknown_skill(ticket)));
    let plan = snapshot.viewer_plan(principal, &skill, &ticket.entity, &ticket.context);
    let facts = Facts {
        before: match ticket.verb {
            Verb::Create => &ticket.set,
            _ => &ticket.before,
        },
        set: None,
        has_old: true,
        principal,
        context: &ticket.context,
        skill: &skill,
        now,
        zone: plan.zone,
        max_sensitivity: 0,
        risk_score: None,
    };
    let seen = match ticket.verb {
        Verb::Create => Visibility::of(&plan, &facts),
        _ => Visibility::of_kept(&plan, &facts),
    };
    let hidden = || Arc::new(plan.table(&facts).all_hidden());
    let table = seen.table.unwrap_or_else(hidden);
    (plan, table)
}

/// Stands for a skill that the policy no longer has: it does nothing and nobody may use it.
fn unknown_skill(ticket: &Ticket) -> Skill {
    Skill {
        origin: crate::policy::Origin {
            name: ticket.skill.clone(),
            ..Default::default()
        },
        title: String::new(),
        verb: ticket.verb,
        entities: Vec::new(),
        impact: 10,
        allow: Vec::new(),
        models: Vec::new(),
        limits: Vec::new(),
        budgets: Vec::new(),
        status: SkillStatus::Retired,
    }
}
