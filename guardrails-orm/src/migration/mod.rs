//! Makes the guard's tables, and brings them up to date.
//!
//! Two processes may start at once: one migrates, the other waits for it. PostgreSQL: an advisory
//! lock inside the one transaction that everything happens in. MariaDB, where each statement commits
//! by itself: a named lock of the connection, and statements that may be run again. SQLite: an
//! exclusive transaction.

mod first;
pub(crate) mod shape;
mod triggers;

use guardrails_core::{Error, ErrorKind, Result};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{MigrationTrait, MigratorTrait};

use crate::address::Address;
use crate::fault::Fault;

/// The lock's name; the database's own name keeps two databases of one MariaDB server apart.
const LOCK_NAME: &str = "SELECT GET_LOCK(CONCAT('crm-guardrails:', DATABASE()), 60) AS got";
const UNLOCK_NAME: &str = "SELECT RELEASE_LOCK(CONCAT('crm-guardrails:', DATABASE()))";
/// Any fixed number will do, as long as nobody else uses it.
const LOCK_NUMBER: &str = "SELECT pg_advisory_xact_lock(4917502267283510)";

struct Migrations;

impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(first::Tables)]
    }

    fn migration_table_name() -> sea_orm::DynIden {
        sea_orm::sea_query::IntoIden::into_iden("guard_migration")
    }
}

/// Brings the tables up to date. `db` must be a pool of one connection, since MariaDB's lock belongs
/// to the connection.
pub(crate) async fn migrate(db: &DatabaseConnection, address: &Address) -> Result<()> {
    let opening = |error: DbErr| Fault::of(&error).opening(address);
    match standing(db).await.map_err(opening)? {
        Standing::Current => return Ok(()),
        Standing::Ahead => return Err(not_current(address, "are from a newer release")),
        Standing::Behind => {}
    }
    let done = match db.get_database_backend() {
        DbBackend::MySql => locked_by_name(db).await,
        backend => in_one_transaction(db, backend).await,
    };
    done.map_err(opening)
}

async fn in_one_transaction(db: &DatabaseConnection, backend: DbBackend) -> Result<(), DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = db.begin_with_options(options).await?;
    match migrate_inside(&transaction, backend).await {
        Ok(()) => transaction.commit().await,
        Err(error) => {
            // The first error is the one to tell of.
            let _ = transaction.rollback().await;
            Err(error)
        }
    }
}

async fn migrate_inside(
    transaction: &DatabaseTransaction,
    backend: DbBackend,
) -> Result<(), DbErr> {
    if backend == DbBackend::Postgres {
        transaction.execute_unprepared(LOCK_NUMBER).await?;
    }
    Migrations::up(transaction, None).await
}

async fn locked_by_name(db: &DatabaseConnection) -> Result<(), DbErr> {
    let ask = Statement::from_string(DbBackend::MySql, LOCK_NAME);
    let got: Option<i64> = match db.query_one_raw(ask).await? {
        Some(row) => row.try_get("", "got")?,
        None => None,
    };
    if got != Some(1) {
        return Err(DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout));
    }
    let done = Migrations::up(db, None).await;
    // Ends with the connection anyway.
    let _ = db
        .query_one_raw(Statement::from_string(DbBackend::MySql, UNLOCK_NAME))
        .await;
    done
}

/// How the tables stand to this release.
enum Standing {
    Current,
    Behind,
    Ahead,
}

/// Looks without a lock and without writing, so that an up-to-date database may be locked or
/// read-only.
async fn standing(db: &DatabaseConnection) -> Result<Standing, DbErr> {
    match Migrations::get_pending_migrations_read_only(db).await {
        Ok(pending) if pending.is_empty() => Ok(Standing::Current),
        Ok(_) => Ok(Standing::Behind),
        // The migrator's word for a migration that this release does not have.
        Err(DbErr::Custom(_)) => Ok(Standing::Ahead),
        Err(error) => Err(error),
    }
}

/// # Errors
/// [`ErrorKind::Setup`] when the tables are not those of this release.
pub(crate) async fn require_current(db: &DatabaseConnection, address: &Address) -> Result<()> {
    match standing(db).await {
        Ok(Standing::Current) => Ok(()),
        Ok(Standing::Behind) => Err(not_current(address, "are missing or from an older release")),
        Ok(Standing::Ahead) => Err(not_current(address, "are from a newer release")),
        Err(error) => Err(Fault::of(&error).opening(address)),
    }
}

fn not_current(address: &Address, how: &str) -> Error {
    Error::new(
        ErrorKind::Setup,
        format!("the guard's tables in {address} {how}"),
    )
    .with_help("run the migration with this release, or use the release that made the tables")
}
