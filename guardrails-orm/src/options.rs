//! How a store is opened.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use guardrails_core::audit::Keys;
use guardrails_core::{Clock, Entropy, Result};

use crate::names::{DEFAULT_PREFIX, Names};

/// Whether opening may change the database's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Make or bring up to date the guard's tables; safe when several processes start at once.
    Migrate,
    /// Refuse a database whose tables are not up to date.
    Require,
}

/// What the store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To guard operations: dead processes' logs are recovered, and this process's log is written.
    Serve,
    /// To look at: nothing is written, tables are never migrated, and the journal refuses events.
    Inspect,
}

/// How a store is opened. Start with [`OpenOptions::new`] and change what you need.
#[derive(Clone)]
pub struct OpenOptions {
    /// Signs and seals the audit.
    pub keys: Arc<Keys>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes identifiers.
    pub entropy: Arc<dyn Entropy>,
    /// Whether tables are migrated; they are.
    pub schema: Schema,
    /// What for; to serve.
    pub purpose: Purpose,
    /// How long to wait for a lock that somebody else holds: 5 s.
    pub busy_timeout: Duration,
    /// How long to wait for a connection, and for a server that is just starting: 5 s.
    pub connect_timeout: Duration,
    /// Connections beside the journal's own: 4.
    pub connections: u32,
    /// What the names of the guard's tables begin with, `guard_`; see [`OpenOptions::table_prefix`].
    pub table_prefix: String,
    /// Events that may wait for the journal before callers wait too: 8,192.
    pub queue: usize,
}

impl OpenOptions {
    /// The defaults, with what the store needs from outside.
    #[must_use]
    pub fn new(keys: Arc<Keys>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            keys,
            clock,
            entropy,
            schema: Schema::Migrate,
            purpose: Purpose::Serve,
            busy_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(5),
            connections: 4,
            table_prefix: DEFAULT_PREFIX.to_owned(),
            queue: 8_192,
        }
    }

    /// Requires tables that are up to date instead of migrating them.
    #[must_use]
    pub fn require_schema(mut self) -> Self {
        self.schema = Schema::Require;
        self
    }

    /// Opens to look at only.
    #[must_use]
    pub fn inspect(mut self) -> Self {
        self.purpose = Purpose::Inspect;
        self
    }

    /// Sets how long to wait for a lock.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Sets how long to wait for a connection.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets what the names of the guard's tables begin with: at most 24 characters from `a-z`, `0-9`
    /// and `_`, not starting with a digit. A database keeps the prefix that its tables were made with.
    /// Tables that the specification names, such as `ai_operation_audit`, have none: a second guard
    /// needs a database, or a schema, of its own.
    #[must_use]
    pub fn table_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.table_prefix = prefix.into();
        self
    }

    pub(crate) fn names(&self) -> Result<Names> {
        Names::with_prefix(&self.table_prefix)
    }

    /// The longest any one call may take: a lock, a connection, and time to do the work.
    pub(crate) fn call_limit(&self) -> Duration {
        self.busy_timeout
            .saturating_add(self.connect_timeout)
            .saturating_add(Duration::from_secs(30))
    }
}

impl fmt::Debug for OpenOptions {
    /// Without the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenOptions")
            .field("schema", &self.schema)
            .field("purpose", &self.purpose)
            .field("busy_timeout", &self.busy_timeout)
            .finish_non_exhaustive()
    }
}
