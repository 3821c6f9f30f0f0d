//! Promises about what hosts send and what the audit's tables hold: records and changes, and rows of
//! events, logs and checkpoints.

use std::sync::Arc;

use chrono::DateTime;
use guardrails_core::audit::{
    AuditReader, Conclusion, Inventory, Keys, LogRows, LogSummary, RecordedEvent, StoredEvent,
    verify,
};
use guardrails_core::policy::Policy;
use guardrails_core::{
    Changes, CountingEntropy, ErrorKind, FrozenClock, Guard, LogId, MemoryStore, OperationId,
    Outcome, Principal, Record, Request, Result,
};
use guardrails_rules::{Bundle, SourceFile, compile};

const COMPANY: &str = "guard 1
enum Stage { DRAFT, SENT, WON }
entity Line { name : text  price : decimal  cost : decimal @sensitivity(5) }
entity Quote {
    id : text  owner : text  stage : Stage  total : decimal?  due : date?
    phone : text? @sensitivity(4) @pii(phone)
    cost : text?
    main : Line?  lines : [Line]?
}
grant REP on Quote where owner == actor.id {
    read id, owner, stage, total, due, main.name, main.price, lines
    write stage, total, due
    mask phone with phone
}
rule large { on update of Quote when total > 100 then deny TOO_LARGE because \"{total} is too much\" }
rule kept { on update of Quote when some l in lines satisfies l.cost > 5 then notify \"finance\" }
skill draft { title \"Draft\" does update on Quote impact 6 allow REP }
";

/// A cost that no reader may see, in digits that nothing else brings.
pub(super) const CANARY: &str = "7314159265";
const MAX_ROWS: usize = 16;

pub(super) fn policy(text: &str) -> Policy {
    let file = SourceFile::new("company.guard", text);
    let compiled = compile(&Bundle::from_files(vec![file]).unwrap());
    compiled
        .policy
        .unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
}

pub(super) fn keys() -> Arc<Keys> {
    Arc::new(Keys::from_seed([7; 32]))
}

fn log() -> LogId {
    "00000000-0000-0000-0000-000000000001".parse().unwrap()
}

pub(super) fn store() -> Arc<MemoryStore> {
    Arc::new(MemoryStore::new(keys(), log()))
}

fn guard(store: Arc<MemoryStore>) -> Result<Guard> {
    guard_of(policy(COMPANY), store)
}

pub(super) fn guard_of(policy: Policy, store: Arc<MemoryStore>) -> Result<Guard> {
    let now = DateTime::from_timestamp(1_772_416_800, 0).unwrap();
    Guard::builder()
        .policy(policy)
        .store(store)
        .clock(Arc::new(FrozenClock::at(now)))
        .entropy(Arc::new(CountingEntropy::default()))
        .keys(keys())
        .open()
}

fn principal() -> Principal {
    Principal::user("acme", "u-1").role("REP")
}

fn sample() -> Record {
    let text = format!(
        r#"{{"id":"Q-1","owner":"u-1","stage":"DRAFT","total":5,"phone":"13800005678","cost":"{CANARY}",
            "lines":[{{"name":"a","price":1,"cost":9}}]}}"#
    );
    Record::from_json("Quote", &text).unwrap()
}

/// A record and a change in JSON, with a line `===` between them. What is read ends in an answer or an
/// input error, an allow releases only fields that may be written, and a hidden value is in nothing
/// that comes back.
pub fn record_and_change(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (record, change) = text.split_once("\n===\n").unwrap_or((text, "{}"));
    let read = |text| match Record::from_json("Quote", text) {
        Ok(record) => Some(record),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Input);
            None
        }
    };
    let (Some(record), Some(change)) = (read(record), read(change)) else {
        return;
    };
    let record = record.with("cost", CANARY);
    // A guess at the hidden value would make the canary the proposer's own.
    if change.fields().to_json().contains(CANARY) {
        return;
    }
    let guard = guard(store()).unwrap();
    let who = principal();
    let Ok(mut operation) = guard.begin(Request::new(&who, "draft").entity("Quote")) else {
        panic!("a known skill begins");
    };
    let mut told = String::new();
    match operation.read(&record) {
        Ok(view) => told = view.to_json(),
        Err(error) => told.push_str(&format!("{error:#} {error:?}")),
    }
    let changes = change
        .fields()
        .iter()
        .fold(Changes::update(&record), |changes, (name, value)| {
            changes.set(name.clone(), value.clone())
        });
    match operation.propose(&changes) {
        Ok(decision) => {
            if let Outcome::Allow(release) = decision.outcome() {
                let is_writable = |name: &str| ["stage", "total", "due"].contains(&name);
                assert!(release.fields().iter().all(|(name, _)| is_writable(name)));
            }
            told.push_str(&format!("{decision:?} {:?}", decision.outcome()));
            for reason in decision.reasons() {
                told.push_str(reason.message());
            }
            told.push_str(&decision.explain().to_string());
        }
        Err(error) => told.push_str(&format!("{error:#} {error:?}")),
    }
    assert!(!told.contains(CANARY), "{told}");
}

/// The rows of a sound audit with one edit for each four bytes. Verification always ends, and what was
/// changed is a finding or is said not to be proven. Bytes that are text are read as a payload as well.
pub fn audit_rows(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Err(error) = RecordedEvent::read(text)
    {
        assert_eq!(error.kind(), ErrorKind::Tampered);
    }
    let sound = Rows::sound();
    let mut rows = sound.clone();
    for edit in data.chunks_exact(4).take(MAX_ROWS) {
        rows.edit([edit[0], edit[1], edit[2], edit[3]]);
    }
    let report = verify(&rows, &keys().verifier()).unwrap();
    if rows.in_order() == sound {
        assert_eq!(report.conclusion(), Conclusion::Proven, "{report}");
    } else {
        assert_ne!(report.conclusion(), Conclusion::Proven, "{report}");
    }
}

/// Rows as a database holds them.
#[derive(Clone, PartialEq)]
struct Rows {
    logs: Vec<LogSummary>,
    events: Vec<StoredEvent>,
    checkpoints: Vec<String>,
}

impl Rows {
    fn sound() -> Self {
        let store = store();
        let guard = guard(store.clone()).unwrap();
        let who = principal();
        let mut operation = guard
            .begin(Request::new(&who, "draft").entity("Quote"))
            .unwrap();
        let record = sample();
        let _ = operation.read(&record).unwrap();
        operation.complete("done").unwrap();
        let log = log();
        Self {
            logs: store.logs().unwrap(),
            events: store.events(log, 0, usize::MAX).unwrap(),
            checkpoints: store.checkpoints(log).unwrap(),
        }
    }

    /// The same rows with the events by place: a table has no order of its own.
    fn in_order(mut self) -> Self {
        self.events.sort_by_key(|row| row.seq);
        self
    }

    fn edit(&mut self, [what, at, place, value]: [u8; 4]) {
        let at = usize::from(at) % self.events.len().max(1);
        match what % 8 {
            0 => drop((at < self.events.len()).then(|| self.events.remove(at))),
            1 => self.logs.clear(),
            2 => edit_text(self.checkpoints.first_mut(), place, value),
            3 if at < self.events.len() => {
                let copy = self.events[at].clone();
                self.events.push(copy);
            }
            4 if at < self.events.len() => {
                let seqs = [0, u64::from(value), u64::MAX, i64::MAX.unsigned_abs()];
                self.events[at].seq = seqs[usize::from(place % 4)];
            }
            5 if at < self.events.len() => self.events[at].leaf.0[usize::from(place % 32)] = value,
            6 => {
                if let Some(log) = self.logs.first_mut() {
                    log.size = u64::from(value) << (place % 56);
                }
            }
            _ => edit_text(
                self.events.get_mut(at).map(|row| &mut row.payload),
                place,
                value,
            ),
        }
    }
}

fn edit_text(text: Option<&mut String>, place: u8, value: u8) {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return;
    };
    let mut chars: Vec<char> = text.chars().collect();
    let at = usize::from(place) * chars.len() / 256;
    chars[at] = char::from(value);
    *text = chars.into_iter().collect();
}

impl AuditReader for Rows {
    fn logs(&self) -> Result<Vec<LogSummary>> {
        Ok(self.logs.clone())
    }

    fn inventory(&self) -> Result<Option<Inventory>> {
        let mut inventory = Inventory::default();
        for row in &self.events {
            inventory.logs.entry(row.log).or_default().events += 1;
        }
        let checkpoints = u64::try_from(self.checkpoints.len()).unwrap();
        let rows: &mut LogRows = inventory.logs.entry(log()).or_default();
        rows.checkpoints += checkpoints;
        Ok(Some(inventory))
    }

    fn events(&self, log: LogId, from: u64, limit: usize) -> Result<Vec<StoredEvent>> {
        let of_log = |row: &&StoredEvent| row.log == log && row.seq >= from;
        let mut rows: Vec<_> = self.events.iter().filter(of_log).cloned().collect();
        rows.sort_by_key(|row| row.seq);
        rows.truncate(limit);
        Ok(rows)
    }

    fn checkpoints(&self, _: LogId) -> Result<Vec<String>> {
        Ok(self.checkpoints.clone())
    }

    fn operation(&self, _: &str, _: OperationId) -> Result<Vec<StoredEvent>> {
        Ok(self.events.clone())
    }

    fn derived_rows_that_differ(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}
