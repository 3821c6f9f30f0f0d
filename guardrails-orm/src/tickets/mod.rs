//! Approval tickets in `guard_approval_ticket`. Every transition is one update that requires the version
//! before it, so that of two who decide at once one is told that the other was first.

mod record;
mod row;

use guardrails_core::process::{Ticket, TicketState};
use guardrails_core::{Error, ErrorKind, Result, Swap, TicketId, TicketStore};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};

use crate::Database;
use crate::entity::tickets::{self, Column};
use crate::fault::{Cause, Failure, Fault};

impl TicketStore for Database {
    fn insert_ticket(&self, ticket: &Ticket) -> Result<()> {
        let row = row::of(ticket);
        self.write("keep a ticket", move |transaction| {
            let insert = tickets::Entity::insert(row.clone());
            Box::pin(async move {
                match insert.exec_without_returning(transaction).await {
                    Ok(_) => Ok(()),
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
        self.ask("read a ticket", move |db| async move {
            Ok(read(db, ask).await?.into_iter().next())
        })
    }

    fn open_tickets(&self, tenant: &str, limit: usize) -> Result<Vec<Ticket>> {
        let open = [TicketState::Pending, TicketState::Approved].map(TicketState::as_str);
        let ask = tickets::Entity::find()
            .filter(Column::TenantId.eq(tenant))
            .filter(Column::State.is_in(open))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::TicketId)
            .limit(
                u64::try_from(limit)
                    .unwrap_or(u64::MAX)
                    .min(i64::MAX.unsigned_abs()),
            );
        self.ask("read the open tickets", move |db| read(db, ask))
    }

    fn swap_ticket(&self, ticket: &Ticket) -> Result<Swap> {
        let Some(before) = ticket.version.checked_sub(1) else {
            return Ok(Swap::Conflict);
        };
        let key = (ticket.id.to_string(), ticket.tenant.to_string());
        let row = row::of(ticket);
        self.write("change a ticket", move |transaction| {
            let change = tickets::Entity::update_many()
                .set(row.clone())
                .filter(Column::TicketId.eq(key.0.as_str()))
                .filter(Column::TenantId.eq(key.1.as_str()))
                .filter(Column::Version.eq(before));
            Box::pin(async move {
                let done = change.exec(transaction).await?;
                Ok(match done.rows_affected {
                    1 => Swap::Done,
                    _ => Swap::Conflict,
                })
            })
        })
    }
}

async fn read(
    db: DatabaseConnection,
    ask: Select<tickets::Entity>,
) -> Result<Vec<Ticket>, Failure> {
    let rows = db
        .query_all_raw(ask.build(db.get_database_backend()))
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        found.push(row::ticket(row)?);
    }
    Ok(found)
}

fn taken() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "there is a ticket with this identifier already",
    )
    .with_help("make a new identifier for each ticket")
}
