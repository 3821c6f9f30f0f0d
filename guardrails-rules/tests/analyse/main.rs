//! Holds the analysis to brute force: random conditions over small worlds, each asked of the evaluator
//! for every operation there can be.
//!
//! The worlds cover every region that their constants can cut: a value below, at, between and above.
//! So what the evaluator says of all of them is the truth, and the analysis must agree: no false
//! alarm, no miss, and on conditions like these no "cannot tell" either.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

mod bounds;
mod compare;
mod conditions;
mod questions;
mod random;
mod regranted;
mod rules;
mod sights;
mod world;
