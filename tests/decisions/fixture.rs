//! A small company: representatives, a manager, finance; quotes with a cost price.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, TimeZone, Utc};
use crm_guardrails::audit::{AuditReader, Event, Journal, Keys, LogSummary, Receipt, StoredEvent};
use crm_guardrails::rules::{Bundle, SourceFile, compile};
use crm_guardrails::*;

pub const POLICY: &str = r#"guard 1
package crm.sales

entity Clause { text : text }

entity Quote {
    id            : text
    owner         : text
    discount      : percent
    amount        : money(CNY)?
    stage         : enum { DRAFT, SENT, WON }
    cost_price    : money(CNY)? @sensitivity(5)
    contact_phone : text?       @sensitivity(4) @pii(phone)
    clauses       : [Clause]?
}

list FORBIDDEN = ["自动续约十年", "unlimited liability"]

grant SALES_REP on Quote where owner == actor.id {
    read  id, owner, stage, clauses
    write discount, amount
    mask  contact_phone with phone
}
grant SALES_MANAGER on Quote {
    read  * except cost_price
    write discount, amount
}
grant FINANCE on Quote {
    read id, cost_price
}

skill quote.draft   { title "Draft"  does update on Quote impact 3 allow SALES_REP, SALES_MANAGER }
skill quote.create  { title "Create" does create on Quote impact 3 allow SALES_REP }
skill quote.delete  { title "Delete" does delete on Quote impact 9 allow SALES_MANAGER }
skill quote.careful { title "Careful" does update on Quote impact 2 allow SALES_REP models "qwen:14b" limit 2 per minute per user }

approval discount_approval {
    step manager 1 of SALES_MANAGER within 4h else deny
    never requester
    expires 3d   execute within 1h
}
approval finance_approval {
    step finance 1 of FINANCE within 1d else deny
    expires 3d   execute within 1h
}

rule max_discount {
    on update of Quote
    when discount > 15% and actor has SALES_REP
    then require approval discount_approval because "折扣超过销售代表权限: {discount}"
}
rule below_cost {
    on update of Quote
    when amount < old.cost_price
    then require approval finance_approval because "below cost {old.cost_price}"
}
rule too_deep {
    on update of Quote
    when discount > 40%
    then deny DISCOUNT_TOO_DEEP because "nobody gives {discount}"
}
rule forbidden_clause {
    on create, update of Quote
    when some c in clauses satisfies c.text in FORBIDDEN
    then deny FORBIDDEN_CLAUSE because "合同包含禁止条款: {c.text}"
}
"#;

/// A store that can be told to lose its journal, and other parts of itself.
#[derive(Default)]
pub struct Faults {
    /// The revision cannot be read.
    pub tables: AtomicBool,
    /// Changes do not raise the revision.
    pub revision: AtomicBool,
    pub limits: AtomicBool,
    pub tickets: AtomicBool,
    /// How far the store's clock is ahead of the host's; none for a store without one.
    pub clock_offset: Mutex<Option<chrono::TimeDelta>>,
    /// Rows that are written each time after the rows were read, from the last.
    pub meanwhile: Mutex<Vec<FieldPermission>>,
}

/// See [`Faults`]; `broken` is the journal.
pub struct Flaky {
    pub store: MemoryStore,
    pub broken: AtomicBool,
    pub faults: Faults,
    /// The reads of tables and tickets so far, by name.
    pub reads: Mutex<Vec<&'static str>>,
}

pub struct World {
    pub guard: CoreGuard,
    pub store: Arc<Flaky>,
    pub clock: Arc<FrozenClock>,
}

pub fn world() -> World {
    world_with(POLICY)
}

pub fn policy(text: &str) -> policy::Policy {
    let bundle = Bundle::from_files(vec![SourceFile::new("test.guard", text)]).unwrap();
    let compilation = compile(&bundle);
    let errors: Vec<String> = compilation
        .diagnostics
        .iter()
        .map(ToString::to_string)
        .collect();
    compilation
        .policy
        .unwrap_or_else(|| panic!("{}", errors.join("\n")))
}

pub fn world_with(text: &str) -> World {
    let keys = Arc::new(Keys::from_seed([3; 32]));
    let log = LogId::from(uuid::Uuid::from_u128(1));
    let store = Arc::new(Flaky {
        store: MemoryStore::new(keys.clone(), log),
        broken: AtomicBool::new(false),
        faults: Faults::default(),
        reads: Mutex::default(),
    });
    let clock = Arc::new(FrozenClock::at(noon()));
    let guard = CoreGuard::builder()
        .policy(policy(text))
        .store(store.clone())
        .clock(clock.clone())
        .entropy(Arc::new(CountingEntropy::default()))
        .keys(keys)
        .open()
        .unwrap();
    World {
        guard,
        store,
        clock,
    }
}

pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap()
}

impl World {
    pub fn begin(&self, principal: &Principal, skill: &str) -> Operation {
        self.guard
            .begin(
                Request::new(principal, skill)
                    .entity("Quote")
                    .context("sales_copilot"),
            )
            .unwrap()
    }

    /// Proposes in an operation of its own.
    pub fn propose(&self, principal: &Principal, skill: &str, changes: &Changes) -> Decision {
        self.begin(principal, skill).propose(changes).unwrap()
    }

    pub fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// The audit's whole text: nothing that is hidden may be in it.
    pub fn audit_text(&self) -> String {
        let logs = self.store.logs().unwrap();
        let events = logs
            .iter()
            .flat_map(|log| self.store.events(log.log, 0, 100_000).unwrap());
        events.map(|event| event.payload + "\n").collect()
    }
}

pub fn rep() -> Principal {
    Principal::user("acme", "u-17")
        .role("SALES_REP")
        .agent("copilot")
}

pub fn manager() -> Principal {
    Principal::user("acme", "u-2").role("SALES_MANAGER")
}

pub fn finance() -> Principal {
    Principal::user("acme", "u-3").role("FINANCE")
}

pub fn quote() -> Record {
    Record::from_json(
        "Quote",
        r#"{"id": "q-1", "owner": "u-17", "discount": 5, "amount": "1000.00", "stage": "DRAFT",
            "cost_price": "777.77", "contact_phone": "13812345678", "clauses": []}"#,
    )
    .unwrap()
}

pub fn codes(reasons: &[Reason]) -> Vec<&str> {
    reasons.iter().map(Reason::code).collect()
}

pub fn ticket(decision: &Decision) -> TicketId {
    match decision.outcome() {
        Outcome::NeedsApproval(ticket) => ticket.id(),
        other => panic!(
            "expected a ticket, found {other:?}: {:?}",
            decision.reasons()
        ),
    }
}

impl Journal for Flaky {
    fn record(&self, event: Event) -> Result<()> {
        self.sound()?;
        self.store.record(event)
    }

    fn commit(&self, event: Event) -> Result<Receipt> {
        self.sound()?;
        self.store.commit(event)
    }
}

impl Flaky {
    /// The reads since the last call of this.
    pub fn take_reads(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.reads.lock().unwrap())
    }

    fn note_read(&self, name: &'static str) {
        self.reads.lock().unwrap().push(name);
    }

    fn sound(&self) -> Result<()> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Store, "the journal is broken"));
        }
        Ok(())
    }
}

impl AuditReader for Flaky {
    fn logs(&self) -> Result<Vec<LogSummary>> {
        self.store.logs()
    }
    fn events(&self, log: LogId, from: u64, limit: usize) -> Result<Vec<StoredEvent>> {
        self.store.events(log, from, limit)
    }
    fn checkpoints(&self, log: LogId) -> Result<Vec<String>> {
        self.store.checkpoints(log)
    }
    fn operation(&self, tenant: &str, operation: OperationId) -> Result<Vec<StoredEvent>> {
        self.store.operation(tenant, operation)
    }
    fn ticket_events(&self, tenant: &str, ticket: TicketId) -> Result<Vec<StoredEvent>> {
        self.store.ticket_events(tenant, ticket)
    }
    fn derived_rows_that_differ(&self) -> Result<Vec<String>> {
        self.store.derived_rows_that_differ()
    }
}

mod pass_through {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::Flaky;
    use chrono::{DateTime, Utc};
    use crm_guardrails::audit::KeyedDigest;
    use crm_guardrails::process::Ticket;
    use crm_guardrails::stores::*;
    use crm_guardrails::*;

    fn fault(fault: &AtomicBool) -> Result<()> {
        if fault.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Store, "the database does not answer"));
        }
        Ok(())
    }

    impl PermissionStore for Flaky {
        fn revision(&self) -> Result<Revision> {
            fault(&self.faults.tables)?;
            if self.faults.revision.load(Ordering::SeqCst) {
                return Ok(Revision(1));
            }
            self.store.revision()
        }
        fn field_permissions(&self) -> Result<Vec<FieldPermission>> {
            self.store.field_permissions()
        }
        fn permission_rows(&self) -> Result<StoredRows<FieldPermission>> {
            self.note_read("permission_rows");
            let rows = self.store.permission_rows()?;
            if let Some(row) = self.faults.meanwhile.lock().unwrap().pop() {
                self.store.set_field_permission(row)?;
            }
            Ok(rows)
        }
    }
    impl RoleStore for Flaky {
        fn role_lines(&self) -> Result<Vec<RoleLine>> {
            self.note_read("role_lines");
            self.store.role_lines()
        }
        fn add_role_lines(&self, lines: &[RoleLine]) -> Result<usize> {
            self.store.add_role_lines(lines)
        }
        fn remove_role_lines(&self, lines: &[RoleLine]) -> Result<usize> {
            self.store.remove_role_lines(lines)
        }
    }
    impl SkillStore for Flaky {
        fn skill_statuses(&self) -> Result<Vec<SkillStatusRow>> {
            self.store.skill_statuses()
        }
        fn status_rows(&self) -> Result<StoredRows<SkillStatusRow>> {
            self.note_read("status_rows");
            self.store.status_rows()
        }
        fn set_skill_status(&self, row: &SkillStatusRow) -> Result<()> {
            self.store.set_skill_status(row)
        }
    }
    impl TicketStore for Flaky {
        fn insert_ticket(&self, ticket: &Ticket) -> Result<()> {
            fault(&self.faults.tickets)?;
            self.store.insert_ticket(ticket)
        }
        fn ticket(&self, tenant: &str, id: TicketId) -> Result<Option<Ticket>> {
            self.note_read("ticket");
            self.store.ticket(tenant, id)
        }
        fn ticket_by_key(&self, tenant: &str, key: &KeyedDigest) -> Result<Option<Ticket>> {
            self.note_read("ticket_by_key");
            self.store.ticket_by_key(tenant, key)
        }
        fn open_tickets(&self, query: &TicketQuery<'_>) -> Result<Vec<Ticket>> {
            self.note_read("open_tickets");
            self.store.open_tickets(query)
        }
        fn count_open_tickets(
            &self,
            tenant: &str,
            requester: &str,
            now: DateTime<Utc>,
        ) -> Result<usize> {
            self.note_read("count_open_tickets");
            self.store.count_open_tickets(tenant, requester, now)
        }
        fn overdue_tickets(
            &self,
            now: DateTime<Utc>,
            after: Option<TicketId>,
            limit: usize,
        ) -> Result<Vec<Ticket>> {
            self.note_read("overdue_tickets");
            self.store.overdue_tickets(now, after, limit)
        }
        fn ticket_rows(&self, after: &str, limit: usize) -> Result<Vec<TicketRow>> {
            self.note_read("ticket_rows");
            self.store.ticket_rows(after, limit)
        }
        fn swap_ticket(&self, ticket: &Ticket) -> Result<Swap> {
            self.store.swap_ticket(ticket)
        }
    }
    impl LimitStore for Flaky {
        fn take(&self, take: &Take<'_>, now: DateTime<Utc>) -> Result<Taken> {
            fault(&self.faults.limits)?;
            self.store.take(take, now)
        }

        fn clock_offset(&self) -> Option<chrono::TimeDelta> {
            *self.faults.clock_offset.lock().unwrap()
        }
    }
}
