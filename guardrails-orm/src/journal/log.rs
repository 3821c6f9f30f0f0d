//! This process's log: opened with its first event, appended to, renewed, closed, fenced.
//!
//! Each change of the log's row requires that it is still open and as long as this writer left it.
//! If another process has declared this one dead and recovered its log, the change touches no row,
//! nothing is written, and the writer ends.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use guardrails_core::audit::{Checkpoint, Digests, Event, EventKind, Receipt};
use guardrails_core::policy::Digest;
use guardrails_core::{Error, ErrorKind, LogId, Result};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};

use super::batch::{Batch, fenced};
use super::open::Open;
use crate::connection::{DatabaseConnection, DatabaseTransaction, Named};
use crate::entity::audit::log;
use crate::fault::{Cause, Failure, Fault};
use crate::inventory::canonical_id;
use crate::liveness::LEASE;
use crate::log_state::{CLOSED, OPEN};
use crate::patience::Patience;
use crate::recovery::{self, InterruptedOperation};
use crate::row::Row;
use crate::shared::{self, Shared};
use crate::text;

/// The latest checkpoint of each of the last thousand logs. One event names them all, so their
/// number needs a bound.
const HEADS: &str = "SELECT c.log_id AS log_id, c.note AS note FROM guard_audit_checkpoint c JOIN \
    (SELECT l.log_id, MAX(k.size) AS size FROM \
    (SELECT log_id FROM guard_audit_log ORDER BY opened_at DESC, log_id DESC LIMIT 1000) l \
    JOIN guard_audit_checkpoint k ON k.log_id = l.log_id GROUP BY l.log_id) m \
    ON m.log_id = c.log_id AND m.size = c.size ORDER BY c.log_id";

/// This process's log, from before its first event.
pub(super) struct Log {
    shared: Arc<Shared>,
    /// One connection, this log's alone.
    pool: DatabaseConnection,
    open: Option<Open>,
    broken: bool,
}

impl Log {
    pub(super) fn new(shared: Arc<Shared>, pool: DatabaseConnection) -> Self {
        Self {
            shared,
            pool,
            open: None,
            broken: false,
        }
    }

    /// Whether events were sealed that may not be in the database.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Makes the events durable; answers where the first of them stands.
    pub(super) async fn append(&mut self, events: &[Event]) -> Result<Receipt> {
        let heads = match self.open {
            Some(_) => Vec::new(),
            None => self.heads_patiently().await?,
        };
        self.keep_clock_current().await;
        // From the first seal on, the ledger is ahead of the database until the commit returns.
        self.broken = true;
        let (batch, receipt) = self.seal(heads, events)?;
        let limit = self.shared.options.call_limit();
        match tokio::time::timeout(limit, self.commit(&batch)).await {
            Ok(done) => done?,
            Err(_) => return Err(too_late(limit)),
        }
        self.shared.expect_file_in_place()?;
        self.committed(&batch);
        Ok(receipt)
    }

    fn seal(
        &mut self,
        heads: Vec<(LogId, u64, Digest)>,
        events: &[Event],
    ) -> Result<(Batch, Receipt)> {
        let now = self.shared.options.clock.now();
        let lease = self.lease();
        let open = match &mut self.open {
            Some(open) => open,
            none => {
                let mut open = Open::new(&self.shared.options)?;
                open.seal(&Event {
                    time: now,
                    kind: EventKind::LogOpened { heads },
                    about: None,
                    digests: Digests::default(),
                })?;
                none.insert(open)
            }
        };
        let receipt = Receipt {
            log: open.id(),
            seq: open.size(),
        };
        for event in events {
            open.seal(event)?;
        }
        Ok((open.batch(now, lease), receipt))
    }

    fn committed(&mut self, batch: &Batch) {
        if let Some(open) = &mut self.open {
            open.committed(batch);
        }
        self.broken = false;
    }

    /// Writes and commits. What fails before the commit may be tried again while the busy timeout
    /// lasts, since the transaction is then rolled back; the commit itself is not.
    async fn commit(&self, batch: &Batch) -> Result<()> {
        let limit = self.shared.options.busy_timeout;
        let patience = Patience::of(limit);
        loop {
            let turn = self.shared.gate.pass(limit).await;
            let written = match &turn {
                Ok(_) => self.write(batch).await,
                Err(_) => Err(Failure::Typed(no_turn())),
            };
            match written {
                Ok(transaction) => return commit(transaction).await,
                Err(failure) if may_try_again(&failure) && patience.is_left() => {
                    drop(turn);
                    Patience::pause().await;
                }
                Err(failure) => return Err(failure.while_doing("write audit events")),
            }
        }
    }

    async fn write(&self, batch: &Batch) -> Result<DatabaseTransaction, Failure> {
        let transaction = shared::begin(&self.pool).await?;
        batch.write(&transaction).await?;
        Ok(transaction)
    }

    async fn heads_patiently(&self) -> Result<Vec<(LogId, u64, Digest)>> {
        let patience = Patience::of(self.shared.options.busy_timeout);
        loop {
            match self.heads(&self.pool).await {
                Ok(heads) => return Ok(heads),
                Err(failure) if may_try_again(&failure) && patience.is_left() => {
                    Patience::pause().await;
                }
                Err(failure) => return Err(failure.while_doing("read the earlier logs")),
            }
        }
    }

    /// The signed heads of earlier logs. One whose checkpoint this process's key did not sign is
    /// left out: to repeat it here would lend it a signature.
    async fn heads<C: ConnectionTrait + Named>(
        &self,
        db: &C,
    ) -> Result<Vec<(LogId, u64, Digest)>, Failure> {
        let verifier = self.shared.options.keys.verifier();
        let ask = Statement::from_string(db.get_database_backend(), HEADS);
        let mut heads = Vec::new();
        for row in &db.query_all_raw(ask).await? {
            let row = Row::new(db.table("guard_audit_checkpoint"), "?", row);
            let note: Option<String> = row.maybe(crate::entity::audit::checkpoint::Column::Note);
            let log = canonical_id(&row, log::Column::LogId);
            if let Some(head) = note.and_then(|note| Checkpoint::verify(&note, &verifier).ok())
                && Some(head.log) == log
            {
                heads.push((head.log, head.size, head.root));
            }
        }
        Ok(heads)
    }

    /// Takes over a dead process's log: see [`recovery`]. One transaction marks the log and records
    /// what was unfinished, so that a crash in between leaves neither.
    pub(super) async fn recover(&mut self, dead: LogId) -> Result<Vec<InterruptedOperation>> {
        let shared = Arc::clone(&self.shared);
        let patience = shared.options.busy_timeout;
        let doing = "recover a dead process's log";
        let _turn = shared
            .gate
            .pass(patience)
            .await
            .map_err(|failure| failure.while_doing(doing))?;
        self.recover_in_turn(dead)
            .await
            .map_err(|failure| failure.while_doing(doing))
    }

    async fn recover_in_turn(&mut self, dead: LogId) -> Result<Vec<InterruptedOperation>, Failure> {
        let transaction = shared::begin(&self.pool).await?;
        if !recovery::claim(&transaction, dead).await? {
            // Another process was first.
            transaction.rollback().await?;
            return Ok(Vec::new());
        }
        let unfinished = recovery::unfinished(&transaction, dead).await?;
        if unfinished.is_empty() {
            commit(transaction).await?;
            return Ok(unfinished);
        }
        let heads = match self.open {
            Some(_) => Vec::new(),
            None => self.heads(&transaction).await?,
        };
        let now = self.shared.options.clock.now();
        let events = recovery::events(&unfinished, dead, now);
        self.broken = true;
        let (batch, _) = self.seal(heads, &events)?;
        batch.write(&transaction).await?;
        commit(transaction).await?;
        self.committed(&batch);
        Ok(unfinished)
    }

    /// Says again that this process is alive. A database that does not answer now may answer next
    /// time; one that answers "this log is not yours any more" ends the journal.
    pub(super) async fn renew(&mut self) -> Result<()> {
        let shared = Arc::clone(&self.shared);
        let read = shared.clock.read(&self.pool, &*shared.options.clock);
        let limit = shared.options.call_limit();
        if !matches!(tokio::time::timeout(limit, read).await, Ok(Ok(_))) {
            return Ok(());
        }
        let until = self.lease();
        let change = (log::Column::AliveUntil, Expr::value(until));
        match self.change_row([change]).await {
            Ok(Some(0)) => {
                self.broken = true;
                Err(fenced())
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Until when this process counts as alive, by the database's clock.
    fn lease(&self) -> DateTime<Utc> {
        let shared = &self.shared;
        text::moment(shared.clock.now(&*shared.options.clock) + LEASE)
    }

    async fn keep_clock_current(&self) {
        let shared = &self.shared;
        let read = shared
            .clock
            .keep_current(&self.pool, &*shared.options.clock);
        // A database that hangs is for the write that follows to tell of.
        let _ = tokio::time::timeout(shared.options.call_limit(), read).await;
    }

    /// Marks the log as closed by its writer.
    pub(super) async fn close(&mut self) -> Result<()> {
        let shared = &self.shared;
        let now = text::moment(shared.clock.now(&*shared.options.clock));
        let changes = [
            (log::Column::State, Expr::value(CLOSED)),
            (log::Column::AliveUntil, Expr::value(now)),
        ];
        self.change_row(changes)
            .await
            .map(|_| ())
            .map_err(|failure| failure.while_doing("close the audit log"))
    }

    /// Changes the log's row, if there is one and it is still open; answers how many were changed.
    async fn change_row(
        &self,
        changes: impl IntoIterator<Item = (log::Column, Expr)>,
    ) -> Result<Option<u64>, Failure> {
        let Some(open) = &self.open else {
            return Ok(None);
        };
        let _turn = self
            .shared
            .gate
            .pass(self.shared.options.busy_timeout)
            .await?;
        let mut update = log::Entity::update_many()
            .filter(log::Column::LogId.eq(open.id().to_string()))
            .filter(log::Column::State.eq(OPEN));
        for (column, value) in changes {
            update = update.col_expr(column, value);
        }
        let done = update.exec(&self.pool);
        match tokio::time::timeout(self.shared.options.call_limit(), done).await {
            Ok(done) => Ok(Some(done?.rows_affected)),
            Err(_) => Err(Failure::Typed(too_late(self.shared.options.call_limit()))),
        }
    }

    pub(super) async fn disconnect(&self) {
        // The process is done with it either way.
        let _ = self.pool.clone().close().await;
    }
}

async fn commit(transaction: DatabaseTransaction) -> Result<()> {
    transaction
        .commit()
        .await
        .map_err(|error| Fault::of(&error).store("commit audit events"))
}

fn may_try_again(failure: &Failure) -> bool {
    match failure {
        Failure::Database(error) => matches!(
            Fault::of(error).cause,
            Cause::Locked | Cause::Collision | Cause::Unreachable | Cause::Handshake
        ),
        Failure::Typed(_) => false,
    }
}

fn no_turn() -> Error {
    Fault::plain(Cause::Locked).store("write audit events")
}

fn too_late(limit: std::time::Duration) -> Error {
    Error::new(
        ErrorKind::Store,
        format!(
            "could not write audit events: no answer within {} s",
            limit.as_secs()
        ),
    )
    .with_help("check that the database server is reachable and not overloaded")
}
