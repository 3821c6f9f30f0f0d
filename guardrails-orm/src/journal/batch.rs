//! The rows of one transaction of the journal, ready to be written, and written again if the
//! transaction is sent back before its commit.

use chrono::{DateTime, Utc};
use guardrails_core::{Error, ErrorKind};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IdenStatic, IntoActiveModel, Iterable, QueryFilter,
    Set,
};

use super::projection::Derived;
use crate::connection::DatabaseTransaction;
use crate::entity::audit::{checkpoint, event, log};
use crate::entity::projections::operation;
use crate::fault::Failure;
use crate::log_state::OPEN;

/// Rows per statement at most; 17 columns each stays far below every database's limit of values.
const ROWS: usize = 256;

/// What the log's row becomes.
pub(super) enum Growth {
    First(log::ActiveModel),
    Further {
        log: String,
        from: i64,
        to: i64,
        alive_until: DateTime<Utc>,
    },
}

/// The rows of one transaction.
pub(super) struct Batch {
    pub(super) growth: Growth,
    pub(super) events: Vec<event::ActiveModel>,
    pub(super) derived: Derived,
    pub(super) checkpoint: checkpoint::ActiveModel,
    /// Size of the checkpoint that this one stands for from now on.
    pub(super) replaces: Option<i64>,
    /// Events in the log once it is committed.
    pub(super) size: u64,
}

impl Batch {
    pub(super) async fn write(&self, transaction: &DatabaseTransaction) -> Result<(), Failure> {
        // First, so that a writer that was fenced off gets no further, and waits here for whoever
        // is fencing it off.
        self.grow(transaction).await?;
        insert(transaction, &self.events).await?;
        self.write_derived(transaction).await?;
        self.write_checkpoint(transaction).await
    }

    async fn grow(&self, transaction: &DatabaseTransaction) -> Result<(), Failure> {
        match &self.growth {
            Growth::First(row) => {
                log::Entity::insert(row.clone())
                    .exec_without_returning(transaction)
                    .await?;
                Ok(())
            }
            Growth::Further {
                log,
                from,
                to,
                alive_until,
            } => {
                let done = log::Entity::update_many()
                    .col_expr(log::Column::Size, Expr::value(*to))
                    .col_expr(log::Column::AliveUntil, Expr::value(*alive_until))
                    .filter(log::Column::LogId.eq(log.as_str()))
                    .filter(log::Column::State.eq(OPEN))
                    .filter(log::Column::Size.eq(*from))
                    .exec(transaction)
                    .await?;
                match done.rows_affected {
                    1 => Ok(()),
                    _ => Err(Failure::Typed(fenced())),
                }
            }
        }
    }

    async fn write_derived(&self, transaction: &DatabaseTransaction) -> Result<(), Failure> {
        upsert(transaction, self.derived.operations()).await?;
        for (operation, end) in &self.derived.interrupted {
            operation::Entity::update_many()
                .col_expr(
                    operation::Column::Status,
                    Expr::value(super::projection::INTERRUPTED),
                )
                .col_expr(operation::Column::EndTime, Expr::value(*end))
                .col_expr(operation::Column::UpdatedTime, later_than_before(*end))
                .filter(operation::Column::OperationId.eq(operation.as_str()))
                .exec(transaction)
                .await?;
        }
        insert(transaction, &actives(&self.derived.accesses)).await?;
        insert(transaction, &actives(&self.derived.validations)).await
    }

    async fn write_checkpoint(&self, transaction: &DatabaseTransaction) -> Result<(), Failure> {
        insert(transaction, std::slice::from_ref(&self.checkpoint)).await?;
        if let (Some(replaced), Set(log)) = (self.replaces, &self.checkpoint.log_id) {
            checkpoint::Entity::delete_by_id((log.clone(), replaced))
                .exec(transaction)
                .await?;
        }
        Ok(())
    }
}

/// The later of `updated_time` and this time. A row of an operation that is interrupted has one.
fn later_than_before(time: DateTime<Utc>) -> Expr {
    let before = operation::Column::UpdatedTime;
    Expr::case(Expr::col(before).gt(time), Expr::col(before))
        .finally(Expr::value(time))
        .into()
}

fn actives<M, A>(models: &[M]) -> Vec<A>
where
    M: IntoActiveModel<A> + Clone,
    A: ActiveModelTrait,
{
    models.iter().cloned().map(all_set).collect()
}

/// Every column set: an insert takes only those.
fn all_set<M, A>(model: M) -> A
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait,
{
    let mut row = model.into_active_model();
    for column in <A::Entity as EntityTrait>::Column::iter() {
        row.reset(column);
    }
    row
}

/// Inserts rows in statements of 256, 128, … 1 rows: nine texts to prepare at most, whatever the
/// batch's size.
async fn insert<A>(transaction: &DatabaseTransaction, rows: &[A]) -> Result<(), Failure>
where
    A: ActiveModelTrait + Clone + Send,
{
    for rows in chunks(rows) {
        A::Entity::insert_many(rows.iter().cloned())
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

/// The same for operations, which change as they go on.
async fn upsert(
    transaction: &DatabaseTransaction,
    rows: Vec<operation::Model>,
) -> Result<(), Failure> {
    let key = operation::Column::OperationId;
    let others = operation::Column::iter().filter(|column| column.as_str() != key.as_str());
    let replace = OnConflict::column(key).update_columns(others).to_owned();
    let rows: Vec<operation::ActiveModel> = actives(&rows);
    for rows in chunks(&rows) {
        operation::Entity::insert_many(rows.iter().cloned())
            .on_conflict(replace.clone())
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

fn chunks<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let most = rows.len().min(ROWS);
        // The largest power of two that is not more.
        let take = most.checked_ilog2().map(|power| 1_usize << power)?;
        let (chunk, rest) = rows.split_at_checked(take)?;
        rows = rest;
        Some(chunk)
    })
}

/// The log's row is not as this writer left it.
pub(super) fn fenced() -> Error {
    Error::new(
        ErrorKind::Store,
        "this process's audit log was closed by another process, which took it for dead",
    )
    .with_help("start the process again; look for a machine that slept, or clocks that differ")
}

#[cfg(test)]
mod tests {
    use super::chunks;

    #[test]
    fn chunks_are_powers_of_two_and_lose_nothing() {
        let rows: Vec<u32> = (0..715).collect();
        let sizes: Vec<usize> = chunks(&rows).map(<[u32]>::len).collect();
        assert_eq!(sizes, [256, 256, 128, 64, 8, 2, 1]);
        assert_eq!(chunks(&rows).flatten().count(), rows.len());
        assert_eq!(chunks::<u32>(&[]).count(), 0);
    }
}
