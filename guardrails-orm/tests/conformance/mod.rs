//! The suite, one file per room of the store.

pub mod adoption;
pub mod child;
pub mod digests;
pub mod ended;
pub mod guarded;
pub mod journal;
pub mod limits;
pub mod names;
pub mod opening;
pub mod permissions;
pub mod place;
pub mod recovery;
pub mod roles;
pub mod samples;
pub mod schemas;
pub mod tickets;
