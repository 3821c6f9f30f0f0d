//! Makes the guard's tables, and brings them up to date.
//!
//! Two processes may start at once: one migrates, the other waits for it. PostgreSQL: an advisory
//! lock inside the one transaction that everything happens in. MariaDB, where each statement commits
//! by itself: a named lock of the connection, and steps that look first whether they are done.
//! SQLite: an exclusive transaction.

mod catalog;
mod first;
mod ownership;
mod second;
pub(crate) mod shape;
mod tables;
#[cfg(test)]
mod tests;
mod ticket_events;
mod triggers;

use guardrails_core::{Error, ErrorKind, Result};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use self::ownership::{Standing, Survey};
use crate::address::Address;
use crate::fault::Fault;
use crate::names::Names;

/// The lock's name; the database's own name keeps two databases of one MariaDB server apart.
const LOCK_NAME: &str = "SELECT GET_LOCK(CONCAT('crm-guardrails:', DATABASE()), 60) AS got";
const UNLOCK_NAME: &str = "SELECT RELEASE_LOCK(CONCAT('crm-guardrails:', DATABASE()))";
/// Any fixed number will do, as long as nobody else uses it.
const LOCK_NUMBER: &str = "SELECT pg_advisory_xact_lock(4917502267283510)";

/// Brings the tables up to date. `db` must be a pool of one connection, since MariaDB's lock and
/// SQLite's settings belong to the connection.
pub(crate) async fn migrate(
    db: &DatabaseConnection,
    address: &Address,
    names: &Names,
) -> Result<()> {
    let opening = |error: DbErr| Fault::of(&error).opening(address);
    let standing = Survey::make(db, names).await.map_err(opening)?.standing;
    let standing = match standing {
        Standing::Empty | Standing::First | Standing::Begun => match db.get_database_backend() {
            DbBackend::MySql => locked_by_name(db, names).await,
            backend => in_one_transaction(db, backend, names).await,
        }
        .map_err(opening)?,
        other => other,
    };
    require(standing, address)
}

async fn in_one_transaction(
    db: &DatabaseConnection,
    backend: DbBackend,
    names: &Names,
) -> Result<Standing, DbErr> {
    if backend == DbBackend::Sqlite {
        // A table that is written anew must not take the rows that refer to it along, and a foreign
        // view that is broken is nobody's business here: <https://www.sqlite.org/lang_altertable.html>.
        let settings = "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON";
        db.execute_unprepared(settings).await?;
    }
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = db.begin_with_options(options).await?;
    match migrate_inside(&transaction, backend, names).await {
        Ok(standing) => {
            transaction.commit().await?;
            Ok(standing)
        }
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
    names: &Names,
) -> Result<Standing, DbErr> {
    if backend == DbBackend::Postgres {
        transaction.execute_unprepared(LOCK_NUMBER).await?;
    }
    up(transaction, names).await
}

async fn locked_by_name(db: &DatabaseConnection, names: &Names) -> Result<Standing, DbErr> {
    let ask = Statement::from_string(DbBackend::MySql, LOCK_NAME);
    let got: Option<i64> = match db.query_one_raw(ask).await? {
        Some(row) => row.try_get("", "got")?,
        None => None,
    };
    if got != Some(1) {
        return Err(DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout));
    }
    let done = up(db, names).await;
    // Ends with the connection anyway.
    let _ = db
        .query_one_raw(Statement::from_string(DbBackend::MySql, UNLOCK_NAME))
        .await;
    done
}

/// Under the lock: looks again, since another process may have been first, and migrates.
async fn up<C: ConnectionTrait>(db: &C, names: &Names) -> Result<Standing, DbErr> {
    let survey = Survey::make(db, names).await?;
    match survey.standing {
        Standing::Empty | Standing::First | Standing::Begun => {
            second::apply(db, names, survey).await?;
            Ok(Standing::Current)
        }
        other => Ok(other),
    }
}

/// # Errors
/// [`ErrorKind::Setup`] when the tables are not those of this release.
pub(crate) async fn require_current(
    db: &DatabaseConnection,
    address: &Address,
    names: &Names,
) -> Result<()> {
    match Survey::make(db, names).await {
        Ok(survey) => require(survey.standing, address),
        Err(error) => Err(Fault::of(&error).opening(address)),
    }
}

fn require(standing: Standing, address: &Address) -> Result<()> {
    let tables = format!("the guard's tables in {address}");
    let (message, help) = match standing {
        Standing::Current => return Ok(()),
        Standing::Empty | Standing::First | Standing::Begun => (
            format!("{tables} are missing or from an older release"),
            "run the migration with this release, or use the release that made the tables",
        ),
        Standing::Ahead => (
            format!("{tables} are from a newer release"),
            "run the migration with this release, or use the release that made the tables",
        ),
        Standing::Foreign(table) => (
            format!("the table `{table}` in {address} was not made by this guard"),
            "nothing was changed; give the guard another table prefix, or a database or schema of \
             its own, or rename that table",
        ),
        Standing::Lost(table) => (
            format!("the table `{table}`, which the guard made, is gone from {address}"),
            "restore it from a backup",
        ),
    };
    Err(Error::new(ErrorKind::Setup, message).with_help(help))
}
