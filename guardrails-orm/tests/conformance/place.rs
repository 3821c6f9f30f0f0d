//! A fresh database per test, and an administrator's shell on it.

use std::future::Future;
use std::io::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use chrono::{DateTime, SubsecRound, Utc};
use guardrails_core::audit::Keys;
use guardrails_core::{Clock, Entropy, FieldPermission, LogId, MemoryStore, Store};
use guardrails_orm::{Database, OpenOptions};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionTrait,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The databases that the suite runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    dead_code,
    reason = "builds without a driver have no test that names its server"
)]
pub enum Server {
    Sqlite,
    Postgres,
    Mysql,
}

/// One database, gone at the end.
pub struct Place {
    pub server: Server,
    pub url: String,
    name: String,
    /// Kept until the end, since it is deleted with this.
    _folder: TempDir,
    runtime: Runtime,
}

/// Where a store is kept: what the part of the suite needs that every store passes.
pub trait Home {
    type Kept: Store;

    /// The store; opened again, it has what it had.
    fn open(&self) -> Arc<Self::Kept>;

    /// Puts a row into the permission tables, as an administrator would.
    fn put(&self, row: &FieldPermission);

    /// The database, for what is tried on databases alone.
    fn place(&self) -> Option<&Place> {
        None
    }
}

impl Home for Place {
    type Kept = Database;

    fn open(&self) -> Arc<Database> {
        Self::open(self)
    }

    fn put(&self, row: &FieldPermission) {
        let FieldPermission {
            tenant,
            entity,
            field,
            sensitivity,
            ..
        } = row;
        let flags =
            [row.pii, row.encryption_required].map(|flag| if flag { "TRUE" } else { "FALSE" });
        self.sql(&format!(
            "INSERT INTO data_field_permission (tenant_id, entity_type, field_name, \
             sensitivity_level, pii_flag, encryption_required) \
             VALUES ('{tenant}', '{entity}', '{field}', {sensitivity}, {}, {})",
            flags[0], flags[1]
        ));
        for role in &row.roles {
            let quoted = |text: &Option<String>| match text {
                Some(text) => format!("'{text}'"),
                None => "NULL".to_owned(),
            };
            let (conditions, aggregation) = (quoted(&role.conditions), quoted(&role.aggregation));
            self.sql(&format!(
                "INSERT INTO role_field_permission (tenant_id, role_id, field_id, access_type, \
                 ai_access_allowed, conditions, aggregation_type) \
                 SELECT '{tenant}', '{}', id, '{}', {}, {conditions}, {aggregation} \
                 FROM data_field_permission WHERE tenant_id = '{tenant}' \
                 AND entity_type = '{entity}' AND field_name = '{field}'",
                role.role,
                role.access,
                if role.ai_access_allowed {
                    "TRUE"
                } else {
                    "FALSE"
                }
            ));
        }
    }

    fn place(&self) -> Option<&Place> {
        Some(self)
    }
}

/// The store in memory.
pub struct Memory(Arc<MemoryStore>);

impl Memory {
    pub fn new() -> Self {
        let keys = Arc::new(Keys::from_seed([7; 32]));
        let log = LogId::from(uuid::Uuid::from_u128(7));
        Self(Arc::new(MemoryStore::new(keys, log)))
    }
}

impl Home for Memory {
    type Kept = MemoryStore;

    fn open(&self) -> Arc<MemoryStore> {
        Arc::clone(&self.0)
    }

    fn put(&self, row: &FieldPermission) {
        self.0.set_field_permission(row.clone()).unwrap();
    }
}

/// The system's clock.
pub struct Now;

impl Clock for Now {
    fn now(&self) -> DateTime<Utc> {
        DateTime::<Utc>::from(std::time::SystemTime::now()).trunc_subsecs(6)
    }
}

/// The system's randomness.
pub struct Random;

impl Entropy for Random {
    fn fill(&self, buffer: &mut [u8]) -> guardrails_core::Result<()> {
        getrandom::fill(buffer).expect("the system has randomness");
        Ok(())
    }
}

/// Runs a test on a server, or says that there is none.
pub fn on(server: Server, test: fn(&Place)) {
    let _turn = (server != Server::Sqlite).then(Turn::take);
    match Place::new(server) {
        Some(place) => test(&place),
        None if std::env::var("CI").is_ok_and(|ci| ci == "true") => {
            panic!("{server:?} does not answer; see {}", setting(server).0)
        }
        None => say_skipped(server),
    }
}

/// A test's turn at a server. A machine with many cores would otherwise use up the connections that
/// a server gives out, usually a hundred.
struct Turn;

static TURNS: (Mutex<u32>, Condvar) = (Mutex::new(4), Condvar::new());

impl Turn {
    fn take() -> Self {
        let (left, freed) = &TURNS;
        let left = left.lock().unwrap();
        *freed.wait_while(left, |left| *left == 0).unwrap() -= 1;
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let (left, freed) = &TURNS;
        *left.lock().unwrap() += 1;
        freed.notify_one();
    }
}

/// Past the test harness, which keeps back what a passing test prints.
fn say_skipped(server: Server) {
    let mut terminal = std::io::stderr();
    writeln!(
        terminal,
        "SKIPPED: {server:?} does not answer; see {}",
        setting(server).0
    )
    .unwrap();
}

/// A database as the first release filled it.
pub fn first_release(server: Server) -> &'static str {
    match server {
        Server::Sqlite => include_str!("../fixtures/first_release/sqlite.sql"),
        Server::Postgres => include_str!("../fixtures/first_release/postgres.sql"),
        Server::Mysql => include_str!("../fixtures/first_release/mysql.sql"),
    }
}

pub fn options() -> OpenOptions {
    OpenOptions::new(
        Arc::new(Keys::from_seed([7; 32])),
        Arc::new(Now),
        Arc::new(Random),
    )
}

impl Place {
    /// Another one, beside the test's own.
    pub fn of(server: Server) -> Option<Self> {
        Self::new(server)
    }

    fn new(server: Server) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("guard_test_{}_{count}", std::process::id());
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let url = match server {
            Server::Sqlite => format!("sqlite://{}/guard.db?mode=rwc", folder.path().display()),
            _ => {
                let admin = admin_url(server);
                let (base, _) = admin.rsplit_once('/').unwrap();
                format!("{base}/{name}")
            }
        };
        let place = Self {
            server,
            url,
            name,
            _folder: folder,
            runtime,
        };
        place.make().then_some(place)
    }

    fn make(&self) -> bool {
        if self.server == Server::Sqlite {
            return true;
        }
        let sql = format!("CREATE DATABASE {}", self.name);
        self.runtime.block_on(async {
            let Ok(db) = connect(&admin_url(self.server)).await else {
                return false;
            };
            db.execute_unprepared(&sql).await.unwrap();
            db.close().await.unwrap();
            true
        })
    }

    pub fn open(&self) -> Arc<Database> {
        Database::open(&self.url, options()).unwrap()
    }

    /// Runs a statement as an administrator at a shell would; answers how many rows it touched.
    pub fn sql(&self, sql: &str) -> u64 {
        self.try_sql(sql).unwrap()
    }

    pub fn try_sql(&self, sql: &str) -> Result<u64, sea_orm::DbErr> {
        self.shell(async |db| Ok(db.execute_unprepared(sql).await?.rows_affected()))
    }

    /// The first column of the first row, as text.
    pub fn text(&self, sql: &str) -> Option<String> {
        self.shell(async |db| {
            let ask = sea_orm::Statement::from_string(db.get_database_backend(), sql);
            let row = db.query_one_raw(ask).await?;
            Ok(row.and_then(|row| row.try_get_by_index::<Option<String>>(0).unwrap()))
        })
        .unwrap()
    }

    /// The first column of every row, as text.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        self.shell(async |db| {
            let ask = sea_orm::Statement::from_string(db.get_database_backend(), sql);
            let rows = db.query_all_raw(ask).await?;
            rows.iter().map(|row| row.try_get_by_index(0)).collect()
        })
        .unwrap()
    }

    pub fn count(&self, table: &str) -> i64 {
        self.shell(async |db| {
            let ask = sea_orm::Statement::from_string(
                db.get_database_backend(),
                format!("SELECT COUNT(*) FROM {table}"),
            );
            let row = db.query_one_raw(ask).await?.unwrap();
            row.try_get_by_index(0)
        })
        .unwrap()
    }

    pub fn shell<T>(
        &self,
        work: impl AsyncFnOnce(&DatabaseConnection) -> Result<T, sea_orm::DbErr>,
    ) -> Result<T, sea_orm::DbErr> {
        self.runtime.block_on(async {
            let db = connect(&self.url).await?;
            let done = work(&db).await;
            db.close().await?;
            done
        })
    }

    /// The names of the tables and views there are.
    pub fn tables(&self) -> Vec<String> {
        let mut names = self.texts(match self.server {
            Server::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') \
                 AND name NOT LIKE 'sqlite_%'"
            }
            Server::Postgres => {
                "SELECT table_name::text FROM information_schema.tables \
                 WHERE table_schema = current_schema()"
            }
            Server::Mysql => {
                "SELECT CAST(table_name AS CHAR) FROM information_schema.tables \
                 WHERE table_schema = DATABASE()"
            }
        });
        names.sort();
        names
    }

    /// Runs a statement in a transaction that stays open, with its locks, until it is dropped.
    pub fn hold(&self, sql: &str) -> Held<'_> {
        let transaction = self.runtime.block_on(async {
            let db = connect(&self.url).await.unwrap();
            let transaction = db.begin().await.unwrap();
            transaction.execute_unprepared(sql).await.unwrap();
            transaction
        });
        Held {
            place: self,
            transaction: Some(transaction),
        }
    }

    pub fn wait<F: Future>(&self, work: F) -> F::Output {
        self.runtime.block_on(work)
    }
}

/// An administrator's session, for many statements.
pub struct Shell<'p> {
    place: &'p Place,
    db: DatabaseConnection,
}

impl<'p> Shell<'p> {
    pub fn on(place: &'p Place) -> Self {
        let db = place.wait(connect(&place.url)).unwrap();
        Self { place, db }
    }

    pub fn sql(&self, sql: &str) -> u64 {
        self.try_sql(sql).unwrap()
    }

    pub fn try_sql(&self, sql: &str) -> Result<u64, sea_orm::DbErr> {
        let done = self.place.wait(self.db.execute_unprepared(sql))?;
        Ok(done.rows_affected())
    }

    pub fn count(&self, sql: &str) -> i64 {
        let ask = sea_orm::Statement::from_string(self.db.get_database_backend(), sql);
        let row = self.place.wait(self.db.query_one_raw(ask)).unwrap();
        row.unwrap().try_get_by_index(0).unwrap()
    }
}

/// An administrator's transaction that is not ended.
pub struct Held<'p> {
    place: &'p Place,
    transaction: Option<DatabaseTransaction>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let transaction = self.transaction.take().unwrap();
        self.place.wait(transaction.rollback()).unwrap();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.server == Server::Sqlite {
            return;
        }
        let force = if self.server == Server::Postgres {
            " WITH (FORCE)"
        } else {
            ""
        };
        let sql = format!("DROP DATABASE {}{force}", self.name);
        self.runtime.block_on(async {
            if let Ok(db) = connect(&admin_url(self.server)).await {
                let _ = db.execute_unprepared(&sql).await;
                let _ = db.close().await;
            }
        });
    }
}

async fn connect(url: &str) -> Result<DatabaseConnection, sea_orm::DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .acquire_timeout(std::time::Duration::from_secs(5))
        .sqlx_logging(false);
    sea_orm::Database::connect(options).await
}

/// The environment variable that names a server, and where it is looked for otherwise.
fn setting(server: Server) -> (&'static str, &'static str) {
    match server {
        Server::Sqlite => ("", ""),
        Server::Postgres => (
            "GUARD_TEST_POSTGRES",
            "postgres://postgres@127.0.0.1:5432/postgres",
        ),
        Server::Mysql => ("GUARD_TEST_MYSQL", "mysql://root@127.0.0.1:3306/test"),
    }
}

fn admin_url(server: Server) -> String {
    let (name, default) = setting(server);
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// A clock that is ahead.
pub struct Late(pub chrono::Duration);

impl Clock for Late {
    fn now(&self) -> DateTime<Utc> {
        Now.now() + self.0
    }
}
