//! The skills guardrail from outside: roles, index, registry, admission and limits.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod admission;
mod bad_lines;
mod editing;
mod limits;
mod oracle;
mod registry;
mod support;
mod traps;
