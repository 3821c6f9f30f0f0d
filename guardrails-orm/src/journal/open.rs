//! A log with events: what is sealed, and what of it is not yet in the database.

use chrono::{DateTime, Utc};
use guardrails_core::audit::{Event, EventKind, Ledger, Sealed};
use guardrails_core::{LogId, Result, TicketId};
use sea_orm::Set;

use super::batch::{Batch, Growth};
use super::projection::{Derived, Projector, signed};
use crate::entity::audit::{checkpoint, event, log};
use crate::liveness::Process;
use crate::log_state::OPEN;
use crate::migration::shape::LABEL;
use crate::options::OpenOptions;
use crate::text;

/// Each batch has a checkpoint, and the next one replaces it, except for one per this many events.
const KEPT_EVERY: u64 = 1_024;

/// A log that has events.
pub(super) struct Open {
    id: LogId,
    ledger: Ledger,
    projector: Projector,
    /// How many events are committed.
    committed: u64,
    /// Where the latest checkpoint is.
    checkpoint: u64,
    events: Vec<event::ActiveModel>,
    derived: Derived,
}

impl Open {
    /// A new log of this process.
    pub(super) fn new(options: &OpenOptions) -> Result<Self> {
        let mut random = [0_u8; 10];
        options.entropy.fill(&mut random)?;
        let millis = u64::try_from(options.clock.now().timestamp_millis()).unwrap_or(0);
        let id =
            LogId::from(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid());
        Ok(Self {
            id,
            ledger: Ledger::new(id, std::sync::Arc::clone(&options.keys)),
            projector: Projector::default(),
            committed: 0,
            checkpoint: 0,
            events: Vec::new(),
            derived: Derived::default(),
        })
    }

    pub(super) fn id(&self) -> LogId {
        self.id
    }

    /// How many events are sealed.
    pub(super) fn size(&self) -> u64 {
        self.ledger.size()
    }

    /// Gives the event its place, and works out the rows that follow from it.
    pub(super) fn seal(&mut self, event: &Event) -> Result<()> {
        let sealed = self.ledger.seal(event);
        self.projector.take(&sealed.payload, &mut self.derived)?;
        self.events
            .push(event_row(self.id, sealed, ticket_of(event)));
        Ok(())
    }

    /// Everything sealed since the last batch.
    /// `now` is the host's time, which the audit records; the lease is by the database's.
    pub(super) fn batch(&mut self, now: DateTime<Utc>, alive_until: DateTime<Utc>) -> Batch {
        let size = self.ledger.size();
        let growth = match self.committed {
            0 => Growth::First(self.row(now, alive_until, size)),
            from => Growth::Further {
                log: self.id.to_string(),
                from: signed(from),
                to: signed(size),
                alive_until,
            },
        };
        let keep = self.checkpoint == 0 || self.checkpoint / KEPT_EVERY != size / KEPT_EVERY;
        Batch {
            growth,
            events: std::mem::take(&mut self.events),
            derived: std::mem::take(&mut self.derived),
            checkpoint: checkpoint::ActiveModel {
                log_id: Set(self.id.to_string()),
                size: Set(signed(size)),
                created_at: Set(text::moment(now)),
                note: Set(self.ledger.checkpoint(now)),
            },
            replaces: (!keep).then(|| signed(self.checkpoint)),
            size,
        }
    }

    /// The batch is in the database.
    pub(super) fn committed(&mut self, batch: &Batch) {
        self.committed = batch.size;
        self.checkpoint = batch.size;
    }

    fn row(&self, now: DateTime<Utc>, alive_until: DateTime<Utc>, size: u64) -> log::ActiveModel {
        let process = Process::current();
        log::ActiveModel {
            log_id: Set(self.id.to_string()),
            host: Set(process.host),
            pid: Set(process.pid),
            pid_start: Set(process.start),
            opened_at: Set(text::moment(now)),
            alive_until: Set(alive_until),
            state: Set(OPEN.to_owned()),
            size: Set(signed(size)),
        }
    }
}

/// The ticket that an event is about.
fn ticket_of(event: &Event) -> Option<TicketId> {
    match &event.kind {
        EventKind::Ticket(ticket) => Some(ticket.ticket),
        _ => None,
    }
}

fn event_row(log: LogId, sealed: Sealed, ticket: Option<TicketId>) -> event::ActiveModel {
    let about = sealed.about.as_deref();
    event::ActiveModel {
        log_id: Set(log.to_string()),
        seq: Set(signed(sealed.seq)),
        event_time: Set(text::moment(sealed.time)),
        kind: Set(sealed.kind.to_owned()),
        tenant_id: Set(about.map(|about| text::fit(&about.tenant, LABEL))),
        operation_id: Set(about.map(|about| about.operation.to_string())),
        ticket_id: Set(ticket.map(|ticket| ticket.to_string())),
        payload: Set(sealed.payload),
        leaf: Set(sealed.leaf.to_string()),
    }
}
