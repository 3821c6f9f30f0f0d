//! The promises that each target holds the crate to; the tests replay the seeds through the same ones.

#[path = "../../tests/hard_input/bodies/mod.rs"]
pub mod bodies;
