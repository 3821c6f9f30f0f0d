//! The decision path from `begin` to `complete`, over a store in memory and a clock that stands
//! still: each test is one thing that must hold.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "decisions/aggregates.rs"]
mod aggregates;
#[path = "decisions/approvals.rs"]
mod approvals;
#[path = "decisions/begin.rs"]
mod begin;
#[path = "decisions/debug.rs"]
mod debug;
#[path = "decisions/fixture.rs"]
mod fixture;
#[path = "decisions/guesses.rs"]
mod guesses;
#[path = "decisions/leaks.rs"]
mod leaks;
#[path = "decisions/masks.rs"]
mod masks;
#[path = "decisions/messages.rs"]
mod messages;
#[path = "decisions/names.rs"]
mod names;
#[path = "decisions/outage.rs"]
mod outage;
#[path = "decisions/parameters.rs"]
mod parameters;
#[path = "decisions/propose.rs"]
mod propose;
#[path = "decisions/reach.rs"]
mod reach;
#[path = "decisions/read.rs"]
mod read;
#[path = "decisions/recorded.rs"]
mod recorded;
#[path = "decisions/release.rs"]
mod release;
#[path = "decisions/shadow.rs"]
mod shadow;
#[path = "decisions/steps.rs"]
mod steps;
#[path = "decisions/tables.rs"]
mod tables;
#[path = "decisions/tickets.rs"]
mod tickets;
#[path = "decisions/write_gate.rs"]
mod write_gate;
