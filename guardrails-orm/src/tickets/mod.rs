//! Approval tickets in `guard_approval_ticket`, and who may decide them in `guard_ticket_approver`.
//! Every transition is one update that requires the version before it, so that of two who decide at
//! once one is told that the other was first.

mod query;
pub(crate) mod row;

use chrono::{DateTime, Utc};
use guardrails_core::audit::KeyedDigest;
use guardrails_core::process::Ticket;
use guardrails_core::{
    Error, ErrorKind, Result, Swap, TicketId, TicketQuery, TicketRow, TicketStore,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, QueryTrait, Select, Set,
};

use crate::Database;
use crate::connection::{DatabaseConnection, DatabaseTransaction};
use crate::entity::tickets::{self, Column, approver};
use crate::fault::{Cause, Failure, Fault};
use crate::inventory;

impl TicketStore for Database {
    fn insert_ticket(&self, ticket: &Ticket) -> Result<()> {
        let row = row::of(ticket);
        let approvers = approvers(ticket);
        self.write("keep a ticket", move |transaction| {
            let insert = tickets::Entity::insert(row.clone());
            let approvers = approvers.clone();
            Box::pin(async move {
                match insert.exec_without_returning(transaction).await {
                    Ok(_) => Ok(add(transaction, approvers).await?),
                    Err(error) if Fault::of(&error).cause == Cause::Duplicate => {
                        Err(taken().into())
                    }
                    Err(error) => Err(error.into()),
                }
            })
        })
    }

    fn ticket(&self, tenant: &str, id: TicketId) -> Result<Option<Ticket>> {
        let ask = tickets::Entity::find()
            .filter(Column::TicketId.eq(id.to_string()))
            .filter(Column::TenantId.eq(tenant));
        self.ask("read a ticket", move |db| one(db, ask))
    }

    fn ticket_by_key(&self, tenant: &str, key: &KeyedDigest) -> Result<Option<Ticket>> {
        let ask = tickets::Entity::find()
            .filter(Column::OpenKey.eq(key.to_string()))
            .filter(Column::TenantId.eq(tenant));
        self.ask("read a ticket", move |db| one(db, ask))
    }

    fn open_tickets(&self, query: &TicketQuery<'_>) -> Result<Vec<Ticket>> {
        let ask = query::inbox(query);
        self.ask("read the open tickets", move |db| readable(db, ask))
    }

    fn count_open_tickets(
        &self,
        tenant: &str,
        requester: &str,
        now: DateTime<Utc>,
    ) -> Result<usize> {
        let ask = tickets::Entity::find()
            .filter(Column::TenantId.eq(tenant))
            .filter(query::asked_by(requester))
            .filter(query::open_at(now));
        self.ask("count the open tickets", move |db| async move {
            let open = ask.count(&db).await?;
            Ok(usize::try_from(open).unwrap_or(usize::MAX))
        })
    }

    fn overdue_tickets(
        &self,
        now: DateTime<Utc>,
        after: Option<TicketId>,
        limit: usize,
    ) -> Result<Vec<Ticket>> {
        let ask = query::overdue(now, after, limit);
        self.ask("read the overdue tickets", move |db| readable(db, ask))
    }

    fn ticket_rows(&self, after: &str, limit: usize) -> Result<Vec<TicketRow>> {
        let ask = inventory::readable::<tickets::Entity>()
            .filter(Column::TicketId.gt(after))
            .order_by_asc(Column::TicketId)
            .limit(query::limited(limit));
        self.ask("read the tickets", move |db| async move {
            let rows = rows(&db, ask).await?;
            let row = |row: &QueryResult| TicketRow {
                id: row.try_get("", "ticket_id").unwrap_or_default(),
                ticket: row::ticket(&db, row),
            };
            Ok(rows.iter().map(row).collect())
        })
    }

    fn swap_ticket(&self, ticket: &Ticket) -> Result<Swap> {
        let Some(before) = ticket.version.checked_sub(1) else {
            return Ok(Swap::Conflict);
        };
        let key = (ticket.id.to_string(), ticket.tenant.to_string());
        let row = row::of(ticket);
        let approvers = approvers(ticket);
        self.write("change a ticket", move |transaction| {
            let change = tickets::Entity::update_many()
                .set(row.clone())
                .filter(Column::TicketId.eq(key.0.as_str()))
                .filter(Column::TenantId.eq(key.1.as_str()))
                .filter(Column::Version.eq(before));
            let clear = approver::Entity::delete_many()
                .filter(approver::Column::TicketId.eq(key.0.as_str()))
                .filter(approver::Column::TenantId.eq(key.1.as_str()));
            let approvers = approvers.clone();
            Box::pin(async move {
                if change.exec(transaction).await?.rows_affected != 1 {
                    return Ok(Swap::Conflict);
                }
                clear.exec(transaction).await?;
                add(transaction, approvers).await?;
                Ok(Swap::Done)
            })
        })
    }
}

fn approvers(ticket: &Ticket) -> Vec<approver::ActiveModel> {
    let roles = ticket.deciding_roles().into_iter();
    let row = |role: guardrails_core::Name| approver::ActiveModel {
        ticket_id: Set(ticket.id.to_string()),
        tenant_id: Set(ticket.tenant.to_string()),
        role_name: Set(role.to_string()),
    };
    roles.map(row).collect()
}

async fn add(
    transaction: &DatabaseTransaction,
    approvers: Vec<approver::ActiveModel>,
) -> Result<(), DbErr> {
    if approvers.is_empty() {
        return Ok(());
    }
    let insert = approver::Entity::insert_many(approvers);
    insert.exec_without_returning(transaction).await.map(drop)
}

async fn rows(
    db: &DatabaseConnection,
    ask: Select<tickets::Entity>,
) -> Result<Vec<QueryResult>, DbErr> {
    db.query_all_raw(ask.build(db.get_database_backend())).await
}

async fn one(
    db: DatabaseConnection,
    ask: Select<tickets::Entity>,
) -> Result<Option<Ticket>, Failure> {
    let rows = rows(&db, ask).await?;
    Ok(rows.first().map(|row| row::ticket(&db, row)).transpose()?)
}

/// The tickets of the rows that can be read; the others open to nobody, and verification names them.
async fn readable(
    db: DatabaseConnection,
    ask: Select<tickets::Entity>,
) -> Result<Vec<Ticket>, Failure> {
    let rows = rows(&db, ask).await?;
    Ok(rows
        .iter()
        .filter_map(|row| row::ticket(&db, row).ok())
        .collect())
}

fn taken() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "there is a ticket with this identifier, or for this action, already",
    )
    .with_help("make a new identifier for each ticket")
}
