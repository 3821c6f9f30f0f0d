//! Somebody with a database tool and the right to write into the guard's store: an administrator
//! who does her work, or an attacker who hides his.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, Value};
use std::path::Path;

use tokio::runtime::Runtime;

use crate::Result;
use crate::stage::store_url;

/// A connection that knows nothing of the guard.
pub(crate) struct Admin {
    runtime: Runtime,
    db: DatabaseConnection,
}

impl Admin {
    /// Connects to the guard's store in `folder`.
    pub(crate) fn connect(folder: &Path) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let db = runtime.block_on(Database::connect(store_url(folder)))?;
        Ok(Self { runtime, db })
    }

    /// Runs one statement.
    pub(crate) fn run<const N: usize>(&self, sql: &str, values: [Value; N]) -> Result {
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        self.runtime.block_on(self.db.execute_raw(statement))?;
        Ok(())
    }

    /// The first row that a query finds, as texts.
    pub(crate) fn row<const N: usize>(&self, sql: &str, columns: [&str; N]) -> Result<[String; N]> {
        let statement = Statement::from_string(DbBackend::Sqlite, sql);
        let row = self
            .runtime
            .block_on(self.db.query_one_raw(statement))?
            .ok_or("the query finds nothing")?;
        let mut texts = [const { String::new() }; N];
        for (text, column) in texts.iter_mut().zip(columns) {
            *text = row.try_get("", column)?;
        }
        Ok(texts)
    }
}
