#![doc = include_str!("front_door.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod audit_key;
mod evaluation;
mod load;
mod operating_system;
mod suppose;

#[cfg(feature = "database")]
mod fingerprint;
#[cfg(feature = "database")]
mod guard;
#[cfg(feature = "database")]
mod reload;
#[cfg(feature = "database")]
mod watch;

#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod lsp;

/// Runs the command `guard` with the arguments of this process.
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use cli::main as guard_command;

pub use audit_key::{KeySource, rotate_audit_key};
pub use evaluation::{Evaluation, evaluate, explain};
#[cfg(feature = "database")]
pub use guard::{Guard, GuardBuilder};
pub use load::{load_policy, load_policy_with};
pub use operating_system::{OsEntropy, SystemClock};
#[cfg(feature = "database")]
pub use reload::{BeforeSwap, Reload, ReloadOutcome};
pub use suppose::suppose;

/// Core's guard, which the facade's [`Guard`] is made of: without files, database or threads, for
/// tests and for hosts that bring their own [`Store`].
pub use guardrails_core::Guard as CoreGuard;
pub use guardrails_core::audit;
pub use guardrails_core::data;
pub use guardrails_core::policy;
pub use guardrails_core::process;
pub use guardrails_core::process::Explanation;
pub use guardrails_core::{
    Activity, ApprovalChains, Changes, Clock, CountingEntropy, Decision, DecisionView, Diagnostic,
    Difference, DisclosedRisk, Entropy, Error, ErrorKind, FieldPermission, Fields, Figure,
    FrozenClock, Holding, JsonLimits, LogId, MemoryStore, Name, Note, Obligation, Operation,
    OperationId, OperationLimits, Outcome, OutcomeKind, Place, Principal, Reason, Record,
    RecordKey, Refreshed, Release, Request, Result, Risk, RoleLine, RolePermission, Severity,
    ShadowAnswer, ShadowDecision, ShadowOutcome, ShadowStep, SkillStatusRow, Store, TicketHandle,
    TicketId, Value, Verdict, Zone, parse_fields,
};
/// What is wrong with policies' files, permission tables and store; see [`Guard::health`](CoreGuard::health).
pub use guardrails_core::{
    ClockHealth, Health, Part, PartState, Problem, TablesHealth, TablesState,
};
pub use guardrails_core::{Language, Phrase, one_line, phrase, steers};
/// The store traits, for administration through [`Guard::database`] and for hosts with a store of
/// their own.
pub mod stores {
    pub use guardrails_core::{
        AccessTables, Closes, LimitStore, PermissionStore, Revision, RoleStore, RowFault,
        SkillStore, StoredRows, Swap, Take, Taken, TicketCursor, TicketQuery, TicketRow,
        TicketStore, UnreadableRow,
    };
    #[cfg(feature = "database")]
    pub use guardrails_orm::OpeningProcess;
}
#[cfg(feature = "database")]
pub use guardrails_orm::{Database, InterruptedOperation, OpenOptions};
pub use guardrails_rules as rules;
