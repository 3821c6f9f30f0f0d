//! The tables as SeaORM sees them; one file per room of the product.
//!
//! Only names and types. What a row means is decided where it is read.

#![allow(
    unreachable_pub,
    reason = "SeaORM's derives need `pub` items; the module itself is private to the crate"
)]

pub(crate) mod audit;
pub(crate) mod limits;
pub(crate) mod permissions;
pub(crate) mod projections;
pub(crate) mod skills;
pub(crate) mod tickets;
