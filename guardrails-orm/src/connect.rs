//! Opens connections with the settings that the store's promises rest on.
//!
//! PostgreSQL: one schema, found when the store is opened, and the database's own functions before
//! any others of their names. SQLite: what is deleted is overwritten; WAL, `synchronous=FULL` (set and then read back on each connection, since a build of
//! SQLite may default to less), foreign keys, busy timeout. PostgreSQL and MariaDB: a lock timeout,
//! so that a lock that is never given back is an error and not a hang.
//!
//! The driver is handed its options ready-made and an address without secrets beside them, because
//! its tracing prints the address.

use std::time::Duration;

use guardrails_core::Result;
use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use crate::address::{Address, Engine};
use crate::fault::{Cause, Fault};
use crate::options::{OpenOptions, Purpose};
use crate::patience::Patience;

/// What a pool of connections is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pool {
    pub(crate) connections: u32,
    pub(crate) busy_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) purpose: Purpose,
}

impl Pool {
    pub(crate) fn new(options: &OpenOptions, connections: u32) -> Self {
        Self {
            connections: connections.max(1),
            busy_timeout: options.busy_timeout,
            connect_timeout: options.connect_timeout,
            purpose: options.purpose,
        }
    }

    /// Opens the pool, and one connection to see that it works.
    ///
    /// Switching a new SQLite file to WAL needs a lock that SQLite's own busy timeout does not wait
    /// for, so that two processes starting at once are sent here to try again.
    pub(crate) async fn open(self, address: &Address) -> Result<DatabaseConnection> {
        let patience = Patience::of(self.busy_timeout);
        loop {
            match self.connect(address).await? {
                Ok(pool) => return Ok(pool),
                Err(fault) if fault.cause == Cause::Locked && patience.is_left() => {
                    Patience::pause().await;
                }
                Err(fault) => return Err(self.opening(&fault, address)),
            }
        }
    }

    /// SQLite's WAL keeps two files beside the database even for who only reads.
    fn opening(self, fault: &Fault, address: &Address) -> guardrails_core::Error {
        let error = fault.opening(address);
        if self.purpose == Purpose::Inspect && fault.cause == Cause::ReadOnly {
            return error.with_help(
                "copy the file, with `-wal` and `-shm` beside it, to a directory that this user may \
                 write to, and look at the copy",
            );
        }
        error
    }

    async fn connect(self, address: &Address) -> Result<Result<DatabaseConnection, Fault>> {
        let mut options = ConnectOptions::new(address.blank_url());
        options
            .max_connections(self.connections)
            .acquire_timeout(self.connect_timeout)
            .idle_timeout(None)
            .sqlx_logging(false)
            .test_before_acquire(address.engine() != Engine::Sqlite);
        self.set_driver_options(&mut options, address)?;
        Ok(Database::connect(options)
            .await
            .map_err(|error| Fault::of(&error)))
    }

    fn set_driver_options(self, options: &mut ConnectOptions, address: &Address) -> Result<()> {
        match address.engine() {
            #[cfg(feature = "sqlite")]
            Engine::Sqlite => sqlite::set(options, address, self),
            #[cfg(feature = "postgres")]
            Engine::Postgres => postgres::set(options, address, self),
            #[cfg(feature = "mysql")]
            Engine::Mysql => mysql::set(options, address, self),
            #[allow(unreachable_patterns, reason = "reached in builds with fewer drivers")]
            _ => Err(malformed(address)),
        }
    }
}

fn malformed(address: &Address) -> guardrails_core::Error {
    guardrails_core::Error::new(
        guardrails_core::ErrorKind::Setup,
        format!("the address of {address} cannot be read"),
    )
    .with_help("check its parameters, and percent-encode special characters of the password")
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use std::path::Path;

    use guardrails_core::Result;
    use sea_orm::ConnectOptions;
    use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
    use sea_orm::sqlx::{ConnectOptions as _, Error, query_scalar};

    use super::{Address, Pool, Purpose, malformed};

    pub(super) fn set(options: &mut ConnectOptions, address: &Address, pool: Pool) -> Result<()> {
        let mut driver: SqliteConnectOptions = address
            .secret_url()
            .parse()
            .map_err(|_| malformed(address))?;
        driver = driver
            .foreign_keys(true)
            .busy_timeout(pool.busy_timeout)
            .disable_statement_logging();
        driver = match pool.purpose {
            Purpose::Inspect => driver.read_only(true).create_if_missing(false),
            Purpose::Serve => driver
                .pragma("journal_mode", "WAL")
                // What is deleted is overwritten: a ticket that has ended keeps nothing of its record.
                .pragma("secure_delete", "ON")
                .pragma("synchronous", "FULL"),
        };
        if pool.purpose == Purpose::Serve && creates(address) {
            make_private(driver.get_filename());
        }
        options.map_sqlx_sqlite_opts(move |_| driver.clone());
        if pool.purpose == Purpose::Serve {
            options.map_sqlx_sqlite_pool_opts(|pool| {
                pool.after_connect(|connection, _| Box::pin(assert_durable(connection)))
            });
        }
        Ok(())
    }

    /// Whether the driver makes the file where there is none.
    fn creates(address: &Address) -> bool {
        let (_, query) = address.secret_url().split_once('?').unwrap_or_default();
        query.split('&').any(|parameter| parameter == "mode=rwc")
    }

    /// Makes the file, if there is none, for its owner alone: it holds who asked for what. SQLite gives
    /// the `-wal` and `-shm` files beside it the same mode. One that is there already keeps the mode
    /// that its owner gave it; what goes wrong here, the driver meets again and says.
    fn make_private(file: &Path) {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        drop(options.open(file));
    }

    /// INVARIANT: no connection is used on which a commit could return before the disk has it.
    pub(super) async fn assert_durable(connection: &mut SqliteConnection) -> Result<(), Error> {
        let synchronous: i64 = query_scalar("PRAGMA synchronous")
            .fetch_one(&mut *connection)
            .await?;
        // 2 is FULL, 3 is EXTRA: <https://www.sqlite.org/pragma.html#pragma_synchronous>.
        if synchronous < 2 {
            return Err(Error::Protocol("synchronous is not FULL".to_owned()));
        }
        Ok(())
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use std::sync::{Arc, OnceLock};

    use guardrails_core::Result;
    use sea_orm::ConnectOptions;
    use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
    use sea_orm::sqlx::{ConnectOptions as _, Error, query, query_scalar};

    use super::{Address, Pool, malformed};

    pub(super) fn set(options: &mut ConnectOptions, address: &Address, pool: Pool) -> Result<()> {
        let driver: PgConnectOptions = address
            .secret_url()
            .parse()
            .map_err(|_| malformed(address))?;
        let lock_timeout = format!("{}ms", pool.busy_timeout.as_millis().max(1));
        let driver = driver
            .application_name("crm-guardrails")
            // A server with `synchronous_commit=off` would acknowledge what a crash loses.
            .options([
                ("lock_timeout", lock_timeout.as_str()),
                ("synchronous_commit", "on"),
                ("TimeZone", "UTC"),
            ])
            .disable_statement_logging();
        let schema = address.schema();
        options.map_sqlx_postgres_opts(move |_| driver.clone());
        options.map_sqlx_postgres_pool_opts(move |pool| {
            let schema = Arc::clone(&schema);
            pool.after_connect(move |connection, _| {
                let schema = Arc::clone(&schema);
                Box::pin(async move { stay_in(connection, &schema).await })
            })
        });
        Ok(())
    }

    /// INVARIANT: every connection of a store looks for tables in the schema of its first one, and for
    /// functions, types and operators in `pg_catalog` before any schema. A path that somebody changes, a
    /// schema that gets the user's name, or a function with the name of a built-in one moves nothing.
    /// PostgreSQL searches `pg_catalog` first where a path does not name it, and temporary tables first
    /// unless a path names them last.
    async fn stay_in(
        connection: &mut PgConnection,
        schema: &OnceLock<String>,
    ) -> Result<(), Error> {
        if schema.get().is_none() {
            let ask = "SELECT pg_catalog.current_schema()::pg_catalog.text";
            // None where the path names no schema that there is; what is done next says so.
            let found: Option<String> = query_scalar(ask).fetch_one(&mut *connection).await?;
            if let Some(found) = found {
                // Another connection may have been first, with the same answer.
                let _ = schema.set(found);
            }
        }
        if let Some(schema) = schema.get() {
            query(
                "SELECT pg_catalog.set_config('search_path', \
                 pg_catalog.format('%I, pg_temp', $1::pg_catalog.text), false)",
            )
            .bind(schema.as_str())
            .execute(connection)
            .await?;
        }
        Ok(())
    }
}

#[cfg(feature = "mysql")]
mod mysql {
    use guardrails_core::Result;
    use sea_orm::ConnectOptions;
    use sea_orm::sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
    use sea_orm::sqlx::{AssertSqlSafe, ConnectOptions as _, Error, Executor};

    use super::{Address, Pool, malformed};

    pub(super) fn set(options: &mut ConnectOptions, address: &Address, pool: Pool) -> Result<()> {
        let driver: MySqlConnectOptions = address
            .secret_url()
            .parse()
            .map_err(|_| malformed(address))?;
        let driver = driver.charset("utf8mb4").disable_statement_logging();
        // Whole seconds, at least one: the server takes no less.
        let seconds = pool.busy_timeout.as_secs().max(1);
        options.map_sqlx_mysql_opts(move |_| driver.clone());
        options.map_sqlx_mysql_pool_opts(move |pool| {
            pool.after_connect(move |connection, _| Box::pin(settle(connection, seconds)))
        });
        Ok(())
    }

    async fn settle(connection: &mut MySqlConnection, seconds: u64) -> Result<(), Error> {
        // Strict: a name that is too long must be an error, since cut short it could be another
        // tenant's. READ COMMITTED: after waiting for a row lock, read what the one before wrote.
        let sql = format!(
            "SET SESSION innodb_lock_wait_timeout = {seconds}, lock_wait_timeout = {seconds}, \
             sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')"
        );
        connection.execute(AssertSqlSafe(sql)).await?;
        connection
            .execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
            .await?;
        Ok(())
    }
}

#[cfg(all(test, feature = "sqlite"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use sea_orm::sqlx::{Connection, SqliteConnection, query};
    use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};

    use super::*;
    use crate::bridge::Bridge;

    fn wait(work: impl Future<Output = Result<()>> + Send + 'static) {
        let bridge = Bridge::start(Duration::from_secs(30)).unwrap();
        bridge.run("test", work).unwrap();
    }

    #[test]
    fn every_sqlite_connection_is_durable() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/a.db?mode=rwc", folder.path().display());
        let pool = Pool {
            connections: 3,
            busy_timeout: Duration::from_millis(1234),
            connect_timeout: Duration::from_secs(5),
            purpose: Purpose::Serve,
        };
        wait(async move {
            let db = pool.open(&Address::parse(&url)?).await?;
            // Held at once, so that each is another connection.
            let mut held = Vec::new();
            for _ in 0..3 {
                held.push(db.begin().await.unwrap());
            }
            for connection in &held {
                for (pragma, expected) in [
                    ("synchronous", 2),
                    ("foreign_keys", 1),
                    ("busy_timeout", 1234),
                    ("secure_delete", 1),
                ] {
                    let ask = format!("PRAGMA {pragma}");
                    let ask = Statement::from_string(DbBackend::Sqlite, ask);
                    let row = connection.query_one_raw(ask).await.unwrap().unwrap();
                    assert_eq!(
                        row.try_get_by_index::<i32>(0).unwrap(),
                        expected,
                        "{pragma}"
                    );
                }
            }
            Ok(())
        });
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_made_is_its_owners_alone() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a b.db");
        let url = format!("sqlite://{}/a%20b.db?mode=rwc", folder.path().display());
        let pool = |purpose| Pool {
            connections: 1,
            busy_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(5),
            purpose,
        };
        let address = Address::parse(&url).unwrap();
        wait(async move {
            let db = pool(Purpose::Serve).open(&address).await?;
            db.execute_unprepared("CREATE TABLE t (x)").await.unwrap();
            for beside in ["", "-wal", "-shm"] {
                let path = format!("{}{beside}", file.display());
                let mode = std::fs::metadata(&path).unwrap().mode();
                assert_eq!(mode & 0o777, 0o600, "{path}");
            }
            // What its owner opened to others stays open to them.
            let wider = std::fs::Permissions::from_mode(0o640);
            std::fs::set_permissions(&file, wider).unwrap();
            pool(Purpose::Serve).open(&address).await?;
            assert_eq!(std::fs::metadata(&file).unwrap().mode() & 0o777, 0o640);
            Ok(())
        });
        let missing = format!("sqlite://{}/none.db", folder.path().display());
        let missing = Address::parse(&missing).unwrap();
        wait(async move {
            assert!(pool(Purpose::Serve).open(&missing).await.is_err());
            Ok(())
        });
        assert!(!folder.path().join("none.db").exists());
    }

    #[test]
    fn a_connection_that_is_not_durable_is_refused() {
        wait(async {
            let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
            query("PRAGMA synchronous = NORMAL")
                .execute(&mut connection)
                .await
                .unwrap();
            assert!(sqlite::assert_durable(&mut connection).await.is_err());
            Ok(())
        });
    }
}
