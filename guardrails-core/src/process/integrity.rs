//! Whether a stored ticket is one that the guard wrote, and the last one: its MAC is valid, and the
//! audit agrees.
//!
//! Pure: row and events come in. Each transition has two events, `announced` before the row is
//! written and `stored` after; one that lost the race has `lost`. INVARIANT: a row that somebody
//! edited, or an older row put back, is never [`Standing::Genuine`]; a crash between the two events
//! leaves a row that is.

use std::collections::BTreeMap;

use serde_json::json;

use super::ticket::{EventPosition, Ticket};
use crate::audit::{
    KeyedDigest, Keys, MacCheck, RecordedEvent, RecordedKind, StoredEvent, leaf_hash,
};
use crate::identifier::TicketId;
use crate::ticket_state::{TicketPhase, TicketState};

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
    /// The audit, or the guard itself, knows a later version: an older row was put back.
    Older,
    /// The audit stored transitions that do not follow from one another: somebody put an older row
    /// back, and the guard went on from it.
    Repeated,
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
            Self::Repeated => Some(
                "the audit has transitions of it that cannot follow one another, an older row was put \
                 back and used",
            ),
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
    /// How far the transition is; none in events of the old form.
    pub phase: Option<TicketPhase>,
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
        self.phase == Some(phase)
    }
}

/// What the audit says of one ticket: the versions it stored, and what announced the last one and
/// later ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TicketTrail {
    stored: BTreeMap<i64, (EventPosition, String)>,
    announced: Vec<TicketRecord>,
    has_two_of_one_version: bool,
}

impl TicketTrail {
    /// Adds one event about the ticket; they may come in any order, and more than once.
    pub fn take(&mut self, event: TicketRecord) {
        let of_old_form = event.phase.is_none();
        if of_old_form || event.is(TicketPhase::Stored) {
            self.store(event);
            let last = self.version();
            self.announced.retain(|event| event.version >= last);
        } else if event.is(TicketPhase::Announced) && event.version >= self.version() {
            self.announced.push(event);
        }
    }

    fn store(&mut self, event: TicketRecord) {
        let (version, position) = (event.version, event.position);
        match self.stored.get(&version) {
            // Events of the old form have no version, so they all count as version 0.
            Some((known, _)) => self.has_two_of_one_version |= version > 0 && *known != position,
            None => drop(self.stored.insert(version, (position, event.state))),
        }
    }

    /// The last version that is known to be stored, and its state.
    fn last(&self) -> Option<(i64, &str)> {
        let (version, (_, state)) = self.stored.last_key_value()?;
        Some((*version, state))
    }

    /// The last version that is known to be stored; 0 in the old form.
    fn version(&self) -> i64 {
        self.last().map_or(0, |(version, _)| version)
    }

    /// Whether a row of this ticket was ever stored.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        !self.stored.is_empty()
    }

    /// Whether the stored versions follow the state machine, each version stored once. A version
    /// whose writer died before it could confirm it is missing; the state before it then counts only
    /// where nothing can follow it.
    fn is_one_course(&self) -> bool {
        let versions = self.stored.iter().filter(|(version, _)| **version > 0);
        let state = |(version, (_, state)): (&i64, &(EventPosition, String))| {
            (*version, TicketState::from_word(state))
        };
        let mut states = versions.map(state);
        let Some(mut before) = states.next() else {
            return !self.has_two_of_one_version;
        };
        let follows = |after: (i64, Option<TicketState>)| {
            let (from, to) = (std::mem::replace(&mut before, after), after);
            let Some((state, next)) = from.1.zip(to.1) else {
                return false;
            };
            match to.0.checked_sub(from.0) {
                Some(1) => state.can_become(next),
                _ => !state.is_terminal(),
            }
        };
        !self.has_two_of_one_version && states.all(follows)
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
    match mac_standing(keys, ticket, mac) {
        TicketStanding::Genuine => {}
        fault => return fault,
    }
    if !trail.is_one_course() {
        return TicketStanding::Repeated;
    }
    if let Some((version, state)) = trail.last() {
        // Of two transitions from one version only one was stored.
        let other = version == ticket.version && state != ticket.state.as_str();
        if version > ticket.version || other {
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

/// Judges a stored ticket by its MAC alone: whether the guard wrote this row at some time.
pub(crate) fn judge_mac(keys: &Keys, ticket: &Ticket) -> TicketStanding {
    match &ticket.mac {
        Some(mac) => mac_standing(keys, ticket, mac),
        None => TicketStanding::Altered,
    }
}

fn mac_standing(keys: &Keys, ticket: &Ticket, mac: &KeyedDigest) -> TicketStanding {
    match keys.verify_mac(SCOPE, content(ticket).as_bytes(), mac) {
        MacCheck::Valid => TicketStanding::Genuine,
        MacCheck::Invalid => TicketStanding::Altered,
        MacCheck::UnknownKey => TicketStanding::UnknownKey,
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
        ticket.chains,
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
