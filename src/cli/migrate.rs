//! `guard migrate`: the guard's tables in a database.

use super::ending::Ending;
use super::output::Output;
use super::store::Store;
use crate::{Fields, Result};

pub(super) fn run(store: &Store, output: &mut Output) -> Result<Ending> {
    store.migrate()?;
    if output.is_json() {
        output.json_text(&Fields::from_iter([("migrated", true)]).to_json());
    } else {
        output.line("the guard's tables are up to date");
    }
    Ok(Ending::Fine)
}
