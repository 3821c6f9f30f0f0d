//! The process guardrail: rules, risk, and who must agree.

mod facts;
mod ticket;
mod truth;

pub use facts::{Datum, Facts};
pub use ticket::{StepDecision, Ticket, TicketState, Vote};
pub use truth::Truth;
