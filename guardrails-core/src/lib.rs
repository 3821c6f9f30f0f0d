//! Domain types, decision procedure and the four guardrails.
mod change;
mod decision;
mod diagnostic;
mod error;
mod memory;
mod outside;
mod principal;
mod record;
mod request;
mod store;
mod value;

pub mod audit;
pub mod data;
pub mod policy;
pub mod process;
pub mod skills;

pub use change::Changes;
pub use decision::*;
pub use diagnostic::{Diagnostic, Note, Place, Severity};
pub use error::{Error, ErrorKind, Result};
pub use memory::MemoryStore;
pub use outside::{Clock, CountingEntropy, Entropy, FrozenClock};
pub use principal::Principal;
pub use record::Record;
pub use request::Request;
pub use store::*;
pub use value::{Fields, JsonLimits, Name, Value, parse_fields};
