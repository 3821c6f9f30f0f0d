//! Whether a stored ticket is one that the guard wrote, and the last one: its MAC is valid, and the
//! audit agrees.
//!
//! Pure: row and events come in. Each transition has two events, `announced` before the row is
//! written and `stored` after; one that lost the race has `lost`. INVARIANT: a row that somebody
//! edited, or an older row put back, is never [`Standing::Genuine`]; a crash between the two events
//! leaves a row that is.

use serde_json::json;

use super::ticket::{EventPosition, Ticket};
use crate::audit::{
    KeyedDigest, Keys, MacCheck, RecordedEvent, RecordedKind, StoredEvent, leaf_hash,
};
use crate::decision::TicketId;

/// The scope of the row's MAC.
const SCOPE: &str = "ticket";

/// What there is to say of a stored ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketStanding {
    /// The guard wrote it, and it is the last that the guard wrote.
    Genuine,
    /// It was written before tickets had a MAC; it never releases.
    OldForm,
    /// The row was edited: its MAC is not that of its content, or is missing.
    Altered,
    /// Its MAC was made with a key that the guard does not have.
    UnknownKey,
    /// The audit has no event that announced it.
    WithoutEvent,
    /// The audit knows a later version: an older row was put back.
    Older,
}

impl TicketStanding {
    /// What is wrong, in half a sentence; none where nothing is.
    #[must_use]
    pub fn fault(self) -> Option<&'static str> {
        match self {
            Self::Genuine | Self::OldForm => None,
            Self::Altered => Some("its row was altered, it does not match its MAC"),
            Self::UnknownKey => Some("its MAC was made with a key that is not here"),
            Self::WithoutEvent => Some("the audit has no event that announced its row"),
            Self::Older => Some("the audit has a later event of it, an older row was put back"),
        }
    }
}

/// One event about a ticket, as the audit has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRecord {
    /// Where the event stands.
    pub position: EventPosition,
    /// The ticket.
    pub ticket: TicketId,
    /// `announced`, `stored`, `lost` or `noted`; empty in events of the old form.
    pub phase: String,
    /// The version that the transition makes; 0 in events of the old form.
    pub version: i64,
    /// The state then.
    pub state: String,
}

impl TicketRecord {
    /// Reads a stored event; none of one that is not about a ticket, or not what was sealed.
    #[must_use]
    pub fn read(event: &StoredEvent) -> Option<Self> {
        if leaf_hash(event.payload.as_bytes()) != event.leaf {
            return None;
        }
        let recorded = RecordedEvent::read(&event.payload).ok()?;
        if recorded.log != event.log || recorded.seq != event.seq {
            return None;
        }
        let RecordedKind::Ticket {
            ticket,
            phase,
            version,
            state,
            ..
        } = recorded.kind
        else {
            return None;
        };
        Some(Self {
            position: EventPosition {
                log: event.log,
                seq: event.seq,
            },
            ticket,
            phase,
            version,
            state,
        })
    }

    fn is(&self, phase: TicketPhase) -> bool {
        self.phase == phase.as_str()
    }
}

/// What an event says of a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TicketPhase {
    /// It is about to be written.
    Announced,
    /// It was written.
    Stored,
    /// Somebody else was first, and it was not written.
    Lost,
    /// No transition: something was refused.
    Noted,
}

impl TicketPhase {
    /// The word of the audit.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Stored => "stored",
            Self::Lost => "lost",
            Self::Noted => "noted",
        }
    }
}

/// What the audit says of one ticket: its last stored version, and what announced that and later ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TicketTrail {
    stored: Option<(i64, String)>,
    announced: Vec<TicketRecord>,
}

impl TicketTrail {
    /// Adds one event about the ticket; they may come in any order.
    pub fn take(&mut self, event: TicketRecord) {
        let of_old_form = event.phase.is_empty();
        if of_old_form || event.is(TicketPhase::Stored) {
            let is_later = |(version, _): &(i64, String)| *version < event.version;
            if self.stored.as_ref().is_none_or(is_later) {
                self.stored = Some((event.version, event.state));
            }
            let last = self.version();
            self.announced.retain(|event| event.version >= last);
        } else if event.is(TicketPhase::Announced) && event.version >= self.version() {
            self.announced.push(event);
        }
    }

    /// The last version that is known to be stored; 0 in the old form.
    fn version(&self) -> i64 {
        self.stored.as_ref().map_or(0, |(version, _)| *version)
    }

    /// Whether a row of this ticket was ever stored.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.stored.is_some()
    }
}

impl FromIterator<TicketRecord> for TicketTrail {
    fn from_iter<T: IntoIterator<Item = TicketRecord>>(events: T) -> Self {
        let mut trail = Self::default();
        events.into_iter().for_each(|event| trail.take(event));
        trail
    }
}

/// Judges a stored ticket by its MAC and by what the audit says of it.
#[must_use]
pub fn judge_ticket(keys: &Keys, ticket: &Ticket, trail: &TicketTrail) -> TicketStanding {
    let Some((mac, position)) = ticket.mac.as_ref().zip(ticket.event) else {
        let has_neither = ticket.mac.is_none() && ticket.event.is_none();
        let is_new = trail.version() > 0 || !trail.announced.is_empty();
        return match (has_neither && !is_new, trail.is_stored()) {
            (true, true) => TicketStanding::OldForm,
            (true, false) => TicketStanding::WithoutEvent,
            (false, _) => TicketStanding::Altered,
        };
    };
    match keys.verify_mac(SCOPE, content(ticket).as_bytes(), mac) {
        MacCheck::Valid => {}
        MacCheck::Invalid => return TicketStanding::Altered,
        MacCheck::UnknownKey => return TicketStanding::UnknownKey,
    }
    if let Some((version, state)) = &trail.stored {
        // Of two transitions from one version only one was stored.
        let other = *version == ticket.version && state != ticket.state.as_str();
        if *version > ticket.version || other {
            return TicketStanding::Older;
        }
    }
    let announces = |event: &TicketRecord| {
        event.position == position
            && event.version == ticket.version
            && event.state == ticket.state.as_str()
    };
    match trail.announced.iter().any(announces) {
        true => TicketStanding::Genuine,
        false => TicketStanding::WithoutEvent,
    }
}

/// The MAC of a ticket's row.
pub(crate) fn mac(keys: &Keys, ticket: &Ticket) -> KeyedDigest {
    keys.value_mac(SCOPE, content(ticket).as_bytes())
}

/// Everything of a ticket but its MAC, in one form however the database keeps it.
fn content(ticket: &Ticket) -> String {
    let micros = |at: chrono::DateTime<chrono::Utc>| at.timestamp_micros();
    let digest = |digest: &KeyedDigest| digest.to_string();
    let reads = ticket.reads.iter();
    let reads: Vec<_> = reads
        .map(|(path, read)| (path.to_string(), digest(read)))
        .collect();
    json!([
        ticket.id.to_string(),
        &*ticket.tenant,
        ticket.version,
        ticket.state.as_str(),
        ticket.operation.to_string(),
        &*ticket.requester,
        &*ticket.skill,
        &*ticket.context,
        &*ticket.entity,
        &*ticket.record,
        ticket.verb.as_str(),
        ticket.before.to_json(),
        ticket.set.to_json(),
        reads,
        digest(&ticket.action),
        ticket.open_key.as_ref().map(digest),
        ticket.policy.to_string(),
        &*ticket.chain,
        ticket.asked,
        ticket.step,
        ticket.decisions,
        ticket.because,
        micros(ticket.created),
        micros(ticket.expires),
        ticket.execute_by.map(micros),
        ticket.spent_by.map(|by| by.to_string()),
        ticket.reserved_until.map(micros),
        ticket.event.map(|event| (event.log.to_string(), event.seq)),
    ])
    .to_string()
}
