//! `guard migrate`: the guard's tables in a database.

use std::sync::Arc;

use guardrails_core::audit::Keys;

use super::Ending;
use super::output::Output;
use super::store::Store;
use crate::Result;

pub(super) fn run(store: &Store, output: &mut Output) -> Result<Ending> {
    // Migrating signs nothing, so no key is needed for it, and none is made.
    let keys = Arc::new(Keys::from_seed([0; 32]));
    guardrails_orm::migrate(store.address(), &store.options(keys))?;
    output.line("the guard's tables are up to date");
    Ok(Ending::Fine)
}
