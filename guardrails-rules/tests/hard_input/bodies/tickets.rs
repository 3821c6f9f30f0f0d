//! Promises about rows of `guard_approval_ticket` that somebody edited.
//!
//! The first line of an input names the state that the guard brought the ticket to: `pending`,
//! `approved`, `unknown` or `consumed`. Each further line is `COLUMN=CONTENT`, or a column alone for NULL. A
//! line `---` adds a copy of the guard's row; the lines after it edit the copy.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use guardrails_core::audit::{Conclusion, verify, verify_tickets};
use guardrails_core::policy::Policy;
use guardrails_core::process::{Settlement, StoredTicket, Ticket, TicketCard, TicketState};
use guardrails_core::{
    Changes, ErrorKind, Guard, MemoryStore, Outcome, Principal, Record, Request, Result,
    TicketStore,
};

use super::stored::{CANARY, guard_of, keys, policy, store};

const MAX_EDITS: usize = 64;
const MAX_ROWS: usize = 3;

const COMPANY: &str = "guard 1
enum Stage { DRAFT, SENT, WON }
entity Quote { id : text  owner : text  stage : Stage  total : decimal?  cost : text? }
grant REP on Quote { write id, owner, stage, total }
grant MANAGER on Quote { read id, owner, stage, total  mask cost with phone }
grant CHIEF on Quote { read id, owner, stage, total }
rule large { on update of Quote when total > 100 and cost != \"0\"
    then require approval chiefs because \"{total} is much, and {old.cost} is what it costs\" }
approval chiefs {
    step first  1 of MANAGER within 1h else escalate CHIEF
    step second 1 of CHIEF
    never requester, same_person_twice
    expires 1d   execute within 1h
}
skill draft { title \"Draft\" does update on Quote impact 6 allow REP }
";

/// What the guard says of a ticket whose row was edited, and what verification finds.
pub fn ticket_rows(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    // A row that brings the hidden value itself is no leak of the guard's.
    if text.contains(CANARY) {
        return;
    }
    let (state, edits) = text.split_once('\n').unwrap_or((text, ""));
    let case = Case::sound(state);
    let rows = case.edited(edits);
    let mut unreadable = 0;
    let mut is_sound = rows.len() == 1;
    for row in &rows {
        assert!(!format!("{row:?}").contains(CANARY));
        match row.read() {
            Ok(ticket) => {
                // Reading and writing agree: a row that is read and written again is the same ticket.
                let again = StoredTicket::from(&ticket).read();
                assert!(ticket.state.is_terminal() || again.as_ref() == Ok(&ticket));
                is_sound &= ticket == case.ticket;
                case.store.overwrite_ticket(ticket).unwrap();
            }
            Err(column) => {
                assert!(!column.0.is_empty());
                is_sound = false;
                unreadable += 1;
                // As `Database` does: a row that cannot be read is in no list.
                if row.ticket_id == case.ticket.id.to_string() {
                    case.store.remove_ticket(case.ticket.id).unwrap();
                }
            }
        }
    }
    case.judge(is_sound, unreadable);
    case.look();
    case.act();
}

static POLICY: OnceLock<Policy> = OnceLock::new();

struct Case {
    store: Arc<MemoryStore>,
    guard: Guard,
    ticket: Ticket,
}

fn person(id: &str, role: &str) -> Principal {
    Principal::user("acme", id).role(role)
}

fn record() -> Record {
    let text =
        format!(r#"{{"id":"Q-1","owner":"u-1","stage":"DRAFT","total":5,"cost":"{CANARY}"}}"#);
    Record::from_json("Quote", &text).unwrap()
}

impl Case {
    /// A ticket that the guard itself brought to this state.
    fn sound(state: &str) -> Self {
        let store = store();
        let policy = POLICY.get_or_init(|| policy(COMPANY)).clone();
        let guard = guard_of(policy, store.clone()).unwrap();
        let rep = person("u-1", "REP");
        let mut operation = guard
            .begin(Request::new(&rep, "draft").entity("Quote"))
            .unwrap();
        let changes = Changes::update(&record()).set("total", 1_000);
        let id = match operation.propose(&changes).unwrap().outcome() {
            Outcome::NeedsApproval(ticket) => ticket.id(),
            other => panic!("{other:?}"),
        };
        drop(operation);
        if ["approved", "unknown", "consumed"].contains(&state) {
            for (who, role) in [("m-1", "MANAGER"), ("c-1", "CHIEF")] {
                let approvals = guard.approvals();
                approvals.approve(id, &person(who, role), "fine").unwrap();
            }
        }
        if ["unknown", "consumed"].contains(&state) {
            let (operation, _) = guard.resume(id, &rep, record()).unwrap();
            match state {
                "consumed" => drop(operation.complete("done").unwrap()),
                _ => drop(operation),
            }
        }
        let ticket = store.ticket("acme", id).unwrap().unwrap();
        Self {
            store,
            guard,
            ticket,
        }
    }

    fn edited(&self, edits: &str) -> Vec<StoredTicket> {
        let sound = StoredTicket::from(&self.ticket);
        let mut rows = vec![sound.clone()];
        for line in edits.lines().take(MAX_EDITS) {
            if line == "---" && rows.len() < MAX_ROWS {
                rows.push(sound.clone());
            } else if let Some(row) = rows.last_mut() {
                match line.split_once('=') {
                    Some((column, content)) => edit(row, column, Some(content)),
                    None => edit(row, line, None),
                }
            }
        }
        // The table's primary key.
        let mut ids: Vec<String> = Vec::new();
        rows.retain(|row| {
            let is_new = !ids.contains(&row.ticket_id);
            ids.push(row.ticket_id.clone());
            is_new
        });
        if rows.iter().all(|row| row.ticket_id != sound.ticket_id) {
            self.store.remove_ticket(self.ticket.id).unwrap();
        }
        rows
    }

    /// Verification names what was edited, and nothing else. It sees only the rows that can be read.
    fn judge(&self, is_sound: bool, unreadable: usize) {
        let mut report = verify(&*self.store, &keys().verifier()).unwrap();
        verify_tickets(&*self.store, &keys(), &mut report).unwrap();
        let is_found = report.conclusion() != Conclusion::Proven;
        assert!(is_found != is_sound || unreadable > 0, "{report}");
        assert!(!report.to_string().contains(CANARY));
    }

    /// Everybody looks; nobody sees the cost.
    fn look(&self) {
        for (who, role) in [
            ("u-1", "REP"),
            ("m-1", "MANAGER"),
            ("m-2", "MANAGER"),
            ("c-1", "CHIEF"),
            ("c-2", "CHIEF"),
        ] {
            let who = person(who, role);
            let approvals = self.guard.approvals();
            for card in approvals.list(&who).unwrap() {
                keeps_quiet(&card);
                let _ = approvals.show(card.id, &who);
            }
            match approvals.show(self.ticket.id, &who) {
                Ok(card) => keeps_quiet(&card),
                Err(error) => assert!(!format!("{error:#} {error:?}").contains(CANARY)),
            }
        }
        let _ = self.guard.approvals().sweep();
    }

    /// An edited row takes no vote and releases nothing; the guard's own does what its state allows.
    fn act(&self) {
        use TicketState::{Approved, Pending, Unknown};
        for row in self.store.ticket_rows("", usize::MAX).unwrap() {
            let ticket = row.ticket.unwrap();
            let is_genuine = ticket == self.ticket;
            let (tenant, id) = (ticket.tenant, ticket.id);
            let may = |states: &[TicketState]| {
                let now = self.store.ticket(&tenant, id).unwrap().unwrap();
                is_genuine && states.contains(&now.state)
            };
            let rep = person("u-1", "REP");
            let chief = person("c-2", "CHIEF");
            let approvals = self.guard.approvals();
            let resume = || self.guard.resume(id, &rep, record()).map(drop);
            expect(may(&[Approved]), resume());
            let vote = approvals.approve(id, &person("m-2", "MANAGER"), "yes");
            expect(is_genuine && self.ticket.state == Pending, vote.map(drop));
            let is_open = may(&[Pending]);
            expect(is_open, approvals.reject(id, &chief, "no").map(drop));
            let is_unknown = may(&[Unknown]);
            let settled = approvals.settle(id, &chief, Settlement::Applied);
            expect(is_unknown, settled.map(drop));
            let is_open = may(&[Pending, Approved]);
            expect(is_open, approvals.cancel(id, &rep));
            expect(false, resume());
        }
    }
}

/// What may happen does, what may not does not, and what is said of it is no store's failure.
fn expect(may: bool, done: Result<()>) {
    match done {
        Ok(()) => assert!(may),
        Err(error) => {
            assert!(!may, "{error:#}");
            assert_ne!(error.kind(), ErrorKind::Store, "{error:#}");
            assert!(
                !format!("{error:#} {error:?}").contains(CANARY),
                "{error:#}"
            );
        }
    }
}

fn keeps_quiet(card: &TicketCard) {
    let changes = card.changes.iter();
    let mut shown: Vec<String> = changes
        .flat_map(|change| [change.before.clone(), change.after.clone()])
        .collect();
    shown.extend(card.because.iter().cloned());
    shown.push(format!("{card:?} {} {}", card.record, card.chains));
    assert!(!shown.concat().contains(CANARY), "{shown:?}");
}

fn edit(row: &mut StoredTicket, column: &str, content: Option<&str>) {
    let text = || content.unwrap_or_default().to_owned();
    let maybe = || content.map(str::to_owned);
    let number = || content.and_then(|digits| digits.parse::<i64>().ok());
    let moment = || number().and_then(DateTime::<Utc>::from_timestamp_micros);
    match column {
        "ticket_id" => row.ticket_id = text(),
        "tenant_id" => row.tenant_id = text(),
        "version" => row.version = number().unwrap_or(row.version),
        "state" => row.state = text(),
        "operation_id" => row.operation_id = text(),
        "requester_id" => row.requester_id = text(),
        "ai_skill_id" => row.ai_skill_id = text(),
        "ai_context" => row.ai_context = text(),
        "entity_type" => row.entity_type = text(),
        "record_id" => row.record_id = text(),
        "operation_type" => row.operation_type = text(),
        "record_before" => row.record_before = maybe(),
        "record_set" => row.record_set = maybe(),
        "action_digest" => row.action_digest = text(),
        "policy_digest" => row.policy_digest = text(),
        "approval_chain" => row.approval_chain = text(),
        "step" => row.step = number().unwrap_or(row.step),
        "decisions" => row.decisions = text(),
        "because" => row.because = text(),
        "created_at" => row.created_at = moment().unwrap_or(row.created_at),
        "expires_at" => row.expires_at = moment().unwrap_or(row.expires_at),
        "execute_by" => row.execute_by = moment(),
        "spent_by" => row.spent_by = maybe(),
        "read_digests" => row.read_digests = maybe(),
        "asked" => row.asked = maybe(),
        "open_key" => row.open_key = maybe(),
        "reserved_until" => row.reserved_until = moment(),
        "event_log" => row.event_log = maybe(),
        "event_seq" => row.event_seq = number(),
        "mac" => row.mac = maybe(),
        _ => {}
    }
}
