//! The engine of CRM Guardrails: domain types, the decision procedure, and the four guardrails.
//!
//! A [`Guard`] stands between AI agents and a company's CRM. For each AI operation it decides what
//! may be seen ([`data`]), what may be done and who must agree ([`process`]), which capabilities
//! exist for whom ([`skills`]), and keeps the proof of what happened ([`audit`]).
//!
//! Most users want the facade crate `crm-guardrails`, which brings policies from files, a database
//! and the system's clock. This crate has none of those: files, sockets, time and randomness come in
//! through [`Store`], [`Clock`] and [`Entropy`].
//!
//! ```
//! use std::sync::Arc;
//! use guardrails_core::audit::Keys;
//! use guardrails_core::policy::Policy;
//! use guardrails_core::{CountingEntropy, FrozenClock, Guard, LogId, MemoryStore, Principal, Request};
//!
//! let keys = Arc::new(Keys::from_seed([7; 32]));
//! let store = MemoryStore::new(keys.clone(), LogId::from(uuid::Uuid::nil()));
//! let guard = Guard::builder()
//!     .policy(Policy::empty())
//!     .store(Arc::new(store))
//!     .clock(Arc::new(FrozenClock::at(chrono::DateTime::UNIX_EPOCH)))
//!     .entropy(Arc::new(CountingEntropy::default()))
//!     .keys(keys)
//!     .open()?;
//!
//! // An empty policy registers no skill, so nothing may begin.
//! let rep = Principal::user("acme", "u-17").role("SALES_REP");
//! let error = guard.begin(Request::new(&rep, "quote.draft").entity("Quote")).unwrap_err();
//! assert_eq!(error.code(), "SKILL_NOT_REGISTERED");
//! # Ok::<(), guardrails_core::Error>(())
//! ```
//!
//! # How a decision is made
//!
//! `begin` admits the operation and makes its intent durable; [`Operation::read`] shows a record
//! through the principal's field permissions; [`Operation::propose`] asks permissions, rules and
//! risk about a change; [`Operation::complete`] records the outcome. Everything that does not depend
//! on the record is resolved once into a plan and shared.
//!
//! # Limits and untrusted input
//!
//! Records are read within [`JsonLimits`]. Conditions are three-valued: what cannot be known
//! restricts, and grants nothing. No error, log line or `Debug` output carries a record's value.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod activity;
mod approval_chains;
mod change;
mod decision;
mod decision_view;
mod diagnostic;
mod digest;
mod error;
mod explanation;
mod facts;
mod freshness;
mod guard;
mod health;
mod identifier;
mod memory;
mod naming;
mod nearest;
mod one_line;
mod operation;
mod ordered;
mod outcome_kind;
mod outside;
mod plan;
mod principal;
mod reason;
mod record;
mod release;
mod request;
mod risk;
mod shadow;
mod snapshot;
mod store;
mod stored_rows;
mod table_check;
mod tables;
mod ticket_state;
mod truth;
mod value;
mod verdict;
mod zone;

pub mod audit;
pub mod data;
pub mod policy;
pub mod process;
pub mod skills;

pub use activity::Activity;
pub use approval_chains::ApprovalChains;
pub use change::Changes;
pub use decision::{Decision, Obligation, Outcome, TicketHandle};
pub use decision_view::DecisionView;
pub use diagnostic::{Diagnostic, Language, Note, Phrase, Place, Said, Severity};
pub use error::{Error, ErrorKind, Result};
pub use guard::{Guard, GuardBuilder, OperationLimits, Refreshed};
pub use health::{ClockHealth, Health, Part, PartState, Problem, TablesHealth, TablesState};
pub use identifier::{LogId, OperationId, TicketId};
pub use memory::MemoryStore;
pub use one_line::{one_line, steers};
pub use operation::{Figure, Operation};
pub use outcome_kind::OutcomeKind;
pub use outside::{Clock, CountingEntropy, Entropy, FrozenClock};
pub use principal::Principal;
pub use process::{RecordKey, TicketCursor};
pub use reason::Reason;
pub use record::Record;
pub use release::Release;
pub use request::Request;
pub use risk::{DisclosedRisk, Risk};
pub use shadow::{Difference, ShadowAnswer, ShadowDecision, ShadowOutcome, ShadowStep};
pub use store::{
    LimitStore, PermissionStore, RoleStore, SkillStore, Store, Swap, Take, Taken, TicketQuery,
    TicketRow, TicketStore,
};
pub use stored_rows::{
    Closes, FieldPermission, MAX_KEY_CHARS, MAX_ROLE_KIND_CHARS, MAX_ROLE_VALUE_CHARS,
    MAX_ROLE_VALUES, Revision, RoleLine, RolePermission, RowFault, SkillStatusRow, StoredRows,
    UnreadableRow,
};
pub use table_check::check_tables;
pub use tables::AccessTables;
pub use value::{Fields, JsonLimits, Name, Value, parse_fields};
pub use verdict::{Holding, Verdict};
pub use zone::Zone;
