//! Connections whose statements name the guard's tables as this store was opened to.
//!
//! Entities and constant SQL are written with the default names, since SeaORM's are fixed when this
//! crate is compiled. What is sent passes here, and gets the store's own: the one place where names are
//! mapped. Both types stand where SeaORM's of the same names would.

use sea_orm::entity::prelude::async_trait;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, TransactionOptions,
    TransactionTrait,
};

use crate::names::Names;

/// A pool of connections.
#[derive(Debug, Clone)]
pub(crate) struct DatabaseConnection {
    inner: sea_orm::DatabaseConnection,
    names: Names,
}

/// A transaction.
#[derive(Debug)]
pub(crate) struct DatabaseTransaction {
    inner: sea_orm::DatabaseTransaction,
    names: Names,
}

impl DatabaseConnection {
    pub(crate) fn new(inner: sea_orm::DatabaseConnection, names: Names) -> Self {
        Self { inner, names }
    }

    pub(crate) async fn begin_with_options(
        &self,
        options: TransactionOptions,
    ) -> Result<DatabaseTransaction, DbErr> {
        Ok(DatabaseTransaction {
            inner: self.inner.begin_with_options(options).await?,
            names: self.names.clone(),
        })
    }

    pub(crate) async fn close(self) -> Result<(), DbErr> {
        self.inner.close().await
    }
}

impl DatabaseTransaction {
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        self.inner.commit().await
    }

    pub(crate) async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }
}

/// What names a store's tables.
pub(crate) trait Named {
    fn names(&self) -> &Names;

    /// What this store calls the table whose default name is `table`.
    fn table(&self, table: &str) -> String {
        self.names().rename(table)
    }
}

macro_rules! sends_renamed {
    ($type:ty) => {
        impl Named for $type {
            fn names(&self) -> &Names {
                &self.names
            }
        }

        #[async_trait::async_trait]
        impl ConnectionTrait for $type {
            fn get_database_backend(&self) -> DbBackend {
                self.inner.get_database_backend()
            }

            async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
                self.inner
                    .execute_raw(renamed(statement, &self.names))
                    .await
            }

            async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
                self.inner.execute_unprepared(&self.names.rename(sql)).await
            }

            async fn query_one_raw(
                &self,
                statement: Statement,
            ) -> Result<Option<QueryResult>, DbErr> {
                self.inner
                    .query_one_raw(renamed(statement, &self.names))
                    .await
            }

            async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
                self.inner
                    .query_all_raw(renamed(statement, &self.names))
                    .await
            }
        }
    };
}

sends_renamed!(DatabaseConnection);
sends_renamed!(DatabaseTransaction);

fn renamed(statement: Statement, names: &Names) -> Statement {
    Statement {
        sql: names.rename(&statement.sql),
        ..statement
    }
}
