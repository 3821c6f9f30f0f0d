//! The action door from outside: hazards, meaning, findings, and random scripts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop where it stands"
)]

mod findings;
mod fixture;
mod hazards;
mod meaning;
mod random;
