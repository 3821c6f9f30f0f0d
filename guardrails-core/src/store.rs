//! What the guard keeps outside itself, as traits: field permissions, role rules, skill status,
//! tickets, limit counters, and the audit.
//!
//! `guardrails-orm` implements them over a database; [`MemoryStore`](crate::MemoryStore) keeps
//! everything in memory for tests and benches. Calls are synchronous and may block; none of them
//! is on the path of a cached decision except the audit journal's.
//!
//! An implementation reports failure with [`ErrorKind::Store`](crate::ErrorKind::Store), and the
//! guard then refuses. INVARIANT: rows of one tenant are never returned for another.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::audit::{AuditReader, Journal, KeyedDigest};
use crate::error::{Error, ErrorKind, Result};
use crate::identifier::TicketId;
use crate::process::{Ticket, TicketCursor};
use crate::stored_rows::{FieldPermission, Revision, RoleLine, SkillStatusRow, StoredRows};
use crate::value::Name;

/// Everything a guard keeps.
pub trait Store:
    PermissionStore + RoleStore + SkillStore + TicketStore + LimitStore + Journal + AuditReader
{
}

impl<T> Store for T where
    T: PermissionStore + RoleStore + SkillStore + TicketStore + LimitStore + Journal + AuditReader
{
}

/// The two field-permission tables that CRM administrators edit at run time.
pub trait PermissionStore: Send + Sync {
    /// The revision of everything that plans are made from.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn revision(&self) -> Result<Revision>;

    /// All rows of `data_field_permission`, each with its `role_field_permission` rows.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store), also for a row that cannot be read.
    fn field_permissions(&self) -> Result<Vec<FieldPermission>>;

    /// The same, with the rows that cannot be read handed over as such: then one of them closes what
    /// it may have closed, and not everything. A store that does not tell them apart need not
    /// implement it.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn permission_rows(&self) -> Result<StoredRows<FieldPermission>> {
        Ok(StoredRows::all_readable(self.field_permissions()?))
    }
}

/// Casbin policy lines kept in the database.
pub trait RoleStore: Send + Sync {
    /// All lines.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn role_lines(&self) -> Result<Vec<RoleLine>>;

    /// Adds lines; those already there stay as they are. Answers how many were new.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store); as [`RoleLine::check`], and then none is added.
    fn add_role_lines(&self, lines: &[RoleLine]) -> Result<usize>;

    /// Removes lines; those not there are passed over. Answers how many were removed.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn remove_role_lines(&self, lines: &[RoleLine]) -> Result<usize>;
}

/// The status of skills as administrators set it at run time.
pub trait SkillStore: Send + Sync {
    /// All rows.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store), also for a row that cannot be read.
    fn skill_statuses(&self) -> Result<Vec<SkillStatusRow>>;

    /// The same, with the rows that cannot be read handed over as such; see
    /// [`PermissionStore::permission_rows`].
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn status_rows(&self) -> Result<StoredRows<SkillStatusRow>> {
        Ok(StoredRows::all_readable(self.skill_statuses()?))
    }

    /// Sets one row.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store); as [`SkillStatusRow::check`].
    fn set_skill_status(&self, row: &SkillStatusRow) -> Result<()>;
}

/// Approval tickets.
pub trait TicketStore: Send + Sync {
    /// Keeps a new ticket.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store); [`ErrorKind::Conflict`](crate::ErrorKind::Conflict)
    /// when the identifier is taken, or another ticket has the same [`Ticket::open_key`].
    fn insert_ticket(&self, ticket: &Ticket) -> Result<()>;

    /// The ticket of this tenant, when there is one.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn ticket(&self, tenant: &str, id: TicketId) -> Result<Option<Ticket>>;

    /// The ticket of this tenant with this [`Ticket::open_key`], when there is one.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn ticket_by_key(&self, tenant: &str, key: &KeyedDigest) -> Result<Option<Ticket>>;

    /// Open tickets that somebody asked for or may decide, oldest first; see [`TicketQuery`]. A row
    /// that cannot be read is left out: it opens to nobody.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn open_tickets(&self, query: &TicketQuery<'_>) -> Result<Vec<Ticket>>;

    /// How many open tickets this requester has, without those whose time is over at `now`.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn count_open_tickets(
        &self,
        tenant: &str,
        requester: &str,
        now: DateTime<Utc>,
    ) -> Result<usize>;

    /// Tickets of all tenants whose time is over at `now` and whose row does not say so yet, after
    /// `after` in the order of identifiers, at most `limit`. For the sweeper.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn overdue_tickets(
        &self,
        now: DateTime<Utc>,
        after: Option<TicketId>,
        limit: usize,
    ) -> Result<Vec<Ticket>>;

    /// All tickets of all tenants, in any state, after `after` in the order of the stored
    /// identifiers, at most `limit`. For verification: a row that cannot be read is among them.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn ticket_rows(&self, after: &str, limit: usize) -> Result<Vec<TicketRow>>;

    /// Replaces the ticket if its stored version is still `ticket.version - 1`: the
    /// compare-and-swap that all transitions go through.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn swap_ticket(&self, ticket: &Ticket) -> Result<Swap>;
}

/// Which open tickets are wanted: those of one tenant that `requester` asked for, or that one of
/// `roles` may decide, and whose time is not over.
#[derive(Debug, Clone, Copy)]
pub struct TicketQuery<'a> {
    /// The tenant.
    pub tenant: &'a str,
    /// The user.
    pub requester: &'a str,
    /// Roles that may decide.
    pub roles: &'a [Name],
    /// Tickets whose time is over by now are left out.
    pub now: DateTime<Utc>,
    /// Only those after this one.
    pub after: Option<TicketCursor>,
    /// At most this many.
    pub limit: usize,
}

/// One stored ticket, or why its row cannot be read.
#[derive(Debug)]
pub struct TicketRow {
    /// The identifier as stored.
    pub id: String,
    /// The ticket.
    pub ticket: Result<Ticket>,
}

/// How a compare-and-swap came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Swap {
    /// It is stored.
    Done,
    /// Somebody else was first; nothing changed.
    Conflict,
}

/// Counters of limits, shared by all processes of one store.
pub trait LimitStore: Send + Sync {
    /// Takes `amount` from a window that slides over `window`, if `most` allows it; all or nothing.
    ///
    /// What was taken later than `now`, by a clock that was ahead, counts as taken now once a take is
    /// refused for it: nobody waits longer than one window.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    fn take(&self, take: &Take<'_>, now: DateTime<Utc>) -> Result<Taken>;

    /// The time that windows and deadlines go by, where `host` is the time of the host's clock. A
    /// store that several machines share answers with a clock that they share; the host's own is the
    /// default. It must not block.
    fn deadline_time(&self, host: DateTime<Utc>) -> DateTime<Utc> {
        host
    }

    /// How far the store's own clock was ahead of the host's when it was last read; `None` for a
    /// store without one.
    fn clock_offset(&self) -> Option<TimeDelta> {
        None
    }
}

/// What to take from a counter.
#[derive(Debug, Clone, Copy)]
pub struct Take<'a> {
    /// Whose counter; unique per limit, tenant and subject.
    pub key: &'a str,
    /// How much.
    pub amount: u64,
    /// The most within the window.
    pub most: u64,
    /// The window's length.
    pub window: Duration,
}

impl Take<'_> {
    /// Characters of a key at most.
    pub const MAX_KEY_CHARS: usize = 512;

    /// Refuses a key that not every store can hold.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a key that is too long, or has a NUL.
    pub fn check(&self) -> Result<()> {
        let longest = Self::MAX_KEY_CHARS;
        if self.key.chars().count() <= longest && !self.key.contains('\0') {
            return Ok(());
        }
        let message = format!("a limit's key has over {longest} characters, or a NUL");
        Err(Error::new(ErrorKind::Input, message)
            .with_help("use shorter names of tenants, users and limits"))
    }
}

/// How a take came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Taken {
    /// It was taken.
    Granted,
    /// It is not to be had; earlier use leaves the window after this long.
    Exceeded {
        /// Time until asking again can succeed.
        retry_after: Duration,
    },
}
