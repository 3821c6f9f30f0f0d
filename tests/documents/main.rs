//! Holds the documents to what happens: fences are compiled or run, and links lead somewhere.
//!
//! The transcript in the README is played by `tests/cli`, its Python by pytest.
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "../administrator/mod.rs"]
mod administrator;
mod chinese;
mod configuration;
mod fences;
mod ladder;
mod language;
mod pages;
mod permission_tables;
mod readme;
mod tutorial;
mod wording;
