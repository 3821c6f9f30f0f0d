//! What pieces of work on the database need, and how one that writes is run: in its turn, in one
//! transaction, again when it collides with another.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use guardrails_core::Result;
use sea_orm::{SqliteTransactionMode, TransactionOptions};

use crate::address::{Address, Engine};
use crate::clock::DatabaseClock;
use crate::connection::{DatabaseConnection, DatabaseTransaction};
use crate::fault::{Cause, Failure, Fault};
use crate::file_identity::OpenedFile;
use crate::options::OpenOptions;
use crate::patience::Patience;

/// Work inside a transaction.
pub(crate) type Work<'t, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 't>>;

/// What pieces of work need.
pub(crate) struct Shared {
    pub(crate) address: Address,
    pub(crate) pool: DatabaseConnection,
    pub(crate) gate: Gate,
    pub(crate) clock: DatabaseClock,
    pub(crate) options: OpenOptions,
    /// The file of an SQLite database.
    pub(crate) file: Option<OpenedFile>,
}

/// Lets writers of this process through one by one where the database allows only one anyway.
/// SQLite's own waiting is a poll with sleeps and no order; this is a queue.
#[derive(Clone)]
pub(crate) struct Gate(Option<Arc<tokio::sync::Mutex<()>>>);

impl Gate {
    pub(crate) fn new(engine: Engine) -> Self {
        Self((engine == Engine::Sqlite).then(Arc::default))
    }

    /// Waits for the turn, at most `limit`.
    pub(crate) async fn pass(
        &self,
        limit: Duration,
    ) -> Result<Option<tokio::sync::OwnedMutexGuard<()>>, Failure> {
        let Some(mutex) = &self.0 else {
            return Ok(None);
        };
        let turn = Arc::clone(mutex).lock_owned();
        match tokio::time::timeout(limit, turn).await {
            Ok(turn) => Ok(Some(turn)),
            Err(_) => Err(Failure::Typed(
                Fault::plain(Cause::Locked).store("get a turn to write"),
            )),
        }
    }
}

impl Shared {
    /// Whether an SQLite database is still the file that was opened: one look at the path.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](guardrails_core::ErrorKind::Store) where it is not.
    pub(crate) fn expect_file_in_place(&self) -> Result<()> {
        self.file
            .as_ref()
            .map_or(Ok(()), OpenedFile::expect_in_place)
    }

    pub(crate) async fn write<T, W>(&self, work: &W) -> Result<T, Failure>
    where
        W: for<'t> Fn(&'t DatabaseTransaction) -> Work<'t, T> + Send + Sync,
    {
        let patience = Patience::of(self.options.busy_timeout);
        loop {
            let turn = self.gate.pass(self.options.busy_timeout).await?;
            let done = self.try_write(work).await;
            drop(turn);
            self.expect_file_in_place().map_err(Failure::Typed)?;
            match done {
                Err(failure) if failure.is_transient() && patience.is_left() => {
                    Patience::pause().await;
                }
                done => return done,
            }
        }
    }

    async fn try_write<T, W>(&self, work: &W) -> Result<T, Failure>
    where
        W: for<'t> Fn(&'t DatabaseTransaction) -> Work<'t, T> + Send + Sync,
    {
        let transaction = begin(&self.pool).await?;
        match work(&transaction).await {
            Ok(value) => {
                transaction.commit().await?;
                Ok(value)
            }
            Err(failure) => {
                // The first failure is the one to tell of; a connection that cannot roll back is
                // thrown away by the pool.
                let _ = transaction.rollback().await;
                Err(failure)
            }
        }
    }
}

/// Begins a transaction that writes. On SQLite it takes the write lock at once: one that read first
/// could not wait for it later without seeing old data.
pub(crate) async fn begin(pool: &DatabaseConnection) -> Result<DatabaseTransaction, Failure> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    Ok(pool.begin_with_options(options).await?)
}
