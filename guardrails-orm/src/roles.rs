//! Casbin's lines in `guard_casbin_rule`. Their meaning is Casbin's; a kind nobody knows is kept as it is.

use guardrails_core::{Result, RoleLine, RoleStore};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, Iterable,
    QueryFilter, QueryOrder, QueryTrait, Set, SqlErr,
};

use crate::Database;
use crate::connection::{DatabaseConnection, DatabaseTransaction, Named as _};
use crate::entity::skills::rule;
use crate::fault::Failure;
use crate::row::Row;

impl RoleStore for Database {
    fn role_lines(&self) -> Result<Vec<RoleLine>> {
        self.ask("read the role lines", read)
    }

    fn add_role_lines(&self, lines: &[RoleLine]) -> Result<usize> {
        let rows = rows(lines)?;
        self.write("add role lines", move |transaction| {
            let rows = rows.clone();
            Box::pin(async move { add(transaction, rows).await })
        })
    }

    fn remove_role_lines(&self, lines: &[RoleLine]) -> Result<usize> {
        let rows = rows(lines)?;
        self.write("remove role lines", move |transaction| {
            let rows = rows.clone();
            Box::pin(async move { remove(transaction, rows).await })
        })
    }
}

async fn read(db: DatabaseConnection) -> Result<Vec<RoleLine>, Failure> {
    let ask = rule::Entity::find().order_by_asc(rule::Column::Id);
    let rows = db
        .query_all_raw(ask.build(db.get_database_backend()))
        .await?;
    let lines = rows
        .iter()
        .map(|row| line(&Row::numbered(db.table("guard_casbin_rule"), row)));
    Ok(lines.collect())
}

/// A cell that cannot be read is handed over as such: the line then restricts as far as it may have
/// meant to, and all other lines stand.
fn line(row: &Row<'_>) -> RoleLine {
    let cell = |column| {
        let text = row.maybe(column);
        text.unwrap_or_else(|| RoleLine::UNREADABLE.to_owned())
    };
    RoleLine {
        kind: cell(rule::Column::Ptype),
        values: rule::Column::iter().skip(2).map(cell).collect(),
    }
    .without_empty_end()
}

/// The lines as rows; a line that no row can hold is refused before anything is written.
fn rows(lines: &[RoleLine]) -> Result<Vec<rule::ActiveModel>> {
    lines.iter().map(row).collect()
}

fn row(line: &RoleLine) -> Result<rule::ActiveModel> {
    line.check()?;
    let mut row = rule::ActiveModel {
        ptype: Set(line.kind.clone()),
        ..Default::default()
    };
    for (at, column) in rule::Column::iter().skip(2).enumerate() {
        let value = line.values.get(at).cloned().unwrap_or_default();
        row.set(column, value.into());
    }
    Ok(row)
}

async fn add(
    transaction: &DatabaseTransaction,
    rows: Vec<rule::ActiveModel>,
) -> Result<usize, Failure> {
    let mut added = 0;
    for row in rows {
        added += usize::from(add_one(transaction, row).await?);
    }
    Ok(added)
}

async fn add_one(
    transaction: &DatabaseTransaction,
    row: rule::ActiveModel,
) -> Result<bool, Failure> {
    let insert = rule::Entity::insert(row);
    if transaction.get_database_backend() == DbBackend::MySql {
        // MariaDB counts a row that it left alone as touched, so its refusal is what tells.
        return match insert.exec_without_returning(transaction).await {
            Ok(_) => Ok(true),
            Err(error) => match error.sql_err() {
                Some(SqlErr::UniqueConstraintViolation(_)) => Ok(false),
                _ => Err(error.into()),
            },
        };
    }
    let insert = insert.on_conflict(OnConflict::new().do_nothing().to_owned());
    let done = transaction
        .execute_raw(insert.build(transaction.get_database_backend()))
        .await?;
    Ok(done.rows_affected() > 0)
}

async fn remove(
    transaction: &DatabaseTransaction,
    rows: Vec<rule::ActiveModel>,
) -> Result<usize, Failure> {
    let mut removed = 0;
    for row in rows {
        let mut same = Condition::all();
        for column in rule::Column::iter().skip(1) {
            if let Some(value) = row.get(column).into_value() {
                same = same.add(column.eq(value));
            }
        }
        let done = rule::Entity::delete_many()
            .filter(same)
            .exec(transaction)
            .await?;
        removed += usize::try_from(done.rows_affected).unwrap_or(0);
    }
    Ok(removed)
}
