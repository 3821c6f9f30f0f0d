//! A company whose copilots have worked: one quote changed, one waiting, one contract refused.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{TimeZone as _, Utc};
use crm_guardrails::{
    Changes, Clock, CountingEntropy, FrozenClock, Guard, GuardBuilder, OperationId, Outcome,
    Principal, Record, Request, SystemClock, TicketId,
};

use super::administrator::administer;
use super::stage::Stage;

pub const STORE: &str = "guard.db";

/// What the transcripts name.
pub struct Company {
    database: PathBuf,
    completed: OperationId,
    waiting: OperationId,
    ticket: TicketId,
}

/// A day whose audit reads the same on every run.
pub fn monday() -> Arc<dyn Clock> {
    let ten = Utc.with_ymd_and_hms(2026, 3, 2, 2, 0, 0).unwrap();
    Arc::new(FrozenClock::at(ten))
}

/// Today, for tickets that have not expired.
pub fn now() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

impl Company {
    /// Fills `guard.db` in `folder`, with its key beside it and the policies in `policies`.
    pub fn at_work(folder: &Path, clock: Arc<dyn Clock>) -> Self {
        copy_policies(&folder.join("policies"));
        Self::under(folder, clock, |builder| builder)
    }

    /// The same with a shadow policy: sellers may give 25 instead of 15 percent, and see nothing of a
    /// telephone number.
    pub fn in_shadow(folder: &Path, clock: Arc<dyn Clock>) -> Self {
        copy_policies(&folder.join("policies"));
        let shadow = folder.join("shadow");
        copy_policies(&shadow);
        let sales = shadow.join("sales.guard");
        let text = std::fs::read_to_string(&sales).unwrap();
        let text = text.replace("REP_LIMIT = 15%", "REP_LIMIT = 25%");
        std::fs::write(
            &sales,
            text.replace("contact_phone with phone", "contact_phone with redact"),
        )
        .unwrap();
        Self::under(folder, clock, |builder| builder.shadow_policies(shadow))
    }

    fn under(
        folder: &Path,
        clock: Arc<dyn Clock>,
        more: impl FnOnce(GuardBuilder) -> GuardBuilder,
    ) -> Self {
        let database = folder.join(STORE);
        let builder = Guard::builder()
            .policies(folder.join("policies"))
            .store(format!("sqlite://{}?mode=rwc", database.display()))
            .clock(clock)
            .entropy(Arc::new(CountingEntropy::default()))
            .without_watching();
        let guard = more(builder).open().unwrap();
        let (completed, _) = discount(&guard, "Q-1", 10);
        let (waiting, ticket) = discount(&guard, "Q-2", 20);
        refused_skill(&guard);
        Self {
            database,
            completed,
            waiting,
            ticket: ticket.unwrap(),
        }
    }

    /// Somebody edits the database past the guard.
    pub fn change_one_byte(&self) {
        let sql = "UPDATE guard_audit_event SET payload = REPLACE(payload, 'u-17', 'u-18') \
                   WHERE kind = 'decision' AND payload LIKE '%needs_approval%'";
        assert_eq!(administer(&self.database, &[sql]), 1);
    }

    /// The database is copied, goes on, and is put back to the copy. Checkpoints of before and after are
    /// kept in `before.txt` and `after.txt` beside it.
    pub fn put_back(&self, clock: Arc<dyn Clock>) {
        let folder = self.database.parent().unwrap();
        let copy = folder.join("copy.db");
        let open = || {
            Guard::builder()
                .policies(folder.join("policies"))
                .store(format!("sqlite://{}", self.database.display()))
                .clock(clock.clone())
                .without_watching()
                .open()
                .unwrap()
        };
        let keep = |guard: &Guard, file: &str| {
            let notes = guard.audit().checkpoints().unwrap();
            std::fs::write(folder.join(file), notes).unwrap();
        };
        let guard = open();
        keep(&guard, "before.txt");
        drop(guard);
        std::fs::copy(&self.database, &copy).unwrap();
        let guard = open();
        discount(&guard, "Q-3", 10);
        keep(&guard, "after.txt");
        drop(guard);
        std::fs::rename(copy, &self.database).unwrap();
    }

    pub fn tell(&self, stage: &Stage, page: &str) {
        self.tell_in(stage, "stored", page);
    }

    pub fn tell_in(&self, stage: &Stage, chapter: &str, page: &str) {
        let names = [
            ("[COMPLETED]", self.completed.to_string()),
            ("[WAITING]", self.waiting.to_string()),
            ("[TICKET]", self.ticket.to_string()),
        ];
        stage.run(chapter, page, &names);
    }
}

fn copy_policies(to: &Path) {
    std::fs::create_dir(to).unwrap();
    for file in std::fs::read_dir("examples/crm/policies").unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// A seller's copilot reads a quote and asks for a discount.
fn discount(guard: &Guard, id: &str, percent: i64) -> (OperationId, Option<TicketId>) {
    let rep = Principal::user("acme", "u-17")
        .role("SALES_REP")
        .agent("copilot")
        .model("qwen:14b");
    let request = Request::new(&rep, "quote.draft")
        .entity("Quote")
        .context("sales_copilot")
        .purpose("answer the customer");
    let json = format!(
        r#"{{"id": "{id}", "tenant_id": "acme", "owner": "u-17", "stage": "DRAFT",
            "discount": 5, "amount": "85500.00", "cost_price": "60000.00",
            "contact_phone": "13800005678"}}"#
    );
    let quote = Record::from_json("Quote", &json).unwrap();
    let mut operation = guard.begin(request).unwrap();
    drop(operation.read(&quote).unwrap());
    let changes = Changes::update(&quote).set("discount", percent);
    let decision = operation.propose(&changes).unwrap();
    let done = operation.id();
    match decision.outcome() {
        Outcome::NeedsApproval(ticket) => (done, Some(ticket.id())),
        Outcome::Allow(_) => {
            operation.complete("drafted").unwrap();
            (done, None)
        }
        Outcome::Deny => panic!("{:?}", decision.reasons()),
    }
}

/// A skill that nobody registered.
fn refused_skill(guard: &Guard) {
    let rep = Principal::user("acme", "u-17").role("SALES_REP");
    let request = Request::new(&rep, "quote.purge").entity("Quote");
    assert!(guard.begin(request).is_err());
}
