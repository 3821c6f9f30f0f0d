//! The process guardrail: rules, risk, and who must agree.
//!
//! - [`Facts`] is what a rule may read; [`Truth`] is how a condition comes out.
//! - The evaluator defines what a condition means; compiled conditions and the index give the same answer fast.
//! - Rules and risk come together in a verdict; a [`Ticket`] binds an approval to one action.

mod action_digest;
mod advance;
mod aggregate_eval;
mod approvals;
mod card;
mod compiled;
mod compiled_aggregate;
mod dependency;
mod disclosure;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod equivalence;
mod evaluate;
mod exact_json;
mod explain;
mod faulty_tickets;
mod footprint;
mod index;
mod integrity;
mod lifecycle;
mod message;
mod observe;
mod on_read;
mod operand;
mod present;
mod redeem;
#[cfg(test)]
mod reference;
mod requirement;
mod reveal;
mod review;
mod risk;
mod rules;
mod seen;
mod stored_ticket;
mod supposed;
mod tables;
mod template;
mod ticket;
mod visibility;
mod write_gate;

pub use crate::explanation::{
    Clause, ClauseKind, Explanation, FactorExplained, FieldExplained, LevelExplained, Reading,
    Refusal, Remedy, RiskExplained, RuleExplained, Searched, Seen, Standing, Step,
};
pub use crate::facts::{Datum, Facts};
pub use crate::ticket_state::{TicketPhase, TicketState};
pub use crate::truth::Truth;
pub use approvals::Approvals;
pub use card::{TicketCard, TicketChange, TicketPage};
pub use dependency::{Lists, Target, Use, visit_uses};
pub use evaluate::holds;
pub use explain::Marks;
pub use integrity::{TicketRecord, TicketStanding, TicketTrail, judge_ticket};
pub use observe::{Observed, Observer};
pub(crate) use present::RecordPresence;
pub use present::{Loaded, PresentRecord, RecordKey};
pub use requirement::{ApprovalRequirement, RequiredStep};
pub use stored_ticket::{StoredTicket, UnreadableColumn};
pub use template::Template;
pub use ticket::{EventPosition, Settlement, StepDecision, Ticket, TicketCursor, Vote};

pub(crate) use action_digest::{Action, canonical_action};
pub(crate) use compiled::{Compiler, Frame, PlanConstants, Predicate, Slots};
pub(crate) use explain::{
    Basis, Eye, NearMissIndex, Refused, explain_read, explain_refusal, explain_view,
};
pub(crate) use faulty_tickets::FaultyTickets;
pub(crate) use message::{Changing, Schema};
pub(crate) use redeem::{Ending, Proposal};
pub(crate) use reveal::{Requester, told};
pub(crate) use review::{Review, chains, review};
pub(crate) use risk::Scale;
pub(crate) use rules::{Findings, Phase, RuleSet};
pub(crate) use seen::LatestTicketVersions;
pub(crate) use visibility::{Visibility, is_of_tenant};
pub(crate) use write_gate::WriteGate;
