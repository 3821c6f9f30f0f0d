//! Compares what stands beside tickets to search by with the tickets: the indexed start of the
//! requester's name, and the rows of `guard_ticket_approver`.
//!
//! An inbox is found by these alone, so that an edited one hides a ticket from who should decide it. It
//! does not say whether a ticket is genuine: that takes the keys.

use std::collections::{BTreeMap, BTreeSet};

use guardrails_core::process::Ticket;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QueryResult,
    QuerySelect, QueryTrait,
};

use crate::connection::DatabaseTransaction;
use crate::derived::Differences;
use crate::entity::tickets::{Column, Entity, approver};
use crate::fault::Failure;
use crate::inventory::{key_part, readable};
use crate::tickets::row;

/// Tickets compared at once.
const PAGE: u64 = 512;
/// Rows of one sort that are named one by one.
const MAX_NAMED: u64 = 1_000;

const TICKETS: &str = "guard_approval_ticket";
const APPROVERS: &str = "guard_ticket_approver";

/// The roles beside each ticket.
type Approvers = BTreeMap<String, BTreeSet<(String, String)>>;

/// Adds what differs, in any ticket of any tenant.
pub(crate) async fn compare(
    db: &DatabaseTransaction,
    found: &mut Differences,
) -> Result<(), Failure> {
    name_tickets_without_id(db, found).await?;
    let mut after = String::new();
    loop {
        let ask = readable::<Entity>()
            .filter(Column::TicketId.gt(after.as_str()))
            .order_by_asc(Column::TicketId)
            .limit(PAGE);
        let rows = db
            .query_all_raw(ask.build(db.get_database_backend()))
            .await?;
        let last = rows.last().map(id_of).unwrap_or_default();
        // An identifier that cannot be read has no next.
        if last <= after {
            break;
        }
        let mut beside = approvers(db, &after, &last).await?;
        for row in &rows {
            // A ticket that cannot be read is for the verification of tickets to name.
            if let Ok(ticket) = row::ticket(db, row) {
                let roles = beside.remove(&id_of(row)).unwrap_or_default();
                compare_one(&ticket, row, &roles, found);
            }
        }
        after = last;
    }
    name_orphans(db, found).await
}

fn compare_one(
    ticket: &Ticket,
    row: &QueryResult,
    roles: &BTreeSet<(String, String)>,
    found: &mut Differences,
) {
    let key = row.try_get::<String>("", "requester_key");
    if key.ok() != Some(row::requester_key(&ticket.requester)) {
        let what = "column `requester_key` is not what the ticket says";
        found.add(TICKETS, ticket.id, what);
    }
    let role = |role: &guardrails_core::Name| (ticket.tenant.to_string(), role.to_string());
    let wanted: BTreeSet<_> = ticket.deciding_roles().iter().map(role).collect();
    if *roles != wanted {
        let what = "its rows are not the roles that may decide the ticket";
        found.add(APPROVERS, ticket.id, what);
    }
}

fn id_of(row: &QueryResult) -> String {
    row.try_get("", "ticket_id").unwrap_or_default()
}

/// The rows of the tickets behind `after`, up to `last`, by ticket: tenant and role.
async fn approvers(
    db: &DatabaseTransaction,
    after: &str,
    last: &str,
) -> Result<Approvers, Failure> {
    let ask = readable::<approver::Entity>()
        .filter(approver::Column::TicketId.gt(after))
        .filter(approver::Column::TicketId.lte(last));
    let rows = db
        .query_all_raw(ask.build(db.get_database_backend()))
        .await?;
    let mut approvers = Approvers::new();
    for row in &rows {
        let role = (key_part(row, "tenant_id"), key_part(row, "role_name"));
        approvers.entry(id_of(row)).or_default().insert(role);
    }
    Ok(approvers)
}

/// Tickets that no page reaches.
async fn name_tickets_without_id(
    db: &DatabaseTransaction,
    found: &mut Differences,
) -> Result<(), Failure> {
    let id = || Expr::col((Entity, Column::TicketId));
    let mut no_id = id().is_null().or(id().eq(""));
    if db.get_database_backend() == DbBackend::Sqlite {
        no_id = no_id.or(Expr::expr(Func::cust("typeof").arg(id())).ne("text"));
    }
    let mut ask = Entity::find()
        .select_only()
        .column(Column::TicketId)
        .limit(MAX_NAMED);
    QueryTrait::query(&mut ask).and_where(no_id);
    for _ in db
        .query_all_raw(ask.build(db.get_database_backend()))
        .await?
    {
        found.add(
            TICKETS,
            "?",
            "column `ticket_id` does not hold what it should",
        );
    }
    Ok(())
}

/// Rows beside no ticket, or beside one of another tenant.
async fn name_orphans(db: &DatabaseTransaction, found: &mut Differences) -> Result<(), Failure> {
    let ticket = Query::select()
        .expr(Expr::value(1))
        .from(Entity)
        .and_where(
            Expr::col((Entity, Column::TicketId))
                .equals((approver::Entity, approver::Column::TicketId)),
        )
        .and_where(
            Expr::col((Entity, Column::TenantId))
                .equals((approver::Entity, approver::Column::TenantId)),
        )
        .to_owned();
    let mut ask = readable::<approver::Entity>().limit(MAX_NAMED);
    QueryTrait::query(&mut ask).and_where(Expr::exists(ticket).not());
    for row in &db
        .query_all_raw(ask.build(db.get_database_backend()))
        .await?
    {
        found.add(
            APPROVERS,
            key_part(row, "ticket_id"),
            "there is no such ticket",
        );
    }
    Ok(())
}
