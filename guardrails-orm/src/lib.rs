//! Persistence of CRM Guardrails: core's store traits on a database.
//!
//! [`Database`] keeps field permissions, role rules, skill status, tickets, limit counters and the
//! audit in SQLite (feature `sqlite`, the default), PostgreSQL (`postgres`) or MariaDB and MySQL
//! (`mysql`). Several processes may share one database.
//!
//! ```
//! use std::sync::Arc;
//! use guardrails_core::audit::Keys;
//! use guardrails_core::{CountingEntropy, FrozenClock, PermissionStore};
//! use guardrails_orm::{Database, OpenOptions};
//!
//! # let folder = tempfile::tempdir()?;
//! # let url = format!("sqlite://{}/guard.db?mode=rwc", folder.path().display());
//! // A program brings the system's clock and randomness; and its own seed, kept outside the database.
//! let clock = Arc::new(FrozenClock::at("2026-11-21T08:00:00Z".parse()?));
//! let options = OpenOptions::new(Arc::new(Keys::from_seed([7; 32])), clock, Arc::new(CountingEntropy::default()));
//! let store = Database::open(&url, options)?;
//! assert!(store.field_permissions()?.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **It does**: migrate its tables when opened, safe against several processes at once; commit audit
//! events in groups, sealed and signed, and acknowledge them only when they are durable; recover the
//! logs of processes that died, once, and report what these left unfinished
//! ([`Database::interrupted`]); notice changes of the permission tables by whoever makes them.
//!
//! **It does not**: cache (plans are cached above), delete old audit (retention is a later matter;
//! its table `cleanup_log` is made and stays empty), or keep anything in memory only: an SQLite
//! address in memory is refused.
//!
//! **Untrusted rows.** Anybody with a database shell may have edited a row. A value that restricts
//! less than it could is never assumed: unreadable permission columns hide, an unknown skill status
//! stops the skill, a ticket that cannot be read is an error that names its row. No error, log line
//! or `Debug` of this crate shows a column's content or the address's user and password.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
compile_error!("enable at least one of the features `sqlite`, `postgres` and `mysql`");

// The tests of the migration use the suite's databases.
#[cfg(test)]
extern crate self as guardrails_orm;

mod address;
mod audit;
mod bridge;
mod clock;
mod connect;
mod connection;
mod database;
mod derived;
mod entity;
mod fault;
mod file_identity;
mod inventory;
mod journal;
mod key;
mod limits;
mod liveness;
mod log_state;
mod migration;
mod names;
mod options;
mod patience;
mod permissions;
mod process;
mod recovery;
mod roles;
mod row;
mod shared;
mod skills;
mod text;
mod ticket_index;
mod tickets;

pub use address::check_address;
pub use database::{Database, migrate};
pub use options::{OpenOptions, Purpose, Schema};
pub use process::OpeningProcess;
pub use recovery::InterruptedOperation;
