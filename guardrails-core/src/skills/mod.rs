//! The skills guardrail: which AI capabilities exist, who may use them, and how often.
//!
//! These are steps 1 – 4 of `begin`, each with its own room:
//!
//! 1. [`Registry`]: the skill is registered and active for this tenant.
//! 2. [`AccessIndex`]: one of the principal's roles, own or inherited, may use it in this tenant,
//!    and none of them is denied. The index is compiled from the lines that [`Rbac`] holds, with the
//!    feature `casbin` in Casbin; property tests hold Casbin and the index equal.
//! 3. [`admit`] ties these together and checks model and entity: pure, no store behind it.
//! 4. [`take_limits`] counts the call against the skill's limits and budgets; [`spend_tokens`] books what
//!    the model used.
//!
//! Casbin is named nowhere outside this folder. It is slow to ask (it interprets its matcher once per
//! line), so decisions never do, and role lines mean the same in a build without it.

mod access;
#[cfg(feature = "casbin")]
mod adapter;
mod admission;
#[cfg(feature = "casbin")]
mod casbin_engine;
mod codes;
mod compile;
mod hierarchy;
mod ids;
mod index;
mod limits;
mod lines;
#[cfg(feature = "casbin")]
mod model;
#[cfg(not(feature = "casbin"))]
mod plain_engine;
mod quoted;
mod rbac;
mod registry;
mod screen;

#[cfg(feature = "casbin")]
use casbin_engine::Engine;
#[cfg(not(feature = "casbin"))]
use plain_engine::Engine;

pub(crate) use codes::table_codes;
pub(crate) use lines::{Line, read};
pub(crate) use quoted::Quoted;
pub(crate) use screen::table as role_lines_place;

pub use access::Access;
pub use admission::{Admission, admit, model_allowed};
pub use codes::{CODES, LineCode};
pub use hierarchy::MAX_INHERITANCE;
pub use index::AccessIndex;
pub use limits::{spend_tokens, take_limits};
pub use lines::MAX_VALUE_BYTES;
pub use rbac::{Edit, Rbac};
pub use registry::Registry;
pub use screen::MAX_LINES;
