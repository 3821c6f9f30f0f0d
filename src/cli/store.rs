//! Which database, and the key its audit is signed with.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use guardrails_core::audit::Keys;

use crate::guard::key_source;
use crate::{Database, KeySource, OpenOptions, OsEntropy, Result, SystemClock};

/// Which database.
#[derive(Debug, Clone, Args)]
pub(super) struct Store {
    /// The database: `sqlite://guard.db`, `postgres://…` or `mysql://…`
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "GUARD_STORE",
        hide_env_values = true
    )]
    store: String,
    /// The file with the audit's secret; with SQLite, beside the database unless named
    #[arg(long, value_name = "FILE", env = "GUARD_KEY")]
    key: Option<PathBuf>,
}

impl Store {
    pub(super) fn address(&self) -> &str {
        &self.store
    }

    pub(super) fn key(&self) -> Option<KeySource> {
        self.key.clone().map(KeySource::File)
    }

    /// The keys that exist; looking never makes any.
    pub(super) fn keys(&self) -> Result<Arc<Keys>> {
        let source = key_source(self.key().as_ref(), &self.store)?;
        source.existing_keys(&OsEntropy).map(Arc::new)
    }

    /// The database, to look at only.
    pub(super) fn inspect(&self) -> Result<(Arc<Database>, Arc<Keys>)> {
        let keys = self.keys()?;
        let options = self.options(keys.clone()).inspect();
        Ok((Database::open(&self.store, options)?, keys))
    }

    pub(super) fn options(&self, keys: Arc<Keys>) -> OpenOptions {
        OpenOptions::new(keys, Arc::new(SystemClock), Arc::new(OsEntropy))
    }
}
