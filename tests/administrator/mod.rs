//! Somebody with a database tool, who knows nothing of the guard. Shared by the test binaries.

use std::path::Path;

use sea_orm::ConnectionTrait as _;

/// Runs statements on an SQLite database that is there, past the guard. Gives the number of rows that
/// the last one changed.
pub(crate) fn administer<S: AsRef<str>>(database: &Path, statements: &[S]) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let address = format!("sqlite://{}?mode=rw", database.display());
        let tool = sea_orm::Database::connect(address).await.unwrap();
        let mut changed = 0;
        for statement in statements {
            let done = tool.execute_unprepared(statement.as_ref()).await.unwrap();
            changed = done.rows_affected();
        }
        tool.close().await.unwrap();
        changed
    })
}
