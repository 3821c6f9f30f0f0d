//! `guard migrate`: the guard's tables in a database.

use super::Ending;
use super::output::Output;
use super::store::Store;
use crate::Result;

pub(super) fn run(store: &Store, output: &mut Output) -> Result<Ending> {
    guardrails_orm::migrate(store.address())?;
    output.line("the guard's tables are up to date");
    Ok(Ending::Fine)
}
