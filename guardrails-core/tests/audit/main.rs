//! The audit from outside: payloads, tree, tampering, traces.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod events;
mod format;
mod merkle;
mod payload;
mod tamper;
mod trail;
