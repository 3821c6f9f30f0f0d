//! A ticket in the form that a table keeps: one field for each column of `guard_approval_ticket`.
//!
//! Pure, and the only reader and writer of that form. Anybody with access to the table may have edited
//! a row, so [`StoredTicket::read`] takes any content: it gives a ticket, or names the column that
//! holds no part of one. It does not decide whether the ticket is genuine; [`judge_ticket`] does.
//!
//! [`judge_ticket`]: super::judge_ticket

use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use super::exact_json;
use super::ticket::{EventPosition, Ticket};
use crate::approval_chains::ApprovalChains;
use crate::policy::Verb;
use crate::ticket_state::TicketState;

const VERBS: [Verb; 4] = [Verb::Read, Verb::Create, Verb::Update, Verb::Delete];

/// The columns of one row.
#[derive(Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each field is the column of its name; docs/tables.md describes them"
)]
pub struct StoredTicket {
    pub ticket_id: String,
    pub tenant_id: String,
    pub version: i64,
    pub state: String,
    pub operation_id: String,
    pub requester_id: String,
    pub ai_skill_id: String,
    pub ai_context: String,
    pub entity_type: String,
    pub record_id: String,
    pub operation_type: String,
    pub record_before: Option<String>,
    pub record_set: Option<String>,
    pub action_digest: String,
    pub policy_digest: String,
    pub approval_chain: String,
    pub step: i64,
    pub decisions: String,
    pub because: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub execute_by: Option<DateTime<Utc>>,
    pub spent_by: Option<String>,
    pub read_digests: Option<String>,
    pub asked: Option<String>,
    pub open_key: Option<String>,
    pub reserved_until: Option<DateTime<Utc>>,
    pub event_log: Option<String>,
    pub event_seq: Option<i64>,
    pub mac: Option<String>,
}

/// The name of a column that does not hold what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnreadableColumn(pub &'static str);

impl std::fmt::Debug for StoredTicket {
    /// Without the record's values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredTicket")
            .field("ticket_id", &self.ticket_id)
            .finish_non_exhaustive()
    }
}

impl From<&Ticket> for StoredTicket {
    fn from(ticket: &Ticket) -> Self {
        // What a ticket keeps of a record while it is open, and no longer.
        let kept = |text: &dyn Fn() -> String| (!ticket.state.is_terminal()).then(text);
        Self {
            ticket_id: ticket.id.to_string(),
            tenant_id: ticket.tenant.to_string(),
            version: ticket.version,
            state: ticket.state.as_str().to_owned(),
            operation_id: ticket.operation.to_string(),
            requester_id: ticket.requester.to_string(),
            ai_skill_id: ticket.skill.to_string(),
            ai_context: ticket.context.to_string(),
            entity_type: ticket.entity.to_string(),
            record_id: ticket.record.to_string(),
            operation_type: ticket.verb.as_str().to_owned(),
            record_before: kept(&|| exact_json::write(&ticket.before)),
            record_set: kept(&|| exact_json::write(&ticket.set)),
            action_digest: ticket.action.to_string(),
            policy_digest: ticket.policy.to_string(),
            approval_chain: ticket.chains.to_string(),
            step: ticket.step.into(),
            decisions: text(&ticket.decisions),
            because: text(&ticket.because),
            created_at: ticket.created,
            expires_at: ticket.expires,
            execute_by: ticket.execute_by,
            spent_by: ticket.spent_by.map(|by| by.to_string()),
            read_digests: kept(&|| text(&ticket.reads)),
            asked: Some(text(&ticket.asked)),
            open_key: ticket.open_key.map(|key| key.to_string()),
            reserved_until: ticket.reserved_until,
            event_log: ticket.event.map(|event| event.log.to_string()),
            event_seq: ticket
                .event
                .map(|event| i64::try_from(event.seq).unwrap_or(i64::MAX)),
            mac: ticket.mac.map(|mac| mac.to_string()),
        }
    }
}

impl StoredTicket {
    /// The ticket of this row.
    ///
    /// # Errors
    /// The first column that does not hold what it should.
    pub fn read(&self) -> Result<Ticket, UnreadableColumn> {
        let ticket = self.parse()?;
        // A MAC is over the ticket and not over its spelling: another one is a change too.
        match ticket.mac.and_then(|_| self.respelt(&Self::from(&ticket))) {
            Some(column) => Err(column),
            None => Ok(ticket),
        }
    }

    /// The first column that says the same as the guard's own row in other words.
    fn respelt(&self, own: &Self) -> Option<UnreadableColumn> {
        let same = [
            ("ticket_id", self.ticket_id == own.ticket_id),
            ("operation_id", self.operation_id == own.operation_id),
            ("record_before", self.record_before == own.record_before),
            ("record_set", self.record_set == own.record_set),
            ("action_digest", self.action_digest == own.action_digest),
            ("policy_digest", self.policy_digest == own.policy_digest),
            ("decisions", self.decisions == own.decisions),
            ("because", self.because == own.because),
            ("spent_by", self.spent_by == own.spent_by),
            ("read_digests", self.read_digests == own.read_digests),
            ("asked", self.asked == own.asked),
            ("open_key", self.open_key == own.open_key),
            ("event_log", self.event_log == own.event_log),
            ("event_seq", self.event_seq == own.event_seq),
            ("mac", self.mac == own.mac),
        ];
        let other = same.into_iter().find(|(_, same)| !same);
        other.map(|(column, _)| UnreadableColumn(column))
    }

    fn parse(&self) -> Result<Ticket, UnreadableColumn> {
        let verb = |word: &str| VERBS.into_iter().find(|verb| verb.as_str() == word);
        Ok(Ticket {
            id: column("ticket_id", id(&self.ticket_id))?,
            tenant: self.tenant_id.as_str().into(),
            version: self.version,
            state: column("state", TicketState::from_word(&self.state))?,
            operation: column("operation_id", id(&self.operation_id))?,
            requester: self.requester_id.as_str().into(),
            skill: self.ai_skill_id.as_str().into(),
            context: self.ai_context.as_str().into(),
            entity: self.entity_type.as_str().into(),
            record: self.record_id.as_str().into(),
            verb: column("operation_type", verb(&self.operation_type))?,
            before: column_or_null("record_before", &self.record_before, exact_json::read)?
                .unwrap_or_default(),
            set: column_or_null("record_set", &self.record_set, exact_json::read)?
                .unwrap_or_default(),
            reads: column_or_null("read_digests", &self.read_digests, from_json)?
                .unwrap_or_default(),
            action: column("action_digest", parsed(&self.action_digest))?,
            open_key: column_or_null("open_key", &self.open_key, parsed)?,
            policy: column("policy_digest", parsed(&self.policy_digest))?,
            chains: ApprovalChains::parse(&self.approval_chain),
            asked: column_or_null("asked", &self.asked, from_json)?.unwrap_or_default(),
            step: column("step", u32::try_from(self.step).ok())?,
            decisions: column("decisions", from_json(&self.decisions))?,
            because: column("because", from_json(&self.because))?,
            created: self.created_at,
            expires: self.expires_at,
            execute_by: self.execute_by,
            spent_by: column_or_null("spent_by", &self.spent_by, id)?,
            reserved_until: self.reserved_until,
            event: self.event()?,
            mac: column_or_null("mac", &self.mac, parsed)?,
        })
    }

    /// The position of the ticket's last event; half of one is none.
    fn event(&self) -> Result<Option<EventPosition>, UnreadableColumn> {
        let log = column_or_null("event_log", &self.event_log, id)?;
        let Some((log, seq)) = log.zip(self.event_seq) else {
            return Ok(None);
        };
        let seq = column("event_seq", u64::try_from(seq).ok())?;
        Ok(Some(EventPosition { log, seq }))
    }
}

fn text(part: &impl Serialize) -> String {
    json!(part).to_string()
}

fn column<T>(name: &'static str, read: Option<T>) -> Result<T, UnreadableColumn> {
    read.ok_or(UnreadableColumn(name))
}

fn column_or_null<T>(
    name: &'static str,
    cell: &Option<String>,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, UnreadableColumn> {
    match cell {
        None => Ok(None),
        Some(text) => column(name, read(text)).map(Some),
    }
}

fn id<T: From<Uuid>>(text: &str) -> Option<T> {
    Uuid::try_parse(text).ok().map(T::from)
}

fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn from_json<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::audit::Keys;
    use crate::digest::Digest;
    use crate::identifier::{LogId, OperationId, TicketId};
    use crate::process::ApprovalRequirement;
    use crate::value::Fields;

    fn consumed() -> Ticket {
        let digest = Keys::from_seed([7; 32]).value_mac("test", b"x");
        let now = DateTime::from_timestamp(1_772_416_800, 0).unwrap();
        Ticket {
            id: TicketId::from(Uuid::from_u128(1)),
            tenant: "acme".into(),
            version: 4,
            state: TicketState::Consumed,
            operation: OperationId::from(Uuid::from_u128(2)),
            requester: "u-1".into(),
            skill: "draft".into(),
            context: "".into(),
            entity: "Quote".into(),
            record: "Q-1".into(),
            verb: Verb::Update,
            before: Fields::new(),
            set: Fields::new(),
            reads: [].into(),
            action: digest,
            open_key: None,
            policy: Digest::default(),
            chains: ApprovalChains::parse("chiefs"),
            asked: ApprovalRequirement::default(),
            step: 1,
            decisions: Vec::new(),
            because: Vec::new(),
            created: now,
            expires: now,
            execute_by: None,
            spent_by: Some(OperationId::from(Uuid::from_u128(0xab))),
            reserved_until: None,
            event: Some(EventPosition {
                log: LogId::from(Uuid::from_u128(0xcd)),
                seq: 3,
            }),
            mac: Some(digest),
        }
    }

    #[test]
    fn another_spelling_of_the_same_ticket_is_refused() {
        let sound = StoredTicket::from(&consumed());
        assert_eq!(sound.read(), Ok(consumed()));
        type Change = fn(&mut StoredTicket);
        let changes: [(&str, Change); 6] = [
            ("record_before", |row| {
                row.record_before = Some("{}".to_owned())
            }),
            ("record_set", |row| row.record_set = Some("{}".to_owned())),
            ("decisions", |row| row.decisions = " []".to_owned()),
            ("spent_by", |row| {
                row.spent_by = row.spent_by.as_ref().map(|id| id.to_uppercase())
            }),
            ("asked", |row| row.asked = None),
            ("event_log", |row| {
                row.event_log = row.event_log.as_ref().map(|id| id.to_uppercase())
            }),
        ];
        for (column, change) in changes {
            let mut row = sound.clone();
            change(&mut row);
            assert_eq!(row.read(), Err(UnreadableColumn(column)));
        }
    }

    #[test]
    fn half_a_position_is_refused() {
        let mut row = StoredTicket::from(&consumed());
        row.event_seq = None;
        assert_eq!(row.read(), Err(UnreadableColumn("event_log")));
    }
}
