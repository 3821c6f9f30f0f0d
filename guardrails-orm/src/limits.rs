//! Sliding-window counters, exact and shared by all processes of one database.
//!
//! A counter is one row of `guard_limit_total` and one row of `guard_limit_usage` for each take that is still in
//! the window. A take locks the total (its first statement is an update of it; on SQLite the
//! transaction holds the write lock anyway), moves what has left the window out of it, and adds
//! itself if there is room. So takes of one key go one after the other, takes of different keys do
//! not meet, and the cost is that of the rows that leave, not of the rows that are there.
//!
//! Chosen over buckets, which are cheaper and wrong at the edges, and over compare-and-swap on a
//! packed row, which rewrites the whole window with each take.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use guardrails_core::{LimitStore, Result, Take, Taken};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::Database;
use crate::connection::DatabaseTransaction;
use crate::entity::limits::{total, usage};
use crate::fault::Failure;

impl LimitStore for Database {
    /// Takes of one key go one after the other, across processes; see the module's text.
    ///
    /// A take whose `amount` is over `most` is never granted, and its `retry_after` is the window.
    fn take(&self, take: &Take<'_>, now: DateTime<Utc>) -> Result<Taken> {
        let wanted = Wanted::new(take, now)?;
        if wanted.amount > wanted.most {
            let retry_after = take.window;
            return Ok(Taken::Exceeded { retry_after });
        }
        self.write("count against a limit", move |transaction| {
            let wanted = wanted.clone();
            Box::pin(async move { wanted.take(transaction).await })
        })
    }

    fn deadline_time(&self, host: DateTime<Utc>) -> DateTime<Utc> {
        self.shared.clock.deadline_time(host)
    }

    fn clock_offset(&self) -> Option<TimeDelta> {
        self.shared.clock.offset()
    }
}

/// A take in the numbers of the table: microseconds since 1970 UTC.
#[derive(Clone)]
struct Wanted {
    key: String,
    amount: i64,
    most: i64,
    now: i64,
    /// What was taken at this moment or before is out of the window.
    horizon: i64,
    window: i64,
}

#[derive(FromQueryResult)]
struct Used {
    taken_at: i64,
    amount: i64,
}

impl Wanted {
    fn new(take: &Take<'_>, now: DateTime<Utc>) -> Result<Self> {
        take.check()?;
        let now = now.timestamp_micros();
        let window = i64::try_from(take.window.as_micros()).unwrap_or(i64::MAX);
        Ok(Self {
            key: take.key.to_owned(),
            // No counter comes near 2⁶³.
            amount: i64::try_from(take.amount).unwrap_or(i64::MAX),
            most: i64::try_from(take.most).unwrap_or(i64::MAX),
            now,
            horizon: now.saturating_sub(window),
            window,
        })
    }

    async fn take(&self, transaction: &DatabaseTransaction) -> Result<Taken, Failure> {
        self.lock(transaction).await?;
        self.forget_old(transaction).await?;
        let used = self.total(transaction).await?;
        if used.saturating_add(self.amount) > self.most {
            self.pull_back(transaction).await?;
            let retry_after = self.retry_after(transaction, used).await?;
            return Ok(Taken::Exceeded { retry_after });
        }
        if self.amount > 0 {
            self.add(transaction).await?;
        }
        Ok(Taken::Granted)
    }

    /// Takes the row lock of the total, making the row where there is none. Two that make it at once
    /// collide on its key, and the one sent back finds it there.
    async fn lock(&self, transaction: &DatabaseTransaction) -> Result<(), Failure> {
        let there = self.change_total(transaction, 0).await?;
        if there == 0 {
            total::Entity::insert(total::ActiveModel {
                limit_key: Set(self.key.clone()),
                total: Set(0),
            })
            .exec_without_returning(transaction)
            .await?;
        }
        Ok(())
    }

    async fn change_total(
        &self,
        transaction: &DatabaseTransaction,
        by: i64,
    ) -> Result<u64, Failure> {
        let done = total::Entity::update_many()
            .col_expr(
                total::Column::Total,
                Expr::col(total::Column::Total).add(by),
            )
            .filter(total::Column::LimitKey.eq(self.key.as_str()))
            .exec(transaction)
            .await?;
        Ok(done.rows_affected)
    }

    async fn total(&self, transaction: &DatabaseTransaction) -> Result<i64, Failure> {
        let row = total::Entity::find_by_id(self.key.clone())
            .one(transaction)
            .await?;
        Ok(row.map_or(0, |row| row.total))
    }

    async fn forget_old(&self, transaction: &DatabaseTransaction) -> Result<(), Failure> {
        let old = usage::Entity::find()
            .filter(usage::Column::LimitKey.eq(self.key.as_str()))
            .filter(usage::Column::TakenAt.lte(self.horizon))
            .all(transaction)
            .await?;
        if old.is_empty() {
            return Ok(());
        }
        let gone = old
            .iter()
            .fold(0_i64, |sum, row| sum.saturating_add(row.amount));
        usage::Entity::delete_many()
            .filter(usage::Column::LimitKey.eq(self.key.as_str()))
            .filter(usage::Column::TakenAt.lte(self.horizon))
            .exec(transaction)
            .await?;
        self.change_total(transaction, gone.saturating_neg())
            .await?;
        Ok(())
    }

    /// Dates what was taken by a clock that was ahead to now, the latest that it can have been. Else
    /// it would be counted for as long as that clock was ahead. Only a take that is refused pays for
    /// looking.
    async fn pull_back(&self, transaction: &DatabaseTransaction) -> Result<(), Failure> {
        usage::Entity::update_many()
            .col_expr(usage::Column::TakenAt, Expr::value(self.now))
            .filter(usage::Column::LimitKey.eq(self.key.as_str()))
            .filter(usage::Column::TakenAt.gt(self.now))
            .exec(transaction)
            .await?;
        Ok(())
    }

    async fn add(&self, transaction: &DatabaseTransaction) -> Result<(), Failure> {
        usage::Entity::insert(usage::ActiveModel {
            limit_key: Set(self.key.clone()),
            taken_at: Set(self.now),
            amount: Set(self.amount),
            ..Default::default()
        })
        .exec_without_returning(transaction)
        .await?;
        self.change_total(transaction, self.amount).await?;
        Ok(())
    }

    /// When enough of what was taken has left the window, oldest first.
    async fn retry_after(
        &self,
        transaction: &DatabaseTransaction,
        used: i64,
    ) -> Result<Duration, Failure> {
        let rows = usage::Entity::find()
            .select_only()
            .columns([usage::Column::TakenAt, usage::Column::Amount])
            .filter(usage::Column::LimitKey.eq(self.key.as_str()))
            .order_by_asc(usage::Column::TakenAt)
            .order_by_asc(usage::Column::Id)
            .into_model::<Used>()
            .all(transaction)
            .await?;
        let mut excess = used.saturating_add(self.amount).saturating_sub(self.most);
        for row in rows {
            excess = excess.saturating_sub(row.amount);
            if excess <= 0 {
                let wait = row.taken_at.saturating_sub(self.horizon);
                return Ok(Duration::from_micros(u64::try_from(wait).unwrap_or(0)));
            }
        }
        Ok(Duration::from_micros(
            u64::try_from(self.window).unwrap_or(0),
        ))
    }
}
