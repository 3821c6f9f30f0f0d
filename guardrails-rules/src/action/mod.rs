//! The one door to Rhai: the scripts of `do { … }` blocks.
//!
//! A script is a small program that always ends: `let`, assignment, `if`/`else`, `switch`, and calls
//! of the functions below. It is read by this module's own parser, checked against the entity and
//! the approval chains, and handed to one shared, locked-down Rhai engine in a reduced form: names
//! and literals become slots that this module fills, so that neither a number's type nor a text's
//! escapes depend on how Rhai was built. What happens in the engine is safe whatever features
//! another crate of the same build switched on; [`self_test`] proves it on the build it runs in.
//!
//! ```text
//! risk.add("large_deal", min(4.0, amount / 2500000.0));
//! if amount > 5000000 { approvals.require("finance_chain", "deal over 5M"); }
//! ```
//!
//! # What a script may read
//! The entity's fields by name (`new.x` is the same), `old.x`, `actor.id`, `actor.tenant`,
//! `actor.ATTRIBUTE`, `actor.has("ROLE")`, `ai.agent`, `ai.model`, `ai.context`, `skill.name`,
//! `skill.impact`, `behaviour.score`, `max_sensitivity`, `risk.score`, `now` and `today`. All of it
//! is read-only. Numbers are exact decimals; a date is text such as `2026-03-02`, an instant is text
//! in UTC cut to the second, a duration is a number of seconds. A value that is missing, or is not
//! of its declared type, fails the script where it is used, not where it is not.
//!
//! # What a script may do
//! `risk.add("name", number)`, `approvals.require("chain", "reason")`, `deny("CODE", "reason")`,
//! `notify("channel")`: at most 64 effects a run. Names, codes and chains are written out; a reason
//! must not be built from record data, because no mask is applied to it.
//!
//! # Functions
//! `min max abs round floor ceil` on numbers (`round(x, 2)` keeps two places, halves go away from
//! zero), `len` of a text in code points or of a list, `lower upper contains starts_with ends_with`
//! on text, `contains` on a list, `to_text` of anything simple, `is_missing` and `is_present` of a
//! field. `a in ["X", "Y"]`, `a ?? b`, and `text.len()` for `len(text)` work too.
//!
//! # Limits
//! 4 KiB of script (`action_bytes`), 64 levels of nesting (`action_depth`), 4 KiB for a text that a
//! script makes (`action_text`), 64 effects (`action_effects`). Each is an error with its name.
//! Overflow and division by zero are errors. A script that fails makes its rule's restriction apply.

mod build;
mod codes;
mod engine;
mod expression;
mod fault;
mod functions;
mod lower;
#[cfg(feature = "authoring")]
mod mention;
mod operators;
mod parse;
mod refused;
mod script;
mod self_test;
mod slots;
mod span;
mod token;
mod tree;

use std::sync::Arc;

use guardrails_core::policy::{Action, Entity};
use guardrails_core::{Diagnostic, Name, Place};

pub(crate) use codes::CODES;
#[cfg(feature = "authoring")]
pub(crate) use mention::{Named, mentions};
use script::Door;

/// Compiles the script of a `do { … }` block.
///
/// `place` is where the script's text starts in the policy file; each finding points to its own
/// line and column there. `entity` gives the fields in reach, `chains` the approval chains that may
/// be required.
///
/// # Errors
/// Everything that is wrong with the script, with a code, a place and advice.
pub fn compile(
    script: &str,
    place: &Place,
    entity: &Entity,
    chains: &[Name],
) -> Result<Arc<dyn Action>, Vec<Diagnostic>> {
    let script = Door::standard().compile(script, place, entity, chains)?;
    Ok(Arc::new(script))
}

/// Proves, on the build it runs in, that a script always ends, computes exactly, cannot reach
/// outside, and cannot take the process down. Run it once before the first script.
///
/// # Errors
/// [`ErrorKind::Setup`](guardrails_core::ErrorKind::Setup), naming the property that does not hold.
pub fn self_test() -> guardrails_core::Result<()> {
    self_test::run(&Door::standard())
}
