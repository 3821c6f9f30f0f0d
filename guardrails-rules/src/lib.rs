//! Placeholder.

pub mod action;
