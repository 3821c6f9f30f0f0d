//! Holds `README.md` and `docs/language.md` to what happens: each fence is compiled or run.
//!
//! The transcript in the README is played by `cli.rs`, its Python by pytest.
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "documents/fences.rs"]
mod fences;
#[path = "documents/language.rs"]
mod language;
#[path = "documents/readme.rs"]
mod readme;
