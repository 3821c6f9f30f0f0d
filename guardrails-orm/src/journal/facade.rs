//! The journal of an open database, as the guard calls it.

use guardrails_core::Result;
use guardrails_core::audit::{Event, Journal, Receipt};

use super::Writer;
use crate::Database;
use crate::database::only_inspecting;

impl Journal for Database {
    fn record(&self, event: Event) -> Result<()> {
        self.writer()?.record(event)
    }

    fn commit(&self, event: Event) -> Result<Receipt> {
        self.writer()?.commit(event)
    }

    fn check(&self) -> Result<()> {
        // A store that was opened to inspect has none that could fail.
        self.journal()
            .map_or(Ok(()), |writer| writer.ending.check())?;
        self.shared.expect_file_in_place()
    }
}

impl Database {
    fn writer(&self) -> Result<&Writer> {
        self.journal().ok_or_else(only_inspecting)
    }
}
