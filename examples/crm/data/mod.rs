//! The CRM that the copilot works in: its own tables, and made-up data to fill them.
//!
//! Nothing in here knows of the guard. It stands for the database a company already has.

mod database;
mod generate;
mod notes;
mod people;
mod random;
mod schema;

pub(crate) use database::Crm;
