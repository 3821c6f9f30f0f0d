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

mod aggregates;
mod approvals;
mod begin;
mod cards;
mod debug;
mod digest_scopes;
mod fixture;
mod guesses;
mod leaks;
mod masks;
mod messages;
mod names;
mod outage;
mod parameters;
mod propose;
mod reach;
mod read;
mod recorded;
mod release;
mod row_scope;
mod shadow;
mod steps;
mod store_reads;
mod tables;
mod tickets;
mod traces;
mod write_gate;
mod written_back;
