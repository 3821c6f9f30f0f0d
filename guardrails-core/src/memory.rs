//! A store in memory, for tests, benches and trying out. Nothing in it outlives the process.
//!
//! It keeps every promise of the store traits except durability: exact sliding windows, real
//! compare-and-swap, sealed and signed audit.

mod limits;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use chrono::{DateTime, Utc};

use self::limits::Window;
use crate::audit::{
    AuditReader, Digests, Event, EventKind, Inventory, Journal, KeyedDigest, Keys, Ledger, LogRows,
    LogSummary, Receipt, Sealed, StoredEvent,
};
use crate::error::{Error, ErrorKind, Result};
use crate::identifier::{LogId, OperationId, TicketId};
use crate::ordered::Ordered;
use crate::process::{Ticket, TicketCursor};
use crate::store::{
    PermissionStore, RoleStore, SkillStore, Swap, TicketQuery, TicketRow, TicketStore,
};
use crate::stored_rows::{
    Closes, FieldPermission, Revision, RoleLine, SkillStatusRow, StoredRows, UnreadableRow,
};
use crate::value::Name;

/// Everything a guard keeps, in memory.
#[derive(Debug)]
pub struct MemoryStore {
    revision: AtomicI64,
    permissions: Mutex<Ordered<(Name, Name, Name), FieldPermission>>,
    unreadable: Mutex<Vec<UnreadableRow>>,
    roles: Mutex<Ordered<RoleLine, RoleLine>>,
    skills: Mutex<BTreeMap<(Name, Name), SkillStatusRow>>,
    tickets: Mutex<BTreeMap<TicketId, Ticket>>,
    limits: Mutex<HashMap<String, Window>>,
    audit: Mutex<Audit>,
}

impl MemoryStore {
    /// An empty store whose audit is log `log`, signed with `keys`.
    #[must_use]
    pub fn new(keys: Arc<Keys>, log: LogId) -> Self {
        Self {
            revision: AtomicI64::new(1),
            permissions: Mutex::default(),
            unreadable: Mutex::default(),
            roles: Mutex::default(),
            skills: Mutex::default(),
            tickets: Mutex::default(),
            limits: Mutex::default(),
            audit: Mutex::new(Audit::new(keys, log)),
        }
    }

    /// Sets one row of field permission, as an administrator would in the tables.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when a thread panicked while it held the rows; as
    /// [`FieldPermission::check`].
    pub fn set_field_permission(&self, row: FieldPermission) -> Result<()> {
        row.check()?;
        let key = (row.tenant.clone(), row.entity.clone(), row.field.clone());
        lock(&self.permissions)?.insert(key, row);
        self.changed();
        Ok(())
    }

    /// Removes one row of field permission, when it is there.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when a thread panicked while it held the rows.
    pub fn remove_field_permission(&self, tenant: &str, entity: &str, field: &str) -> Result<()> {
        let key = (tenant.into(), entity.into(), field.into());
        lock(&self.permissions)?.remove(&key);
        self.changed();
        Ok(())
    }

    /// Sets the rows that cannot be read, as a damaged table would have them.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when a thread panicked while it held the rows.
    pub fn set_unreadable_rows(&self, rows: Vec<UnreadableRow>) -> Result<()> {
        *lock(&self.unreadable)? = rows;
        self.changed();
        Ok(())
    }

    fn unreadable(&self, fields: bool) -> Result<Vec<UnreadableRow>> {
        let of_fields = |row: &UnreadableRow| matches!(row.closes, Closes::Fields { .. });
        let rows = lock(&self.unreadable)?;
        let wanted = rows.iter().filter(|row| of_fields(row) == fields);
        Ok(wanted.cloned().collect())
    }

    /// Replaces the row of a ticket as it stands, as somebody with access to the table could.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when a thread panicked while it held the rows.
    pub fn overwrite_ticket(&self, ticket: Ticket) -> Result<()> {
        lock(&self.tickets)?.insert(ticket.id, ticket);
        Ok(())
    }

    /// Removes the row of a ticket, as somebody with access to the table could.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when a thread panicked while it held the rows.
    pub fn remove_ticket(&self, ticket: TicketId) -> Result<()> {
        lock(&self.tickets)?.remove(&ticket);
        Ok(())
    }

    /// Forgets all audit events and starts log `log`, so that a bench can run as long as it likes
    /// in bounded memory.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when a thread panicked while it held the journal.
    pub fn restart_audit(&self, log: LogId) -> Result<()> {
        let mut audit = lock(&self.audit)?;
        *audit = Audit::new(Arc::clone(&audit.keys), log);
        Ok(())
    }

    /// Raises the revision if any rows were changed.
    fn changed_by(&self, rows: usize) {
        if rows > 0 {
            self.changed();
        }
    }

    fn changed(&self) {
        self.revision.fetch_add(1, Ordering::SeqCst);
    }
}

/// Fails closed: what a panicking thread left half-done is not read.
fn lock<T>(part: &Mutex<T>) -> Result<MutexGuard<'_, T>> {
    part.lock().map_err(|_| {
        Error::new(
            ErrorKind::Store,
            "the store in memory was left half-written",
        )
        .with_help("build the guard anew")
    })
}

impl PermissionStore for MemoryStore {
    fn revision(&self) -> Result<Revision> {
        Ok(Revision(self.revision.load(Ordering::SeqCst)))
    }

    fn field_permissions(&self) -> Result<Vec<FieldPermission>> {
        self.permission_rows()?.into_readable()
    }

    fn permission_rows(&self) -> Result<StoredRows<FieldPermission>> {
        Ok(StoredRows {
            readable: lock(&self.permissions)?.rows(),
            unreadable: self.unreadable(true)?,
        })
    }
}

impl RoleStore for MemoryStore {
    fn role_lines(&self) -> Result<Vec<RoleLine>> {
        Ok(lock(&self.roles)?.rows())
    }

    fn add_role_lines(&self, lines: &[RoleLine]) -> Result<usize> {
        lines.iter().try_for_each(RoleLine::check)?;
        let mut have = lock(&self.roles)?;
        let kept = lines.iter().cloned().map(RoleLine::without_empty_end);
        let added = kept
            .filter(|line| have.insert(line.clone(), line.clone()))
            .count();
        self.changed_by(added);
        Ok(added)
    }

    fn remove_role_lines(&self, lines: &[RoleLine]) -> Result<usize> {
        lines.iter().try_for_each(RoleLine::check)?;
        let mut have = lock(&self.roles)?;
        let kept = lines.iter().cloned().map(RoleLine::without_empty_end);
        let removed = kept.filter(|line| have.remove(line)).count();
        self.changed_by(removed);
        Ok(removed)
    }
}

impl SkillStore for MemoryStore {
    fn skill_statuses(&self) -> Result<Vec<SkillStatusRow>> {
        self.status_rows()?.into_readable()
    }

    fn status_rows(&self) -> Result<StoredRows<SkillStatusRow>> {
        Ok(StoredRows {
            readable: lock(&self.skills)?.values().cloned().collect(),
            unreadable: self.unreadable(false)?,
        })
    }

    fn set_skill_status(&self, row: &SkillStatusRow) -> Result<()> {
        row.check()?;
        let key = (row.tenant.clone(), row.skill.clone());
        lock(&self.skills)?.insert(key, row.clone());
        self.changed();
        Ok(())
    }
}

impl TicketStore for MemoryStore {
    fn insert_ticket(&self, ticket: &Ticket) -> Result<()> {
        let mut tickets = lock(&self.tickets)?;
        let mut have = tickets.values();
        let same = |have: &Ticket| {
            have.id == ticket.id || (have.open_key.is_some() && have.open_key == ticket.open_key)
        };
        if have.any(same) {
            return Err(Error::new(
                ErrorKind::Conflict,
                "there is a ticket with this identifier, or for this action, already",
            ));
        }
        tickets.insert(ticket.id, ticket.clone());
        Ok(())
    }

    fn ticket(&self, tenant: &str, id: TicketId) -> Result<Option<Ticket>> {
        let tickets = lock(&self.tickets)?;
        let ticket = tickets.get(&id).filter(|ticket| &*ticket.tenant == tenant);
        Ok(ticket.cloned())
    }

    fn ticket_by_key(&self, tenant: &str, key: &KeyedDigest) -> Result<Option<Ticket>> {
        let tickets = lock(&self.tickets)?;
        let mut found = tickets
            .values()
            .filter(|ticket| &*ticket.tenant == tenant && ticket.open_key.as_ref() == Some(key));
        Ok(found.next().cloned())
    }

    fn open_tickets(&self, query: &TicketQuery<'_>) -> Result<Vec<Ticket>> {
        let tickets = lock(&self.tickets)?;
        let cursor = |ticket: &Ticket| TicketCursor {
            created: ticket.created,
            id: ticket.id,
        };
        let concerns = |ticket: &Ticket| {
            let roles = ticket.deciding_roles();
            &*ticket.requester == query.requester
                || roles.iter().any(|role| query.roles.contains(role))
        };
        let mut open: Vec<&Ticket> = tickets
            .values()
            .filter(|ticket| &*ticket.tenant == query.tenant)
            .filter(|ticket| !ticket.state_at(query.now).is_terminal())
            .filter(|ticket| query.after.is_none_or(|after| cursor(ticket) > after))
            .filter(|ticket| concerns(ticket))
            .collect();
        open.sort_by_key(|ticket| cursor(ticket));
        Ok(open.into_iter().take(query.limit).cloned().collect())
    }

    fn count_open_tickets(
        &self,
        tenant: &str,
        requester: &str,
        now: DateTime<Utc>,
    ) -> Result<usize> {
        let tickets = lock(&self.tickets)?;
        let open = tickets.values().filter(|ticket| {
            &*ticket.tenant == tenant
                && &*ticket.requester == requester
                && !ticket.state_at(now).is_terminal()
        });
        Ok(open.count())
    }

    fn overdue_tickets(
        &self,
        now: DateTime<Utc>,
        after: Option<TicketId>,
        limit: usize,
    ) -> Result<Vec<Ticket>> {
        let tickets = lock(&self.tickets)?;
        let overdue = tickets
            .values()
            .filter(|ticket| after.is_none_or(|after| ticket.id > after))
            .filter(|ticket| ticket.over(now).is_some());
        Ok(overdue.take(limit).cloned().collect())
    }

    fn ticket_rows(&self, after: &str, limit: usize) -> Result<Vec<TicketRow>> {
        let tickets = lock(&self.tickets)?;
        let rows = tickets.values().map(|ticket| TicketRow {
            id: ticket.id.to_string(),
            ticket: Ok(ticket.clone()),
        });
        Ok(rows.filter(|row| *row.id > *after).take(limit).collect())
    }

    fn swap_ticket(&self, ticket: &Ticket) -> Result<Swap> {
        let mut tickets = lock(&self.tickets)?;
        match tickets.get_mut(&ticket.id) {
            Some(have)
                if have.tenant == ticket.tenant
                    && have.version.checked_add(1) == Some(ticket.version) =>
            {
                *have = ticket.clone();
                Ok(Swap::Done)
            }
            _ => Ok(Swap::Conflict),
        }
    }
}

/// One log: events that wait to be sealed, and those that are.
///
/// Sealing waits until somebody reads, so that recording costs a lock and a push: the memory is as
/// safe with the one as with the other.
#[derive(Debug)]
struct Audit {
    keys: Arc<Keys>,
    ledger: Ledger,
    waiting: Vec<Event>,
    sealed: Vec<Sealed>,
    checkpoints: Vec<String>,
    /// How many events the last checkpoint covers.
    signed: u64,
}

impl Audit {
    fn new(keys: Arc<Keys>, log: LogId) -> Self {
        Self {
            ledger: Ledger::new(log, Arc::clone(&keys)),
            keys,
            waiting: Vec::new(),
            sealed: Vec::new(),
            checkpoints: Vec::new(),
            signed: 0,
        }
    }

    /// Queues an event and answers its position.
    fn push(&mut self, event: Event) -> u64 {
        if self.ledger.size() == 0 && self.waiting.is_empty() {
            // There is no log before this one.
            self.waiting.push(Event {
                time: event.time,
                kind: EventKind::LogOpened { heads: Vec::new() },
                about: None,
                digests: Digests::default(),
            });
        }
        let waiting = u64::try_from(self.waiting.len()).unwrap_or(u64::MAX);
        let seq = self.ledger.size().saturating_add(waiting);
        self.waiting.push(event);
        seq
    }

    fn seal(&mut self) {
        let Self {
            ledger,
            waiting,
            sealed,
            ..
        } = self;
        sealed.extend(waiting.drain(..).map(|event| ledger.seal(&event)));
        let Some(last) = self.sealed.last() else {
            return;
        };
        if self.ledger.size() > self.signed {
            self.checkpoints.push(self.ledger.checkpoint(last.time));
            self.signed = self.ledger.size();
        }
    }

    fn stored(&self, sealed: &Sealed) -> StoredEvent {
        sealed.clone().into_stored(self.ledger.log())
    }
}

impl MemoryStore {
    /// The audit with everything sealed.
    fn sealed(&self) -> Result<MutexGuard<'_, Audit>> {
        let mut audit = lock(&self.audit)?;
        audit.seal();
        Ok(audit)
    }
}

impl Journal for MemoryStore {
    fn record(&self, event: Event) -> Result<()> {
        lock(&self.audit)?.push(event);
        Ok(())
    }

    fn commit(&self, event: Event) -> Result<Receipt> {
        let mut audit = lock(&self.audit)?;
        let seq = audit.push(event);
        let log = audit.ledger.log();
        Ok(Receipt { log, seq })
    }
}

impl AuditReader for MemoryStore {
    fn logs(&self) -> Result<Vec<LogSummary>> {
        let audit = self.sealed()?;
        let summary = audit.sealed.first().map(|first| LogSummary {
            log: audit.ledger.log(),
            opened: first.time,
            size: audit.ledger.size(),
        });
        Ok(summary.into_iter().collect())
    }

    fn inventory(&self) -> Result<Option<Inventory>> {
        let audit = self.sealed()?;
        let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
        let rows = LogRows {
            events: count(audit.sealed.len()),
            checkpoints: count(audit.checkpoints.len()),
        };
        let logs = (!audit.sealed.is_empty()).then(|| (audit.ledger.log(), rows));
        Ok(Some(Inventory {
            logs: logs.into_iter().collect(),
            unreadable: Vec::new(),
        }))
    }

    fn events(&self, log: LogId, from: u64, limit: usize) -> Result<Vec<StoredEvent>> {
        let audit = self.sealed()?;
        if log != audit.ledger.log() {
            return Ok(Vec::new());
        }
        let skip = usize::try_from(from).unwrap_or(usize::MAX);
        let rows = audit.sealed.iter().skip(skip).take(limit);
        Ok(rows.map(|sealed| audit.stored(sealed)).collect())
    }

    fn checkpoints(&self, log: LogId) -> Result<Vec<String>> {
        let audit = self.sealed()?;
        if log != audit.ledger.log() {
            return Ok(Vec::new());
        }
        Ok(audit.checkpoints.clone())
    }

    fn operation(&self, tenant: &str, operation: OperationId) -> Result<Vec<StoredEvent>> {
        let audit = self.sealed()?;
        let rows = audit.sealed.iter().filter(|sealed| {
            let about = sealed.about.as_deref();
            about.is_some_and(|about| about.operation == operation && &*about.tenant == tenant)
        });
        Ok(rows.map(|sealed| audit.stored(sealed)).collect())
    }

    fn ticket_events(&self, tenant: &str, ticket: TicketId) -> Result<Vec<StoredEvent>> {
        let audit = self.sealed()?;
        let rows = audit.sealed.iter().filter(|sealed| {
            let about = sealed.about.as_deref();
            sealed.ticket == Some(ticket) && about.is_some_and(|about| &*about.tenant == tenant)
        });
        Ok(rows.map(|sealed| audit.stored(sealed)).collect())
    }

    fn tenants(&self, limit: usize) -> Result<BTreeSet<Name>> {
        let audit = self.sealed()?;
        let abouts = audit
            .sealed
            .iter()
            .filter_map(|sealed| sealed.about.as_ref());
        let tenants: BTreeSet<Name> = abouts.map(|about| about.tenant.clone()).collect();
        Ok(tenants.into_iter().take(limit).collect())
    }

    fn derived_rows_that_differ(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}
