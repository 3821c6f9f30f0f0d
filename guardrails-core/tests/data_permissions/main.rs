//! Field permission and views: the rules one by one, then as properties over random policies and
//! permission tables.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod grants;
mod nested;
mod oracle;
mod properties;
mod tables;
mod undeclared;
mod views;
mod world;
