//! The database's clock, which leases and deadlines go by: the machines that share a database agree
//! on it, whatever their own clocks say.
//!
//! It is read every two seconds and carried on in between by the machine's monotonic counter, so
//! that a host clock that is set while the program runs moves nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use guardrails_core::Clock;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use crate::address::Engine;
use crate::fault::{Cause, Failure, Fault};
use crate::liveness::RENEWAL;

/// The clock of one database, as it was read last.
pub(crate) struct DatabaseClock {
    engine: Engine,
    reading: Mutex<Option<Reading>>,
}

#[derive(Clone, Copy)]
struct Reading {
    /// What the database said, and when by the monotonic counter.
    time: DateTime<Utc>,
    at: Instant,
    /// How far the database's clock was ahead of the host's.
    offset: TimeDelta,
}

impl Reading {
    fn now(&self) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(self.at.elapsed()).unwrap_or(TimeDelta::MAX);
        self.time.checked_add_signed(passed).unwrap_or(self.time)
    }
}

impl DatabaseClock {
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            engine,
            reading: Mutex::default(),
        }
    }

    /// Reads the database's clock. The answer is taken for the time at which it arrived, so the
    /// clock is behind by at most the way there and back.
    pub(crate) async fn read<C: ConnectionTrait>(
        &self,
        db: &C,
        host: &dyn Clock,
    ) -> Result<DateTime<Utc>, Failure> {
        let backend = db.get_database_backend();
        let ask = Statement::from_string(backend, time_query(backend));
        let row = db.query_one_raw(ask).await?;
        let micros: i64 = match row {
            Some(row) => row.try_get("", "now")?,
            None => return Err(DbErr::RecordNotFound(String::new()).into()),
        };
        let time = DateTime::from_timestamp_micros(micros)
            .ok_or_else(|| Fault::plain(Cause::Unreadable).store("read the database's clock"))?;
        *self.reading() = Some(Reading {
            time,
            at: Instant::now(),
            offset: time.signed_duration_since(host.now()),
        });
        Ok(time)
    }

    /// The same, unless it was read a moment ago. A database that does not answer is asked again
    /// next time.
    pub(crate) async fn keep_current<C: ConnectionTrait>(&self, db: &C, host: &dyn Clock) {
        let is_current = |reading: &Reading| reading.at.elapsed() < RENEWAL;
        if !self.reading().as_ref().is_some_and(is_current) {
            // What fails here fails in the write that follows, and is told there.
            let _ = self.read(db, host).await;
        }
    }

    /// The database's time, carried on since it was read; the host's before it was read at all.
    pub(crate) fn now(&self, host: &dyn Clock) -> DateTime<Utc> {
        let reading = *self.reading();
        reading.map_or_else(|| host.now(), |reading| reading.now())
    }

    /// The time that deadlines and windows go by. An embedded database has no clock but the host's.
    pub(crate) fn deadline_time(&self, host: DateTime<Utc>) -> DateTime<Utc> {
        match (self.engine, *self.reading()) {
            (Engine::Sqlite, _) | (_, None) => host,
            (_, Some(reading)) => reading.now(),
        }
    }

    /// How far the database's clock is ahead of the host's, as last read. An embedded database has none
    /// of its own.
    pub(crate) fn offset(&self) -> Option<TimeDelta> {
        let reading = (*self.reading())?;
        (self.engine != Engine::Sqlite).then_some(reading.offset)
    }

    fn reading(&self) -> MutexGuard<'_, Option<Reading>> {
        // A reading is replaced as a whole, so a panic leaves none half-written.
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Microseconds since 1970 UTC. None of the three depends on the session's time zone; the first two
/// do not stand still inside a transaction.
fn time_query(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => {
            "SELECT CAST(EXTRACT(EPOCH FROM pg_catalog.clock_timestamp()) * 1000000 AS BIGINT) AS now"
        }
        DbBackend::MySql => "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED) AS now",
        _ => "SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) AS now",
    }
}
