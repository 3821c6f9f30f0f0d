//! Which database, and the key its audit is signed with.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use guardrails_core::AccessTables;
use guardrails_core::audit::{AuditReader as _, Keys};

use crate::guard::key_source;
use crate::{Database, Guard, KeySource, Name, OpenOptions, OsEntropy, Result, SystemClock};

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
    #[arg(long, value_name = "FILE", env = "GUARD_KEY", hide_env_values = true)]
    key: Option<PathBuf>,
    /// What the names of the guard's tables begin with
    #[arg(
        long,
        value_name = "PREFIX",
        env = "GUARD_TABLE_PREFIX",
        hide_env_values = true,
        default_value = "guard_"
    )]
    table_prefix: String,
}

impl Store {
    /// The keys that exist; a command never makes any.
    pub(super) fn keys(&self) -> Result<Arc<Keys>> {
        self.key_source()?.existing_keys(&OsEntropy).map(Arc::new)
    }

    /// The database, to look at only. Looking needs no secret.
    pub(super) fn inspect(&self) -> Result<Arc<Database>> {
        Database::open(&self.store, self.options(no_keys()).inspect())
    }

    /// Makes the tables or brings them up to date. That signs nothing, so it needs no key either.
    pub(super) fn migrate(&self) -> Result<()> {
        guardrails_orm::migrate(&self.store, &self.options(no_keys()))
    }

    /// A guard on this database, which must be a guard's already, with its key.
    pub(super) fn guard(&self, policies: &PathBuf) -> Result<Guard> {
        // Opening to serve would make tables in any database there is.
        self.inspect()?;
        let key = self.key_source()?;
        key.existing_keys(&OsEntropy)?;
        Guard::builder()
            .policies(policies)
            .store(&self.store)
            .table_prefix(&self.table_prefix)
            .audit_key(key)
            .without_watching()
            .open()
    }

    fn key_source(&self) -> Result<KeySource> {
        let named = self.key.clone().map(KeySource::File);
        key_source(named.as_ref(), &self.store)
    }

    fn options(&self, keys: Arc<Keys>) -> OpenOptions {
        OpenOptions::new(keys, Arc::new(SystemClock), Arc::new(OsEntropy))
            .table_prefix(&self.table_prefix)
    }
}

/// The tenants of operations that are read at most. Where there are more, none counts as known.
const MAX_TENANTS: usize = 10_000;

/// The tables that permissions come from, in the database at an address, and the tenants that operations
/// have been on. Looking needs no secret.
pub(super) fn tables(address: &str) -> Result<(AccessTables, BTreeSet<Name>)> {
    let options = OpenOptions::new(no_keys(), Arc::new(SystemClock), Arc::new(OsEntropy));
    let database = Database::open(address, options.inspect())?;
    let mut in_use = database.tenants(MAX_TENANTS.saturating_add(1))?;
    if in_use.len() > MAX_TENANTS {
        in_use.clear();
    }
    Ok((AccessTables::read(&*database)?, in_use))
}

/// For work that neither signs nor seals anything.
fn no_keys() -> Arc<Keys> {
    Arc::new(Keys::from_seed([0; 32]))
}
