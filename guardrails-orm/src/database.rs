//! The store: one database, opened once, shared by all threads.
//!
//! Holds the connections, the runtime and the journal, and runs pieces of work on them (`shared.rs`). What is read
//! and written is decided in the files of each trait.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use guardrails_core::{Error, ErrorKind, Result};
use sea_orm::{ConnectionTrait, DbBackend};

use crate::address::Address;
use crate::bridge::Bridge;
use crate::clock::DatabaseClock;
use crate::connect::Pool;
use crate::connection::{DatabaseConnection, DatabaseTransaction};
use crate::fault::{Failure, Fault};
use crate::file_identity::OpenedFile;
use crate::journal::Writer;
use crate::key;
use crate::migration;
use crate::options::{OpenOptions, Purpose, Schema};
use crate::recovery::{self, InterruptedOperation};
use crate::shared::{Gate, Shared, Work};

/// The longest that reading a whole audit may take. Some end there must be, also when a server is
/// cut off in the middle of it.
const AT_LENGTH: Duration = Duration::from_secs(6 * 60 * 60);

/// A guard's store in a database: SQLite, PostgreSQL or MariaDB.
///
/// It implements every trait of [`guardrails_core::Store`]. Calls may come from any thread, also
/// from inside an asynchronous runtime. Dropping it writes what the journal still holds.
pub struct Database {
    // Fields drop in this order: the journal must be done before its runtime goes.
    journal: Option<Writer>,
    pub(crate) shared: Arc<Shared>,
    interrupted: Vec<InterruptedOperation>,
    bridge: Bridge,
}

impl Database {
    /// Opens the database at `url`: `sqlite://FILE?mode=rwc`, `postgres://USER@HOST/NAME` or
    /// `mysql://USER@HOST/NAME`.
    ///
    /// Makes the tables, recovers the logs of processes that ended without closing theirs, and
    /// starts this process's journal, as far as `options` do not say otherwise.
    ///
    /// # Errors
    /// [`ErrorKind::Setup`](guardrails_core::ErrorKind::Setup) for an address of the wrong form, a
    /// missing file or directory, a refused user, a read-only database, tables of another release, or
    /// a key other than the one the audit was signed with;
    /// [`ErrorKind::Store`](guardrails_core::ErrorKind::Store) for a server that does not answer or a
    /// database that stays locked. No message shows the address's user or password.
    pub fn open(url: &str, options: OpenOptions) -> Result<Arc<Self>> {
        let address = Address::parse(url)?;
        refuse_missing_directory(&address)?;
        let bridge = Bridge::start(options.call_limit())?;
        if options.schema == Schema::Migrate && options.purpose == Purpose::Serve {
            run_migration(&bridge, &address, &options)?;
        }
        let shared = Arc::new(bridge.run("open the database", connect(address, options))?);
        let mut database = Self {
            journal: None,
            shared,
            interrupted: Vec::new(),
            bridge,
        };
        if database.shared.options.purpose == Purpose::Serve {
            database.start_journal()?;
        }
        Ok(Arc::new(database))
    }

    fn start_journal(&mut self) -> Result<()> {
        let shared = Arc::clone(&self.shared);
        let own = Pool::new(&shared.options, 1);
        let pool = self.bridge.run("open the journal", async move {
            let pool = own.open(&shared.address).await?;
            Ok(DatabaseConnection::new(pool, shared.options.names()?))
        })?;
        let writer = Writer::start(
            Arc::clone(&self.shared),
            pool,
            self.bridge.handle()?.clone(),
        )?;
        let shared = Arc::clone(&self.shared);
        let dead = self.bridge.run("look for dead logs", async move {
            recovery::dead_logs(&shared).await
        })?;
        for log in dead {
            self.interrupted.extend(writer.recover(log)?);
        }
        self.journal = Some(writer);
        Ok(())
    }

    /// Operations that a process began and did not finish before it ended, found when this store was
    /// opened. Each is in the audit as interrupted; what the CRM was told of it is for the host to
    /// find out.
    #[must_use]
    pub fn interrupted(&self) -> &[InterruptedOperation] {
        &self.interrupted
    }

    /// The journal; none when the store was opened to inspect.
    pub(crate) fn journal(&self) -> Option<&Writer> {
        self.journal.as_ref()
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.shared.pool.get_database_backend()
    }

    /// Reads.
    pub(crate) fn ask<T, F, W>(&self, doing: &'static str, work: W) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Failure>> + Send,
        W: FnOnce(DatabaseConnection) -> F + Send + 'static,
    {
        self.shared.expect_file_in_place()?;
        let pool = self.shared.pool.clone();
        self.bridge.run(doing, async move {
            work(pool)
                .await
                .map_err(|failure| failure.while_doing(doing))
        })
    }

    /// Reads something that takes as long as there is of it.
    pub(crate) fn ask_at_length<T, F, W>(&self, doing: &'static str, work: W) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Failure>> + Send,
        W: FnOnce(DatabaseConnection) -> F + Send + 'static,
    {
        let pool = self.shared.pool.clone();
        self.bridge.run_within(AT_LENGTH, doing, async move {
            work(pool)
                .await
                .map_err(|failure| failure.while_doing(doing))
        })
    }

    /// Writes, in one transaction, which is tried again when it collides with another.
    pub(crate) fn write<T, W>(&self, doing: &'static str, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'t> Fn(&'t DatabaseTransaction) -> Work<'t, T> + Send + Sync + 'static,
    {
        let shared = Arc::clone(&self.shared);
        if shared.options.purpose == Purpose::Inspect {
            return Err(only_inspecting());
        }
        self.bridge.run(doing, async move {
            shared
                .write(&work)
                .await
                .map_err(|failure| failure.while_doing(doing))
        })
    }
}

/// What a store opened to inspect answers to a write.
pub(crate) fn only_inspecting() -> Error {
    Error::new(
        ErrorKind::Setup,
        "the store was opened to inspect and writes nothing",
    )
    .with_help("open it to serve")
}

async fn connect(address: Address, options: OpenOptions) -> Result<Shared> {
    let names = options.names()?;
    let pool = Pool::new(&options, options.connections)
        .open(&address)
        .await?;
    migration::require_current(&pool, &address, &names).await?;
    let pool = DatabaseConnection::new(pool, names);
    let shared = Shared {
        gate: Gate::new(address.engine()),
        clock: DatabaseClock::new(address.engine()),
        file: address.file().map(OpenedFile::at),
        address,
        pool,
        options,
    };
    let doing = |failure: Failure| failure.while_doing("read the database's clock");
    let read = shared.clock.read(&shared.pool, &*shared.options.clock);
    read.await.map_err(doing)?;
    if shared.options.purpose == Purpose::Serve {
        refuse_read_only(&shared.pool, &shared.address).await?;
        key::refuse_another(&shared).await?;
    }
    Ok(shared)
}

/// Finds out before the first operation, not with it: changes a row that there never is.
async fn refuse_read_only(pool: &DatabaseConnection, address: &Address) -> Result<()> {
    let change = "UPDATE guard_revision SET revision = revision WHERE id = 0";
    match pool.execute_unprepared(change).await {
        Ok(_) => Ok(()),
        Err(error) => Err(Fault::of(&error).opening(address)),
    }
}

fn run_migration(bridge: &Bridge, address: &Address, options: &OpenOptions) -> Result<()> {
    let address = address.clone();
    let names = options.names()?;
    let own = Pool::new(options, 1);
    bridge.run("migrate the database", async move {
        let pool = own.open(&address).await?;
        let done = migration::migrate(&pool, &address, &names).await;
        // The tables are as they are, whether or not the connection ends well.
        let _ = pool.close().await;
        done
    })
}

/// Brings the tables of the database at `url` up to date, and nothing else. Several processes may do
/// so at once.
///
/// # Errors
/// As [`Database::open`].
pub fn migrate(url: &str, options: &OpenOptions) -> Result<()> {
    let address = Address::parse(url)?;
    refuse_missing_directory(&address)?;
    let bridge = Bridge::start(options.call_limit())?;
    run_migration(&bridge, &address, options)
}

/// SQLite says "unable to open database file", or worse, for everything; a directory that is not
/// there, or is where the file should be, is the usual reason and deserves its own words.
fn refuse_missing_directory(address: &Address) -> Result<()> {
    if address.file().is_some_and(|file| file.is_dir()) {
        return Err(Error::new(
            ErrorKind::Setup,
            format!("could not open {address}: this is a directory"),
        )
        .with_help("name a file in it, such as `guard.db`"));
    }
    match address.directory() {
        Some(directory) if !directory.is_dir() => Err(Error::new(
            ErrorKind::Setup,
            format!(
                "could not open {address}: there is no directory `{}`",
                directory.display()
            ),
        )
        .with_help("make the directory, or name a file in one that exists")),
        _ => Ok(()),
    }
}

impl Drop for Database {
    /// Writes what the journal still holds, closes its log, and then the connections.
    fn drop(&mut self) {
        drop(self.journal.take());
        if !self.bridge.is_of_this_process() {
            // A connection that is dropped says so to the sockets that it shares with the parent.
            std::mem::forget(Arc::clone(&self.shared));
            return;
        }
        let pool = self.shared.pool.clone();
        // The process is done with them either way.
        let _ = self.bridge.run("close the database", async move {
            let _ = pool.close().await;
            Ok(())
        });
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("address", &self.shared.address)
            .finish_non_exhaustive()
    }
}
